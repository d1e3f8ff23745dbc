"""From all gates' answers to one verdict: the first closed gate decides, unknown never becomes an answer."""

import datetime as dt
from typing import Any, assert_never

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.gates.examples import a_circumstance, a_policy, a_setting, blocking
from scanner.gates.gate import Setting
from scanner.gates.order import GATES
from scanner.judge import ADVISORY, combine, judge
from scanner.model.circumstance import Circumstance, SetAside
from scanner.model.judgement import Confidence, GateState, Judgement, Method, Outcome, Verdict
from scanner.model.observed import Gap
from scanner.model.settings import SecurityDefaults, TransportConfig
from scanner.replies.catalogue import CATALOGUE, reply

DECIDING = [gate.name for gate in GATES if gate.name not in ADVISORY]
OFF = TransportConfig(smtp_auth_disabled=True)
REPLIES = st.sampled_from([reply(entry.key) for entry in CATALOGUE[:6]])


def judgement(gate: str, state: GateState, **more: Any) -> Judgement:
    usual: dict[str, Any] = {"missing": (f"{gate}-section",)} if state is GateState.UNKNOWN else {}
    if state is GateState.DEPENDS:
        usual = {"depends_on": (f"{gate}-variable",)}
    return Judgement(gate=gate, state=state, **(usual | more))


def combined(*states: GateState) -> Verdict:
    padded = (*states, *[GateState.OPEN] * (len(DECIDING) - len(states)))
    return combine(tuple(judgement(gate, state) for gate, state in zip(DECIDING, padded, strict=True)))


def judge_by(circumstance: Circumstance, setting: Setting, method: Method) -> Verdict:
    verdicts = judge(circumstance, setting)
    match method:
        case Method.BASIC:
            return verdicts.basic
        case Method.OAUTH_DELEGATED:
            return verdicts.oauth_delegated
        case Method.OAUTH_APP:
            return verdicts.oauth_app
        case _:
            assert_never(method)


def basic(circumstance: dict[str, Any] | None = None, **setting: Any) -> Verdict:
    return judge_by(a_circumstance(**(circumstance or {})), a_setting(**setting), Method.BASIC)


def test_everything_open_is_accepted() -> None:
    """Each method passes a tenant in which everything is read and open."""
    verdicts = judge(a_circumstance(), a_setting())
    for verdict in (verdicts.basic, verdicts.oauth_delegated, verdicts.oauth_app):
        assert verdict.outcome is Outcome.ACCEPTED
        assert (verdict.reply, verdict.decided_by, verdict.closed, verdict.missing) == (None, "", (), ())


def test_every_gate_is_asked_and_all_closed_ones_are_named() -> None:
    """Opening the first alone would not help: the others stand in ``closed``, in the order in which they refuse."""
    verdict = basic(
        {"authentication_policy": "block", "enabled": False, "per_user_mfa": "enforced"},
        transport_config=OFF,
        authentication_policies=a_policy("block", allows=False),
        security_defaults=SecurityDefaults(enabled=True),
        policies=(blocking("Block legacy"),),
    )
    assert [item.gate for item in verdict.judgements] == [gate.name for gate in GATES]
    assert verdict.closed == (
        "authentication_policy",
        "smtp_auth_switch",
        "account",
        "security_defaults",
        "conditional_access",
        "per_user_mfa",
    )
    assert verdict.decided_by == "authentication_policy"
    assert verdict.reply == reply("basic_disabled")


def test_the_first_closed_gate_decides_the_reply() -> None:
    """The switch answers before Security Defaults."""
    verdict = basic(transport_config=OFF, security_defaults=SecurityDefaults(enabled=True))
    assert verdict.decided_by == "smtp_auth_switch"
    assert verdict.reply == reply("smtp_auth_disabled_tenant")
    assert reply("security_defaults") not in verdict.other_replies


