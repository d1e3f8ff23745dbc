"""Whether the evidence is enough for verdicts about every mailbox, and what is missing if not."""

from collections.abc import Iterator

from scanner.evidence.crossing import unlisted_policies
from scanner.evidence.registry import BY_NAME, SIGN_INS
from scanner.model.judgement import Outcome, Verdict
from scanner.model.section import SectionReport, SectionState
from scanner.model.snapshot import Snapshot
from scanner.model.text import Text, say, say_number

# Without these, every mailbox lacks something; what policies refer to is missed only where a verdict names it.
NEEDED = (
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
MOST_NAMES = 5


def sections_lacking(snapshot: Snapshot) -> tuple[str, ...]:
    """Name the sections that every verdict needs, and those that were asked for in vain.

    A permission that lacks makes the evidence incomplete, but for features that a minimal registration goes without
    (facts/apis.md §5.1); and so does a sign-in log that is not whole. Not so what nobody asked for, or what the
    tenant's licence does not cover.
    """
    needed = [name for name in NEEDED if not snapshot.is_complete(name)]
    in_vain = [name for name, report in snapshot.sections.items() if was_in_vain(report) and name not in needed]
    return (*needed, *in_vain)


def was_in_vain(report: SectionReport) -> bool:
    """Tell whether a section was asked for, and is not whole although verdicts or flags may hang on it."""
    if report.state is SectionState.COMPLETE or report.is_absent or not report.is_licensed:
        return False
    return report.section == SIGN_INS or bool(report.permission and BY_NAME[report.section].core)


def lacks_evidence(verdict: Verdict, snapshot: Snapshot) -> bool:
    """Tell whether a verdict is unknown because of a section that could be read; some facts no section holds."""
    return verdict.outcome is Outcome.UNKNOWN and any(name in snapshot.sections for name in verdict.missing)


def notes_on(snapshot: Snapshot, mailboxes: int, strange_senders: int = 0) -> Iterator[Text]:
    """Say what was remarked on the reading and what doesn't fit together, so that no report looks clean that isn't.

    Args:
        snapshot: The evidence.
        mailboxes: How many mailboxes were found in all lists together.
        strange_senders: Senders that were seen and are none of them.
    """
    yield from snapshot.remarks
    if snapshot.policies and (names := sorted(unlisted_policies(snapshot).values())):
        yield say_number(
            "{number} Conditional Access policy was applied to sign-ins and is not listed: {names}. It was deleted "
            "since, or the list is not whole.",
            "{number} Conditional Access policies were applied to sign-ins and are not listed: {names}. They were "
            "deleted since, or the list is not whole.",
            len(names),
            names=tuple(names[:MOST_NAMES]),
        )
    if strange_senders:
        yield say_number(
            "{number} sender was seen that is none of the mailboxes: an alias, an account without mailbox, or deleted.",
            "{number} senders were seen that are none of the mailboxes: aliases, accounts without mailbox, or deleted.",
            strange_senders,
        )
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
