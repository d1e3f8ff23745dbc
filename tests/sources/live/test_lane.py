"""What readers are told of waiting: each wait once, and none that nobody waits for."""

import asyncio

from scanner.sources.live.lane import Lane
from scanner.sources.live.limits import Rate


def told_of(*holds: float) -> list[tuple[str, int]]:
    """Ask a lane to wait, so many seconds at a time, and give what it tells."""
    told: list[tuple[str, int]] = []

    async def ask() -> None:
        lane = Lane(
            "Exchange", abreast=4, longest=300, announce=lambda why, seconds: told.append((why, round(seconds)))
        )
        for seconds in holds:
            lane.hold(seconds, "asked to wait (429)")

    asyncio.run(ask())
    return told


def test_requests_that_are_asked_to_wait_at_the_same_time_make_one_line() -> None:
    assert told_of(60, 60, 60.5, 2) == [("Exchange asked to wait (429)", 60)]


def test_a_wait_that_becomes_longer_is_told_again() -> None:
    assert [seconds for _, seconds in told_of(2, 60)] == [2, 60]


def test_neither_short_waits_nor_those_that_end_the_section_are_told() -> None:
    assert told_of(0.5, 3600) == []


def told_of_pace(rate: Rate, *, requests: int, cost: float = 1) -> tuple[list[tuple[str, float]], float]:
    """Let requests come at the same time; give what is told of waiting, and how many seconds they took."""
    told: list[tuple[str, float]] = []

    async def ask() -> float:
        lane = Lane("Reports", abreast=8, longest=300, rate=rate, announce=lambda *wait: told.append(wait))

        async def send() -> None:
            async with lane.turn(cost):
                pass

        begun = asyncio.get_running_loop().time()
        await asyncio.gather(*(send() for _ in range(requests)))
        return asyncio.get_running_loop().time() - begun

    return told, asyncio.run(ask())


def test_each_wait_for_our_own_limit_is_told_once_however_many_requests_stand_in_line() -> None:
    told, spent = told_of_pace(Rate.of(0.8, burst=0), requests=3)
    assert [why for why, _ in told] == ["Reports: our own limit, 0.8 requests a second"] * 2
    assert [seconds for _, seconds in told] == [1.25] * 2
    assert spent >= 2.4, "a busy machine takes longer"


def test_a_request_that_costs_much_waits_visibly_at_a_high_rate_too() -> None:
    """Told is the longest that it can be: what is left in the bucket makes it shorter."""
    told, spent = told_of_pace(Rate.of(20, burst=2), requests=2, cost=35)
    assert told == [("Reports: our own limit, 20 requests a second", 1.75)]
    assert spent >= 1.4


def test_what_is_kept_to_a_high_rate_is_not_told() -> None:
    told, spent = told_of_pace(Rate.of(40, burst=0), requests=30)
    assert (told, spent >= 0.6) == ([], True)
