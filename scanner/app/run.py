"""The run: collect, keep, judge, render. Everything else is a way of calling it."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from scanner import __version__
from scanner.app.job import FinishedRun, Job, Waiver
from scanner.evidence.assemble import Page, assemble
from scanner.model.snapshot import Snapshot
from scanner.model.tenant import Tenant
from scanner.posture import Posture, pose
from scanner.report.build import RunFacts, build
from scanner.report.contract import MailboxPart, Report, WaiverPart
from scanner.report.write import WrittenRun, write_run
from scanner.sources.interface import EvidenceSource, Progress
from scanner.store import RunRecord, Store, make_id

Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """Read the clock."""
    return dt.datetime.now(tz=dt.UTC)


def run_job(source: EvidenceSource, job: Job, progress: Progress, *, known: Tenant | None = None) -> FinishedRun:
    """Read a tenant, keep what was read, judge it and write the reports.

    Args:
        source: Where evidence comes from.
        job: What to do.
        progress: Told what is being read.
        known: The tenant as far as it is known before reading.

    Raises:
        SourceError: Nothing can be read at all.
        StoreError: What was read can't be kept.
        RenderError: The run folder can't be written.
        ConfigurationError: A format or a language is not known.
    """
    started = utc_now()
    with Store.open(job.store_url) as store:
        writer = store.begin_snapshot(known or Tenant())
        tenant = source.collect(writer, progress)
        snapshot_id = writer.finish(tenant)
        snapshot = load_snapshot(store, snapshot_id)
        posture = pose(snapshot, as_of=job.as_of, source_ips=job.source_ips)
        return finish_run(store, snapshot_id, posture, job, started)


def load_snapshot(store: Store, snapshot_id: str) -> Snapshot:
    """Make the typed snapshot from the pages that are kept."""

    def pages_of(section: str) -> Iterator[Page]:
        return (Page(rows=page.rows, tabular=page.tabular) for page in store.pages(snapshot_id, section))

    return assemble(store.tenant(snapshot_id), store.sections(snapshot_id), pages_of)


def finish_run(store: Store, snapshot_id: str, posture: Posture, job: Job, started: dt.datetime) -> FinishedRun:
    """Write the reports of a posture and keep the run."""
    facts = RunFacts(
        id=make_id(started),
        started=started,
        finished=utc_now(),
        as_of=job.as_of,
        tool_version=__version__,
        source_ips=job.source_ips,
    )
    report = waived(build(posture, facts), job.waivers)
    digest = store.digest(snapshot_id)
    written = write_run(report, job.out / facts.id, job.formats, language=job.language, snapshot_digest=digest)
    store.add_run(record_of(report, written, snapshot_id, facts, job))
    return FinishedRun(
        folder=written.folder,
        files=written.files,
        missing=written.missing,
        problems=(),
        run=report.run,
        summary=report.summary,
        circumstances=posture.circumstances,
    )


def record_of(report: Report, written: WrittenRun, snapshot_id: str, facts: RunFacts, job: Job) -> RunRecord:
    """Describe a run for the store."""
    return RunRecord(
        id=facts.id,
        tenant_id=report.tenant.id,
        snapshot_id=snapshot_id,
        folder=str(Path(written.folder).absolute()),
        started=facts.started,
        finished=facts.finished,
        as_of=facts.as_of,
        complete=report.run.complete,
        tool_version=facts.tool_version,
        options={"source_ips": list(job.source_ips), "language": job.language, "formats": list(job.formats)},
    )


def waived(report: Report, waivers: tuple[Waiver, ...]) -> Report:
    """Note on every flagged mailbox that somebody accepted its flag."""
    if not waivers:
        return report
    by_mark = {(waiver.mailbox.lower(), waiver.flag): waiver for waiver in waivers}
    mailboxes = [_waived(mailbox, by_mark) for mailbox in report.mailboxes]
    return msgspec.structs.replace(report, mailboxes=mailboxes)


def _waived(mailbox: MailboxPart, by_mark: Mapping[tuple[str, str], Waiver]) -> MailboxPart:
    waiver = by_mark.get((mailbox.address.lower(), mailbox.flag))
    if waiver is None:
        return mailbox
    part = WaiverPart(reason=waiver.reason, owner=waiver.owner, expires=waiver.expires.isoformat())
    return msgspec.structs.replace(mailbox, waiver=part)
