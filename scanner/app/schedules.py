"""Recurring jobs: which schedules are meant, the tenants of one, and the processes that a service runs them in."""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from scanner.app import sources
from scanner.app.occasions import REPORTED, is_overdue
from scanner.app.stopping import stop_signals
from scanner.config import Config
from scanner.errors import ConfigurationError, ExitCode
from scanner.model.frozen import Frozen
from scanner.model.period import PeriodBook
from scanner.report.language import open_language
from scanner.schedule import Schedule, Service, find_files, load_schedule, next_times
from scanner.store import Store

# Seconds that an interrupted run gets to tidy up; the service itself is to end within five.
PATIENCE = 3.0
PACKAGE_ROOT = Path(__file__).parents[2]


class DueTime(Frozen, frozen=True, kw_only=True):
    """One coming time of one schedule, as ``--json`` gives it."""

    name: str
    at: dt.datetime
    timezone: str


def choose_schedules(folder: Path | None, names: Sequence[str] = ()) -> tuple[Schedule, ...]:
    """Read the schedules that are named, or all of them.

    Args:
        folder: The user's own folder; ``./schedules``, where there is one, if it is not given.
        names: Names of schedules.

    Raises:
        ConfigurationError: There is none of a name, or a file is wrong.
    """
    files = find_files(folder)
    for name in names:
        if name not in files:
            raise ConfigurationError(f"There is no schedule {name!r}.", f"Schedules: {', '.join(sorted(files))}.")
    return tuple(load_schedule(files[name]) for name in dict.fromkeys(names or sorted(files)))


def due_times(schedules: Sequence[Schedule], after: dt.datetime, count: int) -> list[DueTime]:
    """Give the next times of each schedule, the earliest first."""
    found = [
        DueTime(name=schedule.name, at=moment, timezone=schedule.zone_name)
        for schedule in schedules
        for moment in next_times(schedule, after, count)
    ]
    return sorted(found, key=lambda due: (due.at, due.name))


def tenants_of(schedule: Schedule, config: Config) -> tuple[str, ...]:
    """Name the tenants that a schedule is for, before any of them is read.

    Raises:
        ConfigurationError: One is not configured, or none is; or the language of the reports is not known.
    """
    open_language(schedule.lang)
    names = tuple(sorted(config.tenants)) if schedule.tenants == "all" else schedule.tenants
    if not names:
        advice = "Write a configuration file with a [tenants.NAME] table, and give it with --config."
        raise ConfigurationError(f"The schedule {schedule.name!r} is for all tenants, and none is configured.", advice)
    for name in names:
        sources.refuse_personal(name, sources.choose_tenant(config, name))
    return names


def overdue(schedules: Sequence[Schedule], config: Config, now: dt.datetime) -> tuple[Schedule, ...]:
    """Name the schedules of which a period came due while nothing was running.

    Raises:
        StoreError: The book of periods can't be read.
    """
    with Store.open(config.store.url) as store:
        return tuple(schedule for schedule in schedules if waits(store.periods(), schedule, config, now))


def waits(book: PeriodBook, schedule: Schedule, config: Config, now: dt.datetime) -> bool:
    """Tell whether a period of a schedule waits to be run for any of its tenants; each of them is noted in the book."""
    ids = [config.tenants[name].id.lower() for name in tenants_of(schedule, config)]
    waiting = [is_overdue(book, schedule, tenant_id, now) for tenant_id in ids]
    return any(waiting)


def serve_schedules(
    schedules: Sequence[Schedule],
    options: Sequence[str],
    say: Callable[[str], None],
    waiting: Sequence[Schedule] = (),
) -> None:
    """Run schedules at their times until SIGTERM or SIGINT comes.

    Args:
        schedules: What to run.
        options: Options that each ``schedule run`` gets.
        say: Tells people something.
        waiting: Those of them that are run at once.
    """
    runs = ChildRuns(lambda schedule: command_of(schedule, options), say)
    with stop_signals() as stop:
        Service(schedules, runs.run, say, waiting).serve(stop, runs.interrupt)


def command_of(schedule: Schedule, options: Sequence[str]) -> tuple[str, ...]:
    """Write the command that runs a schedule once; -P keeps the working folder off its import path."""
    return (sys.executable, "-P", "-m", "scanner", "schedule", "run", schedule.name, *options)


class ChildRuns:
    """Does runs as processes of their own: each gives its memory back, and one that crashes takes nothing with it.

    Args:
        command: Writes the command that does a run.
        say: Tells people something.
        patience: Seconds that an interrupted run gets to tidy up.
    """

    def __init__(
        self, command: Callable[[Schedule], Sequence[str]], say: Callable[[str], None], patience: float = PATIENCE
    ) -> None:
        self._command, self._say, self._patience = command, say, patience
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None

    def run(self, schedule: Schedule) -> bool:
        """Run a schedule once, and tell how it ended if it did not end well.

        Returns:
            Whether a report was made; one that was interrupted is not tried again.
        """
        with self._lock:
            if self._stopped.is_set():
                return True
            child = self._child = self._begin(schedule)
        code = child.wait()
        if code and self._stopped.is_set():
            self._say(f"{schedule.name}: interrupted; `smtp-posture schedule run {schedule.name}` makes up for it.")
        elif code:
            self._say(f"{schedule.name}: the run {ending(code)}.")
        return self._stopped.is_set() or code in REPORTED

    def interrupt(self) -> None:
        """End the run that is under way, and begin no other."""
        with self._lock:
            self._stopped.set()
            child = self._child
        if child is None or child.poll() is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGINT)
        try:
            child.wait(self._patience)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)

    def _begin(self, schedule: Schedule) -> subprocess.Popen[bytes]:
        paths = (str(PACKAGE_ROOT), os.environ.get("PYTHONPATH", ""))
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}
        # A group of its own keeps Ctrl-C for the service, and lets the whole run be ended.
        return subprocess.Popen(  # noqa: S603 -- our own program; a schedule's name is letters, digits, - _ and .
            self._command(schedule), env=environment, stdin=subprocess.DEVNULL, start_new_session=True
        )


def ending(code: int) -> str:
    """Say how a process ended."""
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    known = {item.value: item.name.lower() for item in ExitCode}
    return f"ended with exit code {code} ({known.get(code, 'unknown')})"
