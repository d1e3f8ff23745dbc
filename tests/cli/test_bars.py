"""What somebody at a terminal sees of a reading: lines of sections, what is waited for, and how long it still takes."""

import io
import time

import pytest
from rich.console import Console

from scanner.cli.bars import BarProgress, say_time
from scanner.cli.terminal import LineProgress
from scanner.model.section import SectionState
from scanner.sources.interface import Trouble

WIDTH = 80


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress(clock: Clock) -> BarProgress:
    return BarProgress(clock)


def draw(progress: BarProgress) -> list[str]:
    """Draw it as on a terminal of eighty columns."""
    canvas = io.StringIO()
    console = Console(file=canvas, width=WIDTH, color_system=None, force_terminal=True)
    for part in progress.lines.get_renderables():
        console.print(part)
    return [line.rstrip() for line in canvas.getvalue().splitlines()]


def test_something_is_seen_before_anything_has_come(progress: BarProgress) -> None:
    assert draw(progress) == ["waiting for the first answer"]


def test_a_section_that_is_done_looks_so_and_one_that_was_broken_off_too(
    progress: BarProgress, capsys: pytest.CaptureFixture[str]
) -> None:
    """The reason is told the moment it happens."""
    progress.advance("domains", 2, None)
    progress.advance("sign-ins", 1000, None)
    progress.end("domains", 2, None)
    reason = "not permitted (permission: RoleManagement.Read.Directory)"
    progress.end("role-assignments", 0, Trouble(state=SectionState.MISSING, reason=reason))
    domains, sign_ins, roles = draw(progress)
    assert "2/2" in domains
    assert "1000/?" in sign_ins
    assert roles.endswith("missing")
    assert "RoleManagement.Read.Directory" in capsys.readouterr().err


def test_every_wait_is_counted_down_on_a_line_of_its_own(progress: BarProgress, clock: Clock) -> None:
    """Lines of sections stay whole beside it, at eighty columns too."""
    progress.advance("conditional-access-policies", 12, None)
    progress.advance("users", 200_000, 600_000)
    progress.wait("Microsoft Graph asked to wait (429)", 60)
    progress.wait("Exchange asked to wait (429)", 5)
    clock.pass_by(4.2)
    policies, users, graph, exchange = draw(progress)
    assert "objects, 1 pages" in policies
    assert "200000/600000 objects, 1 pages" in users
    assert (graph, exchange) == (
        "waiting 56 s: Microsoft Graph asked to wait (429)",
        "waiting 1 s: Exchange asked to wait (429)",
    )
    clock.pass_by(1)
    assert len(draw(progress)) == 3


def test_a_wait_that_is_known_to_last_longer_is_not_shortened(progress: BarProgress) -> None:
    progress.wait("Graph", 60)
    progress.wait("Graph", 2)
    assert progress.list_waits() == ["waiting 60 s: Graph"]


def read_on(progress: BarProgress, clock: Clock, begin: int, end: int) -> list[float]:
    """Read a hundred objects a second of 4000, and note what is left before each page."""
    seen = []
    for rows in range(begin, end + 1, 100):
        progress.advance("users", rows, 4000)
        seen.append(progress.time_left("users", 4000 - rows) or 0.0)
        clock.pass_by(1)
    return seen


def test_the_time_left_goes_down_with_the_clock_and_is_not_shown_before_it_is_known(
    progress: BarProgress, clock: Clock
) -> None:
    left = read_on(progress, clock, 100, 1000)
    assert left[:2] == [0, 0]
    assert left[2:] == pytest.approx([37, 36, 35, 34, 33, 32, 31, 30])
    assert draw(progress)[0].endswith("0:29 left")


def test_a_wait_is_added_to_the_time_left_and_leaves_no_trace_when_it_is_over(
    progress: BarProgress, clock: Clock
) -> None:
    """It counts down through the wait; what is read after it is thought to go as fast as before."""
    read_on(progress, clock, 100, 1000)
    progress.wait("Microsoft Graph asked to wait (429)", 60)
    seen = []
    for _ in range(60):
        seen.append(progress.time_left("users", 3000) or 0)
        clock.pass_by(1)
    assert seen == pytest.approx([89 - second for second in range(60)])
    assert read_on(progress, clock, 1100, 1500) == pytest.approx([29, 28, 27, 26, 25])


