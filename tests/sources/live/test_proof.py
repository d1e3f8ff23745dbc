"""A second source of the list of mailboxes: Graph's users, looked up one by one where the list lacks them."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from scanner.model.section import SectionState
from scanner.simulator import Faults, Population, SimulatedTenant, load_faults
from scanner.simulator.faults.scenario import Fault, Service, Then, When
from scanner.sources.live.proof import MOST_LOOKED_UP
from tests.sources.live.scene import QUICK, Shelf, collect, pick, target_of
from tests.sources.live.stage import INVOKE, Stage, as_json, cmdlet_of, in_turn, page

LISTINGS = pick("mailboxes", "cas-mailboxes", "exchange-users", "users")
USERS = "/graph/v1.0/users"
ROOMY = replace(QUICK, body=8_000_000)
NOT_FOUND = {"error": {"code": "NotFound", "message": "couldn't be found"}}
UNPROVED = "No second source has proved that the list of mailboxes is whole"


def user(number: int, **more: object) -> dict[str, object]:
    licences = [{"skuId": "e5", "disabledPlans": []}]
    plain = {"id": f"U{number}", "userPrincipalName": f"u{number}@contoso.example", "accountEnabled": True}
    return plain | {"userType": "Member", "assignedLicenses": licences} | more


def mailbox(number: int, **more: object) -> dict[str, object]:
    return {"Guid": f"m{number}", "ExternalDirectoryObjectId": f"u{number}", "WhenMailboxCreated": "2021-03-01"} | more


def looked_up(stage: Stage) -> list[str]:
    asked = [cmdlet_of(visit)[1].get("Identity") for visit in stage.visits_to(INVOKE)]
    return [str(name) for name in asked if name]


def play(
    stage: Stage,
    users: list[dict[str, object]],
    listed: range,
    found: Mapping[str, dict[str, object]] | None = None,
    otherwise: Callable[[], web.Response] | None = None,
    odd: Mapping[str, str] | None = None,
) -> Shelf:
    """Play a tenant: Graph's users, the mailboxes that are listed, and those that are found by name."""

    def answer(_: web.Request, __: int) -> web.Response:
        name, parameters = cmdlet_of(stage.visits[-1])
        if "Identity" not in parameters:
            rows: list[Any] = [mailbox(at) for at in listed]
            return page(rows)
        assert name == "Get-Mailbox"
        row = (found or {}).get(parameters["Identity"])
        if otherwise:
            return otherwise()
        return page([row]) if row else as_json(NOT_FOUND, 404)

    stage.on(INVOKE, answer)
    stage.on(USERS, in_turn(lambda: with_odd(page(users), odd or {})))
    stage.on(f"{USERS}/$count", in_turn(lambda: web.Response(text=str(len(users)))))
    return collect(stage.target(), LISTINGS, ROOMY)


def with_odd(answer: web.Response, odd: Mapping[str, str]) -> web.Response:
    """Put JSON that no encoder writes in place of some texts."""
    body = str(answer.text)
    for text, instead in odd.items():
        body = body.replace(json.dumps(text), instead)
    return web.Response(text=body, content_type="application/json")


def test_listings_that_are_all_cut_at_the_same_row_are_found_out(stage: Stage) -> None:
    """They agree with each other; two of the users whom they lack have a mailbox when it is asked for by name."""
    found = {f"u{at}@contoso.example": mailbox(at) for at in (8, 9)}
    shelf = play(stage, [user(at) for at in range(10)], range(8), found)
    assert shelf.states(SectionState.PARTIAL) == {"mailboxes", "cas-mailboxes", "exchange-users"}
    assert "finds 2 mailboxes by their names that it did not list" in shelf.reports["mailboxes"].reason
    assert "2 mailboxes of Get-Mailbox are not in this listing" in shelf.reports["cas-mailboxes"].reason
    assert "2 mailboxes of Get-Mailbox are not in this listing" in shelf.reports["exchange-users"].reason
    assert sorted(looked_up(stage)) == sorted(found)
    assert shelf.remarks == {}


