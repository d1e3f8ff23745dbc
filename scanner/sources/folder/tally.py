"""Passes the rows of one section on in pages, and counts what was read and what was not."""

import datetime as dt
from collections.abc import Iterable, Mapping

from scanner.model.section import SectionReport, SectionState
from scanner.model.text import Text, say, say_number
from scanner.sources.folder.item import Item
from scanner.sources.interface import PageSink, Progress

PAGE_ROWS = 1000
SHOWN = 5  # of the sentences about one section


class Tally:
    """Counts one section.

    Args:
        section: Its name.
        sink: Takes the pages.
        progress: Is told after each page.
    """

    def __init__(self, section: str, sink: PageSink, progress: Progress) -> None:
        self._section = section
        self._sink = sink
        self._progress = progress
        self._count = 0
        self._troubles = 0
        self._shown: list[Text] = []

    def take(self, items: Iterable[Item], *, tabular: bool) -> None:
        """Pass the rows on, a page at a time; count the rest."""
        page: list[Mapping[str, object]] = []
        for item in items:
            if isinstance(item, Text):
                self._note(item)
                continue
            page.append(item)
            if len(page) == PAGE_ROWS:
                self._pass_on(page, tabular=tabular)
                page = []
        if page:
            self._pass_on(page, tabular=tabular)

    def _note(self, trouble: Text) -> None:
        self._troubles += 1
        if self._troubles <= SHOWN:
            self._shown.append(trouble)

    def _pass_on(self, page: list[Mapping[str, object]], *, tabular: bool) -> None:
        self._sink.add_page(self._section, page, tabular=tabular)
        self._count += len(page)
        self._progress.advance(self._section, self._count, None)

    def problems(self) -> list[Text]:
        """Give what could not be read; of many, the first ones and how many more there are."""
        more = self._troubles - len(self._shown)
        rest = [say("{section}: {number} more like these.", section=self._section, number=more)] if more else []
        return [*self._shown, *rest]

    def report(self, moment: dt.datetime | None) -> SectionReport:
        """Say how much was read.

        Args:
            moment: When the evidence was collected.
        """
        if not self._troubles:
            return SectionReport(
                section=self._section, state=SectionState.COMPLETE, count=self._count, collected_at=moment
            )
        return SectionReport(
            section=self._section,
            state=SectionState.PARTIAL if self._count else SectionState.MISSING,
            count=self._count,
            reason=self._reason(),
            collected_at=moment if self._count else None,
        )

    def _reason(self) -> Text:
        first, more = self._shown[0], self._troubles - 1
        if not more:
            return first
        return say_number("{first} ({number} more like this)", "{first} ({number} more like these)", more, first=first)
