"""What is asked only because others referred to it: groups with their members, and one object per mailbox user."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from aiohttp import web

from scanner.errors import StoreError
from scanner.model.section import SectionState
from scanner.sources.live.limits import Limits, Rate
from tests.sources.live.scene import QUICK, Shelf, collect, go_on, pick
from tests.sources.live.stage import INVOKE, Stage, as_json, in_turn, page

POLICIES = "/graph/v1.0/identity/conditionalAccess/policies"
ROLES = "/graph/v1.0/roleManagement/directory/roleAssignments"
BATCH = "/graph/beta/$batch"
GROUP_BATCH = "/graph/v1.0/$batch"
GROUP_SECTIONS = pick("conditional-access-policies", "role-assignments", "groups")
USER = "#microsoft.graph.user"


@pytest.fixture(autouse=True)
def play_roles(stage: Stage) -> None:
    """Somebody holds a role, as in every tenant."""
    stage.on(ROLES, in_turn(lambda: page([{"id": "a", "principal": {"@odata.type": USER, "id": "u9"}}])))


def policy(*included: object, excluded: object = None) -> dict[str, object]:
    return {"id": f"p{included}", "conditions": {"users": {"includeGroups": list(included), "excludeGroups": excluded}}}


def read_groups(stage: Stage, *policies: dict[str, object]) -> Shelf:
    stage.on(POLICIES, in_turn(lambda: page(list(policies))))
    if not stage.has(GROUP_BATCH):
        stage.on_batch(GROUP_BATCH)
    return collect(stage.target(), GROUP_SECTIONS)


def play_group(stage: Stage, group: str, *pages: web.Response, name: str = "Staff") -> None:
    path = f"/graph/v1.0/groups/{group}"
    stage.on(path, in_turn(lambda: as_json({"id": group, "displayName": name})))
    stage.on(f"{path}/transitiveMembers", lambda _, turn: pages[min(turn, len(pages) - 1)])


def refuse(status: int, code: str = "Authorization_RequestDenied") -> web.Response:
    return as_json({"error": {"code": code, "message": "no"}}, status)


def member(name: str) -> dict[str, object]:
    return {"@odata.type": USER, "id": name, "displayName": "not needed"}


def test_groups_that_policies_and_roles_refer_to_are_read_once(stage: Stage) -> None:
    """One row a page of members; only type and id of a member are kept."""
    link = f"{stage.root}/graph/v1.0/groups/g1/transitiveMembers?$skiptoken=2"
    play_group(stage, "g1", page([member("u1")], link), page([member("u2")]))
    play_group(stage, "g2", page([]), name="Empty")
    principal = {"@odata.type": "#microsoft.graph.group", "id": "g2"}
    user = {"@odata.type": USER, "id": "u9"}
    stage.on(ROLES, in_turn(lambda: page([{"id": "a", "principal": principal}, {"id": "b", "principal": user}])))
    shelf = read_groups(stage, policy("g1", "G1"), policy("g2", excluded=["g1"]))
    assert shelf.reports["groups"].state is SectionState.COMPLETE
    found = sorted(shelf.rows["groups"], key=str)
    assert found == [
        {"id": "g1", "displayName": "Staff", "transitiveMembers": [{"@odata.type": USER, "id": "u1"}]},
        {"id": "g1", "displayName": "Staff", "transitiveMembers": [{"@odata.type": USER, "id": "u2"}]},
        {"id": "g2", "displayName": "Empty", "transitiveMembers": []},
    ]


def test_a_group_that_is_gone_says_so(stage: Stage) -> None:
    """A policy may refer to a deleted group: that is known, not missing."""
    stage.on("/graph/v1.0/groups/g1", in_turn(lambda: refuse(404, "Request_ResourceNotFound")))
    shelf = read_groups(stage, policy("g1"))
    assert shelf.rows["groups"] == [{"id": "g1", "exists": False}]
    assert shelf.reports["groups"].state is SectionState.COMPLETE


def test_a_proxys_bare_404_does_not_make_a_group_a_deleted_one(stage: Stage) -> None:
    stage.on("/graph/v1.0/groups/g1", in_turn(lambda: web.Response(status=404, text="<html>not here</html>")))
    shelf = read_groups(stage, policy("g1"))
    assert shelf.rows["groups"] == [{"id": "g1", "transitiveMembers": [], "membershipPartial": True}]
    assert shelf.reports["groups"].state is SectionState.PARTIAL


@pytest.mark.parametrize("status", [400, 404, 410])
@pytest.mark.parametrize("pages", [0, 1])
def test_members_that_are_not_found_do_not_make_their_group_a_deleted_one(
    stage: Stage, status: int, pages: int
) -> None:
    """Neither the first page of them nor a later one: the group itself was there."""
    link = f"{stage.root}/graph/v1.0/groups/g1/transitiveMembers?$skiptoken=2"
    first = [page([member("u1")], link)] * pages
    play_group(stage, "g1", *first, refuse(status, "Request_ResourceNotFound"))
    shelf = read_groups(stage, policy("g1"))
    assert [row.get("membershipPartial") for row in shelf.rows["groups"]] == [None] * pages + [True]
    assert not any("exists" in row for row in shelf.rows["groups"])
    assert str(status) in shelf.reports["groups"].reason
    assert shelf.reports["groups"].state is SectionState.PARTIAL


def test_a_group_that_hides_its_members_says_so(stage: Stage) -> None:
    """The others are read; the section is partial and names the permission."""
    play_group(stage, "g1", refuse(403))
    play_group(stage, "g2", page([member("u1")]))
    shelf = read_groups(stage, policy("g1", "g2"))
    assert {"id": "g1", "displayName": "Staff", "membershipReadable": False} in shelf.rows["groups"]
    report = shelf.reports["groups"]
    assert (report.state, report.permission) == (SectionState.PARTIAL, "GroupMember.Read.All")


def test_a_group_that_breaks_half_way_says_so(stage: Stage) -> None:
    """The members that came are kept beside the mark that there may be more."""
    link = f"{stage.root}/graph/v1.0/groups/g1/transitiveMembers?$skiptoken=2"
    play_group(stage, "g1", page([member("u1")], link), web.Response(status=410))
    shelf = read_groups(stage, policy("g1"))
    assert [row.get("membershipPartial") for row in shelf.rows["groups"]] == [None, True]
    assert shelf.reports["groups"].state is SectionState.PARTIAL


def test_a_group_whose_link_leads_elsewhere_is_partial(stage: Stage) -> None:
    """It is marked as one that may have more members."""
    play_group(stage, "g1", page([member("u1")], "https://evil.example/"))
    shelf = read_groups(stage, policy("g1"))
    assert shelf.rows["groups"][-1]["membershipPartial"] is True
    assert "was not followed" in shelf.reports["groups"].reason


def test_a_number_that_is_refused_the_second_time_holds_as_it_was_told_first(stage: Stage) -> None:
    link = f"{stage.root}/graph/v1.0/groups/g1/transitiveMembers?$skiptoken=2"
    play_group(stage, "g1", page([member("u1")], link), page([member("u2")]))
    count = "/graph/v1.0/groups/g1/transitiveMembers/$count"
    stage.on(count, in_turn(lambda: web.Response(text="3"), lambda: refuse(403)))
    shelf = read_groups(stage, policy("g1"))
    assert "2 of 3 objects were listed" in shelf.reports["groups"].reason
    assert shelf.rows["groups"][-1]["membershipPartial"] is True


def test_a_group_that_lists_fewer_members_than_it_has_is_partial(stage: Stage) -> None:
    """The link to its next page is left out: only its number of members tells."""
    play_group(stage, "g1", page([member("u1"), member("u1")]))
    stage.on("/graph/v1.0/groups/g1/transitiveMembers/$count", in_turn(lambda: web.Response(text="2")))
    shelf = read_groups(stage, policy("g1"))
    assert [row.get("membershipPartial") for row in shelf.rows["groups"]] == [True]
    assert shelf.reports["groups"].state is SectionState.PARTIAL
    assert "1 of 2 objects were listed" in str(shelf.reports["groups"].reason)


def uncount(stage: Stage, group: str, status: int = 403) -> None:
    """Let the number of a group's members be refused, in a batch and alone."""
    stage.on(f"/graph/v1.0/groups/{group}/transitiveMembers/$count", in_turn(lambda: refuse(status)))


