"""From a posture to the typed report: everything is in it, what wasn't read is null, and text can't become code."""

import datetime as dt
from typing import Any

import pytest

from scanner.evidence.assemble import Page, assemble
from scanner.evidence.registry import SECTIONS
from scanner.flags.rules import Flag
from scanner.model.judgement import Remedy
from scanner.model.section import SectionReport, SectionState
from scanner.model.tenant import Tenant
from scanner.model.text import say
from scanner.posture import pose
from scanner.replies.commands import quoted
from scanner.report.build import RunFacts, build, remedy_part
from scanner.report.contract import MailboxPart, PolicyPart, Report, SmtpAuthPart
from tests.support import folder

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
FACTS = RunFacts(
    id="run-1", started=NOON, finished=NOON, as_of=NOON.date(), tool_version="0", source_ips=("192.0.2.1",)
)


def built(**changes: Any) -> Report:
    """Build the report of the small tenant, some sections replaced; ``None`` takes one away."""
    files = {**folder.files(), **{name.replace("_", "-"): what for name, what in changes.items()}}
    reports = {
        section.name: SectionReport(
            section=section.name,
            state=SectionState.MISSING if files.get(section.name, []) is None else SectionState.COMPLETE,
            collected_at=NOON,
        )
        for section in SECTIONS
    }

    def pages_of(name: str) -> list[Page]:
        what = files.get(name) or []
        return [Page(rows=what if isinstance(what, list) else [what])]

    snapshot = assemble(Tenant(id=folder.TENANT_ID, name="<b>Fabrikam</b>"), reports, pages_of)
    return build(pose(snapshot, as_of=NOON.date()), FACTS)


@pytest.fixture(scope="module")
def report() -> Report:
    return built()


def mailbox_of(report: Report, name: str) -> MailboxPart:
    (found,) = [mailbox for mailbox in report.mailboxes if mailbox.address == f"{name}@{folder.DOMAIN}"]
    return found


CAS = folder.files()["cas-mailboxes"]


def policy_of(report: Report, name: str) -> PolicyPart:
    (found,) = [policy for policy in report.tenant_posture.conditional_access if policy.name == name]
    return found


def test_every_mailbox_is_there_and_counted(report: Report) -> None:
    """Flagged or not; each count adds up to all of them, and the one on-premises is left out of the coverage."""
    everything = len(folder.PEOPLE)
    assert report.summary.mailboxes == len(report.mailboxes) == everything
    assert sum(report.summary.by_flag.values()) == everything
    assert set(report.summary.by_flag) == {flag.value for flag in Flag}
    assert all(sum(counts.values()) == everything for counts in report.summary.by_outcome.values())
    assert sum(report.summary.by_kind.values()) == everything
    assert report.summary.coverage == 1.0


@pytest.mark.parametrize(
    ("section", "rows"),
    [
        ("cas_mailboxes", [{"ExternalDirectoryObjectId": row["ExternalDirectoryObjectId"]} for row in CAS]),
        ("cas_mailboxes", []),
        ("per_user_mfa", []),
        ("groups", [{"id": folder.SENDERS, "membershipReadable": False}]),
    ],
)
def test_a_verdict_that_lacks_evidence_makes_the_run_incomplete(section: str, rows: list[Any]) -> None:
    """A list that was read and doesn't say what a verdict needs is incomplete evidence, and counts against coverage."""
    found = built(**{section: rows})
    assert found.run.complete is False
    assert found.summary.coverage < 1


def test_replies_are_counted_by_their_line(report: Report) -> None:
    """Of refused mailboxes, the preferred one."""
    assert sum(report.summary.by_reply.values()) == list(folder.BASIC.values()).count("refused")
    assert all(line.startswith(("535 5.7.139 ", "535 5.7.3")) for line in report.summary.by_reply)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("anna", SmtpAuthPart(mailbox="enabled", effective="enabled", source="mailbox")),
        ("bob", SmtpAuthPart(mailbox="inherit", effective="disabled", source="tenant")),
        ("cara", SmtpAuthPart(mailbox="disabled", effective="disabled", source="mailbox")),
        ("nina", SmtpAuthPart(mailbox="disabled", effective="disabled", source="mailbox")),
        ("leo", SmtpAuthPart(mailbox="unknown", effective="unknown", source="mailbox")),
    ],
)
def test_the_switch_of_a_mailbox(report: Report, name: str, part: SmtpAuthPart) -> None:
    """Its own value, the effective one, and whose it is."""
    assert mailbox_of(report, name).smtp_auth == part