def test_what_lacks_is_told_once_with_all_that_was_found_to_lack(stage: Stage) -> None:
    """Get-User ends before Get-Mailbox, which ends too early itself; two names lead to one mailbox that it lacks."""
    found = {f"u{at}@contoso.example": mailbox(8) for at in (8, 9)}

    def answer(_: web.Request, __: int) -> web.Response:
        name, parameters = cmdlet_of(stage.visits[-1])
        if "Identity" in parameters:
            return page([found[parameters["Identity"]]])
        rows: list[Any] = [mailbox(at) for at in range(5 if name == "Get-User" else 8)]
        return page(rows)

    stage.on(INVOKE, answer)
    stage.on(USERS, in_turn(lambda: page([user(at) for at in range(10)])))
    stage.on(f"{USERS}/$count", in_turn(lambda: web.Response(text="10")))
    reports = collect(stage.target(), LISTINGS, ROOMY).reports
    reason = "Get-Mailbox finds 1 mailbox by its name that it did not list"
    assert str(reports["mailboxes"].reason) == reason
    assert str(reports["exchange-users"].reason) == "4 mailboxes of Get-Mailbox are not in this listing"
    assert str(reports["cas-mailboxes"].reason) == "1 mailbox of Get-Mailbox is not in this listing"


def test_licensed_users_without_a_mailbox_are_ordinary(stage: Stage) -> None:
    """On-premises, or not made yet: Exchange says of each that there is none."""
    shelf = play(stage, [user(at) for at in range(10)], range(7))
    assert shelf.states(SectionState.COMPLETE) == {"mailboxes", "cas-mailboxes", "exchange-users", "users"}
    assert (len(looked_up(stage)), shelf.remarks) == (3, {})


def test_a_shared_mailbox_that_is_not_listed_is_found_by_its_disabled_account(stage: Stage) -> None:
    shared = user(1, assignedLicenses=[], accountEnabled=False)
    shelf = play(stage, [user(0), shared], range(1), {"u1@contoso.example": mailbox(1)})
    assert "finds 1 mailbox by its name" in shelf.reports["mailboxes"].reason


def test_a_shared_mailbox_whose_sign_in_was_left_open_is_found_by_its_account(stage: Stage) -> None:
    """It is enabled and has no licence, as nobody planned it: the very mailbox that this program is about."""
    shared = user(1, assignedLicenses=[])
    shelf = play(stage, [user(0), shared], range(1), {"u1@contoso.example": mailbox(1)})
    assert "finds 1 mailbox by its name" in shelf.reports["mailboxes"].reason


def test_guests_and_users_without_a_name_are_not_looked_up(stage: Stage) -> None:
    others = [user(1, userType="Guest"), user(2, userPrincipalName=None)]
    shelf = play(stage, [user(0), *others], range(1))
    assert (looked_up(stage), shelf.remarks) == ([], {})


@pytest.mark.parametrize(
    "row",
    [
        mailbox(0),
        mailbox(9, WhenMailboxCreated=dt.datetime.now(dt.UTC).isoformat()),
        mailbox(9, WhenMailboxCreated=dt.datetime.now(dt.UTC).replace(tzinfo=None).isoformat()),
    ],
)
def test_a_mailbox_that_is_listed_or_new_proves_nothing(stage: Stage, row: dict[str, object]) -> None:
    """It is in the list under another id, or was made after that had been read."""
    shelf = play(stage, [user(0), user(9)], range(1), {"u9@contoso.example": row})
    assert shelf.reports["mailboxes"].state is SectionState.COMPLETE


@pytest.mark.parametrize(
    "sort", [{}, {"assignedLicenses": [], "accountEnabled": False}, {"assignedLicenses": [], "accountEnabled": True}]
)
def test_of_many_users_of_a_sort_some_are_looked_up_and_the_report_says_so(
    stage: Stage, sort: dict[str, object]
) -> None:
    """No complete run becomes incomplete for it, and none claims more than was proved."""
    shelf = play(stage, [user(at, **sort) for at in range(200)], range(100))
    assert len(looked_up(stage)) == len(set(looked_up(stage))) == MOST_LOOKED_UP
    assert shelf.reports["mailboxes"].state is SectionState.COMPLETE
    (remark,) = shelf.remarks.values()
    assert remark.startswith(UNPROVED)
    assert "100 users who may have a mailbox are not in it, and only 40 were looked up" in remark


