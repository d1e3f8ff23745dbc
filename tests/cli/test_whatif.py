"""``whatif`` as a user runs it, on a kept run of the small tenant."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import folder
from tests.support.program import Done, call

Program = Callable[..., Done]
BLOCK = 'policy:"Not in force".state=enabled'


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """Import the small tenant, and give what runs further commands beside it."""
    monkeypatch.chdir(tmp_path)
    evidence = folder.write(tmp_path / "evidence", folder.files())
    assert call(capsys, "import", str(evidence), "--format", "json", "--as-of", "2026-11-23").code == 0
    return lambda *words: call(capsys, *words)


def told(program: Program, *words: str) -> Any:
    done = program("whatif", *words, "--json")
    assert done.code == 0, done.err
    return done.json()


def by_name(answer: Any) -> dict[str, Any]:
    return {mailbox["address"].partition("@")[0]: mailbox for mailbox in answer["mailboxes"]}


def test_the_answer_names_mailboxes_outcomes_replies_and_gates(program: Program) -> None:
    """A switched-off mailbox: from accepted to refused, with the mailbox's own sentence, for OAuth as well."""
    answer = told(program, "--set", "mailbox:anna@fabrikam.example.smtp_auth=disabled")
    assert answer["schema"] == "smtp-posture.whatif/1"
    assert answer["set"] == [
        {"key": "mailbox:anna@fabrikam.example.smtp_auth", "before": "enabled", "after": "disabled"}
    ]
    anna = by_name(answer)["anna"]
    assert (anna["basic"]["before"]["outcome"], anna["basic"]["after"]["outcome"]) == ("accepted", "refused")
    assert anna["basic"]["after"]["decided_by"] == "smtp_auth_switch"
    assert "disabled for the Mailbox" in anna["basic"]["after"]["reply"]["text"]
    assert anna["oauth_delegated"]["after"]["outcome"] == "refused"
    assert answer["summary"]["changed"] == len(answer["mailboxes"]) == 1


def test_unknown_use_is_null_and_not_none(program: Program) -> None:
    """Nobody was read who sends."""
    answer = told(program, "--set", BLOCK)
    assert answer["summary"]["in_use"] is None
    assert answer["summary"]["use_unknown"] == answer["summary"]["changed"]
    assert {mailbox["in_use"] for mailbox in answer["mailboxes"]} == {None}
    assert answer["exceptions"]["for_senders"] is False


def test_the_exceptions_can_be_tried(program: Program) -> None:
    """Their options, given beside the change, leave nobody whose Basic works less than before."""
    answer = told(program, "--set", BLOCK)
    options = [item["option"] for group in answer["exceptions"]["needed"] for item in group["mailboxes"]]
    assert len(options) == answer["exceptions"]["count"] == 4
    again = told(program, "--set", BLOCK, *(word for option in options for word in ("--set", option)))
    lost = [
        name
        for name, mailbox in by_name(again).items()
        if mailbox["basic"] and mailbox["basic"]["before"]["outcome"] in {"accepted", "depends"}
    ]
    assert not lost


def test_another_date_is_a_change_of_its_own(program: Program) -> None:
    """In January 2027 Basic depends on what the admin did; the verdicts before are those of the run's date."""
    answer = told(program, "--as-of", "2027-01-15")
    assert (answer["as_of_before"], answer["as_of"]) == ("2026-11-23", "2027-01-15")
    assert by_name(answer)["anna"]["basic"]["after"]["outcome"] == "depends"
    assert by_name(answer)["anna"]["basic"]["after"]["depends_on"] == ["retirement"]
    assert by_name(answer)["anna"]["oauth_delegated"] is None


