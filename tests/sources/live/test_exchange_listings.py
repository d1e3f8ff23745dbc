"""Exchange's listings: what must stay the same from page to page, and what happens when they break."""

import re
from collections.abc import Awaitable, Mapping
from dataclasses import replace

import pytest
from aiohttp import web

from scanner.model.section import SectionState
from scanner.sources.live.call import Call, WritingError, refuse_writing
from scanner.sources.live.failure import UnreadableError
from scanner.sources.live.fence import Fence
from scanner.sources.live.lane import Lane
from scanner.sources.live.page import decode_page
from scanner.sources.live.parts import MAILBOX_KINDS
from tests.sources.live.conftest import Stranger
from tests.sources.live.scene import QUICK, Shelf, collect, pick
from tests.sources.live.stage import INVOKE, TENANT, Stage, Visit, as_json, cmdlet_of, in_turn, page

CAS = pick("cas-mailboxes")
ROOMY = replace(QUICK, body=4_000_000)
EXPIRED = "Expired or Invalid pagination request. Default Expiry time is 00:30:00"


def row(number: int) -> dict[str, object]:
    return {
        "Guid": f"{number:08d}-0000-4000-8000-000000000000",
        "PrimarySmtpAddress": f"m{number}@contoso.example",
        "SmtpClientAuthenticationDisabled": None,
        "PopEnabled": True,
        "ImapEnabled": True,
    }


def rows(first: int, last: int) -> list[dict[str, object]]:
    return [row(number) for number in range(first, last)]


def expired() -> web.Response:
    return as_json({"error": {"code": "BadRequest", "message": EXPIRED, "innererror": {"message": EXPIRED}}}, 400)


def read_cas(stage: Stage) -> Shelf:
    return collect(stage.target(), CAS, ROOMY)


def kind_of(visit: Visit) -> object:
    return cmdlet_of(visit)[1].get("RecipientTypeDetails")


def test_a_listing_stays_at_one_back_end(stage: Stage) -> None:
    """Same body, anchor, connection and cookies on every page; each request has its own id."""

    def answer(_: web.Request, turn: int) -> web.Response:
        made = page(rows(turn, turn + 1), f"{stage.root}{INVOKE}?$skiptoken={turn}" if turn < 2 else None)
        made.set_cookie("Backend", "b7")
        return made

    stage.on(INVOKE, answer)
    assert read_cas(stage).reports["cas-mailboxes"].count == 3
    first, second, third = stage.visits_to(INVOKE)
    assert first.body == second.body == third.body
    assert cmdlet_of(first) == ("Get-CASMailbox", {"ResultSize": "Unlimited"})
    anchor = f"APP:SystemMailbox{{bb558c35-97f1-4cb9-8ff7-d53741dc928c}}@{TENANT}"
    assert {visit.headers["X-AnchorMailbox"] for visit in (first, second, third)} == {anchor}
    assert len({visit.headers["connection-id"] for visit in (first, second, third)}) == 1
    assert len({visit.headers["client-request-id"] for visit in (first, second, third)}) == 3
    assert "Cookie" not in first.headers
    assert second.headers["Cookie"] == third.headers["Cookie"] == "Backend=b7"
    assert first.query == "$select=Guid,PrimarySmtpAddress,SmtpClientAuthenticationDisabled,PopEnabled,ImapEnabled"


CONDITION = re.compile(r"Alias -(like|notlike) '([^']*)\*'")


def chosen(visit: Visit, all_rows: Mapping[str, list[dict[str, object]]]) -> list[dict[str, object]]:
    """Choose rows by kind and by filter, as Exchange does; their alias is the local part of their address."""
    parameters = cmdlet_of(visit)[1]
    kind = parameters.get("RecipientTypeDetails")
    found = [row for name, rows in all_rows.items() if kind in {None, name} for row in rows]
    for word, prefix in CONDITION.findall(parameters.get("Filter", "")):
        found = [row for row in found if str(row["PrimarySmtpAddress"]).startswith(prefix) == (word == "like")]
    return found


def break_paging(stage: Stage, all_rows: Mapping[str, list[dict[str, object]]], most: int = 1000) -> None:
    """Page one comes with a link; following it fails, as reported for app-only sign-in."""

    def answer(request: web.Request, _: int) -> web.Response:
        if "skiptoken" in request.query_string:
            return expired()
        found = chosen(stage.visits[-1], all_rows)
        return page(found[:most], f"{stage.root}{INVOKE}?$skiptoken=1" if len(found) > most else None)

    stage.on(INVOKE, answer)


