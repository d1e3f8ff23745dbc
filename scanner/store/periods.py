"""The book of schedule periods in a SQL database: claims are decided by the database, so that one wins."""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, or_, select, update

from scanner.model.period import Period, PeriodState
from scanner.store.engine import insert_new, writing
from scanner.store.forms import from_moment, plain, to_moment
from scanner.store.tables import SCHEDULE_PERIOD as TABLE
from scanner.store.troubles import explained

CLAIMABLE = (PeriodState.BEFORE.value, PeriodState.FAILED.value, PeriodState.MISSED.value)


class SqlPeriods:
    """Keeps one row per tenant, schedule and period.

    Args:
        engine: The open database.
        place: The store as the reader knows it.
    """

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self._place = place

    def list(self, schedule: str, tenant_id: str | None = None) -> "list[Period]":
        """Give the periods of a schedule, of one tenant or of all, oldest first."""
        query = select(TABLE).where(TABLE.c.schedule == schedule).order_by(TABLE.c.due, TABLE.c.tenant_id)
        if tenant_id is not None:
            query = query.where(TABLE.c.tenant_id == tenant_id)
        with explained(self._place), self._engine.connect() as connection:
            return [to_period(row) for row in connection.execute(query)]

    def note(self, period: Period) -> bool:
        """Keep a period unless it is known already; tell whether it was new."""
        with explained(self._place), writing(self._engine) as connection:
            return insert_new(connection, TABLE, from_period(period))

    def claim(self, period: Period, *, stale: dt.datetime, again: bool = False) -> bool:
        """Take a period to run it; tell whether it is ours now."""
        free = or_(
            TABLE.c.state.in_(CLAIMABLE),
            (TABLE.c.state == PeriodState.RUNNING.value) & (TABLE.c.renewed < from_moment(stale)),
        )
        if again:
            free = or_(free, TABLE.c.state == PeriodState.DONE.value)
        row = from_period(period)
        taken = {
            name: row[name]
            for name in ("state", "claimed_by", "started", "renewed", "finished", "run_id", "exit_code", "reason")
        }
        with explained(self._place), writing(self._engine) as connection:
            if insert_new(connection, TABLE, {**row, "attempts": 1}):
                return True
            statement = update(TABLE).where(_key(period) & free).values(**taken, attempts=TABLE.c.attempts + 1)
            return connection.execute(statement).rowcount == 1

    def renew(self, period: Period, at: dt.datetime) -> bool:
        """Say that it is still being run; tell whether it is still ours."""
        with explained(self._place), writing(self._engine) as connection:
            return connection.execute(update(TABLE).where(_mine(period)).values(renewed=from_moment(at))).rowcount == 1

    def settle(self, period: Period) -> bool:
        """Keep how it ended, if it is still ours; tell whether it was."""
        row = from_period(period)
        ended = {name: row[name] for name in ("state", "finished", "run_id", "exit_code", "reason")}
        with explained(self._place), writing(self._engine) as connection:
            return connection.execute(update(TABLE).where(_mine(period)).values(**ended)).rowcount == 1


def _key(period: Period) -> ColumnElement[bool]:
    return (
        (TABLE.c.tenant_id == plain(period.tenant_id))
        & (TABLE.c.schedule == period.schedule)
        & (TABLE.c.period == period.period)
    )


def _mine(period: Period) -> ColumnElement[bool]:
    running = TABLE.c.state == PeriodState.RUNNING.value
    return _key(period) & running & (TABLE.c.claimed_by == period.claimed_by)


def from_period(period: Period) -> dict[str, object]:
    """Write a period as columns."""
    return {
        "tenant_id": plain(period.tenant_id),
        "schedule": period.schedule,
        "period": period.period,
        "due": from_moment(period.due),
        "state": period.state.value,
        "claimed_by": period.claimed_by,
        "started": from_moment(period.started),
        "renewed": from_moment(period.renewed),
        "finished": from_moment(period.finished),
        "run_id": period.run_id or None,
        "exit_code": period.exit_code,
        "attempts": period.attempts,
        "reason": plain(period.reason),
    }


def to_period(row: Row[Any]) -> Period:
    """Read a period from its table row."""
    return Period(
        tenant_id=row.tenant_id,
        schedule=row.schedule,
        period=row.period,
        due=dt.datetime.fromisoformat(row.due),
        state=PeriodState(row.state),
        claimed_by=row.claimed_by,
        started=to_moment(row.started),
        renewed=to_moment(row.renewed),
        finished=to_moment(row.finished),
        run_id=row.run_id or "",
        exit_code=row.exit_code,
        attempts=row.attempts,
        reason=row.reason,
    )