@pytest.mark.parametrize(("off", "effective"), [(False, "enabled"), (None, "unknown")])
def test_a_mailbox_that_follows_the_tenant(off: object, effective: str) -> None:
    """Where the tenant's value is not known, neither is the effective one."""
    part = mailbox_of(built(transport_config={"SmtpClientAuthenticationDisabled": off}), "bob").smtp_auth
    assert (part.mailbox, part.effective, part.source) == ("inherit", effective, "tenant")


def test_kinds_and_what_is_listed_apart(report: Report) -> None:
    """HVE accounts are named as such; inactive and on-premises mailboxes are listed apart."""
    assert mailbox_of(report, "hve").kind == "hve"
    assert mailbox_of(report, "hve").migration.route == "hve"
    assert mailbox_of(report, "leo").set_aside == "inactive"
    assert mailbox_of(report, "leo").id == f"guid:{folder.PEOPLE[11].exchange_guid}"
    assert mailbox_of(report, "max").set_aside == "on_premises"
    assert mailbox_of(report, "anna").set_aside is None


def test_the_likelihood_stands_only_where_something_would_fail(report: Report) -> None:
    """Elsewhere it is null."""
    with_likelihood = {mailbox.flag for mailbox in report.mailboxes if mailbox.likelihood}
    assert with_likelihood == {"would_fail"}
    assert mailbox_of(report, "dan").likelihood == "likely"
    assert mailbox_of(report, "bob").likelihood == "unlikely"


def test_what_comes_next_is_said(report: Report) -> None:
    """Opening the switch of a shared mailbox alone does not help."""
    assert mailbox_of(report, "ida").next_gate == "account"
    assert mailbox_of(report, "bob").next_gate is None


def test_each_gate_shows_its_evidence(report: Report) -> None:
    """Section, path and value as read."""
    gates = {gate.gate: gate for gate in mailbox_of(report, "bob").verdicts.basic.gates}
    evidence = [(item.section, item.path, item.value) for item in gates["smtp_auth_switch"].evidence]
    assert evidence == [
        ("cas-mailboxes", "SmtpClientAuthenticationDisabled", "null"),
        ("transport-config", "SmtpClientAuthenticationDisabled", "True"),
    ]
    assert len(gates) == 8


def test_a_reply_says_what_a_client_sees_next(report: Report) -> None:
    """535 at AUTH, then 530 5.7.57 at MAIL FROM."""
    reply = mailbox_of(report, "bob").verdicts.basic.reply
    assert reply is not None
    assert reply.then is not None
    assert (reply.code, reply.stage, reply.then.code, reply.then.enhanced) == ("535", "AUTH", "530", "5.7.57")
    assert mailbox_of(report, "anna").verdicts.basic.reply is None


def test_the_effect_of_each_policy(report: Report) -> None:
    """Stops, stops sometimes, off; with the number of mailboxes in its scope."""
    effects = {policy.name: (policy.effect, policy.mailboxes) for policy in report.tenant_posture.conditional_access}
    assert effects["Block legacy authentication"][0] == "stops"
    assert effects["Travellers from the office only"] == ("stops_sometimes", 1)
    assert effects["MFA for admins"] == ("stops", 1)
    assert effects["Not in force"] == ("none", 0)


