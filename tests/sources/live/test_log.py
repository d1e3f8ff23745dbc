"""The sign-in log is read in windows that the service survives, and whole."""

import datetime as dt
import re
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import pytest
from aiohttp import web

from scanner.model.section import SectionState
from tests.sources.live.scene import collect, pick
from tests.sources.live.stage import Stage, as_json, page

SIGN_INS = "/graph/beta/auditLogs/signIns"
ONE = pick("sign-ins")
TIMES = re.compile(r"createdDateTime ge (\S+) and createdDateTime le (\S+) and")
KINDS = ("interactiveUser", "nonInteractiveUser")
NOW = dt.datetime.now(tz=dt.UTC)

Window = tuple[dt.datetime, dt.datetime]


def filter_of(request: web.Request) -> str:
    return request.query["$filter"]


def kind_of(text: str) -> str:
    (kind,) = (kind for kind in KINDS if f"'{kind}'" in text)
    return kind


def window_of(text: str) -> Window:
    start, end = (dt.datetime.fromisoformat(moment) for moment in TIMES.findall(text)[0])
    return start, end


def an_event(kind: str, days_ago: int) -> dict[str, Any]:
    moment = NOW - dt.timedelta(days=days_ago, hours=1)
    return {"id": f"{kind}/{days_ago}", "createdDateTime": moment.isoformat(), "signInEventTypes": [kind]}


EVENTS = [an_event(kind, days_ago) for kind in KINDS for days_ago in range(29)]


def events_in(request: web.Request) -> list[dict[str, Any]]:
    text = filter_of(request)
    start, end = window_of(text)
    return [
        event
        for event in EVENTS
        if event["signInEventTypes"] == [kind_of(text)]
        and start <= dt.datetime.fromisoformat(event["createdDateTime"]) <= end
    ]


def asked_for(stage: Stage, kind: str) -> list[Window]:
    filters = [unquote(query) for query in stage.raw_queries(SIGN_INS)]
    return [window_of(text) for text in filters if kind_of(text) == kind]


def test_thirty_days_without_a_gap_newest_first(stage: Stage) -> None:
    """Both kinds, one by one; few requests while answers are quick; fresh events that may not be there yet are left."""
    stage.on(SIGN_INS, lambda request, _: page(events_in(request)))
    shelf = collect(stage.target(), ONE)
    assert shelf.reports["sign-ins"].state is SectionState.COMPLETE
    assert {row["id"] for row in shelf.rows["sign-ins"]} == {event["id"] for event in EVENTS}
    for kind in KINDS:
        windows = asked_for(stage, kind)
        assert len(windows) == 3
        assert all(later[0] == earlier[1] for later, earlier in pairwise(windows))
        assert dt.timedelta(days=29, hours=23) < windows[0][1] - windows[-1][0] < dt.timedelta(days=30)
        assert dt.timedelta(minutes=14) < dt.datetime.now(tz=dt.UTC) - windows[0][1] < dt.timedelta(minutes=17)


def test_the_server_filters_and_times_stand_bare(stage: Stage) -> None:
    """``ge`` and ``le`` without quotes; the client's names of today and before; pages of a thousand."""
    collect(stage.target(), ONE)
    query = unquote(stage.raw_queries(SIGN_INS)[0])
    assert "clientAppUsed eq 'Authenticated SMTP' or clientAppUsed eq 'SMTP'" in query
    assert "'2" not in query
    assert not re.search(r" (gt|lt) ", query)
    assert "$top=1000" in query


def test_windows_that_time_out_are_halved(stage: Stage) -> None:
    """A service that survives a day and no more gives everything all the same."""

    def answer(request: web.Request, _: int) -> web.Response:
        start, end = window_of(filter_of(request))
        if end - start > dt.timedelta(days=1, hours=1):
            return web.Response(status=504)
        return page(events_in(request))

    stage.on(SIGN_INS, answer)
    shelf = collect(stage.target(), ONE)
    assert shelf.reports["sign-ins"].state is SectionState.COMPLETE
    assert {row["id"] for row in shelf.rows["sign-ins"]} == {event["id"] for event in EVENTS}


def test_one_day_that_never_comes_is_named_and_the_rest_is_read(stage: Stage) -> None:
    """The section is partial then."""
    lost = NOW - dt.timedelta(days=10, hours=1)

    def answer(request: web.Request, _: int) -> web.Response:
        start, end = window_of(filter_of(request))
        return web.Response(status=504) if start <= lost <= end else page(events_in(request))

    stage.on(SIGN_INS, answer)
    shelf = collect(stage.target(), ONE)
    report = shelf.reports["sign-ins"]
    assert report.state is SectionState.PARTIAL
    assert f"{lost:%Y-%m-%d}" in str(report.reason)
    missing = {event["id"] for event in EVENTS} - {row["id"] for row in shelf.rows["sign-ins"]}
    assert missing == {"interactiveUser/10", "nonInteractiveUser/10"}


def test_a_log_that_is_down_is_given_up(stage: Stage) -> None:
    """After a few windows, not after as many as there are hours."""
    stage.on(SIGN_INS, lambda *_: web.Response(status=503))
    shelf = collect(stage.target(), ONE)
    assert shelf.reports["sign-ins"].state is SectionState.MISSING
    assert len(set(asked_for(stage, KINDS[0]))) < 10


@pytest.mark.parametrize(("status", "state"), [(400, SectionState.PARTIAL), (403, SectionState.PARTIAL)])
def test_without_non_interactive_events_the_log_is_not_whole(stage: Stage, status: int, state: SectionState) -> None:
    """Basic may be logged as either."""

    def answer(request: web.Request, _: int) -> web.Response:
        if kind_of(filter_of(request)) == KINDS[1]:
            return as_json({"error": {"code": "BadRequest", "message": "Invalid filter clause"}}, status)
        return page(events_in(request))

    stage.on(SIGN_INS, answer)
    shelf = collect(stage.target(), ONE)
    assert shelf.reports["sign-ins"].state is state
    assert {row["id"] for row in shelf.rows["sign-ins"]} == {e["id"] for e in EVENTS if e["id"].startswith("inter")}


def test_rows_that_come_twice_are_kept_once(stage: Stage) -> None:
    """Pages and windows repeat rows."""
    stage.on(SIGN_INS, lambda *_: page(EVENTS[:2]))
    shelf = collect(stage.target(), ONE)
    assert len(shelf.rows["sign-ins"]) == 2
