"""The account: sign-in blocked, mailboxes of several kinds, and those that are listed apart."""

import pytest

from scanner.gates.account import judge
from scanner.gates.examples import a_circumstance, a_setting
from scanner.model.circumstance import AccountState, SetAside
from scanner.model.directory import MailboxKind
from scanner.model.judgement import Confidence, GateState, Judgement, Method
from scanner.model.observed import Gap, Observed

RESOURCES = [MailboxKind.SHARED, MailboxKind.ROOM, MailboxKind.EQUIPMENT]
BY_PERSON = [Method.BASIC, Method.OAUTH_DELEGATED]


def judged(method: Method = Method.BASIC, **facts: object) -> Judgement:
    return judge(a_circumstance(**facts), a_setting(), method)


@pytest.mark.parametrize("kind", [MailboxKind.USER, *RESOURCES])
@pytest.mark.parametrize("method", BY_PERSON)
def test_a_blocked_account_is_closed(kind: MailboxKind, method: Method) -> None:
    """Nobody signs in with a blocked account; which sentence comes is not known, so several are named."""
    judgement = judged(method, kind=kind, enabled=False)
    assert judgement.state is GateState.CLOSED
    assert judgement.reply
    assert len(judgement.other_replies) == 3


@pytest.mark.parametrize("kind", RESOURCES)
def test_a_resource_whose_sign_in_is_allowed_is_open_and_unusual(kind: MailboxKind) -> None:
    """Shared, room and equipment mailboxes have an account that is normally blocked; the report says so."""
    judgement = judged(kind=kind)
    assert judgement.state is GateState.OPEN
    assert judgement.confidence is Confidence.MEDIUM
    assert "unusual" in str(judgement.because)


@pytest.mark.parametrize(
    ("licensed", "confidence"), [(True, Confidence.HIGH), (None, Confidence.HIGH), (False, Confidence.MEDIUM)]
)
def test_a_user_without_licence_is_less_sure(licensed: bool | None, confidence: Confidence) -> None:  # noqa: FBT001
    """Microsoft asks for a licence for client submission; whether it is enforced is not known."""
    judgement = judged(licensed=licensed)
    assert judgement.state is GateState.OPEN
    assert judgement.confidence is confidence


@pytest.mark.parametrize("enabled", [None, Gap.ABSENT, Gap.EMPTY, Gap.UNREADABLE])
def test_a_value_that_is_no_boolean_is_unknown(enabled: Observed[bool]) -> None:
    """AccountEnabled that was not read is neither on nor off."""
    judgement = judged(enabled=enabled)
    assert judgement.state is GateState.UNKNOWN
    assert judgement.missing == ("users",)


@pytest.mark.parametrize("account", [AccountState.NOT_READ, AccountState.NOT_FOUND])
def test_an_account_that_is_not_among_the_users_is_unknown(account: AccountState) -> None:
    """Whether the users were read or not: nothing is said about an account that nobody saw."""
    judgement = judged(account=account, enabled=Gap.ABSENT)
    assert judgement.state is GateState.UNKNOWN
    assert judgement.missing == ("users",)


def test_a_mailbox_without_entra_object_is_closed() -> None:
    """Where Exchange knows no account, nobody can sign in."""
    judgement = judged(account=AccountState.NONE)
    assert judgement.state is GateState.CLOSED
    assert judgement.confidence is Confidence.MEDIUM


@pytest.mark.parametrize("facts", [{"enabled": False}, {"account": AccountState.NONE}])
def test_an_application_does_not_need_the_account(facts: dict[str, object]) -> None:
    """App-only OAuth signs in as the application."""
    assert judged(Method.OAUTH_APP, **facts).state is GateState.OPEN


@pytest.mark.parametrize("reason", [SetAside.INACTIVE, SetAside.SOFT_DELETED])
@pytest.mark.parametrize("method", Method)
def test_a_mailbox_not_in_use_is_closed(reason: SetAside, method: Method) -> None:
    """Inactive and soft-deleted mailboxes submit nothing, whatever their account says."""
    assert judged(method, set_aside=reason).state is GateState.CLOSED


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        ({"set_aside": SetAside.ON_PREMISES}, ("on-premises-exchange",)),
        ({"listed": False}, ("mailboxes",)),
    ],
)
def test_what_may_be_elsewhere_is_unknown(facts: dict[str, object], missing: tuple[str, ...], method: Method) -> None:
    """On-premises another server decides; what only the CAS list has may be anything."""
    judgement = judged(method, **facts)
    assert judgement.state is GateState.UNKNOWN
    assert judgement.missing == missing
