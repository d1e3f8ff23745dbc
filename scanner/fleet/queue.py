"""The distributed engine: tenants on a Procrastinate queue in the PostgreSQL that is the store, taken by workers.

A job holds two ids: of the fleet run and of the tenant. Each tenant has a queue of its own, so that a worker is given
only those that it can sign in to, and a lock, so that no two jobs of it are done at a time. What became of a tenant is
in the store and nowhere else: a job may be lost, doubled or late without harm.
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg
from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.schema import SchemaManager
from sqlalchemy.engine import make_url

from scanner.errors import ConfigurationError, PostureError, StoreError
from scanner.model.frozen import Frozen

SCHEMA: Final = "smtp_posture_queue"
SETUP_LOCK: Final = 0x736D7471
"""Of PostgreSQL: "smtq"; one program at a time makes the tables."""

TASK: Final = "scan"
POLL: Final = 1.0
"""Seconds between looks for a job; a notification for each of thousands of queues would cost more."""

PAUSE: Final = 30.0
"""Seconds until a job is tried again whose store could not be asked."""

MISSED_BEATS: Final = 3
"""A worker that missed so many heartbeats is gone."""

RECONNECT: Final = 5.0
"""Seconds until a database that went away is looked for again."""

STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)

Work = Callable[[str, str], Awaitable[None]]


class TryLaterError(Exception):
    """A job that is to be done again after some seconds; its tenant is not settled."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"to be done again in {seconds:.0f} seconds")
        self.seconds = seconds


class Later(BaseRetryStrategy):
    """Puts a job back that is not settled; how often a tenant is tried, its row in the store counts."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """Decide when a job is done again; never, where the program itself is at fault."""
        del job
        match exception:
            case TryLaterError():
                return RetryDecision(retry_in={"seconds": round(exception.seconds)})
            case asyncio.CancelledError():
                return RetryDecision(retry_in={"seconds": 0})
            case PostureError():
                return RetryDecision(retry_in={"seconds": round(PAUSE)})
            case _:
                return None


class Shift(Frozen, frozen=True, kw_only=True):
    """What a worker takes on.

    Attributes:
        tenants: Ids of the tenants whose jobs are taken.
        abreast: Jobs at a time.
        heartbeat: Seconds between signs of life.
        grace: Seconds that jobs under way get to end when it is to stop; then they are handed back.
        once: Stop as soon as there is nothing to do.
    """

    tenants: tuple[str, ...]
    abreast: int
    heartbeat: float
    grace: float
    once: bool = False


class Queue:
    """The queue of all tenants of all fleet runs of one store.

    Args:
        url: The store's; PostgreSQL.

    Raises:
        ConfigurationError: The store is of another kind.
        StoreError: The database can't be used.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        if parsed.get_backend_name() != "postgresql":
            raise ConfigurationError(
                "Workers need a store in PostgreSQL, which they share.",
                "Write [store] url as postgresql+psycopg://USER@HOST/NAME, or scan without --distributed.",
            )
        self._place = parsed.render_as_string(hide_password=True)
        self._conninfo = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        with self._explained():
            self._make_tables()

    def put(self, fleet: str, tenants: Sequence[str]) -> None:
        """Put tenants on the queue, except those that are on it already.

        Args:
            fleet: Id of the fleet run.
            tenants: Their ids.

        Raises:
            StoreError: The database can't be used.
        """
        app = self._app(_nothing)
        with self._explained(), app.open():
            jobs = [job for status in ("todo", "doing") for job in app.job_manager.list_jobs(status=status)]
            known = {(job.task_kwargs["fleet"], job.task_kwargs["tenant"]) for job in jobs}
            for tenant in tenants:
                if (fleet, tenant) not in known:
                    app.configure_task(TASK, queue=tenant, lock=tenant).defer(fleet=fleet, tenant=tenant)

    async def serve(self, work: Work, shift: Shift, say: Callable[[str], None]) -> None:
        """Do jobs until SIGTERM or SIGINT comes, also when the database goes away and comes back.

        Args:
            work: Does a job, given the ids of fleet run and tenant; cancelled, it leaves the tenant to others.
            shift: Which jobs, how many, and until when.
            say: Tells people something.

        Raises:
            StoreError: The database can't be used, and it is to stop when nothing is to be done.
        """
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, stop.set)
        # A job whose end could not be noted is told, not shown with a traceback; its worker's silence brings it back.
        loop.set_exception_handler(lambda _, context: say(f"The queue: {trouble_of(context)}."))
        under_way: set[asyncio.Task[Any]] = set()

        async def noted(fleet: str, tenant: str) -> None:
            if job := asyncio.current_task():
                under_way.add(job)
                job.add_done_callback(under_way.discard)
            await work(fleet, tenant)

        app = self._app(noted)
        async with app.open_async():
            while not stop.is_set():
                try:
                    with self._explained():
                        await work_until(stop, app, shift, under_way)
                except StoreError as error:
                    if shift.once:
                        raise
                    say(f"{error.message} It is tried again.")
                if shift.once:
                    return
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), RECONNECT)

    def _app(self, work: Work) -> App:
        app = App(connector=PsycopgConnector(conninfo=self._conninfo, kwargs=self._settings, min_size=1))

        @app.task(name=TASK, retry=Later())
        async def scan(fleet: str, tenant: str) -> None:
            await work(fleet, tenant)

        return app

    @property
    def _settings(self) -> dict[str, Any]:
        return {"options": f"-c search_path={SCHEMA}"}

    def _make_tables(self) -> None:
        with psycopg.connect(self._conninfo, **self._settings) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (SETUP_LOCK,))
            (found,) = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone() or (None,)
            if found is None:
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
                connection.execute(SchemaManager.get_schema())

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (ConnectorException, psycopg.Error) as error:
            words = " ".join(str(error.__cause__ or error).split())
            message = f"The queue in {self._place} can't be used: {words}."
            raise StoreError(message, "Look at the database server; what was scanned is kept.") from error


