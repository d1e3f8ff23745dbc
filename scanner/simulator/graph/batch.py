"""Graph's `$batch`: up to twenty requests in one, answered in any order."""

import random
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from scanner.simulator.graph.refusals import GraphRefusalError
from scanner.simulator.population.frozen import Frozen
from scanner.simulator.wire import Answer, Ask

_LIMIT = 20


class _Item(Frozen, frozen=True, kw_only=True):
    id: str
    method: str
    url: str
    headers: Mapping[str, str] = {}


class _Batch(Frozen, frozen=True, kw_only=True):
    requests: tuple[_Item, ...]


def answer_batch(ask: Ask, answer: Callable[[Ask], Answer], rng: random.Random) -> Answer:
    """Answer all requests of a batch.

    Args:
        ask: the batch; its path is the version and `$batch`.
        answer: answers a single request.
        rng: decides the order of the answers.

    Returns:
        One answer per request, each with its own status.

    Raises:
        GraphRefusalError: not a batch, too many requests, or an id twice.
    """
    items = _read_items(ask.body)
    responses = [_render(item, answer(_unpack(item, ask.path[0]))) for item in items]
    rng.shuffle(responses)
    return Answer(content={"responses": responses})


def _read_items(body: bytes) -> tuple[_Item, ...]:
    try:
        items = msgspec.json.decode(body, type=_Batch).requests
    except msgspec.DecodeError as error:
        raise GraphRefusalError(400, "BadRequest", "Invalid batch payload format.") from error
    if len(items) > _LIMIT:
        message = f"Number of batch request steps exceeds the maximum value of {_LIMIT}."
        raise GraphRefusalError(400, "MaximumValueExceeded", message)
    if len({item.id for item in items}) < len(items):
        raise GraphRefusalError(400, "BadRequest", "Request Id values must be unique.")
    return items


def _unpack(item: _Item, version: str) -> Ask:
    parts = urlsplit(item.url)
    path = tuple(unquote(segment) for segment in parts.path.strip("/").split("/"))
    headers = {name.lower(): value for name, value in item.headers.items()}
    return Ask(
        method=item.method.upper(),
        path=(version, *path),
        query=dict(parse_qsl(parts.query)),
        headers=headers,
        target=item.url,
    )


def _render(item: _Item, answer: Answer) -> dict[str, object]:
    body = answer.content if answer.raw is None else answer.raw.decode()
    headers = {"Content-Type": "application/json", **answer.headers}
    return {"id": item.id, "status": answer.status, "headers": headers, "body": body}
