"""Takes one person out of kept evidence; what remains is sealed anew, and the chain says so."""

import datetime as dt
from collections.abc import Callable

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, delete, select, update

from scanner.model.kept import KeptPosture
from scanner.model.text import quote
from scanner.store.chain import add_link
from scanner.store.digest import RowsDigest, digest_of
from scanner.store.forms import (
    from_moment,
    from_posture,
    from_report,
    pack,
    to_page,
    to_posture,
    to_remarks,
    to_report,
    to_tenant,
)
from scanner.store.interface import Erasure
from scanner.store.records import RunRecord
from scanner.store.tables import DELIVERY, PAGE, POSTURE, REQUEST, RUN, SECTION, SNAPSHOT, WAIVER


def erase_from_snapshot(connection: Connection, snapshot_id: str, change: Erasure) -> bool:
    """Take somebody out of a finished snapshot and seal it anew.

    Args:
        connection: In a writing transaction.
        snapshot_id: The snapshot.
        change: Takes them out.

    Returns:
        Something of them was in it.
    """
    row = connection.execute(select(SNAPSHOT).where(SNAPSHOT.c.id == snapshot_id)).one()
    mine = _belongs(row.tenant_id, snapshot_id)
    removed, digests = _rewrite_pages(connection, mine, change)
    mentioned = _rewrite_words(connection, mine, change)
    if not removed and not mentioned:
        return False
    for section, count in removed.items():
        _lower_count(connection, mine(SECTION) & (SECTION.c.section == section), count)
    reports = {found.section: to_report(found) for found in connection.execute(select(SECTION).where(mine(SECTION)))}
    rows = {name: digest.hexdigest() for name, digest in digests.items()}
    after = digest_of(to_tenant(row), reports, rows, to_remarks(row.remarks))
    sealed = {"digest": after, "erased": from_moment(dt.datetime.now(dt.UTC))}
    connection.execute(update(SNAPSHOT).where(SNAPSHOT.c.id == snapshot_id).values(sealed))
    body = {"snapshot": snapshot_id, "before": row.digest, "after": after}
    add_link(connection, row.tenant_id, "erasure", snapshot_id, body)
    return True


def _belongs(tenant_id: str, snapshot_id: str) -> Callable[[Table], ColumnElement[bool]]:
    return lambda table: (table.c.tenant_id == tenant_id) & (table.c.snapshot_id == snapshot_id)


def _rewrite_pages(
    connection: Connection, mine: Callable[[Table], ColumnElement[bool]], change: Erasure
) -> tuple[dict[str, int], dict[str, RowsDigest]]:
    """Rewrite the pages that name somebody; give how many rows each section lost, and the digests of all sections."""
    removed: dict[str, int] = {}
    digests: dict[str, RowsDigest] = {}
    places = connection.execute(
        select(PAGE.c.section, PAGE.c.number).where(mine(PAGE)).order_by(PAGE.c.section, PAGE.c.number)
    ).all()
    for section, number in places:
        this = mine(PAGE) & (PAGE.c.section == section) & (PAGE.c.number == number)
        (found,) = connection.execute(select(PAGE).where(this))
        page = to_page(found)
        rows = change.rows(section, page.rows)
        digests.setdefault(section, RowsDigest()).add(rows, tabular=page.tabular)
        if rows is not page.rows:
            removed[section] = removed.get(section, 0) + len(page.rows) - len(rows)
            connection.execute(update(PAGE).where(this).values(body=pack(rows), rows_count=len(rows)))
    return removed, digests


def _rewrite_words(connection: Connection, mine: Callable[[Table], ColumnElement[bool]], change: Erasure) -> bool:
    """Take mentions out of the reasons of sections and the addresses of requests; tell whether there were any."""
    found = False
    for row in connection.execute(select(SECTION).where(mine(SECTION))).all():
        report = to_report(row)
        reason = change.words(str(report.reason))
        if reason != str(report.reason):
            found = True
            this = mine(SECTION) & (SECTION.c.section == row.section)
            kept = from_report(msgspec.structs.replace(report, reason=quote(reason)))["reason"]
            connection.execute(update(SECTION).where(this).values(reason=kept))
    for row in connection.execute(select(REQUEST.c.number, REQUEST.c.path).where(mine(REQUEST))).all():
        path = change.words(row.path)
        if path != row.path:
            found = True
            connection.execute(
                update(REQUEST).where(mine(REQUEST) & (REQUEST.c.number == row.number)).values(path=path)
            )
    return found


def _lower_count(connection: Connection, this: ColumnElement[bool], count: int) -> None:
    values = {"rows_count": SECTION.c.rows_count - count, "expected": SECTION.c.expected - count}
    connection.execute(update(SECTION).where(this).values(values))


def erase_from_run(connection: Connection, run: RunRecord, change: Erasure) -> None:
    """Take somebody out of what was remembered of a run: its posture and its waivers."""
    posture = (POSTURE.c.tenant_id == run.tenant_id) & (POSTURE.c.run_id == run.id)
    body = connection.execute(select(POSTURE.c.body).where(posture)).scalar_one_or_none()
    if body is not None:
        kept = from_posture(_without(to_posture(body), change))
        connection.execute(update(POSTURE).where(posture).values(body=kept))
    waivers = (WAIVER.c.tenant_id == run.tenant_id) & (WAIVER.c.run_id == run.id)
    for row in connection.execute(select(WAIVER).where(waivers)).all():
        this = waivers & (WAIVER.c.mailbox == row.mailbox) & (WAIVER.c.flag == row.flag)
        if change.is_about(row.mailbox):
            connection.execute(delete(WAIVER).where(this))
        else:
            words = {"reason": change.words(row.reason), "owner": change.words(row.owner)}
            connection.execute(update(WAIVER).where(this).values(words))


def _without(posture: KeptPosture, change: Erasure) -> KeptPosture:
    objects = tuple(
        msgspec.structs.replace(
            item,
            name=change.words(item.name),
            settings={path: value and change.words(value) for path, value in item.settings.items()},
        )
        for item in posture.objects
    )
    mailboxes = tuple(
        mailbox
        for mailbox in posture.mailboxes
        if not change.is_about(mailbox.id.partition(":")[2] or mailbox.id) and not change.is_about(mailbox.address)
    )
    return msgspec.structs.replace(posture, objects=objects, mailboxes=mailboxes)


def erase_deliveries(connection: Connection, tenant_id: str, change: Erasure) -> None:
    """Take out the records of what was delivered to somebody."""
    of_tenant = DELIVERY.c.tenant_id == tenant_id
    recipients = connection.execute(select(DELIVERY.c.recipient).where(of_tenant).distinct()).scalars().all()
    for recipient in filter(change.is_about, recipients):
        connection.execute(delete(DELIVERY).where(of_tenant & (DELIVERY.c.recipient == recipient)))


def drop_unreported(connection: Connection, tenant_id: str) -> None:
    """Take out evidence of a tenant that no run is on: readings that were interrupted, which begin anew."""
    used = select(RUN.c.id).where((RUN.c.tenant_id == tenant_id) & (RUN.c.snapshot_id == SNAPSHOT.c.id))
    connection.execute(delete(SNAPSHOT).where((SNAPSHOT.c.tenant_id == tenant_id) & ~used.exists()))


def note_reports_gone(connection: Connection, tenant_id: str, run_id: str) -> None:
    """Say in the chain that the reports of a run were removed."""
    add_link(connection, tenant_id, "erasure", run_id, {"run": run_id, "reports": "removed"})