def test_an_authentication_policy_beats_a_mailbox_enable() -> None:
    """Microsoft says so: the switch of the mailbox is on, and Basic is refused all the same."""
    verdict = basic(
        {"authentication_policy": "block", "smtp_auth_disabled": False},
        authentication_policies=a_policy("block", allows=False),
    )
    assert verdict.outcome is Outcome.REFUSED
    assert verdict.closed == ("authentication_policy",)


@pytest.mark.parametrize("method", [Method.OAUTH_DELEGATED, Method.OAUTH_APP])
def test_oauth_is_refused_by_the_switch(method: Method) -> None:
    """With the sentence that Basic gets (field-proven)."""
    verdict = judge_by(a_circumstance(), a_setting(transport_config=OFF), method)
    assert verdict.outcome is Outcome.REFUSED
    assert verdict.decided_by == "smtp_auth_switch"
    assert verdict.reply == reply("smtp_auth_disabled_tenant")


def test_security_defaults_hide_behind_open_switches() -> None:
    """Everything in Exchange is on, and Basic is refused; OAuth is not."""
    verdicts = judge(
        a_circumstance(smtp_auth_disabled=False), a_setting(security_defaults=SecurityDefaults(enabled=True))
    )
    assert verdicts.basic.outcome is Outcome.REFUSED
    assert verdicts.basic.reply == reply("security_defaults")
    assert verdicts.oauth_delegated.outcome is Outcome.ACCEPTED


def test_an_unknown_gate_before_the_closed_one_may_answer_first() -> None:
    """It is refused for certain; the reply of the unknown gate is possible, and the confidence is not high."""
    verdict = basic({"smtp_auth_disabled": Gap.ABSENT}, security_defaults=SecurityDefaults(enabled=True))
    assert verdict.outcome is Outcome.REFUSED
    assert verdict.reply == reply("security_defaults")
    assert reply("smtp_auth_disabled_mailbox") in verdict.other_replies
    assert verdict.confidence is Confidence.MEDIUM
    assert verdict.missing == ("cas-mailboxes",)


def test_an_unknown_gate_after_the_closed_one_changes_nothing() -> None:
    """What would come later is not asked."""
    verdict = basic({"per_user_mfa": Gap.ABSENT}, transport_config=OFF)
    assert verdict.outcome is Outcome.REFUSED
    assert verdict.confidence is Confidence.HIGH
    assert verdict.missing == ()


def test_a_gate_that_depends_before_the_closed_one_may_answer_first() -> None:
    """From the end of 2026 the default-off may answer before the tenant's own switch."""
    verdict = basic({"enabled": False}, as_of=dt.date(2027, 1, 15))
    assert verdict.outcome is Outcome.REFUSED
    assert verdict.decided_by == "account"
    assert reply("smtp_auth_disabled_tenant") in verdict.other_replies
    assert verdict.confidence is Confidence.MEDIUM


def test_december_2026_depends() -> None:
    """An accepted mailbox depends on the admin from that day, for Basic only."""
    verdicts = judge(a_circumstance(), a_setting(as_of=dt.date(2026, 12, 31)))
    assert verdicts.basic.outcome is Outcome.DEPENDS
    assert verdicts.basic.depends_on == ("retirement",)
    assert verdicts.basic.confidence is Confidence.LOW
    assert verdicts.oauth_delegated.outcome is Outcome.ACCEPTED
    assert verdicts.oauth_app.outcome is Outcome.ACCEPTED


def test_unknown_beats_depends() -> None:
    """What is missing could refuse it everywhere; both are named."""
    verdict = basic({"per_user_mfa": Gap.ABSENT}, as_of=dt.date(2026, 12, 31))
    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.decided_by == "per_user_mfa"
    assert verdict.depends_on == ("retirement",)
    assert verdict.missing == ("per-user-mfa",)
    assert verdict.reply == reply("criteria")
    assert reply("smtp_auth_disabled_tenant") in verdict.other_replies


