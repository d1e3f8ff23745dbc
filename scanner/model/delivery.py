"""A delivery: one report of one period on its way to one recipient."""

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from scanner.model.frozen import Frozen


class DeliveryState(StrEnum):
    """How far a delivery came."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"  # the other side accepted it
    FAILED = "failed"  # the other side certainly did not take it: it may be tried again
    UNCONFIRMED = "unconfirmed"  # nobody knows whether it was taken: it is shown, and never repeated by itself


class Delivery(Frozen, frozen=True, kw_only=True):
    """One report for one recipient; times in UTC.

    Attributes:
        tenant_id: Whose report it is: the tenant as the configuration names it, in lower case.
        schedule: The schedule's name; "" for a report that was sent by hand.
        period: The period's name; the run's id where it was sent by hand.
        route: ``graph``, ``smtp``, ``folder`` or ``webhook``.
        recipient: An address, a folder, or the name of a webhook.
        run_id: The run that is reported on.
        language: Code of the language.
        state: How far it came.
        attempts: How often it was tried.
        queued: When it was noted.
        begun: When the last try began.
        settled: When it was accepted, refused, or found unconfirmed.
        reference: What the other side said: a message id, a path.
        reason: Why it is not sent; "" otherwise.
    """

    tenant_id: str
    schedule: str
    period: str
    route: str
    recipient: str
    run_id: str
    language: str
    state: DeliveryState
    attempts: int = 0
    queued: dt.datetime | None = None
    begun: dt.datetime | None = None
    settled: dt.datetime | None = None
    reference: str = ""
    reason: str = ""


class Outbox(Protocol):
    """Keeps one row per tenant, schedule, period, route and recipient."""

    def list(self, tenant_id: str | None = None, schedule: str | None = None) -> Sequence[Delivery]:
        """Give deliveries, oldest first."""

    def queue(self, delivery: Delivery) -> Delivery:
        """Note a delivery unless it is known; give it as it is kept."""

    def begin(self, delivery: Delivery, at: dt.datetime) -> bool:
        """Take a queued or failed delivery to send it; tell whether it is ours to send."""

    def settle(self, delivery: Delivery) -> None:
        """Keep how sending ended."""

    def give_up(self, begun_before: dt.datetime, at: dt.datetime) -> int:
        """Call every delivery unconfirmed that somebody began to send before, and never settled; give how many."""
