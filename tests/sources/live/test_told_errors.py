"""What services tell beside the rows of an answer with 200: errors, nulls, and pages that are suspiciously full."""

from dataclasses import replace

import pytest
from aiohttp import web

from scanner.model.section import SectionState
from scanner.sources.live.bookmark import decode_bookmark
from tests.sources.live.scene import QUICK, Shelf, collect, go_on, pick
from tests.sources.live.stage import INVOKE, SECRET, Stage, as_json, cmdlet_of, page
from tests.sources.live.test_exchange_listings import expired

POLICIES = "/graph/v1.0/identity/conditionalAccess/policies"
TOLD = "the service told of an error beside the rows: "


@pytest.mark.parametrize("last", [False, True])
def test_an_error_beside_the_rows_of_graph_makes_a_section_partial(stage: Stage, last: bool) -> None:  # noqa: FBT001 - a case
    """Wherever it stands: what comes after it is lost. Secrets that it repeats are not shown."""
    error = {"error": {"code": "InternalServerError", "message": f"half of it, {SECRET}"}}
    rows = {"value": [{"id": "1"}]}
    stage.on(POLICIES, lambda *_: as_json(rows | error if last else error | rows))
    report = collect(stage.target(), pick("conditional-access-policies")).reports["conditional-access-policies"]
    assert (report.state, report.count) == (SectionState.PARTIAL, 1)
    assert str(report.reason) == f"{TOLD}InternalServerError: half of it, …"


@pytest.mark.parametrize("error", [["Server X did not answer"], "Server X did not answer"])
def test_errors_of_a_cmdlet_make_its_section_partial(stage: Stage, error: object) -> None:
    """Exchange answers with the rows that it has, and names what failed as PowerShell does in its error stream."""
    stage.on(INVOKE, lambda *_: page([{"Guid": "1", "Name": "p"}], **{"@adminapi.errors": error}))
    report = collect(stage.target(), pick("authentication-policies")).reports["authentication-policies"]
    assert (report.state, str(report.reason)) == (SectionState.PARTIAL, f"{TOLD}Server X did not answer")


def play_errors(stage: Stage, pages: range, last: int) -> None:
    """Answer with pages of two errors each, all of them different; the pages of the range only."""

    def answer(request: web.Request, _: int) -> web.Response:
        at = int(request.query.get("$skiptoken", "0"))
        if at not in pages:
            return web.Response(status=500)
        link = f"{stage.root}{POLICIES}?$skiptoken={at + 1}" if at < last else None
        return page([{"id": str(at)}], link, **{"@adminapi.errors": [f"e{at}a", f"e{at}b"]})

    stage.on(POLICIES, answer)


def test_of_many_errors_the_first_are_named_and_the_others_counted(stage: Stage) -> None:
    """Also where another run goes on: what is kept with each page does not grow with them."""
    section = "conditional-access-policies"
    shelf = Shelf()
    play_errors(stage, range(3), 4)
    go_on(shelf, stage.target(), pick(section))
    left = Shelf()
    left.kept, left.marks = shelf.kept, shelf.marks
    play_errors(stage, range(3, 5), 4)
    report = go_on(left, stage.target(), pick(section)).reports[section]
    named = "; ".join(f"{TOLD}{error}" for error in ("e0a", "e0b", "e1a"))
    assert (report.state, report.count) == (SectionState.PARTIAL, 5)
    assert str(report.reason) == f"{named}; the service told of 7 more errors or warnings beside the rows"
    assert {len(decode_bookmark(mark).doubts) for mark in left.marks[section].values()} == {3}


