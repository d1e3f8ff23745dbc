"""The service: runs each schedule at its times, one run after another, until it is told to stop."""

import datetime as dt
import logging
import threading
from collections.abc import Callable, Sequence

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from scanner.schedule.file import Schedule
from scanner.schedule.times import make_trigger

# A machine that slept, or whose clock was set, is noticed after this many seconds.
LOOK_AGAIN = 30.0

# A run that failed is tried again so many seconds later, and so often.
TRY_AGAIN = 900.0
TRIES = 3

Run = Callable[[Schedule], object]
Say = Callable[[str], None]
Stop = Callable[[float], bool]


class Service:
    """Runs schedules at their times, in memory only, and outlives runs that fail.

    One run at a time: two schedules that are due together follow each other, so that no tenant is read twice at once.
    Of the times that passed meanwhile, also while the machine slept, the latest counts and runs once. A schedule whose
    last run is still waiting or under way is not started again.

    Args:
        schedules: What to run.
        run: Does one run, and says False where it failed and may be tried again; what it raises is told and ends that
            run only.
        say: Tells people something.
        waiting: Those of the schedules that are run at once.
    """

    def __init__(self, schedules: Sequence[Schedule], run: Run, say: Say, waiting: Sequence[Schedule] = ()) -> None:
        logging.getLogger("apscheduler").addHandler(logging.NullHandler())  # what people should know is said below
        self._run, self._say = run, say
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(max_workers=1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )
        self._scheduler.add_listener(self._tell, EVENT_JOB_ERROR | EVENT_JOB_MAX_INSTANCES)
        for schedule in schedules:
            self._scheduler.add_job(self._start, make_trigger(schedule), args=(schedule,), id=schedule.name)
        for schedule in waiting:
            self._scheduler.add_job(self._start, args=(schedule,), id=f"{schedule.name}, overdue")

    def serve(self, stop: Stop, interrupt: Callable[[], None]) -> None:
        """Run the schedules until it is time to stop.

        Args:
            stop: Waits so many seconds at most, and tells whether to stop.
            interrupt: Ends the run that is under way, if there is one.
        """
        self._scheduler.start()
        try:
            while not stop(LOOK_AGAIN):
                self._scheduler.wakeup()
        finally:
            self._stopping.set()
            interrupt()
            self._scheduler.shutdown(wait=True)

    def _start(self, schedule: Schedule, tries: int = 1) -> None:
        if self._stopping.is_set() or self._run(schedule) is not False or tries == TRIES:
            return
        later = dt.datetime.now(tz=dt.UTC) + dt.timedelta(seconds=TRY_AGAIN)
        self._say(f"{schedule.name}: tried again at {later:%H:%M} UTC.")
        self._scheduler.add_job(
            self._start,
            "date",
            run_date=later,
            args=(schedule, tries + 1),
            id=f"{schedule.name}, again",
            replace_existing=True,
        )

    def _tell(self, event: JobEvent) -> None:
        if event.code == EVENT_JOB_ERROR:
            self._say(f"{event.job_id}: the run failed: {event.exception}")
        else:
            self._say(f"{event.job_id}: due again, but its last run is not over; this time is left out.")
