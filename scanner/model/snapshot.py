"""A snapshot: all evidence of one tenant at one time, typed and immutable."""

from collections.abc import Mapping

from scanner.model.applications import RegisteredRow, RightRow
from scanner.model.directory import (
    CasRow,
    DomainRow,
    ExchangeUserRow,
    GroupRow,
    MailboxRow,
    MfaRow,
    RiskyUserRow,
    RoleAssignmentRow,
    ServicePrincipalRow,
    UserRow,
)
from scanner.model.frozen import Frozen
from scanner.model.policy import NamedLocation, Policy
from scanner.model.section import SectionReport, SectionState
from scanner.model.settings import AuthenticationPolicy, OrganizationConfig, SecurityDefaults, TransportConfig
from scanner.model.tenant import Tenant
from scanner.model.text import Text
from scanner.model.use import ClientRow, SenderTrace, SignInLog


class Snapshot(Frozen, frozen=True, kw_only=True):
    """What was read from one tenant. Rows are empty where a section is missing: ask ``sections`` first.

    Attributes:
        tenant: Whose evidence it is.
        sections: By section name; a section that isn't in it is missing.
        remarks: What readers should know of the whole reading.
    """

    tenant: Tenant
    sections: Mapping[str, SectionReport]
    remarks: tuple[Text, ...] = ()
    transport_config: TransportConfig | None = None
    organization_config: OrganizationConfig | None = None
    authentication_policies: tuple[AuthenticationPolicy, ...] = ()
    mailboxes: tuple[MailboxRow, ...] = ()
    cas_mailboxes: tuple[CasRow, ...] = ()
    exchange_users: tuple[ExchangeUserRow, ...] = ()
    users: tuple[UserRow, ...] = ()
    security_defaults: SecurityDefaults | None = None
    policies: tuple[Policy, ...] = ()
    named_locations: tuple[NamedLocation, ...] = ()
    groups: tuple[GroupRow, ...] = ()
    role_assignments: tuple[RoleAssignmentRow, ...] = ()
    role_eligibilities: tuple[RoleAssignmentRow, ...] = ()
    per_user_mfa: tuple[MfaRow, ...] = ()
    risky_users: tuple[RiskyUserRow, ...] = ()
    service_principals: tuple[ServicePrincipalRow, ...] = ()
    exchange_service_principals: tuple[RegisteredRow, ...] = ()
    mailbox_permissions: tuple[RightRow, ...] = ()
    domains: tuple[DomainRow, ...] = ()
    sign_ins: SignInLog = SignInLog()
    smtp_auth_clients: tuple[ClientRow, ...] = ()
    message_traces: tuple[SenderTrace, ...] = ()

    def state_of(self, section: str) -> SectionState:
        """Tell how much of a section was read."""
        report = self.sections.get(section)
        return SectionState.MISSING if report is None else report.state

    def is_complete(self, section: str) -> bool:
        """Tell whether all of a section was read."""
        return self.state_of(section) is SectionState.COMPLETE
