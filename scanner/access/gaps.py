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


SENTINEL = "unknownfuturevalue"  # what Graph gives for any value that it hides (dossier §1.8)


def key_of_word(kind: str, word: str, owner: str) -> str:
    """Give the key of what a word means: the same wherever it stands, but for the sentinel, which hides any word."""
    return f"{kind}:{word}:{owner}" if word == SENTINEL else f"{kind}:{word}"
