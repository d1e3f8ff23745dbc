"""What a fault does to the answer of a service: to its rows, its link, its body and its bytes."""

import gzip
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from scanner.simulator.faults.request import NEXT_LINK, first_page_of, link_of
from scanner.simulator.faults.scenario import LINKS, Then
from scanner.simulator.wire import Answer, Ask

Row = dict[str, Any]
_AGAIN = "again"
"""Query option of the link that an empty page gives to the true one."""


def empty_page(ask: Ask, base: str) -> Answer:
    """Return a page without rows whose link leads to the page that was asked for."""
    joint = "&" if "?" in ask.target else "?"
    return Answer(content={"value": [], NEXT_LINK: f"{base}{ask.target}{joint}{_AGAIN}=1"})


def is_page(answer: Answer) -> bool:
    """Say whether an answer is a page of a listing."""
    return isinstance(answer.content, dict) and isinstance(answer.content.get("value"), list)


def came_after_empty(ask: Ask) -> bool:
    """Say whether a request follows the link of an empty page."""
    return _AGAIN in ask.query


def spoil_listing(then: Then, answer: Answer, before: Sequence[Row]) -> Answer:
    """Change the rows of a page, and whether another follows.

    Args:
        then: what the fault says.
        answer: the service's answer; one that is no page stays as it is.
        before: the rows of the page before; empty on a first page.
    """
    if not is_page(answer) or not isinstance(answer.content, dict):
        return answer
    content = dict(answer.content)
    rows: list[Row] = [] if then.empty_list else list(content["value"])
    if then.lose_rows:
        rows = rows[: -then.lose_rows]
    if then.duplicate_rows:
        rows = [*(before[-then.duplicate_rows :] or rows[: then.duplicate_rows]), *rows]
    if then.omit:
        rows = [_without(row, then.omit) for row in rows]
    if then.end_listing or then.empty_list:
        content.pop(NEXT_LINK, None)
    return msgspec.structs.replace(answer, content=content | {"value": rows})


def spoil_link(then: Then, answer: Answer, ask: Ask, places: Mapping[str, str]) -> Answer:
    """Let the link to the next page lead elsewhere; a page without one stays as it is."""
    link = link_of(answer)
    if then.link is None or not link:
        return answer
    wrong: object = 7 if then.link == "not-text" else fill(LINKS.get(then.link, then.link), ask, places, link)
    assert isinstance(answer.content, dict)  # noqa: S101 - it has a link
    return msgspec.structs.replace(answer, content=answer.content | {NEXT_LINK: wrong})


def fill(pattern: str, ask: Ask, places: Mapping[str, str], link: str = "") -> str:
    """Fill the places of a pattern.

    Args:
        pattern: text with places such as `{host}`.
        ask: the request.
        places: `host`, `port`, `foreign` and `base`.
        link: the true link to the next page; the request's own address where there is none.
    """
    true = urlsplit(link or f"{places['base']}{ask.target}")
    known = {
        **places,
        "path": true.path,
        "target": true._replace(scheme="", netloc="").geturl(),
        "self": f"{places['base']}{ask.target}",
        "first": f"{places['base']}{first_page_of(ask.target)}",
    }
    for name, value in known.items():
        pattern = pattern.replace(f"{{{name}}}", value)
    return pattern


def spoil_body(then: Then, answer: Answer) -> Answer:
    """Replace the body, or texts in it, or what it is called."""
    changed = answer
    if then.replace:
        body = answer.encode().decode()
        for old, new in then.replace.items():
            body = body.replace(old, new)
        changed = msgspec.structs.replace(changed, content=_read(body), raw=None)
    if then.text is not None:
        changed = msgspec.structs.replace(changed, raw=then.text.encode())
    if then.content_type:
        changed = msgspec.structs.replace(changed, headers={**changed.headers, "Content-Type": then.content_type})
    return changed


def spoil_bytes(then: Then, answer: Answer) -> Answer:
    """Break the answer on its way, as far as that can be done to its bytes; the server does the rest."""
    packed = {**answer.headers, "Content-Encoding": "gzip"}
    match then.transport:
        case None:
            return answer
        case "truncate":
            body = answer.encode()
            return msgspec.structs.replace(answer, raw=body[: len(body) // 2])
        case "bad-gzip":
            return msgspec.structs.replace(answer, raw=b"\0\0\0\0" + answer.encode(), headers=packed)
        case "cut-gzip":
            body = gzip.compress(answer.encode(), 1)
            return msgspec.structs.replace(answer, raw=body[: len(body) // 2], headers=packed)
        case breakage:
            return msgspec.structs.replace(answer, breakage=breakage)


def _without(row: Row, names: Sequence[str]) -> Row:
    return {key: value for key, value in row.items() if key.partition("@")[0] not in names}


def _read(body: str) -> object:
    return msgspec.json.decode(body)