def test_groups_that_nobody_counts_are_as_complete_as_before_and_remarked(stage: Stage) -> None:
    """How many there are, and the reason that most of them have first."""
    names = play_groups(stage, 5)
    for name, status in zip(names[:4], (403, 403, 403, 400), strict=True):
        uncount(stage, name, status)
    shelf = read_groups(stage, policy(*names))
    assert shelf.reports["groups"].state is SectionState.COMPLETE
    assert not any("membershipPartial" in row for row in shelf.rows["groups"])
    assert shelf.remarks == {
        "groups": "No second source has proved that the members of 4 groups are whole: "
        "Microsoft Graph did not permit it (Authorization_RequestDenied: no); "
        "Microsoft Graph refused it with 400 (Authorization_RequestDenied: no)."
    }


def test_groups_that_an_interrupted_run_could_not_prove_are_remarked_by_the_one_that_goes_on(stage: Stage) -> None:
    names = play_groups(stage, 3)
    uncount(stage, "g0")
    shelf = interrupt(stage, *names)
    assert shelf.rows["groups"][0]["id"] == "g0"
    go_on(shelf, stage.target(), GROUP_SECTIONS)
    assert len([visit for visit in stage.visits if visit.path.endswith("g0/transitiveMembers/$count")]) == 2
    assert shelf.remarks["groups"].startswith("No second source has proved that the members of 1 group are whole: ")


