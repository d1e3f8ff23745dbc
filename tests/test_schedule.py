"""Schedules: when they are due on a clock that changes, what their files may say, and the service."""

import datetime as dt
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.triggers.base import BaseTrigger
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.app.job import ALL_FORMATS
from scanner.content import find_content
from scanner.errors import ConfigurationError, SourceError
from scanner.schedule import CronFields, Schedule, Service, find_files, load_schedule, next_times
from scanner.schedule.file import EXPECTED, FormatName, ScheduleTable
from scanner.schedule.times import make_trigger

AMSTERDAM = "Europe/Amsterdam"


def make_schedule(cron: str | CronFields, zone: str = AMSTERDAM, *, name: str = "s", until: str = "") -> Schedule:
    fields = CronFields.from_crontab(cron) if isinstance(cron, str) else cron
    last = dt.date.fromisoformat(until) if until else None
    return Schedule(title="T", name=name, file=Path(), cron=cron, fields=fields, timezone=zone, until=last)


def due(cron: str | CronFields, after: str, count: int, zone: str = AMSTERDAM, *, until: str = "") -> list[str]:
    schedule = make_schedule(cron, zone, until=until)
    return [
        moment.isoformat(timespec="minutes") for moment in next_times(schedule, dt.datetime.fromisoformat(after), count)
    ]


# --- clocks and calendars -------------------------------------------------------------------------------------------


def test_a_time_that_the_clock_leaps_over_comes_after_the_leap() -> None:
    """02:30 does not exist on 29 March 2026: the run comes at 03:30, once, and at 02:30 again the day after."""
    assert due("30 2 * * *", "2026-03-28T00:00", 3) == [
        "2026-03-28T02:30+01:00",
        "2026-03-29T03:30+02:00",
        "2026-03-30T02:30+02:00",
    ]


def test_a_time_that_the_clock_shows_twice_comes_once() -> None:
    """02:30 comes twice on 25 October 2026: the first counts."""
    assert due("30 2 * * *", "2026-10-24T12:00", 2) == ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"]


def test_between_the_two_showings_of_a_time_it_is_not_due_again() -> None:
    """A service that starts between them waits for the next day."""
    assert due("30 2 * * *", "2026-10-25T00:45+00:00", 1) == ["2026-10-26T02:30+01:00"]


def test_a_schedule_through_the_hours_keeps_its_rhythm() -> None:
    """Each hour that passes has its run, also when the clock changes: 25 hours in October, 23 in March."""
    assert due("0 * * * *", "2026-10-25T00:30", 4) == [
        "2026-10-25T01:00+02:00",
        "2026-10-25T02:00+02:00",
        "2026-10-25T02:00+01:00",
        "2026-10-25T03:00+01:00",
    ]
    assert due("0 * * * *", "2026-03-29T00:30", 3) == [
        "2026-03-29T01:00+01:00",
        "2026-03-29T03:00+02:00",
        "2026-03-29T04:00+02:00",
    ]


def test_two_hours_that_the_leap_joins_are_one() -> None:
    """02:00 becomes 03:00 on the day of the leap, which is due anyway."""
    assert due("0 2,3 * * *", "2026-03-29T00:00", 2) == ["2026-03-29T03:00+02:00", "2026-03-30T02:00+02:00"]


def test_no_month_begins_without_its_run() -> None:
    """APScheduler alone would lose 1 April: its step from March lands at 01:00, after the run."""
    assert due("0 0 1 * *", "2026-03-02T00:00", 2) == ["2026-04-01T00:00+02:00", "2026-05-01T00:00+02:00"]


def test_midnight_comes_each_day_of_the_year() -> None:
    """Also on the day after a leap, and through a whole year."""
    assert len(due("0 0 * * *", "2025-12-31T12:00", 365)) == 365
    assert due("0 0 * * *", "2025-12-31T12:00", 365)[-1] == "2026-12-31T00:00+01:00"


def test_a_day_is_run_through_from_its_first_hour() -> None:
    """24 runs on the 1st of April, the first of them at midnight."""
    assert due("0 * 1 * *", "2026-03-02T00:00", 1) == ["2026-04-01T00:00+02:00"]


