"""What became of schedules' periods and of deliveries, for those who ask."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy.engine import make_url

from scanner.config import Config
from scanner.model.delivery import Delivery, DeliveryState
from scanner.model.frozen import Frozen
from scanner.model.period import Period, PeriodState
from scanner.store import Store

# Periods of each schedule that are told; all of them are in the JSON.
FEW = 5
NOT_WELL = frozenset({DeliveryState.FAILED, DeliveryState.UNCONFIRMED, DeliveryState.SENDING})


class Books(Frozen, frozen=True, kw_only=True):
    """The periods and deliveries of some schedules."""

    kept: dict[str, tuple[Period, ...]]
    deliveries: tuple[Delivery, ...]

    def periods(self, schedule: str) -> tuple[Period, ...]:
        """Give the periods of a schedule, oldest first."""
        return self.kept.get(schedule, ())

    def told(self, schedule: str) -> Iterator[str]:
        """Tell of the last periods of a schedule, and of deliveries that did not go well."""
        for period in self.periods(schedule)[-FEW:]:
            if period.state is not PeriodState.BEFORE:
                yield f"{period.period}  {period.tenant_id}  {period.state.value}{_more(period)}"
        for delivery in self.deliveries:
            if delivery.schedule == schedule and delivery.state in NOT_WELL:
                yield f"{delivery.period}  {delivery.route} to {delivery.recipient}: {delivery.state.value}" + (
                    f": {delivery.reason}" if delivery.reason else ""
                )


def read_books(config: Config, schedules: Sequence[str]) -> Books:
    """Read the books of some schedules; a store that isn't there is not made for it.

    Raises:
        StoreError: The store can't be read.
    """
    if not store_is_there(config.store.url):
        return Books(kept={}, deliveries=())
    with Store.open(config.store.url) as store:
        book = store.periods()
        kept = {name: tuple(book.list(name)) for name in schedules}
        return Books(kept=kept, deliveries=tuple(store.outbox().list()))


def store_is_there(url: str) -> bool:
    """Tell whether there is a store already; of a server it can't be told before it is asked."""
    parsed = make_url(url)
    return parsed.get_backend_name() != "sqlite" or Path(parsed.database or "").exists()


def _more(period: Period) -> str:
    if period.run_id:
        return f"  run {period.run_id}"
    return f": {period.reason}" if period.reason else ""
