"""Pictures for the terminal: the chain of gates, and the causes of a reply."""

from collections.abc import Iterator

from scanner.app.lookup import Explanation, PolicyPath
from scanner.gates.order import GATES
from scanner.model.judgement import GateState, Judgement, Method, Remedy
from scanner.model.reply import Reply
from scanner.replies.diagnose import Diagnosis
from scanner.replies.entry import Cause
from scanner.replies.holding import CauseHeld, Holding

MARKS = {GateState.OPEN: "○", GateState.CLOSED: "✕", GateState.DEPENDS: "◐", GateState.UNKNOWN: "?"}
METHODS = {
    Method.BASIC: "Basic",
    Method.OAUTH_DELEGATED: "OAuth with the mailbox's account",
    Method.OAUTH_APP: "OAuth with an application",
}
HELD = {
    Holding.HELD: "holds for this mailbox",
    Holding.NOT_HELD: "does not hold for this mailbox",
    Holding.UNKNOWN: "not known for this mailbox",
    Holding.NOT_VISIBLE: "can't be seen in the configuration",
}
TITLES = {gate.name: str(gate.title) for gate in GATES}
WIDTH = max(len(title) for title in TITLES.values())


def draw_explanation(told: Explanation) -> Iterator[str]:
    """Draw the chain of gates, line by line."""
    verdict = told.verdict
    yield f"{told.address}  ({told.kind})  {told.name}"
    yield f"{METHODS[told.method]}, judged for {told.as_of}, evidence of run {told.run}"
    yield ""
    yield f"  {verdict.outcome.value.upper()}  (confidence: {verdict.confidence.value})"
    if verdict.reply:
        yield from draw_reply(verdict.reply)
    yield ""
    for judgement in verdict.judgements:
        yield from draw_gate(judgement, told)
    if told.next_gate:
        yield ""
        yield (f"Opening {TITLES[verdict.decided_by]} alone will not help: next comes {TITLES[told.next_gate]}.")
    if told.forecast:
        yield ""
        yield f"If report-only policies were enforced, Conditional Access would answer: {told.forecast}."
    yield from draw_policies(told.policies)
    yield from draw_remedies(told.remedies)


def draw_reply(reply: Reply) -> Iterator[str]:
    """Draw the predicted reply, and what a client that carries on sees."""
    yield f"  {reply.stage}: {reply.code} {reply.enhanced} {reply.text}"
    if reply.then:
        yield f"  then, if the client carries on: {reply.then.code} {reply.then.enhanced}"


def draw_gate(judgement: Judgement, told: Explanation) -> Iterator[str]:
    """Draw one gate: its state, why, and the evidence with its time."""
    first = " ◀ refuses first" if told.verdict.closed[:1] == (judgement.gate,) else ""
    word = judgement.state.value.upper() if judgement.state is GateState.CLOSED else judgement.state.value
    yield f"  {MARKS[judgement.state]} {TITLES[judgement.gate]:{WIDTH}}  {word}{first}"
    yield f"  │   {judgement.because}"
    for finding in judgement.findings:
        read = told.collected_at.get(finding.section, "")
        yield f"  │   {finding.section}: {finding.path} = {finding.value}{f'  (read {read})' if read else ''}"
    for name in judgement.missing:
        yield f"  │   missing: {name}"


def draw_policies(paths: tuple[PolicyPath, ...]) -> Iterator[str]:
    """Draw which policies can stop it, and through what the mailbox is in or out."""
    if paths:
        yield ""
        yield "Conditional Access policies that can stop it:"
    for path in paths:
        place = {True: "in scope", False: "out of scope", None: "not known"}[path.inside]
        report_only = "" if path.enforced else ", report-only"
        yield f"  {path.name} [{path.effect}{report_only}]: {place}"
        yield from (f"      in:  {way}" for way in path.include)
        yield from (f"      out: {way}" for way in path.exclude)


def draw_remedies(remedies: tuple[Remedy, ...]) -> Iterator[str]:
    """Draw what opens the closed gates."""
    if remedies:
        yield ""
        yield "What opens it:"
    for remedy in remedies:
        yield f"  - {remedy.text}"
        yield from draw_remedy_ways(remedy)


def draw_remedy_ways(remedy: Remedy) -> Iterator[str]:
    """Draw the ways of one remedy."""
    for label, words in (("cmdlet", remedy.command), ("portal", remedy.portal), ("undo", remedy.undo)):
        if words:
            yield f"      {label}: {words}"


def draw_diagnosis(found: Diagnosis, held: tuple[CauseHeld, ...], contradictions: tuple[str, ...]) -> Iterator[str]:
    """Draw what a reply is, its causes in order of likelihood, and which of them hold."""
    if found.main is None:
        yield str(found.unknown)
        return
    yield found.main.line
    yield f"  {found.main.meaning}"
    for note in (*found.because, *found.notes):
        yield f"  {note}"
    yield from (f"  ! {words}" for words in contradictions)
    yield ""
    yield "Possible causes, the likeliest first:"
    by_key = {item.cause.key: item for item in held}
    for number, cause in enumerate(found.causes, start=1):
        yield from draw_cause(number, cause, by_key.get(cause.key))


def draw_cause(number: int, cause: Cause, held: CauseHeld | None) -> Iterator[str]:
    """Draw one cause: what to look at, what opens it."""
    yield f"  {number}. {cause.text}"
    if held is not None:
        yield f"     {HELD[held.holding]}{f': {held.because}' if held.because.message else ''}"
    yield f"     look at: {cause.look_at}"
    for remedy in cause.remedies:
        yield f"     - {remedy.text}"
        yield from (f"   {line}" for line in draw_remedy_ways(remedy))
