"""From verdicts to what the reader should do."""

from typing import Any

import pytest

from scanner.advice import next_gate, remedies_of, route_of
from scanner.gates.examples import a_circumstance, a_policy, a_setting, blocking
from scanner.judge import Verdicts, judge
from scanner.model.circumstance import Circumstance
from scanner.model.directory import MailboxKind
from scanner.model.judgement import Outcome, Verdict
from scanner.model.settings import SecurityDefaults, TransportConfig

OFF = TransportConfig(smtp_auth_disabled=True)
DEFAULTS_ON = SecurityDefaults(enabled=True)


def verdicts(basic: Outcome, delegated: Outcome = Outcome.REFUSED, app: Outcome = Outcome.REFUSED) -> Verdicts:
    return Verdicts(
        basic=Verdict(outcome=basic), oauth_delegated=Verdict(outcome=delegated), oauth_app=Verdict(outcome=app)
    )


def judged(circumstance: Circumstance, **setting: Any) -> Verdicts:
    return judge(circumstance, a_setting(**setting))


def test_remedies_follow_the_order_of_refusal() -> None:
    """One for each closed gate at least, each sentence once, each with the gate it opens."""
    found = judged(
        a_circumstance(authentication_policy="block", enabled=False, per_user_mfa="enforced"),
        transport_config=OFF,
        authentication_policies=a_policy("block", allows=False),
        security_defaults=DEFAULTS_ON,
        policies=(blocking("Block legacy"),),
    )
    remedies = list(remedies_of(found.basic))
    gates = [remedy.gate for remedy in remedies]
    assert list(dict.fromkeys(gates)) == [gate for gate in found.basic.closed if gate in gates]
    sentences = [remedy.text.message for remedy in remedies]
    assert len(sentences) == len(set(sentences))


def test_an_inherited_block_and_an_own_one_are_undone_differently() -> None:
    """The undo of the one is blank, of the other off."""
    inherited = judged(a_circumstance(), transport_config=OFF).basic
    own = judged(a_circumstance(smtp_auth_disabled=True)).basic
    assert any("$null" in str(remedy.undo) for remedy in remedies_of(inherited))
    assert any("$true" in str(remedy.undo) for remedy in remedies_of(own))


def test_what_passes_needs_no_remedy() -> None:
    """The advice on Send As is no remedy either."""
    assert list(remedies_of(judged(a_circumstance()).basic)) == []


def test_the_next_gate_is_named() -> None:
    """Opening the first alone will not help."""
    both = judged(a_circumstance(), transport_config=OFF, security_defaults=DEFAULTS_ON).basic
    assert next_gate(both) == "security_defaults"
    assert next_gate(judged(a_circumstance(), transport_config=OFF).basic) == ""


@pytest.mark.parametrize(
    ("kind", "delegated", "app", "key"),
    [
        (MailboxKind.HVE, Outcome.ACCEPTED, Outcome.ACCEPTED, "hve"),
        (MailboxKind.USER, Outcome.ACCEPTED, Outcome.ACCEPTED, "oauth_delegated"),
        (MailboxKind.SHARED, Outcome.REFUSED, Outcome.ACCEPTED, "oauth_app"),
        (MailboxKind.USER, Outcome.DEPENDS, Outcome.UNKNOWN, "open_or_relay"),
        (MailboxKind.USER, Outcome.REFUSED, Outcome.REFUSED, "open_or_relay"),
    ],
)
def test_where_to_move(kind: MailboxKind, delegated: Outcome, app: Outcome, key: str) -> None:
    """The nearest way that works today."""
    found = verdicts(Outcome.ACCEPTED, delegated, app)
    assert route_of(a_circumstance(kind=kind), found).key == key
