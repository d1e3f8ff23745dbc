"""What the report tells of the tenant itself beside its mailboxes: policies in words, exclusions, controls."""

from collections import Counter
from collections.abc import Iterator

from scanner.access.membership import Directory
from scanner.access.wording import Names, exclusions, tell
from scanner.controls import assess
from scanner.gates.authentication_policy import policy_named
from scanner.model.observed import Gap
from scanner.model.policy import Policy
from scanner.model.snapshot import Snapshot
from scanner.model.text import Text, quote
from scanner.posture import Posture
from scanner.report.contract import AuthenticationPolicyPart, ControlPart, ExclusionPart


def open_names(snapshot: Snapshot) -> Names:
    """Look up what ids in policies are called."""
    return Names(snapshot, Directory(snapshot))


def tell_policy(policy: Policy, names: Names) -> list[Text]:
    """Tell a Conditional Access policy in plain sentences."""
    return list(tell(policy, names))


def list_exclusions(policy: Policy, names: Names) -> list[ExclusionPart]:
    """Name everybody whom a policy spares."""
    return [
        ExclusionPart(kind=spared.kind, name=spared.name, mailboxes=spared.mailboxes, paths=list(spared.paths))
        for spared in exclusions(policy, names)
    ]


def list_authentication_policies(posture: Posture) -> Iterator[AuthenticationPolicyPart]:
    """List the authentication policies with the mailboxes that each holds for."""
    setting = posture.setting
    organization = setting.organization_config
    default = organization.default_authentication_policy if organization else None
    chosen = policy_named(default, setting) if isinstance(default, str) else None
    held: Counter[str] = Counter()
    for mailbox in posture.mailboxes:
        own = mailbox.circumstance.authentication_policy
        policy = policy_named(own, setting) if isinstance(own, str) else None
        follows = own is None or own is Gap.EMPTY
        if policy is not None:
            held[policy.name] += 1
        elif follows and chosen is not None:
            held[chosen.name] += 1
    for policy in sorted(posture.snapshot.authentication_policies, key=lambda policy: policy.name.lower()):
        allowed = policy.allows_basic_smtp
        yield AuthenticationPolicyPart(
            name=policy.name,
            allows_basic_smtp=allowed if isinstance(allowed, bool) else None,
            default=chosen is not None and policy.name == chosen.name,
            mailboxes=held[policy.name],
        )


def list_controls(snapshot: Snapshot) -> Iterator[ControlPart]:
    """List the controls of benchmarks that authenticated submission touches."""
    for control in assess(snapshot):
        yield ControlPart(
            framework=control.framework,
            version=control.version,
            id=control.id,
            title=quote(control.title),
            state=control.state.value,
            because=control.because,
            mapped_by=control.mapped_by,
        )
