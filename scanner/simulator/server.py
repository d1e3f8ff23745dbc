"""A TLS server on 127.0.0.1 that runs in a thread of its own."""

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
HOST = "127.0.0.1"
_LARGEST_BODY = 4 * 1024 * 1024
_AFTERWARDS = 0.01
"""Seconds in which connections that were just ended are taken down."""
_PATIENCE = 10.0
"""Seconds to wait for the thread to start or stop."""


class TlsServer:
    """Serves one handler until it is left.

    Args:
        handler: answers every request.
        certificate_file: PEM file with the server's key and certificate.
    """

    def __init__(self, handler: Handler, certificate_file: str) -> None:
        self._handler = handler
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate_file)
        self._thread = threading.Thread(target=self._run, name="simulated-tenant", daemon=True)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._failure: OSError | None = None
        self.port = 0

    def __enter__(self) -> Self:
        """Start, and wait until connections are accepted."""
        self._thread.start()
        self._ready.wait(_PATIENCE)
        if not self.port:
            raise OSError(f"no server on {HOST} within {_PATIENCE} s") from self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections and wait for the thread."""
        if self._loop and self._stop:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_PATIENCE)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=_LARGEST_BODY)
        app.router.add_route("*", "/{path:.*}", self._handler)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            site = web.TCPSite(runner, HOST, 0, ssl_context=self._tls)
            await site.start()
            self.port = runner.addresses[0][1]
            self._ready.set()
            await self._stop.wait()
        finally:
            await _hang_up(runner)
            await runner.cleanup()
            await asyncio.sleep(_AFTERWARDS)


async def _hang_up(runner: web.AppRunner) -> None:
    """End what connections are left at once: TLS would wait for the other side to say goodbye."""
    for connection in runner.server.connections if runner.server else ():
        if connection.transport:
            connection.transport.abort()
    await asyncio.sleep(0)
