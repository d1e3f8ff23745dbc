"""The only module that sends requests to Graph and Exchange: reading ones, to known hosts, with time-outs and caps."""

import base64
import binascii
import itertools
import re
import sys
import time
import uuid
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from ssl import SSLContext, create_default_context
from typing import Any, TypeVar

import aiohttp
import msgspec
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from scanner import __version__
from scanner.errors import ConfigurationError, SourceError
from scanner.model.text import Text, say
from scanner.sources.live.auth import TokenSource
from scanner.sources.live.call import JSON, Call, Reply, refuse_writing
from scanner.sources.live.clocks import Clocks
from scanner.sources.live.credential import Prompt
from scanner.sources.live.failure import RefusedError, UnreadableError
from scanner.sources.live.lane import Lane
from scanner.sources.live.packing import PackingError, refuse_bloat, unpack
from scanner.sources.live.patience import (
    ATTEMPTS,
    ATTEMPTS_TO_CONNECT,
    ATTEMPTS_TO_UNDERSTAND,
    PassingError,
    Patience,
    keep_trying,
    read_retry_after,
)
from scanner.sources.live.request_log import RequestLog
from scanner.sources.live.target import Target

T = TypeVar("T")

PASSING = frozenset({429, 500, 502, 503, 504})
CLAIMS = re.compile(r'\bclaims="(?P<encoded>[A-Za-z0-9+/_=-]+)"')
CLAIMS_ROUNDS = 2
LEAVES_SOCKETS = sys.version_info < (3, 12, 8)  # of TLS connections that end early (python/cpython#118960)
AT_ONCE = 1 << 18  # bytes that may wait to be taken; a packed page should fit in


class Wire:
    """Sends requests.

    Args:
        session: An open session.
        tokens: Where tokens come from.
        patience: How long to wait.
        log: Is told of every request.
        clocks: Is told when answers were dated.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        tokens: TokenSource,
        patience: Patience,
        log: RequestLog,
        clocks: Clocks,
    ) -> None:
        self._session = session
        self._tokens = tokens
        self._patience = patience
        self._log = log
        self._clocks = clocks

    async def read(self, call: Call[T]) -> Reply[T]:
        """Send a request, again where that may help, and decode its answer.

        Args:
            call: The request.

        Returns:
            The decoded answer.

        Raises:
            RefusedError: The service answered with something else than 200.
            UnreadableError: No usable answer came in the time that patience gives.
            WritingError: The request might write.
        """
        refuse_writing(call)
        url = call.fence.admit(call.url)
        try:
            return await keep_trying(self._patience, self._try, call, url)
        except PassingError as error:
            reason = say("{reason}, after all attempts", reason=error.reason)
            fatal = SourceError(f"{call.resource}: {reason}.", "Look at the network; then run it again.")
            raise UnreadableError(reason, fatal=fatal if error.unreachable else None) from error

    def held(self, resource: str) -> Collection[str]:
        """Name the permissions that the token for a service holds, as far as it says."""
        return self._tokens.held(resource)

    def redact(self, text: str) -> str:
        """Take tokens and secrets out of a text that comes from a service and may be shown."""
        return self._tokens.redact(text)

    async def _try(self, call: Call[T], url: URL) -> Reply[T]:
        token = await self._tokens.get(call.resource)
        for rounds in itertools.count():
            outcome: Reply[T] | RefusedError
            try:
                outcome = await self._send(call, url, token)
            except RefusedError as error:
                outcome = error
            refused = outcome if isinstance(outcome, RefusedError) else call.find_refusal(outcome.content)
            claims = _read_challenge(refused) if refused else ""
            if refused is None or refused.status != 401 or rounds >= (CLAIMS_ROUNDS if claims else 1):  # noqa: PLR2004 - Unauthorized
                break
            token = await self._tokens.renew(call.resource, token, claims)
        if isinstance(outcome, RefusedError):
            raise outcome
        return outcome

    async def _send(self, call: Call[T], url: URL, token: str) -> Reply[T]:
        async with call.lane.turn(call.cost) as waited:
            try:
                status, headers, packed = await self._transfer(call, url, token, waited)
            except aiohttp.ClientSSLError as error:
                raise _distrusted(call.resource) from error
            except aiohttp.ClientConnectorError as error:
                reason = say("the host can't be reached ({error})", error=type(error.os_error).__name__)
                raise PassingError(reason, attempts=ATTEMPTS_TO_CONNECT, unreachable=True) from error
            except (aiohttp.ClientError, TimeoutError) as error:
                raise PassingError(
                    say("the connection broke or timed out ({error})", error=type(error).__name__)
                ) from error
            call.lane.heed(headers)
            if status in PASSING:
                raise _postpone(call.lane, status, headers)
        if status != 200:  # noqa: PLR2004 - OK
            raise self._refusal(call, status, headers, packed)
        return Reply(content=self._decode(call, headers, packed), headers=headers)

    async def _transfer(
        self, call: Call[T], url: URL, token: str, waited: float
    ) -> tuple[int, CIMultiDictProxy[str], bytes]:
        """Send one request, take its body as it comes, up to the cap, and note it whatever comes of it."""
        status, received = 0, 0
        chunks: list[bytes] = []
        sent = time.time()
        method = "GET" if call.body is None else "POST"
        try:
            async with self._session.request(
                method,
                url,
                data=None if call.body is None else msgspec.json.encode(call.body),
                headers=_head(call, token),
                allow_redirects=False,
            ) as response:
                status = response.status
                self._clocks.compare(url.authority, response.headers.get("Date", ""), sent, time.time())
                async for chunk in response.content.iter_any():
                    chunks.append(chunk)
                    received += len(chunk)
                    if received > self._patience.body:
                        raise UnreadableError(say("an answer was larger than {bytes} bytes", bytes=self._patience.body))
                return status, response.headers, b"".join(chunks)
        finally:
            self._log.note(method=method, url=str(url), status=status, received=received, waited=waited, body=call.body)

    def _decode(self, call: Call[T], headers: CIMultiDictProxy[str], packed: bytes) -> T:
        kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != call.accept:
            raise PassingError(_word_type(kind, call.accept), attempts=ATTEMPTS_TO_UNDERSTAND)
        try:
            body = unpack(headers, packed, self._patience.body)
            refuse_bloat(body)
            return call.decode(body)
        except (msgspec.DecodeError, ValueError, RecursionError, PackingError, EOFError) as error:
            reason = say("an answer was cut off or can't be read ({error})", error=type(error).__name__)
            raise PassingError(reason, attempts=ATTEMPTS_TO_UNDERSTAND) from error

    def _refusal(
        self, call: Call[Any], status: int, headers: CIMultiDictProxy[str], packed: bytes
    ) -> RefusedError | PassingError:
        """Read an error's body if it can be read; Exchange announces NUL bytes as gzip (facts/apis.md §1.7)."""
        try:
            body = unpack(headers, packed, self._patience.body)
        except (PackingError, EOFError):
            body = b""
        said = self.redact(body.decode("utf-8", "replace")).encode()
        refused = RefusedError(status, headers, said, self.held(call.resource))
        if refused.code == "UnknownError":
            return PassingError(say("the service answered {status}", status=f"{status} UnknownError"), attempts=2)
        return refused


