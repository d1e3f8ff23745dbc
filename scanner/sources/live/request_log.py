"""The ledger of requests on its way to the sink: every one that is sent, without ids and queries."""

import asyncio
import datetime as dt
import re
import threading
from collections import deque
from contextlib import suppress
from urllib.parse import unquote, urlsplit

from scanner.errors import StoreError
from scanner.model.reading import RequestRecord
from scanner.sources.interface import LastingSink
from scanner.sources.live.call import is_reading

LONGEST_HELD = 0.2  # seconds for which a request waits to be kept: what a killed program does not count
ID = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=/users/)[^/]+|(?<=/groups/)[^/]+|[^/]*@[^/]*|[^/]+\.[a-z]+(?=/)",
    re.IGNORECASE,
)


class RequestLog:
    """Passes records of requests on from the thread that made it: to be kept with the next page, or soon without one.

    Args:
        sink: Keeps them; ``None`` where nothing is read, and so nothing is kept.
    """

    def __init__(self, sink: LastingSink | None) -> None:
        self._sink = sink
        self._thread = threading.get_ident()
        self._held: deque[RequestRecord] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def note(
        self, *, method: str, url: str, status: int, received: int = 0, waited: float = 0.0, body: object = None
    ) -> None:
        """Note one request.

        Args:
            method: Its method.
            url: Where it went.
            status: What was answered; 0 where nothing was.
            received: Bytes of the answer's body.
            waited: Seconds that it was held back.
            body: What was posted.
        """
        self._held.append(
            RequestRecord(
                at=dt.datetime.now(tz=dt.UTC),
                method=method,
                path=name_path(url, body),
                status=status,
                received=received,
                waited_ms=round(waited * 1000),
                reading=is_reading(method, url, body),
            )
        )
        if self._sink is None or threading.get_ident() != self._thread:
            return
        self._sink.hold_requests(self._take())
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LONGEST_HELD, self._flush_in_time)

    def flush(self) -> None:
        """Let everything be kept."""
        if self._sink is not None:
            self._sink.add_requests(self._take())

    def _flush_in_time(self) -> None:
        self._timer = None
        with suppress(StoreError):  # they stay held, and whatever is kept next meets the error where it can be told
            self.flush()

    def _take(self) -> list[RequestRecord]:
        return [self._held.popleft() for _ in range(len(self._held))]


def name_path(url: str, body: object = None) -> str:
    """Give the path of an address with ``{id}`` for each id and address in it, and the cmdlet that is asked for."""
    path = ID.sub("{id}", unquote(urlsplit(url).path))
    match body:
        case {"CmdletInput": {"CmdletName": str(name)}}:
            return f"{path} {name}"
        case _:
            return path
