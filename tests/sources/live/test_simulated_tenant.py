"""The live source on a simulated tenant over real TLS."""

import dataclasses

import pytest

from scanner.model.section import SectionState
from scanner.simulator import Faults, Population, SimulatedTenant, read_faults
from scanner.simulator.faults.scenario import Fault, Service, Then, When
from scanner.simulator.permissions import EXCHANGE_RBAC, GRAPH_ROLES, MANAGE_AS_APP
from scanner.sources.live.explain import EXCHANGE_ROLE
from tests.sources.live.scene import QUICK, collect, pick, secret_target_of, target_of

ROOMY = dataclasses.replace(QUICK, body=8_000_000)
EMPTY = """
[[faults]]
when.cmdlet = "Get-*Mailbox"
then.empty_list = true
"""
OMITTED = """
[[faults]]
when.cmdlet = "Get-CASMailbox"
then.omit = ["SmtpClientAuthenticationDisabled"]
"""
STUMBLING = """
[[faults]]
when.path = "/*/*/*"
when.probability = 0.2
then.answer = "throttled"
[[faults]]
when.path = "/*/*/*"
when.probability = 0.1
then.answer = "unavailable"
"""
DOWN = """
[[faults]]
when.path = "/graph/*"
then.answer = "unavailable"
[[faults]]
when.path = "/exchange/*"
then.answer = "unavailable"
"""
ELSEWHERE = """
[[faults]]
then.link = "foreign-port"
"""
FILES_ONLY = {"mailbox-permissions", "smtp-auth-clients"}
EXCHANGE = {
    "authentication-policies",
    "cas-mailboxes",
    "exchange-service-principals",
    "exchange-users",
    "mailboxes",
    "organization-config",
    "transport-config",
}
LOST_WITH = {
    "Application.Read.All": {"service-principals"},
    "AuditLog.Read.All": {"sign-ins"},
    "ExchangeMessageTrace.Read.All": {"message-traces"},
    "Domain.Read.All": {"domains"},
    "GroupMember.Read.All": {"groups"},
    "IdentityRiskyUser.Read.All": {"risky-users"},
    "Policy.Read.All": {"conditional-access-policies", "named-locations", "per-user-mfa", "security-defaults"},
    "RoleEligibilitySchedule.Read.Directory": {"role-eligibilities"},
    "RoleManagement.Read.Directory": {"role-assignments"},
    "User.Read.All": {"users"},
}


def test_a_large_tenant_is_read_to_its_end_with_a_certificate(large: Population) -> None:
    """Three thousand mailboxes arrive whole, each once, through pages of 1,000 and 999."""
    with SimulatedTenant(large) as tenant:
        shelf = collect(target_of(tenant), patience=ROOMY)
    assert shelf.states(SectionState.MISSING) == FILES_ONLY
    assert shelf.states(SectionState.PARTIAL) == {"message-traces"}  # of so many senders only some are traced
    for name, key in (("mailboxes", "Guid"), ("cas-mailboxes", "Guid"), ("exchange-users", "UserPrincipalName")):
        assert len({row[key] for row in shelf.rows[name]}) == shelf.reports[name].count == 3000
    assert shelf.reports["users"].count == shelf.reports["users"].expected == len(large.accounts)
    assert len(shelf.rows["per-user-mfa"]) == shelf.reports["per-user-mfa"].expected
    assert (shelf.tenant.id, shelf.tenant.domain, shelf.tenant.name) == (
        large.tenant_id,
        "contoso.example",
        "Contoso",
    )
    assert len(shelf.threads) == 1
    assert ("users", 999, len(large.accounts)) in shelf.told


def test_a_secret_reads_the_same(small: Population) -> None:
    """The kind of credential changes nothing in the evidence."""
    with SimulatedTenant(small) as tenant:
        by_secret = collect(secret_target_of(tenant, tenant.client_secret))
        by_certificate = collect(target_of(tenant))
    assert by_secret.rows["mailboxes"] == by_certificate.rows["mailboxes"]
    assert by_secret.states(SectionState.COMPLETE) == by_certificate.states(SectionState.COMPLETE)


def test_only_reading_requests_are_sent(small: Population) -> None:
    """Nothing but GET, InvokeCommand and batches reaches the tenant."""
    with SimulatedTenant(small) as tenant:
        collect(target_of(tenant))
        posts = {visit.path.partition("?")[0] for visit in tenant.visits if visit.method != "GET"}
    assert {path.rpartition("/")[2] for path in posts} == {"InvokeCommand", "$batch", "token"}


