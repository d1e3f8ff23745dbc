"""The script that makes an evidence folder: it parses, only reads, forgets no section; import takes what it writes."""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tree_sitter import Node

from scanner.app.export_script import write_export_script
from scanner.cli import main
from scanner.evidence.permissions import list_permissions
from scanner.evidence.registry import BY_NAME, SECTIONS
from scanner.evidence.section import Cmdlet, GraphList, Section
from scanner.model.settings import SecurityDefaults
from scanner.simulator import Scenario, SimulatedTenant, build_population
from tests.sources.live.scene import collect, target_of
from tests.support.configured import write_config
from tests.support.powershell import commands_in, functions_in, nodes_in, parsed, strings_in, text_of
from tests.support.program import Done, call, report_in

# What a command may begin with. Out-Section is the script's own; it writes the files.
READING = ("Get-", "Find-", "ConvertTo-", "Select-", "Where-", "ForEach-", "Write-", "Start-Sleep", "Set-StrictMode")
SIGNING_IN = {"Connect-MgGraph", "Connect-ExchangeOnline"}
OWN_OUTPUT = {"Out-Section"}
GET = "Invoke-MgGraphRequest"
# Calls into .NET: of texts, times and lists, and of files in the folder.
MEMBERS = {
    "Add", "AddDays", "Contains", "Dispose", "EscapeDataString", "Format", "GetUnresolvedProviderPathFromPSPath", "Pow",
    "Replace", "Split", "ToLowerInvariant", "ToString", "ToUniversalTime", "Trim", "Write", "new",
    "Combine", "CreateDirectory", "Delete", "Exists", "GetFileSystemEntries", "Move", "WriteAllText",
}  # fmt: skip
TYPES = {
    "DateTime", "Math", "Uri", "System.Globalization.CultureInfo", "System.IO.Directory", "System.IO.File",
    "System.IO.Path", "System.IO.StreamWriter", "System.Text.UTF8Encoding", "System.Collections.IEnumerable",
    "System.Collections.Generic.HashSet", "System.Collections.Generic.List", "System.Collections.Generic.SortedSet",
    "bool", "int", "long", "ordered", "scriptblock", "string", "switch", "void",
}  # fmt: skip
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
STRANGE = Section(
    name="strange",
    title="Strange",
    gives="something",
    permission="Strange.Read.All",
    ask=GraphList(path="/v1.0/strange", query={"$select": "it's"}),
    parse=lambda _: SecurityDefaults(enabled=True),
)


@pytest.fixture(scope="module")
def script() -> str:
    return write_export_script()


@pytest.fixture(scope="module")
def root(script: str) -> Node:
    return parsed(script)


def test_the_command_prints_it_for_any_code_page(capsys: pytest.CaptureFixture[str], script: str) -> None:
    capsys.readouterr()
    assert main(["export-script"]) == 0
    assert capsys.readouterr() == (script, "")
    assert script.isascii()


def test_it_runs_nothing_that_could_change_a_tenant(root: Node) -> None:
    """Every command reads, signs in or writes into the folder; every request is a GET; no name is put together."""
    for name in commands_in(root):
        assert name.startswith(READING) or name in SIGNING_IN | OWN_OUTPUT | {GET}, name
    outside = set(commands_in(root)) - functions_in(root)
    of_exchange = {section.ask.name for section in SECTIONS if isinstance(section.ask, Cmdlet)}
    assert {name for name in outside if name.startswith("Get-")} == of_exchange | {
        "Get-MailboxPermission",
        "Get-MgContext",
    }
    requests = [text_of(node) for node in nodes_in(root) if node.type == "command" and text_of(node).startswith(GET)]
    assert len(requests) == 1
    assert requests[0].startswith(f"{GET} -Method GET ")
    assert "-Body" not in requests[0]
    called = [
        text_of(node.parent) for node in nodes_in(root) if node.type == "command_invokation_operator" and node.parent
    ]
    assert called == ["& $Rows "]
    assert not [node for node in nodes_in(root) if node.type == "redirection"]


def test_of_dotnet_it_calls_only_what_is_harmless(root: Node) -> None:
    calls = [node for node in nodes_in(root) if node.type == "invokation_expression"]
    members = {text_of(part) for node in calls for part in node.children if part.type == "member_name"}
    assert members <= MEMBERS
    literals = (text_of(node).strip("[]").partition("[")[0] for node in nodes_in(root) if node.type == "type_literal")
    assert set(literals) == TYPES


def test_every_section_that_is_asked_for_is_there(script: str, root: Node) -> None:
    """With the permission that it takes, as scopes; one that was just added comes along by itself."""
    words = strings_in(root)
    asked = [section.name for section in SECTIONS if section.ask is not None]
    assert sorted(re.findall(r"^Out-Section '([a-z-]+)'", script, re.MULTILINE)) == sorted(asked)
    assert set(list_permissions().graph) <= set(words)
    added = write_export_script([*SECTIONS, STRANGE])
    parsed(added)
    assert "Out-Section 'strange' { Get-ListRows 'strange' '/v1.0/strange?$select=it''s' }" in added