def named(prefix: str, first: int, last: int) -> list[dict[str, object]]:
    return [row(number) | {"PrimarySmtpAddress": f"{prefix}{number}@contoso.example"} for number in range(first, last)]


def test_a_listing_that_breaks_is_read_in_parts(stage: Stage) -> None:
    """Kind by kind, and by how names begin where a kind is too large for one page: all rows arrive, each once."""
    many = [*named("a", 0, 900), *named("bx", 900, 1800), *named("b.", 1800, 2700), *named("~", 2700, 2710)]
    break_paging(stage, {"UserMailbox": many, "SharedMailbox": named("s", 2710, 2800)})
    shelf = read_cas(stage)
    report = shelf.reports["cas-mailboxes"]
    assert (report.state, str(report.reason)) == (SectionState.COMPLETE, "")
    assert report.count == len({one["Guid"] for one in shelf.rows["cas-mailboxes"]}) == 2800
    filters = [str(cmdlet_of(visit)[1].get("Filter", "")) for visit in stage.visits_to(INVOKE)]
    assert "Alias -like 'a*'" in filters
    assert "Alias -like 'bx*'" in filters, "b alone holds more than a page"
    assert any("-notlike 'a*'" in words and "-notlike '9*'" in words for words in filters), "the rest is asked for"


def test_exactly_a_thousand_is_believed_when_a_second_count_agrees(stage: Stage) -> None:
    """One full page without a link; kind by kind and name by name no other row is found."""
    break_paging(stage, {"UserMailbox": [*named("a", 0, 500), *named("b", 500, 1000)]})
    report = read_cas(stage).reports["cas-mailboxes"]
    assert (report.state, report.count) == (SectionState.COMPLETE, 1000)


def test_a_service_that_ignores_the_filter_is_found_out(stage: Stage) -> None:
    """Parts that should have nothing in common begin with the same row."""

    def answer(request: web.Request, _: int) -> web.Response:
        link = f"{stage.root}{INVOKE}?$skiptoken=1"
        return expired() if "skiptoken" in request.query_string else page(rows(0, 1000), link)

    stage.on(INVOKE, answer)
    report = read_cas(stage).reports["cas-mailboxes"]
    assert (report.state, report.count) == (SectionState.PARTIAL, 1000)
    assert "gives the same rows for each part" in report.reason
    assert len(stage.visits_to(INVOKE)) < 60


def test_a_service_that_refuses_the_filter_leaves_the_listing_partial(stage: Stage) -> None:
    """What came is kept, the reason is told."""

    def answer(request: web.Request, _: int) -> web.Response:
        if "skiptoken" in request.query_string:
            return expired()
        if "Filter" in cmdlet_of(stage.visits[-1])[1]:
            return as_json({"error": {"code": "BadRequest", "message": "no such parameter"}}, 400)
        return page(rows(0, 1000), f"{stage.root}{INVOKE}?$skiptoken=1")

    stage.on(INVOKE, answer)
    report = read_cas(stage).reports["cas-mailboxes"]
    assert (report.state, report.count) == (SectionState.PARTIAL, 1000)
    assert "does not filter it either" in report.reason


def test_the_rest_that_can_not_be_asked_for_is_a_doubt(stage: Stage) -> None:
    """Names that begin otherwise may lack, so the union is not proved."""
    break_paging(stage, {"UserMailbox": [*named("a", 0, 900), *named("b", 900, 1800)]})
    play = stage.scene(INVOKE)

    def answer(request: web.Request, turn: int) -> web.StreamResponse | Awaitable[web.StreamResponse]:
        refused = as_json({"error": {"code": "BadRequest", "message": "too long"}}, 400)
        return refused if "notlike" in stage.visits[-1].body else play(request, turn)

    stage.on(INVOKE, answer)
    report = read_cas(stage).reports["cas-mailboxes"]
    assert (report.state, report.count) == (SectionState.PARTIAL, 1800)
    assert "names that begin otherwise may lack" in report.reason


def test_a_listing_of_another_cmdlet_that_breaks_is_partial(stage: Stage) -> None:
    """Authentication policies have no kinds to be split by."""
    stage.on(INVOKE, in_turn(lambda: page([{"Guid": "1"}], f"{stage.root}{INVOKE}?$skiptoken=1"), expired))
    report = collect(stage.target(), pick("authentication-policies")).reports["authentication-policies"]
    assert (report.state, report.count) == (SectionState.PARTIAL, 1)


