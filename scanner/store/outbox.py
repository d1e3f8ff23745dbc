"""The outbox in a SQL database: what is being sent is noted before it is sent, and how that ended after."""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, select, update

from scanner.model.delivery import Delivery, DeliveryState
from scanner.store.engine import insert_new, writing
from scanner.store.forms import from_moment, plain, to_moment
from scanner.store.tables import DELIVERY as TABLE
from scanner.store.troubles import explained

TO_BE_SENT = (DeliveryState.QUEUED.value, DeliveryState.FAILED.value)
NEVER_SETTLED = "The program ended between sending and noting what the other side said."


class SqlOutbox:
    """Keeps one row per tenant, schedule, period, route and recipient.

    Args:
        engine: The open database.
        place: The store as the reader knows it.
    """

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self._place = place

    def list(self, tenant_id: str | None = None, schedule: str | None = None) -> "list[Delivery]":
        """Give deliveries, oldest first."""
        query = select(TABLE).order_by(TABLE.c.queued, TABLE.c.tenant_id, TABLE.c.recipient)
        if tenant_id is not None:
            query = query.where(TABLE.c.tenant_id == tenant_id)
        if schedule is not None:
            query = query.where(TABLE.c.schedule == schedule)
        with explained(self._place), self._engine.connect() as connection:
            return [to_delivery(row) for row in connection.execute(query)]

    def queue(self, delivery: Delivery) -> Delivery:
        """Note a delivery unless it is known; give it as it is kept."""
        with explained(self._place), writing(self._engine) as connection:
            insert_new(connection, TABLE, from_delivery(delivery))
            return to_delivery(connection.execute(select(TABLE).where(_key(delivery))).one())

    def begin(self, delivery: Delivery, at: dt.datetime) -> bool:
        """Take a queued or failed delivery to send it; tell whether it is ours to send."""
        taken = {"state": DeliveryState.SENDING.value, "begun": from_moment(at), "run_id": delivery.run_id}
        statement = update(TABLE).where(_key(delivery) & TABLE.c.state.in_(TO_BE_SENT))
        with explained(self._place), writing(self._engine) as connection:
            return connection.execute(statement.values(**taken, attempts=TABLE.c.attempts + 1)).rowcount == 1

    def settle(self, delivery: Delivery) -> None:
        """Keep how sending ended."""
        row = from_delivery(delivery)
        ended = {name: row[name] for name in ("state", "settled", "reference", "reason")}
        with explained(self._place), writing(self._engine) as connection:
            connection.execute(update(TABLE).where(_key(delivery)).values(**ended))

    def give_up(self, begun_before: dt.datetime, at: dt.datetime) -> int:
        """Call every delivery unconfirmed that somebody began to send before, and never settled; give how many."""
        lost = (TABLE.c.state == DeliveryState.SENDING.value) & (TABLE.c.begun < from_moment(begun_before))
        ended = {"state": DeliveryState.UNCONFIRMED.value, "settled": from_moment(at), "reason": NEVER_SETTLED}
        with explained(self._place), writing(self._engine) as connection:
            return connection.execute(update(TABLE).where(lost).values(**ended)).rowcount


def _key(delivery: Delivery) -> ColumnElement[bool]:
    return (
        (TABLE.c.tenant_id == plain(delivery.tenant_id))
        & (TABLE.c.schedule == delivery.schedule)
        & (TABLE.c.period == delivery.period)
        & (TABLE.c.route == delivery.route)
        & (TABLE.c.recipient == plain(delivery.recipient))
    )


def from_delivery(delivery: Delivery) -> dict[str, object]:
    """Write a delivery as columns."""
    return {
        "tenant_id": plain(delivery.tenant_id),
        "schedule": delivery.schedule,
        "period": delivery.period,
        "route": delivery.route,
        "recipient": plain(delivery.recipient),
        "run_id": delivery.run_id,
        "language": delivery.language,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "queued": from_moment(delivery.queued),
        "begun": from_moment(delivery.begun),
        "settled": from_moment(delivery.settled),
        "reference": plain(delivery.reference),
        "reason": plain(delivery.reason),
    }


def to_delivery(row: Row[Any]) -> Delivery:
    """Read a delivery from its table row."""
    return Delivery(
        tenant_id=row.tenant_id,
        schedule=row.schedule,
        period=row.period,
        route=row.route,
        recipient=row.recipient,
        run_id=row.run_id,
        language=row.language,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        queued=to_moment(row.queued),
        begun=to_moment(row.begun),
        settled=to_moment(row.settled),
        reference=row.reference,
        reason=row.reason,
    )
