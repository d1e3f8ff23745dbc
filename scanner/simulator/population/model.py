"""What the simulated tenant consists of: accounts and groups (Entra), mailboxes and their policies (Exchange)."""

from enum import StrEnum

from scanner.simulator.population.frozen import Frozen


class Kind(StrEnum):
    """RecipientTypeDetails of a mailbox."""

    USER = "UserMailbox"
    SHARED = "SharedMailbox"
    ROOM = "RoomMailbox"
    EQUIPMENT = "EquipmentMailbox"
    DISCOVERY = "DiscoveryMailbox"


class Mfa(StrEnum):
    """Graph's perUserMfaState."""

    DISABLED = "disabled"
    ENABLED = "enabled"
    ENFORCED = "enforced"


class Account(Frozen, frozen=True, kw_only=True):
    """One user object of Entra ID."""

    id: str
    """Object id, lower case."""
    upn: str
    display_name: str
    mail: str | None
    department: str | None = None
    guest: bool = False
    enabled: bool = True
    """False: sign-in is blocked."""
    licensed: bool = True
    synced: bool = False
    """True: comes from an on-premises directory."""
    password_expires: bool = True
    mfa: Mfa = Mfa.DISABLED
    """Per-user MFA, the old kind."""


class Mailbox(Frozen, frozen=True, kw_only=True):
    """One mailbox of Exchange Online."""

    account: Account | None
    """None: Exchange knows no Entra object for it (discovery and inactive mailboxes)."""
    kind: Kind
    alias: str
    address: str
    display_name: str
    exchange_guid: str
    guid: str
    """Exchange's own directory GUID; Get-Mailbox and Get-CASMailbox share it."""
    smtp_auth_disabled: bool | None = None
    """The mailbox's own switch; None follows the tenant."""
    authentication_policy: str | None = None
    """Name of the policy assigned to the user; None follows the organization's default."""
    pop: bool = False
    imap: bool = False
    inactive: bool = False
    """True: kept by a hold after its account was deleted."""
    habit: str | None = None
    """How it is used for sending, as `habits.Habit` has it; None where nobody sends. No service tells of it."""

    @property
    def key(self) -> str:
        """How the report names it: the Entra id, else `guid:` and the Exchange GUID."""
        return self.account.id if self.account else f"guid:{self.exchange_guid}"


class Group(Frozen, frozen=True, kw_only=True):
    """One Entra group with its direct members."""

    id: str
    name: str
    members: tuple[str, ...]
    """Object ids: accounts, groups, devices, service principals, contacts."""
    rule: str | None = None
    """Membership rule of a dynamic group; the members above are what it gives."""
    role_assignable: bool = False
    unified: bool = False
    """True: a Microsoft 365 group."""
    mail_enabled: bool = False


class OtherObject(Frozen, frozen=True, kw_only=True):
    """A device, organizational contact or service principal: what groups hold besides users and groups."""

    id: str
    odata_type: str
    """Such as `#microsoft.graph.device`."""
    display_name: str
    app_id: str | None = None
    """Only service principals have one."""


class RoleAssignment(Frozen, frozen=True, kw_only=True):
    """A directory role held by (or, if eligible, open to) a principal."""

    id: str
    principal_id: str
    role_id: str
    """Template id of a built-in role."""
    scope: str = "/"
    """`/` for the whole tenant, else an administrative unit or an object."""


class AuthenticationPolicy(Frozen, frozen=True, kw_only=True):
    """An Exchange authentication policy."""

    name: str
    guid: str
    allowed: frozenset[str] = frozenset()
    """Protocols for which it allows Basic, as in the property names: `Smtp`, `Imap` …"""


class TransportSettings(Frozen, frozen=True, kw_only=True):
    """What the organization sets for all mailboxes."""

    smtp_auth_disabled: bool
    default_authentication_policy: str | None
    """Name of the policy for users without their own; None imposes nothing."""
    security_defaults: bool