def test_exactly_one_full_page_is_looked_into(stage: Stage) -> None:
    """A thousand rows and no link may be a listing that was cut off: the parts tell."""
    parts = {"UserMailbox": rows(0, 900), "SharedMailbox": rows(900, 1200)}
    stage.on(
        INVOKE,
        lambda _, __: page(
            parts.get(str(kind_of(stage.visits[-1])), []) if kind_of(stage.visits[-1]) else rows(0, 1000)
        ),
    )
    report = read_cas(stage).reports["cas-mailboxes"]
    assert (report.state, report.count) == (SectionState.COMPLETE, 1200)
    assert len(stage.visits_to(INVOKE)) == 1 + len(MAILBOX_KINDS)


def test_warnings_make_a_listing_partial(stage: Stage) -> None:
    """A warning can mean that rows are missing."""
    headers = {"X-Warnings": "second warning"}
    content = {"value": [row(1)], "@adminapi.warnings": ["first warning"]}
    stage.on(INVOKE, in_turn(lambda: as_json(content, headers=headers)))
    report = read_cas(stage).reports["cas-mailboxes"]
    assert report.state is SectionState.PARTIAL
    assert "first warning" in report.reason
    assert "second warning" in report.reason


def test_a_refused_select_is_done_without(stage: Stage) -> None:
    """Exchange may not know a property that is asked for."""

    def answer(request: web.Request, _: int) -> web.Response:
        refused = as_json({"error": {"code": "BadRequest", "message": "no such property"}}, 400)
        return refused if "select" in request.query_string else page(rows(0, 2))

    stage.on(INVOKE, answer)
    assert read_cas(stage).reports["cas-mailboxes"].state is SectionState.COMPLETE


def test_rows_that_are_known_by_their_identity_only_are_kept_once(stage: Stage) -> None:
    first, second = ([{"Identity": name} for name in names] for names in ("ab", "bc"))
    link = f"{stage.root}{INVOKE}?$skiptoken=1"
    stage.on(INVOKE, in_turn(lambda: page(first, link), lambda: page(second)))
    shelf = collect(stage.target(), pick("exchange-service-principals"))
    assert [row["Identity"] for row in shelf.rows["exchange-service-principals"]] == ["a", "b", "c"]
    assert shelf.reports["exchange-service-principals"].count == 3


def test_a_listing_that_another_contradicts_is_partial(stage: Stage) -> None:
    """Get-CASMailbox knows a mailbox that Get-Mailbox did not list, and lacks one that it did."""
    listed = {"Get-Mailbox": rows(0, 2), "Get-CASMailbox": rows(1, 3)}
    stage.on(INVOKE, lambda _, __: page(listed[cmdlet_of(stage.visits[-1])[0]]))
    shelf = collect(stage.target(), pick("mailboxes", "cas-mailboxes"))
    assert shelf.states(SectionState.PARTIAL) == {"mailboxes", "cas-mailboxes"}
    assert "lists 1 mailbox that Get-Mailbox did not" in shelf.reports["mailboxes"].reason
    assert "1 mailbox of Get-Mailbox is not" in shelf.reports["cas-mailboxes"].reason


def test_a_role_that_does_not_work_with_exchange_is_named(stage: Stage) -> None:
    """Exchange says it with a 400."""
    message = "The role assigned to application isn't supported in this scenario."
    stage.on(INVOKE, in_turn(lambda: as_json({"error": {"code": "BadRequest", "message": message}}, 400)))
    report = collect(stage.target(), pick("transport-config")).reports["transport-config"]
    assert report.state is SectionState.MISSING
    assert "Global Reader" in report.permission


@pytest.mark.parametrize(
    "path", ["Mailbox", "Mailbox?x=/InvokeCommand", "InvokeCommand/../Mailbox", "InvokeCommand%3F"]
)
def test_a_link_to_anything_but_cmdlets_is_not_followed(stage: Stage, path: str) -> None:
    """Only its section suffers: what came of it is kept, and the others are read."""
    link = f"{stage.root}/exchange/adminapi/beta/{TENANT}/{path}"
    stage.on(INVOKE, in_turn(lambda: page(rows(0, 1), link)))
    stage.on("/graph/v1.0/domains", in_turn(lambda: page([{"id": "contoso.example"}])))
    shelf = collect(stage.target(), pick("cas-mailboxes", "domains"), ROOMY)
    report = shelf.reports["cas-mailboxes"]
    assert (report.state, report.count) == (SectionState.PARTIAL, 1)
    assert "not followed" in report.reason
    assert shelf.reports["domains"].state is SectionState.COMPLETE
    assert {visit.path for visit in stage.visits if visit.path.startswith("/exchange/")} == {INVOKE}


