"""What the senders of a simulated tenant did lately: the sign-ins they left, the messages they sent, and their fate.

Told from habits and from the tenant's own mail server, never from the product's rules.
"""

import datetime as dt
import random
from collections.abc import Iterator
from enum import StrEnum
from functools import cached_property

from scanner.simulator.places import place_at
from scanner.simulator.population.conditional import Policy
from scanner.simulator.population.directory import Population
from scanner.simulator.population.frozen import Frozen
from scanner.simulator.population.habits import Habit
from scanner.simulator.population.model import Mailbox
from scanner.simulator.truth import Layer, MailServer, Method, Outcome, Submission

DAY = dt.timedelta(days=1)
REACH = 100
"""Days that the diary goes back."""
KEPT_DAYS = 30
"""Days that the sign-in log keeps."""
HEAD_OFFICE, ELSEWHERE = "203.0.113.{}", "192.0.2.{}"
_MOVED_DAYS_AGO = 8
_PASSWORD_CHANGED_DAYS_AGO = 6
_TRIES_BEFORE_LOCKING = 10
_GUESSES = 40
_WRONG_PASSWORD, _LOCKED, _DISABLED = 50126, 50053, 50057
_CODES = {
    Layer.ACCOUNT: _DISABLED,
    Layer.SECURITY_DEFAULTS: 530035,
    Layer.CONDITIONAL_ACCESS: 53003,
    Layer.PER_USER_MFA: 50076,
}
"""What the sign-in log says where Entra ID refuses; what Exchange refuses before leaves no trace in it."""
_WORKING_DAYS = 5
_RISK = "none"


class Fate(StrEnum):
    """What a sender has to fear."""

    FAILS = "fails"
    """It sent, and its next attempt is refused."""
    BREAKS = "breaks"
    """It sends with a password, and stops with Basic."""
    LASTS = "lasts"
    """It sends with OAuth, and goes on."""
    SILENT = "silent"
    """Nobody sends."""


class Attempt(Frozen, frozen=True, kw_only=True):
    """One submission."""

    moment: dt.datetime
    mailbox: Mailbox
    method: Method
    code: int | None
    """What the sign-in log says, 0 for success; None where it doesn't hear of it."""
    address: str
    user_agent: str = "BAV2ROPC"
    interactive: bool = False

    @property
    def sent(self) -> bool:
        """True if a message went out."""
        return self.code == 0 or (self.code is None and self.method is not Method.BASIC)