@pytest.mark.parametrize(
    ("states", "outcome", "decided_by"),
    [
        ((GateState.UNKNOWN, GateState.CLOSED), Outcome.REFUSED, DECIDING[1]),
        ((GateState.DEPENDS, GateState.CLOSED), Outcome.REFUSED, DECIDING[1]),
        ((GateState.CLOSED, GateState.CLOSED), Outcome.REFUSED, DECIDING[0]),
        ((GateState.DEPENDS, GateState.UNKNOWN), Outcome.UNKNOWN, DECIDING[1]),
        ((GateState.DEPENDS, GateState.DEPENDS), Outcome.DEPENDS, DECIDING[0]),
        ((GateState.OPEN,), Outcome.ACCEPTED, ""),
    ],
)
def test_the_graver_answer_wins(states: tuple[GateState, ...], outcome: Outcome, decided_by: str) -> None:
    """Closed before unknown before depends before open; the first of its kind decides."""
    verdict = combined(*states)
    assert verdict.outcome is outcome
    assert verdict.decided_by == decided_by


def test_an_advisory_gate_decides_nothing() -> None:
    """Send As is advice: even closed it would not refuse a verdict."""
    verdict = combine((judgement("account", GateState.OPEN), judgement("send_as", GateState.CLOSED)))
    assert verdict.outcome is Outcome.ACCEPTED
    assert verdict.closed == ()


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize(
    ("facts", "missing"),
    [({"set_aside": SetAside.ON_PREMISES}, "on-premises-exchange"), ({"listed": False}, "mailboxes")],
)
def test_outside_of_exchange_online_nothing_applies(facts: dict[str, Any], missing: str, method: Method) -> None:
    """Security Defaults and the tenant's switch say nothing of a mailbox on-premises, or of what may be one."""
    setting = a_setting(transport_config=OFF, security_defaults=SecurityDefaults(enabled=True))
    verdict = judge_by(a_circumstance(**facts), setting, method)
    assert verdict.outcome is Outcome.UNKNOWN
    assert verdict.missing == (missing,)
    assert (verdict.reply, verdict.other_replies, verdict.closed) == (None, (), ())
    assert [item.gate for item in verdict.judgements] == [gate.name for gate in GATES]
    assert {item.state for item in verdict.judgements} == {GateState.UNKNOWN}


JUDGEMENTS = st.tuples(
    *(
        st.builds(
            judgement,
            st.just(gate),
            st.sampled_from(GateState),
            reply=st.none() | REPLIES,
            other_replies=st.lists(REPLIES, max_size=2).map(tuple),
            confidence=st.sampled_from(Confidence),
        )
        for gate in DECIDING
    )
)


@given(JUDGEMENTS)
def test_a_verdict_holds_together(judgements: tuple[Judgement, ...]) -> None:
    """Whatever the gates say: closed lists all closed, unknown says what is missing, depends on what it depends."""
    verdict = combine(judgements)
    closed = tuple(item.gate for item in judgements if item.state is GateState.CLOSED)
    assert verdict.closed == closed
    assert (verdict.outcome is Outcome.REFUSED) == bool(closed)
    assert (verdict.outcome is Outcome.ACCEPTED) == ({item.state for item in judgements} == {GateState.OPEN})
    assert (verdict.decided_by == "") == (verdict.outcome is Outcome.ACCEPTED)
    assert verdict.outcome is not Outcome.UNKNOWN or verdict.missing
    assert verdict.outcome is not Outcome.DEPENDS or verdict.depends_on
    assert verdict.reply not in verdict.other_replies
    assert len(set(verdict.other_replies)) == len(verdict.other_replies)


@given(JUDGEMENTS, st.integers(0, len(DECIDING) - 1))
def test_a_closed_gate_that_turns_unknown_never_accepts(judgements: tuple[Judgement, ...], place: int) -> None:
    """Losing the evidence of one gate leaves the outcome, or makes it unknown."""
    before = combine(judgements)
    lost = judgement(judgements[place].gate, GateState.UNKNOWN)
    after = combine((*judgements[:place], lost, *judgements[place + 1 :]))
    assert after.outcome in {before.outcome, Outcome.UNKNOWN}