def test_what_lacks_in_several_groups_is_told_in_one_sentence(stage: Stage) -> None:
    """Also where an interrupted run read some of them."""
    names = play_groups(stage, 3)
    for name, count in (("g0", 5), ("g2", 7)):
        path = f"/graph/v1.0/groups/{name}/transitiveMembers/$count"
        stage.on(path, lambda _, __, count=count: web.Response(text=str(count)))  # type: ignore[misc]
    shelf = interrupt(stage, *names)
    go_on(shelf, stage.target(), GROUP_SECTIONS)
    reason = "the members of some groups could not be read: 2 of 12 objects were listed"
    assert str(shelf.reports["groups"].reason) == reason
    assert {row["id"] for row in shelf.rows["groups"] if row.get("membershipPartial")} == {"g0", "g2"}


def test_odd_policies_do_not_stop_the_reading(stage: Stage) -> None:
    """Null, numbers and paths in place of ids: nothing breaks, and no other path is asked for."""
    stage.on("/graph/v1.0/groups/../users", in_turn(lambda: page([])))
    odd: list[dict[str, Any]] = [
        {"id": "1", "conditions": None},
        {"id": "2", "conditions": {"users": "all"}},
        {"id": "3", "conditions": {"users": {"includeGroups": "g1"}}},
        policy(7, None, "", "../users"),
    ]
    read_groups(stage, *odd)
    asked = [visit.path for visit in stage.visits if "groups" in visit.path]
    assert all(unquote(path).startswith("/graph/v1.0/groups/") for path in asked)
    assert not any(visit.path.startswith("/graph/v1.0/users") for visit in stage.visits)


def play_groups(stage: Stage, count: int) -> list[str]:
    names = [f"g{at}" for at in range(count)]
    for name in names:
        play_group(stage, name, page([member(f"u-{name}")]), name=name)
        stage.on(f"/graph/v1.0/groups/{name}/transitiveMembers/$count", in_turn(lambda: web.Response(text="1")))
    return names


def asked_for(stage: Stage, group: str) -> list[str]:
    """Give the requests about a group, in a batch or alone, by their last part."""
    root = f"/graph/v1.0/groups/{group}"
    return [visit.path.rpartition("/")[2] for visit in stage.visits if visit.path.startswith((f"{root}/", f"{root}?"))]


