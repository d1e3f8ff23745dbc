"""From circumstances to verdicts: every gate is asked, the first closed one decides (design.md §5)."""

from collections.abc import Hashable, Iterable
from itertools import takewhile
from typing import NamedTuple

from msgspec import structs

from scanner.gates import account
from scanner.gates.gate import Gate, Setting
from scanner.gates.order import GATES, ORDER_UNKNOWN
from scanner.model.circumstance import Circumstance, SetAside
from scanner.model.frozen import Frozen
from scanner.model.judgement import Confidence, Forecast, GateState, Judgement, Method, Outcome, Verdict, lowest
from scanner.model.reply import Reply

ADVISORY = frozenset(gate.name for gate in GATES if gate.advisory)
PERSONAL = tuple((place, gate) for place, gate in enumerate(GATES) if gate.person)


class Verdicts(Frozen, frozen=True, kw_only=True):
    """The verdicts of all methods for one circumstance."""

    basic: Verdict
    oauth_delegated: Verdict
    oauth_app: Verdict

    def of(self, method: Method) -> Verdict:
        """Give the verdict of one method."""
        match method:
            case Method.BASIC:
                return self.basic
            case Method.OAUTH_DELEGATED:
                return self.oauth_delegated
            case Method.OAUTH_APP:
                return self.oauth_app


class Shared(Frozen, frozen=True, kw_only=True):
    """The answers, per method, of the gates that don't look at policies: they are the same for many circumstances.

    ``None`` stands where a gate has yet to be asked.
    """

    basic: tuple[Judgement | None, ...]
    oauth_delegated: tuple[Judgement | None, ...]
    oauth_app: tuple[Judgement | None, ...]


class Answer(NamedTuple):
    """What one gate says now, and if what is only reported were enforced (``None`` where that changes nothing)."""

    now: Judgement
    forecast: Judgement | None


# Answers that were given, by gate, method, and all of the circumstance that they hang on.
Memory = dict[tuple[str, Method, Hashable], Answer]


def judge(circumstance: Circumstance, setting: Setting) -> Verdicts:
    """Judge one circumstance for every method."""
    return judge_rest(judge_shared(circumstance, setting), circumstance, setting, {})


def judge_shared(circumstance: Circumstance, setting: Setting) -> Shared:
    """Ask the gates that don't look at the policies that a mailbox is in."""
    return Shared(
        basic=ask_shared(circumstance, setting, Method.BASIC),
        oauth_delegated=ask_shared(circumstance, setting, Method.OAUTH_DELEGATED),
        oauth_app=ask_shared(circumstance, setting, Method.OAUTH_APP),
    )


def ask_shared(circumstance: Circumstance, setting: Setting, method: Method) -> tuple[Judgement | None, ...]:
    """Ask for one method."""
    return tuple(None if gate.person else gate.judge(circumstance, setting, method) for gate in GATES)


def judge_rest(shared: Shared, circumstance: Circumstance, setting: Setting, memory: Memory) -> Verdicts:
    """Ask the remaining gates, and combine all answers.

    Args:
        shared: Answers of the other gates.
        circumstance: The mailbox.
        setting: The tenant.
        memory: Answers that were given before in this tenant; it grows.
    """
    return Verdicts(
        basic=complete(shared.basic, circumstance, setting, Method.BASIC, memory),
        oauth_delegated=complete(shared.oauth_delegated, circumstance, setting, Method.OAUTH_DELEGATED, memory),
        oauth_app=complete(shared.oauth_app, circumstance, setting, Method.OAUTH_APP, memory),
    )


def complete(
    answers: tuple[Judgement | None, ...],
    circumstance: Circumstance,
    setting: Setting,
    method: Method,
    memory: Memory,
) -> Verdict:
    """Ask the gates that have not answered, and combine."""
    if not circumstance.listed or circumstance.set_aside is SetAside.ON_PREMISES:
        return not_applicable(account.judge(circumstance, setting, method))
    now, then = list(answers), list(answers)
    forecast: Judgement | None = None
    for place, gate in PERSONAL:
        answer = ask(gate, circumstance, setting, method, memory)
        now[place], then[place] = answer.now, answer.forecast or answer.now
        forecast = forecast or answer.forecast
    verdict = combine(tuple(filter(None, now)))
    if forecast is None:
        return verdict
    outcome = combine(tuple(filter(None, then))).outcome
    if outcome is verdict.outcome:
        return verdict
    return structs.replace(verdict, forecast=Forecast(outcome=outcome, because=forecast.because))


