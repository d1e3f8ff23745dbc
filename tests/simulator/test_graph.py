"""Microsoft Graph: pages, counts, groups, roles, policies and batches in their wire formats."""

import pytest

from scanner.simulator import Population
from tests.simulator.client import Client


def test_the_user_list_is_walked_to_its_end_without_loss_or_repetition(client: Client, population: Population) -> None:
    rows = client.walk("/users?$select=id,accountEnabled&$top=999")
    assert [row["id"] for row in rows] == [account.id for account in population.accounts]


def test_a_page_holds_a_hundred_users_unless_told_otherwise(client: Client) -> None:
    assert len(client.get("/users").json()["value"]) == 100


def test_a_page_of_a_thousand_users_is_refused_as_documented(client: Client) -> None:
    error = client.get("/users?$top=1000").json()["error"]
    assert error["code"] == "Request_UnsupportedQuery"
    assert error["message"] == "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive."


def test_a_made_up_page_token_is_refused(client: Client) -> None:
    assert client.get("/users?$skiptoken=MTAw").status_code == 400


def test_users_are_counted_only_for_those_who_accept_an_old_count(client: Client, population: Population) -> None:
    assert client.get("/users/$count").status_code == 400
    assert client.get("/users/$count", ConsistencyLevel="eventual").text == str(len(population.accounts))
    page = client.get("/users?$count=true&$top=1", ConsistencyLevel="eventual").json()
    assert page["@odata.count"] == len(population.accounts)


def test_an_unknown_property_is_refused_and_not_left_out(client: Client) -> None:
    assert client.get("/users?$select=id,shoeSize").status_code == 400


def test_an_option_that_is_not_simulated_is_refused_and_not_ignored(client: Client) -> None:
    assert client.get("/users?$filter=accountEnabled eq true").status_code == 400


def test_transitive_members_include_nested_groups_once_although_two_hold_each_other(
    client: Client, population: Population
) -> None:
    exceptions = next(group for group in population.groups if group.name == "SMTP AUTH exceptions")
    rows = client.walk(f"/groups/{exceptions.id}/transitiveMembers?$top=50")
    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids))
    assert population.mailbox("alarm-warehouse").key in ids
    assert {row["@odata.type"].rpartition(".")[2] for row in rows} >= {"user", "group", "device", "orgContact"}


def test_the_cast_to_users_leaves_other_members_out(client: Client, population: Population) -> None:
    scanners = next(group for group in population.groups if group.name == "Scanners and printers")
    every = client.walk(f"/groups/{scanners.id}/transitiveMembers?$top=999")
    users = client.walk(f"/groups/{scanners.id}/transitiveMembers/microsoft.graph.user?$top=999")
    assert {row["id"] for row in users} == {row["id"] for row in every if row["@odata.type"].endswith("user")}


def test_a_group_that_does_not_exist_answers_404(client: Client) -> None:
    answer = client.get("/groups/00000000-0000-4000-8000-000000000000")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "Request_ResourceNotFound")


def test_some_group_is_dynamic_and_some_group_holds_a_role(client: Client) -> None:
    groups = client.walk("/groups")
    assert any("DynamicMembership" in group["groupTypes"] and group["membershipRule"] for group in groups)
    assignable = {group["id"] for group in groups if group["isAssignableToRole"]}
    holders = {row["principalId"] for row in client.walk("/roleManagement/directory/roleAssignments")}
    assert assignable <= holders


def test_role_assignments_show_principal_and_definition_when_expanded(client: Client) -> None:
    rows = client.walk("/roleManagement/directory/roleAssignments?$expand=principal,roleDefinition")
    assert {row["principal"]["@odata.type"].rpartition(".")[2] for row in rows} == {"user", "group", "servicePrincipal"}
    assert all(row["roleDefinition"]["templateId"] == row["roleDefinitionId"] for row in rows)


def test_eligible_roles_are_listed_apart_from_assigned_ones(client: Client, population: Population) -> None:
    eligible = client.walk("/roleManagement/directory/roleEligibilityScheduleInstances")
    assigned = client.walk("/roleManagement/directory/roleAssignments")
    holder = population.mailbox("emergency-access").key
    assert [row["principalId"] for row in eligible] == [holder]
    assert holder not in {row["principalId"] for row in assigned}