def test_short_waits_that_come_again_and_again_are_part_of_the_pace(progress: BarProgress, clock: Clock) -> None:
    for rows in range(100, 1100, 100):
        progress.advance("users", rows, 4000)
        progress.wait("Microsoft Graph asked to wait (429)", 3)
        clock.pass_by(4)
    assert progress.time_left("users", 3000) == pytest.approx(3000 / 100 * 4 - 4)


def test_other_services_waits_do_not_make_a_section_look_quick(progress: BarProgress, clock: Clock) -> None:
    progress.wait("Reports asked to wait (429)", 60)
    assert read_on(progress, clock, 100, 1000)[-1] == pytest.approx(30 + 60 - 9)
    clock.pass_by(60)
    assert (progress.time_left("users", 3000) or 0) > 0


def test_what_takes_longer_than_thought_is_never_said_to_take_less_than_nothing(
    progress: BarProgress, clock: Clock
) -> None:
    read_on(progress, clock, 100, 3900)
    clock.pass_by(500)
    assert draw(progress)[0].endswith("0:01 left")


@pytest.mark.parametrize(("rows", "expected"), [(4000, None), (4000, 4000), (4100, 4000), (0, 0)])
def test_nothing_is_said_of_time_where_the_number_is_unknown_or_reached(
    progress: BarProgress, clock: Clock, rows: int, expected: int | None
) -> None:
    progress.advance("users", rows // 2, expected)
    clock.pass_by(30)
    progress.advance("users", rows, expected)
    assert draw(progress)[0].endswith("objects, 2 pages")


def test_durations_are_written_as_exactly_as_they_are_worth() -> None:
    assert [say_time(seconds) for seconds in (0.4, 59.6, 3599, 3600, 7322)] == [
        "0:00",
        "1:00",
        "59:59",
        "1 h 00 min",
        "2 h 02 min",
    ]


def test_elsewhere_lines_tell_what_is_not_done_and_at_once_what_broke_off(
    capsys: pytest.CaptureFixture[str],
) -> None:
    progress = LineProgress(silence=0)
    progress.end("domains", 2, None)
    progress.end("risky-users", 0, Trouble(state=SectionState.MISSING, reason="not licensed"))
    progress.advance("users", 999, 3026)
    for _ in range(4):
        progress.wait("Exchange asked to wait (429)", 2)
    progress.wait("Reports asked to wait (429)", 60)
    progress.advance("users", 1998, 3026)
    progress.advance("users", 2997, 3026)
    progress.advance("groups", 7, None)
    so_far = "smtp-posture: read so far: 2 sections; users"
    assert capsys.readouterr().err.splitlines() == [
        "smtp-posture: risky-users: missing: not licensed",
        f"{so_far} 999 of 3026",
        "smtp-posture: waiting 60 s: Reports asked to wait (429)",
        f"{so_far} 1998 of 3026; waits: 8 s: Exchange asked to wait (429)",
        f"{so_far} 2997 of 3026",
        f"{so_far} 2997 of 3026, groups 7",
    ]


def test_elsewhere_long_waits_of_one_kind_make_no_flood(capsys: pytest.CaptureFixture[str]) -> None:
    progress = LineProgress(silence=0.2)
    for _ in range(4):
        progress.wait("Reports: our own limit, 0.1 requests a second", 10)
    time.sleep(0.25)
    progress.advance("sign-ins", 7, None)
    why = "Reports: our own limit, 0.1 requests a second"
    assert capsys.readouterr().err.splitlines() == [
        f"smtp-posture: waiting 10 s: {why}",
        f"smtp-posture: read so far: 0 sections; sign-ins 7; waits: 30 s: {why}",
    ]
