"""From circumstances to verdicts: every gate is asked, the first closed one decides (design.md §5)."""

from collections.abc import Iterable

from msgspec import structs

from scanner.gates import account
from scanner.gates.gate import Setting
from scanner.gates.order import GATES
from scanner.model.circumstance import Circumstance, SetAside
from scanner.model.frozen import Frozen
from scanner.model.judgement import Confidence, Forecast, GateState, Judgement, Method, Outcome, Verdict, lowest
from scanner.model.reply import Reply

ADVISORY = frozenset(gate.name for gate in GATES if gate.advisory)


class Verdicts(Frozen, frozen=True, kw_only=True):
    """The verdicts of all methods for one circumstance."""

    basic: Verdict
    oauth_delegated: Verdict
    oauth_app: Verdict


class Shared(Frozen, frozen=True, kw_only=True):
    """The answers, per method, of the gates that don't look at policies: they are the same for many circumstances.

    ``None`` stands where a gate has yet to be asked.
    """

    basic: tuple[Judgement | None, ...]
    oauth_delegated: tuple[Judgement | None, ...]
    oauth_app: tuple[Judgement | None, ...]


def judge(circumstance: Circumstance, setting: Setting) -> Verdicts:
    """Judge one circumstance for every method."""
    return judge_rest(judge_shared(circumstance, setting), circumstance, setting)


def judge_shared(circumstance: Circumstance, setting: Setting) -> Shared:
    """Ask the gates that don't look at the policies that a mailbox is in."""
    return Shared(
        basic=ask_shared(circumstance, setting, Method.BASIC),
        oauth_delegated=ask_shared(circumstance, setting, Method.OAUTH_DELEGATED),
        oauth_app=ask_shared(circumstance, setting, Method.OAUTH_APP),
    )


def ask_shared(circumstance: Circumstance, setting: Setting, method: Method) -> tuple[Judgement | None, ...]:
    """Ask for one method."""
    return tuple(None if gate.per_person else gate.judge(circumstance, setting, method) for gate in GATES)


def judge_rest(shared: Shared, circumstance: Circumstance, setting: Setting) -> Verdicts:
    """Ask the remaining gates, and combine all answers."""
    return Verdicts(
        basic=complete(shared.basic, circumstance, setting, Method.BASIC),
        oauth_delegated=complete(shared.oauth_delegated, circumstance, setting, Method.OAUTH_DELEGATED),
        oauth_app=complete(shared.oauth_app, circumstance, setting, Method.OAUTH_APP),
    )


def complete(
    answers: tuple[Judgement | None, ...], circumstance: Circumstance, setting: Setting, method: Method
) -> Verdict:
    """Ask the gates that have not answered, and combine."""
    if not circumstance.listed or circumstance.set_aside is SetAside.ON_PREMISES:
        return not_applicable(account.judge(circumstance, setting, method))
    judgements = tuple(
        gate.judge(circumstance, setting, method) if answer is None else answer
        for gate, answer in zip(GATES, answers, strict=True)
    )
    verdict = combine(judgements)
    return structs.replace(verdict, forecast=forecast_of(verdict, circumstance, setting, method))


def forecast_of(verdict: Verdict, circumstance: Circumstance, setting: Setting, method: Method) -> Forecast | None:
    """Judge again as if report-only policies were enforced; ``None`` where the outcome stays."""
    then = [gate.forecast(circumstance, setting, method) if gate.forecast else None for gate in GATES]
    changed = [judgement for judgement in then if judgement is not None]
    if not changed:
        return None
    judgements = tuple(new or old for new, old in zip(then, verdict.judgements, strict=True))
    outcome = combine(judgements).outcome
    return Forecast(outcome=outcome, because=changed[0].because) if outcome is not verdict.outcome else None


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
    deciding = tuple(judgement for judgement in judgements if judgement.gate not in ADVISORY)
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


def refused(
    closed: tuple[Judgement, ...], deciding: tuple[Judgement, ...], judgements: tuple[Judgement, ...]
) -> Verdict:
    """Make the verdict of a mailbox that is certainly refused; a gate before the closed one may answer first."""
    first = closed[0]
    before = deciding[: deciding.index(first)]
    doubtful = tuple(item for item in before if item.state in {GateState.UNKNOWN, GateState.DEPENDS})
    others = (*replies_of(first), *(reply for judgement in doubtful for reply in replies_of(judgement)))
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


def of_state(judgements: Iterable[Judgement], state: GateState) -> tuple[Judgement, ...]:
    """Keep the judgements of one state."""
    return tuple(judgement for judgement in judgements if judgement.state is state)


def replies_of(judgement: Judgement) -> tuple[Reply, ...]:
    """Give the replies of one gate, the preferred one first."""
    return (*((judgement.reply,) if judgement.reply else ()), *judgement.other_replies)


def distinct(replies: Iterable[Reply]) -> tuple[Reply, ...]:
    """Keep one of each reply, in order."""
    return tuple(dict.fromkeys(replies))
