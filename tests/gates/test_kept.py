"""Whole answers of every gate, word for word: each of its circumstances in each of its settings, for each method.

After a change that is meant, renew the copy with ``python -m tests.gates.test_kept`` and read the difference.
"""

from collections.abc import Iterator
from pathlib import Path

from scanner.gates.gate import Gate
from scanner.gates.order import GATES
from scanner.model.judgement import Judgement, Method

KEPT = Path(__file__).parent / "kept" / "judgements.txt"


def lines_of(judgement: Judgement) -> Iterator[str]:
    replies = [reply for reply in (judgement.reply, *judgement.other_replies) if reply]
    yield f"  {judgement.gate} {judgement.state.value} ({judgement.confidence.value}): {judgement.because}"
    yield from (f"    {item.section}: {item.path} = {item.value}" for item in judgement.findings)
    yield from (f"    {reply.code} {reply.enhanced} {reply.text}" for reply in replies)
    if judgement.missing or judgement.depends_on:
        yield f"    missing {judgement.missing} depends on {judgement.depends_on}"


def answers_of(gate: Gate) -> Iterator[str]:
    circumstances = list({example.circumstance: None for example in gate.examples})
    for place, example in enumerate(gate.examples):
        for number, circumstance in enumerate(circumstances):
            for method in Method:
                yield f"{gate.name}: setting {place}, circumstance {number}, {method.value}"
                yield from lines_of(gate.judge(circumstance, example.setting, method))
                yield f"  causes {gate.causes(gate.judge(circumstance, example.setting, method))}"


def render() -> str:
    return "\n".join(line for gate in GATES for line in answers_of(gate)) + "\n"


def test_every_answer_is_the_kept_one() -> None:
    """State, sentence, evidence, replies, what is missing and how sure it is: nothing of it changes unseen."""
    assert render() == KEPT.read_text(encoding="utf-8")


if __name__ == "__main__":
    KEPT.write_text(render(), encoding="utf-8")
