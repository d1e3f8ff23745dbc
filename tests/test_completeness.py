"""Whether the evidence is enough, and what doesn't fit together."""

from typing import Any

import pytest
from msgspec import structs

from scanner.completeness import is_contradictory, lacks_evidence, notes_on, sections_lacking, was_in_vain
from scanner.evidence.assemble import Page, assemble
from scanner.evidence.registry import SECTIONS
from scanner.gates.document import dispensable_permissions
from scanner.model.judgement import Outcome, Verdict
from scanner.model.section import NOT_LICENSED, SectionReport, SectionState
from scanner.model.snapshot import Snapshot
from scanner.model.tenant import Tenant
from tests.support import folder

OPTIONAL = {
    "risky-users",
    "domains",
    "role-eligibilities",
    "service-principals",
    "exchange-service-principals",
    "mailbox-permissions",
    "message-traces",
    "smtp-auth-clients",
}
REFERRED_TO = {"named-locations", "groups", "role-assignments", "authentication-policies"}


def snapshot(**changes: Any) -> Snapshot:
    """Give the small tenant, some of its sections replaced."""
    files = {**folder.files(), **{name.replace("_", "-"): what for name, what in changes.items()}}
    reports = {section.name: SectionReport(section=section.name, state=SectionState.COMPLETE) for section in SECTIONS}

    def pages_of(name: str) -> list[Page]:
        what = files.get(name, [])
        return [Page(rows=what if isinstance(what, list) else [what])]

    return assemble(Tenant(), reports, pages_of)


def without(whole: Snapshot, name: str, state: SectionState = SectionState.MISSING) -> Snapshot:
    sections = {**whole.sections, name: SectionReport(section=name, state=state)}
    return structs.replace(whole, sections=sections)


def test_everything_read_is_complete() -> None:
    """Nothing is lacking, nothing contradicts."""
    assert sections_lacking(snapshot()) == ()
    assert not is_contradictory(snapshot())
    assert list(notes_on(snapshot(), len(folder.PEOPLE))) == []


@pytest.mark.parametrize("name", [section.name for section in SECTIONS])
@pytest.mark.parametrize("state", [SectionState.MISSING, SectionState.PARTIAL])
def test_a_section_that_every_verdict_needs_is_lacking(name: str, state: SectionState) -> None:
    """All but those that policies refer to, which a verdict names, and those that only make verdicts sharper."""
    expected = () if name in OPTIONAL | REFERRED_TO else (name,)
    assert sections_lacking(without(snapshot(), name, state)) == expected


@pytest.mark.parametrize(
    ("name", "facts", "lacking"),
    [
        ("groups", {"permission": "GroupMember.Read.All"}, True),
        ("sign-ins", {"permission": "AuditLog.Read.All"}, True),
        ("sign-ins", {"reason": NOT_LICENSED}, False),
        ("sign-ins", {"absent": True}, False),
        ("sign-ins", {"absent": None}, False),
        ("message-traces", {"permission": "ExchangeMessageTrace.Read.All"}, False),
    ],
)
def test_what_was_asked_for_in_vain_is_lacking(name: str, facts: dict[str, Any], lacking: bool) -> None:  # noqa: FBT001
    """Whether a verdict needs it or not; what the licence doesn't cover, and what nobody asked for, is not."""
    report = SectionReport(section=name, state=SectionState.MISSING, **facts)
    whole = snapshot()
    assert sections_lacking(structs.replace(whole, sections={**whole.sections, name: report})) == (name,) * lacking


def test_a_verdict_that_names_a_section_lacks_evidence() -> None:
    """What no section holds is no evidence that could be read, and a definite verdict lacks nothing."""
    unknown = Verdict(outcome=Outcome.UNKNOWN, missing=("groups",))
    assert lacks_evidence(unknown, snapshot())
    assert not lacks_evidence(structs.replace(unknown, missing=("token-protection",)), snapshot())
    assert not lacks_evidence(Verdict(outcome=Outcome.REFUSED, missing=("groups",)), snapshot())


