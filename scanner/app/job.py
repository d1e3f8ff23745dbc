"""What a run is asked to do, and what it leaves."""

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from scanner.errors import ExitCode
from scanner.model.fleet import FleetScan
from scanner.model.frozen import Frozen
from scanner.model.notes import OwnerNote
from scanner.report.contract import RunPart, SummaryPart

DEFAULT_FORMATS = ("html", "pdf", "xlsx", "csv", "json", "remediation")
ALL_FORMATS = (*DEFAULT_FORMATS, "undo", "csv-raw", "ocsf", "junit", "letter")
DEFAULT_OUT = Path("smtp-posture-runs")
DEFAULT_STORE = "sqlite:///smtp-posture.db"
# From the harmless to the grave: the worst tenant decides the exit code of several.
SEVERITY = (ExitCode.OK, ExitCode.FLAGGED, ExitCode.INCOMPLETE, ExitCode.USAGE, ExitCode.FAILURE)


class FailOn(StrEnum):
    """Flags in the order of their weight: ``--fail-on`` counts the one named and those above it."""

    IN_ORDER = "in_order"
    UNKNOWN = "unknown"
    EXPOSED = "exposed"
    WOULD_FAIL = "would_fail"
    WILL_FAIL = "will_fail"
    FAILING = "failing"


class Waiver(Frozen, frozen=True, kw_only=True):
    """A flag that somebody accepted for one mailbox."""

    mailbox: str
    flag: str
    reason: str
    owner: str
    expires: dt.date


class Job(Frozen, frozen=True, kw_only=True):
    """Options that all runs share.

    Attributes:
        out: The folder that gets the run's folder.
        formats: Names of formats.
        language: Code of the report's language.
        as_of: The date that is judged for.
        source_ips: Public addresses that senders use.
        fail_on: Flags at or above it make the exit code 3.
        store_url: Where the snapshot is kept.
        waivers: Accepted flags.
        owner_notes: What owners say of their senders.
        pseudonym_key: File of the key that the report's pseudonyms are made with; ``None`` where it has names.
        signing_key: File of the key that signs the manifest; ``None`` where it is not signed.
        archive: The PDF is PDF/A-3 with report.json and mailboxes.csv attached.
        resume_hours: How old an interrupted reading may be to be gone on with.
        allow_partial: Judge what an interrupted reading left, without reading on.
        editions: Other languages that the reports for people are written in as well.
        claim: The tenant of a fleet run that this is the run of; ``None`` where it is a run of its own.
    """

    as_of: dt.date
    out: Path = DEFAULT_OUT
    formats: tuple[str, ...] = DEFAULT_FORMATS
    language: str = "en"
    source_ips: tuple[str, ...] = ()
    fail_on: FailOn | None = None
    store_url: str = DEFAULT_STORE
    waivers: tuple[Waiver, ...] = ()
    owner_notes: tuple[OwnerNote, ...] = ()
    archive: bool = False
    resume_hours: float = 24
    allow_partial: bool = False
    pseudonym_key: Path | None = None
    signing_key: Path | None = None
    editions: tuple[str, ...] = ()
    claim: FleetScan | None = None


class FinishedRun(Frozen, frozen=True, kw_only=True):
    """A run that left its folder.

    Attributes:
        folder: Where the reports are.
        files: Reports by format.
        missing: Formats that could not be made, with the reason; those of other languages as ``LANGUAGE/FORMAT``.
        remarks: Files that something lacks, and what.
        problems: What went wrong while reading, one sentence each.
        circumstances: How many different circumstances were judged.
    """

    folder: Path
    files: dict[str, Path]
    missing: dict[str, str]
    remarks: dict[str, str]
    problems: tuple[str, ...]
    run: RunPart
    summary: SummaryPart
    circumstances: int


def exit_code_of(finished: FinishedRun, fail_on: FailOn | None) -> ExitCode:
    """Give the exit code: a missing format is a failure, missing evidence comes before what is flagged."""
    if finished.missing:
        return ExitCode.FAILURE
    if not finished.run.complete:
        return ExitCode.INCOMPLETE
    return ExitCode.FLAGGED if fail_on and flagged(finished.summary, fail_on) else ExitCode.OK


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """Give the gravest of several exit codes."""
    return max(codes, key=SEVERITY.index, default=ExitCode.OK)


def flagged(summary: SummaryPart, fail_on: FailOn) -> int:
    """Count the mailboxes flagged at or above a flag."""
    order = list(FailOn)
    return sum(summary.by_flag.get(flag.value, 0) for flag in order[order.index(fail_on) :])
