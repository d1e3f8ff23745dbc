"""The joins: which rows of all sections belong to which mailbox, and what is listed apart."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from scanner.evidence.assemble import Page, assemble
from scanner.evidence.registry import SECTIONS
from scanner.model.circumstance import AccountState, Circumstance, SetAside
from scanner.model.directory import MailboxKind
from scanner.model.judgement import GateState, Outcome
from scanner.model.observed import Gap
from scanner.model.section import SectionReport, SectionState
from scanner.model.snapshot import Snapshot
from scanner.model.tenant import Tenant
from scanner.posture import JudgedMailbox, Posture, pose
from tests.support import folder

ID = "11111111-0000-4000-8000-000000000001"
GUID = "22222222-0000-4000-8000-000000000001"
ADDRESS = "anna@fabrikam.example"
NOVEMBER = dt.date(2026, 11, 23)

Rows = Mapping[str, Sequence[Mapping[str, object]]]


def snapshot_of(rows: Rows, **states: SectionState) -> Snapshot:
    """Make a snapshot of rows by section; what isn't named was read and is empty."""
    reports = {
        section.name: SectionReport(
            section=section.name, state=states.get(section.name.replace("-", "_"), SectionState.COMPLETE)
        )
        for section in SECTIONS
    }
    return assemble(Tenant(), reports, lambda name: [Page(rows=rows.get(name, []))])


def posed(rows: Rows, **states: SectionState) -> Posture:
    return pose(snapshot_of(rows, **states), as_of=NOVEMBER)


def the_mailbox(rows: Rows, **states: SectionState) -> JudgedMailbox:
    (mailbox,) = posed(rows, **states).mailboxes
    return mailbox


def the_circumstance(rows: Rows, **states: SectionState) -> Circumstance:
    return the_mailbox(rows, **states).circumstance


def a_mailbox(**more: object) -> dict[str, object]:
    return {
        "ExternalDirectoryObjectId": ID,
        "Guid": GUID,
        "PrimarySmtpAddress": ADDRESS,
        "RecipientTypeDetails": "UserMailbox",
        **more,
    }


@pytest.mark.parametrize(
    "keys",
    [
        {"ExternalDirectoryObjectId": ID.upper()},
        {"Guid": "{" + GUID.upper() + "}"},
        {"PrimarySmtpAddress": ADDRESS.upper()},
    ],
)
def test_a_cas_row_is_joined_by_any_of_its_keys(keys: dict[str, object]) -> None:
    """By Entra id, by Guid, by address, whatever their case."""
    cas = {**keys, "SmtpClientAuthenticationDisabled": True}
    circumstance = the_circumstance({"mailboxes": [a_mailbox()], "cas-mailboxes": [cas]})
    assert circumstance.smtp_auth_disabled is True


def test_the_surest_key_wins() -> None:
    """An address that another row has does not beat the Entra id."""
    rows = {
        "mailboxes": [a_mailbox()],
        "cas-mailboxes": [
            {"PrimarySmtpAddress": ADDRESS, "SmtpClientAuthenticationDisabled": True},
            {"ExternalDirectoryObjectId": ID, "SmtpClientAuthenticationDisabled": False},
        ],
    }
    assert posed(rows).mailboxes[0].circumstance.smtp_auth_disabled is False


def test_an_ambiguous_address_joins_nothing() -> None:
    """Two CAS rows of one address contradict each other, so neither is believed."""
    cas: list[dict[str, object]] = [
        {"PrimarySmtpAddress": ADDRESS, "SmtpClientAuthenticationDisabled": value} for value in (True, False)
    ]
    (mailbox,) = posed({"mailboxes": [a_mailbox()], "cas-mailboxes": cas}).mailboxes
    assert mailbox.circumstance.cas_read is False
    assert mailbox.verdicts.basic.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("section", "one", "other"),
    [
        ("users", {"id": ID, "accountEnabled": True}, {"id": ID, "accountEnabled": False}),
        ("per-user-mfa", {"id": ID, "perUserMfaState": "disabled"}, {"id": ID, "perUserMfaState": "enforced"}),
    ],
)
def test_rows_that_contradict_each_other_are_not_believed(
    section: str, one: dict[str, object], other: dict[str, object]
) -> None:
    """Whichever comes first: the answer is unknown, and the same."""
    for rows in ([one, other], [other, one]):
        circumstance = the_circumstance({"mailboxes": [a_mailbox()], section: rows})
        assert circumstance.enabled is Gap.ABSENT
        assert circumstance.per_user_mfa is Gap.ABSENT
    twice = the_circumstance({"mailboxes": [a_mailbox()], section: [one, one]})
    assert Gap.ABSENT in {twice.enabled, twice.per_user_mfa}
    assert {twice.enabled, twice.per_user_mfa} & {True, "disabled"}


