"""Answers that are broken, hostile or late: correct or honestly incomplete, and no byte to a stranger."""

import asyncio
import gzip
import json
import math
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from itertools import pairwise
from pathlib import Path

import pytest
from aiohttp import web

from scanner.app.evidence import load_snapshot
from scanner.errors import StoreError
from scanner.model.reading import Place
from scanner.model.section import SectionState
from scanner.sources.live import LiveSource
from scanner.sources.live.call import WritingError
from scanner.sources.live.limits import Limits, Rate
from scanner.store import Store
from tests.sources.live.conftest import Stranger
from tests.sources.live.scene import QUICK, Shelf, collect, go_on, pick
from tests.sources.live.stage import INVOKE, Scene, Stage, as_json, in_turn, page

DOMAINS = "/graph/v1.0/domains"
USERS = "/graph/v1.0/users"
POLICIES = "/graph/v1.0/identity/conditionalAccess/policies"
ONE = pick("domains")


def read_domains(stage: Stage, scene: Scene) -> Shelf:
    stage.on(DOMAINS, scene)
    return collect(stage.target(), ONE)


def cut_off() -> web.Response:
    return web.Response(text='{"value": [{"id": "1"', content_type="application/json")


def bad_gzip() -> web.Response:
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    return web.Response(body=b"\0\0\0\0", headers=headers)


def short_gzip() -> web.Response:
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    return web.Response(body=gzip.compress(b'{"value": []}' * 50)[:-9], headers=headers)


def html() -> web.Response:
    return web.Response(text="<html>maintenance</html>", content_type="text/html")


def wrong_shape() -> web.Response:
    return as_json({"value": "none"})


def too_deep() -> web.Response:
    return web.Response(text='{"value": ' + "[" * 50_000, content_type="application/json")


def not_utf8() -> web.Response:
    return web.Response(body=b'{"value": [{"id": "\xff"}]}', content_type="application/json")


def unknown_error() -> web.Response:
    return as_json({"error": {"code": "UnknownError", "message": ""}}, status=403)


async def break_off(request: web.Request, _: int) -> web.Response:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def stall(_: web.Request, __: int) -> web.Response:
    await asyncio.sleep(5)
    return web.Response()


@pytest.mark.parametrize(
    "trouble",
    [cut_off, bad_gzip, short_gzip, html, wrong_shape, too_deep, not_utf8, unknown_error],
    ids=lambda one: one.__name__,
)
def test_a_broken_answer_is_asked_for_again(stage: Stage, trouble: Callable[[], web.Response]) -> None:
    """One broken answer does no harm; nothing but broken answers is a missing section, not an empty one."""
    shelf = read_domains(stage, in_turn(trouble, lambda: page([{"id": "contoso.example"}])))
    assert shelf.reports["domains"].state is SectionState.COMPLETE
    assert shelf.reports["domains"].count == 1
    shelf = read_domains(stage, in_turn(trouble))
    assert shelf.reports["domains"].state is SectionState.MISSING
    assert shelf.rows == {}


@pytest.mark.parametrize("trouble", [break_off, stall], ids=lambda one: one.__name__)
def test_a_connection_that_breaks_or_stalls_is_made_again(stage: Stage, trouble: Scene) -> None:
    """As long as the service answers in the end."""
    stage.on(DOMAINS, lambda request, turn: trouble(request, turn) if turn == 0 else page([{"id": "1"}]))
    shelf = collect(stage.target(), ONE, replace(QUICK, silence=0.3))
    assert shelf.reports["domains"].state is SectionState.COMPLETE


def test_nul_bytes_that_call_themselves_gzip_are_a_refusal(stage: Stage) -> None:
    """Exchange refuses that way; the permission is named."""
    stage.on(DOMAINS, in_turn(lambda: web.Response(status=403, body=b"\0\0\0\0", headers={"Content-Encoding": "gzip"})))
    report = collect(stage.target(), ONE).reports["domains"]
    assert (report.state, report.permission) == (SectionState.MISSING, "Domain.Read.All")


