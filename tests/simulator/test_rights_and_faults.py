"""Rights that were taken away, and things that go wrong on purpose."""

import pytest

from scanner.simulator import Faults, Population, SimulatedTenant
from tests.simulator.client import UNLIMITED, Open

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


def test_a_share_of_requests_is_throttled_and_says_how_long_to_wait(open_client: Open, small: Population) -> None:
    client = open_client(SimulatedTenant(small, faults=Faults(throttle_share=0.3, retry_after=2, seed=3)))
    answers = [client.get("/organization") for _ in range(40)]
    throttled = [answer for answer in answers if answer.status_code == 429]
    assert 4 <= len(throttled) <= 20
    assert {answer.headers["Retry-After"] for answer in throttled} == {"2"}


def test_items_of_a_batch_are_throttled_one_by_one(open_client: Open, small: Population) -> None:
    client = open_client(SimulatedTenant(small, faults=Faults(throttle_share=0.3, seed=5)))
    answers = [client.batch(*["/organization"] * 20) for _ in range(5)]
    statuses = {one["status"] for answer in answers if answer.ok for one in answer.json()["responses"]}
    assert statuses == {200, 429}


def test_throttling_can_keep_quiet_about_the_time(open_client: Open, small: Population) -> None:
    client = open_client(SimulatedTenant(small, faults=Faults(throttle_share=1, retry_after=None)))
    answer = client.get("/organization")
    assert answer.status_code == 429
    assert "Retry-After" not in answer.headers


def test_errors_come_as_html(open_client: Open, small: Population) -> None:
    client = open_client(SimulatedTenant(small, faults=Faults(error_share=1, error_status=502)))
    answer = client.get("/organization")
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")


def test_a_link_to_the_next_page_can_lead_elsewhere(open_client: Open, population: Population) -> None:
    client = open_client(SimulatedTenant(population, faults=Faults(foreign_next_link="https://evil.example/x")))
    assert client.get("/users").json()["@odata.nextLink"] == "https://evil.example/x"
    assert client.invoke("Get-Mailbox", UNLIMITED).json()["@odata.nextLink"] == "https://evil.example/x"


def test_every_request_is_remembered_without_its_secrets(open_client: Open, small: Population) -> None:
    client = open_client(SimulatedTenant(small))
    client.get("/organization")
    assert [visit.status for visit in client.tenant.visits] == [200, 200, 200]
    assert client.tenant.visits[-1].path == "/graph/v1.0/organization"
    assert client.tenant.client_secret not in str(client.tenant.visits)


def test_after_the_tenant_is_left_nothing_answers_and_no_key_remains(small: Population) -> None:
    with SimulatedTenant(small) as tenant:
        folder = tenant.folder
        assert tenant.ca_file.exists()
    assert not folder.exists()
