"""How the mailboxes of the simulated company are really used for sending."""

import random
from enum import StrEnum

from scanner.simulator.population.part import Part, Team

_DEVICE_TEAMS = frozenset({Team.SCANNERS, Team.FACTORY_DEVICES, Team.ERP, Team.ALARMS})


class Habit(StrEnum):
    """When a mailbox sends, and what became of it."""

    DAILY = "daily"
    """Every working day."""
    MONTHLY = "monthly"
    """Every four weeks, as invoices go out."""
    QUARTERLY = "quarterly"
    """Every thirteen weeks: the sign-in log has forgotten it, the report of 90 days has not."""
    RETRY_LOOP = "retry-loop"
    """Daily until its password was changed; since then it tries the old one until the account locks."""
    MOVED = "moved"
    """Daily with a password until last week, and with OAuth since."""
    GUESSED_AT = "guessed-at"
    """Nobody sends; strangers from many addresses try passwords."""


def draw_habit(part: Part, alias: str, seed: int) -> Habit | None:
    """Decide how a mailbox is used; the scripted ones say it themselves.

    Args:
        part: the mailbox as the scenario wants it.
        alias: the local part of its address.
        seed: of the scenario.

    Returns:
        Its habit, or None where nobody sends. Drawn apart from everything else, so that it changes nothing else.
    """
    if part.habit:
        return Habit(part.habit)
    if not _DEVICE_TEAMS.intersection(part.teams) or part.scripted:
        return None
    rng = random.Random(f"{seed}/{alias}/habit")
    choices = (None, Habit.DAILY, Habit.MONTHLY, Habit.QUARTERLY, Habit.RETRY_LOOP, Habit.MOVED, Habit.GUESSED_AT)
    return rng.choices(choices, (40, 35, 8, 5, 4, 5, 3))[0]