def test_a_licence_that_lacks_is_no_permission_that_lacks(stage: Stage) -> None:
    """Nobody should be told to grant what would not help."""
    body = {"error": {"code": "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "message": "no premium"}}
    report = read_domains(stage, in_turn(lambda: as_json(body, status=403))).reports["domains"]
    assert "not licensed" in report.reason
    assert report.permission == ""


def test_a_provider_message_is_one_line_of_bounded_length(stage: Stage) -> None:
    """Control characters and endless texts don't reach a report."""
    body = {"error": {"code": "BadRequest", "message": "a\x1b[31m\r\nb\u202e" + "x" * 5000}}
    reason = read_domains(stage, in_turn(lambda: as_json(body, status=400))).reports["domains"].reason
    assert "a [31m b x" in reason
    assert len(str(reason)) < 500


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_no_request_comes_before_its_time(stage: Stage, form: str) -> None:
    """Retry-After is honoured in both of its forms."""

    def throttle() -> web.Response:
        date = formatdate(math.ceil(stage.now()) + 1, usegmt=True)
        return web.Response(status=429, headers={"Retry-After": "1" if form == "seconds" else date})

    stage.on(DOMAINS, in_turn(throttle, throttle, lambda: page([{"id": "1"}])))
    shelf = collect(stage.target(), ONE)
    assert shelf.reports["domains"].state is SectionState.COMPLETE
    moments = [visit.at for visit in stage.visits_to(DOMAINS)]
    assert len(moments) == 3
    assert all(later - earlier >= 1 for earlier, later in pairwise(moments))


def test_a_wait_that_is_too_long_is_not_waited_for(stage: Stage) -> None:
    """The section ends with the reason; the service is not asked again."""
    report = read_domains(stage, in_turn(lambda: web.Response(status=429, headers={"Retry-After": "3600"}))).reports[
        "domains"
    ]
    assert report.state is SectionState.MISSING
    assert "429" in report.reason
    assert len(stage.visits_to(DOMAINS)) == 1


@pytest.mark.parametrize("asked", ["9" * 400, "9" * 5000, "Fri, 31 Dec 9999 23:59:59 GMT", "9999999"])
def test_an_absurd_wait_ends_its_section_only(stage: Stage, asked: str) -> None:
    """Whatever number Retry-After holds; what another service answers is kept."""
    stage.on(DOMAINS, in_turn(lambda: web.Response(status=429, headers={"Retry-After": asked})))
    stage.on(INVOKE, in_turn(lambda: page([{"Guid": "1"}])))
    shelf = collect(stage.target(), pick("domains", "mailboxes"))
    assert "429" in shelf.reports["domains"].reason
    assert shelf.reports["mailboxes"].count == 1
    assert shelf.waits == [], "nobody waits so long"


@pytest.mark.parametrize("headers", [{"x-ms-throttle-limit-percentage": "inf"}, {"Rate-Limit-Limit": "9" * 400}])
def test_a_limit_without_bound_slows_nothing_down(stage: Stage, headers: dict[str, str]) -> None:
    stage.on(
        DOMAINS, in_turn(lambda: as_json({"value": [{"id": "1"}]}, headers={"Rate-Limit-Remaining": "1"} | headers))
    )
    shelf = collect(stage.target(), ONE)
    assert (shelf.reports["domains"].state, shelf.waits) == (SectionState.COMPLETE, [])


@pytest.mark.parametrize(
    "date",
    [
        "Mon, 01 Jan 2024 00:00:00 +99999999999999999999",
        "Mon, 01 Jan 99999999999 00:00:00 GMT",
        "Mon, 01 Jan 2024 99999999999:00:00 GMT",
        f"Mon, 01 Jan 2024 00:00:00 +{'9' * 5000}",
    ],
)
def test_a_date_beyond_all_calendars_is_none(stage: Stage, date: str) -> None:
    """Neither in Date nor in Retry-After."""
    throttled = web.Response(status=429, headers={"Retry-After": date, "Date": date})
    answers = in_turn(lambda: throttled, lambda: as_json({"value": [{"id": "1"}]}, headers={"Date": date}))
    assert read_domains(stage, answers).reports["domains"].state is SectionState.COMPLETE


@pytest.mark.parametrize("section", ["conditional-access-policies", "mailboxes", "domains"])
def test_a_number_of_thousands_of_digits_is_infinite(stage: Stage, section: str) -> None:
    """Rows that are looked into while reading, rows that are not, and rows of Exchange."""
    body = b'{"value":[{"id":"1","Guid":"1","x":%b,"y":-%b}]}' % (b"9" * 5000, b"9" * 5000)
    for path in (INVOKE, DOMAINS, POLICIES):
        stage.on(path, lambda *_: web.Response(body=body, content_type="application/json"))
    shelf = collect(stage.target(), pick(section))
    (row,) = shelf.rows[section]
    assert (row["x"], row["y"]) == (math.inf, -math.inf)
    assert shelf.reports[section].state is SectionState.COMPLETE


@pytest.mark.parametrize("error", [ValueError, OverflowError, RecursionError, WritingError])
def test_an_answer_that_nobody_foresaw_ends_its_section_only(stage: Stage, error: type[Exception]) -> None:
    """The sentence names the kind of error, and other sections are read."""

    class Startled(Shelf):
        def note_place(self, section: str, place: Place) -> None:
            if section == "domains":
                raise error("odd")
            super().note_place(section, place)

    stage.on(DOMAINS, in_turn(lambda: page([{"id": "1"}])))
    stage.on(USERS, in_turn(lambda: page([{"id": "1"}])))
    shelf = go_on(Startled(), stage.target(), pick("domains", "users"))
    assert f"could not cope with an answer ({error.__name__})" in shelf.reports["domains"].reason
    assert shelf.rows["users"] == [{"id": "1"}]


@pytest.mark.parametrize(
    ("rows", "said"),
    [(20_001, "a page had more than 20000 rows"), (3_000_000, "an answer held more than 2000000 values")],
)
def test_rows_without_number_are_not_swallowed(stage: Stage, rows: int, said: str) -> None:
    """Millions of empty rows fit in an answer and not in memory: the section ends, and nobody asks again."""
    body = b'{"value":[%b]}' % b",".join([b"{}"] * rows)
    stage.on(DOMAINS, lambda *_: web.Response(body=body, content_type="application/json"))
    report = collect(stage.target(), ONE, replace(QUICK, body=64 * 2**20)).reports["domains"]
    assert (report.state, str(report.reason)) == (SectionState.MISSING, said)
    assert len(stage.visits_to(DOMAINS)) == 1


def test_everybody_is_told_of_a_wait_that_is_too_long(stage: Stage) -> None:
    """Other sections of the same service don't ask before its time either."""
    stage.on("/graph/v1.0/organization", in_turn(lambda: web.Response(status=429, headers={"Retry-After": "3600"})))
    report = read_domains(stage, in_turn(lambda: page([]))).reports["domains"]
    assert "asked to wait" in report.reason
    assert stage.visits_to(DOMAINS) == []


def test_the_time_for_the_whole_reading_is_bounded(stage: Stage) -> None:
    """What is not read by then is missing, and says why."""
    stage.on(DOMAINS, in_turn(lambda: web.Response(status=429)))
    shelf = collect(stage.target(), ONE, replace(QUICK, walk=0.3))
    assert "ran out" in shelf.reports["domains"].reason


@pytest.mark.parametrize(
    "link",
    [
        "https://127.0.0.1:{stranger}/graph/v1.0/domains?x=1",
        "http://127.0.0.1:{own}/graph/v1.0/domains?x=1",
        "https://127.0.0.1:{own}@127.0.0.1:{stranger}/graph/v1.0/domains",
        "https://user:pass@127.0.0.1:{own}/graph/v1.0/domains",
        "https://127.0.0.1.evil.example:{own}/graph/v1.0/domains",
        "https://127.0.0.1:{stranger}\\@127.0.0.1:{own}/graph/v1.0/domains",
        "https://127.0.0.1:{own}/elsewhere/v1.0/domains",
        "https://127.0.0.1:{own}/graph/v1.0/../../elsewhere",
        "https://127.0.0.1:{own}/graph/v1.0/%2e%2e/%2e%2e/elsewhere",
        "https://127.0.0.1:{own}/graph/v1.0/domains#@127.0.0.1:{stranger}/",
        "https://127.0.0.1:{own}/graph/v1.0/dom\tains",
        "https://[::1:{own}/graph/v1.0/domains",
        "https://127.0.0.1:99999999/graph/v1.0/domains",
        "/graph/v1.0/domains?x=1",
        "//127.0.0.1:{stranger}/graph/v1.0/domains",
        "",
        7,
        ["https://127.0.0.1:{own}/graph/v1.0/domains"],
    ],
)
def test_a_link_that_leads_elsewhere_is_not_followed(stage: Stage, stranger: Stranger, link: object) -> None:
    """What came is kept, the section is partial, and neither the stranger nor another path is asked."""
    shown = link.format(stranger=stranger.port, own=stage.port) if isinstance(link, str) else link
    shelf = read_domains(stage, in_turn(lambda: page([{"id": "1"}], shown)))
    report = shelf.reports["domains"]
    assert (report.state, report.count) == (SectionState.PARTIAL, 1)
    assert "link" in report.reason or "not followed" in report.reason
    assert stranger.callers == []
    assert len(stage.visits_to(DOMAINS)) == 1
    assert not [visit for visit in stage.visits if "elsewhere" in visit.path]


def test_redirects_of_graph_are_not_followed(stage: Stage, stranger: Stranger) -> None:
    """No request, no token."""
    location = f"https://127.0.0.1:{stranger.port}/graph/v1.0/domains"
    report = read_domains(stage, in_turn(lambda: web.Response(status=302, headers={"Location": location}))).reports[
        "domains"
    ]
    assert (report.state, stranger.callers) == (SectionState.MISSING, [])
    assert "302" in report.reason


def test_pages_are_followed_as_their_links_say(stage: Stage) -> None:
    """Empty pages don't end a listing, rows that come twice count once, links are sent exactly as received."""
    link = f"{stage.root}{DOMAINS}?$skiptoken=a%20b+c%2Fd%3D=='~"
    pages = in_turn(
        lambda: page([{"id": "1"}, {"id": "2"}], f"{stage.root}{DOMAINS}?first"),
        lambda: page([], link),
        lambda: page([{"id": "2"}, {"id": "3"}, {"name": "without id"}, {"name": "without id"}]),
    )
    shelf = read_domains(stage, pages)
    assert [row.get("id") for row in shelf.rows["domains"]] == ["1", "2", "3", None, None]
    assert shelf.reports["domains"].state is SectionState.COMPLETE
    assert stage.raw_queries(DOMAINS)[-1] == link.partition("?")[2]


@pytest.mark.parametrize("cycle", [1, 2])
def test_links_that_go_round_end_the_listing(stage: Stage, cycle: int) -> None:
    """A link that was followed before is not followed again."""

    def answer(_: web.Request, turn: int) -> web.Response:
        return page([{"id": str(turn)}], f"{stage.root}{DOMAINS}?page={turn % cycle}")

    report = read_domains(stage, answer).reports["domains"]
    assert (report.state, report.count) == (SectionState.PARTIAL, cycle + 1)
    assert "same link" in report.reason


def test_a_listing_without_end_ends(stage: Stage) -> None:
    """After as many pages as patience allows."""

    def answer(_: web.Request, turn: int) -> web.Response:
        return page([{"id": str(turn)}], f"{stage.root}{DOMAINS}?page={turn}")

    report = read_domains(stage, answer).reports["domains"]
    assert (report.state, report.count) == (SectionState.PARTIAL, QUICK.pages)


def test_a_listing_that_ends_early_is_found_out_by_its_count(stage: Stage) -> None:
    """The link to the second page is missing, and the count says so."""
    stage.on(USERS, in_turn(lambda: page([{"id": "1"}])))
    stage.on(f"{USERS}/$count", in_turn(lambda: web.Response(body=b"\xef\xbb\xbf3", content_type="text/plain")))
    report = collect(stage.target(), pick("users")).reports["users"]
    assert (report.state, report.count, report.expected) == (SectionState.PARTIAL, 1, 3)
    assert "1 of 3" in report.reason


@pytest.mark.parametrize("number", ["9" * 13, "9" * 5000, "-1", "1_0", ""])
def test_a_count_that_is_none_is_no_expectation(stage: Stage, number: str) -> None:
    """No store takes a number of any length; the section says that an answer can't be read."""
    stage.on(USERS, in_turn(lambda: page([{"id": "1"}])))
    stage.on(f"{USERS}/$count", in_turn(lambda: web.Response(text=number)))
    report = collect(stage.target(), pick("users")).reports["users"]
    assert (report.state, report.expected) == (SectionState.MISSING, None)
    assert "can't be read" in report.reason


def test_users_who_leave_meanwhile_are_no_loss(stage: Stage) -> None:
    """The count is taken again before a listing is doubted."""
    stage.on(USERS, in_turn(lambda: page([{"id": "1"}])))
    stage.on(f"{USERS}/$count", in_turn(lambda: web.Response(text="2"), lambda: web.Response(text="1")))
    report = collect(stage.target(), pick("users")).reports["users"]
    assert (report.state, report.expected) == (SectionState.COMPLETE, 1)


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_that_is_too_large_is_not_swallowed(stage: Stage, packed: bool) -> None:  # noqa: FBT001 - a case
    """Neither as it comes nor unpacked."""
    body = json.dumps({"value": [{"id": "x" * 3_000_000}]}).encode()
    headers = {"Content-Type": "application/json"} | ({"Content-Encoding": "gzip"} if packed else {})
    answer = in_turn(lambda: web.Response(body=gzip.compress(body) if packed else body, headers=headers))
    report = read_domains(stage, answer).reports["domains"]
    assert report.state is SectionState.MISSING
    assert "larger than 200000 bytes" in report.reason


def test_scarce_requests_keep_their_distance(stage: Stage) -> None:
    """Conditional Access and Identity Protection share one request a second of the whole tenant."""
    sections = pick("conditional-access-policies", "named-locations", "risky-users")
    collect(stage.target(), sections, replace(QUICK, limits=Limits(conditional_access=Rate(requests=1, seconds=0.3))))
    visits = [visit for visit in stage.visits if "/identity" in visit.path]
    moments = [visit.at for visit in visits]
    assert len(moments) == 3
    assert all(later - earlier >= 0.28 for earlier, later in pairwise(moments))
    assert {visit.headers["Prefer"] for visit in visits} == {"include-unknown-enum-members"}


def test_requests_say_that_they_can_wait_and_who_they_are(stage: Stage) -> None:
    """Low priority, and an id of its own for each."""
    read_domains(stage, in_turn(lambda: page([])))
    visits = [visit for visit in stage.visits if visit.path.startswith("/graph")]
    assert {visit.headers["x-ms-throttle-priority"] for visit in visits} == {"low"}
    assert len({visit.headers["client-request-id"] for visit in visits}) == len(visits)


def test_a_reading_that_is_gone_on_with_counts_its_requests_at_least(stage: Stage) -> None:
    """A killed run takes its last requests with it; one that was not interrupted says nothing."""
    stage.on(DOMAINS, in_turn(lambda: page([{"id": "1"}])))
    shelf = read_domains(stage, in_turn(lambda: page([{"id": "1"}])))
    assert shelf.remarks == {}
    go_on(shelf, stage.target(), pick("domains", "users"))
    assert "at least as many requests" in shelf.remarks["requests"]


def test_a_full_disk_ends_the_reading_as_itself(stage: Stage) -> None:
    """An error of the sink is not a matter of one section."""

    class FullShelf(Shelf):
        def add_page(self, *_: object, **__: object) -> int:
            raise StoreError("no space left", "Free some.")

    stage.on(DOMAINS, in_turn(lambda: page([{"id": "1"}])))
    shelf = FullShelf()
    with pytest.raises(StoreError, match="no space left"):
        LiveSource(stage.target(), pick("domains", "users"), QUICK).collect(shelf, shelf)


@pytest.mark.parametrize("levels", [101, 500, 900])
def test_a_deep_row_ends_its_section_only(stage: Stage, tmp_path: Path, levels: int) -> None:
    """It could be read when it came: what was kept is judged, and the reason is told."""
    first = {"value": [{"id": "contoso.example"}], "@odata.nextLink": f"{stage.root}{DOMAINS}?page=2"}
    deep = '{"a":' * levels + "1" + "}" * levels
    bodies = [json.dumps(first), f'{{"value":[{deep}]}}']
    stage.on(DOMAINS, lambda _, turn: web.Response(text=bodies[turn], content_type="application/json"))
    source = LiveSource(stage.target(), pick("domains"), QUICK)
    with Store.open(f"sqlite:///{tmp_path}/store.db") as store:
        writer = store.begin_snapshot(source.known, origin=source.origin)
        snapshot_id = writer.finish(source.collect(writer, Shelf()))
        snapshot = load_snapshot(store, snapshot_id)
    report = snapshot.sections["domains"]
    assert (report.state, report.count) == (SectionState.PARTIAL, 1)
    assert str(report.reason) == "rows are nested more than 100 levels deep"
    assert [domain.name for domain in snapshot.domains] == ["contoso.example"]