def test_a_mailbox_that_only_the_cas_list_has_appears_and_is_unknown() -> None:
    """It is in the report under its own id, and nothing is claimed of what nobody described."""
    cas = {"ExternalDirectoryObjectId": ID.upper(), "PrimarySmtpAddress": ADDRESS, "PopEnabled": True}
    mailbox = the_mailbox({"cas-mailboxes": [{**cas, "SmtpClientAuthenticationDisabled": False}]})
    assert (mailbox.id, mailbox.row.address) == (ID, ADDRESS)
    assert mailbox.row.kind is MailboxKind.UNKNOWN
    assert mailbox.circumstance.smtp_auth_disabled is False
    assert mailbox.pop_or_imap is True
    for verdict in (mailbox.verdicts.basic, mailbox.verdicts.oauth_delegated, mailbox.verdicts.oauth_app):
        assert verdict.outcome is Outcome.UNKNOWN
        assert verdict.missing == ("mailboxes",)


def test_cas_rows_of_one_id_are_one_mailbox() -> None:
    """Duplicates don't multiply mailboxes, in either list."""
    cas = {"ExternalDirectoryObjectId": ID, "SmtpClientAuthenticationDisabled": True}
    assert len(posed({"cas-mailboxes": [cas, cas]}).mailboxes) == 1
    assert len(posed({"mailboxes": [a_mailbox(), a_mailbox()], "cas-mailboxes": [cas]}).mailboxes) == 1


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ({"ExternalDirectoryObjectId": f" {ID.upper()} "}, ID),
        ({"ExternalDirectoryObjectId": "", "ExchangeGuid": GUID.upper()}, f"guid:{GUID}"),
        ({"ExternalDirectoryObjectId": None, "Guid": GUID}, f"guid:{GUID}"),
        ({"ExternalDirectoryObjectId": "  ", "PrimarySmtpAddress": "A@X.example"}, "address:a@x.example"),
        (
            {"ExchangeGuid": "00000000-0000-0000-0000-000000000000", "PrimarySmtpAddress": "a@x.example"},
            "address:a@x.example",
        ),
    ],
)
def test_the_id_of_a_mailbox(row: dict[str, object], shown: str) -> None:
    """The Entra id in lower case, else the Exchange GUID, else the address; zeros are no id."""
    assert the_mailbox({"mailboxes": [row]}).id == shown


def test_zeros_are_nobodys_id() -> None:
    """Two mailboxes with an all-zero GUID stay two."""
    zeros = "00000000-0000-0000-0000-000000000000"
    rows = [{"ExchangeGuid": zeros, "PrimarySmtpAddress": f"{name}@x.example"} for name in ("a", "b")]
    assert len(posed({"mailboxes": rows}).mailboxes) == 2


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"IsInactiveMailbox": True}, SetAside.INACTIVE),
        ({"IsInactiveMailbox": "True"}, SetAside.INACTIVE),
        ({"IsSoftDeletedByRemove": True}, SetAside.SOFT_DELETED),
        ({"IsSoftDeletedByDisable": True}, SetAside.SOFT_DELETED),
        ({"WhenSoftDeleted": "2026-10-01T00:00:00Z"}, SetAside.SOFT_DELETED),
        ({"RecipientTypeDetails": "MailUser"}, SetAside.ON_PREMISES),
        ({"RecipientTypeDetails": "RemoteUserMailbox"}, SetAside.ON_PREMISES),
        ({"RecipientTypeDetails": "MailUser", "HVEAccount": True}, None),
        ({}, None),
    ],
)
def test_what_is_listed_apart(more: dict[str, object], reason: SetAside | None) -> None:
    """Inactive, soft-deleted and on-premises mailboxes, each under its own name; an HVE account is none of them."""
    assert the_circumstance({"mailboxes": [a_mailbox(**more)]}).set_aside is reason