class Diary:
    """Tells of the last months of a tenant.

    Args:
        population: the tenant.
        now: the moment at which it ends.
    """

    def __init__(self, population: Population, now: dt.datetime) -> None:
        self.now = now.replace(microsecond=0)
        self._population = population
        self._server = MailServer(population)

    @cached_property
    def attempts(self) -> tuple[Attempt, ...]:
        """All submissions, newest first."""
        told = (attempt for mailbox in self._population.mailboxes for attempt in self._tell(mailbox))
        return tuple(sorted(told, key=lambda attempt: (attempt.moment, attempt.mailbox.key), reverse=True))

    @cached_property
    def logged(self) -> tuple[Attempt, ...]:
        """Those that the sign-in log hears of, newest first."""
        return tuple(attempt for attempt in self.attempts if attempt.code is not None)

    def stoppers(self, mailbox: Mailbox) -> tuple[Policy, ...]:
        """Give the Conditional Access policies that stop a mailbox's device where it stands."""
        return self._server.stoppers(mailbox, Method.BASIC, place_at(self._address(mailbox)), _RISK)

    def fate(self, mailbox: Mailbox) -> Fate:
        """Say what a mailbox's sender has to fear.

        Args:
            mailbox: one of the tenant's.

        Returns:
            Its fate, which the report should have found out.
        """
        if mailbox.habit is None or mailbox.habit == Habit.GUESSED_AT:
            return Fate.SILENT
        if mailbox.habit == Habit.RETRY_LOOP:
            return Fate.FAILS if self._reaches_entra(mailbox) else self._fate_with_basic(mailbox)
        if self._has_moved(mailbox):
            return Fate.LASTS
        return self._fate_with_basic(mailbox)

    def _fate_with_basic(self, mailbox: Mailbox) -> Fate:
        return Fate.BREAKS if self._submit(mailbox).accepted else Fate.FAILS

    def _tell(self, mailbox: Mailbox) -> Iterator[Attempt]:
        rng = random.Random(f"{self._population.scenario.seed}/{mailbox.key}/diary")
        match mailbox.habit:
            case Habit.DAILY:
                yield from self._tell_basic(mailbox, self._working_days(rng), rng)
            case Habit.MONTHLY:
                yield from self._tell_basic(mailbox, self._every(28, 12), rng)
            case Habit.QUARTERLY:
                yield from self._tell_basic(mailbox, self._every(91, 65), rng)
            case Habit.RETRY_LOOP:
                yield from self._tell_retries(mailbox, rng)
            case Habit.MOVED:
                yield from self._tell_move(mailbox, rng)
            case Habit.GUESSED_AT:
                yield from self._tell_guesses(mailbox, rng)
            case _:
                return

    def _tell_basic(self, mailbox: Mailbox, moments: Iterator[dt.datetime], rng: random.Random) -> Iterator[Attempt]:
        """Tell of a sender that worked until what refuses it now was set, if anything does."""
        broken = self.now - rng.randint(2, 9) * DAY
        answer = self._submit(mailbox)
        address = self._address(mailbox)
        interactive = rng.random() < 0.3  # noqa: PLR2004 -- most such sign-ins are logged as non-interactive
        for moment in moments:
            worked = answer.accepted or moment < broken
            yield Attempt(
                moment=moment,
                mailbox=mailbox,
                method=Method.BASIC,
                code=0 if worked else _CODES.get(answer.refused_by) if answer.refused_by else None,
                address=address,
                interactive=interactive,
            )

    def _tell_retries(self, mailbox: Mailbox, rng: random.Random) -> Iterator[Attempt]:
        if not self._reaches_entra(mailbox):
            yield from self._tell_basic(mailbox, self._working_days(rng), rng)
            return
        changed = self.now - _PASSWORD_CHANGED_DAYS_AGO * DAY
        address = self._address(mailbox)
        for moment in self._working_days(rng):
            if moment < changed:
                yield Attempt(moment=moment, mailbox=mailbox, method=Method.BASIC, code=0, address=address)
        for number, hours in enumerate(range(0, 24 * _PASSWORD_CHANGED_DAYS_AGO, 2)):
            code = _WRONG_PASSWORD if number < _TRIES_BEFORE_LOCKING or number % 3 else _LOCKED
            moment = changed + dt.timedelta(hours=hours, minutes=7)
            yield Attempt(moment=moment, mailbox=mailbox, method=Method.BASIC, code=code, address=address)

    def _tell_move(self, mailbox: Mailbox, rng: random.Random) -> Iterator[Attempt]:
        if not self._has_moved(mailbox):
            yield from self._tell_basic(mailbox, self._working_days(rng), rng)
            return
        moved = self.now - _MOVED_DAYS_AGO * DAY
        address = self._address(mailbox)
        for moment in self._working_days(rng):
            method = Method.BASIC if moment < moved else Method.OAUTH_DELEGATED
            code = 0 if method is Method.BASIC else None
            yield Attempt(moment=moment, mailbox=mailbox, method=method, code=code, address=address)

    def _tell_guesses(self, mailbox: Mailbox, rng: random.Random) -> Iterator[Attempt]:
        code = _WRONG_PASSWORD if mailbox.account and mailbox.account.enabled else _DISABLED
        if code == _DISABLED:
            return  # nobody guesses at what answers that it is closed
        for number in range(_GUESSES):
            moment = self.now - rng.uniform(0.5, 29) * DAY
            address = f"198.51.100.{number + 1}"
            yield Attempt(moment=moment, mailbox=mailbox, method=Method.BASIC, code=code, address=address)

    def _working_days(self, rng: random.Random) -> Iterator[dt.datetime]:
        midnight = self.now.replace(hour=0, minute=0, second=0)
        time = dt.timedelta(hours=rng.randint(5, 20), minutes=rng.randint(0, 59), seconds=rng.randint(0, 59))
        for back in range(1, REACH):
            moment = midnight - back * DAY + time
            if moment.weekday() < _WORKING_DAYS:
                yield moment

    def _every(self, days: int, first: int) -> Iterator[dt.datetime]:
        for back in range(first, REACH, days):
            yield self.now - back * DAY

    def _has_moved(self, mailbox: Mailbox) -> bool:
        if mailbox.habit != Habit.MOVED:
            return False
        oauth = self._server.outcome(mailbox, Method.OAUTH_DELEGATED)
        return oauth is Outcome.ACCEPTED and self._submit(mailbox).accepted

    def _reaches_entra(self, mailbox: Mailbox) -> bool:
        return self._submit(mailbox).accepted

    def _submit(self, mailbox: Mailbox) -> Submission:
        return self._server.submit(mailbox, Method.BASIC, place_at(self._address(mailbox)), _RISK)

    def _address(self, mailbox: Mailbox) -> str:
        """Give where a device stands: in the head office, with an address of its own."""
        return HEAD_OFFICE.format(1 + int(mailbox.guid[:4], 16) % 120)
