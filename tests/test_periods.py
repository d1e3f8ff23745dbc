"""Each period once: a virtual clock runs for two years through restarts, sleep, clock changes and two schedulers."""

import datetime as dt
import random
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from scanner.app import occasions
from scanner.app.job import FinishedRun
from scanner.app.occasions import Occasion, attend, is_overdue
from scanner.config import Config, CredentialConfig, StoreConfig, TenantConfig
from scanner.errors import ExitCode, SourceError
from scanner.model.period import PeriodState
from scanner.report.contract import RunPart, SummaryPart
from scanner.schedule import Schedule, When, make_plan, name_period, next_times
from scanner.store import Store

ZONES = ("Europe/Kyiv", "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca")
START = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
TWO_YEARS = dt.timedelta(days=731)
TENANT = "contoso.example"


def schedule_of(when: When) -> Schedule:
    return Schedule(name="audit", title="Audit", file=Path(), when=when, fields=when.fields)


def config_of(folder: Path) -> Config:
    tenant = TenantConfig(id=TENANT, credential=CredentialConfig(kind="secret", client_id="c", secret_env="S"))
    return Config(store=StoreConfig(url=f"sqlite:///{folder}/store.db"), tenants={"contoso": tenant})


def finished(name: str) -> FinishedRun:
    run = RunPart(id=name, started="", finished="", as_of="2026-01-01", complete=True, tool_version="0", evidence=[])
    summary = SummaryPart(mailboxes=1, coverage=1.0, by_flag={}, by_reply={})
    return FinishedRun(
        folder=Path(), files={}, missing={}, remarks={}, problems=(), run=run, summary=summary, circumstances=1
    )


