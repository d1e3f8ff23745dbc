"""Where what was seen contradicts what is predicted: both are shown, and the confidence falls."""

from msgspec import structs

from scanner.gates.order import GATES
from scanner.model.judgement import CONFIDENCE_ORDER, Confidence, GateState, Outcome, Verdict
from scanner.model.text import Text, say
from scanner.model.use import SignIns, Use
from scanner.use.codes import gates_of

TITLES = {gate.name: gate.title for gate in GATES}


def contradiction_of(use: Use, basic: Verdict) -> Text | None:
    """Say what contradicts the verdict for Basic; ``None`` where nothing does."""
    if basic.outcome is Outcome.UNKNOWN:
        return None
    if use.sign_ins is not None and use.sign_ins.failing_since is not None:
        return contradicting_failure(use.sign_ins, basic)
    if basic.outcome is not Outcome.REFUSED or not use.basic:
        return None
    if use.sign_ins is None or use.sign_ins.last_basic is None:
        return say(
            "Messages sent with Basic are counted, while {gate} is predicted to refuse it: it was closed since, or the "
            "prediction does not hold here.",
            gate=title_of(basic.decided_by),
        )
    return say(
        "Basic was accepted on {date}, while {gate} is predicted to refuse it: it was closed since, or the prediction "
        "does not hold here.",
        date=use.sign_ins.last_basic.date(),
        gate=title_of(basic.decided_by),
    )


def contradicting_failure(sign_ins: SignIns, basic: Verdict) -> Text | None:
    """Say where the newest failure comes from a gate that is predicted to be open, or from another than predicted."""
    gates = gates_of(sign_ins.last_code)
    if not gates or basic.decided_by in gates:
        return None
    shut = {judgement.gate for judgement in basic.judgements if judgement.state is not GateState.OPEN}
    if basic.outcome is not Outcome.REFUSED and gates & shut:
        return None
    if basic.outcome is Outcome.REFUSED:
        return say(
            "Refused with {code}, which comes from {seen}, while {gate} is predicted to refuse it first.",
            code=sign_ins.last_code,
            seen=tuple(map(title_of, sorted(gates))),
            gate=title_of(basic.decided_by),
        )
    return say(
        "Refused with {code}, which comes from {seen}, while it is predicted to pass.",
        code=sign_ins.last_code,
        seen=tuple(map(title_of, sorted(gates))),
    )


def title_of(gate: str) -> Text:
    """Give a gate's name for readers."""
    return TITLES[gate]


def lowered(verdict: Verdict) -> Verdict:
    """Give a verdict that something contradicts: the same, one step less sure."""
    place = CONFIDENCE_ORDER.index(verdict.confidence)
    confidence = CONFIDENCE_ORDER[place - 1] if place else Confidence.LOW
    return structs.replace(verdict, confidence=confidence)