def test_what_needs_the_ids_of_others_comes_after_them(script: str) -> None:
    order = re.findall(r"^Out-Section '([a-z-]+)'", script, re.MULTILINE)
    for later, earlier in (
        ("per-user-mfa", "mailboxes"),
        ("groups", "conditional-access-policies"),
        ("groups", "role-assignments"),
        ("groups", "role-eligibilities"),
        ("message-traces", "sign-ins"),
    ):
        assert order.index(earlier) < order.index(later)


@pytest.mark.parametrize("edition", ["5.1", "7"])
def test_a_folder_of_its_shapes_gives_the_findings_of_a_scan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, edition: str
) -> None:
    """Same mailboxes, verdicts, replies, gates, use and flags; times as either edition of PowerShell writes them."""
    monkeypatch.chdir(tmp_path)
    with SimulatedTenant(build_population(Scenario(mailboxes=120, seed=5))) as tenant:
        scanned = call(capsys, "scan", "--config", str(write_config(tmp_path, tenant)), "--format", "json")
        shelf = collect(target_of(tenant))
    live = report_in(Path("smtp-posture-runs"))
    write_folder(Path("evidence"), shelf.rows, {}, edition)
    (Path("evidence") / "tenant.json").write_text(json.dumps(tenant_row(live)))
    imported = bring(capsys)
    assert (scanned.code, imported.code) == (0, 0)
    found = report_in(Path("out"))
    assert found["summary"] == live["summary"]
    assert found["tenant"] == live["tenant"]
    for one, other in zip(found["mailboxes"], live["mailboxes"], strict=True):
        assert one == other


def test_what_it_left_out_is_told_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """tenant.json says why a section is missing; one that the licence doesn't cover is told apart."""
    monkeypatch.chdir(tmp_path)
    with SimulatedTenant(
        build_population(Scenario(mailboxes=40, premium=False)), without=["Policy.Read.All"]
    ) as tenant:
        shelf = collect(target_of(tenant))
    rows = {name: found for name, found in shelf.rows.items() if name != "sign-ins"}
    reasons = {"security-defaults": "403 Authorization_RequestDenied", "per-user-mfa": "left out on purpose (-Skip)"}
    write_folder(Path("evidence"), rows, reasons, "7")
    (Path("evidence") / "tenant.json").write_text(json.dumps({"id": tenant.tenant_id, "missing": reasons}))
    (Path("evidence") / "sign-ins.json").write_text(
        json.dumps({"error": {"code": "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "message": "no"}})
    )
    assert bring(capsys).code == 4
    evidence = {part["section"]: part for part in report_in(Path("out"))["run"]["evidence"]}
    assert evidence["security-defaults"]["reason"].endswith(
        "security-defaults.json in the folder: 403 Authorization_RequestDenied"
    )
    assert evidence["per-user-mfa"]["reason"].endswith("left out on purpose (-Skip)")
    assert "not licensed" in evidence["sign-ins"]["reason"]


def bring(capsys: pytest.CaptureFixture[str]) -> Done:
    return call(capsys, "import", "evidence", "--format", "json", "--out", "out")


def tenant_row(report: Any) -> dict[str, object]:
    named = report["tenant"]
    return {
        "id": named["id"],
        "domain": named["domain"],
        "displayName": named["name"],
        "cloud": named["cloud"],
        "collectedAt": "2026-11-20T08:00:00Z",
        "missing": {},
    }


def write_folder(
    folder: Path, rows: Mapping[str, Sequence[Mapping[str, Any]]], missing: Mapping[str, str], edition: str
) -> None:
    """Write what the script writes of these rows: a line a row, one object where there is one, groups put together."""
    folder.mkdir()
    for name, found in rows.items():
        section = BY_NAME[name]
        lines = [json.dumps(row) for row in shaped(section, found, edition)]
        text = "\n".join(lines) if section.single else "[\n" + ",\n".join(lines) + "\n]"
        if edition == "5.1":
            text = text.replace("/Date(", r"\/Date(").replace(")/", r")\/")
        (folder / f"{name}.json").write_bytes(f"{text}\n".encode())
    for section in SECTIONS:
        if section.ask is not None and section.name not in {*rows, *missing}:
            (folder / f"{section.name}.json").write_bytes(b"[\n]\n")


def shaped(section: Section[Any], rows: Sequence[Mapping[str, Any]], edition: str) -> Iterator[Mapping[str, Any]]:
    match section.ask:
        case Cmdlet(select=select):
            for row in rows:
                plain = {key: value for key, value in row.items() if "@" not in key}
                yield {key: plain[key] for key in select or plain if key in plain}
        case _ if section.name == "groups":
            whole: dict[str, dict[str, Any]] = {}
            for row in rows:
                kept = whole.setdefault(row["id"], {**row, "transitiveMembers": []})
                kept["transitiveMembers"] += row.get("transitiveMembers", [])
            yield from whole.values()
        case _:
            yield from (timed(row) if edition == "5.1" else row for row in rows)


def timed(value: Any) -> Any:
    """Write times as Windows PowerShell does."""
    match value:
        case dict():
            return {key: timed(inner) for key, inner in value.items()}
        case list():
            return [timed(inner) for inner in value]
        case str() if MOMENT.fullmatch(value):
            return f"/Date({round(dt.datetime.fromisoformat(value).timestamp() * 1000)})/"
        case _:
            return value
