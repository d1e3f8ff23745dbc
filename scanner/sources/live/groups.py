"""The groups that policies and role assignments refer to, with their transitive members."""

import re
from collections import Counter
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import quote, urlencode

import msgspec

from scanner.model.text import NOTHING, Text, join, say, say_number
from scanner.model.texts import keep_text, read_text
from scanner.sources.live.batches import Batches
from scanner.sources.live.bookmark import Bookmark
from scanner.sources.live.explain import explain
from scanner.sources.live.failure import RefusedError, UnreadableError
from scanner.sources.live.graph import LONGEST_COUNT, BatchItem, Graph
from scanner.sources.live.keys import KeySet
from scanner.sources.live.ledger import Ledger
from scanner.sources.live.page import ListPage, decode_page
from scanner.sources.live.paging import is_stale
from scanner.sources.live.patience import Patience
from scanner.sources.live.together import work_off

ABREAST = 4
VERSION = "v1.0"
OF_A_GROUP = 3  # requests: the group, its first members, and how many there are
PLAIN = re.compile(r"[\w-]+", re.ASCII)  # an id that leads nowhere else
GROUPS_OF_A_BATCH = 6  # of the twenty requests that Graph takes
MOST_REASONS = 3  # that a sentence names; Graph's own words may name each group
NOT_FOUND, GONE = 404, "Request_ResourceNotFound"
NAME: dict[str, str] = {"$select": "id,displayName"}
MEMBERS: dict[str, str] = {"$select": "id", "$top": "999"}


class _Member(msgspec.Struct, frozen=True, gc=False):
    id: object = None


class _Row(msgspec.Struct, frozen=True, gc=False):
    """A row as it is kept here."""

    id: str
    members: list[_Member] = msgspec.field(name="transitiveMembers", default_factory=list)


_decode_rows = msgspec.json.Decoder(list[_Row]).decode


class _GoneError(Exception):
    """Graph says that there is no such group."""


async def read_groups(graph: Graph, ids: Sequence[str], ledger: Ledger, patience: Patience) -> None:
    """Read groups into a ledger: one row per page of members, so that a group may have several.

    Args:
        graph: The tenant's Graph.
        ids: The groups' ids.
        ledger: The section's account.
        patience: How long to wait.

    Raises:
        UnreadableError: Not one of them is permitted to be read.
    """
    reader = _GroupReader(graph, ledger, patience)
    await work_off(_cut(ids), reader.read, abreast=ABREAST)
    reader.settle_denied()
    reader.settle_counts()