def spoil_items(stage: Stage, spoil: Callable[[dict[str, Any], dict[str, Any], int], dict[str, Any] | None]) -> None:
    """Let answers within batches be spoilt; one that becomes nothing does not come."""
    stage.on_batch(GROUP_BATCH)
    play = stage.scene(GROUP_BATCH)

    def answer(request: web.Request, turn: int) -> web.Response:
        asked = {one["id"]: one for one in requests_of(stage)}
        made = play(request, turn)
        assert isinstance(made, web.Response)
        answers = json.loads(made.text or "")["responses"]
        spoilt = [spoil(asked[one["id"]], one, turn) for one in answers]
        return as_json({"responses": [one for one in spoilt if one is not None]})

    stage.on(GROUP_BATCH, answer)


def test_groups_are_asked_for_in_batches(stage: Stage) -> None:
    """Six groups at once, each with its first members and their number; nothing is asked for alone."""
    names = play_groups(stage, 14)
    shelf = read_groups(stage, policy(*names))
    assert shelf.reports["groups"].state is SectionState.COMPLETE
    assert {row["id"]: row["transitiveMembers"][0]["id"] for row in shelf.rows["groups"]} == {
        name: f"u-{name}" for name in names
    }
    assert len(stage.visits_to(GROUP_BATCH)) == 3
    assert all(asked_for(stage, name) == ["transitiveMembers", "$count"] for name in names)


def test_members_take_four_units_out_of_the_bucket_also_in_a_batch(stage: Stage) -> None:
    """Six groups cost 36 units: a bucket of so many is empty after one batch."""
    names = play_groups(stage, 12)
    stage.on(POLICIES, in_turn(lambda: page([policy(*names)])))
    stage.on_batch(GROUP_BATCH)
    limits = Limits(graph=Rate(requests=36, seconds=1.5))
    assert collect(stage.target(), GROUP_SECTIONS, replace(QUICK, limits=limits)).rows["groups"]
    first, second = stage.visits_to(GROUP_BATCH)
    assert second.at - first.at > 1


def test_only_the_item_that_is_told_to_wait_is_asked_again_after_its_time(stage: Stage) -> None:
    def throttle(asked: dict[str, Any], answer: dict[str, Any], turn: int) -> dict[str, Any]:
        if turn or "/g1/transitiveMembers?" not in asked["url"]:
            return answer
        return {"id": asked["id"], "status": 429, "headers": {"retry-after": "1"}}

    names = play_groups(stage, 3)
    spoil_items(stage, throttle)
    shelf = read_groups(stage, policy(*names))
    assert shelf.reports["groups"].state is SectionState.COMPLETE
    first, second = stage.visits_to(GROUP_BATCH)
    assert second.at - first.at >= 1
    assert [one["url"] for one in json.loads(second.body)["requests"]] == [
        "/groups/g1/transitiveMembers?$select=id&$top=999"
    ]


@pytest.mark.parametrize("times", [1, 99])
def test_an_item_that_is_not_answered_is_asked_again_and_then_given_up_honestly(stage: Stage, times: int) -> None:
    """The other groups of its batch are whole."""

    def lose(asked: dict[str, Any], answer: dict[str, Any], turn: int) -> dict[str, Any] | None:
        return None if turn < times and "/g1/transitiveMembers?" in asked["url"] else answer

    names = play_groups(stage, 3)
    spoil_items(stage, lose)
    shelf = read_groups(stage, policy(*names))
    report = shelf.reports["groups"]
    partial = {row["id"] for row in shelf.rows["groups"] if row.get("membershipPartial")}
    assert 2 <= len(stage.visits_to(GROUP_BATCH)) < 12
    if times == 1:
        assert (report.state, partial) == (SectionState.COMPLETE, set())
    else:
        assert (report.state, partial) == (SectionState.PARTIAL, {"g1"})
        assert "kept asking to wait or failing" in report.reason


