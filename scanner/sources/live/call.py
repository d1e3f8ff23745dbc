"""A reading request and its reply; what might write is refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from multidict import CIMultiDictProxy

from scanner.sources.live.failure import RefusedError
from scanner.sources.live.fence import Fence
from scanner.sources.live.lane import Lane

T = TypeVar("T")

JSON = "application/json"
INVOKE = "/InvokeCommand"  # where the address of every cmdlet ends
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
        cost: What it takes out of the lane's bucket.
        find_refusal: Finds in an answer that its token was refused, where the answer's own status does not tell.
    """

    url: str
    fence: Fence
    resource: str
    lane: Lane
    decode: Callable[[bytes], T]
    body: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    accept: str = JSON
    cost: float = 1
    find_refusal: Callable[[T], RefusedError | None] = lambda _: None


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
    """Let only requests through that read.

    Raises:
        WritingError: It is something else.
    """
    if not is_reading("GET" if call.body is None else "POST", call.url, call.body):
        raise WritingError(f"not sent, since it might write: POST {call.url.partition('?')[0]}")


def is_reading(method: str, url: str, body: object) -> bool:
    """Tell whether a request can't alter anything: a GET, a ``Get-`` cmdlet, a batch of GETs, or a sign-in.

    Args:
        method: HTTP method.
        url: Where to.
        body: What is posted; ``None`` for nothing, or for what is posted to sign in.
    """
    path = url.partition("?")[0]
    match method, body:
        case "GET", None:
            return True
        case "POST", None:
            return path.endswith(("/oauth2/v2.0/token", "/oauth2/v2.0/devicecode"))
        case "POST", {"CmdletInput": {"CmdletName": str(name)}}:
            return path.endswith(INVOKE) and name.startswith("Get-")
        case "POST", {"requests": [*items]}:
            return path.endswith("/$batch") and all(_is_get(item) for item in items)
        case _:
            return False


def _is_get(item: object) -> bool:
    return isinstance(item, dict) and item.get("method") == "GET" and "body" not in item
