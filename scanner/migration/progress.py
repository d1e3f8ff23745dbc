"""How far each sender is on its way off Basic."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from scanner.flags.rules import Sighting
from scanner.migration.routes import Fit, Option
from scanner.migration.sender import Sender
from scanner.model.frozen import Frozen
from scanner.model.notes import Progress
from scanner.model.text import Text, say

STILL_BASIC = frozenset({Sighting.BASIC, Sighting.FAILING})


class Stage(StrEnum):
    """Where a sender is."""

    DONE = "done"
    IN_WORK = "in_work"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


class Standing(Frozen, frozen=True, kw_only=True):
    """Where a sender is, and why that is said."""

    stage: Stage
    because: Text


class Tally(Frozen, frozen=True, kw_only=True):
    """Senders by where they are."""

    senders: int
    done: int
    in_work: int
    blocked: int
    unknown: int


def standing_of(sender: Sender, chosen: Option) -> Standing | None:
    """Tell where a sender is; ``None`` for a mailbox that nobody is known to send with.

    What was seen comes before what the owner says: a sender that still uses Basic is not done.
    """
    if not sender.is_sender:
        return None
    if sender.sighting is Sighting.OAUTH:
        return Standing(stage=Stage.DONE, because=say("It was last seen with OAuth, and no longer with Basic."))
    if sender.said.progress is not None:
        return spoken(sender, sender.said.progress)
    return unspoken(sender, chosen)


def spoken(sender: Sender, progress: Progress) -> Standing:
    """Tell where a sender is of which its owner says it."""
    match progress:
        case Progress.DONE if sender.sighting in STILL_BASIC:
            words = say("Its owner says that it is done, and it was seen with Basic.")
            return Standing(stage=Stage.IN_WORK, because=words)
        case Progress.DONE:
            return Standing(stage=Stage.DONE, because=say("Its owner says that it is done."))
        case Progress.IN_WORK:
            return Standing(stage=Stage.IN_WORK, because=say("Its owner says that it is in work."))
        case Progress.BLOCKED:
            return Standing(stage=Stage.BLOCKED, because=say("Its owner says that it is blocked."))


def unspoken(sender: Sender, chosen: Option) -> Standing:
    """Tell where a sender is of which the owner does not say it."""
    if sender.said.oauth is False and chosen.fit not in {Fit.FITS, Fit.LIKELY}:
        words = say("Its owner says that it can't do OAuth, and nothing that was read speaks for another way.")
        return Standing(stage=Stage.BLOCKED, because=words)
    if not chosen.open_now:
        words = say("The way that fits is closed today: its gates have to be opened first.")
        return Standing(stage=Stage.BLOCKED, because=words)
    return Standing(stage=Stage.UNKNOWN, because=say("Nobody has said how far it is."))


def tally(standings: Iterable[Standing | None]) -> Tally:
    """Count senders by where they are."""
    counts = Counter(standing.stage for standing in standings if standing is not None)
    return Tally(
        senders=counts.total(),
        done=counts[Stage.DONE],
        in_work=counts[Stage.IN_WORK],
        blocked=counts[Stage.BLOCKED],
        unknown=counts[Stage.UNKNOWN],
    )
