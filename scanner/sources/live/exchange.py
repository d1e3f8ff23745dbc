"""Exchange Online: reading cmdlets through InvokeCommand, undocumented and known to break (facts/apis.md §1)."""

import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from http.cookies import CookieError, SimpleCookie

from multidict import CIMultiDictProxy

from scanner.evidence.section import Cmdlet
from scanner.model.text import Text, say
from scanner.sources.live.call import Call, Reply
from scanner.sources.live.failure import RefusedError, UnreadableError, quote
from scanner.sources.live.fence import Fence, Trail
from scanner.sources.live.http import Wire
from scanner.sources.live.lane import Lane
from scanner.sources.live.page import ListPage, decode_page
from scanner.sources.live.patience import Patience

ABREAST = 4
ROWS_OF_A_PAGE = 1000
LONGEST_CHAIN = 3  # of redirects
REDIRECTS = frozenset({301, 302, 303, 307, 308})
EXPIRED = "Expired or Invalid pagination request"
# Every app-only request is anchored at the tenant's own system mailbox (facts/apis.md §1.1).
ANCHOR = "APP:SystemMailbox{{bb558c35-97f1-4cb9-8ff7-d53741dc928c}}@{tenant}"

MAILBOX_KINDS = (
    "UserMailbox",
    "SharedMailbox",
    "RoomMailbox",
    "EquipmentMailbox",
    "SchedulingMailbox",
    "TeamMailbox",
    "DiscoveryMailbox",
    "LegacyMailbox",
    "LinkedMailbox",
    "LinkedRoomMailbox",
)
# RecipientTypeDetails that split a listing which does not page (Get-Mailbox, Get-CASMailbox, Get-User reference).
KINDS: Mapping[str, tuple[str, ...]] = {
    "Get-Mailbox": MAILBOX_KINDS,
    "Get-CASMailbox": MAILBOX_KINDS,
    "Get-User": (*MAILBOX_KINDS, "User", "DisabledUser", "MailUser", "GuestMailUser"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CmdletPage:
    """One page of a cmdlet's rows.

    Attributes:
        rows: The rows; some may have come before, where a listing had to be started again.
        doubts: Why the listing may lack rows, in plain words: warnings of Exchange, and what looks cut off.
    """

    rows: list[dict[str, object]]
    doubts: tuple[Text, ...] = ()


class _ExpiredError(Exception):
    """Exchange lost the place in a listing."""


class Exchange:
    """A tenant's Exchange.

    Args:
        wire: What sends requests.
        root: Exchange's root.
        suffix: Redirects may lead to hosts below this one; nowhere where empty.
        tenant: Tenant id.
        patience: How long to wait.
    """

    def __init__(self, wire: Wire, *, root: str, suffix: str, tenant: str, patience: Patience) -> None:
        self.wire = wire
        self.root = root
        self.patience = patience
        self.fence = Fence(root=root, prefixes=("/adminapi/",), suffix=suffix)
        self.lane = Lane(abreast=ABREAST, longest=patience.call)
        self.tenant = tenant

    async def pages(self, ask: Cmdlet) -> AsyncIterator[CmdletPage]:
        """Run a cmdlet and read its rows to the end.

        A listing that breaks, or that ends after exactly one full page, is read again in parts.

        Args:
            ask: The cmdlet.

        Yields:
            The rows of each page.

        Raises:
            RefusedError: Exchange refused it.
            UnreadableError: It can't be read to its end.
        """
        listing = _Listing(self, ask)
        try:
            async for page in listing.pages():
                yield page
        except _ExpiredError:
            async for page in self._pages_in_parts(ask):
                yield page
        else:
            if listing.looks_cut_off:
                async for page in self._pages_in_parts(ask):
                    yield page

    async def _pages_in_parts(self, ask: Cmdlet) -> AsyncIterator[CmdletPage]:
        """Read a listing kind by kind: each part may fit where the whole did not page."""
        for kind in KINDS.get(ask.name, ()):
            part = replace(ask, parameters={**ask.parameters, "RecipientTypeDetails": kind})
            listing = _Listing(self, part)
            try:
                async for page in listing.pages():
                    yield page
            except _ExpiredError as error:
                raise UnreadableError(
                    say("Exchange broke off the listing, also of {kind} alone ({error})", kind=kind, error=EXPIRED)
                ) from error
            if listing.looks_cut_off:
                doubt = say(
                    "exactly {rows} rows of {kind} came and no more: the listing may be cut off",
                    rows=ROWS_OF_A_PAGE,
                    kind=kind,
                )
                yield CmdletPage(rows=[], doubts=(doubt,))
        if ask.name not in KINDS:
            raise UnreadableError(say("Exchange broke off the listing ({error})", error=EXPIRED))


class _Listing:
    """One listing: everything that must stay the same from its first page to its last."""

    def __init__(self, exchange: Exchange, ask: Cmdlet) -> None:
        self._exchange = exchange
        self._ask = ask
        self._fence = exchange.fence
        self._cookies: dict[str, str] = {}
        self._connection = str(uuid.uuid4())
        self._pages = 0
        self._last_rows = 0

    @property
    def looks_cut_off(self) -> bool:
        """It ended after exactly one full page, as a listing does that does not page."""
        return self._ask.name in KINDS and self._pages == 1 and self._last_rows == ROWS_OF_A_PAGE

    async def pages(self) -> AsyncIterator[CmdletPage]:
        first = await self._get_first()
        trail = Trail(self._fence, self._exchange.patience.pages)
        page = first
        while True:
            self._pages, self._last_rows = self._pages + 1, len(page.content.value)
            yield CmdletPage(rows=page.content.value, doubts=self._read_warnings(page))
            if page.content.next_link is None:
                return
            page = await self._post(str(trail.follow(page.content.next_link)))

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
            if not _lacks(reply.content.value, self._ask.select):
                return reply
        return await self._post(self._address())

    def _read_warnings(self, reply: Reply[ListPage]) -> tuple[Text, ...]:
        shown = (*reply.content.warnings, *reply.headers.getall("X-Warnings", ()))
        redact = self._exchange.wire.redact
        return tuple(say("Exchange warned: {warning}", warning=quote(redact(warning))) for warning in shown if warning)

    def _address(self) -> str:
        return f"{self._fence.root}/adminapi/beta/{self._exchange.tenant}/InvokeCommand"

    async def _post(self, url: str) -> Reply[ListPage]:
        for _ in range(LONGEST_CHAIN):
            try:
                reply = await self._exchange.wire.read(self._make_call(url))
            except RefusedError as refused:
                if EXPIRED in refused.message:
                    raise _ExpiredError from refused
                if refused.status not in REDIRECTS:
                    raise
                url = refused.headers.get("Location", "")
                self._fence = self._fence.move(url)
            else:
                self._cookies |= _read_cookies(reply.headers)
                return reply
        raise UnreadableError(say("Exchange redirected more than {times} times", times=LONGEST_CHAIN))

    def _make_call(self, url: str) -> Call[ListPage]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return Call(
            url=url,
            fence=self._fence,
            resource=self._exchange.root,
            lane=self._exchange.lane,
            decode=decode_page,
            body={"CmdletInput": {"CmdletName": self._ask.name, "Parameters": dict(self._ask.parameters)}},
            headers={
                "Prefer": f"odata.maxpagesize={ROWS_OF_A_PAGE}",
                "X-AnchorMailbox": ANCHOR.format(tenant=self._exchange.tenant),
                "X-ResponseFormat": "json",
                "X-CmdletName": self._ask.name,
                "connection-id": self._connection,
                **({"Cookie": cookies} if cookies else {}),
            },
        )


def _lacks(rows: list[dict[str, object]], names: tuple[str, ...]) -> bool:
    """Tell whether a wanted property is in no row at all: then $select was not understood as meant."""
    return bool(rows) and any(all(name not in row for row in rows) for name in names)


def _read_cookies(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    """Read the cookies that keep a listing at one back end (INFERRED: harmless where they don't)."""
    cookies: dict[str, str] = {}
    for line in headers.getall("Set-Cookie", ()):
        try:
            cookies |= {name: morsel.coded_value for name, morsel in SimpleCookie(line).items()}
        except CookieError:
            continue
    return cookies
