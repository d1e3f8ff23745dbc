"""InvokeCommand as the scanner's application sees it: authorization, envelope, pages that must be asked for again."""

import hashlib
import uuid
from collections.abc import Mapping
from urllib.parse import quote, urlencode

import msgspec

from scanner.simulator.exchange import refusals
from scanner.simulator.exchange.cmdlets import CMDLETS, Cmdlet, IdentityUnknownError, Listing
from scanner.simulator.exchange.filters import FilterUnreadableError
from scanner.simulator.exchange.rows import Row
from scanner.simulator.paging import Bookmarks
from scanner.simulator.permissions import EXCHANGE_RBAC, MANAGE_AS_APP, MANAGE_AS_PERSON
from scanner.simulator.population.directory import Population
from scanner.simulator.population.frozen import Frozen
from scanner.simulator.tokens import Mint, TokenRefusedError
from scanner.simulator.wire import Answer, Ask

_ROWS = 1000
"""Rows of a page, and of a list that was not asked to be unlimited."""
_MORE_EXIST = (
    "By default, only the first 1000 items are returned. Use the ResultSize parameter to specify the number of items "
    'returned. To return all items, specify "-ResultSize Unlimited".'
)


class _CmdletInput(Frozen, frozen=True, rename="pascal"):
    cmdlet_name: str
    parameters: Mapping[str, object] = {}


class _Body(Frozen, frozen=True, rename="pascal"):
    cmdlet_input: _CmdletInput


class _Page(Frozen, frozen=True, kw_only=True):
    listing: Listing
    start: int
    end: int
    """Position after the page's last row."""
    limit: int
    """How many rows the caller gets in all."""


class ExchangeApi:
    """Answers requests to Exchange.

    Args:
        root: address of the service.
        population: the tenant.
        mint: verifies tokens.
        rows: largest page.
    """

    def __init__(self, *, root: str, population: Population, mint: Mint, rows: int | None = None) -> None:
        self._root = root
        self._population = population
        self._mint = mint
        self._rows = min(rows or _ROWS, _ROWS)
        self._bookmarks = Bookmarks()

    def answer(self, ask: Ask) -> Answer:
        """Answer one request.

        Args:
            ask: path `adminapi/beta/{tenant}/InvokeCommand`, with a cmdlet in the body.

        Returns:
            An envelope with rows, or an error.
        """
        match ask.path:
            case "adminapi", "beta", tenant, "InvokeCommand" if ask.method == "POST":
                return self._authorize(ask, tenant)
            case "adminapi", _, _, "InvokeCommand":
                return Answer(status=405)
            case _:
                return Answer(status=404)

    def _authorize(self, ask: Ask, tenant: str) -> Answer:
        try:
            claims = self._mint.read(ask.headers.get("authorization", ""), self._root)
        except TokenRefusedError as error:
            return refusals.token_is_refused(error.challenge)
        if tenant.lower() not in {self._population.tenant_id, self._population.initial_domain}:
            return refusals.token_is_refused()
        try:
            command = msgspec.json.decode(ask.body, type=_Body).cmdlet_input
        except msgspec.DecodeError:
            return refusals.body_is_wrong()
        if (MANAGE_AS_PERSON if claims.person else MANAGE_AS_APP) not in claims.roles:
            return refusals.call_is_not_allowed(command.cmdlet_name)
        cmdlet = CMDLETS.get(command.cmdlet_name)
        if cmdlet is None or not self._mint.allows(EXCHANGE_RBAC):
            return refusals.role_is_missing()
        return self._invoke(ask, cmdlet, command)

    def _invoke(self, ask: Ask, cmdlet: Cmdlet, command: _CmdletInput) -> Answer:
        for name in command.parameters:
            if name not in cmdlet.parameters:
                return refusals.parameter_is_unknown(name)
        try:
            listing = cmdlet.run(self._population, command.parameters)
        except IdentityUnknownError as error:
            return refusals.object_is_missing(str(error))
        except FilterUnreadableError as error:
            return refusals.filter_is_wrong(str(error))
        start = self._find_start(ask)
        if start is None:
            return refusals.page_is_expired()
        limit = min(_limit(command.parameters), listing.count)
        page = _Page(listing=listing, start=start, end=min(start + self._page_size(ask), limit), limit=limit)
        return self._render(ask, page)

    def _render(self, ask: Ask, page: _Page) -> Answer:
        tenant_root = f"{self._root}/{'/'.join(ask.path[:3])}"
        warnings = [_MORE_EXIST] if page.end == page.limit < page.listing.count else []
        content: Row = {
            "@odata.context": f"{tenant_root}/$metadata#Collection(Exchange.GenericHashTable)",
            "adminapi.warnings@odata.type": "#Collection(String)",
            "@adminapi.warnings": warnings,
        }
        if page.end < page.limit:
            content["@odata.nextLink"] = self._next_link(ask, page.end)
        selected = {name.strip() for name in ask.query.get("$select", "").split(",") if name.strip()}
        content["value"] = [_trim(page.listing.render(position), selected) for position in range(page.start, page.end)]
        headers = {
            "Request-Id": str(uuid.uuid4()),
            "Preference-Applied": f"odata.maxpagesize={self._page_size(ask)}",
            "OData-Version": "4.0",
        }
        return Answer(content=content, headers=headers)

    def _find_start(self, ask: Ask) -> int | None:
        """Return where the page starts; None for a bookmark that came with another body or anchor mailbox, or none."""
        token = ask.query.get("$skiptoken")
        if token is None:
            return 0
        return self._bookmarks.find(_name_listing(ask), token) if ask.headers.get("x-anchormailbox") else None

    def _next_link(self, ask: Ask, offset: int) -> str:
        options = {**ask.query, "$skiptoken": self._bookmarks.place(_name_listing(ask), offset)}
        path = "/".join(quote(segment) for segment in ask.path)
        return f"{self._root}/{path}?{urlencode(options)}"

    def _page_size(self, ask: Ask) -> int:
        for preference in ask.headers.get("prefer", "").replace(",", ";").split(";"):
            name, _, value = preference.strip().partition("=")
            if name.lower() == "odata.maxpagesize" and value.isdecimal():
                return max(1, min(int(value), self._rows))
        return self._rows


def _name_listing(ask: Ask) -> str:
    """Return what makes a listing one and the same: where it was anchored and what was asked."""
    anchor = ask.headers.get("x-anchormailbox", "")
    return f"{anchor}\n{hashlib.sha256(ask.body).hexdigest()}"


def _limit(parameters: Mapping[str, object]) -> int:
    wanted = parameters.get("ResultSize", _ROWS)
    if isinstance(wanted, str) and wanted.lower() == "unlimited":
        return 2**31
    return int(str(wanted))


def _trim(row: Row, selected: set[str]) -> Row:
    if not selected:
        return row
    return {name: value for name, value in row.items() if name.partition("@")[0] in selected}
