"""Microsoft Graph: lists, objects, counts and batches of GETs (facts/apis.md §2)."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

import msgspec
from multidict import CIMultiDict

from scanner.sources.live.bookmark import BEGINNING, Bookmark
from scanner.sources.live.call import TEXT, Call
from scanner.sources.live.failure import RefusedError
from scanner.sources.live.fence import Fence, Trail
from scanner.sources.live.http import Wire
from scanner.sources.live.lane import Announce, Lane
from scanner.sources.live.page import ListPage, decode_object, decode_page
from scanner.sources.live.patience import Patience, read_retry_after

ABREAST = 8
# Conditional Access and Identity Protection share 1 request/s of the whole tenant (facts/apis.md §2.8).
SCARCE = ("/identity/conditionalAccess/", "/identityProtection/")
TRACES = "/admin/exchange/tracing/"
REPORTS = ("/auditLogs/", "/reports/")
MEMBERS = "/transitiveMembers"
COUNT = "/$count"
COST_OF_MEMBERS = 4  # resource units with $select (facts/apis.md §2.8); everything else here costs 1
LOW_PRIORITY: Mapping[str, str] = {"x-ms-throttle-priority": "low"}
ALL_MEMBERS: Mapping[str, str] = {**LOW_PRIORITY, "Prefer": "include-unknown-enum-members"}
EVENTUAL: Mapping[str, str] = {**LOW_PRIORITY, "ConsistencyLevel": "eventual"}
THROTTLED = 429
UNAUTHORIZED, TOKEN_REFUSED = 401, "InvalidAuthenticationToken"
LONGEST_COUNT = 12  # digits
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class BatchItem(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a batch.

    Attributes:
        id: The request's id in the batch.
        status: Its own HTTP status.
        headers: Its own headers.
        body: Its own body.
    """

    id: str
    status: int
    headers: dict[str, object] | None = None
    body: object = None

    @property
    def head(self) -> CIMultiDict[str]:
        """Its headers, looked up without regard to case."""
        return CIMultiDict({name: str(value) for name, value in (self.headers or {}).items()})

    @property
    def wait(self) -> float:
        """Seconds that this answer asks to wait; 0 where it doesn't."""
        return read_retry_after(self.head) or 0.0


class _Batch(msgspec.Struct, frozen=True):
    responses: list[BatchItem]


_decode_batch = msgspec.json.Decoder(_Batch).decode


