"""The ledger of requests on its way to the sink: every one that is sent, without ids and queries."""

import datetime as dt
import re
import threading
import time
from collections import deque
from urllib.parse import unquote, urlsplit

from scanner.model.reading import RequestRecord
from scanner.sources.interface import LastingSink
from scanner.sources.live.call import is_reading

MOST_HELD = 50  # requests that wait to be kept
LONGEST_HELD = 1.0  # seconds for which they do
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
        self._unkept = 0
        self._kept_at = time.monotonic()

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
        if threading.get_ident() != self._thread:
            return
        self._unkept += 1
        if self._unkept >= MOST_HELD or time.monotonic() - self._kept_at > LONGEST_HELD:
            self.flush()
        elif self._sink is not None:
            self._sink.hold_requests(self._take())

    def flush(self) -> None:
        """Let everything be kept."""
        self._unkept, self._kept_at = 0, time.monotonic()
        if self._sink is not None:
            self._sink.add_requests(self._take())

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
