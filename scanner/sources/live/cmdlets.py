"""The rows of one cmdlet: in one piece where Exchange pages, else in parts whose union is the whole (apis.md §1.4)."""

import time

from scanner.evidence.section import Cmdlet
from scanner.model.text import say
from scanner.sources.live.bookmark import Bookmark
from scanner.sources.live.exchange import ABREAST, EXPIRED, ROWS_OF_A_PAGE, Exchange, ExpiredError
from scanner.sources.live.failure import RefusedError, UnreadableError
from scanner.sources.live.ledger import Ledger
from scanner.sources.live.page import ListPage
from scanner.sources.live.paging import read_part
from scanner.sources.live.parts import KINDS, Part
from scanner.sources.live.together import work_off

BAD_REQUEST = 400


async def read_cmdlet(exchange: Exchange, ask: Cmdlet, ledger: Ledger) -> None:
    """Read a cmdlet's rows into a ledger.

    A listing that breaks off, or that ends after exactly one full page, is read again in parts.

    Args:
        exchange: The tenant's Exchange.
        ask: The cmdlet.
        ledger: The account of its section.

    Raises:
        RefusedError: Exchange refused it.
        UnreadableError: It can't be read to its end.
    """
    await _CmdletReader(exchange, ask, ledger).read(Part())


class _CmdletReader:
    def __init__(self, exchange: Exchange, ask: Cmdlet, ledger: Ledger) -> None:
        self._exchange = exchange
        self._ask = ask
        self._ledger = ledger
        self._first_rows: set[tuple[str, str]] = set()

    async def read(self, part: Part) -> None:
        """Read a part, cut finer where it does not come in one piece."""
        mark = self._ledger.mark(part.name)
        if mark.done or (not mark.parts and await self._read_whole(part, mark)):
            return
        if self._ask.name not in KINDS:
            raise UnreadableError(say("Exchange broke off the listing ({error})", error=EXPIRED))
        if not part.can_be_cut:
            self._ledger.doubt(
                say("the listing of {part} may be cut off after {rows} rows", part=part.name, rows=ROWS_OF_A_PAGE)
            )
            return
        await work_off(part.cut(self._ask.name), self.read, abreast=ABREAST if part.kind else 1)
        self._ledger.note(part.name, Bookmark(done=True))

    async def _read_whole(self, part: Part, mark: Bookmark) -> bool:
        """Read a part in one piece; tell whether that was possible."""
        if part.kind:
            return await self._read_one_page(part)
        if mark.link is not None and time.time() - mark.read_at >= self._exchange.patience.link:
            self._ledger.begin_anew(part.name)
        try:
            await read_part(lambda at: self._exchange.open_listing(self._ask, at), self._ledger, part.name)
        except ExpiredError:
            self._ledger.note(part.name, Bookmark(parts=True))
            return False
        return self._ledger.mark(part.name).done

    async def _read_one_page(self, part: Part) -> bool:
        """Read a part that has to fit on one page, since following links has failed."""
        try:
            page = await self._exchange.open_listing(part.narrow(self._ask)).read_alone()
        except RefusedError as refused:
            if refused.status != BAD_REQUEST or not (part.prefix or part.rest):
                raise
            self._note_refused_filter(part)
            return True
        fits = page.next_link is None and page.rows.count != ROWS_OF_A_PAGE
        if not fits:
            self._refuse_same_rows(part, page)
        self._ledger.add(page, part.name, Bookmark(done=fits, parts=not fits))
        self._ledger.settle()
        return fits

    def _note_refused_filter(self, part: Part) -> None:
        """Give up where names can't be filtered at all; doubt where only the rest can't be asked for.

        Raises:
            UnreadableError: The part is not the rest.
        """
        if not part.rest:
            raise UnreadableError(
                say("Exchange broke off the listing ({error}) and does not filter it either", error=EXPIRED)
            )
        self._ledger.doubt(say("Exchange did not list {part}: names that begin otherwise may lack", part=part.name))

    def _refuse_same_rows(self, part: Part, page: ListPage) -> None:
        """Stop where parts that should have nothing in common begin with the same row.

        Raises:
            UnreadableError: They do.
        """
        parent = Part(kind=part.kind if part.prefix or part.rest else "", prefix=part.prefix[:-1])
        first = (parent.name, next(iter(page.ids.list_keys()), ""))
        if first in self._first_rows:
            raise UnreadableError(
                say("Exchange broke off the listing ({error}) and gives the same rows for each part", error=EXPIRED)
            )
        self._first_rows.add(first)
