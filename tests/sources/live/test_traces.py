"""Message traces come page by page: kept as they come, gone on with, and never all of a sender in memory."""

import datetime as dt
import json
import re
import tracemalloc
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from scanner.evidence.row import Row
from scanner.evidence.sections.message_traces import parse
from scanner.evidence.trace_tally import TraceGatherer
from scanner.model.section import SectionState
from scanner.model.use import SenderTrace
from tests.sources.live.scene import QUICK, Shelf, collect, go_on, pick
from tests.sources.live.stage import Scene, Stage, as_json, in_turn, page

SIGN_INS = "/graph/beta/auditLogs/signIns"
TRACES = "/graph/v1.0/admin/exchange/tracing/messageTraces"
ROOMY = replace(QUICK, body=4_000_000, pages=200)
UNTIL = re.compile(r"receivedDateTime le (\S+)")
NOW = dt.datetime.now(dt.UTC)
SECTIONS = pick("sign-ins", "message-traces")
EVENT = {
    "id": "e",
    "createdDateTime": (NOW - dt.timedelta(hours=1)).isoformat(),
    "userPrincipalName": "app@contoso.example",
    "status": {"errorCode": 0},
}


def trace(number: int) -> dict[str, object]:
    known = {"id": f"t{number}", "messageId": f"t{number}", "recipientAddress": "a@fabrikam.example"}
    return {**known, "subject": "secret", "status": "delivered"}


def link_to(stage: Stage, number: int) -> str:
    return f"{stage.root}{TRACES}?$skiptoken={number}"


def play(stage: Stage, scene: Scene) -> None:
    """Answer the newest window with a scene, the others with nothing."""
    recent = f"{NOW - dt.timedelta(days=5):%Y-%m-%dT%H:%M:%SZ}"
    stage.on(SIGN_INS, in_turn(lambda: page([EVENT])))

    def answer(request: web.Request, turn: int) -> web.StreamResponse | Awaitable[web.StreamResponse]:
        until = UNTIL.search(request.query.get("$filter", ""))
        return page([]) if until and until[1] < recent else scene(request, turn)

    stage.on(TRACES, answer)


class KilledError(Exception):
    """Stands for the end of the program."""


class Mortal(Shelf):
    """Dies with the second page of traces, before it is kept."""

    def add_page(self, section: str, *page: Any, **options: Any) -> int:
        if section == "message-traces" and self.kept.get(section):
            raise KilledError
        return super().add_page(section, *page, **options)


def pages_of(stage: Stage, number: int) -> Scene:
    """Give some traces, one a page."""

    def answer(request: web.Request, _: int) -> web.Response:
        at = int(request.query.get("$skiptoken", "0"))
        return page([trace(at)], link_to(stage, at + 1) if at + 1 < number else None)

    return answer


def test_each_page_of_traces_is_kept_with_the_link_to_the_next(stage: Stage) -> None:
    """Without subjects and recipients."""
    play(stage, pages_of(stage, 3))
    shelf = collect(stage.target(), SECTIONS)
    assert [row["messageId"] for row in shelf.rows["message-traces"]] == ["t0", "t1", "t2"]
    assert len(shelf.kept["message-traces"]) == 3
    assert {row["recipientAddress"] for row in shelf.rows["message-traces"]} == {"*@fabrikam.example"}
    assert not any("subject" in row for row in shelf.rows["message-traces"])


def test_rows_that_come_twice_are_counted_once(stage: Stage) -> None:
    """One message has one id for all its recipients, and the rows of two messages of a moment may be mixed."""
    rows = [
        {"id": name, "messageId": f"<{name}>", "recipientAddress": f"{who}@fabrikam.example"}
        for who in ("a", "b")
        for name in ("t1", "t2")
    ]
    play(stage, in_turn(lambda: page([*rows, rows[3]], link_to(stage, 1)), lambda: page([rows[0], rows[3]])))
    shelf = collect(stage.target(), SECTIONS)
    assert not any("a@" in str(row) or "b@" in str(row) for row in shelf.rows["message-traces"])
    tally = TraceGatherer()
    for row in shelf.rows["message-traces"]:
        tally.add(parse(Row(row)))
    assert tally.give() == (SenderTrace(sender="app@contoso.example", messages=2, domains=(("fabrikam.example", 4),)),)


