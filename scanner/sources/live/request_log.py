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
    """Gathers records of requests and passes them on from the thread that made it.

    Args:
        sink: Keeps them; ``None`` where nothing is read, and so nothing is kept.
    """

    def __init__(self, sink: LastingSink | None) -> None:
        self._sink = sink
        self._thread = threading.get_ident()
        self._held: deque[RequestRecord] = deque()
        self._passed_on = time.monotonic()

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
        due = len(self._held) >= MOST_HELD or time.monotonic() - self._passed_on > LONGEST_HELD
        if due and threading.get_ident() == self._thread:
            self.flush()

    def flush(self) -> None:
        """Pass on what is held."""
        self._passed_on = time.monotonic()
        passed_on = [self._held.popleft() for _ in range(len(self._held))]
        if self._sink is not None:
            self._sink.add_requests(passed_on)


def name_path(url: str, body: object = None) -> str:
    """Give the path of an address with ``{id}`` for each id and address in it, and the cmdlet that is asked for."""
    path = ID.sub("{id}", unquote(urlsplit(url).path))
    match body:
        case {"CmdletInput": {"CmdletName": str(name)}}:
            return f"{path} {name}"
        case _:
            return path
