"""The gate of Conditional Access: how decisions of the evaluator become judgements."""

from typing import Any

import pytest
from msgspec import structs

from scanner.access.evaluator import Access, Decision
from scanner.access.gaps import EvidenceGap
from scanner.gates.conditional_access import GATE, OFFICE_ONLY, judge
from scanner.gates.examples import a_circumstance, a_setting, blocking
from scanner.model.circumstance import AccountState, Member
from scanner.model.judgement import Confidence, GateState, Judgement, Method
from scanner.model.policy import Grant, Policy
from scanner.model.text import say
from scanner.replies.catalogue import reply


def judged(*policies: Policy, method: Method = Method.BASIC, **facts: Any) -> Judgement:
    included = Member(badge=(1 << len(policies)) - 1)
    return judge(a_circumstance(**{"member": included, **facts}), a_setting(policies=policies), method)


def apps(decision: Decision) -> Judgement:
    return judge(a_circumstance(), a_setting(policies=(blocking("Block"),), apps=decision), Method.OAUTH_APP)


def gap(name: str) -> EvidenceGap:
    return EvidenceGap(key=name, section=name, because=say("{name} was not read", name=name))


def with_mfa(name: str) -> Policy:
    return structs.replace(blocking(name), grant=Grant(controls=frozenset({"mfa"})))


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "Stopped by P0."), (3, "Stopped by P0, P1, P2."), (5, "Stopped by P0, P1, P2 and 2 more.")],
)
def test_the_policies_that_stop_it_are_named(count: int, words: str) -> None:
    """The first three by name, the others counted; every one is in the evidence."""
    judgement = judged(*(blocking(f"P{number}") for number in range(count)))
    assert judgement.state is GateState.CLOSED
    assert str(judgement.because) == words
    assert len(judgement.findings) == count
    assert judgement.reply == reply("criteria")


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "It depends on the sender's network location: P0."),
        (4, "It depends on the sender's network location: P0, P1, P2 and 1 more."),
    ],
)
def test_what_decides_at_the_time_of_sending_is_named(count: int, words: str) -> None:
    """A location condition makes it depend, and its remedy is about locations."""
    judgement = judged(*(blocking(f"P{number}", conditions=OFFICE_ONLY) for number in range(count)))
    assert judgement.state is GateState.DEPENDS
    assert judgement.depends_on == ("location",)
    assert str(judgement.because) == words
    assert GATE.causes(judgement) == ("location",)


def test_what_stops_everywhere_is_not_about_locations() -> None:
    """The remedy of a blocking policy is to take the sender out of it."""
    assert GATE.causes(judged(blocking("Block"))) == ("conditional_access",)


@pytest.mark.parametrize(
    ("federated", "policy", "confidence"),
    [
        (True, with_mfa("MFA"), Confidence.LOW),
        (False, with_mfa("MFA"), Confidence.HIGH),
        (None, with_mfa("MFA"), Confidence.HIGH),
        (True, blocking("Block"), Confidence.HIGH),
    ],
)
def test_a_federated_domain_may_answer_mfa_itself(
    federated: bool | None,  # noqa: FBT001 -- a fact
    policy: Policy,
    confidence: Confidence,
) -> None:
    """Where only MFA stops it and another identity provider signs in, the confidence is low."""
    judgement = judged(policy, federated=federated)
    assert judgement.state is GateState.CLOSED
    assert judgement.confidence is confidence


def test_an_application_is_judged_by_its_own_policies() -> None:
    """Policies about people say nothing about an application, even one without a mailbox account."""
    judgement = judged(blocking("Block"), method=Method.OAUTH_APP, member=None)
    assert judgement.state is GateState.OPEN
    assert "applications" in str(judgement.because)


def test_each_answer_about_applications_is_passed_on() -> None:
    """Blocked, and unknown with its gaps."""
    assert apps(Decision(access=Access.BLOCKED, policies=("block",))).state is GateState.CLOSED
    one = apps(Decision(access=Access.UNKNOWN, gaps=(gap("groups"),)))
    assert one.missing == ("groups",)
    assert str(one.because) == "Not known: groups was not read."
    two = apps(Decision(access=Access.UNKNOWN, gaps=(gap("groups"), gap("users"))))
    assert two.missing == ("groups", "users")
    assert str(two.because) == "Not known: groups was not read; and 1 more."


def test_an_unknown_without_named_gap_still_says_what_is_missing() -> None:
    """Never an unknown that lacks nothing: the policies themselves are named then."""
    judgement = apps(Decision(access=Access.UNKNOWN))
    assert judgement.missing == ("conditional-access-policies",)


def test_a_mailbox_without_account_is_touched_by_no_policy() -> None:
    """Nobody signs in as it; where the id was only not read, that is unknown."""
    assert judged(blocking("Block"), member=None, account=AccountState.NONE).state is GateState.OPEN
    unread = judged(blocking("Block"), member=None, account=AccountState.NOT_FOUND)
    assert unread.state is GateState.UNKNOWN
    assert unread.missing == ("mailboxes",)
