"""Reads a listing page by page: what is read is kept before the next page is asked for."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from scanner.sources.live.bookmark import BEGINNING, Bookmark
from scanner.sources.live.failure import RefusedError
from scanner.sources.live.ledger import Ledger
from scanner.sources.live.page import ListPage

TURNS = 2  # of the loop, until a request is on its way
# What services answer to a link that is no longer good: Graph 400 or 410, sometimes 404 (facts/apis.md §6).
STALE = frozenset({400, 404, 410})


class Listing(Protocol):
    """Pages, one after the other."""

    @property
    def mark(self) -> Bookmark:
        """How far it is read."""

    async def read(self) -> ListPage:
        """Read the next page."""


async def read_part(open_listing: Callable[[Bookmark], Listing], ledger: Ledger, part: str) -> None:
    """Read a part from where an earlier run left off, or anew where its link is no longer good.

    Args:
        open_listing: Opens the part's listing where it was left off.
        ledger: The account of its section.
        part: The part's name.
    """
    mark = ledger.mark(part)
    if mark.done:
        return
    try:
        await read_on(open_listing(mark), ledger, part)
    except RefusedError as refused:
        if not is_stale(refused, mark):
            raise
        ledger.begin_anew(part)
        await read_on(open_listing(BEGINNING), ledger, part)


async def read_on(listing: Listing, ledger: Ledger, part: str = "") -> None:
    """Read a listing to its end, or until it has to be read in parts.

    Each page is kept, with the link to the next one, before that is asked for: a killed program fetches at most one
    page again. What is left to do with a page is done while the next one is on its way.

    Args:
        listing: The listing.
        ledger: The account of its section.
        part: The part of the section that it is.
    """
    page = await listing.read()
    while True:
        ledger.add(page, part, listing.mark)
        if listing.mark.done or listing.mark.parts:
            ledger.settle()
            return
        coming = asyncio.create_task(listing.read())
        try:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            ledger.settle_page()
            page = await coming
        finally:
            await _stop(coming)


async def _stop(coming: "asyncio.Task[ListPage]") -> None:
    """End a request that nobody waits for any more."""
    if not coming.done():
        coming.cancel()
        await asyncio.wait({coming})


def is_stale(refused: RefusedError, mark: Bookmark) -> bool:
    """Tell whether a listing was refused because the link that an earlier run kept is no longer good."""
    return mark.link is not None and refused.status in STALE
