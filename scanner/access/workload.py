"""Policies about service principals: the only ones that stop app-only OAuth (dossier §1.2, §1.12, key WI)."""

from collections.abc import Iterator, Sequence

from scanner.access.client import APP
from scanner.access.conditions import Surroundings, locations, policy_gap, resources, state
from scanner.access.evaluator import REPORT_ONLY, Access, Combination, Decision, gaps_of_section, surroundings
from scanner.access.formula import NEVER, Formula, Known, Open, every_of
from scanner.access.gaps import EvidenceGap
from scanner.model.judgement import Confidence
from scanner.model.policy import Policy, WorkloadScope
from scanner.model.snapshot import Snapshot
from scanner.model.text import say

EVERY_OWN_APP = "serviceprincipalsinmytenant"
SERVICE_PRINCIPALS = "service-principals"


def decide_apps(snapshot: Snapshot, source_ips: Sequence[str] = ()) -> Decision:
    """Judge app-only sign-ins to Exchange Online of an application that is registered in the tenant.

    Which application sends is not known, so a policy about some of them is a gap.

    Args:
        snapshot: Policies and named locations.
        source_ips: The sender's public addresses; empty where they aren't known.
    """
    policies = sorted(filter(may_stop, snapshot.policies), key=lambda policy: policy.id)
    around, too_many = surroundings(snapshot, APP, policies, source_ips)
    if too_many:
        return Decision(access=Access.UNKNOWN, gaps=too_many, confidence=Confidence.LOW)
    formulas = {policy.id: every_of(parts_of_app_policy(policy, around)) for policy in policies}
    kept = {policy_id: formula for policy_id, formula in formulas.items() if formula != NEVER}
    gaps = gaps_of_section(snapshot)
    answer = Combination(
        (*kept.values(), *(Open(gap=gap) for gap in gaps)), around.worlds, around.worlds.every
    ).answer()
    return Decision(
        access=answer.access,
        depends_on=answer.depends_on,
        gaps=answer.gaps,
        policies=tuple(kept) if answer.access is not Access.ALLOWED else (),
        confidence=Confidence.MEDIUM if kept else Confidence.HIGH,
    )


def may_stop(policy: Policy) -> bool:
    """Tell whether a workload policy can stop an app-only sign-in at all: it must be in force, and block."""
    scope = policy.workload
    about_apps = scope is not None and bool(scope.include or scope.filtered)
    in_force = not policy.deleted and policy.state not in {"disabled", REPORT_ONLY}
    return about_apps and in_force and policy.grant is not None and not policy.conditions.agent_only


def parts_of_app_policy(policy: Policy, around: Surroundings) -> Iterator[Formula]:
    """Give when a workload policy stops an application; it does where all hold."""
    conditions = policy.conditions
    yield state(policy, around).formula
    yield resources(policy, around).formula
    if policy.workload is not None and not is_every_app(policy.workload):
        words = say("policy {policy} is about some applications, and which one sends is not known", policy=policy.name)
        yield Open(gap=EvidenceGap(key=f"workload:{policy.id}", section=SERVICE_PRINCIPALS, because=words))
    if conditions.locations is not None:
        yield locations(policy, conditions.locations, around).formula
    if conditions.service_principal_risk:
        words = say("policy {policy}: the risk of the sending application is not known", policy=policy.name)
        yield Open(gap=EvidenceGap(key="service-principal-risk", section=SERVICE_PRINCIPALS, because=words))
    if conditions.times:
        yield Known(worlds=around.worlds.where("time", bool))
    for name in conditions.not_understood:
        words = say("policy {policy}: the condition {name} is not understood", policy=policy.name, name=name)
        yield policy_gap(policy, name, words)


def is_every_app(scope: WorkloadScope) -> bool:
    """Tell whether a policy is about every application that is registered in the tenant."""
    return EVERY_OWN_APP in scope.include and not scope.exclude and not scope.filtered
