"""Which causes of a diagnosis hold for a scanned mailbox, and where the reply contradicts the scan."""

from enum import StrEnum

from scanner.model.frozen import Frozen
from scanner.model.judgement import Confidence, GateState, Judgement, Outcome, Verdict
from scanner.model.text import NOTHING, Text, say
from scanner.replies.catalogue import reply
from scanner.replies.diagnose import Diagnosis
from scanner.replies.entry import CatalogueEntry, Cause

_SWITCH_REPLIES = {
    "switch_tenant": reply("smtp_auth_disabled_tenant"),
    "switch_mailbox": reply("smtp_auth_disabled_mailbox"),
}


class Holding(StrEnum):
    """Whether a cause holds for one mailbox."""

    HELD = "held"
    NOT_HELD = "not_held"
    UNKNOWN = "unknown"
    NOT_VISIBLE = "not_visible"


_BY_STATE = {
    GateState.OPEN: Holding.NOT_HELD,
    GateState.CLOSED: Holding.HELD,
    GateState.DEPENDS: Holding.UNKNOWN,
    GateState.UNKNOWN: Holding.UNKNOWN,
}


class CauseHeld(Frozen, frozen=True, kw_only=True):
    """One cause, and whether the scan found it.

    Attributes:
        cause: The cause.
        holding: Whether it holds; ``not_visible`` where nothing in the configuration could show it.
        because: What the gate says, or why it isn't known.
    """

    cause: Cause
    holding: Holding
    because: Text = NOTHING


def causes_that_hold(diagnosis: Diagnosis, verdict: Verdict) -> tuple[CauseHeld, ...]:
    """Join a diagnosis with what a scan found for the mailbox.

    Args:
        diagnosis: The diagnosis of a reply.
        verdict: The verdict on the mailbox, for the method that the sender uses.

    Returns:
        Every cause of the diagnosis in its order.
    """
    judgements = {judgement.gate: judgement for judgement in verdict.judgements}
    return tuple(hold_against(cause, judgements.get(cause.gate)) for cause in diagnosis.causes)


def hold_against(cause: Cause, judgement: Judgement | None) -> CauseHeld:
    """Hold one cause against the judgement of its gate."""
    if not cause.gate:
        because = say("Nothing in the configuration shows this.")
        return CauseHeld(cause=cause, holding=Holding.NOT_VISIBLE, because=because)
    if judgement is None:
        return CauseHeld(cause=cause, holding=Holding.UNKNOWN, because=say("The scan didn't judge this."))
    return CauseHeld(cause=cause, holding=holding_of(cause, judgement), because=judgement.because)


def holding_of(cause: Cause, judgement: Judgement) -> Holding:
    """Translate a gate's state; of the switch, tenant and mailbox are told apart by the reply it predicts."""
    own = _SWITCH_REPLIES.get(cause.key, judgement.reply)
    if judgement.state is GateState.CLOSED and own != judgement.reply:
        return Holding.NOT_HELD
    return _BY_STATE[judgement.state]


def contradictions(diagnosis: Diagnosis, verdict: Verdict, scanned: str) -> tuple[Text, ...]:
    """Find where the reply and the scan disagree.

    Args:
        diagnosis: The diagnosis of a reply.
        verdict: The verdict on the mailbox, for the method that the sender uses.
        scanned: When the scan was, as the reader should see it.

    Returns:
        One sentence per contradiction; none where they agree or too little is known.
    """
    if diagnosis.main is None or diagnosis.fallback:
        return ()
    held = causes_that_hold(diagnosis, verdict)
    every = (
        contradict_settings(diagnosis.main, held, scanned),
        contradict_switch(diagnosis.main, held) or contradict_prediction(diagnosis.main, verdict),
    )
    return tuple(sentence for sentence in every if sentence)


def contradict_switch(main: CatalogueEntry, held: tuple[CauseHeld, ...]) -> Text | None:
    """Say so where the sentence names the mailbox and the scan found the organization's switch to be the cause."""
    holdings = {one.cause.key: one.holding for one in held}
    if main.key != "smtp_auth_disabled_mailbox" or holdings.get("switch_tenant") is not Holding.HELD:
        return None
    return say(
        "The sentence says that the mailbox switch is off; the scan found the mailbox without a setting of its own "
        "and the organization's switch off. Either the sentence comes from an inherited block as well (one unofficial "
        "source says so), or the setting has changed."
    )


def contradict_settings(main: CatalogueEntry, held: tuple[CauseHeld, ...], scanned: str) -> Text | None:
    """Say so where the scan found every setting open that the reply comes from."""
    named = settings_behind(main)
    holdings = {one.holding for one in held if one.cause.key in named}
    if holdings != {Holding.NOT_HELD}:
        return None
    return say(
        "The scan of {scanned} found every setting open that the reply “{reply}” comes from: a setting has changed "
        "since, a change hadn't taken effect yet, the reply belongs to another mailbox, or no setting shows its cause.",
        reply=main.line,
        scanned=scanned,
    )


def settings_behind(main: CatalogueEntry) -> frozenset[str]:
    """Give the keys of the causes that the reply accuses: of a sure reply the first one's gate, else of every gate."""
    first = main.causes[0]
    if not first.gate or main.confidence is Confidence.LOW:
        return frozenset()
    sure = main.confidence is Confidence.HIGH
    return frozenset(cause.key for cause in main.causes if cause.gate == first.gate or (cause.gate and not sure))


def contradict_prediction(main: CatalogueEntry, verdict: Verdict) -> Text | None:
    """Say so where the scan predicts another refusal of the sign-in."""
    behind = [one.reply for one in verdict.judgements if one.state is GateState.CLOSED]
    predicted = [one for one in (verdict.reply, *verdict.other_replies, *behind) if one]
    if main.stage != "AUTH" or verdict.outcome is not Outcome.REFUSED or not predicted:
        return None
    if any((one.enhanced, one.text) == (main.enhanced, main.sentence) for one in predicted):
        return None
    return say(
        "For this mailbox the scan predicts another reply: “{predicted}”. A setting has changed since, or the sender "
        "signs in to another account or by another method.",
        predicted=f"{predicted[0].code} {predicted[0].enhanced} {predicted[0].text}",
    )
