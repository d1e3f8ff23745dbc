"""The run: collect, keep, judge, render. Everything else is a way of calling it."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from scanner import __version__
from scanner.app.burn_down import burned_down
from scanner.app.evidence import load_snapshot
from scanner.app.history import history_of
from scanner.app.job import FailOn, FinishedRun, Job, Waiver, exit_code_of
from scanner.app.past import earlier_use
from scanner.app.pseudonymise import pseudonymise, read_key
from scanner.app.remember import remember, still_to_move
from scanner.app.resume import find_unfinished, open_snapshot, seal_partial
from scanner.model.fleet import FleetScan, FleetState
from scanner.posture import Posture, pose
from scanner.report.build import RunFacts, build
from scanner.report.contract import MailboxPart, Report, WaiverPart
from scanner.report.signature import load_signer
from scanner.report.write import WrittenRun, write_run
from scanner.sources.interface import EvidenceSource, Progress
from scanner.store import FleetPart, KeptWaiver, RunHashes, RunRecord, RunSummary, Store, make_id

Clock = Callable[[], dt.datetime]


def utc_now() -> dt.datetime:
    """Read the clock."""
    return dt.datetime.now(tz=dt.UTC)


def run_job(source: EvidenceSource, job: Job, progress: Progress) -> FinishedRun:
    """Read a tenant, keep what was read, judge it and write the reports; an interrupted reading is gone on with.

    Args:
        source: Where evidence comes from.
        job: What to do.
        progress: Told what is being read.

    Raises:
        SourceError: Nothing can be read at all.
        StoreError: What was read can't be kept.
        RenderError: The run folder can't be written.
        ConfigurationError: A format or a language is not known.
    """
    started = utc_now()
    with Store.open(job.store_url) as store:
        snapshot_id = collect(store, source, job, progress)
        snapshot = load_snapshot(store, snapshot_id)
        earlier = earlier_use(store, snapshot_id, started)
        posture = pose(snapshot, as_of=job.as_of, source_ips=job.source_ips, earlier=earlier)
        return finish_run(store, snapshot_id, posture, job, started)


def collect(store: Store, source: EvidenceSource, job: Job, progress: Progress) -> str:
    """Read a tenant into a snapshot; where partial ones are judged on purpose, the interrupted one as it is.

    Returns:
        The snapshot's id.
    """
    unfinished = find_unfinished(store, source) if job.allow_partial else None
    if unfinished:
        return seal_partial(store, unfinished)
    writer = open_snapshot(store, source, job, progress)
    try:
        return writer.finish(source.collect(writer, progress))
    except KeyboardInterrupt:
        if source.origin:
            progress.tell("What was read is kept: the same command goes on with it.")
        raise
    finally:
        writer.release()


def finish_run(store: Store, snapshot_id: str, posture: Posture, job: Job, started: dt.datetime) -> FinishedRun:
    """Write the reports of a posture and keep the run."""
    facts = RunFacts(
        id=job.claim.run_id if job.claim else make_id(started),
        started=started,
        finished=utc_now(),
        as_of=job.as_of,
        tool_version=__version__,
        source_ips=job.source_ips,
        partial=store.is_partial(snapshot_id),
        requests=store.request_totals(snapshot_id),
    )
    judged = waived(build(posture, facts, job.owner_notes), job.waivers)
    kept = remember(judged, posture)
    report = msgspec.structs.replace(
        judged,
        history=history_of(store, kept, snapshot_id, started),
        readiness=burned_down(judged, store, snapshot_id, started),
    )
    digest = store.digest(snapshot_id)
    written = write_run(
        shown(report, posture, job),
        job.out / facts.id,
        job.formats,
        language=job.language,
        snapshot_digest=digest,
        archive=job.archive,
        signer=load_signer(job.signing_key) if job.signing_key else None,
        also_in=job.editions,
    )
    finished = FinishedRun(
        folder=written.folder,
        files=written.files,
        missing=written.missing,
        remarks=written.remarks,
        problems=(),
        run=report.run,
        summary=report.summary,
        circumstances=posture.circumstances,
    )
    record = record_of(report, written, store.evidence_at(snapshot_id), snapshot_id, facts, job)
    hashes = RunHashes(snapshot=digest, report=written.manifest.report_sha256, manifest=written.manifest_sha256)
    part = done_with(finished, job.claim, job.fail_on) if job.claim else None
    store.add_run(record, kept, [kept_waiver(waiver) for waiver in job.waivers], hashes, part)
    return finished


def done_with(finished: FinishedRun, claim: FleetScan, fail_on: FailOn | None) -> FleetPart:
    """Say of a fleet run that one of its tenants is done."""
    code = exit_code_of(finished, fail_on)
    settled = msgspec.structs.replace(claim, state=FleetState.DONE, finished=utc_now(), exit_code=int(code))
    return FleetPart(claim=claim, settled=settled)


def shown(report: Report, posture: Posture, job: Job) -> Report:
    """Give the report as its files show it: with names, or with pseudonyms where it leaves the house."""
    if job.pseudonym_key is None:
        return report
    return pseudonymise(report, posture.snapshot, read_key(job.pseudonym_key))


def record_of(
    report: Report, written: WrittenRun, evidence_at: dt.datetime, snapshot_id: str, facts: RunFacts, job: Job
) -> RunRecord:
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
        evidence_at=evidence_at,
        summary=summary_of(report),
    )


def summary_of(report: Report) -> RunSummary:
    """Keep of a run what the trend shows."""
    used = [mailbox.use for mailbox in report.mailboxes if mailbox.use.basic is not None]
    return RunSummary(
        mailboxes=report.summary.mailboxes,
        coverage=report.summary.coverage,
        by_flag=report.summary.by_flag,
        senders=sum(1 for use in used if use.basic or use.oauth) if used else None,
        to_move=still_to_move(report),
    )


def kept_waiver(waiver: Waiver) -> KeptWaiver:
    """Keep a waiver with the run that it was noted in."""
    return KeptWaiver(
        mailbox=waiver.mailbox, flag=waiver.flag, reason=waiver.reason, owner=waiver.owner, expires=waiver.expires
    )


def waived(report: Report, waivers: tuple[Waiver, ...]) -> Report:
    """Note on every flagged mailbox that somebody accepted its flag: out of the count, never out of the list."""
    if not waivers:
        return report
    by_mark = {(waiver.mailbox.lower(), waiver.flag): waiver for waiver in waivers}
    mailboxes = [_waived(mailbox, by_mark) for mailbox in report.mailboxes]
    taken_out: Counter[str] = Counter(mailbox.flag for mailbox in mailboxes if mailbox.waiver)
    counted = {flag: count - taken_out[flag] for flag, count in report.summary.by_flag.items()}
    summary = msgspec.structs.replace(report.summary, by_flag=counted, waived=dict(taken_out))
    return msgspec.structs.replace(report, mailboxes=mailboxes, summary=summary)


def _waived(mailbox: MailboxPart, by_mark: Mapping[tuple[str, str], Waiver]) -> MailboxPart:
    names = (mailbox.address.lower(), mailbox.id)
    waiver = next((by_mark[(name, mailbox.flag)] for name in names if (name, mailbox.flag) in by_mark), None)
    if waiver is None:
        return mailbox
    part = WaiverPart(reason=waiver.reason, owner=waiver.owner, expires=waiver.expires.isoformat())
    return msgspec.structs.replace(mailbox, waiver=part)
