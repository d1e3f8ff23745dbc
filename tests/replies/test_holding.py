"""A diagnosis beside the scanned state of a mailbox."""

import pytest

from scanner.model.judgement import GateState, Judgement, Outcome, Verdict
from scanner.model.text import say
from scanner.replies.catalogue import reply
from scanner.replies.diagnose import diagnose
from scanner.replies.holding import Holding, causes_that_hold, contradictions
from tests.replies.samples import CRITERIA, DEFAULTS, GENERAL, INCORRECT, MAILBOX, TENANT

SCANNED = "2026-11-20"
GATES = (
    "authentication_policy",
    "smtp_auth_switch",
    "account",
    "security_defaults",
    "conditional_access",
    "per_user_mfa",
    "retirement",
)


def verdict(**states: tuple[GateState, str]) -> Verdict:
    """A verdict whose gates are open but for the given ones: (state, key of the reply)."""
    judgements = tuple(
        Judgement(gate=gate, state=state, because=say("because"), reply=reply(key) if key else None)
        for gate in GATES
        for state, key in [states.get(gate, (GateState.OPEN, ""))]
    )
    closed = [one for one in judgements if one.state is GateState.CLOSED]
    outcome = Outcome.REFUSED if closed else Outcome.ACCEPTED
    return Verdict(outcome=outcome, reply=closed[0].reply if closed else None, judgements=judgements)


TENANT_OFF = verdict(smtp_auth_switch=(GateState.CLOSED, "smtp_auth_disabled_tenant"))
MAILBOX_OFF = verdict(smtp_auth_switch=(GateState.CLOSED, "smtp_auth_disabled_mailbox"))
ALL_OPEN = verdict()


def holdings(text: str, scanned: Verdict) -> dict[str, Holding]:
    return {one.cause.key: one.holding for one in causes_that_hold(diagnose(text), scanned)}


def told(text: str, scanned: Verdict) -> str:
    return "\n".join(str(one) for one in contradictions(diagnose(text), scanned, SCANNED))


@pytest.mark.parametrize(
    ("state", "holding"),
    [
        (GateState.OPEN, Holding.NOT_HELD),
        (GateState.CLOSED, Holding.HELD),
        (GateState.DEPENDS, Holding.UNKNOWN),
        (GateState.UNKNOWN, Holding.UNKNOWN),
    ],
)
def test_a_cause_holds_as_its_gate_says(state: GateState, holding: Holding) -> None:
    scanned = verdict(conditional_access=(state, "criteria"))
    assert holdings(CRITERIA, scanned)["conditional_access"] is holding


def test_a_wrong_password_is_in_no_setting() -> None:
    assert holdings(INCORRECT, ALL_OPEN)["wrong_password"] is Holding.NOT_VISIBLE


def test_a_gate_that_was_not_judged_is_unknown() -> None:
    assert holdings(DEFAULTS, Verdict(outcome=Outcome.UNKNOWN))["security_defaults"] is Holding.UNKNOWN


def test_the_gate_says_why() -> None:
    assert str(causes_that_hold(diagnose(DEFAULTS), ALL_OPEN)[0].because) == "because"


def test_the_switch_of_the_mailbox_and_of_the_organization_are_told_apart() -> None:
    found = holdings(MAILBOX, TENANT_OFF)
    assert (found["switch_mailbox"], found["switch_tenant"]) == (Holding.NOT_HELD, Holding.HELD)


def test_either_switch_holds_where_the_reply_names_none() -> None:
    assert holdings(GENERAL, TENANT_OFF)["switch"] is Holding.HELD
    assert holdings(GENERAL, MAILBOX_OFF)["switch"] is Holding.HELD


def test_agreement_is_no_contradiction() -> None:
    assert told(TENANT, TENANT_OFF) == ""
    assert told(MAILBOX, MAILBOX_OFF) == ""


def test_a_mailbox_sentence_with_the_organization_off_shows_both() -> None:
    assert "inherited block" in told(MAILBOX, TENANT_OFF)


def test_a_tenant_sentence_with_the_mailbox_off_is_contradicted_by_the_prediction() -> None:
    assert "disabled for the Mailbox" in told(TENANT, MAILBOX_OFF)


@pytest.mark.parametrize("text", [TENANT, MAILBOX, DEFAULTS, CRITERIA])
def test_a_setting_that_is_open_contradicts_its_reply(text: str) -> None:
    assert f"The scan of {SCANNED} found every setting open" in told(text, ALL_OPEN)


def test_another_closed_gate_is_named() -> None:
    text = told(DEFAULTS, TENANT_OFF)
    assert "found every setting open" in text
    assert "disabled for the Tenant" in text


@pytest.mark.parametrize(
    "text", ["5.7.139", "hello", GENERAL, INCORRECT, "550 5.7.60 permissions to send as this sender"]
)
def test_where_the_reply_accuses_nothing_an_open_mailbox_contradicts_nothing(text: str) -> None:
    assert told(text, ALL_OPEN) == ""


def test_what_is_not_known_contradicts_nothing() -> None:
    assert told(DEFAULTS, verdict(security_defaults=(GateState.UNKNOWN, ""))) == ""


def test_a_refusal_without_a_known_reply_contradicts_nothing() -> None:
    scanned = verdict(security_defaults=(GateState.CLOSED, ""))
    assert told(DEFAULTS, scanned) == ""
