"""What no service gives, from files beside a live tenant: exports of the Exchange admin center's report."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from scanner.evidence.section import Section
from scanner.model.section import SectionReport, SectionState
from scanner.model.tenant import Tenant
from scanner.model.text import say
from scanner.sources.folder.find import Entry, Form
from scanner.sources.folder.item import Item, printable
from scanner.sources.folder.reading import items_of, last_written, named
from scanner.sources.folder.tally import Tally
from scanner.sources.interface import EvidenceSource, LastingSink, Progress


class WithExports:
    """A source with one section more, which is read from tables. An ``EvidenceSource``.

    Args:
        source: Reads everything else.
        section: The section that comes from tables.
        paths: The tables, or folders of them.
    """

    def __init__(self, source: EvidenceSource, section: Section[Any], paths: Sequence[Path]) -> None:
        self._source = source
        self._section = section
        self._paths = paths

    @property
    def origin(self) -> str:
        """What is read, in words that the same command gives again."""
        return self._source.origin

    @property
    def known(self) -> Tenant:
        """The tenant as far as it is known before anything is read."""
        return self._source.known

    def collect(self, sink: LastingSink, progress: Progress) -> Tenant:
        """Read every section into the sink, from where an interrupted run left off.

        Raises:
            SourceError: Nothing can be read at all.
        """
        tenant = self._source.collect(sink, progress)
        if sink.report_of(self._section.name) is None:
            sink.drop_part(self._section.name, "")
            report = self._read(Tally(self._section.name, sink, progress))
            sink.close_section(report)
            if report.count:
                progress.end(report.section, report.count, None)
        return tenant

    def _read(self, tally: Tally) -> SectionReport:
        if not self._paths:
            reason = say("no export is configured")
            return SectionReport(section=self._section.name, state=SectionState.MISSING, reason=reason)
        tally.take(self._items(), tabular=True)
        return tally.report(max(filter(None, map(last_written, self._paths)), default=None))

    def _items(self) -> Iterator[Item]:
        for path in self._paths:
            name = printable(path.name)
            if path.is_dir():
                yield from items_of(Entry(name=name, path=path, form=Form.FOLDER), [], tabular=True)
            else:
                yield from named(items_of(Entry(name=name, path=path, form=Form.TABLE), []), name)
