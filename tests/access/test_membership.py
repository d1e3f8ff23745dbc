"""Groups and roles: nesting, cycles, and the four ways of not being a list of members (dossier §1.2)."""

from typing import Any

import pytest

from scanner.access.membership import Directory
from scanner.access.paths import paths_to
from scanner.model.circumstance import GuestClass
from tests.access.policies import ME, SOMEBODY, Json, a_user, decided, lacking, members, outcome, people, policy, posed
from tests.access.tenants import ADMIN, JUNK, READER, group_id, guid, role

ONE, TWO, THREE = group_id(1), group_id(2), group_id(3)
OF_GROUP = policy(users=people(includeGroups=[ONE]))
OF_ADMINS = policy(users=people(includeRoles=[ADMIN]))
WITH_ME: Json = {"id": ONE, "displayName": "Senders", "members": members(("user", ME))}


def test_an_empty_group_includes_nobody() -> None:
    """That a group was read and has no members is an answer."""
    assert outcome(OF_GROUP, groups=[{"id": ONE, "members": []}]) == "allowed"


def test_a_deleted_group_includes_nobody() -> None:
    """Policies keep the ids of deleted groups, and the members they had don't count."""
    assert outcome(OF_GROUP, groups=[WITH_ME | {"exists": False}]) == "allowed"
    assert outcome(OF_GROUP, groups=[{"id": ONE, "exists": False}]) == "allowed"


@pytest.mark.parametrize(
    "groups",
    [
        [],
        [{"id": ONE}],
        [{"id": ONE, "members": [], "membershipReadable": False}],
        [{"id": ONE, "members": [], "membershipPartial": True}],
        [{"id": ONE, "members": members(("group", TWO))}],
        [{"id": ONE, "members": members(("group", TWO))}, {"id": TWO, "membershipReadable": False}],
    ],
    ids=["not collected", "without members", "unreadable", "partial", "nested not collected", "nested unreadable"],
)
def test_what_was_not_read_of_a_group_is_a_gap(groups: list[Json]) -> None:
    """Not collected, unreadable and partly read are not "empty"."""
    assert lacking(OF_GROUP, groups=groups) == {"groups"}


def test_who_is_seen_in_a_group_that_is_only_partly_read_is_in_it() -> None:
    """What was read counts, whatever was not."""
    assert outcome(OF_GROUP, groups=[WITH_ME | {"membershipReadable": False}]) == "blocked"
    assert outcome(OF_GROUP, groups=[WITH_ME | {"membershipPartial": True}]) == "blocked"


def test_groups_nest_and_may_go_in_circles() -> None:
    """One is in two, two in three, three in one."""
    chain = [
        {"id": ONE, "members": members(("group", TWO))},
        {"id": TWO, "members": members(("group", THREE))},
        {"id": THREE, "members": members(("group", ONE), ("user", ME))},
    ]
    assert outcome(OF_GROUP, groups=chain) == "blocked"
    chain[2]["members"] = members(("group", ONE))
    assert outcome(OF_GROUP, groups=chain) == "allowed"


def test_transitive_members_are_all_there_are() -> None:
    """Where the provider resolved nested groups, a nested one need not be collected."""
    found = {"id": ONE, "transitiveMembers": members(("group", TWO), ("user", SOMEBODY))}
    assert outcome(OF_GROUP, groups=[found]) == "allowed"


def test_pages_of_a_group_are_one_group() -> None:
    """Rows of one id are pages of its members; a page that failed leaves a doubt."""
    pages: list[Json] = [{"id": ONE, "members": members(("user", SOMEBODY))}, WITH_ME]
    assert outcome(OF_GROUP, groups=pages) == "blocked"
    failed: list[Json] = [pages[0], {"id": ONE, "members": [], "membershipPartial": True}]
    assert lacking(OF_GROUP, groups=failed) == {"groups"}


def test_a_member_without_a_type_may_be_a_group() -> None:
    """One that no list of people or groups knows may be a group that was not collected: it is a gap, not nobody."""
    nested: Json = {"id": ONE, "members": [TWO]}
    assert outcome(OF_GROUP, groups=[nested, {"id": TWO, "members": members(("user", ME))}]) == "blocked"
    assert lacking(OF_GROUP, groups=[nested]) == {"groups"}
    assert lacking(OF_GROUP, groups=[{"id": ONE, "members": [{"Id": TWO, "AdditionalProperties": {}}]}]) == {"groups"}
    somebody: Json = {"id": ONE, "members": [SOMEBODY]}
    assert outcome(OF_GROUP, groups=[somebody], users=[a_user(), a_user(SOMEBODY)]) == "allowed"


