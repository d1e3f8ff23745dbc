"""``import`` as a user runs it: exit codes, what stands on which stream, what is left on disk."""

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.support import folder
from tests.support.program import ROOT, call, report_in, start

SCHEMA = ROOT / "docs" / "report.schema.json"
UNNEEDED = {"pandas", "numpy", "weasyprint", "jinja2", "xlsxwriter", "aiohttp", "msal", "apscheduler", "cryptography"}
JSON_ONLY = ("--format", "json", "--out", "out", "--as-of", "2026-11-23")


@pytest.fixture
def evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Stand in an empty folder beside an evidence folder of the small tenant."""
    monkeypatch.chdir(tmp_path)
    return str(folder.write(tmp_path / "evidence", folder.files()))


def waiving(expires: str = "2099-03-31") -> str:
    return f"""
[tenants.fabrikam]
id = "{folder.TENANT_ID}"
credential = {{ kind = "secret", client_id = "{folder.TENANT_ID}", secret_env = "NOT_NEEDED_HERE" }}
[[tenants.fabrikam.waivers]]
mailbox = "ANNA@{folder.DOMAIN}"
flag = "exposed"
reason = "The scanner on floor 3"
owner = "it@{folder.DOMAIN}"
expires = {expires}
"""


def test_results_on_stdout_messages_on_stderr(evidence: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A complete run says on stdout what was found and where it is, and nothing on stderr."""
    done = call(capsys, "import", evidence, *JSON_ONLY)
    assert done.code == 0
    assert "16 mailboxes" in done.out
    assert "report.json" in done.out
    assert done.err == ""


def test_the_report_says_what_the_tenant_is(evidence: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each mailbox of the small tenant, by the gate that its story names."""
    call(capsys, "import", evidence, *JSON_ONLY)
    report = report_in(Path("out"))
    said = {mailbox["address"].split("@")[0]: mailbox["verdicts"]["basic"] for mailbox in report["mailboxes"]}
    assert {name: verdict["outcome"] for name, verdict in said.items()} == folder.BASIC
    assert {name: verdict["decided_by"] for name, verdict in said.items()} == folder.DECIDED_BY
    assert report["tenant"]["id"] == folder.TENANT_ID
    assert report["summary"]["mailboxes"] == len(folder.PEOPLE)


def test_the_report_follows_the_published_schema(evidence: str, capsys: pytest.CaptureFixture[str]) -> None:
    """docs/report.schema.json is what readers build on."""
    call(capsys, "import", evidence, *JSON_ONLY)
    jsonschema.validate(report_in(Path("out")), json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_files_are_private(evidence: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Reports are for their reader only: files 0600, folders 0700, the store included."""
    call(capsys, "import", evidence, "--format", "json,csv,html", "--out", "out")
    (run,) = Path("out").iterdir()
    assert {path.name for path in run.iterdir()} == {"report.json", "mailboxes.csv", "report.html", "manifest.json"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in [*run.iterdir(), Path("smtp-posture.db")]} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (run, run.parent)} == {0o700}


def test_json_only_needs_no_heavy_library(evidence: str, tmp_path: Path) -> None:
    """``--format json`` starts without pandas, Pango or a template engine."""
    program = (
        "import sys; from scanner.cli import main; code = main(sys.argv[1:]);"
        "print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr); sys.exit(code)"
    )
    command = [sys.executable, "-c", program, "import", evidence, *JSON_ONLY]
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(done.stderr.split())
    assert "scanner" in loaded
    assert loaded & UNNEEDED == set()


