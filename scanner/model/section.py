"""A section: one kind of evidence, and how much of it was read."""

import datetime as dt
from enum import StrEnum

from scanner.model.frozen import Frozen
from scanner.model.text import NOTHING, Text, say

# What Graph answers where the tenant's licence doesn't cover what is asked for (facts/apis.md §2.4).
NO_LICENCE_CODES = frozenset(
    {
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        "AadPremiumLicenseRequired",
        "RequestFromNonPremiumTenantOrB2CTenant",
    }
)
NOT_LICENSED = say("the tenant is not licensed for it: Entra ID P1 or P2 is needed")
"""How the reason of such a section says it."""


class SectionState(StrEnum):
    """How much of a section was read."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    MISSING = "missing"


class SectionReport(Frozen, frozen=True, kw_only=True):
    """What is known about the reading of one section.

    Attributes:
        section: The section's name, e.g. ``transport-config`` (the file name of design.md §9 without its ending).
        state: How much of it was read.
        count: Rows read.
        expected: Rows that the provider says there are; ``None`` where it doesn't say.
        reason: Why it is not complete; empty when complete.
        permission: The permission that was lacking; empty where none was.
        collected_at: When its last page was read, in UTC.
        absent: Nobody looked for it: the folder has no such file, and nothing says that reading it was tried; ``None``
            where an earlier version kept no answer.
    """

    section: str
    state: SectionState
    count: int = 0
    expected: int | None = None
    reason: Text = NOTHING
    permission: str = ""
    collected_at: dt.datetime | None = None
    absent: bool | None = False

    @property
    def is_absent(self) -> bool:
        """Tell whether nobody looked for it; of what an earlier version kept, that is taken for what is missing."""
        return self.state is SectionState.MISSING if self.absent is None else self.absent

    @property
    def is_licensed(self) -> bool:
        """Tell whether it was not for lack of a licence that it is not complete."""
        return str(NOT_LICENSED) not in str(self.reason)
