"""One period of a schedule for one tenant: claimed in the book, run, settled, and brought to its recipients."""

import datetime as dt
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from msgspec import structs

from scanner.app.deliver import Errand, deliver, rehearse
from scanner.app.job import FinishedRun, Job
from scanner.app.purge import purge
from scanner.app.recipients import Recipient, delivery_of, recipients_of
from scanner.app.run import utc_now
from scanner.config import Config
from scanner.errors import ExitCode, PostureError
from scanner.model.delivery import Delivery, DeliveryState
from scanner.model.frozen import Frozen
from scanner.model.period import Period, PeriodBook, PeriodState
from scanner.schedule import Schedule, make_plan, name_period
from scanner.store import Store

# A claim that nobody renewed for so long is stale: its process is gone.
STALE = dt.timedelta(minutes=10)
RENEWAL = 60.0  # seconds
# With these codes a report was made.
REPORTED = frozenset({ExitCode.OK, ExitCode.FLAGGED, ExitCode.INCOMPLETE})

Say = Callable[[str], None]
Scan = Callable[[Sequence[Recipient]], tuple[ExitCode, FinishedRun]]


class Occasion(Frozen, frozen=True, kw_only=True):
    """One schedule for one tenant, at one time.

    Attributes:
        schedule: The schedule.
        tenant: The tenant's name in the configuration.
        now: The time that periods are judged by.
        again: Run the period even if it was done.
        rehearsal: Deliver nothing, write what would be mailed.
    """

    schedule: Schedule
    tenant: str
    now: dt.datetime
    again: bool = False
    rehearsal: bool = False


def attend(occasion: Occasion, config: Config, scan: Scan, say: Say) -> ExitCode:
    """Run the latest due period unless it was run, and bring it to those who have not got it.

    Args:
        occasion: What and when.
        config: The configuration.
        scan: Reads the tenant and writes its reports, in the languages of the recipients.
        say: Tells people something.

    Returns:
        How the scan ended, or ``FAILURE`` where a delivery failed; ``OK`` where nothing was to be done.

    Raises:
        ConfigurationError: A recipient can't be sent to.
        StoreError: The book can't be kept.
    """
    recipients = recipients_of(occasion.schedule, occasion.tenant, config)
    with Store.open(config.store.url) as store:
        claim = claim_latest(store.periods(), occasion, config, say)
        if claim is None:
            return ExitCode.OK
        if claim.state is PeriodState.RUNNING:
            claim = run_claimed(store.periods(), claim, lambda: scan(recipients))
        code = ExitCode(claim.exit_code or 0)
        if claim.state is not PeriodState.DONE:
            return code
        brought = bring_all(store, occasion, config, claim, recipients, say)
        forget_old(store, occasion.schedule, claim, say)
        return max_of(code, brought)


def claim_latest(book: PeriodBook, occasion: Occasion, config: Config, say: Say) -> Period | None:
    """Note what was missed, and claim the latest due period.

    Returns:
        The claim; the period as it is kept, where it was done already; ``None`` where there is nothing to do.
    """
    schedule, tenant_id = occasion.schedule, config.tenants[occasion.tenant].id.lower()
    known = book.list(schedule.name, tenant_id)
    plan = make_plan(schedule, occasion.now, max((period.due for period in known), default=None))
    for due in plan.missed:
        if book.note(period_of(schedule, tenant_id, due, PeriodState.MISSED)):
            say(f"{schedule.name}: {occasion.tenant}: missed: {name_period(due)}")
    if plan.due is None:
        say(f"{schedule.name}: {occasion.tenant}: not due yet.")
        return None
    claim = claimed(period_of(schedule, tenant_id, plan.due, PeriodState.RUNNING))
    if book.claim(claim, stale=utc_now() - STALE, again=occasion.again):
        return claim
    kept = next(period for period in book.list(schedule.name, tenant_id) if period.period == claim.period)
    if kept.state is PeriodState.RUNNING:
        say(f"{schedule.name}: {occasion.tenant}: {kept.period} is being run by {kept.claimed_by}.")
        return None
    say(f"{schedule.name}: {occasion.tenant}: {kept.period} was run already: run {kept.run_id}. Once more: --again.")
    return kept


def period_of(schedule: Schedule, tenant_id: str, due: dt.datetime, state: PeriodState) -> Period:
    """Make the row of a period."""
    return Period(
        tenant_id=tenant_id, schedule=schedule.name, period=name_period(due), due=due.astimezone(dt.UTC), state=state
    )


