"""Gates that read the tenant, the date or one state of the account."""

import datetime as dt

import pytest
from msgspec import structs

from scanner.gates import per_user_mfa, retirement, security_defaults, send_as
from scanner.gates.calendar import CALENDAR
from scanner.gates.examples import a_circumstance, a_setting
from scanner.model.circumstance import AccountState
from scanner.model.directory import MailboxKind
from scanner.model.judgement import Confidence, GateState, Method
from scanner.model.observed import Gap, Observed
from scanner.model.settings import SecurityDefaults
from scanner.replies.catalogue import reply

OAUTH = [Method.OAUTH_DELEGATED, Method.OAUTH_APP]
LAST_DAY = dt.date(2026, 12, 30)
FIRST_DAY = dt.date(2026, 12, 31)


@pytest.mark.parametrize("enabled", [None, Gap.ABSENT, Gap.EMPTY, Gap.UNREADABLE])
def test_security_defaults_that_were_not_read_are_never_off(enabled: Observed[bool]) -> None:
    """A failed read gives unknown."""
    setting = a_setting(security_defaults=SecurityDefaults(enabled=enabled))
    judgement = security_defaults.judge(a_circumstance(), setting, Method.BASIC)
    assert judgement.state is GateState.UNKNOWN
    assert judgement.missing == ("security-defaults",)


@pytest.mark.parametrize("method", OAUTH)
def test_security_defaults_let_oauth_pass(method: Method) -> None:
    """INFERRED, so not with high confidence."""
    setting = a_setting(security_defaults=SecurityDefaults(enabled=True))
    judgement = security_defaults.judge(a_circumstance(), setting, method)
    assert judgement.state is GateState.OPEN
    assert judgement.confidence is Confidence.MEDIUM


@pytest.mark.parametrize(("day", "state"), [(LAST_DAY, GateState.OPEN), (FIRST_DAY, GateState.DEPENDS)])
def test_the_end_of_2026_is_a_default_and_no_promise(day: dt.date, state: GateState) -> None:
    """From that day it depends on the admin, with low confidence; 5.7.30 is never promised."""
    judgement = retirement.judge(a_circumstance(), a_setting(as_of=day), Method.BASIC)
    assert judgement.state is state
    if state is GateState.DEPENDS:
        assert judgement.depends_on == ("retirement",)
        assert judgement.confidence is Confidence.LOW
        assert reply("basic_retired") not in {judgement.reply, *judgement.other_replies}


@pytest.mark.parametrize(
    ("day", "state"), [(dt.date(2028, 5, 31), GateState.DEPENDS), (dt.date(2028, 6, 1), GateState.CLOSED)]
)
def test_the_final_date_closes_once_it_is_known(day: dt.date, state: GateState) -> None:
    """Before it the default holds; from it on the reply is 5.7.30."""
    calendar = structs.replace(CALENDAR, final_removal=dt.date(2028, 6, 1))
    judgement = retirement.judge(a_circumstance(), a_setting(as_of=day, calendar=calendar), Method.BASIC)
    assert judgement.state is state
    assert (judgement.reply == reply("basic_retired")) == (state is GateState.CLOSED)


@pytest.mark.parametrize("method", OAUTH)
def test_oauth_does_not_retire(method: Method) -> None:
    """The retirement is about Basic."""
    setting = a_setting(as_of=dt.date(2030, 1, 1))
    assert retirement.judge(a_circumstance(), setting, method).state is GateState.OPEN


@pytest.mark.parametrize(
    ("day", "state"), [(dt.date(2028, 8, 31), GateState.OPEN), (dt.date(2028, 9, 1), GateState.DEPENDS)]
)
def test_high_volume_email_keeps_basic_longer(day: dt.date, state: GateState) -> None:
    """HVE takes Basic until September 2028."""
    circumstance = a_circumstance(kind=MailboxKind.HVE)
    judgement = retirement.judge(circumstance, a_setting(as_of=day), Method.BASIC)
    assert judgement.state is state


def test_no_final_date_is_claimed() -> None:
    """Microsoft has not announced it; the calendar says when that was last compared."""
    assert CALENDAR.final_removal is None
    assert CALENDAR.compared_on >= dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        ("disabled", GateState.OPEN),
        ("enabled", GateState.OPEN),
        ("enforced", GateState.CLOSED),
        ("something new", GateState.UNKNOWN),
        (None, GateState.UNKNOWN),
        (Gap.ABSENT, GateState.UNKNOWN),
        (Gap.EMPTY, GateState.UNKNOWN),
        (Gap.UNREADABLE, GateState.UNKNOWN),
    ],
)
def test_per_user_mfa_by_state(state: Observed[str], answer: GateState) -> None:
    """Only "enforced" refuses the password; what is not one of the three states is unknown."""
    judgement = per_user_mfa.judge(a_circumstance(per_user_mfa=state), a_setting(), Method.BASIC)
    assert judgement.state is answer
    assert judgement.missing == (("per-user-mfa",) if answer is GateState.UNKNOWN else ())


@pytest.mark.parametrize("method", OAUTH)
def test_per_user_mfa_lets_oauth_pass(method: Method) -> None:
    """MFA is answered once, when the token is issued."""
    circumstance = a_circumstance(per_user_mfa="enforced")
    assert per_user_mfa.judge(circumstance, a_setting(), method).state is GateState.OPEN


def test_without_account_there_is_no_mfa() -> None:
    """A mailbox without Entra object has no MFA state to read."""
    circumstance = a_circumstance(account=AccountState.NONE, per_user_mfa=Gap.ABSENT)
    assert per_user_mfa.judge(circumstance, a_setting(), Method.BASIC).state is GateState.OPEN


def test_send_as_only_warns() -> None:
    """It is open for everybody and names the reply that another From address gets."""
    judgement = send_as.judge(a_circumstance(), a_setting(), Method.BASIC)
    assert judgement.state is GateState.OPEN
    assert judgement.other_replies == (reply("send_as_5_7_60"),)
    assert send_as.GATE.causes(judgement) == ("send_as",)