async def work_until(stop: asyncio.Event, app: App, shift: Shift, under_way: Collection[asyncio.Task[Any]]) -> None:
    """Do jobs until it is to stop, nothing is left to do, or the database is gone.

    Args:
        stop: Set when it is to stop.
        app: The queue.
        shift: What is taken on.
        under_way: The jobs that are being done.

    Raises:
        ConnectorException: The database is gone.
    """
    worker = asyncio.create_task(
        app.run_worker_async(
            queues=list(shift.tenants),
            concurrency=shift.abreast,
            wait=not shift.once,
            fetch_job_polling_interval=POLL,
            listen_notify=False,
            delete_jobs="always",
            update_heartbeat_interval=shift.heartbeat,
            stalled_worker_timeout=shift.heartbeat * MISSED_BEATS,
            install_signal_handlers=False,
        )
    )
    others = [asyncio.create_task(stop.wait()), asyncio.create_task(take_over_stalled(app, shift.heartbeat))]
    await asyncio.wait([worker, others[0]], return_when=asyncio.FIRST_COMPLETED)
    worker.cancel()  # it takes no more jobs, and waits for those under way
    await asyncio.wait([worker], timeout=shift.grace)
    for task in (*others, *under_way):
        task.cancel()
    with suppress(asyncio.CancelledError):
        await worker


async def take_over_stalled(app: App, heartbeat: float) -> None:
    """Put the jobs of workers that are gone back on the queue, again and again."""
    while True:
        with suppress(ConnectorException):  # another worker was faster, or the database is away: asked again soon
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=heartbeat * MISSED_BEATS):
                await app.job_manager.retry_job(job)
        await asyncio.sleep(heartbeat)


def trouble_of(context: Mapping[str, Any]) -> str:
    """Say in one line what the event loop tells of a task that failed."""
    error = context.get("exception")
    return " ".join(str((error and error.__cause__) or error or context["message"]).split()).rstrip(".")


async def _nothing(fleet: str, tenant: str) -> None:
    """Do nothing: this program puts jobs on the queue and does none."""


def tell_troubles(say: Callable[[str], None]) -> None:
    """Tell people what the queue's library warns of, in one line each and without a traceback."""

    class Teller(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            say(record.getMessage())

    log = logging.getLogger("procrastinate")
    log.addHandler(Teller(logging.WARNING))
    log.propagate = False
