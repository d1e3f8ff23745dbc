"""Conditional Access: all enabled policies together (facts/conditional-access.md); the evaluator is in access/."""

from typing import assert_never

from scanner.access.evaluator import Access, Decision
from scanner.gates.dependencies import DEPENDENCIES
from scanner.gates.examples import a_circumstance, a_setting, blocking
from scanner.gates.gate import Example, Gate, Setting, found
from scanner.model.circumstance import AccountState, Circumstance
from scanner.model.judgement import Confidence, Finding, GateState, Judgement, Method, lowest
from scanner.model.policy import Conditions, Sides
from scanner.model.section import SectionState
from scanner.model.text import NOTHING, Text, say
from scanner.replies.catalogue import reply

NAME = "conditional_access"
SECTION = "conditional-access-policies"
MOST_NAMED = 3


def judge(circumstance: Circumstance, setting: Setting, method: Method) -> Judgement:
    """Judge what Conditional Access does to the sign-in."""
    decision = decision_for(circumstance, setting, method)
    return nobody(circumstance) if decision is None else judge_decision(decision, circumstance, setting, method)


def forecast(circumstance: Circumstance, setting: Setting, method: Method) -> Judgement | None:
    """Judge as if report-only policies were enforced; ``None`` where that changes nothing."""
    if circumstance.member is None or method not in setting.evaluators:
        return None
    evaluator = setting.evaluators[method]
    then = evaluator.decide(circumstance.member, as_if_enforced=True)
    if then.access is evaluator.decide(circumstance.member).access:
        return None
    return judge_decision(then, circumstance, setting, method)


def judge_decision(decision: Decision, circumstance: Circumstance, setting: Setting, method: Method) -> Judgement:
    """Judge by what the evaluator decided."""
    evidence = tuple(found(SECTION, f"{policy}.state", setting.policies[policy].state) for policy in decision.policies)
    federated = circumstance.federated and decision.rests_on_mfa and decision.access is Access.BLOCKED
    confidence = lowest(decision.confidence, Confidence.LOW if federated else Confidence.HIGH)
    match decision.access:
        case Access.ALLOWED:
            return Judgement(gate=NAME, state=GateState.OPEN, because=allowed(method), confidence=confidence)
        case Access.BLOCKED:
            return refusal(GateState.CLOSED, stopped(decision, setting), evidence, confidence)
        case Access.DEPENDS:
            words = depends(decision, setting)
            return refusal(GateState.DEPENDS, words, evidence, confidence, depends_on=decision.depends_on)
        case Access.UNKNOWN:
            missing = tuple(dict.fromkeys(gap.section for gap in decision.gaps)) or (SECTION,)
            return refusal(GateState.UNKNOWN, lacking(decision), evidence, confidence, missing=missing)
        case _:
            assert_never(decision.access)


def decision_for(circumstance: Circumstance, setting: Setting, method: Method) -> Decision | None:
    """Ask the evaluator of the method; ``None`` where there is no account to sign in with."""
    if method is Method.OAUTH_APP:
        return setting.apps
    if circumstance.member is None:
        return None
    return setting.evaluators[method].decide(circumstance.member)


def nobody(circumstance: Circumstance) -> Judgement:
    """Judge a mailbox without a known account: there is none, or its id was not read."""
    if circumstance.account is AccountState.NONE:
        words = say("Nobody signs in as this mailbox, so no Conditional Access policy applies.")
        return Judgement(gate=NAME, state=GateState.OPEN, because=words)
    words = say("Not known: {reason}.", reason=say("the id of the account was not read"))
    return refusal(GateState.UNKNOWN, words, (), Confidence.HIGH, missing=("mailboxes",))