@asynccontextmanager
async def open_wire(
    target: Target, patience: Patience, log: RequestLog, clocks: Clocks, prompt: Prompt | None = None
) -> AsyncIterator[tuple[Wire, TokenSource]]:
    """Open the connection to a tenant's services and close it in the end.

    Args:
        target: The tenant.
        patience: How long to wait.
        log: Is told of every request.
        clocks: Is told when answers were dated.
        prompt: Shows somebody where to enter which code; ``None`` where nobody is there.

    Yields:
        What sends requests, and where its tokens come from.

    Raises:
        ConfigurationError: The trusted authority's file can't be read.
    """
    tokens = TokenSource(target, patience, log, prompt)
    try:
        async with open_session(target, patience) as session:
            yield Wire(session, tokens, patience, log, clocks), tokens
    finally:
        tokens.close()


def open_session(target: Target, patience: Patience) -> aiohttp.ClientSession:
    """Open connections that trust and wait as configured; they ignore the environment and keep no cookies.

    Args:
        target: Whom to trust and by which proxy to go.
        patience: How long to wait.

    Raises:
        ConfigurationError: The trusted authority's file can't be read.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=_trust(target), limit=0, enable_cleanup_closed=LEAVES_SOCKETS),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=patience.answer, sock_connect=patience.connect, sock_read=patience.silence),
        trust_env=False,
        auto_decompress=False,
        proxy=target.proxy or None,
    )


def _head(call: Call[T], token: str) -> CIMultiDict[str]:
    head = CIMultiDict(call.headers)
    head["Authorization"] = f"Bearer {token}"
    head["Accept"] = call.accept
    head["Accept-Encoding"] = "gzip"
    head["User-Agent"] = f"smtp-posture/{__version__}"
    head["client-request-id"] = str(uuid.uuid4())
    if call.body is not None:
        head["Content-Type"] = JSON
    return head


def _word_type(kind: str, wanted: str) -> Text:
    if kind:
        return say("an answer was {type} and not {wanted}", type=kind, wanted=wanted)
    return say("an answer was of no type and not {wanted}", wanted=wanted)


def _postpone(lane: Lane, status: int, headers: Mapping[str, str]) -> PassingError:
    """Hold the whole lane for as long as the service asks: its limits count all requests together."""
    wait = read_retry_after(headers)
    throttled = status == 429  # noqa: PLR2004 - Too Many Requests
    if wait:
        lane.hold(wait, f"asked to wait ({status})")
    failing = say("the service kept failing ({status})", status=str(status))
    reason = say("the service kept asking to wait (429)") if throttled else failing
    return PassingError(reason, wait=wait, attempts=None if throttled else ATTEMPTS)


def _read_challenge(refused: RefusedError) -> str:
    """Read the claims challenge of a 401 (continuous access evaluation); empty where there is none."""
    told = CIMultiDict(refused.headers).getall("WWW-Authenticate", ())  # Basic may stand before Bearer
    match = next(filter(None, map(CLAIMS.search, told)), None)
    if match is None:
        return ""
    encoded = match["encoded"].replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _trust(target: Target) -> SSLContext:
    try:
        return create_default_context(cafile=target.ca_file)
    except OSError as error:
        raise ConfigurationError(
            f"The ca_file {target.ca_file} can't be used: {error.strerror or error}.",
            "Name a PEM file with the certificate of the authority.",
        ) from error


def _distrusted(resource: str) -> UnreadableError:
    return UnreadableError(
        say("its certificate is not trusted"),
        fatal=SourceError(
            f"The certificate of {resource} is not trusted.",
            "Set ca_file to the authority that signed it, if that is your own; otherwise somebody stands in between.",
        ),
    )