@pytest.mark.parametrize(
    ("name", "recipients"),
    [
        ("5f1c2a34-8d1b-4c2e-9a57-08dd2c3f4a11", 4),  # the message's own
        ("0123456789abcdef0123456789abcdef", 1),
    ],
)
def test_masked_recipients_are_told_apart_by_an_id_that_is_theirs_only(name: str, recipients: int) -> None:
    """Rows of older snapshots have the same for all of a message; they are counted as they come."""
    tally = TraceGatherer()
    row = {"id": name, "senderAddress": "a@c.example", "messageId": "m", "recipientAddress": "*@fabrikam.example"}
    for _ in range(4):
        tally.add(parse(Row(row)))
    domains = (("fabrikam.example", recipients),)
    assert tally.give() == (SenderTrace(sender="a@c.example", messages=1, domains=domains),)


def leave_half_way(stage: Stage) -> Shelf:
    """Keep the first of three pages, and lose the second."""
    play(stage, pages_of(stage, 3))
    shelf = Mortal()
    with pytest.raises(KilledError):
        go_on(shelf, stage.target(), SECTIONS)
    left = Shelf()
    left.kept, left.marks, left.reports = shelf.kept, shelf.marks, shelf.reports
    stage.visits.clear()
    return left


def test_traces_are_gone_on_with_after_the_last_page_that_was_kept(stage: Stage) -> None:
    """The first page is not asked for again, no trace is lost or comes twice, and the windows stay those of before."""
    shelf = leave_half_way(stage)
    play(stage, pages_of(stage, 3))
    go_on(shelf, stage.target(), SECTIONS)
    assert [row["messageId"] for row in shelf.rows["message-traces"]] == ["t0", "t1", "t2"]
    assert shelf.reports["message-traces"].state is SectionState.COMPLETE
    assert stage.raw_queries(TRACES)[:2] == ["$skiptoken=1", "$skiptoken=2"]


def test_a_link_of_traces_that_is_no_longer_good_begins_its_window_anew(stage: Stage) -> None:
    """As those of other lists."""
    shelf = leave_half_way(stage)
    pages = pages_of(stage, 3)
    stale = as_json({"error": {"code": "BadRequest", "message": "token expired"}}, 400)
    play(stage, lambda request, turn: stale if len(stage.visits_to(TRACES)) == 1 else pages(request, turn))
    go_on(shelf, stage.target(), SECTIONS)
    assert [row["messageId"] for row in shelf.rows["message-traces"]] == ["t0", "t1", "t2"]
    assert shelf.reports["message-traces"].state is SectionState.COMPLETE


class Sieve(Shelf):
    """Keeps no rows."""

    def add_page(self, section: str, *page: Any, **options: Any) -> int:
        return 0 if section == "message-traces" else super().add_page(section, *page, **options)


def measure(stage: Stage, pages: int) -> int:
    """Give the most bytes that were in use while pages of a thousand traces were read."""
    rows = json.dumps([trace(at) for at in range(1000)])

    def answer(request: web.Request, _: int) -> web.Response:
        at = int(request.query.get("$skiptoken", "0")) + 1
        link = f', "@odata.nextLink": "{link_to(stage, at)}"' if at < pages else ""
        return web.Response(text=f'{{"value": {rows}{link}}}', content_type="application/json")

    play(stage, answer)
    tracemalloc.start()
    try:
        shelf = go_on(Sieve(), stage.target(), SECTIONS, ROOMY)
        assert shelf.reports["message-traces"].count == 1000 * pages
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_traces_of_a_sender(stage: Stage) -> None:
    """A hundred thousand take as much as ten thousand."""
    measure(stage, 2)  # what is loaded once
    assert measure(stage, 100) < 1.3 * measure(stage, 10)
