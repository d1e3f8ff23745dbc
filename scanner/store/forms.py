"""From the vocabulary to columns and back."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from isal import isal_zlib
from sqlalchemy import Row

from scanner.model.kept import DECODER, ENCODER, KeptPosture
from scanner.model.reading import RawRows, RequestRecord, decode_odd_rows
from scanner.model.section import SectionReport, SectionState
from scanner.model.tenant import Tenant
from scanner.model.text import Text
from scanner.model.texts import keep_text, read_text
from scanner.store.holder import is_running
from scanner.store.records import KeptWaiver, RunRecord, RunSummary, StoredPage, Unfinished

FASTEST = 1
ROWS = msgspec.json.Decoder(tuple[dict[str, Any], ...])
OPTIONS = msgspec.json.Decoder(dict[str, Any])
SUMMARY = msgspec.json.Decoder(RunSummary)


def plain(text: str) -> str:
    """Give a text that every database can hold: none takes half a surrogate pair, PostgreSQL takes no NUL."""
    return text.replace("\x00", "\ufffd").encode(errors="replace").decode()


def plain_tenant(tenant: Tenant) -> Tenant:
    """Give the tenant as it will be read again."""
    return msgspec.structs.replace(
        tenant,
        id=plain(tenant.id),
        domain=plain(tenant.domain),
        name=plain(tenant.name),
        cloud=plain(tenant.cloud),
        collected_at=to_moment(from_moment(tenant.collected_at)),
    )


def plain_report(report: SectionReport) -> SectionReport:
    """Give the report as it will be read again."""
    return msgspec.structs.replace(
        report,
        reason=read_text(plain(keep_text(report.reason))),
        permission=plain(report.permission),
        collected_at=to_moment(from_moment(report.collected_at)),
    )


def to_moment(text: str | None) -> dt.datetime | None:
    """Read a time as the tables hold it."""
    return None if text is None else dt.datetime.fromisoformat(text)


def from_moment(moment: dt.datetime | None) -> str | None:
    """Write a time as the tables hold it: of one length, so that it sorts as text."""
    return None if moment is None else moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def encode(value: object) -> bytes:
    """Write JSON, keys as given; msgspec reads whole numbers beyond 64 bits but doesn't write them."""
    try:
        return msgspec.json.encode(value, enc_hook=_keep)
    except OverflowError:
        return json.dumps(value).encode()


def encode_canonical(value: object) -> bytes:
    """Write JSON, keys in order: the same bytes for the same value."""
    try:
        return msgspec.json.encode(value, enc_hook=_keep, order="deterministic")
    except OverflowError:
        return json.dumps(value, sort_keys=True).encode()


def _keep(value: object) -> str:
    """Write a text as its column holds it (msgspec's hook)."""
    if isinstance(value, Text):
        return keep_text(value)
    raise NotImplementedError(type(value).__name__)


def pack(rows: Sequence[Mapping[str, object]] | RawRows) -> bytes:
    """Pack the rows of a page: JSON as given, deflated; isal takes a fifth of zlib's time for the same format."""
    return isal_zlib.compress(rows.body if isinstance(rows, RawRows) else encode(rows), FASTEST)


def rows_of(rows: Sequence[Mapping[str, object]] | RawRows) -> Sequence[Mapping[str, object]]:
    """Give rows decoded."""
    return _decode(rows.body) if isinstance(rows, RawRows) else rows


def _decode(body: bytes | memoryview) -> tuple[Mapping[str, object], ...]:
    """Decode rows; a number beyond all floats is infinite."""
    try:
        return ROWS.decode(body)
    except msgspec.ValidationError:
        return tuple(decode_odd_rows(body))


def to_page(row: Row[Any]) -> StoredPage:
    """Read a page from its table row."""
    return StoredPage(rows=_decode(isal_zlib.decompress(row.body)), tabular=row.tabular)


def to_raw_rows(row: Row[Any]) -> RawRows:
    """Read a page from its table row, without decoding it."""
    return RawRows(count=row.rows_count, body=isal_zlib.decompress(row.body), number=row.number)


def from_tenant(tenant: Tenant) -> dict[str, object]:
    """Write a tenant as columns of its snapshot."""
    return {
        "tenant_id": tenant.id,
        "domain": tenant.domain,
        "name": tenant.name,
        "cloud": tenant.cloud,
        "collected_at": from_moment(tenant.collected_at),
    }


def to_tenant(row: Row[Any]) -> Tenant:
    """Read a tenant from the table row of its snapshot."""
    return Tenant(
        id=row.tenant_id, domain=row.domain, name=row.name, cloud=row.cloud, collected_at=to_moment(row.collected_at)
    )


