"""Clocks that differ: noticed where answers agree, never for a slow answer or a single odd one."""

import datetime as dt
import email.utils
import time
from dataclasses import replace

import pytest
from aiohttp import web

from scanner.model.section import SectionState
from scanner.simulator import Faults, Population, SimulatedTenant
from scanner.simulator.faults.scenario import Fault, Service, Then, When
from scanner.sources.live.clocks import Clocks
from tests.sources.live.scene import QUICK, collect, pick, target_of
from tests.sources.live.stage import INVOKE, Stage, page

NOW = 1_800_000_000.0
HOST = "graph.example"


def dated(seconds: float) -> str:
    return email.utils.format_datetime(dt.datetime.fromtimestamp(int(seconds), dt.UTC), usegmt=True)


def compare(*answers: tuple[str, float, float]) -> list[str]:
    """Give what is told of answers: their Date, when they were asked for and when they came."""
    told: list[tuple[str, str]] = []
    clocks = Clocks(lambda subject, sentence: told.append((subject, str(sentence))))
    for date, sent, came in answers:
        clocks.compare(HOST, date, sent, came)
    assert {subject for subject, _ in told} <= {f"clock of {HOST}"}
    return [sentence for _, sentence in told]


@pytest.mark.parametrize(("offset", "said"), [(420, "at least 6 minutes ahead"), (-420, "at least 6 minutes behind")])
def test_answers_that_agree_are_told_once(offset: float, said: str) -> None:
    """The least that they prove, in whole minutes: of seven, a second is what sending may have taken."""
    (sentence,) = compare(*[(dated(NOW + at + offset), NOW + at, NOW + at + 0.5) for at in range(9)])
    assert said in sentence


def test_two_answers_are_not_enough() -> None:
    answers = [(dated(NOW + 900), NOW, NOW)] * 2
    assert compare(*answers) == []
    assert compare(*answers, answers[0]) != []


def test_up_to_five_minutes_are_tolerated() -> None:
    assert compare(*[(dated(NOW + offset), NOW, NOW) for offset in (300, -299) for _ in range(9)]) == []


def test_a_slow_answer_proves_nothing() -> None:
    """It may have been dated at any moment between sending and coming."""
    assert compare(*[(dated(NOW + offset), NOW, NOW + 900) for offset in (0, 450, 900) for _ in range(5)]) == []


def test_a_slow_answer_proves_what_no_slowness_explains() -> None:
    (sentence,) = compare(*[(dated(NOW + 1500), NOW, NOW + 900)] * 3)
    assert "at least 10 minutes ahead" in sentence


def test_answers_that_most_contradict_are_not_believed() -> None:
    """Some come from a cache, with the date of long ago."""
    right, old = (dated(NOW), NOW, NOW), (dated(NOW - 4000), NOW, NOW)
    assert compare(*[right, right, right, old, old, old, right]) == []


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 99 Nov 2026 00:00:00 GMT"])
def test_what_is_no_date_is_no_answer(date: str) -> None:
    assert compare(*[(date, NOW, NOW)] * 5) == []


@pytest.mark.parametrize(("clock", "said"), [(460.0, "7 minutes ahead"), (-460.0, "7 minutes behind")])
def test_a_tenant_with_another_clock_is_told(small: Population, clock: float, said: str) -> None:
    """On stderr and for the report; nothing lacks for it, and a Retry-After that is a date is kept by its clock."""
    waits = Fault(
        when=When(path="/graph/*", every=3),
        then=Then(answer="throttled", retry_after=1, retry_after_form="date"),
    )
    faults = Faults(service=Service(clock=clock), faults=(waits,))
    with SimulatedTenant(small, faults=faults) as tenant:
        shelf = collect(target_of(tenant), pick("users", "domains", "transport-config", "mailboxes"))
        assert list(tenant.ledger.early()) == []
    (remark,) = shelf.remarks.values()
    assert said in remark
    assert shelf.sentences == [remark]
    assert shelf.states(SectionState.COMPLETE) == set(shelf.reports)
    assert all(seconds < 5 for _, seconds in shelf.waits)


def test_a_tenant_with_our_clock_is_not_told(small: Population) -> None:
    with SimulatedTenant(small) as tenant:
        shelf = collect(target_of(tenant))
    assert (shelf.remarks, shelf.sentences) == ({}, [])


def test_answers_with_their_own_date_are_told(stage: Stage) -> None:
    """The header alone counts, whoever sent it."""

    def answer(_: web.Request, turn: int) -> web.Response:
        made = page([{"Guid": str(turn)}], f"{stage.root}{INVOKE}?$skiptoken={turn}" if turn < 4 else None)
        made.headers["Date"] = dated(time.time() - 3700)
        return made

    stage.on(INVOKE, answer)
    shelf = collect(stage.target(), pick("authentication-policies"), replace(QUICK, pages=9))
    assert [one for one in shelf.remarks.values() if "61 minutes behind" in one]
