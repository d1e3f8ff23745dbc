"""Writes one snapshot, page by page; a killed program's snapshot is gone on with."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, func, insert, literal, select, update

from scanner.errors import StoreError
from scanner.model.reading import Place, RawRows, RequestRecord
from scanner.model.section import SectionReport
from scanner.model.tenant import Tenant
from scanner.model.text import Text
from scanner.model.texts import keep_text, read_text
from scanner.store.digest import RowsDigest, digest_of
from scanner.store.engine import transact
from scanner.store.forms import (
    from_moment,
    from_remarks,
    from_report,
    from_request,
    from_tenant,
    pack,
    plain,
    plain_report,
    plain_tenant,
    rows_of,
    to_remarks,
    to_report,
    to_tenant,
)
from scanner.store.holder import name_holder
from scanner.store.ids import make_id
from scanner.store.nesting import refuse_depth
from scanner.store.pages import read_bodies, read_body, sum_up
from scanner.store.tables import PAGE, PLACE, REQUEST, SECTION, SNAPSHOT
from scanner.store.troubles import explained

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOST_UNSUMMED = 8  # pages whose digest may wait


class SqlSnapshotWriter:
    """Writes one snapshot; each page is a transaction of its own, so a killed program loses none.

    Args:
        engine: The open database.
        place: The store as the reader knows it.
        snapshot_id: The snapshot, which is in the database already.
    """

    def __init__(self, engine: Engine, place: str, snapshot_id: str) -> None:
        self._engine = engine
        self._place = place
        self._snapshot_id = snapshot_id
        self._holder = name_holder()
        self._unsummed: list[tuple[str, Sequence[Mapping[str, object]] | RawRows, bool]] = []
        self._digests: dict[str, RowsDigest] = {}
        self._finished = False
        self._held: list[RequestRecord] = []
        self._remarks: dict[str, Text] = {}
        with explained(place):
            transact(engine, self._take_over)

    @classmethod
    def begin(cls, engine: Engine, place: str, tenant: Tenant, origin: str) -> "SqlSnapshotWriter":
        """Begin a new snapshot.

        Args:
            engine: The open database.
            place: The store as the reader knows it.
            tenant: Whose evidence it is, as far as that is known.
            origin: What is read, in words that the same command gives again; empty where it can't be gone on with.
        """
        now = dt.datetime.now(dt.UTC)
        snapshot_id = make_id(now)
        moment = from_moment(now)
        row = {**from_tenant(plain_tenant(tenant)), "id": snapshot_id, "started": moment, "touched": moment}
        statement = insert(SNAPSHOT).values({**row, "digest": "", "origin": origin, "partial": False})
        there = select(SNAPSHOT.c.id).where(SNAPSHOT.c.id == snapshot_id)
        with explained(place):
            transact(
                engine,
                lambda connection: connection.execute(statement),
                lambda connection: connection.execute(there).first() is not None,
            )
        return cls(engine, place, snapshot_id)

    @property
    def snapshot_id(self) -> str:
        """The id of the snapshot that is being written."""
        return self._snapshot_id

    def add_page(
        self,
        section: str,
        rows: Sequence[Mapping[str, object]] | RawRows,
        *,
        tabular: bool = False,
        place: Place | None = None,
    ) -> int:
        """Keep one page of rows, and with it how far the listing came.

        Returns:
            The page's number within its section.

        Raises:
            StoreError: It can't be written, its section is closed, or the snapshot is finished.
            TooDeepError: Its rows are nested deeper than could be read again.
        """
        self._refuse_late(section)
        if isinstance(rows, RawRows):
            refuse_depth(rows)
        number = self._numbers.get(section, 0)
        count = rows.count if isinstance(rows, RawRows) else len(rows)
        page = {"number": number, "tabular": tabular, "rows_count": count, "body": pack(rows)}
        part = place.part if place else ""

        def keep(connection: Connection) -> None:
            connection.execute(insert(PAGE).values({**self._key, "section": section, "part": part, **page}))
            self._write_place(connection, section, place)

        self._write(keep, (PAGE.c.section == section) & (PAGE.c.number == number), PAGE)
        self._numbers[section] = number + 1
        self._unsummed.append((section, rows, tabular))
        if len(self._unsummed) > MOST_UNSUMMED:
            self.settle()
        return number

    def amend_page(self, section: str, rows: RawRows) -> None:
        """Put rows in place of those of the page of their number, which held some twice.

        Raises:
            StoreError: It can't be written.
        """
        self._refuse_late(section)
        self.settle()
        mine = self._mine(PAGE) & (PAGE.c.section == section) & (PAGE.c.number == rows.number)
        statement = update(PAGE).where(mine).values(rows_count=rows.count, body=pack(rows))
        self._write(lambda connection: connection.execute(statement))
        self._read_again(section)

    def note_place(self, section: str, place: Place) -> None:
        """Keep how far a listing came, where no rows came with it.

        Raises:
            StoreError: It can't be written.
        """
        self._write(lambda connection: self._write_place(connection, section, place))

    def settle(self) -> None:
        """Do what could wait: sum up the pages that were added. Called while the next page is on its way."""
        for section, rows, tabular in self._unsummed:
            if section not in self._earlier:
                self._digests.setdefault(section, RowsDigest()).add(rows_of(rows), tabular=tabular)
        self._unsummed.clear()

    def drop_part(self, section: str, part: str) -> None:
        """Forget the pages of a part and how far it was read: its listing begins anew.

        Raises:
            StoreError: It can't be written.
        """
        self.settle()

        def drop(connection: Connection) -> None:
            for table in (PAGE, PLACE):
                mine = self._mine(table) & (table.c.section == section) & (table.c.part == part)
                connection.execute(delete(table).where(mine))

        self._write(drop)
        self._read_again(section)

    def places(self, section: str) -> dict[str, bytes]:
        """Give how far each part of a section was read, by an earlier run too."""
        query = select(PLACE.c.part, PLACE.c.state).where(self._mine(PLACE) & (PLACE.c.section == section))
        with explained(self._place), self._engine.connect() as connection:
            return {row.part: row.state for row in connection.execute(query)}

    def pages(self, section: str) -> Iterator[RawRows]:
        """Give the pages of a section that are kept so far, by an earlier run too."""
        with explained(self._place):
            yield from read_bodies(self._engine, self._snapshot_id, section)

    def page(self, section: str, number: int) -> RawRows:
        """Give one of these pages by its number."""
        with explained(self._place):
            return read_body(self._engine, self._snapshot_id, section, number)

    def report_of(self, section: str) -> SectionReport | None:
        """Give how much was read of a section that is closed already; ``None`` where it is not."""
        return self._reports.get(section)

    def remark(self, subject: str, remark: Text) -> None:
        """Keep what readers should know of the whole reading, in place of what was said of the same subject.

        Raises:
            StoreError: It can't be written, or the snapshot is finished.
        """
        self._refuse_late("")
        others = {name: said for name, said in self._remarks.items() if name != subject}
        remarks = others | ({subject: read_text(plain(keep_text(remark)))} if remark else {})
        if remarks == self._remarks:
            return
        statement = update(SNAPSHOT).where(self._me).values(remarks=from_remarks(remarks))
        self._write(lambda connection: connection.execute(statement))
        self._remarks = remarks

    def hold_requests(self, records: Sequence[RequestRecord]) -> None:
        """Take what was asked; it is kept in one transaction with what is kept next, such as the page it brought."""
        self._held.extend(records)

    def add_requests(self, records: Sequence[RequestRecord]) -> None:
        """Keep what was asked, and what is held.

        Raises:
            StoreError: It can't be written.
        """
        self.hold_requests(records)
        if self._held:
            self._write(lambda _: None)

    def close_section(self, report: SectionReport) -> None:
        """Keep how much of a section was read.

        Raises:
            StoreError: It can't be written, the section is closed already, or the snapshot is finished.
        """
        self._refuse_late(report.section)
        plain = plain_report(report)
        row = insert(SECTION).values({**self._key, **from_report(plain)})
        self._write(lambda connection: connection.execute(row), SECTION.c.section == report.section, SECTION)
        self._reports[report.section] = plain

    def meet(self, tenant: Tenant) -> None:
        """Keep whose evidence it is, once the source knows.

        Raises:
            StoreError: It can't be written, or it is another tenant than the one that the snapshot began with.
        """
        self._refuse_late("")
        known = self._agreed(plain_tenant(tenant))
        statement = update(SNAPSHOT).where(self._me).values(from_tenant(known))
        renamed = (SNAPSHOT.c.id == self._snapshot_id) & (SNAPSHOT.c.tenant_id == known.id)
        self._write(lambda connection: connection.execute(statement), renamed, SNAPSHOT, mine=False)
        self._tenant = known

    def finish(self, tenant: Tenant, *, partial: bool = False) -> str:
        """Seal the snapshot: from now on nothing can be added to it.

        Args:
            tenant: The tenant as the source came to know it.
            partial: The reading was not ended; the snapshot is judged all the same.

        Raises:
            StoreError: It can't be written, it is finished, or the evidence turned out to be another tenant's.
        """
        self.meet(tenant)
        now = from_moment(dt.datetime.now(dt.UTC))
        sealed = {"finished": now, "digest": self._digest(), "partial": partial, "holder": None}

        def seal(connection: Connection) -> None:
            connection.execute(delete(PLACE).where(self._mine(PLACE)))
            connection.execute(update(SNAPSHOT).where(self._me).values(sealed))

        self._write(seal, self._me & SNAPSHOT.c.finished.is_not(None), SNAPSHOT, mine=False)
        self._finished = True
        return self._snapshot_id

    def release(self) -> None:
        """Let another run go on with the snapshot, where this one ends before it is finished."""
        if not self._finished:
            held = self._me & (SNAPSHOT.c.holder == self._holder)
            statement = update(SNAPSHOT).where(held).values(holder=None)
            with explained(self._place):
                transact(self._engine, lambda connection: connection.execute(statement))

    def _take_over(self, connection: Connection) -> None:
        """Hold the snapshot, and read what an earlier run kept."""
        held = update(SNAPSHOT).where(SNAPSHOT.c.id == self._snapshot_id).values(holder=self._holder)
        connection.execute(held)
        row = connection.execute(select(SNAPSHOT).where(SNAPSHOT.c.id == self._snapshot_id)).one()
        self._tenant = to_tenant(row)
        self._finished = row.finished is not None
        self._remarks = to_remarks(row.remarks)
        reports = connection.execute(select(SECTION).where(self._mine(SECTION)))
        self._reports = {report.section: to_report(report) for report in reports}
        last = func.max(PAGE.c.number).label("last")
        numbers = connection.execute(select(PAGE.c.section, last).where(self._mine(PAGE)).group_by(PAGE.c.section))
        self._numbers: dict[str, int] = {number.section: number.last + 1 for number in numbers}
        self._earlier = set(self._numbers)
        self._requests = connection.execute(
            select(func.count()).select_from(REQUEST).where(self._mine(REQUEST))
        ).scalar_one()

    def _write(
        self,
        work: Callable[[Connection], object],
        made: ColumnElement[bool] | None = None,
        table: Table = SNAPSHOT,
        *,
        mine: bool = True,
    ) -> None:
        """Do some work in one transaction, and keep the requests that are held, if the snapshot is still this run's.

        Args:
            work: What to do.
            made: The condition for a row that is there once the work was committed; ``None`` where doing the work
                twice makes no difference.
            table: The table of that row.
            mine: The row is one of this snapshot's.
        """
        held = self._me & (SNAPSHOT.c.holder == self._holder)
        now = from_moment(dt.datetime.now(dt.UTC))
        requests = [
            {**self._key, "number": number, **from_request(record)}
            for number, record in enumerate(self._held, start=self._requests)
        ]
        if made is None and requests:
            made, table = REQUEST.c.number == self._requests, REQUEST

        def guarded(connection: Connection) -> None:
            if connection.execute(update(SNAPSHOT).where(held).values(touched=now)).rowcount != 1:
                message = f"Another run goes on with the snapshot {self._snapshot_id}, or it was removed."
                raise StoreError(message, "Let that run end; then start this one again.")
            if requests:
                connection.execute(insert(REQUEST), requests)
            work(connection)

        def landed(connection: Connection) -> bool:
            if made is None:
                return False
            found = select(literal(1)).select_from(table).where(self._mine(table) & made if mine else made)
            return connection.execute(found).first() is not None

        with explained(self._place):
            transact(self._engine, guarded, landed)
        del self._held[: len(requests)]
        self._requests += len(requests)

    def _write_place(self, connection: Connection, section: str, place: Place | None) -> None:
        if place is None:
            return
        mine = self._mine(PLACE) & (PLACE.c.section == section) & (PLACE.c.part == place.part)
        if connection.execute(update(PLACE).where(mine).values(state=place.state)).rowcount == 0:
            row = {**self._key, "section": section, "part": place.part, "state": place.state}
            connection.execute(insert(PLACE).values(row))

    @property
    def _key(self) -> dict[str, str]:
        return {"tenant_id": self._tenant.id, "snapshot_id": self._snapshot_id}

    @property
    def _me(self) -> ColumnElement[bool]:
        return (SNAPSHOT.c.id == self._snapshot_id) & (SNAPSHOT.c.tenant_id == self._tenant.id)

    def _mine(self, table: Table) -> ColumnElement[bool]:
        return (table.c.snapshot_id == self._snapshot_id) & (table.c.tenant_id == self._tenant.id)

    def _digest(self) -> str:
        self.settle()
        for section in self._earlier:
            self._digests[section] = sum_up(self._engine, self._snapshot_id, section)
        rows = {name: digest.hexdigest() for name, digest in self._digests.items() if name in self._numbers}
        return digest_of(self._tenant, self._reports, rows, self._remarks)

    def _read_again(self, section: str) -> None:
        """Sum up a section from its pages in the end, since pages were altered after they were summed up."""
        self._digests.pop(section, None)
        self._earlier.add(section)

    def _refuse_late(self, section: str) -> None:
        if self._finished:
            raise StoreError(f"The snapshot {self._snapshot_id} is finished: nothing is added to it.")
        if section in self._reports:
            raise StoreError(f"The section {section} of the snapshot {self._snapshot_id} is closed.")

    def _agreed(self, tenant: Tenant) -> Tenant:
        began = self._tenant.id
        if tenant.id and GUID.fullmatch(began) and tenant.id != began:
            message = f"Evidence of the tenant {tenant.id} arrived in a snapshot of the tenant {began}."
            raise StoreError(message, "Correct the tenant's id in the configuration, and scan again.")
        return tenant if tenant.id else msgspec.structs.replace(tenant, id=began)
