"""Where HTTP ends: a request comes in, its answer goes out late, packed or broken as it shall be, and both are kept."""

import asyncio
import datetime as dt
import email.utils
import gzip
import socket
import struct
import time
from collections.abc import Callable, Mapping
from urllib.parse import unquote

from aiohttp import web

from scanner.simulator.faults.request import Request
from scanner.simulator.ledger import Ledger, Visit, read_wait, tell_headers
from scanner.simulator.population.frozen import Frozen
from scanner.simulator.wire import Answer, Ask

_FOR_EVER = 3600.0
"""Seconds of an answer that never comes."""
_WORTH_PACKING = 400
"""Bytes from which on an answer is packed."""
_FAST = 1
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: on, for no time, so that closing is a reset."""


class Told(Frozen, frozen=True, kw_only=True):
    """An answer, with what its request was taken for."""

    answer: Answer
    request: Request
    token: int
    """Which of the tokens issued came with it."""


class Door:
    """Handles every request of a server.

    Args:
        answer: gives the answers.
        ledger: keeps the account.
        packs: answers are gzip for those who accept it.
        ahead: seconds that the server's clock is ahead of the true time.
    """

    def __init__(self, answer: Callable[[Ask], Told], ledger: Ledger, *, packs: bool, ahead: float) -> None:
        self._answer = answer
        self._ledger = ledger
        self._packs = packs
        self._ahead = dt.timedelta(seconds=ahead)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        came = time.monotonic()
        told = self._answer(await _read(request))
        if told.answer.delay:
            await asyncio.sleep(told.answer.delay)
        body, headers = self._pack(told.answer, request)
        self._ledger.add(_visit(request, told, came, len(body)))
        if told.answer.breakage:
            return await _break(request, told.answer, body, headers)
        return web.Response(status=told.answer.status, body=body, headers=headers)

    def _pack(self, answer: Answer, request: web.Request) -> tuple[bytes, dict[str, str]]:
        headers = {"Content-Type": "application/json; charset=utf-8", **self._tell_time(answer.headers)}
        body = answer.encode()
        wanted = "gzip" in request.headers.get("Accept-Encoding", "")
        if self._packs and wanted and len(body) >= _WORTH_PACKING and "Content-Encoding" not in headers:
            return gzip.compress(body, _FAST), {**headers, "Content-Encoding": "gzip"}
        return body, headers

    def _tell_time(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Date an answer, and a Retry-After that is a date, by the server's own clock."""
        told = {"Date": _write_date(dt.datetime.now(dt.UTC) + self._ahead), **headers}
        wait = told.get("Retry-After", "")
        if wait and not wait.replace(".", "", 1).isdecimal():
            told["Retry-After"] = _write_date(email.utils.parsedate_to_datetime(wait) + self._ahead)
        return told


def _write_date(moment: dt.datetime) -> str:
    return email.utils.format_datetime(moment.replace(microsecond=0), usegmt=True)


async def _read(request: web.Request) -> Ask:
    return Ask(
        method=request.method,
        path=tuple(unquote(segment) for segment in request.rel_url.raw_path.strip("/").split("/")),
        query=dict(request.query),
        headers=request.headers,
        body=await request.read(),
        target=request.raw_path,
    )


def _visit(request: web.Request, told: Told, came: float, length: int) -> Visit:
    return Visit(
        at=came,
        answered=time.monotonic(),
        method=request.method,
        path=request.path_qs,
        cmdlet=told.request.cmdlet,
        page=told.request.page,
        identity=told.request.identity,
        headers=tell_headers(request.headers),
        token=told.token,
        status=told.answer.status,
        bytes=length,
        wait=read_wait(told.answer.headers),
        fault=told.answer.fault,
    )


async def _break(request: web.Request, answer: Answer, body: bytes, headers: dict[str, str]) -> web.StreamResponse:
    """Let the connection fail in one of its ways; nobody is left to take what is returned."""
    broken = web.StreamResponse(status=answer.status, headers=headers)
    transport = request.transport
    if transport is None:
        return broken
    match answer.breakage:
        case "stall":
            await asyncio.sleep(_FOR_EVER)
        case "cut":
            broken.content_length = len(body)
            await broken.prepare(request)
            await broken.write(body[: len(body) // 2])
            transport.close()
        case "reset":
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            transport.abort()
        case _:
            transport.close()
    return broken
