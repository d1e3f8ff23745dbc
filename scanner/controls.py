"""Controls of published benchmarks that authenticated submission touches, and what a posture says of each.

Versions and wordings were compared with the published texts; who mapped a control to a setting stands beside it.
Met, not met and unknown are three things: where evidence is missing, or where a benchmark asks for something that no
setting shows (that exclusions are documented), the answer is unknown.
"""

from collections.abc import Sequence
from enum import StrEnum

from scanner.access.conditions import POLICIES
from scanner.access.scopes import EVERYBODY
from scanner.model.frozen import Frozen
from scanner.model.policy import Policy
from scanner.model.snapshot import Snapshot
from scanner.model.text import Text, say

LEGACY = frozenset({"exchangeactivesync", "other"})


class ControlState(StrEnum):
    """What can be said of a control."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Finding(Frozen, frozen=True, kw_only=True):
    """The state of something that controls ask for, and why."""

    state: ControlState
    because: Text


class Control(Frozen, frozen=True, kw_only=True):
    """One control of one version of a benchmark.

    Attributes:
        framework: Who publishes it.
        version: The version that was mapped.
        id: Its number there.
        title: Its title there, untranslated.
        state: Whether the tenant meets it.
        because: Why.
        mapped_by: Who says that these settings answer it.
    """

    framework: str
    version: str
    id: str
    title: str
    state: ControlState
    because: Text
    mapped_by: Text


def assess(snapshot: Snapshot) -> tuple[Control, ...]:
    """Say what a snapshot tells of each control."""
    switch = find_switch(snapshot)
    legacy = find_legacy_block(snapshot)
    policy = find_block_policy(snapshot)
    least = weakest((switch, legacy))
    own = say("smtp-posture, from the audit procedure of the recommendation")
    cisa = say("smtp-posture, from the implementation steps of the policy")
    return (
        _control(
            ("CIS Microsoft 365 Foundations Benchmark", "v7.0.0"),
            ("6.5.4", "Ensure SMTP AUTH is disabled"),
            switch,
            own,
        ),
        _control(
            ("CIS Microsoft 365 Foundations Benchmark", "v7.0.0"),
            ("5.2.2.3", "Enable Conditional Access policies to block legacy authentication"),
            policy,
            own,
        ),
        _control(
            ("CISA SCuBA, Exchange Online", "v1 (June 2023)"),
            ("MS.EXO.5.1v1", "SMTP AUTH SHALL be disabled."),
            switch,
            cisa,
        ),
        _control(
            ("CISA SCuBA, Microsoft Entra ID", "v1 (June 2023)"),
            ("MS.AAD.1.1v1", "Legacy authentication SHALL be blocked."),
            legacy,
            cisa,
        ),
        _control(
            ("NIST SP 800-53", "Rev. 5"),
            ("CM-7", "Least Functionality"),
            least,
            say("CISA, which maps MS.EXO.5.1v1 to it; only this part of the control is looked at"),
        ),
    )


def find_switch(snapshot: Snapshot) -> Finding:
    """Tell whether SMTP AUTH is off for the organization; mailboxes may differ in every one of the benchmarks."""
    off = snapshot.transport_config.smtp_auth_disabled if snapshot.transport_config else None
    if not isinstance(off, bool):
        return Finding(state=ControlState.UNKNOWN, because=say("The organization's SMTP AUTH switch was not read."))
    if not off:
        return Finding(state=ControlState.NOT_MET, because=say("SMTP AUTH is on for the organization."))
    return Finding(
        state=ControlState.MET, because=say("SMTP AUTH is off for the organization; single mailboxes may have it on.")
    )


def find_legacy_block(snapshot: Snapshot) -> Finding:
    """Tell whether legacy authentication is blocked, by Security Defaults or by policies."""
    defaults = snapshot.security_defaults.enabled if snapshot.security_defaults else None
    if defaults is True:
        return Finding(
            state=ControlState.MET, because=say("Security Defaults are on: they block legacy authentication.")
        )
    return find_block_policy(snapshot)


def find_block_policy(snapshot: Snapshot) -> Finding:
    """Tell whether a policy that is on blocks legacy clients for all users and all resources."""
    blocking = [policy for policy in snapshot.policies if blocks_legacy(policy)]
    whole = next((policy for policy in blocking if not is_narrowed(policy)), None)
    if whole is not None:
        return Finding(
            state=ControlState.MET,
            because=say("“{policy}” blocks legacy clients for all users and all resources.", policy=whole.name),
        )
    if blocking:
        words = say(
            "“{policy}” blocks legacy clients for all users, with exclusions: whether they are documented and reviewed "
            "can't be read from a tenant.",
            policy=blocking[0].name,
        )
        return Finding(state=ControlState.UNKNOWN, because=words)
    if not snapshot.is_complete(POLICIES):
        words = say("The Conditional Access policies were not read in full.")
        return Finding(state=ControlState.UNKNOWN, because=words)
    return Finding(
        state=ControlState.NOT_MET,
        because=say("No policy that is on blocks legacy clients for all users and all resources."),
    )


def blocks_legacy(policy: Policy) -> bool:
    """Tell whether a policy is on and blocks every legacy client of all users from all resources, exclusions aside."""
    kinds = policy.conditions.client_app_types or frozenset()
    return (
        policy.state == "enabled"
        and not policy.deleted
        and policy.workload is None
        and EVERYBODY in policy.include.users
        and "all" in policy.resources.include
        and (kinds >= LEGACY or "all" in kinds)
        and policy.grant is not None
        and "block" in policy.grant.controls
        and not is_conditional(policy)
    )


def is_conditional(policy: Policy) -> bool:
    """Tell whether a policy applies under some conditions only, beside the kind of client."""
    conditions = policy.conditions
    return any(
        (
            conditions.platforms,
            conditions.locations,
            conditions.device_filter,
            conditions.device_states,
            conditions.user_risk,
            conditions.sign_in_risk,
            conditions.insider_risk,
            conditions.authentication_flows,
            conditions.times,
            conditions.agent_only,
            conditions.not_understood,
        )
    )


def is_narrowed(policy: Policy) -> bool:
    """Tell whether a policy spares anybody or any resource."""
    people, resources = policy.exclude, policy.resources
    spared = people.users or people.groups or people.roles or people.guests is not None
    return bool(spared or resources.exclude or resources.filter is not None)


def weakest(findings: Sequence[Finding]) -> Finding:
    """Take several findings together: one that is not met decides, then one that is unknown."""
    for state in (ControlState.NOT_MET, ControlState.UNKNOWN):
        for finding in findings:
            if finding.state is state:
                return finding
    words = say("SMTP AUTH is off for the organization, and legacy authentication is blocked.")
    return Finding(state=ControlState.MET, because=words)


def _control(published: tuple[str, str], named: tuple[str, str], finding: Finding, mapped_by: Text) -> Control:
    framework, version = published
    number, title = named
    return Control(
        framework=framework,
        version=version,
        id=number,
        title=title,
        state=finding.state,
        because=finding.because,
        mapped_by=mapped_by,
    )
