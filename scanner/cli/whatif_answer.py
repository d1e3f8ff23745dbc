"""The answer to a what-if as ``--json`` gives it."""

from collections import Counter
from collections.abc import Iterable

from scanner.app.whatif import WhatIf
from scanner.model.frozen import Frozen
from scanner.model.judgement import Method, Verdict
from scanner.posture import JudgedMailbox
from scanner.replies.commands import with_address
from scanner.report.build import reply_part
from scanner.report.contract import ReplyPart
from scanner.whatif.compare import Moved
from scanner.whatif.exceptions import Exemption, Granted, Kind, is_new_policy, remedy_of

SCHEMA = "smtp-posture.whatif/1"


class ChangeSet(Frozen, frozen=True, kw_only=True):
    """One change: ``before`` is ``unknown`` where it was not read."""

    key: str
    before: str
    after: str


class Verdicted(Frozen, frozen=True, kw_only=True):
    """What becomes of one method."""

    outcome: str
    reply: ReplyPart | None
    decided_by: str | None
    closed: list[str]
    depends_on: list[str]
    missing: list[str]


class Turn(Frozen, frozen=True, kw_only=True):
    """One method, before and after."""

    before: Verdicted
    after: Verdicted


class ChangedMailbox(Frozen, frozen=True, kw_only=True):
    """One mailbox that changes; a method that does not change is null, and so is a use that is not known.

    Attributes:
        changes: ``outcome``, or ``reply`` where only the reply or the deciding gate changes.
    """

    id: str
    address: str
    display_name: str
    kind: str
    in_use: bool | None
    changes: str
    basic: Turn | None
    oauth_delegated: Turn | None
    oauth_app: Turn | None


class Tally(Frozen, frozen=True, kw_only=True):
    """Mailboxes that change alike; ``in_use`` is null where no use was read."""

    method: str
    before: str
    after: str
    mailboxes: int
    in_use: int | None


class Totals(Frozen, frozen=True, kw_only=True):
    """Counts of mailboxes.

    Attributes:
        mailboxes: All of the run.
        changed: Those whose outcome, reply or deciding gate changes for some method.
        outcome_changed: Those whose outcome changes.
        in_use: Those of ``changed`` that are in use; null where no use was read.
        use_unknown: Those of ``changed`` of which nobody knows.
        by_change: Outcomes before and after, per method.
        by_reply: Mailboxes that change and are refused then, by the reply to Basic.
        by_gate: The same by the gate that decides.
    """

    mailboxes: int
    changed: int
    outcome_changed: int
    in_use: int | None
    use_unknown: int
    by_change: list[Tally]
    by_reply: dict[str, int]
    by_gate: dict[str, int]


class ExceptedMailbox(Frozen, frozen=True, kw_only=True):
    """One mailbox that gets an exception; ``option`` says it as ``--set`` takes it."""

    id: str
    address: str
    option: str
    command: str
    undo: str


class NeededExceptions(Frozen, frozen=True, kw_only=True):
    """One kind of exception with its mailboxes."""

    kind: str
    policy: str
    text: str
    portal: str
    mailboxes: list[ExceptedMailbox]


class LostMailbox(Frozen, frozen=True, kw_only=True):
    """A mailbox whose senders no exception keeps working."""

    id: str
    address: str
    methods: list[str]
    because: str


class ExceptionsPart(Frozen, frozen=True, kw_only=True):
    """The smallest set of exceptions.

    Attributes:
        for_senders: Only mailboxes in use are kept working; false where no use was read, and all that work are.
        count: How many exceptions there are.
        keeps: How many mailboxes they keep working.
        verified: Everything was judged again with the exceptions made.
    """

    for_senders: bool
    count: int
    keeps: int
    verified: bool
    needed: list[NeededExceptions]
    lost: list[LostMailbox]


class Answer(Frozen, frozen=True, kw_only=True):
    """The whole answer."""

    schema: str
    run: str
    tenant: str
    as_of_before: str
    as_of: str
    set: list[ChangeSet]
    notes: list[str]
    summary: Totals
    exceptions: ExceptionsPart
    mailboxes: list[ChangedMailbox]


def answer_of(found: WhatIf) -> Answer:
    """Write a what-if for programs."""
    return Answer(
        schema=SCHEMA,
        run=found.run.id,
        tenant=found.before.snapshot.tenant.id,
        as_of_before=found.before.setting.as_of.isoformat(),
        as_of=found.after.setting.as_of.isoformat(),
        set=[ChangeSet(key=one.key, before=one.before, after=one.after) for one in found.changes],
        notes=[str(note) for note in found.notes],
        summary=totals_of(found),
        exceptions=exceptions_part(found),
        mailboxes=[changed_mailbox(one) for one in found.moved],
    )


