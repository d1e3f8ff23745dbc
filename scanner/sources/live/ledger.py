"""What was read of one section: rows go to the sink at once, the account of them stays here."""

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

import msgspec

from scanner.evidence.section import Cmdlet, GraphList, GraphLog, PerUser, Section
from scanner.model.reading import DEEPEST, Place, RawRows, TooDeepError
from scanner.model.section import SectionReport, SectionState
from scanner.model.text import NOTHING, Text, join, say, say_number
from scanner.model.texts import keep_text, read_text
from scanner.sources.interface import LastingSink, Progress, Trouble
from scanner.sources.live.bookmark import BEGINNING, Bookmark, decode_bookmark, encode_bookmark
from scanner.sources.live.failure import UnreadableError
from scanner.sources.live.harvest import Harvest
from scanner.sources.live.keys import KeySet, Numbers, number
from scanner.sources.live.page import ListPage, RowIds, leave_out, make_rows, name_rows

COMPARED_AT_ONCE = 16  # pages; far quicker than one at a time
MOST_TOLD = 3  # doubts of one kind; a service may word an error anew on every page
LISTS = (GraphList, GraphLog, Cmdlet, PerUser)  # whose rows are known by an id


class Ledger:
    """The account of one section, which goes on from what an interrupted run kept.

    Args:
        section: The section.
        sink: Takes the pages.
        progress: Is told how far the reading is.
        harvest: Takes the ids that other sections need.
    """

    def __init__(self, section: Section[Any], sink: LastingSink, progress: Progress, harvest: Harvest) -> None:
        self.section = section
        self.count = 0
        self.expected: int | None = None
        self.keys = KeySet()
        self.failure: UnreadableError | None = None
        self.is_torn = False  # a part began anew, whose rows may have been left out of others as repetitions
        self.report = sink.report_of(section.name)
        self.lacking = 0  # mailboxes that other listings name
        self._doubts: dict[str, Text] = {}
        self._untold = 0
        self._permission = ""
        self._pages = 0
        self._unsettled: list[tuple[RawRows, RowIds]] = []
        self._uncompared: list[tuple[int, Numbers]] = []
        self._collected_at: dt.datetime | None = None
        self._sink = sink
        self._progress = progress
        self._harvest = harvest
        self.marks = {part: decode_bookmark(state) for part, state in sink.places(section.name).items()}
        self._go_on()

    @property
    def is_whole(self) -> bool:
        """Nothing has gone wrong with it so far."""
        if self.report:
            return self.report.state is SectionState.COMPLETE
        return self.failure is None and not self._doubts

    @property
    def is_readable(self) -> bool:
        """Its reading did not end early."""
        return self.failure is None and not (self.report and self.report.state is SectionState.MISSING)

    @property
    def _prefers_entra(self) -> bool:
        """Users of Exchange are known by the id that mailboxes refer to."""
        return isinstance(self.section.ask, Cmdlet) and self.section.ask.name == "Get-User"

    @property
    def is_closed(self) -> bool:
        """An earlier run read and closed it."""
        return self.report is not None

    def mark(self, part: str = "") -> Bookmark:
        """Give how far a part was read."""
        return self.marks.get(part, BEGINNING)

    def add(self, page: ListPage, part: str, mark: Bookmark) -> None:
        """Pass a page on as it came; its rows are looked into when the ledger settles.

        Args:
            page: The page.
            part: The part of the section that it belongs to.
            mark: How far that part is read with it.
        """
        for doubt in page.doubts:
            self.doubt_told(doubt)
        self._unsettled.append((self._keep(page.rows, part, mark), page.ids))

    def settle_page(self) -> None:
        """Do what could wait until the next page is on its way."""
        while self._unsettled:
            self._look_into(*self._unsettled.pop())
        if len(self._uncompared) >= COMPARED_AT_ONCE:
            self._compare()
        self._sink.settle()

    def settle(self) -> None:
        """Do all that could wait; from then on the count is that of different rows."""
        self.settle_page()
        self._compare()

    def keep(self, rows: list[dict[str, object]], part: str = "", mark: Bookmark | None = None) -> None:
        """Pass rows on as they are."""
        self._keep(make_rows(rows), part, mark)

    def note(self, part: str, mark: Bookmark) -> None:
        """Keep how far a part was read, where no rows came with it."""
        self._sink.note_place(self.section.name, self._place(part, mark))

    def begin_anew(self, part: str) -> None:
        """Forget what was read of a part, since its listing can't be gone on with."""
        self.marks.pop(part, None)
        self.is_torn = bool(part)
        self._sink.drop_part(self.section.name, part)
        self.count = self._pages = 0
        self.keys.clear()
        self._unsettled.clear()
        self._uncompared.clear()
        self._take_earlier()

    def doubt(self, reason: Text, permission: str = "", cause: str = "") -> None:
        """Note why rows may lack; the section is partial then.

        Args:
            reason: Why.
            permission: The permission that lacks.
            cause: What is told of one cause takes the place of what was told of it before.
        """
        self._permission = self._permission or permission
        self._doubts[cause or keep_text(reason)] = reason

    def doubt_told(self, reason: Text) -> None:
        """Note what a page told as a doubt: of those of one kind the first few, and how many more there were."""
        name = keep_text(reason)
        alike = sum(known.message == reason.message for known in self._doubts.values())
        if name in self._doubts or alike < MOST_TOLD:
            self._doubts[name] = reason
        else:
            self._untold += 1

    def remark(self, remark: Text) -> None:
        """Keep what readers should know of a section that is whole all the same; an empty sentence takes it back."""
        self._sink.remark(self.section.name, remark)

    def pages(self) -> Iterator[RawRows]:
        """Give the pages that are kept, by an earlier run too."""
        return self._sink.pages(self.section.name)

    def fail(self, failure: UnreadableError) -> None:
        """Note why the reading ended early: partial where pages came, missing where none did."""
        self.failure = failure
        self._permission = failure.permission or self._permission

    def end(self) -> None:
        """Tell that no more is asked for, and at once what broke the reading off, unless it concerns all sections."""
        failure, trouble = self.failure, None
        if failure and not failure.fatal:
            permission = f" (permission: {failure.permission})" if failure.permission else ""
            trouble = Trouble(state=self._state(), reason=f"{failure.reason}{permission}")
        if self.section.ask is not None:  # which comes from files only
            self._progress.end(self.section.name, self.count, trouble)

    def close(self) -> None:
        """Tell the sink that no more pages will come; an earlier run may have done so."""
        if self.report:
            return
        self.settle()
        self.report = SectionReport(
            section=self.section.name,
            state=self._state(),
            count=self.count,
            expected=self.expected,
            reason=join(
                "; ", [self.failure.reason if self.failure else NOTHING, *self._doubts.values(), self._word_untold()]
            ),
            permission=self._permission,
            collected_at=self._collected_at,
        )
        self._sink.close_section(self.report)

    def _go_on(self) -> None:
        for mark in self.marks.values():
            for reason in mark.doubts:
                self.doubt(read_text(reason), mark.permission)
            self._untold = max(self._untold, mark.untold)
            if mark.read_at:
                moment = dt.datetime.fromtimestamp(mark.read_at, tz=dt.UTC)
                self._collected_at = max(moment, self._collected_at or moment)
        self._take_earlier()
        if self.report:
            self.expected = self.report.expected
        if self.count:
            self._progress.advance(self.section.name, self.count, self.expected)

    def _take_earlier(self) -> None:
        """Count the pages that are kept, and look into them."""
        for rows in self.pages():
            self.count += rows.count
            self._pages += 1
            self._look_into(rows, RowIds.read(rows))
        self._compare()

    def _look_into(self, rows: RawRows, ids: RowIds) -> None:
        """Take the ids of a kept page."""
        if rows.count and isinstance(self.section.ask, LISTS):
            keys = ids.list_keys(entra=self._prefers_entra)
            keys = keys if all(keys) else name_rows(rows, keys)
            self._uncompared.append((rows.number, number(keys)))
            self._harvest.take(self.section.ask, rows, ids)

    def _compare(self) -> None:
        """Take rows out that came before: lists repeat rows (facts/apis.md §6)."""
        if not self._uncompared:
            return
        pages, ids = zip(*self._uncompared, strict=True)
        self._uncompared.clear()
        for page, known in zip(pages, self.keys.take_pages(ids), strict=True):
            if known and not self.report:
                self.count -= len(known)
                rows = self._sink.page(self.section.name, page)
                self._sink.amend_page(self.section.name, leave_out(rows, known))

    def _keep(self, rows: RawRows, part: str, mark: Bookmark | None) -> RawRows:
        place = self._place(part, mark) if mark else None
        number = 0
        if rows.count:
            number = self._add_page(rows, place)
        elif place:
            self._sink.note_place(self.section.name, place)
        self._pages += 1
        self._collected_at = dt.datetime.now(tz=dt.UTC)
        self.count += rows.count
        self._progress.advance(self.section.name, self.count, self.expected)
        return msgspec.structs.replace(rows, number=number)

    def _add_page(self, rows: RawRows, place: Place | None) -> int:
        try:
            return self._sink.add_page(self.section.name, rows, place=place)
        except TooDeepError as error:
            raise UnreadableError(say("rows are nested more than {levels} levels deep", levels=DEEPEST)) from error

    def _place(self, part: str, mark: Bookmark) -> Place:
        kept = msgspec.structs.replace(
            mark,
            read_at=time.time(),
            doubts=tuple(map(keep_text, self._doubts.values())),
            untold=self._untold,
            permission=self._permission,
        )
        self.marks[part] = kept
        return Place(part=part, state=encode_bookmark(kept))

    def _word_untold(self) -> Text:
        if not self._untold:
            return NOTHING
        return say_number(
            "the service told of {number} more error or warning beside the rows",
            "the service told of {number} more errors or warnings beside the rows",
            self._untold,
        )

    def _state(self) -> SectionState:
        if self.failure and not self._pages:
            return SectionState.MISSING
        return SectionState.COMPLETE if self.is_whole else SectionState.PARTIAL