def test_each_half_hour_that_is_repeated_has_its_run() -> None:
    """The clock shows 02:00 and 02:30 twice, whatever the moment that is asked for."""
    half_hours = CronFields(minute="*/30")
    expected = ["2026-10-25T02:30+02:00", "2026-10-25T02:00+01:00", "2026-10-25T02:30+01:00", "2026-10-25T03:00+01:00"]
    assert due(half_hours, "2026-10-25T02:00+02:00", 4) == expected
    assert due(half_hours, "2026-10-25T02:45+02:00", 3) == expected[1:]
    assert due(half_hours, "2026-10-25T02:10+01:00", 2) == expected[2:]


def test_the_south_of_the_earth_changes_the_other_way_round() -> None:
    """Asked within Sydney's repeated hour, the leap in October of the same year is still right."""
    fields = CronFields(month=10, day=4, hour=2, minute=30)
    assert due(fields, "2026-04-04T16:10+00:00", 1, "Australia/Sydney") == ["2026-10-04T03:30+11:00"]


def test_a_day_that_a_month_lacks_is_left_out() -> None:
    """Day 31 means day 31; whoever wants the end of each month says last."""
    assert due("0 6 31 * *", "2026-01-31T12:00", 3, "UTC") == [
        "2026-03-31T06:00+00:00",
        "2026-05-31T06:00+00:00",
        "2026-07-31T06:00+00:00",
    ]


def test_the_last_day_of_a_month_is_its_last() -> None:
    """28, 29, 30 or 31."""
    days = due(CronFields(day="last", hour=6), "2028-01-01T00:00", 4, "UTC")
    assert [day[:10] for day in days] == ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]


def test_the_last_friday_of_a_month() -> None:
    """A weekday can be counted within the month."""
    days = due(CronFields(day="last fri", hour=6), "2026-11-01T00:00", 2, "UTC")
    assert [day[:10] for day in days] == ["2026-11-27", "2026-12-25"]


def test_the_leap_day_comes_in_leap_years() -> None:
    """29 February: 2028, 2032."""
    days = due("0 6 29 2 *", "2026-01-01T00:00", 2, "UTC")
    assert [day[:10] for day in days] == ["2028-02-29", "2032-02-29"]


def test_after_its_last_day_a_schedule_is_over() -> None:
    """The last day itself still counts, on the schedule's own clock."""
    assert due("0 23 * * *", "2026-12-30T12:00", 5, until="2026-12-31") == [
        "2026-12-30T23:00+01:00",
        "2026-12-31T23:00+01:00",
    ]


def test_next_is_later_than_the_time_that_is_asked_for() -> None:
    """A due time that is asked for is not given again."""
    assert due("0 6 2 * *", "2026-12-02T06:00", 1, "UTC") == ["2027-01-02T06:00+00:00"]


ZONES = [AMSTERDAM, "Australia/Lord_Howe", "Australia/Sydney", "America/New_York", "Africa/Casablanca", "UTC"]
DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2030, 1, 1))


@settings(deadline=None, max_examples=50)
@given(start=DAYS, begins=st.times(), hour=st.integers(0, 4), minute=st.integers(0, 59), zone=st.sampled_from(ZONES))
def test_a_daily_schedule_comes_once_each_day(
    start: dt.date, begins: dt.time, hour: int, minute: int, zone: str
) -> None:
    """Whatever the clock does through half a year: one day, one run."""
    moment = dt.datetime.combine(start, begins, dt.UTC)
    found = next_times(make_schedule(f"{minute} {hour} * * *", zone), moment, 200)
    assert found[0] > moment
    assert [found_one.date() for found_one in found] == [found[0].date() + dt.timedelta(count) for count in range(200)]


@settings(deadline=None)
@given(day=st.sampled_from(["03-08", "03-29", "04-04", "10-03", "10-24", "10-31"]), zone=st.sampled_from(ZONES))
def test_an_hourly_schedule_comes_once_each_hour(day: str, zone: str) -> None:
    """Around each change of a clock by full hours, the time between two runs is one hour."""
    moment = dt.datetime.fromisoformat(f"2026-{day}T00:30:00+00:00")
    found = [moment.timestamp() for moment in next_times(make_schedule("0 * * * *", zone), moment, 72)]
    gaps = {later - earlier for earlier, later in pairwise(found)}
    assert gaps == {3600} or (zone == "Australia/Lord_Howe" and gaps <= {1800, 3600, 5400})


# --- crontab lines --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "weekdays"),
    [
        ("0", "sun"),
        ("7", "sun"),
        ("1-5", "mon,tue,wed,thu,fri"),
        ("5-7", "fri,sat,sun"),
        ("*/2", "sun,tue,thu,sat"),
        ("1-5/2", "mon,wed,fri"),
        ("mon-fri", "mon-fri"),
        ("*", "*"),
    ],
)
def test_weekdays_count_as_in_every_crontab(field: str, weekdays: str) -> None:
    """0 and 7 are Sunday; APScheduler alone would read 0 as Monday."""
    assert CronFields.from_crontab(f"0 6 * * {field}").day_of_week == weekdays