def test_json_output_is_json(evidence: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With --json a program reads stdout."""
    found = call(capsys, "import", evidence, *JSON_ONLY, "--json").json()
    assert found["summary"]["mailboxes"] == len(folder.PEOPLE)
    assert Path(found["files"]["json"]).exists()


@pytest.mark.parametrize("name", ["zero\u200bwidth", "line\u2028break", "no\u00a0break", "bell\x07", "emoji 👩‍🔧"])
def test_json_output_survives_odd_names(evidence: str, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Whatever stands in a path: it is JSON, and harmless for a terminal."""
    done = call(capsys, "import", evidence, "--format", "json", "--out", name, "--json")
    assert Path(done.json()["folder"]).parent == Path(name)
    assert all(mark == "\n" or mark.isprintable() for mark in done.out)


@pytest.mark.parametrize(
    ("flag", "code"),
    [("failing", 0), ("will_fail", 0), ("would_fail", 3), ("exposed", 3), ("unknown", 3), ("in_order", 3)],
)
def test_fail_on_a_flag_or_a_graver_one(
    evidence: str, capsys: pytest.CaptureFixture[str], flag: str, code: int
) -> None:
    """Exit code 3 where a mailbox has it; stderr counts them."""
    done = call(capsys, "import", evidence, *JSON_ONLY, "--fail-on", flag)
    assert done.code == code
    assert ("mailboxes are flagged" in done.err) == (code == 3)


def test_missing_evidence_comes_before_what_is_flagged(evidence: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Incomplete is 4 even with --fail-on; stderr names section and reason."""
    (Path(evidence) / "users.json").unlink()
    done = call(capsys, "import", evidence, *JSON_ONLY, "--fail-on", "exposed")
    assert done.code == 4
    assert "users: missing: no file users.json in the folder" in done.err


def test_waivers_of_the_configuration_stand_in_the_report(
    evidence: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The flag stays, and who accepted it is said; nobody else's flag is touched."""
    (tmp_path / "smtp-posture.toml").write_text(waiving())
    assert call(capsys, "import", evidence, *JSON_ONLY, "--tenant", "fabrikam").code == 0
    waivers = {
        mailbox["address"]: (mailbox["flag"], mailbox["waiver"]) for mailbox in report_in(Path("out"))["mailboxes"]
    }
    flag, waiver = waivers.pop(f"anna@{folder.DOMAIN}")
    assert flag == "exposed"
    assert waiver == {"reason": "The scanner on floor 3", "owner": f"it@{folder.DOMAIN}", "expires": "2099-03-31"}
    assert {waiver for _, waiver in waivers.values()} == {None}


def test_an_expired_waiver_is_an_error(evidence: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """It names file and line, and nothing is written."""
    (tmp_path / "smtp-posture.toml").write_text(waiving("2020-01-31"))
    done = call(capsys, "import", evidence, *JSON_ONLY, "--tenant", "fabrikam")
    assert done.code == 2
    assert "smtp-posture.toml, line" in done.err
    assert not Path("out").exists()


def test_a_later_date_makes_it_depend(evidence: str, capsys: pytest.CaptureFixture[str]) -> None:
    """--as-of judges the same evidence for another day."""
    call(capsys, "import", evidence, "--format", "json", "--out", "out", "--as-of", "2027-01-15")
    outcomes = {item["address"]: item["verdicts"]["basic"] for item in report_in(Path("out"))["mailboxes"]}
    assert outcomes[f"anna@{folder.DOMAIN}"]["outcome"] == "depends"
    assert outcomes[f"anna@{folder.DOMAIN}"]["depends_on"] == ["retirement"]
    assert outcomes[f"bob@{folder.DOMAIN}"]["outcome"] == "refused"


@pytest.mark.parametrize(("address", "outcome"), [("203.0.113.7", "accepted"), ("198.51.100.7", "refused")])
def test_a_known_source_address_decides_a_location(
    evidence: str, capsys: pytest.CaptureFixture[str], address: str, outcome: str
) -> None:
    """--source-ip says where the sender is; the report notes it."""
    call(capsys, "import", evidence, *JSON_ONLY, "--source-ip", address)
    report = report_in(Path("out"))
    (gus,) = [mailbox for mailbox in report["mailboxes"] if mailbox["address"].startswith("gus@")]
    assert gus["verdicts"]["basic"]["outcome"] == outcome
    assert report["run"]["source_ips"] == [address]


def test_runs_and_report(evidence: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A kept run is listed, and judged and rendered again from its evidence, without the folder."""
    first = call(capsys, "import", evidence, *JSON_ONLY, "--json").json()
    for path in Path(evidence).iterdir():
        path.unlink()
    (kept,) = call(capsys, "runs", "--json").json()
    assert kept["id"] == first["run"]["id"]
    assert kept["tenant_id"] == folder.TENANT_ID
    assert kept["id"] in call(capsys, "runs").out
    again = call(capsys, "report", "latest", "--format", "json", "--out", "again", "--as-of", "2026-11-23")
    assert again.code == 0
    assert verdicts(report_in(Path("again"))) == verdicts(report_in(Path("out")))


def verdicts(report: Any) -> dict[str, Any]:
    return {mailbox["id"]: mailbox["verdicts"] for mailbox in report["mailboxes"]}


def test_the_program_as_a_process(evidence: str, tmp_path: Path) -> None:
    """``python -m scanner`` gives the same codes and streams."""
    done = start(tmp_path, "import", evidence, *JSON_ONLY)
    assert done.code == 0
    assert "16 mailboxes" in done.out
    assert done.err == ""
