"""Rights that were taken away, and what the server remembers."""

import pytest

from scanner.simulator import Population, Scenario, SimulatedTenant, build_population
from tests.simulator.client import Open

_PATHS = {
    "Application.Read.All": "/servicePrincipals",
    "Domain.Read.All": "/domains",
    "GroupMember.Read.All": "/groups",
    "IdentityRiskyUser.Read.All": "/identityProtection/riskyUsers",
    "Organization.Read.All": "/organization",
    "Policy.Read.All": "/identity/conditionalAccess/policies",
    "RoleEligibilitySchedule.Read.Directory": "/roleManagement/directory/roleEligibilityScheduleInstances",
    "RoleManagement.Read.Directory": "/roleManagement/directory/roleAssignments",
    "User.Read.All": "/users",
}


@pytest.mark.parametrize("permission", _PATHS)
def test_a_missing_permission_closes_its_resource_and_no_other(
    open_client: Open, small: Population, permission: str
) -> None:
    client = open_client(SimulatedTenant(small, without={permission}))
    answers = dict(zip(_PATHS, client.batch(*_PATHS.values()).json()["responses"], strict=True))
    refused = {int(answer["id"]) for answer in answers.values() if answer["status"] == 403}
    assert refused == {list(_PATHS).index(permission)}
    assert client.get(_PATHS[permission]).json()["error"]["code"] == "Authorization_RequestDenied"


def test_without_the_application_permission_exchange_answers_401(open_client: Open, small: Population) -> None:
    client = open_client(SimulatedTenant(small, without={"Exchange.ManageAsApp"}))
    answer = client.invoke("Get-Mailbox")
    assert (answer.status_code, answer.json()["error"]["message"]) == (401, "User is not allowed to call Get-Mailbox")


def test_without_a_role_inside_exchange_it_answers_nul_bytes(open_client: Open, small: Population) -> None:
    client = open_client(SimulatedTenant(small, without={"ExchangeRole"}))
    answer = client.invoke("Get-Mailbox")
    assert (answer.status_code, answer.raw.read(decode_content=False)) == (403, b"\0\0\0\0")


def test_members_that_may_not_be_read_show_their_id_only(open_client: Open, small: Population) -> None:
    client = open_client(SimulatedTenant(small, without={"User.Read.All"}))
    rows = client.walk(f"/groups/{small.groups[0].id}/transitiveMembers")
    users = [row for row in rows if row["@odata.type"] == "#microsoft.graph.user"]
    assert users
    assert all(row.keys() == {"@odata.type", "id"} for row in users)


def test_a_right_that_is_misspelt_is_not_silently_kept(small: Population) -> None:
    with pytest.raises(ValueError, match=r"Policy\.Read\.Al"):
        SimulatedTenant(small, without={"Policy.Read.Al"})


def test_every_request_is_remembered_without_its_secrets(open_client: Open, small: Population) -> None:
    client = open_client(SimulatedTenant(small))
    client.get("/organization", **{"client-request-id": "asked-by-me"})
    assert [visit.status for visit in client.tenant.visits] == [200, 200, 200]
    last = client.tenant.visits[-1]
    assert (last.path, last.token, last.page, last.fault) == ("/graph/v1.0/organization", 1, 1, "")
    assert last.headers["client-request-id"] == "asked-by-me"
    assert last.at <= last.answered
    assert client.tenant.client_secret not in str(client.tenant.visits)
    assert "eyJ" not in str(client.tenant.visits)


def test_the_ledger_tells_pages_and_cmdlets(open_client: Open) -> None:
    client = open_client(SimulatedTenant(build_population(Scenario(mailboxes=1100))))
    client.list_all("Get-Mailbox")
    client.walk("/users?$top=999")
    ledger = client.tenant.ledger
    assert [visit.page for visit in ledger.to("/exchange/*", "Get-Mailbox")] == [1, 2]
    assert [visit.page for visit in ledger.to("/graph/v1.0/users")] == [1, 2]
    assert ledger.to("/exchange/*", "Get-CASMailbox") == []
    assert all(0 < visit.bytes < 400_000 for visit in ledger.to("/exchange/*"))


def test_large_answers_are_packed_for_those_who_accept_it(open_client: Open, small: Population) -> None:
    client = open_client(SimulatedTenant(small))
    assert client.get("/users").headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in client.get("/users", **{"Accept-Encoding": "identity"}).headers


def test_after_the_tenant_is_left_nothing_answers_and_no_key_remains(small: Population) -> None:
    with SimulatedTenant(small) as tenant:
        folder = tenant.folder
        assert tenant.ca_file.exists()
    assert not folder.exists()
