"""Writes one snapshot, page by page."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Engine, insert, update

from scanner.errors import StoreError
from scanner.model.section import SectionReport
from scanner.model.tenant import Tenant
from scanner.store.digest import RowsDigest, digest_of
from scanner.store.engine import writing
from scanner.store.forms import from_moment, from_report, from_tenant, pack, plain_report, plain_tenant
from scanner.store.ids import make_id
from scanner.store.tables import PAGE, SECTION, SNAPSHOT
from scanner.store.troubles import explained

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class SqlSnapshotWriter:
    """Writes one snapshot; each page is a transaction of its own, so a killed program loses none.

    Args:
        engine: The open database.
        place: The store as the reader knows it.
        tenant: Whose evidence it is, as far as that is known.
    """

    def __init__(self, engine: Engine, place: str, tenant: Tenant) -> None:
        self._engine = engine
        self._place = place
        self._tenant = plain_tenant(tenant)
        self._numbers: dict[str, int] = {}
        self._digests: dict[str, RowsDigest] = {}
        self._reports: dict[str, SectionReport] = {}
        self._finished = False
        self._snapshot_id = self._begin()

    @property
    def snapshot_id(self) -> str:
        """The id of the snapshot that is being written."""
        return self._snapshot_id

    def _begin(self) -> str:
        now = dt.datetime.now(dt.UTC)
        snapshot_id = make_id(now)
        row = {**from_tenant(self._tenant), "id": snapshot_id, "started": from_moment(now), "digest": ""}
        with explained(self._place), writing(self._engine) as connection:
            connection.execute(insert(SNAPSHOT).values(row))
        return snapshot_id

    def add_page(self, section: str, rows: Sequence[Mapping[str, object]], *, tabular: bool = False) -> None:
        """Keep one page of rows as decoded from the provider.

        Raises:
            StoreError: It can't be written, its section is closed, or the snapshot is finished.
        """
        self._refuse_late(section)
        number = self._numbers.get(section, 0)
        page = {"number": number, "tabular": tabular, "rows_count": len(rows), "body": pack(rows)}
        with explained(self._place), writing(self._engine) as connection:
            connection.execute(insert(PAGE).values({**self._key, "section": section, **page}))
        self._numbers[section] = number + 1
        self._digests.setdefault(section, RowsDigest()).add(rows, tabular=tabular)

    def close_section(self, report: SectionReport) -> None:
        """Keep how much of a section was read.

        Raises:
            StoreError: It can't be written, the section is closed already, or the snapshot is finished.
        """
        self._refuse_late(report.section)
        plain = plain_report(report)
        with explained(self._place), writing(self._engine) as connection:
            connection.execute(insert(SECTION).values({**self._key, **from_report(plain)}))
        self._reports[report.section] = plain

    def finish(self, tenant: Tenant) -> str:
        """Seal the snapshot: from now on nothing can be added to it.

        Raises:
            StoreError: It can't be written, it is finished, or the evidence turned out to be another tenant's.
        """
        self._refuse_late("")
        known = self._agreed(plain_tenant(tenant))
        sealed = {"finished": from_moment(dt.datetime.now(dt.UTC)), "digest": self._digest(known)}
        mine = (SNAPSHOT.c.id == self._snapshot_id) & (SNAPSHOT.c.tenant_id == self._tenant.id)
        with explained(self._place), writing(self._engine) as connection:
            connection.execute(update(SNAPSHOT).where(mine).values({**from_tenant(known), **sealed}))
        self._finished = True
        return self._snapshot_id

    @property
    def _key(self) -> dict[str, str]:
        return {"tenant_id": self._tenant.id, "snapshot_id": self._snapshot_id}

    def _digest(self, tenant: Tenant) -> str:
        rows = {name: digest.hexdigest() for name, digest in self._digests.items()}
        return digest_of(tenant, self._reports, rows)

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
