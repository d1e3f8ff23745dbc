"""Reads an evidence folder into a sink, section by section."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scanner.evidence.row import Row
from scanner.evidence.section import Section
from scanner.model.section import SectionReport, SectionState
from scanner.model.tenant import Tenant
from scanner.model.text import Text, join, quote, say
from scanner.sources.folder.find import Entry, Form, Listing, list_folder, some
from scanner.sources.folder.reading import items_of, last_written, named
from scanner.sources.folder.tally import Tally
from scanner.sources.folder.whose import left_out, tenant_of
from scanner.sources.interface import PageSink, Progress

TENANT = "tenant"


class FolderSource:
    """A tenant as exported files. An ``EvidenceSource``.

    Args:
        folder: The evidence folder.
        sections: What to look for.

    Attributes:
        problems: After ``collect``: what could not be read, for the reader to put right.
        notes: After ``collect``: what was seen there and is no evidence.
    """

    def __init__(self, folder: Path, sections: Sequence[Section[Any]]) -> None:
        self._folder = folder
        self._sections = sections
        self.problems: list[Text] = []
        self.notes: list[Text] = []
        self._left_out: dict[str, str] = {}

    @property
    def origin(self) -> str:
        """Nothing: a folder is read in seconds, so an interrupted reading begins anew."""
        return ""

    @property
    def known(self) -> Tenant:
        """Nobody, before ``tenant.json`` is read."""
        return Tenant()

    def collect(self, sink: PageSink, progress: Progress) -> Tenant:
        """Read every section into the sink.

        Returns:
            The tenant as ``tenant.json`` names it; all empty where it doesn't.

        Raises:
            SourceError: There is no such folder, or nothing in it has a known name.
        """
        several = [section.name for section in self._sections if section.several]
        listing = list_folder(self._folder, [TENANT, *(section.name for section in self._sections)], several)
        self.problems = list(listing.problems)
        tenant = self._tenant(listing)
        for section in self._sections:
            report = self._read(section, listing, tenant, Tally(section.name, sink, progress))
            sink.close_section(report)
            if report.count:
                progress.end(section.name, report.count, None)  # what can't be read is told at the end, file by file
        self.notes = _notes(listing)
        return tenant

    def _tenant(self, listing: Listing) -> Tenant:
        entries = listing.entries.get(TENANT)
        if not entries:
            self.problems.append(say("There is no tenant.json: the report can't say whose evidence this is."))
            return Tenant()
        items = items_of(entries[0], listing.strangers)
        match next(items, say("tenant.json names no tenant: it holds an empty list.")):
            case Text() as problem:
                self.problems.append(problem)
                return Tenant()
            case row:
                self._left_out = left_out(Row(row))
                return tenant_of(Row(row), self.problems)

    def _read(self, section: Section[Any], listing: Listing, tenant: Tenant, tally: Tally) -> SectionReport:
        entries = listing.entries.get(section.name)
        if not entries:
            return _missing(section, listing, self._left_out.get(section.name, ""))
        for entry in entries:
            _read_entry(section, entry, listing, tally)
        self.problems += tally.problems()
        written = max(filter(None, (last_written(entry.path) for entry in entries)), default=None)
        return tally.report(tenant.collected_at or written)


def _read_entry(section: Section[Any], entry: Entry, listing: Listing, tally: Tally) -> None:
    tabular = entry.form is Form.TABLE
    if tabular and not section.tabular:
        tally.take([say("{file} is not read: this section comes as JSON.", file=entry.name)], tabular=True)
    elif section.several:
        items = items_of(entry, listing.strangers, tabular=True)
        tally.take(items if entry.form is Form.FOLDER else named(items, entry.name), tabular=True)
    else:
        tally.take(items_of(entry, listing.strangers), tabular=tabular)


def _missing(section: Section[Any], listing: Listing, left_out: str) -> SectionReport:
    refused = listing.refused.get(section.name)
    ending = "csv" if section.several else "json"
    absent = say("no file {file} in the folder", file=f"{section.name}.{ending}")
    reason = refused or join(": ", [absent, quote(left_out)])
    return SectionReport(
        section=section.name, state=SectionState.MISSING, reason=reason, absent=not (refused or left_out)
    )


def _notes(listing: Listing) -> list[Text]:
    if not listing.strangers:
        return []
    return [say("Not part of the evidence, and not read: {names}.", names=some(sorted(listing.strangers)))]
