"""InvokeCommand: envelope, pages that must be asked for again, and refusals."""

from collections import Counter

import pytest

from scanner.simulator import Population, Scenario, SimulatedTenant, build_population, read_faults
from tests.simulator.client import UNLIMITED, Client, Open

OMITTED = read_faults("""
[[faults]]
when.cmdlet = "Get-CASMailbox"
then.omit = ["SmtpClientAuthenticationDisabled"]
""")
EMPTY = read_faults("""
[[faults]]
when.cmdlet = "Get-*Mailbox"
then.empty_list = true
""")


@pytest.mark.parametrize("cmdlet", ["Get-Mailbox", "Get-CASMailbox", "Get-User"])
def test_mailbox_lists_are_walked_to_their_end(client: Client, population: Population, cmdlet: str) -> None:
    rows = client.list_all(cmdlet)
    assert [row["Guid"] for row in rows] == [mailbox.guid for mailbox in population.mailboxes]


def test_a_page_holds_a_thousand_rows(client: Client) -> None:
    assert len(client.invoke("Get-Mailbox", UNLIMITED).json()["value"]) == 1000


def test_a_list_ends_at_a_thousand_with_a_warning_unless_asked_to_be_unlimited(client: Client) -> None:
    page = client.invoke("Get-Mailbox").json()
    assert (len(page["value"]), "@odata.nextLink" in page) == (1000, False)
    assert "Unlimited" in page["@adminapi.warnings"][0]


@pytest.mark.parametrize("anchor", ["", "APP:SystemMailbox{elsewhere}@contoso.example"])
def test_the_next_page_is_refused_on_another_back_end(client: Client, anchor: str) -> None:
    link = client.invoke("Get-Mailbox", UNLIMITED).json()["@odata.nextLink"]
    answer = client.invoke("Get-Mailbox", UNLIMITED, url=link, anchor=anchor)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("Expired or Invalid pagination request.")


def test_the_next_page_is_refused_for_another_body(client: Client) -> None:
    link = client.invoke("Get-Mailbox", UNLIMITED).json()["@odata.nextLink"]
    assert client.invoke("Get-CASMailbox", UNLIMITED, url=link).status_code == 400


def test_the_discovery_mailbox_has_no_entra_id(client: Client) -> None:
    last = client.list_all("Get-Mailbox")[-1]
    assert (last["RecipientTypeDetails"], last["ExternalDirectoryObjectId"]) == ("DiscoveryMailbox", "")


def test_inactive_mailboxes_are_listed_only_on_request(client: Client, population: Population) -> None:
    inactive = client.list_all("Get-Mailbox", InactiveMailboxOnly=True)
    assert [row["IsInactiveMailbox"] for row in inactive] == [True] * len(population.inactive)
    assert not any(row["IsInactiveMailbox"] for row in client.list_all("Get-Mailbox"))


def test_the_smtp_switch_of_a_mailbox_has_three_states(client: Client) -> None:
    rows = client.list_all("Get-CASMailbox")
    assert Counter(row["SmtpClientAuthenticationDisabled"] for row in rows).keys() == {True, False, None}
    assert not any("ExternalDirectoryObjectId" in row for row in rows)


def test_a_selection_keeps_its_properties_with_their_annotations(client: Client) -> None:
    root = f"{client.tenant.exchange_url}/adminapi/beta/{client.tenant.tenant_id}/InvokeCommand"
    row = client.invoke("Get-CASMailbox", url=f"{root}?$select=Guid,PopEnabled").json()["value"][0]
    assert row.keys() == {"Guid", "Guid@data.type", "Guid@odata.type", "PopEnabled"}


def test_the_tenants_settings_are_told(client: Client) -> None:
    assert client.invoke("Get-TransportConfig").json()["value"][0]["SmtpClientAuthenticationDisabled"] is True
    assert client.invoke("Get-OrganizationConfig").json()["value"][0]["DefaultAuthenticationPolicy"] is None
    policies = client.invoke("Get-AuthenticationPolicy").json()["value"]
    assert {policy["AllowBasicAuthSmtp"] for policy in policies} == {True, False}


def test_a_cmdlet_that_no_role_grants_answers_nul_bytes_announced_as_gzip(client: Client) -> None:
    answer = client.invoke("Get-Nothing")
    assert (answer.status_code, answer.headers["Content-Encoding"]) == (403, "gzip")
    assert answer.raw.read(decode_content=False) == b"\0\0\0\0"


def test_an_unknown_parameter_is_named(client: Client) -> None:
    answer = client.invoke("Get-Mailbox", {"NoSuchParameter": 1})
    message = "A parameter cannot be found that matches parameter name 'NoSuchParameter'."
    assert answer.status_code == 400
    assert answer.json()["error"]["innererror"]["internalexception"]["message"] == message


def test_a_filter_lists_those_whose_names_fit(client: Client, population: Population) -> None:
    every = {mailbox.alias for mailbox in population.mailboxes}

    def aliases(text: str) -> set[str]:
        return {row["Alias"] for row in client.list_all("Get-Mailbox", Filter=text)}

    assert aliases("Alias -like 'S*'") == {alias for alias in every if alias.startswith("s")}
    assert aliases("Alias -like 's*' -and alias -NotLike 'sc*'") == {
        alias for alias in every if alias.startswith("s") and not alias.startswith("sc")
    }
    assert aliases("UserPrincipalName -eq 'info@contoso.example'") == {"info"}
    assert aliases("UserPrincipalName -ne 'info@contoso.example'") == every - {"info"}


@pytest.mark.parametrize("text", ["ShoeSize -like 'a*'", "Alias -gt 'a'", "Alias -like a*", ""])
def test_a_filter_that_is_not_understood_is_refused_and_not_ignored(client: Client, text: str) -> None:
    answer = client.invoke("Get-Mailbox", {"Filter": text})
    assert (answer.status_code, "Invalid filter" in answer.text) == (400, True)


def test_an_unknown_identity_answers_404(client: Client) -> None:
    assert client.invoke("Get-Mailbox", {"Identity": "nobody@contoso.example"}).status_code == 404
    assert len(client.invoke("Get-Mailbox", {"Identity": "scanner-lobby@contoso.example"}).json()["value"]) == 1


def test_on_request_the_smtp_flag_is_missing_and_the_mailbox_list_empty(open_client: Open, small: Population) -> None:
    client = open_client(SimulatedTenant(small, faults=OMITTED))
    assert not any("SmtpClientAuthenticationDisabled" in row for row in client.list_all("Get-CASMailbox"))
    empty = open_client(SimulatedTenant(small, faults=EMPTY))
    assert empty.list_all("Get-Mailbox") == []
    assert empty.walk("/users?$top=999")


def test_a_page_of_a_large_tenant_is_made_when_it_is_asked_for(open_client: Open) -> None:
    client = open_client(SimulatedTenant(build_population(Scenario(mailboxes=20_000))))
    page = client.invoke("Get-CASMailbox", UNLIMITED)
    assert page.elapsed.total_seconds() < 0.5
    assert len(page.json()["value"]) == 1000
