"""Whether a sender can meet what a policy asks for (dossier §1.6, §1.7). A legacy client meets nothing."""

from collections.abc import Iterator

from scanner.access.client import KNOWN_CONTROLS
from scanner.access.conditions import Part, Surroundings, unknown_value
from scanner.access.formula import NEVER, Formula, Open, any_of
from scanner.access.gaps import EvidenceGap
from scanner.model.judgement import Confidence
from scanner.model.policy import Grant, Policy
from scanner.model.text import Text, say

TOKEN_PROTECTION = "securesigninsession"  # noqa: S105 -- the name of a session control, no secret
KNOWN_SESSION = frozenset(
    {
        "applicationenforcedrestrictions",
        "cloudappsecurity",
        "continuousaccessevaluation",
        "disableresiliencedefaults",
        "globalsecureaccessfilteringprofile",
        "persistentbrowser",
        "signinfrequency",
    }
)
MFA_LIKE = frozenset({"mfa", "strength"})


def controls_of(grant: Grant) -> frozenset[str]:
    """Name everything that a policy asks for."""
    named = set(grant.controls)
    if grant.strength is not None:
        named.add("strength")
    if grant.terms_of_use:
        named.add("termsofuse")
    if grant.custom:
        named.add("custom")
    return frozenset(named)


def asks_only_for_mfa(policy: Policy) -> bool:
    """Tell whether a federated identity provider's own MFA could meet the grant (INFERRED, dossier §1.6)."""
    return policy.grant is not None and controls_of(policy.grant) <= MFA_LIKE


def stop(policy: Policy, around: Surroundings) -> Part:
    """Give when a sender in the policy's scope is stopped: by an unmet grant or by what a session control may do."""
    granted = grant(policy, policy.grant, around) if policy.grant else Part(formula=NEVER)
    doubts = tuple(session_doubts(policy))
    if not doubts or granted.formula == around.always:
        return granted
    return Part(formula=any_of((granted.formula, *doubts)), confidence=Confidence.LOW)


def grant(policy: Policy, asked: Grant, around: Surroundings) -> Part:
    """Judge the grant controls of a policy that applies."""
    controls = controls_of(asked)
    known = controls & (KNOWN_CONTROLS | {"strength", "termsofuse", "custom"})
    strange = sorted(controls - known)
    unmet = known - around.client.meets
    if "block" in known:
        return Part(formula=around.always)
    if strange:
        return Part(formula=_with_unknown(policy, asked, around, strange), confidence=Confidence.LOW)
    if asked.operator not in {"and", "or"} and 0 < len(unmet) < len(known):
        return Part(formula=unknown_value(policy, "operator", asked.operator), confidence=Confidence.LOW)
    refused = bool(unmet) and (asked.operator == "and" or unmet == known)
    odd = asked.strength is not None and asked.strength.satisfies != "mfa"
    confidence = Confidence.LOW if odd else around.client.confidence
    return Part(formula=around.sure(holds=refused), confidence=confidence)


def _with_unknown(policy: Policy, asked: Grant, around: Surroundings, strange: list[str]) -> Formula:
    """An unknown control alone probably stops a legacy client; with OR it may be met; with AND the others decide."""
    known = controls_of(asked) - set(strange)
    unmet = known - around.client.meets
    if asked.operator == "and" and unmet:
        return around.always
    if asked.operator == "or" and known - unmet:
        return NEVER
    if not known and len(strange) == 1 and not around.client.meets:
        return around.always
    return unknown_value(policy, "grantControls", strange[0])


def session_doubts(policy: Policy) -> Iterator[Formula]:
    """Session controls never deny a first sign-in, but for token protection and those that aren't known."""
    if TOKEN_PROTECTION in policy.session:
        words = say("policy {policy}: what token protection does to SMTP is not documented", policy=policy.name)
        yield policy_gap_of_fact(policy, "token-protection", words)
    for name in sorted(policy.session - KNOWN_SESSION - {TOKEN_PROTECTION}):
        yield unknown_value(policy, "sessionControls", name)


def policy_gap_of_fact(policy: Policy, fact: str, because: Text) -> Formula:
    """Make the gap of a fact that no section of evidence holds."""
    return Open(gap=EvidenceGap(key=f"{fact}:{policy.id}", section=fact, because=because))
