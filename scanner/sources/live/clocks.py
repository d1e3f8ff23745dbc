"""Compares this computer's clock with those of the services, by the Date of their answers (facts/apis.md §6 no. 20)."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

from scanner.model.text import Text, say_number
from scanner.sources.live.patience import read_date

TOLERATED = 300.0  # seconds
AGREEING = 3  # answers that have to say the same, and more than half of all: one may come from a cache
MINUTE = 60

Tell = Callable[[str, Text], None]


@dataclass(slots=True)
class _Host:
    """What the answers of one host prove.

    Attributes:
        answers: Answers with a date.
        ahead: Seconds that its clock is ahead of ours at least, one for each answer that proves more than is tolerated.
        behind: The same, for behind.
    """

    answers: int = 0
    ahead: list[float] = field(default_factory=list)
    behind: list[float] = field(default_factory=list)


class Clocks:
    """The clocks of the services, one for each host.

    Args:
        tell: Is told once of each host whose clock is not ours: by a word for the subject, and a sentence.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._hosts: dict[str, _Host] = {}
        self._told: set[str] = set()

    def compare(self, host: str, date: str, sent: float, came: float) -> None:
        """Take note of one answer. It was dated between sending and coming, so a slow one proves little.

        Args:
            host: Whose answer it is.
            date: Its Date header: whole seconds, cut off.
            sent: When the request was sent, in seconds since 1970, by our clock.
            came: When the answer's head was there.
        """
        moment = None if host in self._told else read_date(date)
        if moment is None:
            return
        known = self._hosts.setdefault(host, _Host())
        known.answers += 1
        if (ahead := moment.timestamp() - came) > TOLERATED:
            known.ahead.append(ahead)
        if (behind := sent - moment.timestamp() - 1) > TOLERATED:
            known.behind.append(behind)
        for proofs, word in ((known.ahead, _word_ahead), (known.behind, _word_behind)):
            if len(proofs) >= AGREEING and 2 * len(proofs) > known.answers:
                self._told.add(host)
                self._tell(f"clock of {host}", word(host, int(statistics.median(proofs)) // MINUTE))


def _word_ahead(host: str, minutes: int) -> Text:
    return say_number(
        "The clock of {host} is at least {number} minute ahead of the clock of the computer that read the tenant: "
        "times in this report may be wrong by as much.",
        "The clock of {host} is at least {number} minutes ahead of the clock of the computer that read the tenant: "
        "times in this report may be wrong by as much.",
        minutes,
        host=host,
    )


def _word_behind(host: str, minutes: int) -> Text:
    return say_number(
        "The clock of {host} is at least {number} minute behind the clock of the computer that read the tenant: "
        "times in this report may be wrong by as much.",
        "The clock of {host} is at least {number} minutes behind the clock of the computer that read the tenant: "
        "times in this report may be wrong by as much.",
        minutes,
        host=host,
    )
