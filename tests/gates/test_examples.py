"""Every gate's examples hold: they are the gate's tests and rows of docs/gates.md."""

import pytest

from scanner.gates.gate import Example, Gate
from scanner.gates.order import GATES, ORDER
from scanner.model.judgement import GateState
from scanner.replies.catalogue import cause, reply

CASES = [pytest.param(gate, example, id=f"{gate.name}: {example.says}") for gate in GATES for example in gate.examples]
EXAMPLED = {GateState.OPEN, GateState.CLOSED, GateState.UNKNOWN}
WITHOUT = {
    "retirement": {GateState.UNKNOWN},  # it reads a date and a published calendar: there is nothing that can be missing
    "send_as": {GateState.CLOSED, GateState.UNKNOWN},  # advice: which From address a sender uses can't be read
}


@pytest.mark.parametrize(("gate", "example"), CASES)
def test_an_example_holds(gate: Gate, example: Example) -> None:
    """The gate answers as its example says, and an answer other than open says what it needs to say."""
    judgement = gate.judge(example.circumstance, example.setting, example.method)
    assert judgement.state is example.state
    assert judgement.gate == gate.name
    assert str(judgement.because)
    assert (judgement.state is GateState.UNKNOWN) == bool(judgement.missing)
    assert (judgement.state is GateState.DEPENDS) == bool(judgement.depends_on)
    assert judgement.state is not GateState.CLOSED or judgement.reply


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_a_gate_shows_each_of_its_answers(gate: Gate) -> None:
    """At least one open, closed and unknown example a gate; the exceptions stand above with their reason."""
    shown = {example.state for example in gate.examples}
    assert shown & EXAMPLED == EXAMPLED - WITHOUT.get(gate.name, set())


@pytest.mark.parametrize(("gate", "example"), CASES)
def test_replies_and_remedies_come_from_the_catalogue(gate: Gate, example: Example) -> None:
    """A reply that a gate gives is among those it declares, and what opens it is known."""
    judgement = gate.judge(example.circumstance, example.setting, example.method)
    declared = [reply(key) for key in gate.replies]
    assert {judgement.reply, *judgement.other_replies} - {None} <= set(declared)
    assert all(cause(key).remedies or gate.advisory for key in gate.causes(judgement))


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_a_gate_explains_itself(gate: Gate) -> None:
    """Title, rationale, what it reads and sources are there."""
    assert str(gate.title)
    assert str(gate.rationale)
    assert gate.reads
    assert gate.sources


def test_the_order_has_a_source_for_each_step() -> None:
    """No step of the order stands without saying where it comes from."""
    assert all(source for _, source in ORDER)
    assert len({gate.name for gate in GATES}) == len(GATES)