def test_an_unknown_error_of_an_item_passes(stage: Stage) -> None:
    """Graph's 403 UnknownError comes and goes: no permission lacks."""

    def stumble(asked: dict[str, Any], answer: dict[str, Any], turn: int) -> dict[str, Any]:
        error = {"error": {"code": "UnknownError", "message": ""}}
        return answer if turn else {"id": asked["id"], "status": 403, "body": error}

    names = play_groups(stage, 2)
    spoil_items(stage, stumble)
    assert read_groups(stage, policy(*names)).reports["groups"].state is SectionState.COMPLETE


def test_a_batch_that_is_not_found_does_not_make_its_groups_deleted_ones(stage: Stage) -> None:
    stage.on(GROUP_BATCH, in_turn(lambda: refuse(404, "Request_ResourceNotFound")))
    shelf = read_groups(stage, policy("g1", "g2"))
    assert shelf.reports["groups"].state is SectionState.PARTIAL
    assert all(row["membershipPartial"] and "exists" not in row for row in shelf.rows["groups"])


def test_a_batch_that_is_not_permitted_names_the_permission(stage: Stage) -> None:
    stage.on(GROUP_BATCH, in_turn(lambda: refuse(403)))
    report = read_groups(stage, policy("g1", "g2")).reports["groups"]
    assert (report.state, report.permission) == (SectionState.MISSING, "GroupMember.Read.All")


@pytest.mark.parametrize("body", [[], "text", None, {"value": 7}])
def test_an_item_that_holds_no_page_leaves_its_group_partial(stage: Stage, body: object) -> None:
    def replace_page(asked: dict[str, Any], answer: dict[str, Any], _: int) -> dict[str, Any]:
        return answer | {"body": body} if "/g1/transitiveMembers?" in asked["url"] else answer

    names = play_groups(stage, 2)
    spoil_items(stage, replace_page)
    shelf = read_groups(stage, policy(*names))
    assert {row["id"]: row.get("membershipPartial") for row in shelf.rows["groups"]} == {"g0": None, "g1": True}


def test_a_number_that_a_batch_does_not_tell_is_asked_for_alone(stage: Stage) -> None:
    """How a batch holds plain text is documented nowhere."""

    def encode(asked: dict[str, Any], answer: dict[str, Any], _: int) -> dict[str, Any]:
        return answer | {"body": "MQ=="} if asked["url"].endswith("$count") else answer

    names = play_groups(stage, 1)
    spoil_items(stage, encode)
    assert read_groups(stage, policy(*names)).reports["groups"].state is SectionState.COMPLETE
    assert asked_for(stage, "g0") == ["transitiveMembers", "$count", "$count"]


@pytest.mark.parametrize("number", ["9" * 13, "9" * 5000])
def test_a_number_in_a_batch_that_no_group_has_is_asked_for_alone(stage: Stage, number: str) -> None:
    play_group(stage, "g1", page([member("u1")]))
    path = "/graph/v1.0/groups/g1/transitiveMembers/$count"
    stage.on(path, in_turn(lambda: web.Response(text=number), lambda: web.Response(text="1")))
    shelf = read_groups(stage, policy("g1"))
    assert shelf.reports["groups"].state is SectionState.COMPLETE
    assert len(stage.visits_to(path)) == 2


def test_a_link_back_to_the_page_that_came_in_a_batch_is_not_followed(stage: Stage) -> None:
    link = f"{stage.root}/graph/v1.0/groups/g1/transitiveMembers?$select=id&$top=999"
    play_group(stage, "g1", page([member("u1")], link))
    shelf = read_groups(stage, policy("g1"))
    assert "the same link to the next page again" in shelf.reports["groups"].reason
    assert asked_for(stage, "g1") == ["transitiveMembers", "$count"]


class Interrupted(Shelf):
    """A sink in which the reading ends after one page of a group's members."""

    def add_page(self, section: str, *args: Any, **options: Any) -> int:
        if section == "groups" and self.kept.get(section):
            raise StoreError("The disk is full.")
        return super().add_page(section, *args, **options)


