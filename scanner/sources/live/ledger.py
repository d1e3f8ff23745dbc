"""What was read of one section: rows go to the sink at once, the account of them stays here."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from scanner.evidence.section import Section
from scanner.model.section import SectionReport, SectionState
from scanner.model.text import NOTHING, Text, join
from scanner.sources.interface import PageSink, Progress
from scanner.sources.live.failure import UnreadableError

KEYS = ("id", "Guid", "ExternalDirectoryObjectId")


class Ledger:
    """The account of one section.

    Args:
        section: The section.
        sink: Takes the pages.
        progress: Is told how far the reading is.
    """

    def __init__(self, section: Section[Any], sink: PageSink, progress: Progress) -> None:
        self.section = section
        self.count = 0
        self.expected: int | None = None
        self.keys: set[str] = set()
        self.failure: UnreadableError | None = None
        self._doubts: list[Text] = []
        self._permission = ""
        self._pages = 0
        self._collected_at: dt.datetime | None = None
        self._sink = sink
        self._progress = progress

    @property
    def is_whole(self) -> bool:
        """Nothing has gone wrong with it so far."""
        return self.failure is None and not self._doubts

    def add(self, rows: Sequence[dict[str, object]]) -> None:
        """Pass a page on, without the rows that came before: lists repeat rows across pages (facts/apis.md §6)."""
        self.keep([row for row in rows if self._is_new(row)])

    def keep(self, rows: Sequence[dict[str, object]]) -> None:
        """Pass a page on as it is."""
        self._pages += 1
        self._collected_at = dt.datetime.now(tz=dt.UTC)
        self.count += len(rows)
        if rows:
            self._sink.add_page(self.section.name, rows)
        self._progress.advance(self.section.name, self.count, self.expected)

    def doubt(self, reason: Text, permission: str = "") -> None:
        """Note why rows may lack, and the permission that lacks; the section is partial then."""
        self._permission = self._permission or permission
        if reason not in self._doubts:
            self._doubts.append(reason)

    def fail(self, failure: UnreadableError) -> None:
        """Note why the reading ended early: partial where pages came, missing where none did."""
        self.failure = failure
        self._permission = failure.permission or self._permission

    def close(self) -> None:
        """Tell the sink that no more pages will come."""
        self._sink.close_section(
            SectionReport(
                section=self.section.name,
                state=self._state(),
                count=self.count,
                expected=self.expected,
                reason=join("; ", [self.failure.reason if self.failure else NOTHING, *self._doubts]),
                permission=self._permission,
                collected_at=self._collected_at,
            )
        )

    def _state(self) -> SectionState:
        if self.failure and not self._pages:
            return SectionState.MISSING
        return SectionState.COMPLETE if self.is_whole else SectionState.PARTIAL

    def _is_new(self, row: dict[str, object]) -> bool:
        key = next((str(row[name]).lower() for name in KEYS if row.get(name)), "")
        if key in self.keys:
            return False
        if key:
            self.keys.add(key)
        return True