def test_a_type_that_powershell_wraps_is_a_type() -> None:
    """Get-Mg cmdlets put the type of a member into AdditionalProperties."""
    wrapped: Json = {"Id": TWO, "AdditionalProperties": {"@odata.type": "#microsoft.graph.group"}}
    assert lacking(OF_GROUP, groups=[{"Id": ONE, "Members": [wrapped]}]) == {"groups"}
    wrapped = {"Id": TWO, "AdditionalProperties": {"@odata.type": "#microsoft.graph.user"}}
    assert outcome(OF_GROUP, groups=[{"Id": ONE, "Members": [wrapped]}]) == "allowed"


def test_an_exclusion_beats_every_inclusion() -> None:
    """Whatever is more specific; and who is certainly excluded is out, though nobody knows whether he was in."""
    assert outcome(policy(users=people(includeUsers=["All", ME], excludeGroups=[ONE])), groups=[WITH_ME]) == "allowed"
    assert outcome(policy(users=people(includeGroups=[ONE], excludeUsers=[ME])), groups=[WITH_ME]) == "allowed"
    assert outcome(policy(users=people(includeGroups=[TWO], excludeUsers=[ME]))) == "allowed"
    assert outcome(policy(users=people(includeUsers=["All"], excludeUsers=["All"]))) == "allowed"


def test_an_irrelevant_gap_is_harmless() -> None:
    """Who is blocked by another policy anyway is blocked, whatever was not read."""
    assert outcome(OF_GROUP, policy("All"), groups=[]) == "blocked"


@pytest.mark.parametrize(
    ("assignment", "expected"),
    [
        (role(ADMIN, ME), "blocked"),
        (role(ADMIN, ME, principal={"@odata.type": "#microsoft.graph.user"}), "blocked"),
        (role(READER, ME), "allowed"),
        (role(ADMIN, SOMEBODY, principal={"@odata.type": "#microsoft.graph.user"}), "allowed"),
        (role(ADMIN, ME, directoryScopeId="/administrativeUnits/" + guid("f", 1)), "allowed"),
        (role(ADMIN, ME, roleDefinition={"templateId": ADMIN, "isBuiltIn": False}), "allowed"),
        (role(guid("d", 1), ME, roleDefinition={"templateId": ADMIN, "isBuiltIn": True}), "blocked"),
        (role(ADMIN, guid("e", 1), principal={"@odata.type": "#microsoft.graph.servicePrincipal"}), "allowed"),
        (role(ADMIN, ONE), "blocked"),
        (role(ADMIN, ONE, principal={"@odata.type": "#microsoft.graph.group"}), "blocked"),
    ],
    ids=[
        "held",
        "held, expanded",
        "another role",
        "somebody else",
        "scoped",
        "custom",
        "by its template id",
        "an application",
        "through a group",
        "through a group, expanded",
    ],
)
def test_built_in_roles_held_in_the_whole_tenant_count(assignment: Json, expected: str) -> None:
    """Scoped and custom assignments don't, and a role through a role-assignable group does."""
    assert outcome(OF_ADMINS, role_assignments=[assignment], groups=[WITH_ME]) == expected


def test_an_eligible_role_is_not_held() -> None:
    """PIM: the role must be active."""
    assert outcome(OF_ADMINS, role_eligibilities=[role(ADMIN, ME)]) == "allowed"


def test_a_role_through_a_group_costs_confidence() -> None:
    """That it counts is inferred."""
    through_group = decided(OF_ADMINS, role_assignments=[role(ADMIN, ONE)], groups=[WITH_ME])
    direct = decided(OF_ADMINS, role_assignments=[role(ADMIN, ME)])
    assert (through_group.confidence.value, direct.confidence.value) == ("medium", "high")