def leave_half_way(stage: Stage, first: web.Response, *later: web.Response, count: int) -> Shelf:
    """Read a group until its first page is kept and the next one is lost; what comes later is for another run."""
    play_group(stage, "g1", first, page([member("lost on its way")]), *later)
    number = in_turn(lambda: web.Response(text=str(count)))
    stage.on("/graph/v1.0/groups/g1/transitiveMembers/$count", number)
    return interrupt(stage, "g1")


def interrupt(stage: Stage, *groups: str) -> Shelf:
    """Read groups until one page is kept; give what another run finds."""
    stage.on(POLICIES, in_turn(lambda: page([policy(*groups)])))
    stage.on_batch(GROUP_BATCH)
    broken, shelf = Interrupted(), Shelf()
    with pytest.raises(StoreError, match="full"):
        go_on(broken, stage.target(), GROUP_SECTIONS)
    shelf.kept, shelf.marks = broken.kept, broken.marks
    return shelf


def names_of_members(shelf: Shelf) -> list[str]:
    return [one["id"] for row in shelf.rows["groups"] for one in row["transitiveMembers"]]


def test_a_group_that_was_left_half_way_is_gone_on_with(stage: Stage) -> None:
    """Its first page is not asked for again, and all its members are counted."""
    link = f"{stage.root}/graph/v1.0/groups/g1/transitiveMembers?$skiptoken=2"
    shelf = leave_half_way(stage, page([member("u1")], link), page([member("u2")]), count=2)
    go_on(shelf, stage.target(), GROUP_SECTIONS)
    assert names_of_members(shelf) == ["u1", "u2"]
    assert shelf.reports["groups"].state is SectionState.COMPLETE
    assert len(stage.visits_to(GROUP_BATCH)) == 1


def test_a_repeated_member_does_not_make_up_for_a_lost_one_after_an_interruption(stage: Stage) -> None:
    """The page that was kept has u1 and u2; the last one repeats u2 and lacks u3."""
    link = f"{stage.root}/graph/v1.0/groups/g1/transitiveMembers?$skiptoken=2"
    shelf = leave_half_way(stage, page([member("u1"), member("u2")], link), page([member("U2")]), count=3)
    go_on(shelf, stage.target(), GROUP_SECTIONS)
    assert "2 of 3 objects were listed" in shelf.reports["groups"].reason
    assert shelf.rows["groups"][-1]["membershipPartial"] is True


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_group_whose_kept_link_is_no_longer_good_is_read_again(stage: Stage, status: int) -> None:
    """The run that goes on finds what an undisturbed one does."""
    link = f"{stage.root}/graph/v1.0/groups/g1/transitiveMembers?$skiptoken="
    first, second = page([member("u1")], f"{link}2"), page([member("u1")], f"{link}3")
    stale = refuse(status, "ResourceNotFound")
    shelf = leave_half_way(stage, first, stale, second, page([member("u2")]), count=2)
    go_on(shelf, stage.target(), GROUP_SECTIONS)
    assert names_of_members(shelf) == ["u1", "u2"]
    assert shelf.reports["groups"].state is SectionState.COMPLETE


def test_a_group_that_was_deleted_after_an_interruption_has_no_members(stage: Stage) -> None:
    link = f"{stage.root}/graph/v1.0/groups/g1/transitiveMembers?$skiptoken=2"
    shelf = leave_half_way(stage, page([member("u1")], link), page([member("u2")]), count=2)
    stage.on("/graph/v1.0/groups/g1", in_turn(lambda: refuse(404, "Request_ResourceNotFound")))
    go_on(shelf, stage.target(), GROUP_SECTIONS)
    assert shelf.rows["groups"] == [{"id": "g1", "exists": False}]
    assert shelf.reports["groups"].state is SectionState.COMPLETE


def mailboxes(count: int) -> web.Response:
    return page([{"Guid": f"m{at}", "ExternalDirectoryObjectId": f"u{at}"} for at in range(count)])


def read_users(stage: Stage) -> Shelf:
    return collect(stage.target(), pick("mailboxes", "per-user-mfa"))


def requests_of(stage: Stage) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(stage.visits[-1].body)["requests"]
    return found


