"""Evidence that is not there: named, so that a verdict can say what it lacks."""

from scanner.model.frozen import Frozen
from scanner.model.text import Text


class EvidenceGap(Frozen, frozen=True, kw_only=True):
    """A fact that is either true or false and was not read.

    Attributes:
        key: Two gaps with one key are one fact, e.g. membership in one group.
        section: What is missing: a section's name, or the name of a fact that no section holds.
        because: What is missing and why, for readers.
    """

    key: str
    section: str
    because: Text