def test_an_odd_number_among_the_users_is_no_obstacle(stage: Stage) -> None:
    users = [user(at) for at in range(3)]
    shelf = play(stage, users, range(1), {"u2@contoso.example": mailbox(2)}, odd={"Member": "1e999"})
    assert looked_up(stage) == ["u1@contoso.example", "u2@contoso.example"]
    assert "mailboxes" in shelf.states(SectionState.PARTIAL)


def test_each_sort_has_its_own_bound(stage: Stage) -> None:
    """Many accounts of one sort do not keep those of another from being looked up."""
    crowd = [user(at, assignedLicenses=[], accountEnabled=at % 2 == 0) for at in range(1, 201)]
    shelf = play(stage, [user(0), *crowd, user(201)], range(1))
    assert len(looked_up(stage)) == 2 * MOST_LOOKED_UP + 1
    assert "u201@contoso.example" in looked_up(stage)
    assert "201 users" in shelf.remarks["mailboxes"]
    assert "only 81 were looked up" in shelf.remarks["mailboxes"]


def test_of_many_that_were_cut_off_some_are_found(stage: Stage) -> None:
    found = {f"u{at}@contoso.example": mailbox(at) for at in range(150, 200)}
    shelf = play(stage, [user(at) for at in range(200)], range(100), found)
    assert shelf.reports["mailboxes"].state is SectionState.PARTIAL
    assert not str(shelf.remarks.get("mailboxes", "")), "that those looked up have none would be untrue"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            lambda: as_json({"error": {"code": "BadRequest", "message": "no"}}, 400),
            "Exchange refused Get-Mailbox with 400",
        ),
        (lambda: page([]), "neither with a mailbox nor that there is none"),
    ],
)
def test_a_user_who_can_not_be_looked_up_is_no_proof(
    stage: Stage, answer: Callable[[], web.Response], said: str
) -> None:
    shelf = play(stage, [user(at) for at in range(2)], range(1), otherwise=answer)
    assert shelf.reports["mailboxes"].state is SectionState.COMPLETE
    assert said in shelf.remarks["mailboxes"]


def test_without_the_users_the_report_names_what_was_not_proved(small: Population) -> None:
    """The permission for users lacks: the list of mailboxes is as complete as before, and its proof is missing."""
    with SimulatedTenant(small, without={"User.Read.All"}) as tenant:
        shelf = collect(target_of(tenant))
    assert shelf.reports["mailboxes"].state is SectionState.COMPLETE
    assert shelf.remarks == {"mailboxes": f"{UNPROVED}: users was not read to its end."}


def test_an_ordinary_tenant_is_proved_with_few_requests(small: Population) -> None:
    """One for the listing, and one for each of two accounts that have no licence and no mailbox."""
    with SimulatedTenant(small) as tenant:
        shelf = collect(target_of(tenant))
        asked = len(tenant.ledger.to("/exchange/*", "Get-Mailbox"))
    assert (shelf.remarks, asked) == ({}, 3)


def test_the_scenario_that_cuts_all_listings_alike_is_honest(small: Population) -> None:
    with SimulatedTenant(small, faults=load_faults("cut-alike")) as tenant:
        shelf = collect(target_of(tenant))
    assert shelf.reports["mailboxes"].count == 48
    assert {"mailboxes", "cas-mailboxes", "exchange-users"} <= shelf.states(SectionState.PARTIAL)


def test_listings_that_all_lose_their_last_pages_are_found_out(large: Population) -> None:
    """Each ends after its second page of a thousand, without a link."""
    cut = Fault(when=When(cmdlet="Get-*", page=2), then=Then(end_listing=True))
    with SimulatedTenant(large, faults=Faults(service=Service(), faults=(cut,))) as tenant:
        shelf = collect(target_of(tenant), LISTINGS, ROOMY)
    assert {shelf.reports[name].count for name in ("mailboxes", "cas-mailboxes", "exchange-users")} == {2000}
    assert shelf.states(SectionState.PARTIAL) == {"mailboxes", "cas-mailboxes", "exchange-users"}
