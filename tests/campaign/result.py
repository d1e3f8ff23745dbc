"""How a trial ended, and the command that does it again."""

from dataclasses import dataclass
from enum import StrEnum


class End(StrEnum):
    """How a trial ended."""

    COMPLETE = "complete"
    HONEST = "honest"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a trial.

    Attributes:
        case: Name of the case: the fault's id in trust.md and its form, e.g. ``R3/reset``.
        seed: What its scenario was drawn from.
        end: How it ended.
        why: What is wrong; empty where nothing is.
        injected: How often a fault struck.
        seconds: How long it took.
        scenario: The scenario's text.
    """

    case: str
    seed: int
    end: End
    why: str = ""
    injected: int = 0
    seconds: float = 0.0
    scenario: str = ""

    @property
    def fault(self) -> str:
        """The fault's id."""
        return self.case.partition("/")[0]

    @property
    def replay(self) -> str:
        """The command that does it again."""
        return f"make faults ARGS='--only {self.case} --seed {self.seed}'"
