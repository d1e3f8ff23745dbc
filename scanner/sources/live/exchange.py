"""Exchange Online: reading cmdlets through InvokeCommand, undocumented and known to break (facts/apis.md §1)."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from http.cookies import CookieError, SimpleCookie

import msgspec
from multidict import CIMultiDictProxy

from scanner.evidence.section import Cmdlet
from scanner.model.text import Text, say
from scanner.sources.live.bookmark import BEGINNING, Bookmark
from scanner.sources.live.call import INVOKE, Call, Reply
from scanner.sources.live.failure import RefusedError, UnreadableError, quote
from scanner.sources.live.fence import Fence, Trail
from scanner.sources.live.http import Wire
from scanner.sources.live.lane import Announce, Lane
from scanner.sources.live.page import ListPage, decode_page
from scanner.sources.live.parts import KINDS
from scanner.sources.live.patience import Patience

ABREAST = 4
ROWS_OF_A_PAGE = 1000
LOOKED_AT = 20  # rows of a page that mostly hold every property that any row holds
LONGEST_CHAIN = 3  # of redirects
REDIRECTS = frozenset({301, 302, 303, 307, 308})
EXPIRED = "Expired or Invalid pagination request"
# Every app-only request is anchored at the tenant's own system mailbox (facts/apis.md §1.1).
ANCHOR = "APP:SystemMailbox{{bb558c35-97f1-4cb9-8ff7-d53741dc928c}}@{tenant}"


class ExpiredError(Exception):
    """Exchange lost the place in a listing."""


class Exchange:
    """A tenant's Exchange.

    Args:
        wire: What sends requests.
        root: Exchange's root.
        suffix: Redirects may lead to hosts below this one; nowhere where empty.
        tenant: Tenant id.
        patience: How long to wait.
        announce: Is told why requests wait, and for how many seconds.

    Attributes:
        anchor: The mailbox that every request is anchored at.
    """

    def __init__(
        self, wire: Wire, *, root: str, suffix: str, tenant: str, patience: Patience, announce: Announce
    ) -> None:
        self.wire = wire
        self.root = root
        self.patience = patience
        self.fence = Fence(root=root, prefixes=("/adminapi/",), suffix=suffix)
        self.lane = Lane(
            "Exchange", abreast=ABREAST, longest=patience.call, rate=patience.limits.exchange, announce=announce
        )
        self.tenant = tenant
        self.anchor = ANCHOR.format(tenant=tenant)

    def open_listing(self, ask: Cmdlet, mark: Bookmark = BEGINNING) -> "CmdletListing":
        """Open the rows of a cmdlet, where they were left off.

        Args:
            ask: The cmdlet.
            mark: How far they were read.
        """
        return CmdletListing(self, ask, mark)


class CmdletListing:
    """One listing: everything that must stay the same from its first page to its last.

    Args:
        exchange: The tenant's Exchange.
        ask: The cmdlet.
        mark: How far it was read before.
    """

    def __init__(self, exchange: Exchange, ask: Cmdlet, mark: Bookmark) -> None:
        self._exchange = exchange
        self._ask = ask
        self._fence = exchange.fence.at(mark.host)
        self._trail = Trail(self._fence, exchange.patience.pages)
        self.mark = msgspec.structs.replace(mark, connection=mark.connection or str(uuid.uuid4()))

    async def read(self) -> ListPage:
        """Read the next page.

        Raises:
            ExpiredError: Exchange lost the place.
            RefusedError: Exchange refused it.
            UnreadableError: It can't be read to its end.
        """
        link = self.mark.link
        reply = await self._get_first() if link is None else await self._post(str(self._trail.follow(link)))
        next_link = reply.content.next_link
        cut_off = link is next_link is None and self._looks_cut_off(reply.content)
        done = next_link is None and not cut_off
        self.mark = msgspec.structs.replace(self.mark, link=next_link, done=done, parts=cut_off)
        doubts = (*self._read_warnings(reply), *self._doubt_full_page(reply.content, link))
        return replace(reply.content, doubts=doubts).doubt_errors(self._exchange.wire.redact)

    async def read_alone(self) -> ListPage:
        """Read the first page where no other will be asked for.

        Raises:
            RefusedError: Exchange refused it.
            UnreadableError: It can't be read, or Exchange takes it for the page of another listing.
        """
        try:
            return await self.read()
        except ExpiredError as error:
            raise UnreadableError(say("Exchange broke off the listing ({error})", error=EXPIRED)) from error

    def _looks_cut_off(self, page: ListPage) -> bool:
        """Tell whether a listing that ended on its first page did so after exactly one full page."""
        return self._ask.name in KINDS and page.rows.count == ROWS_OF_A_PAGE

    def _doubt_full_page(self, page: ListPage, link: object) -> Iterator[Text]:
        """Doubt a listing that can't be cut, and that ended after exactly one full page: no second count proves it."""
        if link is page.next_link is None and self._ask.name not in KINDS and page.rows.count == ROWS_OF_A_PAGE:
            yield say(
                "the listing of {part} may be cut off after {rows} rows", part=self._ask.name, rows=ROWS_OF_A_PAGE
            )

    async def _get_first(self) -> Reply[ListPage]:
        """Ask for the wanted properties only; for all of them where Exchange does not play along."""
        if not self._ask.select:
            return await self._post(self._address())
        try:
            reply = await self._post(f"{self._address()}?$select={','.join(self._ask.select)}")
        except RefusedError as refused:
            if refused.status != 400:  # noqa: PLR2004 - Bad Request
                raise
        else:
            if not _lacks(reply.content, self._ask.select):
                return reply
        return await self._post(self._address())

    def _read_warnings(self, reply: Reply[ListPage]) -> tuple[Text, ...]:
        shown = (*reply.content.warnings, *reply.headers.getall("X-Warnings", ()))
        redact = self._exchange.wire.redact
        return tuple(say("Exchange warned: {warning}", warning=quote(redact(warning))) for warning in shown if warning)

    def _address(self) -> str:
        return f"{self._fence.root}/adminapi/beta/{self._exchange.tenant}{INVOKE}"

    async def _post(self, url: str) -> Reply[ListPage]:
        for _ in range(LONGEST_CHAIN):
            _refuse_other_path(url)
            try:
                reply = await self._exchange.wire.read(self._make_call(url))
            except RefusedError as refused:
                if EXPIRED in refused.message:
                    raise ExpiredError from refused
                if refused.status not in REDIRECTS:
                    raise
                url = refused.headers.get("Location", "")
                self._move(url)
            else:
                cookies = {**self.mark.cookies, **_read_cookies(reply.headers)}
                self.mark = msgspec.structs.replace(self.mark, cookies=cookies)
                return reply
        raise UnreadableError(say("Exchange redirected more than {times} times", times=LONGEST_CHAIN))

    def _move(self, location: str) -> None:
        self._fence = self._fence.move(location)
        self._trail.move(self._fence)
        self.mark = msgspec.structs.replace(self.mark, host=self._fence.host)

    def _make_call(self, url: str) -> Call[ListPage]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.mark.cookies.items())
        return Call(
            url=url,
            fence=self._fence,
            resource=self._exchange.root,
            lane=self._exchange.lane,
            decode=decode_page,
            body={"CmdletInput": {"CmdletName": self._ask.name, "Parameters": dict(self._ask.parameters)}},
            headers={
                "Prefer": f"odata.maxpagesize={ROWS_OF_A_PAGE}",
                "X-AnchorMailbox": self._exchange.anchor,
                "X-ResponseFormat": "json",
                "X-CmdletName": self._ask.name,
                "connection-id": self.mark.connection,
                **({"Cookie": cookies} if cookies else {}),
            },
        )


def _refuse_other_path(url: str) -> None:
    """Stop where a link or a redirect leads to anything but cmdlets, which Exchange keeps at one path.

    Raises:
        UnreadableError: It does.
    """
    if not url.partition("?")[0].endswith(INVOKE):
        raise UnreadableError(say("Exchange pointed to an address that takes no cmdlets, which was not followed"))


def _lacks(page: ListPage, names: tuple[str, ...]) -> bool:
    """Tell whether a wanted property is in no row at all: then $select was not understood as meant."""
    if not page.rows.count or not _lack(page.decode_some(LOOKED_AT), names):
        return False
    return page.rows.count <= LOOKED_AT or _lack(page.decode(), names)


def _lack(rows: Sequence[Mapping[str, object]], names: tuple[str, ...]) -> bool:
    return any(all(name not in row for row in rows) for name in names)


def _read_cookies(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    """Read the cookies that keep a listing at one back end (INFERRED: harmless where they don't)."""
    cookies: dict[str, str] = {}
    for line in headers.getall("Set-Cookie", ()):
        try:
            cookies |= {name: morsel.coded_value for name, morsel in SimpleCookie(line).items()}
        except CookieError:
            continue
    return cookies
