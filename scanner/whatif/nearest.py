"""Names that look like the one that was meant."""

import difflib
from collections.abc import Mapping, Sequence

MOST = 3
LEAST_ALIKE = 0.5  # of 1; difflib's own 0.6 misses a name with a word too many


def did_you_mean(wanted: str, known: Sequence[str], *, shown: Mapping[str, str] | None = None) -> str:
    """Advise the nearest known names; "" where none is near.

    Args:
        wanted: What was written.
        known: What could have been meant.
        shown: How to show each, where it is not shown as it is compared.
    """
    folded = {spelling: name for name in known for spelling in _spellings(name)}
    close = difflib.get_close_matches(wanted.lower(), folded, n=MOST, cutoff=LEAST_ALIKE)
    names = dict.fromkeys(folded[spelling] for spelling in close)
    shown_names = [shown[name] for name in names] if shown is not None else list(names)
    return f"Did you mean {' or '.join(shown_names)}?" if shown_names else ""


def _spellings(name: str) -> tuple[str, str]:
    """Give a name whole, and its first word: many tenants number their policies there."""
    whole = name.lower()
    return whole, whole.partition(" ")[0]