class Graph:
    """A tenant's Graph.

    Args:
        wire: What sends requests.
        root: Graph's root.
        patience: How long to wait.
        announce: Is told why requests wait, and for how many seconds.
    """

    def __init__(self, wire: Wire, root: str, patience: Patience, announce: Announce) -> None:
        self._wire = wire
        self._root = root
        self._fence = Fence(root=root, prefixes=("/v1.0/", "/beta/"))
        self._longest = patience.pages
        limits, longest = patience.limits, patience.call
        self._lane = Lane("Microsoft Graph", abreast=ABREAST, longest=longest, rate=limits.graph, announce=announce)
        self._scarce_lane = Lane(
            "Conditional Access", abreast=1, longest=longest, rate=limits.conditional_access, announce=announce
        )
        self._traces_lane = Lane("Traces", abreast=1, longest=longest, rate=limits.message_trace, announce=announce)
        self._reports_lane = Lane("Reports", abreast=1, longest=longest, rate=limits.reports, announce=announce)

    def open_listing(self, path: str, query: Mapping[str, str], mark: Bookmark = BEGINNING) -> "GraphListing":
        """Open a collection, where it was left off.

        Args:
            path: Path with its version.
            query: Query options.
            mark: How far it was read.
        """
        return GraphListing(self, self._address(path, query), Trail(self._fence, self._longest), mark)

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, object]:
        """Read one object.

        Raises:
            RefusedError: Graph refused it.
            UnreadableError: It can't be read.
        """
        reply = await self._wire.read(
            Call(
                url=self._address(path, query or {}),
                fence=self._fence,
                resource=self._root,
                lane=self._choose_lane(path),
                decode=decode_object,
                headers=_choose_headers(path),
            )
        )
        return reply.content

    async def count(self, path: str) -> int:
        """Ask how many objects a collection has.

        Raises:
            RefusedError: Graph does not tell.
            UnreadableError: No usable answer came.
        """
        reply = await self._wire.read(
            Call(
                url=self._address(f"{path}{COUNT}", {}),
                fence=self._fence,
                resource=self._root,
                lane=self._choose_lane(path),
                decode=_decode_count,
                headers=EVENTUAL,
                accept=TEXT,
            )
        )
        return reply.content

    async def batch(self, version: str, paths: Sequence[str]) -> list[BatchItem]:
        """Ask several GETs in one request; where every answer asks to wait, all requests wait.

        Args:
            version: ``v1.0`` or ``beta``.
            paths: Paths below the version, 20 at most; the answers' ids are their positions.

        Returns:
            The answers in any order; some may be missing.

        Raises:
            RefusedError: Graph refused the batch.
            UnreadableError: No usable answer came.
        """
        requests = [_make_item(at, path) for at, path in enumerate(paths)]
        reply = await self._wire.read(
            Call(
                url=self._address(f"/{version}/$batch", {}),
                fence=self._fence,
                resource=self._root,
                lane=self._lane,
                decode=_decode_batch,
                headers=LOW_PRIORITY,
                body={"requests": requests},
                cost=sum(_cost(path.partition("?")[0]) for path in paths),
                find_refusal=self._find_refused_token,
            )
        )
        if all(item.status == THROTTLED for item in reply.content.responses):
            self._lane.hold(max((item.wait for item in reply.content.responses), default=0.0))
        return reply.content.responses

    def redact(self, text: str) -> str:
        """Take tokens and secrets out of a text that comes from Graph and may be shown."""
        return self._wire.redact(text)

    def as_refusal(self, item: BatchItem) -> RefusedError:
        """Give a batch's answer as the refusal that it would be on its own."""
        body = self.redact(msgspec.json.encode(item.body).decode())
        return RefusedError(item.status, item.head, body.encode(), self._wire.held(self._root))

    def _find_refused_token(self, batch: _Batch) -> RefusedError | None:
        """Give the refusal of an answer whose token was refused, while the batch itself was answered."""
        refusals = (self.as_refusal(item) for item in batch.responses if item.status == UNAUTHORIZED)
        return next((one for one in refusals if one.code == TOKEN_REFUSED), None)

    async def get_page(self, url: str) -> ListPage:
        """Read one page of a collection; its address is within the fence.

        Raises:
            RefusedError: Graph refused it.
            UnreadableError: It can't be read.
        """
        path = url.partition("?")[0]
        reply = await self._wire.read(
            Call(
                url=url,
                fence=self._fence,
                resource=self._root,
                lane=self._choose_lane(path),
                decode=decode_page,
                headers=_choose_headers(path),
                cost=_cost(path),
            )
        )
        return reply.content

    def _address(self, path: str, query: Mapping[str, str]) -> str:
        options = urlencode(query, quote_via=quote, safe="$,()'")
        return f"{self._root}{path}?{options}" if options else f"{self._root}{path}"

    def _choose_lane(self, path: str) -> Lane:
        if _is_scarce(path):
            return self._scarce_lane
        if TRACES in path:
            return self._traces_lane
        return self._reports_lane if any(part in path for part in REPORTS) else self._lane


class GraphListing:
    """One reading of a collection, page by page.

    Args:
        graph: The tenant's Graph.
        address: The first page.
        trail: The links that were followed.
        mark: How far it was read before.
    """

    def __init__(self, graph: Graph, address: str, trail: Trail, mark: Bookmark) -> None:
        self._graph = graph
        self._address = address
        self._trail = trail
        self.mark = mark

    async def read(self) -> ListPage:
        """Read the next page; an empty one is legal and does not end the listing.

        Raises:
            RefusedError: Graph refused it.
            UnreadableError: It can't be read to its end.
        """
        url = self._trail.follow(self._address if self.mark.link is None else self.mark.link)
        return self._note(await self._graph.get_page(str(url)))

    def take(self, first: ListPage) -> ListPage:
        """Take the first page, which came in a batch."""
        self._trail.follow(self._address)
        return self._note(first)

    def _note(self, page: ListPage) -> ListPage:
        self.mark = Bookmark(done=True) if page.next_link is None else Bookmark(link=page.next_link)
        return page.doubt_errors(self._graph.redact)


def _cost(path: str) -> float:
    return COST_OF_MEMBERS if path.endswith(MEMBERS) else 1


def _make_item(at: int, path: str) -> dict[str, object]:
    """Make one request of a batch; it has headers of its own."""
    item: dict[str, object] = {"id": str(at), "method": "GET", "url": path}
    return item | {"headers": {"ConsistencyLevel": "eventual"}} if path.endswith(COUNT) else item


def _is_scarce(path: str) -> bool:
    return any(part in path for part in SCARCE)


def _choose_headers(path: str) -> Mapping[str, str]:
    return ALL_MEMBERS if _is_scarce(path) else LOW_PRIORITY


def _decode_count(body: bytes) -> int:
    """Read a number.

    Raises:
        ValueError: It is none, or one that no tenant has and no store takes.
    """
    text = body.removeprefix(BYTE_ORDER_MARK).strip()
    if len(text) > LONGEST_COUNT or not text.isdigit():
        raise ValueError(text[:LONGEST_COUNT])
    return int(text)