@pytest.mark.parametrize("permission", sorted(GRAPH_ROLES - {"Application.Read.All", "Organization.Read.All"}))
def test_a_permission_taken_away_is_named(small: Population, permission: str) -> None:
    """The sections behind it are missing and name it; those that build on them are not complete; the others are."""
    with SimulatedTenant(small, without={permission}) as tenant:
        shelf = collect(target_of(tenant))
    lost = LOST_WITH[permission]
    unnamed = {"message-traces"} if "sign-ins" in lost else set()  # nobody says whose they should be
    assert shelf.states(SectionState.MISSING) == lost | unnamed | FILES_ONLY
    assert {shelf.reports[name].permission for name in lost} == {permission}
    assert all("did not permit" in shelf.reports[name].reason for name in lost)
    told = {name: trouble for name, (_, trouble) in shelf.ended.items() if trouble}
    assert told.keys() == lost | unnamed
    assert all(told[name].startswith("missing: ") and f"(permission: {permission})" in told[name] for name in lost)
    unsure = {"groups"} if lost & {"conditional-access-policies", "role-assignments"} else set()
    assert shelf.states(SectionState.PARTIAL) == unsure
    assert all("not read to its end" in shelf.reports[name].reason for name in unsure)


def test_without_the_organization_right_the_tenant_still_has_its_id(small: Population) -> None:
    """The token says it."""
    with SimulatedTenant(small, without={"Organization.Read.All"}) as tenant:
        shelf = collect(target_of(tenant), pick("mailboxes"))
    assert (shelf.tenant.id, shelf.tenant.name) == (small.tenant_id, "")
    assert shelf.reports["mailboxes"].state is SectionState.COMPLETE


@pytest.mark.parametrize(("right", "named"), [(MANAGE_AS_APP, MANAGE_AS_APP), (EXCHANGE_RBAC, EXCHANGE_ROLE)])
def test_an_exchange_right_taken_away_is_named(small: Population, right: str, named: str) -> None:
    """The 401 without the app permission and the NUL bytes without the role are told apart."""
    with SimulatedTenant(small, without={right}) as tenant:
        shelf = collect(target_of(tenant))
    assert shelf.states(SectionState.MISSING) == EXCHANGE | FILES_ONLY | {"per-user-mfa"}
    assert {shelf.reports[name].permission for name in EXCHANGE} == {named}
    assert "mailboxes could not be read" in shelf.reports["per-user-mfa"].reason
    assert shelf.reports["users"].state is SectionState.COMPLETE


def test_a_list_of_no_mailboxes_is_not_believed(small: Population) -> None:
    """The tenant has users, so an empty list is partial with its reason."""
    with SimulatedTenant(small, faults=read_faults(EMPTY)) as tenant:
        shelf = collect(target_of(tenant))
    assert shelf.reports["mailboxes"].state is SectionState.PARTIAL
    assert "lists no mailbox at all" in shelf.reports["mailboxes"].reason


def test_a_property_that_never_comes_is_asked_for_once_more_without_select(small: Population) -> None:
    """The rows are kept without it: absent is another thing than null."""
    with SimulatedTenant(small, faults=read_faults(OMITTED)) as tenant:
        shelf = collect(target_of(tenant), pick("cas-mailboxes"))
    assert shelf.reports["cas-mailboxes"].count == 60
    assert not any("SmtpClientAuthenticationDisabled" in row for row in shelf.rows["cas-mailboxes"])
    assert all("OWAEnabled" in row for row in shelf.rows["cas-mailboxes"])


def test_links_to_a_stranger_are_not_followed(large: Population) -> None:
    """What came before is kept, the section is partial, and the stranger hears nothing."""
    with SimulatedTenant(large, faults=read_faults(ELSEWHERE)) as tenant:
        shelf = collect(target_of(tenant), pick("mailboxes", "users"), ROOMY)
    assert tenant.stranger.calls == 0
    for name, rows in (("mailboxes", 1000), ("users", 999)):
        assert shelf.reports[name].state is SectionState.PARTIAL
        assert shelf.reports[name].count == rows
        assert "was not followed" in shelf.reports[name].reason