def claimed(period: Period) -> Period:
    """Say who claims a period, and since when; the time is the clock's, whatever time periods are judged by."""
    now = utc_now()
    return structs.replace(
        period, claimed_by=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}", started=now, renewed=now
    )


def with_letters(job: Job, recipients: Sequence[Recipient]) -> Job:
    """Add to a job what its recipients need: the letter, and their languages."""
    if not recipients:
        return job
    languages = dict.fromkeys(recipient.language for recipient in recipients)
    editions = tuple(language for language in languages if language != job.language)
    return structs.replace(job, formats=(*job.formats, "letter"), editions=editions)


def run_claimed(book: PeriodBook, claim: Period, scan: Callable[[], tuple[ExitCode, FinishedRun]]) -> Period:
    """Run what was claimed, and keep how it ended.

    Returns:
        The period as it ended.
    """
    try:
        with renewed(book, claim):
            code, finished = scan()
    except PostureError as error:
        told = " ".join(filter(None, (error.message, error.advice)))
        ended = structs.replace(
            claim, state=PeriodState.FAILED, finished=utc_now(), exit_code=int(error.exit_code), reason=told
        )
    except BaseException:  # interrupted: whoever asks next may take it at once
        book.settle(
            structs.replace(claim, state=PeriodState.FAILED, finished=utc_now(), exit_code=int(ExitCode.FAILURE))
        )
        raise
    else:
        ended = structs.replace(
            claim, state=PeriodState.DONE, finished=utc_now(), exit_code=int(code), run_id=finished.run.id
        )
    book.settle(ended)
    return ended


@contextmanager
def renewed(book: PeriodBook, claim: Period) -> Iterator[None]:
    """Renew a claim every minute, so that nobody takes it for abandoned."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(RENEWAL):
            book.renew(claim, utc_now())

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def bring_all(
    store: Store, occasion: Occasion, config: Config, period: Period, recipients: Sequence[Recipient], say: Say
) -> ExitCode:
    """Bring a period's run to its recipients, and say how that went."""
    if not recipients:
        return ExitCode.OK
    tenant = config.tenants[occasion.tenant]
    run = store.find_run(period.run_id)
    errand = Errand(tenant_id=period.tenant_id, schedule=period.schedule, period=period.period, run=run)
    if occasion.rehearsal:
        rehearse(errand, recipients, delivery_of(config, tenant).sender, say)
        return ExitCode.OK
    deliveries = deliver(store, config, tenant, errand, recipients)
    for delivery in deliveries:
        say(told_of(delivery))
    failed = {DeliveryState.FAILED, DeliveryState.UNCONFIRMED}
    return ExitCode.FAILURE if any(delivery.state in failed for delivery in deliveries) else ExitCode.OK


def told_of(delivery: Delivery) -> str:
    """Say in one line how a delivery went."""
    return f"{delivery.route} to {delivery.recipient} ({delivery.language}): {delivery.state.value}" + (
        f": {delivery.reason}" if delivery.reason else ""
    )


def forget_old(store: Store, schedule: Schedule, period: Period, say: Say) -> None:
    """Take away what is older than the schedule keeps it, of the tenant that was run."""
    if schedule.keep is None:
        return
    before = utc_now() - dt.timedelta(days=schedule.keep)
    tenant_id = store.find_run(period.run_id).tenant_id
    for gone in purge(store, before, dry_run=False, tenant_id=tenant_id).runs:
        say(f"{schedule.name}: {gone.run} is older than {schedule.keep} days: {gone.left or 'taken away'}.")


def max_of(scan: ExitCode, delivery: ExitCode) -> ExitCode:
    """Give the exit code of both: a delivery that failed outweighs what was found."""
    return delivery if delivery is not ExitCode.OK else scan


def is_overdue(book: PeriodBook, schedule: Schedule, tenant_id: str, now: dt.datetime) -> bool:
    """Tell whether a period waits to be run; a schedule that is seen for the first time waits for its next one.

    Args:
        book: The book of periods; a schedule that it does not know is noted in it.
        schedule: The schedule.
        tenant_id: The tenant as the configuration names it, in lower case.
        now: The present.
    """
    known = book.list(schedule.name, tenant_id)
    plan = make_plan(schedule, now, max((period.due for period in known), default=None))
    if plan.due is None:
        return False
    if not known:
        book.note(period_of(schedule, tenant_id, plan.due, PeriodState.BEFORE))
        return False
    states = {period.period: period.state for period in known}
    settled = {PeriodState.DONE, PeriodState.BEFORE, PeriodState.MISSED}
    return states.get(name_period(plan.due)) not in settled