def refusal(
    state: GateState,
    because: Text,
    evidence: tuple[Finding, ...],
    confidence: Confidence,
    *,
    depends_on: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
) -> Judgement:
    """Make a judgement that is not open, with the reply that a stopped sign-in gets."""
    return Judgement(
        gate=NAME,
        state=state,
        because=because,
        findings=evidence,
        reply=reply("criteria"),
        other_replies=(reply("unauthenticated_5_7_3"),),
        missing=missing,
        depends_on=depends_on,
        confidence=confidence,
    )


def allowed(method: Method) -> Text:
    """Say that nothing stops it."""
    if method is Method.OAUTH_APP:
        return say("No policy about applications stops it.")
    return say("No enabled policy stops it.")


def names(decision: Decision, setting: Setting) -> tuple[tuple[str, ...], int]:
    """Give the names of the first policies, and how many more there are."""
    listed = tuple(setting.policies[policy].name or policy for policy in decision.policies)
    return listed[:MOST_NAMED], max(0, len(listed) - MOST_NAMED)


def stopped(decision: Decision, setting: Setting) -> Text:
    """Name the policies that stop it."""
    named, more = names(decision, setting)
    if more:
        return say("Stopped by {policies} and {more} more.", policies=named, more=more)
    return say("Stopped by {policies}.", policies=named)


def depends(decision: Decision, setting: Setting) -> Text:
    """Name the policies, and what decides."""
    named, more = names(decision, setting)
    variables = tuple(DEPENDENCIES.get(name, name) for name in decision.depends_on)
    if more:
        return say(
            "It depends on {variables}: {policies} and {more} more.", variables=variables, policies=named, more=more
        )
    return say("It depends on {variables}: {policies}.", variables=variables, policies=named)


def lacking(decision: Decision) -> Text:
    """Give the first reason for not knowing, and how many more there are."""
    first = decision.gaps[0].because if decision.gaps else NOTHING
    more = len(decision.gaps) - 1
    if more > 0:
        return say("Not known: {reason}; and {more} more.", reason=first, more=more)
    return say("Not known: {reason}.", reason=first)


OFFICE_ONLY = Conditions(
    client_app_types=frozenset({"all"}),
    locations=Sides(include=frozenset({"all"}), exclude=frozenset({"alltrusted"})),
)

GATE = Gate(
    name=NAME,
    title=say("Conditional Access"),
    reads=("conditionalAccessPolicy", "namedLocation", "transitiveMembers", "unifiedRoleAssignment"),
    sections=(
        SECTION,
        "named-locations",
        "groups",
        "role-assignments",
        "users",
        "mailboxes",
        "risky-users",
        "service-principals",
        "domains",
    ),
    rationale=say(
        "All enabled policies together decide after the password was right. A legacy client can't meet any grant "
        "control, so a policy in whose scope it is stops it, whether it blocks or asks for MFA."
    ),
    judge=judge,
    causes=lambda judgement: ("location",) if "location" in judgement.depends_on else ("conditional_access",),
    replies=("criteria", "unauthenticated_5_7_3"),
    examples=(
        Example(says=say("no policies"), state=GateState.OPEN, circumstance=a_circumstance(), setting=a_setting()),
        Example(
            says=say("a policy blocks legacy clients"),
            state=GateState.CLOSED,
            circumstance=a_circumstance(),
            setting=a_setting(policies=(blocking("Block legacy"),)),
        ),
        Example(
            says=say("blocked from everywhere but trusted locations"),
            state=GateState.DEPENDS,
            circumstance=a_circumstance(),
            setting=a_setting(policies=(blocking("Office only", conditions=OFFICE_ONLY),)),
        ),
        Example(
            says=say("the policies were not read"),
            state=GateState.UNKNOWN,
            circumstance=a_circumstance(),
            setting=a_setting(sections={SECTION: SectionState.MISSING}),
        ),
    ),
    forecast=forecast,
    person=lambda circumstance: (circumstance.member, circumstance.account, circumstance.federated),
    sources=("POL", "USR", "CND", "LEG", "LEG2", "GRT", "WI", "cisagov/ScubaGear#607"),
)