def test_an_error_beside_the_members_of_a_group_makes_the_group_partial(stage: Stage) -> None:
    """Also where the first members came in a batch."""
    users = {"includeGroups": ["g1"]}
    stage.on(POLICIES, lambda *_: page([{"id": "1", "conditions": {"users": users}}]))
    stage.on("/graph/v1.0/groups/g1", lambda *_: as_json({"id": "g1", "displayName": "G"}))
    members = "/graph/v1.0/groups/g1/transitiveMembers"
    stage.on(members, lambda *_: as_json({"value": [{"id": "u1"}], "error": {"code": "Timeout"}}))
    stage.on(f"{members}/$count", lambda *_: web.Response(text="1"))
    stage.on_batch("/graph/v1.0/$batch")
    shelf = collect(stage.target(), pick("conditional-access-policies", "groups"))
    assert shelf.reports["groups"].state is SectionState.PARTIAL
    assert f"{TOLD}Timeout" in str(shelf.reports["groups"].reason)
    assert [row.get("membershipPartial") for row in shelf.rows["groups"]] == [True]


def test_an_error_in_place_of_a_users_state_is_no_state(stage: Stage) -> None:
    """A batch may call it 200; the users whose state was given are kept."""
    stage.on(INVOKE, lambda *_: page([{"Guid": f"g{n}", "ExternalDirectoryObjectId": f"u{n}"} for n in range(2)]))
    bodies = [{"perUserMfaState": "enforced"}, {"error": {"code": "Timeout", "message": "late"}}]
    answers = [{"id": str(at), "status": 200, "body": body} for at, body in enumerate(bodies)]
    stage.on("/graph/beta/$batch", lambda *_: as_json({"responses": answers}))
    shelf = collect(stage.target(), pick("mailboxes", "per-user-mfa"))
    assert shelf.rows["per-user-mfa"] == [{"perUserMfaState": "enforced", "id": "u0"}]
    assert shelf.reports["per-user-mfa"].state is SectionState.PARTIAL
    assert "1 of 2 users could not be read" in shelf.reports["per-user-mfa"].reason
    assert "Timeout: late" in shelf.reports["per-user-mfa"].reason


@pytest.mark.parametrize("none", [None, [], "", " ", False, {}, [""], [None, {}], {"code": "", "message": None}])
def test_nothing_told_is_nothing(stage: Stage, none: object) -> None:
    """Null beside the rows is no reason to lose them."""
    more = {"@adminapi.warnings": none, "@adminapi.errors": none, "error": none}
    stage.on(INVOKE, lambda *_: page([{"Guid": "1", "Name": "p"}], **more))
    report = collect(stage.target(), pick("authentication-policies")).reports["authentication-policies"]
    assert (report.state, str(report.reason)) == (SectionState.COMPLETE, "")


@pytest.mark.parametrize("rows", [999, 1000, 1001])
def test_a_full_page_of_what_cannot_be_cut_is_doubted(stage: Stage, rows: int) -> None:
    """No second count proves policies or applications: exactly one full page without a link may be cut off."""
    found = [{"Guid": str(number), "Name": f"p{number}", "AppId": str(number)} for number in range(rows)]
    stage.on(INVOKE, lambda *_: page(found))
    sections = pick("authentication-policies", "exchange-service-principals")
    reports = collect(stage.target(), sections, replace(QUICK, body=4_000_000)).reports
    state = SectionState.PARTIAL if rows == 1000 else SectionState.COMPLETE
    assert {report.state for report in reports.values()} == {state}
    if rows == 1000:
        assert "Get-ServicePrincipal may be cut off after 1000 rows" in reports["exchange-service-principals"].reason


def test_a_part_that_is_taken_for_an_old_page_ends_its_section_only(stage: Stage) -> None:
    """Exchange says that a pagination request expired where none was made: that ends neither program nor reading."""

    def answer(request: web.Request, _: int) -> web.Response:
        if "skiptoken" in request.query_string or "RecipientTypeDetails" in cmdlet_of(stage.visits[-1])[1]:
            return expired()
        return page([{"Guid": "1"}], f"{stage.root}{INVOKE}?$skiptoken=1")

    stage.on(INVOKE, answer)
    stage.on("/graph/v1.0/domains", lambda *_: page([{"id": "contoso.example"}]))
    reports = collect(stage.target(), pick("mailboxes", "domains")).reports
    assert (reports["mailboxes"].state, reports["mailboxes"].count) == (SectionState.PARTIAL, 1)
    assert "broke off the listing" in reports["mailboxes"].reason
    assert reports["domains"].state is SectionState.COMPLETE
