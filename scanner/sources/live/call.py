"""A reading request and its reply; what might write is refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from multidict import CIMultiDictProxy

from scanner.sources.live.fence import Fence
from scanner.sources.live.lane import Lane

T = TypeVar("T")

JSON = "application/json"
TEXT = "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[T]):
    """One reading request.

    Attributes:
        url: Where to.
        fence: The addresses that the token may be sent to.
        resource: The service's root, which the token is for.
        lane: What paces it.
        decode: Turns the body into a value; may raise msgspec's or value errors.
        body: What to POST; a GET where ``None``.
        headers: More headers.
        accept: The content type that is asked for and expected.
    """

    url: str
    fence: Fence
    resource: str
    lane: Lane
    decode: Callable[[bytes], T]
    body: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    accept: str = JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Generic[T]):
    """What came back.

    Attributes:
        content: The decoded body.
        headers: The headers, looked up without regard to case.
    """

    content: T
    headers: CIMultiDictProxy[str]


class WritingError(Exception):
    """The program was about to send a request that might write: a mistake of ours."""


def refuse_writing(call: Call[Any]) -> None:
    """Let only requests through that read: GET, ``Get-`` cmdlets and batches of GETs.

    Raises:
        WritingError: It is something else.
    """
    if call.body is None:
        return
    path = call.url.partition("?")[0]
    match call.body:
        case {"CmdletInput": {"CmdletName": str(name)}} if name.startswith("Get-"):
            reads = path.endswith("/InvokeCommand")
        case {"requests": [*items]}:
            reads = path.endswith("/$batch") and all(_is_get(item) for item in items)
        case _:
            reads = False
    if not reads:
        raise WritingError(f"not sent, since it might write: POST {path}")


def _is_get(item: object) -> bool:
    return isinstance(item, dict) and item.get("method") == "GET" and "body" not in item
