"""What readers are told of waiting: each wait once, and none that nobody waits for."""

import asyncio

from scanner.sources.live.lane import Lane


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