def totals_of(found: WhatIf) -> Totals:
    """Count."""
    known = any(one.is_known for one in found.use.values())
    basic = [one.after.verdicts.basic for one in found.moved if Method.BASIC in one.methods]
    refused = [verdict for verdict in basic if verdict.reply and verdict.outcome.value == "refused"]
    return Totals(
        mailboxes=len(found.before.mailboxes),
        changed=len(found.moved),
        outcome_changed=sum(1 for one in found.moved if one.outcomes_change),
        in_use=sum(1 for one in found.moved if one.in_use) if known else None,
        use_unknown=sum(1 for one in found.moved if one.in_use is None),
        by_change=list(tallies(found.moved, known=known)),
        by_reply=dict(Counter(reply_line(verdict) for verdict in refused).most_common()),
        by_gate=dict(Counter(verdict.decided_by for verdict in refused).most_common()),
    )


def tallies(moved: Iterable[Moved], *, known: bool) -> Iterable[Tally]:
    """Count mailboxes by what changes: per method from which outcome to which."""
    counts: Counter[tuple[Method, str, str]] = Counter()
    used: Counter[tuple[Method, str, str]] = Counter()
    for one in moved:
        for method in one.methods:
            before, after = (side.verdicts.of(method).outcome.value for side in (one.before, one.after))
            counts[method, before, after] += 1
            used[method, before, after] += bool(one.in_use)
    for key in sorted(counts, key=lambda key: (list(Method).index(key[0]), -counts[key], key)):
        method, before, after = key
        in_use = used[key] if known else None
        yield Tally(method=method.value, before=before, after=after, mailboxes=counts[key], in_use=in_use)


def reply_line(verdict: Verdict) -> str:
    """Write the preferred reply in one line."""
    reply = verdict.reply
    return f"{reply.code} {reply.enhanced} {reply.text}" if reply else ""


def changed_mailbox(moved: Moved) -> ChangedMailbox:
    """Write one mailbox that changes."""
    row = moved.before.row
    return ChangedMailbox(
        id=moved.before.id,
        address=row.address,
        display_name=row.name,
        kind=row.kind.value,
        in_use=moved.in_use,
        changes="outcome" if moved.outcomes_change else "reply",
        basic=turn_of(moved, Method.BASIC),
        oauth_delegated=turn_of(moved, Method.OAUTH_DELEGATED),
        oauth_app=turn_of(moved, Method.OAUTH_APP),
    )


def turn_of(moved: Moved, method: Method) -> Turn | None:
    """Write one method of a mailbox, where it changes."""
    if method not in moved.methods:
        return None
    before, after = moved.before.verdicts.of(method), moved.after.verdicts.of(method)
    return Turn(before=verdicted(before), after=verdicted(after))


def verdicted(verdict: Verdict) -> Verdicted:
    """Write one verdict, as far as a what-if tells of it."""
    return Verdicted(
        outcome=verdict.outcome.value,
        reply=reply_part(verdict.reply) if verdict.reply else None,
        decided_by=verdict.decided_by or None,
        closed=list(verdict.closed),
        depends_on=list(verdict.depends_on),
        missing=list(verdict.missing),
    )


def exceptions_part(found: WhatIf) -> ExceptionsPart:
    """Write the exceptions."""
    exceptions = found.exceptions
    return ExceptionsPart(
        for_senders=exceptions.use_known,
        count=sum(len(one.mailboxes) for one in exceptions.granted),
        keeps=exceptions.kept,
        verified=exceptions.verified,
        needed=[exception_group(one, found) for one in exceptions.granted],
        lost=[
            LostMailbox(
                id=one.mailbox.id,
                address=one.mailbox.row.address,
                methods=[method.value for method in one.methods],
                because=str(one.because),
            )
            for one in exceptions.lost
        ],
    )


def exception_group(granted: Granted, found: WhatIf) -> NeededExceptions:
    """Write one kind of exception."""
    exemption = granted.exemption
    remedy = remedy_of(exemption, new_policy=is_new_policy(exemption, found.after.snapshot))
    mailboxes = []
    for mailbox in granted.mailboxes:
        given = with_address(remedy, mailbox.row.address)
        mailboxes.append(
            ExceptedMailbox(
                id=mailbox.id,
                address=mailbox.row.address,
                option=option_of(exemption, mailbox),
                command=given.command,
                undo=str(given.undo),
            )
        )
    return NeededExceptions(
        kind=exemption.kind.value,
        policy=exemption.shown,
        text=str(remedy.text),
        portal=remedy.portal,
        mailboxes=mailboxes,
    )


def option_of(exemption: Exemption, mailbox: JudgedMailbox) -> str:
    """Write an exception as ``--set`` takes it, so that it can be tried."""
    name = mailbox.row.address or mailbox.id
    match exemption.kind:
        case Kind.SMTP_AUTH:
            return f"mailbox:{name}.smtp_auth=enabled"
        case Kind.AUTHENTICATION_POLICY:
            return f'mailbox:{name}.authentication_policy="{exemption.shown}"'
        case Kind.SIGN_IN:
            return f"mailbox:{name}.sign_in=allowed"
        case Kind.PER_USER_MFA:
            return f"mailbox:{name}.per_user_mfa=disabled"
        case Kind.EXCLUDE_USER:
            return f'policy:"{exemption.shown}".exclude_user={name}'