def a_refused_sign_in(policy: str, result: str = "failure") -> dict[str, Any]:
    return {
        "id": "1",
        "createdDateTime": "2026-11-20T08:00:00Z",
        "userId": folder.PEOPLE[0].id,
        "clientAppUsed": "Authenticated SMTP",
        "status": {"errorCode": 53003},
        "appliedConditionalAccessPolicies": [{"id": policy, "displayName": "Block legacy", "result": result}],
    }


def test_a_policy_that_refused_sign_ins_and_is_not_listed_is_named() -> None:
    """It may have been deleted since: a note, and the list stands."""
    listed = str(folder.files()["conditional-access-policies"][0]["id"])
    assert list(notes_on(snapshot(sign_ins=[a_refused_sign_in(listed.upper())]), len(folder.PEOPLE))) == []
    strange = snapshot(sign_ins=[a_refused_sign_in("strange")])
    (note,) = notes_on(strange, len(folder.PEOPLE))
    assert "is not listed: Block legacy." in str(note)
    assert sections_lacking(strange) == ()


def test_an_empty_list_of_policies_beside_refusals_by_some_is_not_whole() -> None:
    """A tenant without any looks the same, but for its sign-in log."""
    assert sections_lacking(snapshot(conditional_access_policies=[])) == ()
    beside = snapshot(conditional_access_policies=[], sign_ins=[a_refused_sign_in("strange")])
    assert sections_lacking(beside) == ("conditional-access-policies",)


@pytest.mark.parametrize(("policy", "result"), [("SecurityDefaults", "failure"), ("strange", "reportOnlyFailure")])
def test_what_is_no_policy_in_force_is_missed_in_no_list(policy: str, result: str) -> None:
    """Entra writes Security Defaults among the policies; a report-only one refuses nobody."""
    beside = snapshot(conditional_access_policies=[], sign_ins=[a_refused_sign_in(policy, result)])
    assert sections_lacking(beside) == ()
    assert list(notes_on(snapshot(sign_ins=[a_refused_sign_in(policy, result)]), len(folder.PEOPLE))) == []


def test_an_empty_mailbox_list_beside_licensed_users_contradicts() -> None:
    """The report looks clean and is not: it says so."""
    empty = snapshot(mailboxes=[], cas_mailboxes=[])
    assert is_contradictory(empty)
    (note,) = notes_on(empty, 0)
    assert str(note) == "The mailbox list is empty, and 11 users have a licence."


def test_an_empty_mailbox_list_beside_cas_mailboxes_contradicts() -> None:
    """The same, from the other list."""
    empty = snapshot(mailboxes=[], users=[])
    assert is_contradictory(empty)
    (note,) = notes_on(empty, len(empty.cas_mailboxes))
    assert "15 CAS mailboxes were read" in str(note)


def test_an_empty_tenant_contradicts_nothing() -> None:
    """No mailboxes and no licences is a tenant too."""
    empty = snapshot(mailboxes=[], cas_mailboxes=[], users=[])
    assert not is_contradictory(empty)
    assert list(notes_on(empty, 0)) == []


def test_a_list_that_was_not_read_is_said() -> None:
    """Nothing can be said about mailboxes that no other list names."""
    notes = list(notes_on(without(snapshot(), "mailboxes"), len(folder.PEOPLE)))
    assert any("No mailbox list was read" in str(note) for note in notes)


def test_mailboxes_of_the_cas_list_only_are_counted() -> None:
    """Their kind is not known."""
    (note,) = notes_on(snapshot(mailboxes=folder.files()["mailboxes"][:10]), 16)
    assert str(note).startswith("6 mailboxes are in the CAS list only")


def test_the_permissions_page_names_those_that_a_run_can_lack_and_be_complete() -> None:
    """All of them, and no other."""
    lacking: dict[str, bool] = {}
    for section in SECTIONS:
        if section.ask is not None:
            report = SectionReport(section=section.name, state=SectionState.MISSING, permission=section.permission)
            lacking[section.permission] = lacking.get(section.permission, False) or was_in_vain(report)
    assert dispensable_permissions() == sorted(name for name, in_vain in lacking.items() if not in_vain)
