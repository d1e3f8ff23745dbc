"""Whether the evidence is enough for verdicts about every mailbox, and what is missing if not."""

from collections.abc import Iterator

from scanner.access.evaluator import relevant_policies
from scanner.model.section import SectionState
from scanner.model.snapshot import Snapshot
from scanner.model.text import Text, say

ALWAYS = (
    "transport-config",
    "organization-config",
    "mailboxes",
    "cas-mailboxes",
    "exchange-users",
    "users",
    "security-defaults",
    "conditional-access-policies",
    "per-user-mfa",
)


def sections_needed(snapshot: Snapshot) -> Iterator[str]:
    """Give the sections without which some verdict may be unknown; others are needed only where a policy asks."""
    yield from ALWAYS
    if any_policy_assigned(snapshot):
        yield "authentication-policies"
    policies = relevant_policies(snapshot)
    sides = [side for policy in policies for side in (policy.include, policy.exclude)]
    if any(policy.conditions.locations for policy in policies):
        yield "named-locations"
    if any(side.groups for side in sides):
        yield "groups"
    if any(side.roles for side in sides):
        yield "role-assignments"


def any_policy_assigned(snapshot: Snapshot) -> bool:
    """Tell whether an authentication policy is assigned to anybody, by default or by name."""
    default = snapshot.organization_config.default_authentication_policy if snapshot.organization_config else None
    return isinstance(default, str) or any(
        isinstance(row.authentication_policy, str) for row in snapshot.exchange_users
    )


def sections_lacking(snapshot: Snapshot) -> tuple[str, ...]:
    """Name the needed sections that were not read whole."""
    return tuple(name for name in sections_needed(snapshot) if not snapshot.is_complete(name))


def notes_on(snapshot: Snapshot, mailboxes: int) -> Iterator[Text]:
    """Say what doesn't fit together, so that no report looks clean that isn't.

    Args:
        snapshot: The evidence.
        mailboxes: How many mailboxes were found in all lists together.
    """
    if snapshot.state_of("mailboxes") is SectionState.MISSING:
        yield say("No mailbox list was read: nothing can be said about mailboxes that no other list names.")
    licensed = sum(1 for user in snapshot.users if isinstance(user.licences, int) and user.licences)
    if not mailboxes and licensed:
        yield say("The mailbox list is empty, and {users} users have a licence.", users=licensed)
    if not snapshot.mailboxes and snapshot.cas_mailboxes and snapshot.is_complete("mailboxes"):
        yield say("The mailbox list is empty, and {rows} CAS mailboxes were read.", rows=len(snapshot.cas_mailboxes))
    listed = len(snapshot.mailboxes)
    if listed and mailboxes > listed:
        yield say("{rows} mailboxes are in the CAS list only; their kind is not known.", rows=mailboxes - listed)


def is_contradictory(snapshot: Snapshot) -> bool:
    """Tell whether an empty mailbox list contradicts what else was read."""
    licensed = any(isinstance(user.licences, int) and user.licences for user in snapshot.users)
    return not snapshot.mailboxes and bool(licensed or snapshot.cas_mailboxes)