def test_people_read_it_as_well(program: Program) -> None:
    """Counts, mailboxes with their gate and reply, and the cmdlet of each exception; no tenant was changed."""
    done = program("whatif", "latest", "--set", "mailbox:anna@fabrikam.example.smtp_auth=inherit")
    assert done.code == 0
    assert "mailbox:anna@fabrikam.example.smtp_auth: enabled → inherit" in done.out
    assert "1 of 16 mailboxes change, who uses them is not known." in done.out
    assert "disabled for the Tenant" in done.out
    assert "Set-CASMailbox -Identity 'anna@fabrikam.example' -SmtpClientAuthenticationDisabled $false" in done.out
    assert "nothing was changed in the tenant" in done.out


def test_security_defaults_beside_policies_are_remarked(program: Program) -> None:
    """Microsoft lets nobody have both."""
    answer = told(program, "--set", "security_defaults=on")
    assert any("exclude each other" in note for note in answer["notes"])
    assert {lost["address"].partition("@")[0] for lost in answer["exceptions"]["lost"]} >= {"anna", "gus", "olga"}


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("tenant.smtp_auth_disable=true", "tenant.smtp_auth_disabled"),
        ("mailbox:ana@fabrikam.example.smtp_auth=inherit", "anna@fabrikam.example"),
        ("policy:Block legacy auth.state=enabled", "Block legacy authentication"),
        ("policy:Block legacy authentication.exclude_group=Travelers", "Travellers"),
        ("tenant.default_authentication_policy=Block Basics", "Block Basic"),
        ("authentication_policy:Allow.allow_basic_smtp=true", "Allow SMTP"),
        ("mailbox:leo@fabrikam.example.per_user_mfa=enforced", "no account"),
        ("security_defaults=maybe", "true, false"),
        ('authentication_policy:"Block Basic".create=allowing', "there is an authentication policy of that name"),
    ],
)
def test_a_wrong_option_is_a_usage_error_that_helps(program: Program, option: str, says: str) -> None:
    """Exit code 2, the option, and the nearest known name."""
    done = program("whatif", "--set", option)
    assert done.code == 2
    assert not done.out
    assert says in done.err


def test_nothing_asked_is_a_usage_error(program: Program) -> None:
    """Neither a change nor a date."""
    assert program("whatif").code == 2


def sign_in(name: str, *, oauth: bool = False) -> dict[str, Any]:
    (person,) = [one for one in folder.PEOPLE if one.name == name]
    return {
        "id": f"sign-in-{name}",
        "userId": person.id,
        "userPrincipalName": person.address,
        "createdDateTime": "2026-11-20T08:00:00Z",
        "clientAppUsed": "Authenticated SMTP",
        "status": {"errorCode": 0},
        "userAgent": "mailer" if oauth else "BAV2ROPC",
        "authenticationProtocol": "oAuth2" if oauth else "ropc",
    }


def test_where_use_was_read_only_senders_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Anna sends with Basic, olga with OAuth, nobody else: the switch hurts both, Basic's end hurts anna."""
    monkeypatch.chdir(tmp_path)
    content = {**folder.files(), "sign-ins": [sign_in("anna"), sign_in("olga", oauth=True)]}
    evidence = folder.write(tmp_path / "evidence", content)
    assert call(capsys, "import", str(evidence), "--format", "json", "--as-of", "2026-11-23").code == 0

    def ask(*options: str) -> Any:
        words = [word for option in options for word in ("--set", option)]
        return call(capsys, "whatif", *words, "--json").json()

    both = ask("mailbox:anna@fabrikam.example.smtp_auth=off", "mailbox:olga@fabrikam.example.smtp_auth=off")
    assert both["summary"]["in_use"] == 2
    assert both["exceptions"]["for_senders"] is True
    (group,) = both["exceptions"]["needed"]
    assert {item["address"].partition("@")[0] for item in group["mailboxes"]} == {"anna", "olga"}
    blocked = ask(BLOCK)
    excepted = [item["address"] for group in blocked["exceptions"]["needed"] for item in group["mailboxes"]]
    assert excepted == ["anna@fabrikam.example"]
    defaults = ask("security_defaults=on")
    assert [one["address"] for one in defaults["exceptions"]["lost"]] == ["anna@fabrikam.example"]