class _GroupReader:
    def __init__(self, graph: Graph, ledger: Ledger, patience: Patience) -> None:
        self._graph = graph
        self._ledger = ledger
        self._patience = patience
        self._readable = 0
        self._denied: list[dict[str, object]] = []
        self._denial: UnreadableError | None = None

    async def read(self, ids: Sequence[str]) -> None:
        """Read some groups; what goes wrong with one is told in its row. An earlier run may have read some of them."""
        marks = {group_id: self._ledger.mark(group_id) for group_id in ids}
        self._readable += sum(mark.done for mark in marks.values())
        left = {group_id: mark for group_id, mark in marks.items() if not mark.done}
        fresh = [group_id for group_id, mark in left.items() if mark.link is None and PLAIN.fullmatch(group_id)]
        await self._read_fresh(fresh)
        for group_id in filter(lambda one: one not in fresh, left):
            await self._read_alone(group_id)

    def settle_denied(self) -> None:
        """Tell whether the permission lacks, or only some groups hide their members.

        Raises:
            UnreadableError: Not one group is permitted to be read.
        """
        if self._denial is None:
            return
        if not self._readable:
            raise self._denial
        self._ledger.doubt(_word_doubt(self._denial.reason), permission=self._denial.permission)
        for row in self._denied:
            self._keep(row, Bookmark(done=True))

    def settle_counts(self) -> None:
        """Tell once of all groups, an earlier run's too, which members lack, and which nobody counted."""
        marks = list(self._ledger.marks.values())
        if counted := sum(mark.counted for mark in marks):
            listed = sum(mark.listed for mark in marks)
            self._ledger.doubt(
                _word_doubt(say("{count} of {expected} objects were listed", count=listed, expected=counted))
            )
        unproved = [mark.unproved for mark in marks if mark.unproved]
        self._ledger.remark(_word_unproved(unproved) if unproved else NOTHING)

    async def _read_fresh(self, ids: Sequence[str]) -> None:
        """Ask for groups, their first members and the number of these in one batch."""
        batches = Batches(self._graph, self._patience, VERSION, [path for one in ids for path in _list_paths(one)])
        failure = UnreadableError(say("Microsoft Graph kept asking to wait or failing"))
        try:
            await batches.ask()
        except RefusedError as refused:  # of the whole batch: that tells nothing of a single group, not even a 404
            failure = explain(refused, self._ledger.section)
        except UnreadableError as error:
            failure = error
        for at, group_id in enumerate(ids):
            found = [batches.answers.get(at * OF_A_GROUP + more) for more in range(OF_A_GROUP)]
            await self._settle(group_id, found, failure)

    async def _settle(self, group_id: str, found: Sequence[BatchItem | None], failure: UnreadableError) -> None:
        """Take what a batch answered of one group, and read the rest of its members."""
        row: dict[str, object] = {"id": group_id}
        group, members, counted = found

        async def read() -> None:
            with _gone_where_not_found():
                row["displayName"] = self._take(group, failure).get("displayName")
            await self._read_members(row, _read_page(self._take(members, failure)), _read_count(counted))

        await self._note_end(row, read())

    async def _read_alone(self, group_id: str) -> None:
        """Read a group without a batch: what an earlier run left of it, or an odd id, which the fence looks at."""
        row: dict[str, object] = {"id": group_id}
        mark = self._ledger.mark(group_id)

        async def read() -> None:
            with _gone_where_not_found():
                group = await self._graph.get(f"/{VERSION}{_address(group_id)}", NAME)
            row["displayName"] = group.get("displayName")
            try:
                await self._read_members(row)
            except RefusedError as refused:
                if not is_stale(refused, mark):
                    raise
                self._ledger.begin_anew(group_id)
                await self._read_members(row)

        await self._note_end(row, read())

    async def _note_end(self, row: dict[str, object], reading: Awaitable[None]) -> None:
        """Read a group, and tell in its row what went wrong with it."""
        try:
            await reading
        except _GoneError:
            self._readable += 1
            group_id = str(row["id"])
            if self._ledger.mark(group_id).link is not None:  # members that an earlier run found are none any more
                self._ledger.begin_anew(group_id)
            self._keep({"id": group_id, "exists": False}, Bookmark(done=True))
        except RefusedError as refused:
            self._note_failure(row, explain(refused, self._ledger.section))
        except UnreadableError as error:
            self._note_failure(row, error)
        else:
            self._readable += 1

    def _take(self, item: BatchItem | None, failure: UnreadableError) -> dict[str, object]:
        """Give what a batch answered to one request.

        Raises:
            RefusedError: It was refused.
            UnreadableError: It was not answered, or not with an object.
        """
        if item is None:
            raise failure
        if item.status != 200:  # noqa: PLR2004 - OK
            raise self._graph.as_refusal(item)
        if not isinstance(item.body, dict):
            raise _unreadable("ValueError")
        return item.body

    async def _read_members(
        self, row: dict[str, object], first: ListPage | None = None, told: int | None = None
    ) -> None:
        """Read a group's members; their number, asked for before the last page is kept, proves that none was lost.

        Args:
            row: What each page's row begins with.
            first: The first page, where it came in a batch.
            told: The number, as far as it came with the first page.
        """
        group_id = str(row["id"])
        path = f"/{VERSION}{_address(group_id)}/transitiveMembers"
        mark = self._ledger.mark(group_id)
        listing = self._graph.open_listing(path, MEMBERS, mark)
        seen = self._recall_members(group_id)
        page = await listing.read() if first is None else listing.take(first)
        while True:
            seen.take(page.ids.list_keys())
            reached = listing.mark
            if reached.done:
                counted = told if page is first and told is not None else await self._count(path, told)
                reached = _compare(len(seen), counted)
            members = [_trim(member) for member in page.decode()]
            for doubt in page.doubts:
                self._ledger.doubt_told(_word_doubt(doubt))
            lacking = {"membershipPartial": True} if reached.counted or page.doubts else {}
            self._keep(row | {"transitiveMembers": members} | lacking, reached)
            if reached.done:
                return
            page = await listing.read()

    def _recall_members(self, group_id: str) -> KeySet:
        """Give the members that an earlier run kept: one that is repeated must not make up for one that lacks."""
        seen = KeySet()
        if self._ledger.mark(group_id).link is not None:
            for page in self._ledger.pages():
                for row in _decode_rows(page.body):
                    if row.id == group_id:
                        seen.take([str(member.id) for member in row.members if member.id])
        return seen

    async def _count(self, path: str, before: int | None) -> int | Text:
        """Ask for the number of members; give what a batch told before, or else why, where Graph refuses it."""
        try:
            return await self._graph.count(path)
        except RefusedError as refused:
            return explain(refused, self._ledger.section).reason if before is None else before

    def _keep(self, row: dict[str, object], mark: Bookmark) -> None:
        self._ledger.keep([row], str(row["id"]), mark)

    def _note_failure(self, row: dict[str, object], failure: UnreadableError) -> None:
        if failure.denied:
            self._denial = failure
            self._denied.append(row | {"membershipReadable": False})
        else:
            self._ledger.doubt(_word_doubt(failure.reason))
            self._keep(row | {"transitiveMembers": [], "membershipPartial": True}, Bookmark(done=True))


