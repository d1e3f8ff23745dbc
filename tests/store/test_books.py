"""The book of periods and the outbox, on both databases: one of many claims wins, and what was begun is never lost."""

import datetime as dt
import threading

from msgspec import structs

from scanner.model.delivery import Delivery, DeliveryState
from scanner.model.period import Period, PeriodState
from scanner.store import Store

NOW = dt.datetime(2026, 12, 1, 6, tzinfo=dt.UTC)
LONG_AGO = NOW - dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)


def claim_of(who: str, at: dt.datetime = NOW) -> Period:
    return Period(
        tenant_id="contoso.example",
        schedule="monthly-audit",
        period="2026-12-01T06:00:00+00:00",
        due=NOW,
        state=PeriodState.RUNNING,
        claimed_by=who,
        started=at,
        renewed=at,
    )


def letter(recipient: str = "ops@contoso.example") -> Delivery:
    return Delivery(
        tenant_id="contoso.example",
        schedule="monthly-audit",
        period="2026-12-01T06:00:00+00:00",
        route="graph",
        recipient=recipient,
        run_id="20261201T060000Z-aaaaaa",
        language="uk",
        state=DeliveryState.QUEUED,
        queued=NOW,
    )


def test_a_period_is_claimed_by_one_of_many(url: str) -> None:
    """Whatever the database, of eight schedulers that ask at once one is told yes."""
    Store.open(url).close()
    won: list[str] = []

    def ask(who: str) -> None:
        with Store.open(url) as store:
            if store.periods().claim(claim_of(who), stale=LONG_AGO):
                won.append(who)

    threads = [threading.Thread(target=ask, args=(f"host:{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    with Store.open(url) as store:
        (kept,) = store.periods().list("monthly-audit")
        assert (kept.claimed_by, kept.attempts) == (won[0], 1)


def test_a_claim_that_nobody_renews_can_be_taken_over(store: Store) -> None:
    """And the one who lost it can no longer say how it ended."""
    book, first, second = store.periods(), claim_of("first"), claim_of("second", NOW + 20 * MINUTE)
    assert book.claim(first, stale=LONG_AGO)
    assert book.renew(first, NOW + 9 * MINUTE)
    assert not book.claim(second, stale=NOW + 5 * MINUTE)
    assert book.claim(second, stale=NOW + 10 * MINUTE)
    assert not book.renew(first, NOW + 21 * MINUTE)
    assert not book.settle(structs.replace(first, state=PeriodState.DONE, finished=NOW))
    assert book.settle(structs.replace(second, state=PeriodState.DONE, finished=NOW, run_id="r", exit_code=0))
    (kept,) = book.list("monthly-audit", "contoso.example")
    assert (kept.state, kept.run_id, kept.attempts) == (PeriodState.DONE, "r", 2)


def test_what_is_done_is_done_unless_somebody_insists(store: Store) -> None:
    book, claim = store.periods(), claim_of("first")
    assert book.claim(claim, stale=LONG_AGO)
    assert book.settle(structs.replace(claim, state=PeriodState.DONE, finished=NOW))
    assert not book.claim(claim_of("second"), stale=NOW + MINUTE)
    assert book.claim(claim_of("second"), stale=LONG_AGO, again=True)


def test_what_failed_can_be_tried_again(store: Store) -> None:
    book, claim = store.periods(), claim_of("first")
    assert book.claim(claim, stale=LONG_AGO)
    assert book.settle(structs.replace(claim, state=PeriodState.FAILED, finished=NOW, exit_code=1, reason="no network"))
    assert book.list("monthly-audit")[0].reason == "no network"
    assert book.claim(claim_of("second"), stale=LONG_AGO)


def test_a_missed_period_is_noted_once_and_by_tenant(store: Store) -> None:
    book, missed = store.periods(), structs.replace(claim_of(""), state=PeriodState.MISSED, started=None, renewed=None)
    assert book.note(missed)
    assert not book.note(missed)
    assert book.note(structs.replace(missed, tenant_id="fabrikam.example"))
    assert len(book.list("monthly-audit")) == 2
    assert len(book.list("monthly-audit", "fabrikam.example")) == 1
    assert book.list("readiness") == []


def test_a_delivery_is_begun_once_and_kept_as_it_ended(store: Store) -> None:
    outbox = store.outbox()
    kept = outbox.queue(letter())
    assert outbox.queue(letter()) == kept
    assert outbox.begin(kept, NOW)
    assert not outbox.begin(kept, NOW)
    outbox.settle(structs.replace(kept, state=DeliveryState.SENT, settled=NOW, reference="202"))
    (found,) = outbox.list("contoso.example", "monthly-audit")
    assert (found.state, found.reference, found.attempts, found.begun) == (DeliveryState.SENT, "202", 1, NOW)
    assert not outbox.begin(found, NOW)


def test_a_refused_delivery_may_be_begun_again(store: Store) -> None:
    outbox = store.outbox()
    kept = outbox.queue(letter())
    assert outbox.begin(kept, NOW)
    outbox.settle(structs.replace(kept, state=DeliveryState.FAILED, settled=NOW, reason="503"))
    assert outbox.begin(kept, NOW)


def test_a_delivery_that_was_begun_and_never_settled_is_unconfirmed_and_stays_so(store: Store) -> None:
    """Trust R11: it is shown, and not sent again by itself."""
    outbox = store.outbox()
    kept, other = outbox.queue(letter()), outbox.queue(letter("other@contoso.example"))
    assert outbox.begin(kept, NOW)
    assert outbox.begin(other, NOW + 9 * MINUTE)
    assert outbox.give_up(NOW + 5 * MINUTE, NOW + 10 * MINUTE) == 1
    found = {delivery.recipient: delivery for delivery in outbox.list()}
    assert found["ops@contoso.example"].state is DeliveryState.UNCONFIRMED
    assert found["ops@contoso.example"].reason
    assert found["other@contoso.example"].state is DeliveryState.SENDING
    assert not outbox.begin(kept, NOW + 11 * MINUTE)
