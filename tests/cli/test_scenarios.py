"""`demo --scenario`: the same files as in the tests, and an honest end."""

from pathlib import Path

import pytest

from tests.support.program import call, report_in


def demo(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> tuple[int, str]:
    done = call(capsys, "demo", "--format", "json", "--out", str(folder / "out"), *arguments)
    return done.code, done.err


def play(capsys: pytest.CaptureFixture[str], folder: Path, scenario: str, *arguments: str) -> tuple[int, str]:
    """Play a scenario that is written down here."""
    file = folder / "mine.toml"
    file.write_text(scenario)
    return demo(capsys, folder, "--scenario", str(file), *arguments)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_scenario_brings_its_tenant_and_what_goes_wrong_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 4, with the listing that was broken off."""
    code, said = play(
        capsys,
        tmp_path,
        "[tenant]\nmailboxes = 61\nseed = 4\n[service]\nrows = 20\n[[faults]]\n"
        'when.path = "/exchange/*"\nthen.link = "foreign-host"\n',
    )
    assert code == 4
    assert "mailboxes: partial: the service pointed to an address that is not its own" in said
    assert report_in(tmp_path / "out")["run"]["complete"] is False


def test_clocks_that_differ_are_told_and_stand_in_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stderr, in report.json and in the document; the evidence is complete all the same."""
    code, said = play(
        capsys, tmp_path, "[tenant]\nmailboxes = 61\nseed = 4\n[service]\nclock = -1000\n", "--format", "json,html"
    )
    sentence = "is at least 16 minutes behind the clock of the computer that read the tenant"
    report = report_in(tmp_path / "out")
    assert (code, report["run"]["complete"]) == (0, True)
    assert said.count(sentence) == 1
    assert [note for note in report["run"]["notes"] if sentence in note]
    assert sentence in next((tmp_path / "out").glob("*/report.html")).read_text("utf-8")


def test_listings_that_are_cut_alike_make_a_run_incomplete(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """They agree with each other; Graph's users tell, and the reason is told."""
    code, said = demo(capsys, tmp_path, "--scenario", "cut-alike")
    assert code == 4
    assert "mailboxes: partial: Get-Mailbox finds" in said
    run = report_in(tmp_path / "out")["run"]
    assert run["complete"] is False
    assert {part["section"] for part in run["evidence"] if part["state"] == "partial"} >= {
        "mailboxes",
        "cas-mailboxes",
        "exchange-users",
    }


def test_a_list_that_no_second_source_proved_is_named_in_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _ = play(capsys, tmp_path, '[tenant]\nmailboxes = 60\nwithout = ["User.Read.All"]\n')
    assert code == 4, "for lack of the users"
    notes = report_in(tmp_path / "out")["run"]["notes"]
    assert "No second source has proved that the list of mailboxes is whole: users was not read to its end." in notes


def test_groups_whose_members_nobody_counted_are_named_in_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Graph refuses their number in every batch and alone; the evidence is complete all the same."""
    code, said = play(
        capsys,
        tmp_path,
        "[tenant]\nmailboxes = 60\n[[faults]]\n"
        'when.path = "/graph/v1.0/groups/*/$count"\nthen.answer = "permission-missing"\n',
        "--format",
        "json,html,csv",
    )
    run = report_in(tmp_path / "out")["run"]
    (note,) = [note for note in run["notes"] if note.startswith("No second source")]
    said_first, _, reason = note.partition(": ")
    assert said_first == "No second source has proved that the members of 7 groups are whole"
    assert reason.startswith("Microsoft Graph did not permit it (")
    assert (code, run["complete"], "partial" in said) == (0, True, False)
    assert said_first in next((tmp_path / "out").glob("*/report.html")).read_text("utf-8")


def test_a_missing_role_in_exchange_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One of the scenarios that travel with the program."""
    code, said = demo(capsys, tmp_path, "--scenario", "no-exchange-role", "--mailboxes", "60")
    assert code == 4
    assert "permission: Exchange role such as Global Reader" in said


@pytest.mark.parametrize(
    ("path", "section", "state", "permission"),
    [
        ("/graph/v1.0/identityProtection/riskyUsers*", "risky-users", "missing", "IdentityRiskyUser.Read.All"),
        ("/graph/beta/users/*/authentication/requirements", "per-user-mfa", "missing", "Policy.Read.All"),
        ("/graph/v1.0/groups/*/transitiveMembers*", "groups", "missing", "GroupMember.Read.All"),
    ],
)
def test_a_refusal_of_what_the_token_holds_is_no_missing_permission(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str, section: str, state: str, permission: str
) -> None:
    """Graph may refuse for lack of a licence (facts/apis.md, INFERRED), on its own and within a batch."""
    play(
        capsys,
        tmp_path,
        f'[tenant]\nmailboxes = 60\n[[faults]]\nwhen.path = "{path}"\nthen.answer = "permission-missing"\n',
    )
    (part,) = [part for part in report_in(tmp_path / "out")["run"]["evidence"] if part["section"] == section]
    assert (part["state"], part["permission"]) == (state, "")
    assert f"the token holds {permission}: a licence or a further permission may be missing" in part["reason"]


def test_a_mistake_in_a_scenario_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its line, and nothing is written."""
    code, said = play(capsys, tmp_path, "seed = 1\n[[faults]]\nthen.stauts = 500\n")
    assert code == 2
    assert "line 3: faults[1].then.stauts: unknown key." in said
    assert "Did you mean 'status'?" in said
    assert not (tmp_path / "out").exists()
