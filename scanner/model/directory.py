"""Mailboxes, users, groups and roles as observed."""

from enum import StrEnum

from scanner.model.frozen import Frozen
from scanner.model.observed import Gap, Observed


class MailboxKind(StrEnum):
    """What kind of recipient a row of the mailbox list is."""

    USER = "user"
    SHARED = "shared"
    ROOM = "room"
    EQUIPMENT = "equipment"
    DISCOVERY = "discovery"
    GROUP = "group"
    HVE = "hve"  # High Volume Email account: its own endpoint
    ON_PREMISES = "on_premises"  # hybrid: the mailbox is not in Exchange Online
    OTHER = "other"
    UNKNOWN = "unknown"


class MailboxRow(Frozen, frozen=True, kw_only=True):
    """One row of Get-EXOMailbox / Get-Mailbox.

    Attributes:
        entra_id: ExternalDirectoryObjectId in lower case; ``Gap.EMPTY`` where Exchange has none.
        exchange_guid: ExchangeGuid in lower case.
        directory_guid: Guid in lower case: what Get-CASMailbox rows carry.
        address: PrimarySmtpAddress as written.
        sign_in_name: UserPrincipalName.
        name: DisplayName (hostile text).
        kind: From RecipientTypeDetails.
        kind_as_read: RecipientTypeDetails as read.
        inactive: IsInactiveMailbox.
        soft_deleted: The mailbox is soft-deleted.
        account_disabled: AccountDisabled, Exchange's copy of the sign-in block.
        listed: The mailbox list has it; False where only the CAS list does, so that nobody knows what it is.
    """

    entra_id: str | Gap
    exchange_guid: str = ""
    directory_guid: str = ""
    address: str = ""
    sign_in_name: str = ""
    name: str = ""
    kind: MailboxKind = MailboxKind.UNKNOWN
    kind_as_read: str = ""
    inactive: bool = False
    soft_deleted: bool = False
    account_disabled: Observed[bool] = Gap.ABSENT
    listed: bool = True


class CasRow(Frozen, frozen=True, kw_only=True):
    """One row of Get-EXOCasMailbox / Get-CASMailbox; ids in lower case, ``""`` where not given."""

    entra_id: str = ""
    directory_guid: str = ""
    address: str = ""
    smtp_auth_disabled: Observed[bool] = Gap.ABSENT  # null = inherit the tenant's value
    pop_enabled: Observed[bool] = Gap.ABSENT
    imap_enabled: Observed[bool] = Gap.ABSENT


class ExchangeUserRow(Frozen, frozen=True, kw_only=True):
    """One row of Get-User: which authentication policy is assigned (null or "" = the organization's default)."""

    entra_id: str = ""
    sign_in_name: str = ""
    authentication_policy: Observed[str] = Gap.ABSENT


class UserRow(Frozen, frozen=True, kw_only=True):
    """One Graph user.

    Attributes:
        id: Entra object id in lower case.
        sign_in_name: userPrincipalName.
        enabled: accountEnabled.
        user_type: userType, ``Member`` or ``Guest``.
        licences: Number of assigned licences; ``Gap.ABSENT`` where not returned.
        synced: onPremisesSyncEnabled.
        creation_type: creationType, ``Invitation`` for invited guests.
    """

    id: str
    sign_in_name: str = ""
    enabled: Observed[bool] = Gap.ABSENT
    user_type: Observed[str] = Gap.ABSENT
    licences: int | Gap = Gap.ABSENT
    synced: Observed[bool] = Gap.ABSENT
    creation_type: Observed[str] = Gap.ABSENT


class GroupRow(Frozen, frozen=True, kw_only=True):
    """One group with what is known of its members; several rows of one id are pages of one group.

    Attributes:
        id: Object id in lower case.
        name: Display name (hostile text).
        exists: False where the directory says that it is deleted.
        readable: False where its membership is hidden from us.
        complete: False where a page of its members failed.
        transitive: True where ``members`` are the transitive ones (nested groups resolved by the provider).
        members: Ids in lower case of members that are no groups; ``None`` where the members were not collected.
        nested: Ids in lower case of members that are groups.
        untyped: Ids in lower case of members whose type was not given.
    """

    id: str
    name: str = ""
    exists: bool = True
    readable: bool = True
    complete: bool = True
    transitive: bool = False
    members: tuple[str, ...] | None = None
    nested: tuple[str, ...] = ()
    untyped: tuple[str, ...] = ()


class RoleAssignmentRow(Frozen, frozen=True, kw_only=True):
    """One active assignment of a directory role; ids in lower case.

    Attributes:
        principal_id: User, group or service principal that holds the role.
        principal_type: ``user``, ``group``, ``serviceprincipal``, or ``""`` where not expanded.
        role_template_id: The role's template id (equal to the definition id for built-in roles).
        built_in: False for a custom role; ``Gap.ABSENT`` where not expanded.
        scope: directoryScopeId, ``/`` for the whole tenant.
    """

    principal_id: str
    principal_type: str = ""
    role_template_id: str = ""
    built_in: Observed[bool] = Gap.ABSENT
    scope: Observed[str] = Gap.ABSENT


class MfaRow(Frozen, frozen=True, kw_only=True):
    """Per-user MFA state of one user: ``disabled``, ``enabled``, ``enforced`` or what was read instead."""

    id: str
    state: Observed[str] = Gap.ABSENT


class RiskyUserRow(Frozen, frozen=True, kw_only=True):
    """One risky user (Identity Protection): level and state as read, in lower case."""

    id: str
    level: str = ""
    state: str = ""


class ServicePrincipalRow(Frozen, frozen=True, kw_only=True):
    """One service principal.

    Attributes:
        id: Object id in lower case.
        app_id: Application id in lower case.
        name: Display name (hostile text).
        owner_tenant: appOwnerOrganizationId in lower case; ``""`` where not given.
        attributes: (set_name, values) pairs of custom security attributes; ``None`` where they were not readable.
    """

    id: str
    app_id: str = ""
    name: str = ""
    owner_tenant: str = ""
    attributes: tuple[tuple[str, tuple[str, ...]], ...] | None = None


class DomainRow(Frozen, frozen=True, kw_only=True):
    """One domain: ``federated`` tells whether another identity provider signs its users in."""

    name: str
    federated: Observed[bool] = Gap.ABSENT
