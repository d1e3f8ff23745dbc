"""One kind of fault: the scenario that injects it, and what must be true afterwards."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from scanner.simulator import SimulatedTenant
from scanner.sources.live import Patience
from tests.sources.live.scene import QUICK

Check = Callable[[SimulatedTenant], str]
"""Looks at the server's account afterwards; says what is wrong, or nothing."""
Make = Callable[[random.Random], str]
PATIENT = replace(QUICK, walk=90, call=40, silence=1.5, answer=6, body=8_000_000, pages=300)
SHORT = replace(PATIENT, walk=12, call=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A fault of trust.md in one of its forms.

    Attributes:
        name: The fault's id and its form, e.g. ``R3/reset``.
        scenario: Makes a scenario file's text; what is drawn makes one trial differ from the next.
        completes: The run must end complete and say what the undisturbed one says; honest is not enough.
        gives_up: It must end without a report, or with one that claims nothing.
        removed: Rights that are missing from the start: what needs them must name them.
        same_each_time: Nothing is drawn: one trial is enough.
        mailboxes: How many the tenant has.
        patience: How long the scan waits.
        checks: What the server's account must show.
    """

    name: str
    scenario: Make
    completes: bool = False
    gives_up: bool = False
    removed: tuple[str, ...] = ()
    same_each_time: bool = False
    mailboxes: int = 60
    patience: Patience = PATIENT
    checks: tuple[Check, ...] = field(default=())