def ask(gate: Gate, circumstance: Circumstance, setting: Setting, method: Method, memory: Memory) -> Answer:
    """Ask a gate, unless it was asked about a mailbox that is alike in all that it looks at."""
    key = (gate.name, method, gate.person(circumstance) if gate.person else circumstance)
    answer = memory.get(key)
    if answer is None:
        forecast = gate.forecast(circumstance, setting, method) if gate.forecast else None
        answer = memory[key] = Answer(gate.judge(circumstance, setting, method), forecast)
    return answer


def not_applicable(judgement: Judgement) -> Verdict:
    """Make the verdict of what is not, or perhaps not, in Exchange Online: no gate says more than its account does."""
    return Verdict(
        outcome=Outcome.UNKNOWN,
        decided_by=judgement.gate,
        missing=judgement.missing,
        judgements=tuple(structs.replace(judgement, gate=gate.name) for gate in GATES),
    )


def combine(judgements: tuple[Judgement, ...]) -> Verdict:
    """Combine the answers of all gates, given in the order in which they refuse.

    One closed gate is enough for "refused", whatever is missing elsewhere; without one, an unknown gate leaves
    everything open, and a gate that depends makes the whole depend.
    """
    deciding = [judgement for judgement in judgements if judgement.gate not in ADVISORY]
    closed = of_state(deciding, GateState.CLOSED)
    if closed:
        return refused(closed, deciding, judgements)
    unknown = of_state(deciding, GateState.UNKNOWN)
    depends = of_state(deciding, GateState.DEPENDS)
    undecided = unknown or depends
    replies = distinct(reply for judgement in (*unknown, *depends) for reply in replies_of(judgement))
    outcome = Outcome.UNKNOWN if unknown else Outcome.DEPENDS if depends else Outcome.ACCEPTED
    return Verdict(
        outcome=outcome,
        reply=replies[0] if replies else None,
        other_replies=replies[1:],
        decided_by=undecided[0].gate if undecided else "",
        depends_on=tuple(dict.fromkeys(name for judgement in depends for name in judgement.depends_on)),
        missing=tuple(dict.fromkeys(name for judgement in unknown for name in judgement.missing)),
        confidence=lowest(*(judgement.confidence for judgement in deciding)),
        judgements=judgements,
    )


def refused(closed: list[Judgement], deciding: list[Judgement], judgements: tuple[Judgement, ...]) -> Verdict:
    """Make the verdict of a mailbox that is certainly refused; a gate before the closed one may answer first."""
    first = closed[0]
    before = takewhile(lambda judgement: judgement is not first, deciding)
    doubtful = [judgement for judgement in before if judgement.state is not GateState.OPEN]
    rivals = [judgement for judgement in closed if frozenset({first.gate, judgement.gate}) in ORDER_UNKNOWN]
    others = [reply for judgement in (first, *doubtful, *rivals) for reply in replies_of(judgement)]
    return Verdict(
        outcome=Outcome.REFUSED,
        reply=first.reply,
        other_replies=tuple(reply for reply in distinct(others) if reply != first.reply),
        decided_by=first.gate,
        closed=tuple(judgement.gate for judgement in closed),
        missing=tuple(dict.fromkeys(name for judgement in doubtful for name in judgement.missing)),
        confidence=lowest(first.confidence, Confidence.MEDIUM if doubtful else Confidence.HIGH),
        judgements=judgements,
    )


def of_state(judgements: Iterable[Judgement], state: GateState) -> list[Judgement]:
    """Keep the judgements of one state."""
    return [judgement for judgement in judgements if judgement.state is state]


def replies_of(judgement: Judgement) -> tuple[Reply, ...]:
    """Give the replies of one gate, the preferred one first."""
    return (*((judgement.reply,) if judgement.reply else ()), *judgement.other_replies)


def distinct(replies: Iterable[Reply]) -> tuple[Reply, ...]:
    """Keep one of each reply, in order; there are only a few, and most are the same objects."""
    kept: list[Reply] = []
    for reply in replies:
        if reply not in kept:
            kept.append(reply)
    return tuple(kept)
