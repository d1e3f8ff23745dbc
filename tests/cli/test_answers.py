"""``explain`` and ``diagnose`` as a user runs them, on a kept run of the small tenant."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import folder
from tests.support.program import Done, call

Program = Callable[..., Done]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """Import the small tenant, and give what runs further commands beside it."""
    monkeypatch.chdir(tmp_path)
    evidence = folder.write(tmp_path / "evidence", folder.files())
    assert call(capsys, "import", str(evidence), "--format", "json", "--as-of", "2026-11-23").code == 0
    return lambda *words: call(capsys, *words)


def address(name: str) -> str:
    return f"{name}@{folder.DOMAIN}"


def told(program: Program, *words: str) -> Any:
    done = program(*words, "--json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def test_explain_draws_every_gate_and_marks_the_first_closed_one(program: Program) -> None:
    """Each gate is a line with its state; exactly one refuses first; the evidence stands with its section and value."""
    done = program("explain", address("cara"), "--as-of", "2026-11-23")
    assert done.code == 0
    assert done.out.count("◀ refuses first") == 1
    (line,) = [line for line in done.out.splitlines() if "◀" in line]
    assert "SMTP AUTH switch" in line
    assert "cas-mailboxes: SmtpClientAuthenticationDisabled = True" in done.out
    assert "530 5.7.57" in done.out


def test_explain_says_what_comes_next(program: Program) -> None:
    """A shared mailbox that follows the organization is refused twice; opening the switch alone will not help."""
    done = program("explain", address("ida"))
    assert "Opening SMTP AUTH switch alone will not help: next comes Account." in done.out


def test_explain_tells_through_which_group_a_policy_leaves_a_mailbox_out(program: Program) -> None:
    """The path through groups is part of the explanation."""
    explained = told(program, "explain", address("anna"))
    ways = [way for policy in explained["policies"] for way in policy["exclude"]]
    assert any("member of" in str(way) for way in ways), explained["policies"]


@pytest.mark.parametrize("name", sorted(folder.BASIC))
def test_explain_agrees_with_the_report(program: Program, name: str) -> None:
    """What explain says of a mailbox is what the report says."""
    verdict = told(program, "explain", address(name), "--as-of", "2026-11-23")["verdict"]
    assert verdict["outcome"] == folder.BASIC[name]
    assert (verdict["decided_by"] or None) == folder.DECIDED_BY[name]


def test_explain_takes_a_method(program: Program) -> None:
    """An application with OAuth does not need the account's sign-in, and is refused by the switch all the same."""
    assert told(program, "explain", address("eve"), "--method", "oauth_app")["verdict"]["outcome"] == "accepted"
    assert told(program, "explain", address("cara"), "--method", "oauth-app")["verdict"]["outcome"] == "refused"


def test_explain_names_near_addresses_when_there_is_none(program: Program) -> None:
    """A misspelt address is a usage error that names what is near."""
    done = program("explain", address("ana"))
    assert done.code == 2
    assert address("anna") in done.err
    assert "Traceback" not in done.err


def test_an_unknown_method_is_a_usage_error(program: Program) -> None:
    """The methods are listed."""
    done = program("explain", address("anna"), "--method", "pop")
    assert done.code == 2
    assert "oauth_delegated" in done.err


def test_diagnose_needs_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A reply is named without a tenant, and without leaving a file."""
    monkeypatch.chdir(tmp_path)
    done = call(capsys, "diagnose", "(535, b'5.7.139 Authentication unsuccessful, account locked. Contact your admini")
    assert done.code == 0
    assert "account locked" in done.out
    assert list(tmp_path.iterdir()) == []


def test_diagnose_says_which_causes_hold_for_a_mailbox(program: Program) -> None:
    """The same sentence holds for the mailbox that is off, and contradicts the scan of the one that is on."""
    sentence = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox."
    off = told(program, "diagnose", sentence, "--mailbox", address("cara"))
    on = told(program, "diagnose", sentence, "--mailbox", address("anna"))
    assert off["causes"][0]["held"] == "held"
    assert off["contradictions"] == []
    assert on["causes"][0]["held"] == "not_held"
    assert on["contradictions"]


def test_diagnose_falls_back_on_the_code_and_says_so(program: Program) -> None:
    """Text that isn't known is not guessed at."""
    only_code = told(program, "diagnose", "error 5.7.139 nobody knows why")
    assert only_code["by_code_only"] is True
    assert told(program, "diagnose", "the printer is on fire")["recognised"] is False


def test_commands_of_a_diagnosis_name_the_mailbox(program: Program) -> None:
    """A command can be pasted; without a mailbox a placeholder stands where the address belongs."""
    sentence = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."
    named = told(program, "diagnose", sentence, "--mailbox", address("bob"))["causes"][0]["remedies"][0]["command"]
    unnamed = told(program, "diagnose", sentence)["causes"][0]["remedies"][0]["command"]
    assert f"'{address('bob')}'" in named
    assert "'<address>'" in unnamed


def test_an_empty_reply_is_a_usage_error(program: Program) -> None:
    """Nothing was pasted: that is told, not diagnosed."""
    done = program("diagnose", "  ")
    assert done.code == 2
    assert "no reply" in done.err


def test_diagnose_reads_stdin(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A long paste comes through a pipe."""
    paste = tmp_path / "paste.txt"
    paste.write_text("The server response was: 5.7.57 Client not authenticated to send mail. Error: 535 5.7.3 Auth")
    with paste.open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert told(program, "diagnose", "-")["replies"]