def from_remarks(remarks: Mapping[str, Text]) -> str:
    """Write the remarks on a reading, by their subjects, as a column of its snapshot."""
    return encode_canonical(remarks).decode()


def to_remarks(column: str | None) -> dict[str, Text]:
    """Read the remarks on a reading; an earlier version kept none."""
    kept = msgspec.json.decode(column, type=dict[str, str]) if column else {}
    return {subject: read_text(words) for subject, words in kept.items()}


def from_report(report: SectionReport) -> dict[str, object]:
    """Write a section report as columns."""
    return {
        "section": report.section,
        "state": report.state.value,
        "rows_count": report.count,
        "expected": report.expected,
        "reason": keep_text(report.reason),
        "permission": report.permission,
        "collected_at": from_moment(report.collected_at),
        "absent": report.absent,
    }


def to_report(row: Row[Any]) -> SectionReport:
    """Read a section report from its table row."""
    return SectionReport(
        section=row.section,
        state=SectionState(row.state),
        count=row.rows_count,
        expected=row.expected,
        reason=read_text(row.reason),
        permission=row.permission,
        collected_at=to_moment(row.collected_at),
        absent=row.absent,
    )


def from_run(run: RunRecord) -> dict[str, object]:
    """Write a run as columns."""
    return {
        "id": run.id,
        "tenant_id": plain(run.tenant_id),
        "snapshot_id": run.snapshot_id,
        "folder": plain(run.folder),
        "started": from_moment(run.started),
        "finished": from_moment(run.finished),
        "as_of": run.as_of.isoformat(),
        "complete": run.complete,
        "tool_version": run.tool_version,
        "options": msgspec.json.encode(run.options),
        "evidence_at": from_moment(run.evidence_at),
        "summary": msgspec.json.encode(run.summary) if run.summary else None,
    }


def to_run(row: Row[Any]) -> RunRecord:
    """Read a run from its table row."""
    return RunRecord(
        id=row.id,
        tenant_id=row.tenant_id,
        snapshot_id=row.snapshot_id,
        folder=row.folder,
        started=dt.datetime.fromisoformat(row.started),
        finished=dt.datetime.fromisoformat(row.finished),
        as_of=dt.date.fromisoformat(row.as_of),
        complete=row.complete,
        tool_version=row.tool_version,
        options=OPTIONS.decode(row.options),
        evidence_at=to_moment(row.evidence_at),
        summary=SUMMARY.decode(row.summary) if row.summary else None,
    )


def from_posture(posture: KeptPosture) -> bytes:
    """Pack a posture."""
    return isal_zlib.compress(ENCODER.encode(posture), FASTEST)


def to_posture(body: bytes) -> KeptPosture:
    """Unpack a posture."""
    return DECODER.decode(isal_zlib.decompress(body))


def from_waiver(waiver: KeptWaiver) -> dict[str, object]:
    """Write a waiver as columns."""
    return {
        "mailbox": plain(waiver.mailbox),
        "flag": waiver.flag,
        "reason": plain(waiver.reason),
        "owner": plain(waiver.owner),
        "expires": waiver.expires.isoformat(),
    }


def to_waiver(row: Row[Any]) -> KeptWaiver:
    """Read a waiver from its table row."""
    return KeptWaiver(
        mailbox=row.mailbox,
        flag=row.flag,
        reason=row.reason,
        owner=row.owner,
        expires=dt.date.fromisoformat(row.expires),
    )


def from_request(record: RequestRecord) -> dict[str, object]:
    """Write a request as columns."""
    return {
        "at": from_moment(record.at),
        "method": record.method,
        "path": plain(record.path),
        "status": record.status,
        "received": record.received,
        "waited_ms": record.waited_ms,
        "reading": record.reading,
    }


def to_request(row: Row[Any]) -> RequestRecord:
    """Read a request from its table row."""
    return RequestRecord(
        at=dt.datetime.fromisoformat(row.at),
        method=row.method,
        path=row.path,
        status=row.status,
        received=row.received,
        waited_ms=row.waited_ms,
        reading=row.reading,
    )


def to_unfinished(row: Row[Any]) -> Unfinished:
    """Read a snapshot that is not finished from its table row."""
    return Unfinished(
        id=row.id,
        origin=row.origin or "",
        tenant_id=row.tenant_id,
        started=dt.datetime.fromisoformat(row.started),
        touched=dt.datetime.fromisoformat(row.touched or row.started),
        running=is_running(row.holder) if row.holder else False,
    )
