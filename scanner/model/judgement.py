"""Judgements of gates and the verdicts made of them."""

from enum import StrEnum

from scanner.model.frozen import Frozen
from scanner.model.reply import Reply
from scanner.model.text import NOTHING, Text


class Method(StrEnum):
    """How a sender signs in for submission."""

    BASIC = "basic"
    OAUTH_DELEGATED = "oauth_delegated"
    OAUTH_APP = "oauth_app"


class GateState(StrEnum):
    """One gate's answer for one mailbox and one method."""

    OPEN = "open"
    CLOSED = "closed"
    DEPENDS = "depends"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What becomes of a submission."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    DEPENDS = "depends"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How far a verdict can be trusted (design.md §5)."""

    HIGH = "high"  # documented semantics only
    MEDIUM = "medium"  # one inferred rule was used
    LOW = "low"  # a disputed or unknown value was met


CONFIDENCE_ORDER = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)


def lowest(*confidences: Confidence) -> Confidence:
    """Give the lowest of the confidences; high where there are none."""
    return next((confidence for confidence in CONFIDENCE_ORDER if confidence in confidences), Confidence.HIGH)


class Finding(Frozen, frozen=True, kw_only=True):
    """One observed value that a judgement rests on.

    Attributes:
        section: The section of evidence it was read from.
        path: Where in that section, e.g. ``SmtpClientAuthenticationDisabled``.
        value: The value as text; ``null`` for null, ``(absent)`` for a key that isn't there.
    """

    section: str
    path: str
    value: str


class Judgement(Frozen, frozen=True, kw_only=True):
    """What one gate says.

    Attributes:
        gate: The gate's name.
        state: Its answer.
        because: Why, in one sentence.
        findings: The observed values behind the answer.
        reply: The reply that a closed gate gives; for depends and unknown, the one it would give.
        other_replies: Other replies that are possible from this gate.
        missing: Sections (or named facts) that are missing; never empty when the state is unknown.
        depends_on: What decides at the time of sending; never empty when the state is depends.
        confidence: How far the answer can be trusted.
    """

    gate: str
    state: GateState
    because: Text = NOTHING
    findings: tuple[Finding, ...] = ()
    reply: Reply | None = None
    other_replies: tuple[Reply, ...] = ()
    missing: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    confidence: Confidence = Confidence.HIGH


class Forecast(Frozen, frozen=True, kw_only=True):
    """What a verdict would be if report-only policies were enforced.

    Attributes:
        outcome: The outcome then.
        because: Why, in one sentence.
    """

    outcome: Outcome
    because: Text


class Verdict(Frozen, frozen=True, kw_only=True):
    """One mailbox, one method: what becomes of a submission, and why.

    Attributes:
        outcome: Accepted, refused, depends or unknown.
        reply: The reply that is most likely seen when it is refused.
        other_replies: Other replies that are possible.
        decided_by: The gate that decides; empty when all are open.
        closed: All closed gates in the order in which they refuse.
        depends_on: What decides at the time of sending.
        missing: What is missing for a definite answer.
        confidence: How far the verdict can be trusted.
        judgements: One per gate, in the order in which they refuse.
        forecast: Set where enforcing report-only policies would change the outcome.
    """

    outcome: Outcome
    reply: Reply | None = None
    other_replies: tuple[Reply, ...] = ()
    decided_by: str = ""
    closed: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    confidence: Confidence = Confidence.HIGH
    judgements: tuple[Judgement, ...] = ()
    forecast: Forecast | None = None


class Remedy(Frozen, frozen=True, kw_only=True):
    """What opens a closed gate.

    Attributes:
        gate: The gate it opens.
        text: What to do, in words, with what it costs.
        command: The cmdlet or request, never translated; ``{address}`` stands for the mailbox.
        portal: The path through the portal, never translated.
        undo: The cmdlet that takes it back, never translated, or words where there is none.
    """

    gate: str
    text: Text
    command: str = ""
    portal: str = ""
    undo: Text | str = ""