def test_the_effect_of_policies_of_other_kinds() -> None:
    """Report-only is a forecast, one for browsers does nothing, one about applications is not about people."""
    everybody = {"includeUsers": ["All"]}
    browsers = folder.policy(2, "Browsers", users=everybody)
    browsers["conditions"]["clientAppTypes"] = ["browser"]
    apps = folder.policy(3, "Apps", users={"includeUsers": ["None"]})
    apps["conditions"]["clientApplications"] = {"includeServicePrincipals": ["ServicePrincipalsInMyTenant"]}
    strange = folder.policy(4, "Strange", users=everybody)
    strange["conditions"]["moonPhase"] = "full"
    forecast = folder.policy(1, "Later", users=everybody, state="enabledForReportingButNotEnforced")
    managed = folder.policy(5, "Microsoft-managed: Block legacy", users=everybody, state=forecast["state"])
    report = built(conditional_access_policies=[forecast, browsers, apps, strange, managed])
    assert policy_of(report, "Later").effect == "forecast"
    assert policy_of(report, "Browsers").effect == "none"
    assert str(policy_of(report, "Apps").because) == "It is about applications, not about people."
    assert policy_of(report, "Strange").effect == "unknown"
    assert "managed by Microsoft" in str(policy_of(report, "Microsoft-managed: Block legacy").because)


def test_a_forecast_is_counted_where_the_answer_of_today_is_known() -> None:
    """Of an unknown one nobody can say that it would change."""
    later = folder.policy(1, "Later", users={"includeUsers": ["All"]}, state="enabledForReportingButNotEnforced")
    known, unknown = (
        built(conditional_access_policies=[later], cas_mailboxes=what)
        for what in (folder.files()["cas-mailboxes"], None)
    )
    assert known.summary.forecast["refused"] > unknown.summary.forecast.get("refused", 0)
    for report in (known, unknown):
        told = [one.verdicts.basic for one in report.mailboxes]
        changing = [one for one in told if one.forecast and one.outcome != "unknown"]
        assert report.summary.forecast.get("refused", 0) == len(changing)


def test_a_scope_that_is_not_known_has_no_number() -> None:
    """Not zero: null."""
    report = built(groups=None)
    assert policy_of(report, "Travellers from the office only").mailboxes is None
    assert report.run.complete is False


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ({"DefaultAuthenticationPolicy": "Block Basic"}, "Block Basic"),
        ({"DefaultAuthenticationPolicy": None}, ""),
        ({"DefaultAuthenticationPolicy": ""}, ""),
        ({}, None),
        (None, None),
    ],
)
def test_the_default_authentication_policy(content: object, shown: str | None) -> None:
    """None at all is "", not read is null."""
    assert built(organization_config=content).tenant_posture.default_authentication_policy == shown


def test_what_was_not_read_of_the_tenant_is_null() -> None:
    """Never off."""
    posture = built(transport_config=None, security_defaults=None).tenant_posture
    assert posture.smtp_auth_disabled is None
    assert posture.security_defaults is None


def test_the_run_says_what_it_was_made_from(report: Report) -> None:
    """Every section with its state and time, the date judged for, the addresses assumed."""
    assert {part.section for part in report.run.evidence} == {section.name for section in SECTIONS}
    assert all(part.collected_at == NOON.isoformat() for part in report.run.evidence)
    assert report.run.as_of == "2026-11-23"
    assert report.run.source_ips == ["192.0.2.1"]
    assert report.run.complete is True


def test_no_mailboxes_have_no_coverage() -> None:
    """Nothing known of nothing is not 100 %."""
    report = built(mailboxes=[], cas_mailboxes=[])
    assert report.summary.coverage == 0.0
    assert report.run.complete is False
    assert report.run.notes


@pytest.mark.parametrize(
    ("address", "argument"),
    [
        ("a@x.example", "'a@x.example'"),
        ("o'neill@x.example", "'o''neill@x.example'"),
        ("$(evil)", "'$(evil)'"),
        ("a\u2019; evil", "'a\u2019\u2019; evil'"),
    ],
)
def test_an_address_can_not_become_code(address: str, argument: str) -> None:
    """In PowerShell nothing inside single quotes is run."""
    assert quoted(address) == argument
    part = remedy_part(Remedy(gate="g", text=say("x"), command="Set-X {address}", undo="Unset-X {address}"), address)
    assert part.command == f"Set-X {argument}"
    assert str(part.undo) == f"Unset-X {argument}"
