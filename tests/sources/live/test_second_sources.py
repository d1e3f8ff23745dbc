"""A listing is whole only where all else agrees: a count, another listing, or that there is always something."""

import time
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from scanner.model.reading import RawRows
from scanner.model.section import SectionState
from scanner.simulator.server import HOST
from scanner.sources.live.bookmark import Bookmark, encode_bookmark
from scanner.sources.live.page import make_rows
from scanner.sources.live.walk import BEGINNINGS
from tests.sources.live.scene import QUICK, Shelf, collect, go_on, pick
from tests.sources.live.stage import INVOKE, Stage, as_json, cmdlet_of, in_turn, page
from tests.sources.live.test_proof import LISTINGS, mailbox, user

USERS = "/graph/v1.0/users"


def test_what_the_first_count_told_is_not_forgotten(stage: Stage) -> None:
    stage.on(USERS, in_turn(lambda: page([user(1)])))
    stage.on(f"{USERS}/$count", in_turn(lambda: web.Response(text="100"), lambda: refuse(403)))
    report = collect(stage.target(), pick("users")).reports["users"]
    assert report.state is SectionState.PARTIAL
    assert str(report.reason) == "1 of 100 objects were listed"
    assert report.expected == 100


def test_a_list_that_nobody_counts_is_remarked(stage: Stage) -> None:
    stage.on(USERS, in_turn(lambda: page([user(1)])))
    stage.on(f"{USERS}/$count", in_turn(lambda: refuse(403)))
    shelf = collect(stage.target(), pick("users"))
    assert shelf.reports["users"].state is SectionState.COMPLETE
    assert str(shelf.remarks["users"]) == "Graph did not tell how many objects users has"


def test_mailboxes_without_an_account_make_the_users_partial(stage: Stage) -> None:
    stage.on(INVOKE, lambda _, __: page([mailbox(number) for number in range(10)]))
    stage.on(USERS, in_turn(lambda: page([user(number) for number in range(4)])))
    stage.on(f"{USERS}/$count", in_turn(lambda: refuse(400)))
    report = collect(stage.target(), LISTINGS).reports["users"]
    assert report.state is SectionState.PARTIAL
    assert str(report.reason) == "6 mailboxes of Get-Mailbox are not in this listing"


def test_a_row_without_an_id_does_not_hide_that_others_lack(stage: Stage) -> None:
    def answer(_: web.Request, __: int) -> web.Response:
        name, _parameters = cmdlet_of(stage.visits[-1])
        rows: list[dict[str, Any]] = [mailbox(number) for number in range(10)]
        return page(rows[:3] if name == "Get-CASMailbox" else [*rows, {"DisplayName": "no id"}])

    stage.on(INVOKE, answer)
    reports = collect(stage.target(), pick("mailboxes", "cas-mailboxes")).reports
    assert str(reports["mailboxes"].reason) == "1 row has no id"
    assert str(reports["cas-mailboxes"].reason) == "7 mailboxes of Get-Mailbox are not in this listing"


@pytest.mark.parametrize(
    "section",
    ["transport-config", "organization-config", "domains", "role-assignments", "service-principals", "users"],
)
def test_nothing_where_every_tenant_has_something_is_a_fault(stage: Stage, section: str) -> None:
    stage.on(INVOKE, in_turn(lambda: page([])))
    stage.on("/graph/v1.0/domains", in_turn(lambda: page([])))
    report = collect(stage.target(), pick(section)).reports[section]
    assert report.state is SectionState.PARTIAL
    assert str(report.reason) == "the answer held nothing, though there is something in every tenant"


def test_a_row_left_out_of_one_part_is_not_lost_when_the_other_begins_anew(stage: Stage) -> None:
    """Part a had user 1, so it was left out of part b; a begins anew and has it no more: it was renamed."""
    link = f"https://{HOST}:{stage.port}{USERS}?$skiptoken=1"
    done = encode_bookmark(Bookmark(done=True))
    shelf = Shelf()
    shelf.marks["users"] = dict.fromkeys(BEGINNINGS, done) | {
        "": encode_bookmark(Bookmark(parts=True)),
        "a": encode_bookmark(Bookmark(link=link, read_at=time.time())),
    }
    shelf.kept["users"] = [(part, keep(number)) for part, number in (("a", 1), ("b", 2))]

    def answer(request: web.Request, _: int) -> web.Response:
        if "$skiptoken" in request.query:
            return refuse(410)
        return page([user(3)] if "$filter" in request.query else [user(number) for number in (1, 2, 3)])

    stage.on(USERS, answer)
    stage.on(f"{USERS}/$count", in_turn(lambda: web.Response(text="2")))
    go_on(shelf, stage.target(), pick("users"), QUICK)
    assert {row["id"] for row in shelf.rows["users"]} == {user(number)["id"] for number in (1, 2, 3)}


def test_a_host_from_the_store_gets_no_token_unless_it_is_exchanges_own(stage: Stage) -> None:
    """Whoever can write to the store could name a host that only looks like one of the service."""
    evil = f"{HOST}:{stage.port}/.exchange.invalid"
    target = replace(stage.target(), cloud="public")
    target = replace(target, hosts=replace(target.hosts, exchange="https://exchange.invalid"))
    place = Bookmark(link=f"https://{evil}/adminapi/beta/x/InvokeCommand", host=evil, read_at=time.time())
    shelf = Shelf()
    shelf.marks["mailboxes"] = {"": encode_bookmark(place)}
    go_on(shelf, target, pick("mailboxes"), QUICK)
    assert shelf.reports["mailboxes"].state is not SectionState.COMPLETE
    assert not [visit for visit in stage.visits if "adminapi" in visit.path]


def keep(number: int) -> RawRows:
    """Give the page of one user, as a run before kept it."""
    return make_rows([user(number)])


def refuse(status: int) -> web.Response:
    """Refuse a request."""
    return as_json({"error": {"code": "x"}}, status)
