"""Owner notes from the file to the report, and readiness with its burn-down."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.config import load, load_notes
from scanner.errors import ConfigurationError
from tests.support import folder
from tests.support.program import Done, call, report_in

NOTES = """\
[[senders]]
mailbox = "Anna@fabrikam.example"
device = "Ricoh IM C3000"
owner = "Facilities"
oauth = false
internal_only = true
alert_only = true

[[senders]]
mailbox = "olga@fabrikam.example"
application = "Billing"
oauth = true
progress = "in_work"

[[senders]]
mailbox = "gone@fabrikam.example"
"""
SIGN_IN = {
    "clientAppUsed": "Authenticated SMTP",
    "status": {"errorCode": 0},
    "ipAddress": "198.51.100.7",
    "userAgent": "BAV2ROPC",
}
NAMED = ("--owner-notes", "owners.toml")

Import = Callable[..., Any]


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Import:
    """Give what imports the small tenant with notes and sign-ins, into a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "owners.toml").write_text(NOTES, encoding="utf-8")

    def run(
        name: str, *senders: str, day: str = "2026-11-20", words: tuple[str, ...] = ("--owner-notes", "owners.toml")
    ) -> Any:
        content = folder.files()
        content["tenant"]["collectedAt"] = f"{day}T12:00:00Z"
        content["sign-ins"] = [sign_in(person, day) for person in senders]
        evidence = folder.write(tmp_path / f"evidence-{name}", content)
        done = call(capsys, "import", str(evidence), "--format", "json", "--out", name, *NAMED)
        assert done.code in {0, 4}, done.err
        return report_in(tmp_path / name)

    return run


def sign_in(name: str, day: str) -> dict[str, Any]:
    (person,) = [one for one in folder.PEOPLE if one.name == name]
    return {
        **SIGN_IN,
        "id": f"{name}-{day}",
        "userId": person.id,
        "userPrincipalName": person.address,
        "createdDateTime": f"{day}T08:00:00Z",
    }


def migration(report: Any, name: str) -> Any:
    (found,) = [one for one in report["mailboxes"] if one["address"] == f"{name}@{folder.DOMAIN}"]
    return found["migration"]


def test_notes_reach_the_mailbox_of_their_address(imported: Import) -> None:
    """Merged by address in any case; they choose the way, and fill in what was asked."""
    report = imported("first", "anna", "olga", "gus")
    anna = migration(report, "anna")
    assert anna["owner"]["device"] == "Ricoh IM C3000"
    assert anna["route"] == "direct_send"
    assert "device" not in {question["key"] for question in anna["questions"]}
    gus = migration(report, "gus")
    assert gus["owner"] is None
    assert {"oauth", "device", "owner"} <= {question["key"] for question in gus["questions"]}


def test_a_note_of_no_mailbox_is_told(imported: Import) -> None:
    """A note that helps nobody is a mistake that somebody should see."""
    report = imported("first")
    assert any("gone@fabrikam.example" in note for note in report["run"]["notes"])


def test_readiness_counts_senders(imported: Import) -> None:
    """Three senders: one in work, one whose way is open and of which nobody says more, one nobody knows of."""
    readiness = imported("first", "anna", "olga", "gus")["readiness"]
    assert (readiness["senders"], readiness["in_work"], readiness["done"]) == (3, 1, 0)
    assert readiness["deadline"] == "2026-12-31"
    assert sum(readiness[stage] for stage in ("done", "in_work", "blocked", "unknown")) == readiness["senders"]


def test_without_anybody_who_looked_there_is_no_readiness(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No senders seen because nobody looked is not "all done"."""
    monkeypatch.chdir(tmp_path)
    evidence = folder.write(tmp_path / "evidence", folder.files())
    call(capsys, "import", str(evidence), "--format", "json", "--out", "out")
    assert report_in(tmp_path / "out")["readiness"] is None


def test_the_burn_down_has_one_number_a_day_from_earlier_runs(imported: Import) -> None:
    """Older evidence first, this run's last; the same day again counts once."""
    imported("one", "anna", "olga", "gus", day="2026-10-01")
    imported("two", "anna", "olga", day="2026-11-01")
    readiness = imported("three", "olga", day="2026-11-20")["readiness"]
    days = [(point["date"], point["open"]) for point in readiness["burn_down"]]
    assert [day for day, _ in days] == ["2026-10-01", "2026-11-01", "2026-11-20"]
    assert days[-1][1] == readiness["senders"] - readiness["done"]


def test_the_configuration_names_the_file(tmp_path: Path) -> None:
    """A path in it starts from the configuration's folder."""
    text = '[tenants.fabrikam]\nid = "fabrikam.example"\nowner_notes = "owners.toml"\n'
    credential = '[tenants.fabrikam.credential]\nkind = "managed-identity"\n'
    (tmp_path / "posture.toml").write_text(text + credential, encoding="utf-8")
    config = load(tmp_path / "posture.toml", {}, today=dt.date(2026, 11, 23))
    assert config.tenants["fabrikam"].owner_notes == tmp_path / "owners.toml"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('[[senders]]\nmailbox = "a@b.example"\noauth = "perhaps"\n', 3, "oauth"),
        ('[[senders]]\nmailbox = "a@b.example"\nouner = "Ada"\n', 3, "Did you mean 'owner'?"),
        ('[[senders]]\ndevice = "Printer"\n', 1, "mailbox"),
        ('[[senders]]\nmailbox = "printer"\n', 2, "is no address"),
        ('[[senders]]\nmailbox = "a@b.example"\n\n[[senders]]\nmailbox = "A@B.example"\n', 5, "line 2"),
        ('[[senders]]\nmailbox = "a@b.example"\nprogress = "soon"\n', 3, "in_work, blocked or done"),
        ('[[sender]]\nmailbox = "a@b.example"\n', 1, "Did you mean 'senders'?"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    """File, line, key, and what was expected."""
    file = tmp_path / "owners.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_notes(file)
    assert f"{file}, line {line}" in caught.value.message
    assert says in f"{caught.value.message} {caught.value.advice}"


@pytest.mark.parametrize("content", [b"[[senders", b"\xff\xfe"])
def test_a_file_that_can_not_be_read_is_an_error(tmp_path: Path, content: bytes) -> None:
    """No TOML, or no text."""
    file = tmp_path / "owners.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError):
        load_notes(file)


def test_a_missing_file_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 before anything is read."""
    done: Done = call(capsys, "import", str(tmp_path), "--owner-notes", str(tmp_path / "none.toml"))
    assert done.code == 2
    assert "none.toml" in done.err