def settle(request: dict[str, str], status: int = 200, **more: object) -> dict[str, object]:
    user = request["url"].split("/")[2]
    return {"id": request["id"], "status": status, "body": {"perUserMfaState": f"of {user}"}, **more}


def test_users_are_asked_twenty_at_a_time(stage: Stage) -> None:
    """Answers in any order find their users; a user who is asked to wait is asked again, after that time."""
    waited: set[str] = set()

    def answer(_: web.Request, __: int) -> web.Response:
        asked = requests_of(stage)
        assert len(asked) <= 20
        answers = [settle(request) for request in asked if request["url"] in waited or "u7/" not in request["url"]]
        answers += [
            settle(one, 429, headers={"retry-after": "1"})
            for one in asked
            if one["url"] not in waited and "u7/" in one["url"]
        ]
        waited.update(one["url"] for one in asked)
        return as_json({"responses": answers[::-1]})

    stage.on(INVOKE, in_turn(lambda: mailboxes(45)))
    stage.on(BATCH, answer)
    shelf = read_users(stage)
    found = {row["id"]: row["perUserMfaState"] for row in shelf.rows["per-user-mfa"]}
    assert found == {f"u{at}": f"of u{at}" for at in range(45)}
    assert shelf.reports["per-user-mfa"].state is SectionState.COMPLETE
    again = [visit for visit in stage.visits_to(BATCH) if "u7/" in visit.body]
    assert len(again) == 2
    assert again[1].at - again[0].at >= 1


def test_users_who_can_not_be_read_leave_the_section_partial(stage: Stage) -> None:
    """How many, and why."""
    stage.on(INVOKE, in_turn(lambda: mailboxes(30)))

    def answer(_: web.Request, __: int) -> web.Response:
        gone = {"error": {"code": "Request_ResourceNotFound", "message": "gone"}}
        return as_json(
            {
                "responses": [
                    settle(one, 404, body=gone) if "u3/" in one["url"] else settle(one) for one in requests_of(stage)
                ]
            }
        )

    stage.on(BATCH, answer)
    report = read_users(stage).reports["per-user-mfa"]
    assert (report.state, report.count, report.expected) == (SectionState.PARTIAL, 29, 30)
    assert "1 of 30 users" in report.reason
    assert "gone" in report.reason


def test_a_service_that_dies_half_way_leaves_what_came(stage: Stage) -> None:
    """The users of the first batches are kept."""
    stage.on(INVOKE, in_turn(lambda: mailboxes(60)))

    def answer(_: web.Request, turn: int) -> web.Response:
        return (
            as_json({"responses": [settle(one) for one in requests_of(stage)]})
            if turn < 2
            else refuse(400, "BadRequest")
        )

    stage.on(BATCH, answer)
    report = read_users(stage).reports["per-user-mfa"]
    assert (report.state, report.count) == (SectionState.PARTIAL, 40)


def test_a_denied_batch_is_not_repeated_for_everybody(stage: Stage) -> None:
    """The first twenty tell enough."""
    stage.on(INVOKE, in_turn(lambda: mailboxes(200)))
    denied = {"error": {"code": "Authorization_RequestDenied", "message": "no"}}
    stage.on(BATCH, lambda _, __: as_json({"responses": [settle(one, 403, body=denied) for one in requests_of(stage)]}))
    report = read_users(stage).reports["per-user-mfa"]
    assert (report.state, report.permission) == (SectionState.MISSING, "Policy.Read.All")
    assert len(stage.visits_to(BATCH)) == 1


def test_answers_that_nobody_asked_for_are_ignored(stage: Stage) -> None:
    """Ids out of range or of no number can't put a state beside the wrong user."""
    stage.on(INVOKE, in_turn(lambda: mailboxes(1)))
    strange = [{"id": "7", "status": 200, "body": {"perUserMfaState": "x"}}, {"id": "a", "status": 200, "body": {}}]
    stage.on(BATCH, lambda _, __: as_json({"responses": [*strange, settle(requests_of(stage)[0])]}))
    shelf = read_users(stage)
    assert shelf.rows["per-user-mfa"] == [{"id": "u0", "perUserMfaState": "of u0"}]