def test_a_redirect_to_anything_but_cmdlets_is_not_followed(stage: Stage) -> None:
    location = f"{stage.root}/exchange/adminapi/beta/{TENANT}/Mailbox"
    stage.on(INVOKE, in_turn(lambda: web.Response(status=307, headers={"Location": location})))
    report = read_cas(stage).reports["cas-mailboxes"]
    assert report.state is SectionState.MISSING
    assert "not followed" in report.reason


def test_a_property_that_only_a_late_row_holds_was_understood(stage: Stage) -> None:
    """Nothing is asked for again without $select."""
    bare = [{"Guid": f"g{at}"} for at in range(30)]
    stage.on(INVOKE, in_turn(lambda: page([*bare, row(1)])))
    assert read_cas(stage).reports["cas-mailboxes"].count == 31
    assert len(stage.visits_to(INVOKE)) == 1


def test_a_redirect_to_a_stranger_is_not_followed(stage: Stage, stranger: Stranger) -> None:
    """The token stays here."""
    location = f"https://127.0.0.1:{stranger.port}{INVOKE}"
    stage.on(INVOKE, in_turn(lambda: web.Response(status=302, headers={"Location": location})))
    report = read_cas(stage).reports["cas-mailboxes"]
    assert (report.state, stranger.callers) == (SectionState.MISSING, [])
    assert "was not followed" in report.reason


def test_a_redirect_within_the_service_is_followed(stage: Stage) -> None:
    """By hand, with the same body."""
    stage.on(
        INVOKE,
        in_turn(
            lambda: web.Response(status=307, headers={"Location": f"{stage.root}{INVOKE}?again"}),
            lambda: page(rows(0, 1)),
        ),
    )
    assert read_cas(stage).reports["cas-mailboxes"].state is SectionState.COMPLETE
    stage.on(INVOKE, in_turn(lambda: web.Response(status=307, headers={"Location": f"{stage.root}{INVOKE}"})))
    assert "redirected more than" in read_cas(stage).reports["cas-mailboxes"].reason


@pytest.mark.parametrize(
    ("location", "followed"),
    [
        ("https://eur01.outlook.office365.com/adminapi/beta/t/InvokeCommand", True),
        ("https://outlook.office365.com/adminapi/beta/t/InvokeCommand", True),
        ("https://evil-outlook.office365.com/adminapi/beta/t/InvokeCommand", False),
        ("https://outlook.office365.com.evil.example/adminapi/beta/t/InvokeCommand", False),
        ("https://eur01.outlook.office365.com:8443/adminapi/beta/t/InvokeCommand", False),
        ("https://a@eur01.outlook.office365.com/adminapi/beta/t/InvokeCommand", False),
        ("https://eur01.outlook.office365.com/elsewhere", False),
        ("http://eur01.outlook.office365.com/adminapi/beta/t/InvokeCommand", False),
        ("", False),
    ],
)
def test_only_hosts_below_the_suffix_are_moved_to(location: str, followed: bool) -> None:  # noqa: FBT001 - a case
    """A look-alike suffix is a stranger; the old host is not admitted any more after the move."""
    fence = Fence(root="https://outlook.office365.com", prefixes=("/adminapi/",), suffix="outlook.office365.com")
    if followed:
        assert fence.move(location).admit(location).host == location.split("/")[2]
    else:
        with pytest.raises(UnreadableError):
            fence.move(location)


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("https://h/adminapi/beta/t/InvokeCommand", {"CmdletInput": {"CmdletName": "Set-CASMailbox"}}),
        ("https://h/adminapi/beta/t/Other", {"CmdletInput": {"CmdletName": "Get-CASMailbox"}}),
        ("https://h/v1.0/$batch", {"requests": [{"method": "GET"}, {"method": "DELETE"}]}),
        ("https://h/v1.0/$batch", {"requests": [{"method": "GET", "body": {}}]}),
        ("https://h/v1.0/users", {"requests": [{"method": "GET"}]}),
        ("https://h/v1.0/users", {}),
    ],
)
def test_what_might_write_is_not_sent(url: str, body: dict[str, object]) -> None:
    """The program can't be made to change a tenant, not even by a mistake of ours."""
    fence = Fence(root="https://h", prefixes=("/",))
    call = Call(
        url=url,
        fence=fence,
        resource="https://h",
        lane=Lane("Exchange", abreast=1, longest=1),
        decode=decode_page,
        body=body,
    )
    with pytest.raises(WritingError, match="might write"):
        refuse_writing(call)
