"""Policies about service principals: the only ones that stop app-only OAuth (dossier §1.2, §1.12, key WI)."""

from scanner.access.client import EXCHANGE_ONLINE
from scanner.access.conditions import OTHER_RESOURCES, WITH_EXCHANGE
from scanner.access.evaluator import REPORT_ONLY, Access, Decision, gaps_of_section
from scanner.access.gaps import EvidenceGap
from scanner.model.judgement import Confidence
from scanner.model.policy import Policy, WorkloadScope
from scanner.model.snapshot import Snapshot
from scanner.model.text import say

EVERY_OWN_APP = "serviceprincipalsinmytenant"
ENABLED = "enabled"


def decide_apps(snapshot: Snapshot) -> Decision:
    """Judge app-only sign-ins to Exchange Online.

    Which application sends is not known, so a policy about some of them is a gap.
    """
    gaps = list(gaps_of_section(snapshot))
    blocking = []
    for policy in snapshot.policies:
        scope = policy.workload
        if scope is None or not may_stop(policy):
            continue
        if policy.state == ENABLED and is_about_every_app(policy, scope):
            blocking.append(policy)
        else:
            gaps.append(_gap(policy))
    if blocking:
        ids = tuple(policy.id for policy in blocking)
        return Decision(access=Access.BLOCKED, policies=ids, confidence=Confidence.MEDIUM)
    if gaps:
        return Decision(access=Access.UNKNOWN, gaps=tuple(gaps), confidence=Confidence.MEDIUM)
    return Decision(access=Access.ALLOWED)


def may_stop(policy: Policy) -> bool:
    """Tell whether a workload policy can stop an app-only sign-in to Exchange Online: it must be in force and block."""
    if policy.deleted or policy.state in {"disabled", REPORT_ONLY} or policy.grant is None:
        return False
    if policy.conditions.agent_only:
        return False
    scope = policy.workload
    if scope is None or (scope.agents and not (scope.include or scope.filtered)):
        return False
    named = policy.resources.include
    if policy.resources.exclude & WITH_EXCHANGE:
        return False
    return bool(named & WITH_EXCHANGE or policy.resources.filter or _strange(named))


def _strange(named: frozenset[str]) -> bool:
    return any("-" not in name and name not in OTHER_RESOURCES for name in named - {EXCHANGE_ONLINE})


def is_about_every_app(policy: Policy, scope: WorkloadScope) -> bool:
    """Tell whether a policy blocks every application of the tenant, whatever the circumstances."""
    conditions = policy.conditions
    unconditional = not (
        conditions.locations
        or conditions.service_principal_risk
        or conditions.not_understood
        or conditions.times
        or policy.resources.filter
    )
    blocks = policy.grant is not None and "block" in policy.grant.controls
    whole = EVERY_OWN_APP in scope.include and not scope.exclude and not scope.filtered
    return unconditional and blocks and whole and bool(policy.resources.include & WITH_EXCHANGE)


def _gap(policy: Policy) -> EvidenceGap:
    words = say("policy {policy} is about some applications, and which one sends is not known", policy=policy.name)
    return EvidenceGap(key=f"workload:{policy.id}", section="service-principals", because=words)