@pytest.mark.parametrize(
    ("tenant", "missing"),
    [
        ({"without": ["role-assignments"]}, "role-assignments"),
        ({"role_assignments": [JUNK]}, "role-assignments"),
        ({"role_assignments": [role(ADMIN, ME, directoryScopeId=None)]}, "role-assignments"),
        ({"role_assignments": [{"principalId": ME, "roleDefinitionId": ADMIN}]}, "role-assignments"),
        ({"role_assignments": [role(ADMIN, guid("d", 5))]}, "groups"),
        ({"role_assignments": [role(ADMIN, TWO, principal={"@odata.type": "#microsoft.graph.group"})]}, "groups"),
    ],
    ids=["not read", "partly read", "scope null", "scope absent", "unknown principal", "group not collected"],
)
def test_what_was_not_read_of_a_role_is_a_gap(tenant: Any, missing: str) -> None:
    """Without it nobody knows who holds the role."""
    assert lacking(OF_ADMINS, **tenant) == {missing}


def test_an_application_that_was_read_is_no_group() -> None:
    """A principal without a type is looked for among the applications, too."""
    apps = [{"id": guid("e", 1), "appId": guid("e", 11)}]
    assert outcome(OF_ADMINS, role_assignments=[role(ADMIN, guid("e", 1))], service_principals=apps) == "allowed"


# --- told as a path


def told(*policies: Json, guest: GuestClass = GuestClass.MEMBER, **tenant: Any) -> list[tuple[str, bool, str]]:
    """Give the ways in which the first policy includes or excludes me."""
    posture = posed(*policies, **tenant)
    directory = Directory(posture.snapshot)
    ways = paths_to(posture.snapshot.policies[0], ME, guest, directory)
    return [(way.side, way.known, str(way.because)) for way in ways]


def test_every_way_in_and_out_is_told() -> None:
    """All users, by name, through a chain of groups, by a role: exclusions come last, since they win."""
    users = people(
        includeUsers=["All", ME], includeGroups=[TWO], excludeGroups=[ONE], includeRoles=[ADMIN], excludeRoles=[READER]
    )
    groups = [
        WITH_ME,
        {"id": TWO, "members": members(("group", ONE), ("group", THREE))},
        {"id": THREE, "exists": False},
    ]
    found = told(policy(users=users), groups=groups, role_assignments=[role(ADMIN, ME)])
    assert found == [
        ("include", True, "all users"),
        ("include", True, "named directly"),
        ("include", True, f"member of {TWO} > Senders"),
        ("include", True, f"holds the role {ADMIN}"),
        ("exclude", True, "member of Senders"),
    ]


def test_the_shortest_chain_is_told() -> None:
    """A circle of groups, and one that was not collected, are no obstacle."""
    groups = [
        {"id": ONE, "members": members(("group", TWO), ("group", group_id(9)))},
        {"id": TWO, "members": members(("group", ONE), ("group", THREE))},
        {"id": THREE, "members": members(("user", ME))},
    ]
    assert (*told(OF_GROUP, groups=groups),)[0][2] == f"member of {ONE} > {TWO} > {THREE}"
    assert Directory(posed(OF_GROUP, groups=groups).snapshot).path(SOMEBODY, ONE) == ()


def test_what_is_not_known_is_told_as_such() -> None:
    """A gap is no way in, and no way out either."""
    users = people(includeGroups=[ONE], excludeRoles=[ADMIN])
    found = told(policy(users=users), without=["groups", "role-assignments"])
    assert [(side, known) for side, known, _ in found] == [("include", False), ("exclude", False)]


def test_guests_are_told_apart() -> None:
    """A guest by kind; one of whom nothing was read; and a member, of whom nothing is to be told."""
    named = policy(users=people(includeUsers=["GuestsOrExternalUsers"]))
    assert told(named, guest=GuestClass.B2B_GUEST)[0][1] is True
    assert told(named, guest=GuestClass.UNKNOWN)[0][1] is False
    assert told(named) == []


def test_a_group_that_nothing_refers_to_is_read_when_another_contains_it() -> None:
    """Its members count through the group that policies name, and the path to them is told."""
    inner: Json = {"id": TWO, "displayName": "Inner", "transitiveMembers": members(("user", ME))}
    outer: Json = {"id": ONE, "displayName": "Outer", "members": members(("group", TWO))}
    assert outcome(OF_GROUP, groups=[inner, outer]) == "blocked"
    directory = Directory(posed(OF_GROUP, groups=[inner, outer]).snapshot)
    assert directory.path(ME, ONE) == (ONE, TWO)