def test_a_throttled_and_stumbling_tenant_is_read_whole(small: Population) -> None:
    """One request in five asks to wait without saying how long, one in ten fails."""
    with SimulatedTenant(small, faults=read_faults(STUMBLING)) as tenant:
        shelf = collect(target_of(tenant))
    assert shelf.states(SectionState.MISSING) == FILES_ONLY
    assert shelf.states(SectionState.PARTIAL) == set()


def test_a_tenant_that_always_fails_gives_missing_sections(small: Population) -> None:
    """It ends soon, and nothing is complete."""
    with SimulatedTenant(small, faults=read_faults(DOWN)) as tenant:
        shelf = collect(target_of(tenant))
    assert shelf.states(SectionState.COMPLETE) == set()
    assert shelf.states(SectionState.PARTIAL) == set()
    assert "kept failing (503)" in shelf.reports["mailboxes"].reason


def test_proxies_of_the_environment_are_ignored(small: Population, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the configured proxy counts."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with SimulatedTenant(small) as tenant:
        shelf = collect(target_of(tenant), pick("transport-config"))
    assert shelf.reports["transport-config"].state is SectionState.COMPLETE


def test_groups_come_in_batches_with_all_their_members(large: Population) -> None:
    """As the tenant has them, also through links and where single items of a batch are throttled."""
    throttled = Fault(when=When(path="/graph/v1.0/groups/*", every=4), then=Then(answer="throttled", retry_after=0.2))
    sections = pick("conditional-access-policies", "role-assignments", "role-eligibilities", "groups")
    with SimulatedTenant(large, faults=Faults(service=Service(rows=40), faults=(throttled,))) as tenant:
        shelf = collect(target_of(tenant), sections, dataclasses.replace(ROOMY, pages=300))
        batches = len(tenant.ledger.to("/graph/v1.0/$batch"))
    assert shelf.reports["groups"].state is SectionState.COMPLETE
    found: dict[str, list[str]] = {}
    for row in shelf.rows["groups"]:
        found.setdefault(row["id"], []).extend(one["id"] for one in row.get("transitiveMembers", ()))
    known = {name for name in found if name in large.groups_by_id}
    assert len(known) > 5
    assert {name: sorted(found[name]) for name in known} == {
        name: sorted(large.transitive_members(name)) for name in known
    }
    assert batches >= len(found) / 6


def test_a_large_list_is_read_in_parts_that_the_count_proves_whole(large: Population) -> None:
    """By how names begin, side by side; no row lacks, none comes twice, and the whole is not read again."""
    with SimulatedTenant(large) as tenant:
        shelf = collect(target_of(tenant), pick("users"), dataclasses.replace(ROOMY, large=1000))
        asked = [visit.path for visit in tenant.ledger.to("/graph/v1.0/users")]
    report = shelf.reports["users"]
    assert (report.state, report.count) == (SectionState.COMPLETE, len(large.accounts))
    assert len({row["id"] for row in shelf.rows["users"]}) == len(shelf.rows["users"]) == len(large.accounts)
    assert all("startswith" in path for path in asked)


def test_parts_that_are_not_the_whole_are_followed_by_the_whole(large: Population) -> None:
    """A part that is answered with nothing: the count tells, the list is read in one piece, and nothing lacks."""
    lost = Fault(when=When(path="/graph/v1.0/users", nth=(3,)), then=Then(empty_list=True))
    with SimulatedTenant(large, faults=Faults(faults=(lost,))) as tenant:
        shelf = collect(target_of(tenant), pick("users"), dataclasses.replace(ROOMY, large=1000))
    report = shelf.reports["users"]
    assert (report.state, report.count) == (SectionState.COMPLETE, len(large.accounts))
    assert len({row["id"] for row in shelf.rows["users"]}) == len(large.accounts)


def test_a_listing_of_exchange_that_does_not_page_is_read_in_parts(large: Population) -> None:
    """Every second page is refused as expired: kinds, then names, make up the whole."""
    expired = Fault(when=When(path="/exchange/*", page=2), then=Then(answer="page-expired"))
    with SimulatedTenant(large, faults=Faults(faults=(expired,))) as tenant:
        shelf = collect(target_of(tenant), pick("mailboxes", "cas-mailboxes", "exchange-users"), ROOMY)
    assert shelf.states(SectionState.COMPLETE) == {"mailboxes", "cas-mailboxes", "exchange-users"}
    for name in shelf.reports:
        assert shelf.reports[name].count == len(large.mailboxes)