@pytest.mark.parametrize(
    ("details", "kind"),
    [
        ("UserMailbox", MailboxKind.USER),
        ("sharedmailbox", MailboxKind.SHARED),
        ("RoomMailbox", MailboxKind.ROOM),
        ("EquipmentMailbox", MailboxKind.EQUIPMENT),
        ("DiscoveryMailbox", MailboxKind.DISCOVERY),
        ("GroupMailbox", MailboxKind.GROUP),
        ("SomethingNew", MailboxKind.OTHER),
        ("", MailboxKind.UNKNOWN),
    ],
)
def test_kinds_by_recipient_type(details: str, kind: MailboxKind) -> None:
    """A type that this version does not know is other, and a missing one unknown."""
    assert the_circumstance({"mailboxes": [a_mailbox(RecipientTypeDetails=details)]}).kind is kind


@pytest.mark.parametrize(
    ("entra_id", "users", "state", "account"),
    [
        (ID, [{"id": ID}], SectionState.COMPLETE, AccountState.FOUND),
        (ID, [], SectionState.COMPLETE, AccountState.NOT_FOUND),
        (ID, [], SectionState.PARTIAL, AccountState.NOT_READ),
        (ID, [], SectionState.MISSING, AccountState.NOT_READ),
        ("", [], SectionState.COMPLETE, AccountState.NONE),
        (None, [], SectionState.COMPLETE, AccountState.NONE),
        (7, [], SectionState.COMPLETE, AccountState.NOT_FOUND),
    ],
)
def test_what_is_known_of_the_account(
    entra_id: object, users: list[dict[str, object]], state: SectionState, account: AccountState
) -> None:
    """No account, one that is not there, and one that was not read are three things."""
    rows = {"mailboxes": [a_mailbox(ExternalDirectoryObjectId=entra_id)], "users": users}
    assert the_circumstance(rows, users=state).account is account


@pytest.mark.parametrize(
    ("rows", "read", "policy"),
    [
        ([{"ExternalDirectoryObjectId": ID.upper(), "AuthenticationPolicy": "Block"}], True, "block"),
        ([{"UserPrincipalName": ADDRESS.upper(), "AuthenticationPolicy": None}], True, None),
        ([{"UserPrincipalName": ADDRESS, "AuthenticationPolicy": ""}], True, Gap.EMPTY),
        ([{"UserPrincipalName": ADDRESS}], True, Gap.ABSENT),
        ([{"UserPrincipalName": "somebody@else.example", "AuthenticationPolicy": "Block"}], False, Gap.ABSENT),
    ],
)
def test_the_users_authentication_policy(rows: list[dict[str, object]], read: object, policy: object) -> None:
    """Joined by id or sign-in name; a missing row, an absent key, "" and null stay apart."""
    listed = [a_mailbox(UserPrincipalName=ADDRESS)]
    circumstance = the_circumstance({"mailboxes": listed, "exchange-users": rows})
    assert circumstance.exchange_user_read is read
    assert circumstance.authentication_policy == policy


@pytest.mark.parametrize(
    ("kind", "federated"), [("Managed", False), ("Federated", True), (None, None), (7, None), ("", None)]
)
def test_a_federated_domain_is_known_by_the_sign_in_name(kind: object, federated: object) -> None:
    """What was not read is neither managed nor federated."""
    rows = {
        "mailboxes": [a_mailbox(UserPrincipalName=ADDRESS)],
        "domains": [{"id": "Fabrikam.Example", "authenticationType": kind}],
    }
    assert the_circumstance(rows).federated is federated


