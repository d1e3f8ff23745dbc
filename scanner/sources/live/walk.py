"""One walk through a tenant: sections side by side, then those that need what others found."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from scanner.errors import SourceError
from scanner.evidence.section import Cmdlet, GraphList, GraphLog, GraphObject, PerUser, ReferencedGroups, Section
from scanner.model.text import Text, say
from scanner.sources.interface import PageSink, Progress
from scanner.sources.live.exchange import Exchange
from scanner.sources.live.explain import explain
from scanner.sources.live.failure import RefusedError, UnreadableError
from scanner.sources.live.graph import Graph
from scanner.sources.live.groups import read_groups
from scanner.sources.live.harvest import Harvest, feeds_groups, feeds_users
from scanner.sources.live.ledger import Ledger
from scanner.sources.live.log import read_log
from scanner.sources.live.patience import Patience
from scanner.sources.live.per_user import read_per_user
from scanner.sources.live.reconcile import reconcile
from scanner.sources.live.together import run_together


class Walk:
    """The reading of all sections.

    Args:
        graph: The tenant's Graph.
        exchange: The tenant's Exchange.
        ledgers: An account for each section.
        patience: How long to wait.
    """

    def __init__(self, graph: Graph, exchange: Exchange, ledgers: Sequence[Ledger], patience: Patience) -> None:
        self._graph = graph
        self._exchange = exchange
        self._ledgers = ledgers
        self._patience = patience
        self._harvest = Harvest()
        self._deadline = 0.0

    async def read_all(self) -> None:
        """Read and close every section.

        Raises:
            SourceError: Not one could be read, and the reason concerns them all.
        """
        self._deadline = asyncio.get_running_loop().time() + self._patience.walk
        await run_together(self._read(ledger) for ledger in self._ledgers if not _needs_others(ledger))
        reconcile(self._ledgers, self._harvest.mailbox_users)
        _refuse_nothing(self._ledgers)
        for ledger in self._ledgers:
            if not _needs_others(ledger):
                ledger.close()
        await run_together(self._read_and_close(ledger) for ledger in self._ledgers if _needs_others(ledger))

    async def _read_and_close(self, ledger: Ledger) -> None:
        await self._read(ledger)
        ledger.close()

    async def _read(self, ledger: Ledger) -> None:
        """Read one section; what goes wrong is noted and ends this section only."""
        try:
            async with asyncio.timeout_at(self._deadline):
                await self._choose_reader(ledger.section)(ledger)
        except RefusedError as refused:
            ledger.fail(explain(refused, ledger.section))
        except UnreadableError as error:
            ledger.fail(error)
        except TimeoutError:
            ledger.fail(UnreadableError(say("the time allowed for the whole reading ran out")))

    def _choose_reader(self, section: Section[Any]) -> Callable[[Ledger], Awaitable[None]]:
        ask = section.ask
        match ask:
            case GraphList() | GraphLog():
                return lambda ledger: self._read_rows(ask, ledger)
            case GraphObject():
                return lambda ledger: self._read_object(ask, ledger)
            case Cmdlet():
                return lambda ledger: self._read_cmdlet(ask, ledger)
            case ReferencedGroups():
                return self._read_groups
            case PerUser():
                return lambda ledger: self._read_per_user(ask, ledger)
            case None:
                return _read_nothing

    async def _read_rows(self, ask: GraphList | GraphLog, ledger: Ledger) -> None:
        await (self._read_log(ask, ledger) if isinstance(ask, GraphLog) else self._read_list(ask, ledger))

    async def _read_list(self, ask: GraphList, ledger: Ledger) -> None:
        if ask.counted:
            ledger.expected = await self._graph.count(ask.path)
        async for rows in self._graph.pages(ask.path, ask.query):
            self._harvest.take(ask, rows)
            ledger.add(rows)
        if ledger.expected is not None and ledger.count != ledger.expected:
            await self._count_again(ask, ledger)

    async def _count_again(self, ask: GraphList, ledger: Ledger) -> None:
        """Doubt a list that is too short, unless objects were deleted meanwhile."""
        ledger.expected = await self._graph.count(ask.path)
        if ledger.expected is not None and ledger.count < ledger.expected:
            ledger.doubt(say("{count} of {expected} objects were listed", count=ledger.count, expected=ledger.expected))

    async def _read_log(self, ask: GraphLog, ledger: Ledger) -> None:
        async def read_window(_: str, query: Mapping[str, str]) -> None:
            async for rows in self._graph.pages(ask.path, query):
                ledger.add(rows)

        await read_log(ask, ledger, read_window, dt.datetime.now(tz=dt.UTC))

    async def _read_object(self, ask: GraphObject, ledger: Ledger) -> None:
        ledger.add([await self._graph.get(ask.path)])

    async def _read_cmdlet(self, ask: Cmdlet, ledger: Ledger) -> None:
        async for page in self._exchange.pages(ask):
            self._harvest.take(ask, page.rows)
            ledger.add(page.rows)
            for doubt in page.doubts:
                ledger.doubt(doubt)

    async def _read_groups(self, ledger: Ledger) -> None:
        self._doubt_sources(ledger, feeds_groups, _word_groups)
        await read_groups(self._graph, self._harvest.groups, ledger)

    async def _read_per_user(self, ask: PerUser, ledger: Ledger) -> None:
        self._doubt_sources(ledger, feeds_users, _word_users)
        users = tuple(self._harvest.mailbox_users)
        await read_per_user(self._graph, ask, users, ledger, self._patience)

    def _doubt_sources(self, ledger: Ledger, feeds: Callable[[Any], bool], word: Callable[[str], Text]) -> None:
        """Doubt a section whose ids come from others that were not read to their end.

        Raises:
            UnreadableError: Nothing of them was read.
        """
        sources = [one for one in self._ledgers if feeds(one.section.ask)]
        for source in sources:
            if not source.is_whole and source.section.core:
                ledger.doubt(word(source.section.name))
        if sources and all(source.failure and not source.count for source in sources):
            names = tuple(source.section.name for source in sources)
            raise UnreadableError(say("nothing to ask for: {sections} could not be read", sections=names))


def _word_groups(section: str) -> Text:
    return say("{section}, which refers to groups, was not read to its end", section=section)


def _word_users(section: str) -> Text:
    return say("{section}, which names the users, was not read to its end", section=section)


async def _read_nothing(_: Ledger) -> None:
    raise UnreadableError(say("it comes from files only"))


def _needs_others(ledger: Ledger) -> bool:
    return isinstance(ledger.section.ask, ReferencedGroups | PerUser)


def _refuse_nothing(ledgers: Iterable[Ledger]) -> None:
    """Stop where every section that was asked for failed for a reason that concerns the whole service.

    Raises:
        SourceError: The reason.
    """
    asked = [one for one in ledgers if one.section.ask is not None and not _needs_others(one)]
    reasons = [one.failure.fatal for one in asked if one.failure and one.failure.fatal and not one.count]
    if asked and len(reasons) == len(asked):
        raise next(filter(None, reasons), SourceError("Nothing could be read.", ""))


def open_ledgers(sections: Iterable[Section[Any]], sink: PageSink, progress: Progress) -> tuple[Ledger, ...]:
    """Open an account for each section."""
    return tuple(Ledger(section, sink, progress) for section in sections)
