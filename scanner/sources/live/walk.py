"""One walk through a tenant: sections side by side, then those that need what others found."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from scanner.errors import SourceError
from scanner.evidence.section import (
    Cmdlet,
    GraphList,
    GraphLog,
    GraphObject,
    PerUser,
    ReferencedGroups,
    Section,
    SenderTraces,
)
from scanner.model.text import Text, say
from scanner.sources.live.bookmark import Bookmark
from scanner.sources.live.call import WritingError
from scanner.sources.live.cmdlets import BAD_REQUEST, read_cmdlet
from scanner.sources.live.exchange import Exchange
from scanner.sources.live.explain import explain
from scanner.sources.live.failure import RefusedError, UnreadableError
from scanner.sources.live.graph import Graph
from scanner.sources.live.groups import read_groups
from scanner.sources.live.harvest import Harvest, feeds_groups, feeds_traces, feeds_users
from scanner.sources.live.ledger import Ledger
from scanner.sources.live.log import read_log
from scanner.sources.live.paging import read_part
from scanner.sources.live.parts import ALPHABET
from scanner.sources.live.patience import Patience
from scanner.sources.live.per_user import read_per_user
from scanner.sources.live.proof import prove_whole
from scanner.sources.live.reconcile import reconcile
from scanner.sources.live.together import run_together, work_off
from scanner.sources.live.traces import read_traces

PARTS_ABREAST = 8
# How a name before the @ may begin, by the rules for userPrincipalName. All takes as long as the part that ends last:
# those that are likely to be long begin first (INFERRED from given names and names of functions).
OFTEN_FIRST = "smajcdlkrbtepnhgifvowzyuqx"
BEGINNINGS = tuple(dict.fromkeys((*OFTEN_FIRST, *ALPHABET, "!", "#", "^", "~", "''")))


class Walk:
    """The reading of all sections.

    Args:
        graph: The tenant's Graph.
        exchange: The tenant's Exchange.
        ledgers: An account for each section.
        harvest: The ids that the ledgers find for other sections.
        patience: How long to wait.
    """

    def __init__(
        self,
        graph: Graph,
        exchange: Exchange,
        ledgers: Sequence[Ledger],
        harvest: Harvest,
        patience: Patience,
    ) -> None:
        self._graph = graph
        self._exchange = exchange
        self._ledgers = ledgers
        self._patience = patience
        self._harvest = harvest
        self._deadline = 0.0

    async def read_all(self, deadline: float) -> None:
        """Read and close every section that an earlier run did not close.

        Args:
            deadline: When to stop reading, by the loop's clock.

        Raises:
            SourceError: Not one could be read, and the reason concerns them all.
        """
        self._deadline = deadline
        await run_together(self._read(ledger) for ledger in self._ledgers if not _needs_others(ledger))
        reconcile(self._ledgers, self._harvest.mailbox_users)
        await prove_whole(self._exchange, self._ledgers, self._harvest.mailbox_users, deadline)
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
        if not ledger.is_closed:
            await self._try_to_read(ledger)
        ledger.end()

    async def _try_to_read(self, ledger: Ledger) -> None:
        try:
            async with asyncio.timeout_at(self._deadline):
                await self._choose_reader(ledger.section)(ledger)
        except RefusedError as refused:
            ledger.fail(explain(refused, ledger.section))
        except UnreadableError as error:
            ledger.fail(error)
        except TimeoutError:
            ledger.fail(UnreadableError(say("the time allowed for the whole reading ran out")))
        except (ValueError, OverflowError, RecursionError, WritingError) as error:  # of an answer that nobody foresaw
            words = say("the program could not cope with an answer ({error})", error=type(error).__name__)
            ledger.fail(UnreadableError(words))

    def _choose_reader(self, section: Section[Any]) -> Callable[[Ledger], Awaitable[None]]:
        ask = section.ask
        match ask:
            case GraphList() | GraphLog():
                return lambda ledger: self._read_rows(ask, ledger)
            case GraphObject():
                return lambda ledger: self._read_object(ask, ledger)
            case Cmdlet():
                return lambda ledger: read_cmdlet(self._exchange, ask, ledger)
            case ReferencedGroups():
                return self._read_groups
            case PerUser() | SenderTraces():
                return lambda ledger: self._read_of_each(ask, ledger)
            case None:
                return _read_nothing

    async def _read_rows(self, ask: GraphList | GraphLog, ledger: Ledger) -> None:
        await (self._read_log(ask, ledger) if isinstance(ask, GraphLog) else self._read_list(ask, ledger))

    async def _read_list(self, ask: GraphList, ledger: Ledger) -> None:
        if ask.counted:
            ledger.expected = await self._count(ask)
        cut = self._is_cut(ask, ledger)
        if cut:
            await self._read_list_in_parts(ask, ledger)
        if not cut or not await self._are_parts_whole(ask, ledger):
            await self._read_part(ask.path, ledger, "", ask.query)
        if ask.counted:
            await self._compare_count(ask, ledger)

    def _is_cut(self, ask: GraphList, ledger: Ledger) -> bool:
        """Tell whether a list is read in parts: it is large, or an earlier run began to."""
        mark = ledger.mark()
        large = bool(ask.cut_by) and (ledger.expected or 0) >= self._patience.large
        return mark.parts or (large and mark.link is None and not mark.done)

    async def _read_list_in_parts(self, ask: GraphList, ledger: Ledger) -> None:
        """Read a list side by side, by how names begin; what begins otherwise is found by the count that follows."""
        before = max(ledger.mark().counted, ledger.expected or 0)  # an earlier run's rows are of what it counted
        ledger.note("", Bookmark(parts=True, counted=before))

        async def read(beginning: str) -> None:
            words = f"startswith({ask.cut_by},'{beginning}')"
            await self._read_part(ask.path, ledger, beginning, {**ask.query, "$filter": words})

        try:
            await work_off(BEGINNINGS, read, abreast=PARTS_ABREAST)
        except RefusedError as refused:
            if refused.status != BAD_REQUEST:
                raise

    async def _are_parts_whole(self, ask: GraphList, ledger: Ledger) -> bool:
        """Tell whether parts hold as many as were counted before and after: who comes makes up for none who lacks."""
        before = ledger.expected
        if ledger.is_torn or before is None or ledger.count < ledger.mark().counted:
            return False
        after = await self._count(ask)
        ledger.expected = before if after is None else after
        return ledger.count >= ledger.expected

    async def _read_part(self, path: str, ledger: Ledger, part: str, query: Mapping[str, str]) -> None:
        await read_part(lambda mark: self._graph.open_listing(path, query, mark), ledger, part)

    async def _compare_count(self, ask: GraphList, ledger: Ledger) -> None:
        """Doubt a list that is too short, unless objects were deleted meanwhile; remark that nobody counted it.

        What is created while a list is read may be on a page that was read already: it is not missed.
        """
        if ledger.expected is None:
            ledger.remark(say("Graph did not tell how many objects {section} has", section=ledger.section.name))
            return
        if ledger.count < ledger.expected and (again := await self._count(ask)) is not None:
            ledger.expected = min(ledger.expected, again)
        if ledger.count < ledger.expected:
            ledger.doubt(say("{count} of {expected} objects were listed", count=ledger.count, expected=ledger.expected))

    async def _count(self, ask: GraphList) -> int | None:
        """Ask how many objects a list has; nothing where Graph does not tell."""
        try:
            return await self._graph.count(ask.path)
        except RefusedError:
            return None

    async def _read_log(self, ask: GraphLog, ledger: Ledger) -> None:
        async def read_window(name: str, query: Mapping[str, str]) -> None:
            await self._read_part(ask.path, ledger, name, query)

        await read_log(ask, ledger, read_window, dt.datetime.now(tz=dt.UTC))

    async def _read_object(self, ask: GraphObject, ledger: Ledger) -> None:
        if not ledger.mark().done:
            ledger.keep([await self._graph.get(ask.path)], mark=Bookmark(done=True))

    async def _read_groups(self, ledger: Ledger) -> None:
        self._doubt_sources(ledger, feeds_groups, _word_groups)
        await read_groups(self._graph, self._harvest.groups, ledger, self._patience)

    async def _read_per_user(self, ask: PerUser, ledger: Ledger) -> None:
        self._doubt_sources(ledger, feeds_users, _word_users)
        await read_per_user(self._graph, ask, self._harvest.mailbox_users, ledger, self._patience)

    async def _read_of_each(self, ask: PerUser | SenderTraces, ledger: Ledger) -> None:
        await (self._read_per_user(ask, ledger) if isinstance(ask, PerUser) else self._read_traces(ask, ledger))

    async def _read_traces(self, ask: SenderTraces, ledger: Ledger) -> None:
        self._doubt_sources(ledger, feeds_traces, _word_senders)
        await read_traces(self._graph, ask, self._harvest.senders, ledger, dt.datetime.now(tz=dt.UTC))

    def _doubt_sources(self, ledger: Ledger, feeds: Callable[[Any], bool], word: Callable[[str], Text]) -> None:
        """Doubt a section whose ids come from others that were not read to their end.

        What a run is complete without is no reason to doubt what it is not complete without.

        Raises:
            UnreadableError: Nothing of them was read.
        """
        sources = [one for one in self._ledgers if feeds(one.section.ask)]
        for source in sources:
            if not source.is_whole and (source.section.core or not ledger.section.core):
                ledger.doubt(word(source.section.name))
        if sources and all(source.failure and not source.count for source in sources):
            names = tuple(source.section.name for source in sources)
            permission = next(filter(None, (source.failure.permission for source in sources if source.failure)), "")
            words = say("nothing to ask for: {sections} could not be read", sections=names)
            raise UnreadableError(words, permission=permission)


def _word_groups(section: str) -> Text:
    return say("{section}, which refers to groups, was not read to its end", section=section)


def _word_users(section: str) -> Text:
    return say("{section}, which names the users, was not read to its end", section=section)


def _word_senders(section: str) -> Text:
    return say("{section}, which names the senders, was not read to its end", section=section)


async def _read_nothing(_: Ledger) -> None:
    raise UnreadableError(say("it comes from files only"))


def _needs_others(ledger: Ledger) -> bool:
    return isinstance(ledger.section.ask, ReferencedGroups | PerUser | SenderTraces)


def _refuse_nothing(ledgers: Iterable[Ledger]) -> None:
    """Stop where every section that was asked for failed for a reason that concerns the whole service.

    Raises:
        SourceError: The reason.
    """
    asked = [one for one in ledgers if one.section.ask is not None and not _needs_others(one)]
    reasons = [one.failure.fatal for one in asked if one.failure and one.failure.fatal and not one.count]
    if asked and len(reasons) == len(asked):
        raise next(filter(None, reasons), SourceError("Nothing could be read.", ""))
