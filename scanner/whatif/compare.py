"""Two postures of one tenant held against each other: which mailboxes change, from what to what, and who uses them."""

from collections.abc import Iterable, Mapping

from scanner.flags.rules import Sighting, sighting_of
from scanner.judge import Verdicts
from scanner.model.frozen import Frozen
from scanner.model.judgement import Method, Outcome, Verdict
from scanner.posture import JudgedMailbox, Posture

RANK: Mapping[Outcome, int] = {Outcome.REFUSED: 0, Outcome.UNKNOWN: 1, Outcome.DEPENDS: 2, Outcome.ACCEPTED: 3}
WORKING = frozenset({Outcome.ACCEPTED, Outcome.DEPENDS})
OAUTH = (Method.OAUTH_DELEGATED, Method.OAUTH_APP)


class Used(Frozen, frozen=True, kw_only=True):
    """How often a mailbox was seen sending; ``None`` where that is not known.

    Attributes:
        basic: Messages or sign-ins with Basic.
        oauth: The same with OAuth.
        sends: Somebody certainly sends, though it may not be told how.
    """

    basic: int | None = None
    oauth: int | None = None
    sends: bool = False

    @property
    def is_known(self) -> bool:
        """Something was read that tells of it."""
        return self.sends or self.basic is not None or self.oauth is not None

    @property
    def in_use(self) -> bool | None:
        """Somebody sends; ``None`` where a method of which nothing is known may be the one that is used."""
        if self.sends or self.basic or self.oauth:
            return True
        return None if self.basic is None or self.oauth is None else False


UNKNOWN_USE = Used()
Use = Mapping[str, Used]


class Moved(Frozen, frozen=True, kw_only=True):
    """One mailbox that a change touches.

    Attributes:
        before: As it was judged on the snapshot.
        after: As it is judged on the changed one.
        methods: Methods whose outcome, reply or deciding gate changes.
        in_use: Somebody sends from it; ``None`` where that is not known.
    """

    before: JudgedMailbox
    after: JudgedMailbox
    methods: tuple[Method, ...]
    in_use: bool | None

    @property
    def outcomes_change(self) -> bool:
        """Not only the reply changes."""
        return any(
            self.before.verdicts.of(method).outcome is not self.after.verdicts.of(method).outcome
            for method in self.methods
        )


def use_of(posture: Posture) -> Use:
    """Give who sends from each mailbox, as the evidence and earlier runs tell."""
    return {mailbox.id: used_of(mailbox) for mailbox in posture.mailboxes}


def used_of(mailbox: JudgedMailbox) -> Used:
    """Give who sends from one mailbox.

    A sender that moved to OAuth no longer needs Basic, whatever is still in the window. One that an earlier run saw is
    a sender, though it is silent now: it may send once a quarter. Of one whose way is not told, Basic may be it.
    """
    use = mailbox.use
    match sighting_of(use):
        case Sighting.OAUTH:
            return Used(basic=0, oauth=use.oauth or 1)
        case Sighting.FAILING | Sighting.BASIC | Sighting.EARLIER:
            return Used(basic=use.basic or 1, oauth=use.oauth)
        case Sighting.UNTOLD:
            return Used(basic=None, oauth=use.oauth, sends=True)
        case Sighting.NOT_SEEN:
            return Used(basic=0, oauth=0)
        case Sighting.NOT_KNOWN:
            return UNKNOWN_USE


def compare(before: Posture, after: Posture, use: Use) -> tuple[Moved, ...]:
    """Give the mailboxes that a change touches, in the order of their addresses.

    Args:
        before: The verdicts on the snapshot.
        after: The verdicts on the changed one; the same mailboxes.
        use: Who sends, by mailbox id; a mailbox that is not in it is not known.
    """
    return tuple(_moved(before.mailboxes, after.mailboxes, use))


def _moved(before: Iterable[JudgedMailbox], after: Iterable[JudgedMailbox], use: Use) -> Iterable[Moved]:
    then = {mailbox.id: mailbox for mailbox in after}
    known: dict[tuple[int, int], tuple[Method, ...]] = {}
    for mailbox in before:
        changed = then[mailbox.id]
        pair = (id(mailbox.verdicts), id(changed.verdicts))
        if pair not in known:
            known[pair] = methods_changed(mailbox.verdicts, changed.verdicts)
        if known[pair]:
            in_use = use.get(mailbox.id, UNKNOWN_USE).in_use
            yield Moved(before=mailbox, after=changed, methods=known[pair], in_use=in_use)


def methods_changed(before: Verdicts, after: Verdicts) -> tuple[Method, ...]:
    """Name the methods whose outcome, reply or deciding gate differs."""
    return tuple(method for method in Method if essence(before.of(method)) != essence(after.of(method)))


def essence(verdict: Verdict) -> tuple[object, ...]:
    """Give what a sender notices of a verdict, and the gate that is behind it."""
    return verdict.outcome, verdict.reply, verdict.decided_by, verdict.depends_on


def methods_to_keep(verdicts: Verdicts, used: Used) -> tuple[Method, ...]:
    """Name the methods that a mailbox's senders need, of those that work today.

    Basic is needed unless it is known to be unused, since whoever changes something wants to know whom that may hurt.
    OAuth is needed where it was seen; no evidence tells which kind of it, so every kind that works is kept.
    """
    basic = () if used.basic == 0 else (Method.BASIC,)
    wanted = (*basic, *(OAUTH if used.oauth else ()))
    return tuple(method for method in wanted if verdicts.of(method).outcome in WORKING)


def worsens(before: Verdicts, after: Verdicts, methods: Iterable[Method]) -> tuple[Method, ...]:
    """Name the methods that work less than before."""
    return tuple(method for method in methods if works_less(before.of(method), after.of(method)))


def works_less(before: Verdict, after: Verdict) -> bool:
    """Compare: accepted is best, then what depends on little, on more, then unknown, then refused."""
    if before.outcome is Outcome.DEPENDS and after.outcome is Outcome.DEPENDS:
        return not set(after.depends_on) <= set(before.depends_on)
    return RANK[after.outcome] < RANK[before.outcome]