@pytest.mark.parametrize(
    "line",
    ["0 6 2 *", "@monthly", "0 6 13 * 5", "0 6 * * 5-1", "0 6 * * 8", "0 6 * * 3/2", "x 6 * * *", "0 6 last-1 * *"],
)
def test_a_crontab_line_that_would_be_misread_is_refused(line: str) -> None:
    """Better no schedule than one at another time."""
    with pytest.raises(ValueError, match=r"expected|either|backwards"):
        CronFields.from_crontab(line)


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def complaint(folder: Path, text: str) -> str:
    file = folder / "mine.toml"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        load_schedule(file)
    return f"{caught.value.message} {caught.value.advice}".replace(str(folder), "")


GOOD = 'title = "T"\ncron = "0 6 2 * *"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + 'timezon = "UTC"\n', "/mine.toml, line 3: timezon: unknown key. Did you mean 'timezone'?"),
        (
            GOOD + 'timezone = "Europe/Atlantis"\n',
            "line 3: timezone: timezone 'Europe/Atlantis' is not known. Expected",
        ),
        (GOOD + 'timezone = "../etc/passwd"\n', "line 3: timezone: "),
        (GOOD + 'formats = ["docx"]\n', "line 3: formats.0: Invalid enum value 'docx'. Expected: a list of html, pdf"),
        (GOOD + "tenants = []\n", "line 3: tenants: tenants is empty. Expected"),
        (GOOD + 'tenants = "some"\n', "line 3: tenants: "),
        (GOOD + "lang = 5\n", "line 3: lang: Expected str, got int. Expected: the code of a language"),
        (GOOD + 'until = "soon"\n', "line 3: until: "),
        ('cron = "0 6 2 * *"\n', "/mine.toml: title: Object missing required field title. Expected: one line of text."),
        ('title = "T"\ncron = "0 6 2 *"\n', "line 2: cron: expected are five fields"),
        ('title = "T"\ncron = "0 25 2 * *"\n', "line 2: cron: Error validating expression '25': the last value (25)"),
        ('title = "T"\ncron = "0 6 30 2 *"\n', "line 2: cron: no such day ever comes"),
        ('title = "T"\n[cron]\nhours = 6\n', "line 3: cron.hours: unknown key. Did you mean 'hour'?"),
        ('title = "T"\n[cron]\nday_of_week = 0\n', "line 3: cron.day_of_week: day_of_week can't be '0': expected is"),
        ('title = "T"\n[cron]\nday_of_week = "mon-fri/2"\n', "line 3: cron.day_of_week: "),
        ('title = "T"\n[cron]\n', "line 2: cron.month: month or another field is missing"),
        ("title = \n", "is not valid TOML"),
    ],
)
def test_a_mistake_is_told_with_file_line_key_and_what_was_expected(folder: Path, text: str, said: str) -> None:
    """Nothing in a schedule file is guessed at."""
    assert said in complaint(folder, text)


def test_a_name_that_would_be_an_option_is_refused(folder: Path) -> None:
    """A schedule's name becomes an argument of a process."""
    (folder / "--config.toml").write_text(GOOD)
    with pytest.raises(ConfigurationError, match="can't have the name '--config'"):
        load_schedule(folder / "--config.toml")


def test_a_file_of_ones_own_takes_the_place_of_the_bundled_one(folder: Path) -> None:
    """Others are added to the bundled ones."""
    for name in ("monthly-audit", "mine"):
        (folder / f"{name}.toml").write_text(GOOD)
    files = find_files(folder)
    assert files["monthly-audit"].parent == files["mine"].parent == folder
    assert files["readiness"].parent == find_content("schedules")


def test_a_folder_that_is_not_there_is_an_error(folder: Path) -> None:
    """It was asked for by name."""
    with pytest.raises(ConfigurationError, match="There is no folder"):
        find_files(folder / "none")


@pytest.mark.parametrize("file", sorted(find_content("schedules").glob("*.toml")), ids=lambda file: file.stem)
def test_a_bundled_schedule_can_be_read(file: Path) -> None:
    """And recurs."""
    schedule = load_schedule(file)
    assert schedule.description
    assert next_times(schedule, dt.datetime(2026, 11, 23, tzinfo=dt.UTC), 1)


