"""A host that is none of the tenant's: whoever connects to it has followed a link that it should not have followed."""

import socket
import threading
from types import TracebackType
from typing import Self

from scanner.simulator.server import HOST

_GLANCE = 0.05
"""Seconds between two looks at whether to stop."""


class Stranger:
    """Counts callers, with or without TLS, for as long as it is entered; it answers none of them."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="stranger", daemon=True)
        self.port = 0
        self.calls = 0

    def __enter__(self) -> Self:
        """Start to listen."""
        self._socket = socket.create_server((HOST, 0))
        self._socket.settimeout(_GLANCE)
        self.port = self._socket.getsockname()[1]
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self._stop.set()
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                caller, _ = self._socket.accept()
            except TimeoutError:
                continue
            self.calls += 1
            caller.close()
