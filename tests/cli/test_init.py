"""The first files: a configuration that our own reader takes, a key that stays, a script that grants what is read."""

import base64
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from scanner.app.registration import write_private
from scanner.config import load
from scanner.errors import ConfigurationError
from scanner.evidence.permissions import EXCHANGE_APP, GRAPH_APP, list_permissions
from scanner.evidence.registry import SECTIONS
from scanner.evidence.section import Section
from scanner.model.settings import SecurityDefaults
from scanner.simulator.permissions import EXCHANGE_ROLES, GRAPH_ROLES
from scanner.sources.live import Target
from scanner.sources.live.credential import read_certificate_end
from scanner.sources.live.privilege import Holding
from tests.support.powershell import commands_in, functions_in, nodes_in, parsed, strings_in, text_of
from tests.support.program import Done, call

TENANT = "7d3f0c52-6e53-4be8-9b0e-0a5f6d1f2a11"
CLIENT = "5b3f7a11-0d0e-4f6b-8a55-2f3b8c2f9d01"
IDS = ("--name", "contoso", "--tenant-id", TENANT, "--client-id", CLIENT)
CONFIG, SCRIPT, KEY = Path("smtp-posture.toml"), Path("smtp-posture-app.ps1"), Path("smtp-posture.pem")
CHANGING = {"Send-Graph", "New-ServicePrincipal", "Add-RoleGroupMember"}
KINDS = ("certificate", "secret", "federated", "managed-identity", "device-code")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def init(capsys: pytest.CaptureFixture[str], *arguments: str) -> Done:
    return call(capsys, "init", *arguments)


@pytest.mark.parametrize("kind", KINDS)
def test_the_configuration_is_taken_by_our_own_reader(capsys: pytest.CaptureFixture[str], kind: str) -> None:
    """With the ids given nothing is left to be filled in, and the key beside it is one that we sign in with."""
    done = init(capsys, *IDS, "--credential", kind, "--cloud", "gcc-high")
    assert done.code == 0
    tenant = load(CONFIG, {}).tenants["contoso"]
    assert (tenant.id, tenant.cloud, tenant.credential.kind) == (TENANT, "gcc-high", kind)
    assert tenant.credential.client_id == CLIENT
    assert KEY.exists() == (kind == "certificate")
    if kind == "certificate":
        assert read_certificate_end(Target.of(tenant, {})) is not None


def test_without_ids_it_says_what_is_to_be_filled_in(capsys: pytest.CaptureFixture[str]) -> None:
    """No question is asked where there is no terminal; the reader then names the key that is still empty."""
    done = init(capsys)
    assert done.code == 0
    assert "Fill in id and client_id" in done.err
    assert call(capsys, "doctor").code == 2
    filled = (
        CONFIG.read_text()
        .replace('id = ""', f'id = "{TENANT}"', 1)
        .replace('client_id = ""', f'client_id = "{CLIENT}"')
    )
    assert load_text(filled).tenants["tenant"].id == TENANT


def load_text(text: str) -> Any:
    Path("filled.toml").write_text(text)
    return load(Path("filled.toml"), {})