def test_every_key_says_what_it_expects_and_every_format_is_one_of_a_run() -> None:
    """Two lists that could drift apart."""
    assert list(EXPECTED.keys() - set(ScheduleTable.__struct_fields__)) == []
    assert list(set(ScheduleTable.__struct_fields__) - EXPECTED.keys()) == []
    assert get_args(FormatName) == ALL_FORMATS


# --- the service ----------------------------------------------------------------------------------------------------

EACH_SECOND = CronFields(second="*")


class Serving:
    """A service in a thread, and what it said."""

    def __init__(self, run: Callable[[Schedule], object], *names: str) -> None:
        self.said: list[str] = []
        self.stop = threading.Event()
        self.interrupted = threading.Event()
        schedules = [make_schedule(EACH_SECOND, "UTC", name=name) for name in names or ("s",)]
        self.service = Service(schedules, run, self.said.append)
        self.thread = threading.Thread(target=self.service.serve, args=(self.stop.wait, self.interrupted.set))
        self.thread.start()

    def end(self) -> None:
        self.stop.set()
        self.thread.join(timeout=30)
        assert not self.thread.is_alive()


def eventually(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline, "it did not happen within 30 seconds"
        time.sleep(0.01)


def test_a_run_that_fails_is_told_and_followed_by_the_next(folder: Path) -> None:
    """The callable gets the schedule at its time; its error ends neither the service nor the schedule."""

    def write_and_fail(schedule: Schedule) -> None:
        with (folder / schedule.name).open("a") as file:
            file.write("run ")
        raise SourceError("no such host")

    serving = Serving(write_and_fail)
    eventually(lambda: len(serving.said) > 1)
    serving.end()
    assert (folder / "s").read_text().startswith("run run ")
    assert set(serving.said) == {"s: the run failed: no such host"}


def test_runs_do_not_overlap() -> None:
    """A schedule that is due while its run, or another's, is under way is not started, and the first says so."""
    under_way, most = 0, 0
    lock, release = threading.Lock(), threading.Event()

    def dawdle(schedule: Schedule) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        release.wait(10)
        with lock:
            under_way -= 1

    serving = Serving(dawdle, "a", "b")
    eventually(lambda: len(serving.said) > 1)
    release.set()
    serving.end()
    assert most == 1
    assert "a: due again, but its last run is not over; this time is left out." in serving.said


def test_the_end_interrupts_the_run_under_way_and_starts_no_waiting_one() -> None:
    """What is queued behind it is dropped."""
    runs: list[str] = []
    serving: list[Serving] = []

    def hang(schedule: Schedule) -> None:
        runs.append(schedule.name)
        eventually(lambda: serving and serving[0].interrupted.is_set())

    serving.append(Serving(hang, "a", "b"))
    eventually(lambda: runs)
    serving[0].end()
    assert len(runs) == 1


@pytest.mark.parametrize("slept", [0, 1, 2, 3], ids=lambda count: f"{count} periods")
def test_after_sleep_the_latest_time_runs_once(slept: int) -> None:
    """Of the times that passed while the machine slept one run is made, however late it is."""
    runs: list[Schedule] = []
    schedule = make_schedule("0 6 2 * *", "UTC")
    service = Service([schedule], runs.append, print)
    service._scheduler.start(paused=True)
    job = service._scheduler.get_job("s")
    first = dt.datetime.now(tz=dt.UTC).replace(day=2, hour=6, minute=0, second=0, microsecond=0)
    missed = [first - dt.timedelta(days=31 * count) for count in range(1, slept + 1)]
    if missed:
        job.modify(next_run_time=missed[-1].replace(day=2))
    service._scheduler.resume()
    if slept:
        eventually(lambda: runs)
    service._scheduler.shutdown(wait=True)
    assert runs == [schedule] * bool(slept)


def test_jobs_live_in_memory_only() -> None:
    """Nothing is pickled (trust.md T8)."""
    service = Service([make_schedule("0 6 2 * *")], print, print)
    service._scheduler.start(paused=True)
    stores = list(service._scheduler._jobstores.values())
    service._scheduler.shutdown()
    assert [type(store) for store in stores] == [MemoryJobStore]


def test_the_trigger_is_one_that_the_scheduler_knows() -> None:
    """It is registered, not derived."""
    assert isinstance(make_trigger(make_schedule("0 6 2 * *")), BaseTrigger)
