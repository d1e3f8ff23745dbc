"""The groups that policies and role assignments refer to, with their transitive members."""

from collections.abc import Iterable
from urllib.parse import quote

import msgspec

from scanner.model.text import Text, say
from scanner.sources.live.bookmark import Bookmark
from scanner.sources.live.explain import explain
from scanner.sources.live.failure import RefusedError, UnreadableError
from scanner.sources.live.graph import Graph
from scanner.sources.live.keys import KeySet
from scanner.sources.live.ledger import Ledger
from scanner.sources.live.together import work_off

ABREAST = 4
MEMBERS_OF_A_PAGE = "999"


async def read_groups(graph: Graph, ids: Iterable[str], ledger: Ledger) -> None:
    """Read groups into a ledger: one row per page of members, so that a group may have several.

    Args:
        graph: The tenant's Graph.
        ids: The groups' ids.
        ledger: The section's account.

    Raises:
        UnreadableError: Not one of them is permitted to be read.
    """
    reader = _GroupReader(graph, ledger)
    await work_off(ids, reader.read, abreast=ABREAST)
    reader.settle_denied()


class _GroupReader:
    def __init__(self, graph: Graph, ledger: Ledger) -> None:
        self._graph = graph
        self._ledger = ledger
        self._readable = 0
        self._denied: list[dict[str, object]] = []
        self._denial: UnreadableError | None = None

    async def read(self, group_id: str) -> None:
        """Read one group; what goes wrong with it is told in its row."""
        if self._ledger.mark(group_id).done:
            self._readable += 1
            return
        row: dict[str, object] = {"id": group_id}
        try:
            row |= await self._name(group_id)
            await self._read_members(row)
        except RefusedError as refused:
            self._note_refusal(row, refused)
        except UnreadableError as error:
            self._note(row | {"transitiveMembers": [], "membershipPartial": True}, error.reason)
        else:
            self._readable += 1

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

    async def _name(self, group_id: str) -> dict[str, object]:
        group = await self._graph.get(_address(group_id), {"$select": "id,displayName"})
        return {"displayName": group.get("displayName")}

    async def _read_members(self, row: dict[str, object]) -> None:
        """Read a group's members; their number, asked for before the last page is kept, proves that none was lost."""
        group_id = str(row["id"])
        path = f"{_address(group_id)}/transitiveMembers"
        mark = self._ledger.mark(group_id)
        listing = self._graph.open_listing(path, {"$select": "id", "$top": MEMBERS_OF_A_PAGE}, mark)
        seen = KeySet()
        while not listing.mark.done:
            page = await listing.read()
            seen.take(page.ids.list_keys())
            reached = msgspec.structs.replace(listing.mark, members=mark.members + len(seen))
            lacking = await self._find_lacking(path, reached.members) if reached.done else {}
            members = [_trim(member) for member in page.decode()]
            self._keep(row | {"transitiveMembers": members} | lacking, reached)

    async def _find_lacking(self, path: str, found: int) -> dict[str, object]:
        """Say in a group's row that members lack, where Graph counts more than it listed."""
        expected = await self._graph.count(path)
        if expected is None or found >= expected:
            return {}
        self._ledger.doubt(
            _word_doubt(say("{count} of {expected} objects were listed", count=found, expected=expected))
        )
        return {"membershipPartial": True}

    def _keep(self, row: dict[str, object], mark: Bookmark) -> None:
        self._ledger.keep([row], str(row["id"]), mark)

    def _note_refusal(self, row: dict[str, object], refused: RefusedError) -> None:
        match refused.status:
            case 404:
                self._readable += 1
                self._keep({"id": row["id"], "exists": False}, Bookmark(done=True))
            case 403:
                self._denial = explain(refused, self._ledger.section)
                self._denied.append(row | {"membershipReadable": False})
            case _:
                reason = explain(refused, self._ledger.section).reason
                self._note(row | {"transitiveMembers": [], "membershipPartial": True}, reason)

    def _note(self, row: dict[str, object], reason: Text) -> None:
        self._ledger.doubt(_word_doubt(reason))
        self._keep(row, Bookmark(done=True))


def _word_doubt(reason: Text) -> Text:
    return say("the members of some groups could not be read: {reason}", reason=reason)


def _address(group_id: str) -> str:
    return f"/v1.0/groups/{quote(group_id, safe='')}"


def _trim(member: dict[str, object]) -> dict[str, object]:
    return {key: member[key] for key in ("@odata.type", "id") if key in member}
