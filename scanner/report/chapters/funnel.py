"""The gate funnel: how many mailboxes get past each gate with a password, and how many end there."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from scanner.gates.order import GATES
from scanner.report.chapters.bars import BAR_LENGTH, Bar, Segment
from scanner.report.contract import MailboxPart
from scanner.report.language import Language
from scanner.report.words import GATE_TITLES, OUTCOME_TITLES, TONE_BY_OUTCOME, name_code

_ENDS: Final = ("depends", "unknown", "refused")
"""How a submission may end at a gate, in the order of the drawing."""


def draw_funnel(mailboxes: Sequence[MailboxPart], language: Language) -> tuple[Bar, ...]:
    """Draws one bar per gate at which a submission ends: those that get on, then those that end there.

    Args:
        mailboxes: All mailboxes of the report.
        language: The language of the labels.

    Returns:
        The bars in the order of the gates; the total of a bar is the number of mailboxes that get on.
    """
    ends = Counter((mailbox.verdicts.basic.decided_by, mailbox.verdicts.basic.outcome) for mailbox in mailboxes)
    total = left = len(mailboxes)
    bars = []
    for gate in _list_gates(gate for gate, _ in ends if gate):
        here = {end: ends[gate, end] for end in _ENDS if ends[gate, end]}
        if not here:
            continue
        left -= sum(here.values())
        bars.append(_draw(language.render(name_code(gate, GATE_TITLES)), left, here, total, language))
    return tuple(bars)


def _list_gates(met: Iterable[str]) -> list[str]:
    """Lists gates in the order in which they refuse; those that this version does not know come last."""
    order = [gate.name for gate in GATES]
    return sorted(set(met), key=lambda gate: (order.index(gate) if gate in order else len(order), gate))


def _draw(title: str, left: int, here: dict[str, int], total: int, language: Language) -> Bar:
    parts = [("accepted", left, language.gettext("Get on")), *((end, here[end], "") for end in here)]
    segments = []
    start = 0.0
    for tone, count, label in parts:
        length = count / total * BAR_LENGTH
        segments.append(
            Segment(
                label=label or language.render(OUTCOME_TITLES[tone]),
                count=count,
                count_text=language.number(count),
                share_text=language.share(count / total),
                tone="neutral" if label else TONE_BY_OUTCOME[tone],
                start=round(start, 1),
                length=round(length, 1),
            )
        )
        start += length
    told = language.join(f"{segment.label} {segment.count_text} ({segment.share_text})" for segment in segments)
    return Bar(label=title, total=language.number(left), segments=tuple(segments), description=f"{title}: {told}")