def test_files_are_private_and_no_secret_stands_in_the_configuration_or_the_script(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = init(capsys, *IDS, "--json")
    for path in (CONFIG, SCRIPT, KEY):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    private = KEY.read_text().split("-----")[2].split()[1]
    assert private not in CONFIG.read_text() + SCRIPT.read_text() + done.out + done.err
    assert done.json()["certificate_made"] is True
    assert sorted(path.name for path in Path().iterdir()) == sorted(map(str, (CONFIG, SCRIPT, KEY)))


def test_nothing_is_written_over_without_force_and_a_key_never(capsys: pytest.CaptureFixture[str]) -> None:
    init(capsys, *IDS)
    before = {path: path.read_text() for path in (CONFIG, SCRIPT, KEY)}
    again = init(capsys, *IDS, "--app-name", "other")
    assert again.code == 2
    assert "is there already" in again.err
    assert {path: path.read_text() for path in before} == before
    assert init(capsys, *IDS, "--app-name", "other", "--force").code == 0
    assert "'other'" in SCRIPT.read_text()
    assert KEY.read_text() == before[KEY]


def test_a_script_in_the_way_keeps_everything_from_being_written(capsys: pytest.CaptureFixture[str]) -> None:
    SCRIPT.write_text("mine")
    assert init(capsys, *IDS).code == 2
    assert not CONFIG.exists()
    assert not KEY.exists()


def test_a_file_that_came_meanwhile_stays() -> None:
    """Between the look and the writing somebody else may have been faster; no draft is left."""
    CONFIG.write_text("theirs")
    with pytest.raises(ConfigurationError, match="is there already"):
        write_private(CONFIG, "ours", force=False)
    assert [path.read_text() for path in Path().iterdir()] == ["theirs"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--name", "a.b"), "is no name"),
        (("--credential", "password"), "none of the choices"),
        (("--cloud", "custom"), "none of the choices"),
        (("--client-id", "x"), "is no id"),
        (("--tenant-id", "common"), "is no tenant"),
        (("--tenant-id", 'x"\n[y]'), "is no tenant"),
        (("--app-name", "a\nb"), "one line"),
        (("--out", "nowhere/x.toml"), "can't be written"),
    ],
)
def test_what_can_not_be_used_is_told(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    done = init(capsys, *arguments)
    assert done.code == 2
    assert words in done.err
    assert not SCRIPT.exists() or arguments[0] == "--out"


@pytest.mark.parametrize("kind", KINDS)
def test_the_script_parses(capsys: pytest.CaptureFixture[str], kind: str) -> None:
    init(capsys, *IDS, "--credential", kind)
    assert SCRIPT.read_bytes().startswith(b"\xef\xbb\xbf")
    parsed(SCRIPT.read_text(encoding="utf-8"))


def test_the_script_grants_exactly_what_the_registry_reads(capsys: pytest.CaptureFixture[str]) -> None:
    """A new section's permission gets into it by itself; all of them only read."""
    init(capsys, *IDS)
    root = parsed(SCRIPT.read_text(encoding="utf-8"))
    permissions = list_permissions()
    assert set(permissions.graph) == GRAPH_ROLES
    assert set(permissions.exchange) == EXCHANGE_ROLES
    named = {words for words in strings_in(root) if Holding.of("graph", {"roles": [words]}).writing == ()}
    assert {*permissions.graph, *permissions.exchange} <= named
    (settings,) = (
        node for node in nodes_in(root) if node.type == "assignment_expression" and "Graph = @(" in text_of(node)
    )
    lists = [words for words in strings_in(settings) if "." in words and "-" not in words]
    assert sorted(lists) == sorted((*permissions.graph, *permissions.exchange))
    assert Holding.of("graph", {"roles": lists}).writing == ()


def test_a_new_section_brings_its_permission_along() -> None:
    added = Section(
        name="new",
        title="New",
        gives="something",
        permission="New.Read.All",
        ask=SECTIONS[0].ask,
        parse=lambda _: SecurityDefaults(enabled=True),
    )
    assert "New.Read.All" in list_permissions([*SECTIONS, added]).graph
    for section in SECTIONS:
        listed = list_permissions([section])
        assert (section.permission in {*listed.graph, *listed.exchange}) == (section.ask is not None)


def test_delegated_permissions_are_asked_for_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    """Exchange calls its own otherwise; no application permission is asked for."""
    init(capsys, *IDS, "--credential", "device-code")
    words = strings_in(parsed(SCRIPT.read_text(encoding="utf-8")))
    assert "Exchange.Manage" in words
    assert "Exchange.ManageAsApp" not in words


def test_every_change_waits_for_a_yes(capsys: pytest.CaptureFixture[str]) -> None:
    """Each command that changes something stands below a question, which -WhatIf answers with no."""
    init(capsys, *IDS)
    root = parsed(SCRIPT.read_text(encoding="utf-8"))
    asked = 0
    for node in nodes_in(root):
        if node.type == "command_name" and text_of(node) in CHANGING:
            above = node
            conditions = []
            while above.parent is not None:
                above = above.parent
                if above.type in {"if_statement", "elseif_clause"}:
                    conditions.append(text_of(above).partition("{")[0])
            assert any("ShouldProcess" in condition for condition in conditions), text_of(node)
            asked += 1
    assert asked >= 10
    known = functions_in(root) | {
        "Connect-MgGraph", "Connect-ExchangeOnline", "Invoke-MgGraphRequest", "ConvertTo-Json", "Where-Object",
        "ForEach-Object", "Select-Object", "Group-Object", "Out-Null", "Start-Sleep", "Write-Host", "Write-Warning",
        "Set-StrictMode", "Get-ServicePrincipal", "Get-RoleGroupMember",
    }  # fmt: skip
    assert set(commands_in(root)) - known - {"New-ServicePrincipal", "Add-RoleGroupMember"} == set()


def test_the_certificate_of_the_script_is_the_one_that_is_signed_in_with(capsys: pytest.CaptureFixture[str]) -> None:
    init(capsys, *IDS)
    (embedded,) = (words for words in strings_in(parsed(SCRIPT.read_text(encoding="utf-8"))) if len(words) > 500)
    certificate = x509.load_der_x509_certificate(base64.b64decode(embedded))
    assert certificate == x509.load_pem_x509_certificate(KEY.read_bytes()[KEY.read_bytes().index(b"-----BEGIN CERT") :])


@pytest.mark.parametrize("name", ["'; Remove-Mailbox *; '", "\u2019; Remove-Mailbox *; \u2018", "$(Remove-Mailbox *)"])
def test_no_name_becomes_code(capsys: pytest.CaptureFixture[str], name: str) -> None:
    init(capsys, *IDS)
    harmless = commands_in(parsed(SCRIPT.read_text(encoding="utf-8")))
    init(capsys, *IDS, "--app-name", name, "--force")
    assert commands_in(parsed(SCRIPT.read_text(encoding="utf-8"))) == harmless


def test_the_ids_of_services_are_those_of_the_script(capsys: pytest.CaptureFixture[str]) -> None:
    init(capsys, *IDS)
    assert {GRAPH_APP, EXCHANGE_APP} <= set(strings_in(parsed(SCRIPT.read_text(encoding="utf-8"))))


def test_a_terminal_is_asked_for_what_is_not_given(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The questions go to stderr; what is given is not asked for."""
    answers = iter(["", CLIENT])
    questions: list[str] = []

    def answer(text: str, **_: object) -> str:
        questions.append(text)
        return next(answers)

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", answer)
    done = init(capsys, "--name", "contoso", "--json")
    assert len(questions) == 2
    assert json.loads(done.out)["lacking"] == ["id"]