def test_policies_have_every_property_that_graph_sends(client: Client) -> None:
    policies = client.walk("/identity/conditionalAccess/policies")
    assert len(policies) == 12
    assert {policy["state"] for policy in policies} == {"enabled", "disabled", "enabledForReportingButNotEnforced"}
    for policy in policies:
        assert {"clientAppTypes", "users", "applications", "locations", "platforms"} <= policy["conditions"].keys()
        assert policy["grantControls"] or policy["sessionControls"]


def test_locations_in_policies_exist(client: Client) -> None:
    known = {site["id"] for site in client.walk("/identity/conditionalAccess/namedLocations")} | {"All", "AllTrusted"}
    for policy in client.walk("/identity/conditionalAccess/policies"):
        locations = policy["conditions"]["locations"] or {"includeLocations": [], "excludeLocations": []}
        assert {*locations["includeLocations"], *locations["excludeLocations"]} <= known


def test_a_batch_answers_every_request_but_in_another_order(client: Client, population: Population) -> None:
    accounts = population.accounts[:20]
    paths = [f"/users/{account.id}/authentication/requirements" for account in accounts]
    answers = client.batch(*paths).json()["responses"]
    states = {int(answer["id"]): answer["body"]["perUserMfaState"] for answer in answers}
    assert states == {at: account.mfa for at, account in enumerate(accounts)}
    assert [int(answer["id"]) for answer in answers] != sorted(states)


def test_a_batch_hides_errors_of_single_requests_behind_200(client: Client) -> None:
    answer = client.batch("/users/nobody", "/organization")
    assert answer.status_code == 200
    assert {one["id"]: one["status"] for one in answer.json()["responses"]} == {"0": 404, "1": 200}


def test_a_batch_answers_as_single_requests_are_answered(client: Client, population: Population) -> None:
    """Members by pages with a link that leads on, their number in plain text, a group that is gone."""
    group = next(group for group in population.groups if group.name == "Scanners and printers")
    path = f"/groups/{group.id}/transitiveMembers"
    paths = [f"{path}?$select=id&$top=2", f"/groups/{group.id}?$select=id", "/groups/nothing"]
    found = {one["id"]: one for one in client.batch(*paths, version="v1.0").json()["responses"]}
    singles = [client.get(path) for path in paths]
    assert [found[str(at)]["status"] for at in range(3)] == [one.status_code for one in singles] == [200, 200, 404]
    assert found["0"]["body"]["value"] == singles[0].json()["value"]
    assert found["1"]["body"] == singles[1].json()
    linked = client.follow(found["0"]["body"]["@odata.nextLink"]).json()["value"]
    assert [row["id"] for row in linked] == [row["id"] for row in client.walk(f"{path}?$top=2")][2:4]


def test_a_batch_of_more_than_twenty_is_refused(client: Client) -> None:
    assert client.batch(*["/organization"] * 21).status_code == 400


def test_per_user_mfa_is_known_to_beta_only(client: Client, population: Population) -> None:
    path = f"/users/{population.accounts[0].id}/authentication/requirements"
    assert client.get(path).status_code == 400


@pytest.mark.parametrize(
    "path",
    ["/organization", "/domains", "/policies/identitySecurityDefaultsEnforcementPolicy", "/servicePrincipals"],
)
def test_small_resources_answer(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_the_scanners_own_service_principal_is_found_by_its_application_id(client: Client) -> None:
    row = client.get(f"/servicePrincipals(appId='{client.tenant.client_id}')").json()
    assert row["appId"] == client.tenant.client_id


def test_only_the_tenants_own_applications_belong_to_it(client: Client) -> None:
    owners = {row["displayName"]: row["appOwnerOrganizationId"] for row in client.walk("/servicePrincipals")}
    own = {name for name, owner in owners.items() if owner == client.tenant.tenant_id}
    assert own == {"SMTP posture", "Old reporting job"}