def _compare(listed: int, counted: int | Text) -> Bookmark:
    """Note at a group's end that members lack, or that nobody counted them, also for a run that goes on from here."""
    if isinstance(counted, Text):
        return Bookmark(done=True, unproved=keep_text(counted))
    return Bookmark(done=True, listed=listed, counted=counted) if listed < counted else Bookmark(done=True)


@contextmanager
def _gone_where_not_found() -> Iterator[None]:
    """Tell that a group is gone where Graph does not know it; a proxy's bare 404 tells nothing of it.

    Raises:
        _GoneError: There is no such group.
    """
    try:
        yield
    except RefusedError as refused:
        if refused.status == NOT_FOUND and refused.code == GONE:
            raise _GoneError from refused
        raise


def _word_doubt(reason: Text) -> Text:
    return say("the members of some groups could not be read: {reason}", reason=reason)


def _word_unproved(reasons: Sequence[str]) -> Text:
    """Say that nobody counted the members of some groups, each for a reason, and name those that most have."""
    often = sorted(Counter(reasons).items(), key=lambda one: (-one[1], one[0]))[:MOST_REASONS]
    named = join("; ", [read_text(reason) for reason, _ in often])
    return say_number(
        "No second source has proved that the members of {number} group are whole: {reason}.",
        "No second source has proved that the members of {number} groups are whole: {reason}.",
        len(reasons),
        reason=named,
    )


def _list_paths(group_id: str) -> Iterator[str]:
    """Give the three requests of a group, below the version."""
    address = _address(group_id)
    yield f"{address}?{urlencode(NAME, safe='$,')}"
    yield f"{address}/transitiveMembers?{urlencode(MEMBERS, safe='$,')}"
    yield f"{address}/transitiveMembers/$count"


def _address(group_id: str) -> str:
    return f"/groups/{quote(group_id, safe='')}"


def _read_page(body: dict[str, object]) -> ListPage:
    """Read the first page of members as a batch holds it.

    Raises:
        UnreadableError: It is no page.
    """
    try:
        return decode_page(msgspec.json.encode(body))
    except msgspec.DecodeError as error:
        raise _unreadable(type(error).__name__) from error


def _read_count(item: BatchItem | None) -> int | None:
    """Read a number as a batch holds it; where it is none, it is asked for apart, in plain text."""
    text = str(item.body) if item and item.status == 200 else ""  # noqa: PLR2004 - OK
    return int(text) if len(text) <= LONGEST_COUNT and text.isascii() and text.isdigit() else None


def _unreadable(error: str) -> UnreadableError:
    return UnreadableError(say("an answer was cut off or can't be read ({error})", error=error))


def _trim(member: dict[str, object]) -> dict[str, object]:
    return {key: member[key] for key in ("@odata.type", "id") if key in member}


def _cut(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[at : at + GROUPS_OF_A_BATCH] for at in range(0, len(ids), GROUPS_OF_A_BATCH))
