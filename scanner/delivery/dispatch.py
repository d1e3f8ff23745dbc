"""Sends what the outbox holds, each once: noted before, settled after; what can't be known stays unconfirmed."""

import datetime as dt
from collections.abc import Callable

from msgspec import structs

from scanner.delivery.interface import Parcel, Route
from scanner.errors import DeliveryError, UnconfirmedError
from scanner.model.delivery import Delivery, DeliveryState, Outbox

Clock = Callable[[], dt.datetime]
# Longer than any route takes with all its tries: whoever began before is gone.
LONGEST_SENDING = dt.timedelta(minutes=15)


def dispatch(
    delivery: Delivery, wrap: Callable[[], Parcel], route: Callable[[], Route], outbox: Outbox, clock: Clock
) -> Delivery:
    """Send one delivery, unless it was sent, is being sent, or nobody knows.

    Args:
        delivery: As it is kept.
        wrap: Makes the parcel; what can't be verified is not sent.
        route: Opens the way out.
        outbox: Where it is noted.
        clock: Gives the time.

    Returns:
        The delivery as it is kept now.
    """
    if delivery.state not in {DeliveryState.QUEUED, DeliveryState.FAILED}:
        return delivery
    try:
        parcel, way = wrap(), route()
    except DeliveryError as error:
        return _settle(delivery, outbox, clock, DeliveryState.FAILED, reason=_told(error))
    if not outbox.begin(delivery, clock()):
        return structs.replace(delivery, state=DeliveryState.SENDING)
    try:
        reference = way.send(parcel)
    except UnconfirmedError as error:
        return _settle(delivery, outbox, clock, DeliveryState.UNCONFIRMED, reason=_told(error))
    except DeliveryError as error:
        return _settle(delivery, outbox, clock, DeliveryState.FAILED, reason=_told(error))
    return _settle(delivery, outbox, clock, DeliveryState.SENT, reference=reference)


def _settle(
    delivery: Delivery, outbox: Outbox, clock: Clock, state: DeliveryState, *, reference: str = "", reason: str = ""
) -> Delivery:
    settled = structs.replace(delivery, state=state, settled=clock(), reference=reference, reason=reason)
    outbox.settle(settled)
    return settled


def _told(error: DeliveryError) -> str:
    return " ".join(filter(None, (error.message, error.advice)))
