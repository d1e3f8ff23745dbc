"""What every Graph resource needs to answer, and how lists are cut into pages."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import quote, urlencode

from scanner.simulator.diary import Diary
from scanner.simulator.graph import refusals
from scanner.simulator.graph.postbox import Posted
from scanner.simulator.graph.refusals import GraphRefusalError
from scanner.simulator.paging import Bookmarks
from scanner.simulator.population.directory import Population
from scanner.simulator.population.frozen import Frozen
from scanner.simulator.wire import Answer, Ask

Row = dict[str, object]
T = TypeVar("T")
_PATH_SIGNS = "/$().='"
_LIST_OPTIONS = frozenset({"$select", "$top", "$skiptoken", "$count"})


class Desk(Frozen, frozen=True, kw_only=True):
    """Where requests are answered: the tenant's state and the means to page through it."""

    root: str
    """Address of the service, without a version."""
    population: Population
    bookmarks: Bookmarks
    diary: Diary
    rows: int | None = None
    """Largest page that is given out, whatever is asked for; the resource's own largest where None."""
    post: list[Posted]
    """The messages that it was given to send."""
    secret_hint: str = ""
    """The first letters of the scanner's client secret, as its registration shows them."""
    secret_ends: dt.datetime
    """When that secret ends."""


class Query(Frozen, frozen=True, kw_only=True):
    """One authorized request to a resource."""

    ask: Ask
    """Its path starts with the version."""
    names: tuple[str, ...]
    """What stands in the path where the route has a gap, such as an object id."""
    roles: frozenset[str]
    """What the token allows."""

    @property
    def selected(self) -> tuple[str, ...]:
        """The properties asked for; empty if not restricted."""
        return tuple(name.strip() for name in self.ask.query.get("$select", "").split(",") if name.strip())


class Paging(Frozen, frozen=True, kw_only=True):
    """Page sizes of one list."""

    default: int = 100
    maximum: int = 999
    filtered: bool = False
    """True: the resource has read `$filter` itself."""


def answer_list(
    desk: Desk, query: Query, items: Sequence[T], render: Callable[[T], Row], paging: Paging | None = None
) -> Answer:
    """Answer with one page of a list.

    Args:
        desk: the tenant.
        query: the request; its `$top`, `$skiptoken` and `$count` decide the page.
        items: the whole list.
        render: makes a row of an item.
        paging: page sizes.

    Returns:
        A collection, with a nextLink if more is to come.

    Raises:
        GraphRefusalError: a query option is wrong.
    """
    paging = paging or Paging()
    _refuse_unknown_options(query.ask.query, _LIST_OPTIONS | ({"$filter"} if paging.filtered else set()))
    wanted = _page_size(query.ask.query, paging)
    size = min(wanted, desk.rows or wanted)
    listing = "/".join(query.ask.path)
    start = _find_start(desk, query.ask.query, listing)
    content: Row = {"@odata.context": _context(desk, query)}
    if query.ask.query.get("$count") == "true":
        content["@odata.count"] = len(items)
    if start + size < len(items):
        content["@odata.nextLink"] = _next_link(desk, query, listing, start + size)
    content["value"] = [render(item) for item in items[start : start + size]]
    return Answer(content=content)


def answer_one(desk: Desk, query: Query, row: Row) -> Answer:
    """Answer with a single object.

    Args:
        desk: the tenant.
        query: the request.
        row: the object's properties.

    Returns:
        The object.
    """
    return Answer(content={"@odata.context": f"{_context(desk, query)}/$entity", **trim(row, query.selected)})


def answer_count(query: Query, count: int) -> Answer:
    """Answer with the number of a list's objects, in plain text.

    Args:
        query: the request.
        count: the number.

    Returns:
        The number.

    Raises:
        GraphRefusalError: the request does not accept an old count, or no plain text.
    """
    require_eventual(query)
    if query.ask.headers.get("accept", "*/*") == "application/json":
        raise GraphRefusalError(415, "Request_BadRequest", "Unsupported media type requested.")
    return Answer(raw=str(count).encode(), headers={"Content-Type": "text/plain"})


def require_eventual(query: Query) -> None:
    """Refuse to count for those who do not accept an old count.

    Raises:
        GraphRefusalError: the request does not say so.
    """
    if query.ask.headers.get("consistencylevel", "").lower() != "eventual":
        raise GraphRefusalError(400, "Request_BadRequest", "$count is not currently supported.")


def trim(row: Row, selected: Sequence[str]) -> Row:
    """Keep the selected properties, and annotations, of a row.

    Args:
        row: all properties.
        selected: names wanted; empty keeps all.

    Returns:
        What remains.
    """
    if not selected:
        return row
    return {name: value for name, value in row.items() if name in selected or name.startswith("@")}


def _context(desk: Desk, query: Query) -> str:
    version, *path = query.ask.path
    select = f"({','.join(query.selected)})" if query.selected else ""
    return f"{desk.root}/{version}/$metadata#{'/'.join(path)}{select}"


def _refuse_unknown_options(options: Mapping[str, str], known: frozenset[str]) -> None:
    for option in options:
        if option.startswith("$") and option not in known | {"$expand"}:
            raise refusals.option_is_unsupported(option)


def _page_size(options: Mapping[str, str], paging: Paging) -> int:
    wanted = options.get("$top")
    if wanted is None:
        return paging.default
    if not wanted.isdecimal() or not 1 <= int(wanted) <= paging.maximum:
        raise refusals.page_size_is_wrong(wanted, paging.maximum)
    return int(wanted)


def _find_start(desk: Desk, options: Mapping[str, str], listing: str) -> int:
    token = options.get("$skiptoken")
    if token is None:
        return 0
    start = desk.bookmarks.find(listing, token)
    if start is None:
        raise GraphRefusalError(400, "Directory_ExpiredPageToken", "The specified page token value has expired.")
    return start


def _next_link(desk: Desk, query: Query, listing: str, offset: int) -> str:
    options = {**query.ask.query, "$skiptoken": desk.bookmarks.place(listing, offset)}
    return f"{desk.root}/{quote(listing, safe=_PATH_SIGNS)}?{urlencode(options, safe='$,')}"