class Counting:
    """A scan that only counts, and fails when it is told to."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.failures = 0

    def __call__(self, _: object) -> tuple[ExitCode, FinishedRun]:
        if self.failures:
            self.failures -= 1
            raise SourceError("no network")
        self.runs.append(f"run-{len(self.runs)}")
        return ExitCode.OK, finished(self.runs[-1])


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", ["last", 1, 28], ids=str)
def test_two_years_of_months(tmp_path: Path, zone: str, day: int | str) -> None:
    """Two schedulers ask at random times, asleep now and then for up to three months: each month is run or missed."""
    dice = random.Random(f"{zone} {day}")  # noqa: S311 -- a seed that repeats
    schedule, config, scan = schedule_of(When(day=day, time="02:30", zone=zone)), config_of(tmp_path), Counting()  # type: ignore[arg-type]
    now = START
    while now < START + TWO_YEARS:
        for _ in range(dice.choice((1, 2))):
            attend(Occasion(schedule=schedule, tenant="contoso", now=now), config, scan, lambda _: None)
        now += dt.timedelta(hours=dice.choice((1, 7, 30, 24 * 20, 24 * 45, 24 * 95)))
    with Store.open(config.store.url) as store:
        kept = store.periods().list("audit", TENANT)
    expected = [name_period(due) for due in next_times(schedule, kept[0].due - dt.timedelta(seconds=1), 40)]
    assert [period.period for period in kept] == expected[: len(kept)]
    states = Counter(period.state for period in kept)
    assert set(states) == {PeriodState.DONE, PeriodState.MISSED}
    assert states[PeriodState.DONE] == len(scan.runs)
    assert len({period.due.astimezone(ZoneInfo(zone)).strftime("%Y-%m") for period in kept}) == len(kept)


@pytest.mark.parametrize(
    ("zone", "date", "offset"),
    [
        ("Europe/Kyiv", "2026-03-29", "+03:00"),  # 03:00 leaps to 04:00
        ("Europe/Kyiv", "2026-10-25", "+03:00"),  # 04:00 falls back to 03:00: the first showing counts
        ("America/New_York", "2027-03-14", "-04:00"),
        ("America/New_York", "2027-11-07", "-05:00"),  # 03:30 is shown once, after the clock fell back at 2
        ("Australia/Lord_Howe", "2026-10-04", "+11:00"),
    ],
)
def test_the_day_of_a_clock_change_is_run_once(tmp_path: Path, zone: str, date: str, offset: str) -> None:
    """Asked every ten minutes of that day."""
    schedule, config, scan = schedule_of(When(time="03:30", zone=zone)), config_of(tmp_path), Counting()
    midnight = dt.datetime.fromisoformat(date).replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    for step in range(6 * 24):
        now = midnight + dt.timedelta(minutes=10 * step)
        attend(Occasion(schedule=schedule, tenant="contoso", now=now), config, scan, lambda _: None)
    with Store.open(config.store.url) as store:
        kept = store.periods().list("audit", TENANT)
    of_the_day = [period for period in kept if period.period.startswith(date)]
    assert len(of_the_day) == 1
    assert of_the_day[0].period.endswith(offset)
    assert len(scan.runs) == 2  # the day before's, which was due when the first one asked, and this day's


def test_a_leap_day_is_the_last_day() -> None:
    plan = make_plan(
        schedule_of(When(day="last", time="06:00")),
        dt.datetime(2028, 3, 1, tzinfo=dt.UTC),
        dt.datetime(2028, 1, 31, 6, tzinfo=dt.UTC),
    )
    assert plan.due == dt.datetime(2028, 2, 29, 6, tzinfo=dt.UTC)
    assert plan.missed == ()


@pytest.mark.parametrize("down", [0, 1, 2, 3])
def test_after_downtime_the_latest_is_run_and_older_ones_are_missed(tmp_path: Path, down: int) -> None:
    """Trust R12."""
    schedule, config, scan, said = schedule_of(When(day=2)), config_of(tmp_path), Counting(), list[str]()
    attend(
        Occasion(schedule=schedule, tenant="contoso", now=dt.datetime(2026, 1, 2, 6, tzinfo=dt.UTC)),
        config, scan, said.append,
    )  # fmt: skip
    later = dt.datetime(2026, 1 + down, 20, tzinfo=dt.UTC)
    attend(Occasion(schedule=schedule, tenant="contoso", now=later), config, scan, said.append)
    assert len(scan.runs) == 1 + bool(down)
    assert sum("missed" in line for line in said) == max(0, down - 1)


def test_a_clock_that_was_set_back_runs_nothing_twice(tmp_path: Path) -> None:
    schedule, config, scan = schedule_of(When(day=2)), config_of(tmp_path), Counting()
    for month in (1, 2, 1, 2):
        now = dt.datetime(2026, month, 3, tzinfo=dt.UTC)
        attend(Occasion(schedule=schedule, tenant="contoso", now=now), config, scan, lambda _: None)
    assert len(scan.runs) == 2


def test_a_failed_period_is_run_by_the_next_who_asks(tmp_path: Path) -> None:
    """Its exit code and its reason are kept until then."""
    schedule, config, scan = schedule_of(When(day=2)), config_of(tmp_path), Counting()
    occasion = Occasion(schedule=schedule, tenant="contoso", now=dt.datetime(2026, 1, 3, tzinfo=dt.UTC))
    scan.failures = 1
    assert attend(occasion, config, scan, lambda _: None) is ExitCode.FAILURE
    with Store.open(config.store.url) as store:
        (kept,) = store.periods().list("audit")
        assert (kept.state, kept.reason) == (PeriodState.FAILED, "no network")
    assert attend(occasion, config, scan, lambda _: None) is ExitCode.OK
    assert len(scan.runs) == 1


def test_a_killed_program_keeps_the_period_for_a_while_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody settles its claim; once it is stale, the next who asks runs the period."""
    schedule, config, scan = schedule_of(When(day=2)), config_of(tmp_path), Counting()
    occasion = Occasion(schedule=schedule, tenant="contoso", now=dt.datetime(2026, 1, 3, tzinfo=dt.UTC))
    with Store.open(config.store.url) as store:
        assert occasions.claim_latest(store.periods(), occasion, config, print)
    said: list[str] = []
    assert attend(occasion, config, scan, said.append) is ExitCode.OK
    assert "is being run by" in said[0]
    assert scan.runs == []
    monkeypatch.setattr(occasions, "STALE", dt.timedelta(seconds=-1))
    attend(occasion, config, scan, said.append)
    assert len(scan.runs) == 1


def test_again_runs_it_once_more(tmp_path: Path) -> None:
    schedule, config, scan = schedule_of(When(day=2)), config_of(tmp_path), Counting()
    now = dt.datetime(2026, 1, 3, tzinfo=dt.UTC)
    for again in (False, False, True):
        attend(Occasion(schedule=schedule, tenant="contoso", now=now, again=again), config, scan, lambda _: None)
    assert len(scan.runs) == 2


def test_a_schedule_that_is_seen_for_the_first_time_waits_for_its_next_time(tmp_path: Path) -> None:
    """And one whose time passed while nothing was running does not."""
    schedule, config = schedule_of(When(day=2)), config_of(tmp_path)
    with Store.open(config.store.url) as store:
        book = store.periods()
        assert not is_overdue(book, schedule, TENANT, dt.datetime(2026, 1, 20, tzinfo=dt.UTC))
        assert not is_overdue(book, schedule, TENANT, dt.datetime(2026, 1, 25, tzinfo=dt.UTC))
        assert is_overdue(book, schedule, TENANT, dt.datetime(2026, 2, 3, tzinfo=dt.UTC))