@pytest.mark.parametrize(
    ("row", "risk"),
    [
        ({"riskLevel": "high", "riskState": "atRisk"}, "high"),
        ({"riskLevel": "Low", "riskState": "confirmedCompromised"}, "low"),
        ({"riskLevel": "high", "riskState": "remediated"}, "none"),
        ({"riskLevel": "hidden", "riskState": "atRisk"}, ""),
        ({"riskLevel": "medium", "riskState": "somethingNew"}, ""),
        (None, "none"),
    ],
)
def test_the_users_risk(row: dict[str, object] | None, risk: str) -> None:
    """A level that is hidden or new is not known; nobody's row means no risk only where all were read."""
    risky = [{"id": ID, **row}] if row else []
    rows = {"mailboxes": [a_mailbox()], "risky-users": risky}
    member = the_circumstance(rows).member
    assert member is not None
    assert member.risk == risk


def test_without_risky_users_the_risk_is_not_known() -> None:
    """It is then decided at the time of sending (docs/decisions)."""
    member = the_circumstance({"mailboxes": [a_mailbox()]}, risky_users=SectionState.MISSING).member
    assert member is not None
    assert member.risk == ""


@pytest.mark.parametrize(
    ("pop", "imap", "seen"),
    [(True, False, True), (False, False, False), (None, False, False), (None, None, None), ("no", True, True)],
)
def test_pop_or_imap(pop: object, imap: object, seen: object) -> None:
    """Not known where neither was read."""
    cas = {"ExternalDirectoryObjectId": ID, "PopEnabled": pop, "ImapEnabled": imap}
    assert the_mailbox({"mailboxes": [a_mailbox()], "cas-mailboxes": [cas]}).pop_or_imap is seen


@pytest.fixture(scope="module")
def tenant() -> Posture:
    """Judge the small tenant with everything read."""
    rows = {name: what if isinstance(what, list) else [what] for name, what in folder.files().items()}
    return posed(rows)


def verdict_words(posture: Posture) -> dict[str, tuple[str, str | None]]:
    return {
        mailbox.row.address.split("@", maxsplit=1)[0]: (
            mailbox.verdicts.basic.outcome.value,
            mailbox.verdicts.basic.decided_by or None,
        )
        for mailbox in posture.mailboxes
    }


def test_the_small_tenant_has_every_outcome(tenant: Posture) -> None:
    """Each mailbox gets the verdict that its story says, by the gate that its story names."""
    assert verdict_words(tenant) == {name: (folder.BASIC[name], folder.DECIDED_BY[name]) for name in folder.BASIC}
    assert set(folder.BASIC.values()) == {outcome.value for outcome in Outcome}


def test_each_circumstance_is_judged_once(tenant: Posture) -> None:
    """Mailboxes of one circumstance share their verdicts."""
    verdicts = {mailbox.circumstance: mailbox.verdicts for mailbox in tenant.mailboxes}
    assert all(verdicts[mailbox.circumstance] is mailbox.verdicts for mailbox in tenant.mailboxes)
    assert tenant.circumstances == len(verdicts) < len(tenant.mailboxes)


def test_mailboxes_come_in_the_order_of_their_addresses(tenant: Posture) -> None:
    """The same evidence gives the same report, whatever the order of rows."""
    addresses = [mailbox.row.address for mailbox in tenant.mailboxes]
    assert addresses == sorted(addresses)


def test_the_order_of_rows_is_irrelevant(tenant: Posture) -> None:
    """Every list reversed: the same verdicts."""
    backwards: dict[str, list[Any]] = {
        name: what[::-1] if isinstance(what, list) else [what] for name, what in folder.files().items()
    }
    assert verdict_words(posed(backwards)) == verdict_words(tenant)


def test_every_gate_answers_for_every_mailbox(tenant: Posture) -> None:
    """All eight, and ``closed`` lists those that are closed."""
    for mailbox in tenant.mailboxes:
        for verdict in (mailbox.verdicts.basic, mailbox.verdicts.oauth_delegated, mailbox.verdicts.oauth_app):
            assert len(verdict.judgements) == 8
            assert verdict.closed == tuple(item.gate for item in verdict.judgements if item.state is GateState.CLOSED)
