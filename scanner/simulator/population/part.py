"""What is decided about one mailbox and its account before they get their ids."""

from enum import StrEnum

from scanner.simulator.population.frozen import Frozen
from scanner.simulator.population.model import Kind, Mfa


class Team(StrEnum):
    """Groups that policies refer to, by the key under which parts ask to be members."""

    EXCEPTIONS = "exceptions"
    SCANNERS = "scanners"
    FACTORY_DEVICES = "factory-devices"
    ERP = "erp"
    ALARMS = "alarms"
    ON_SITE = "on-site"
    PLANTS = "plants"
    EXECUTIVES = "executives"
    FINANCE_EXEMPT = "finance-exempt"
    EXCHANGE_ADMINS = "exchange-admins"


class Part(Frozen, frozen=True, kw_only=True):
    """One mailbox as the scenario wants it."""

    alias: str
    """Wanted local part of the address; a number is added when it is taken."""
    display_name: str
    kind: Kind = Kind.USER
    smtp_auth_disabled: bool | None = None
    authentication_policy: str | None = None
    enabled: bool = True
    licensed: bool = True
    synced: bool = False
    mfa: Mfa = Mfa.DISABLED
    department: str | None = None
    pop: bool = False
    imap: bool = False
    teams: tuple[Team, ...] = ()
    roles: tuple[str, ...] = ()
    """Role template ids assigned directly, for the whole tenant."""
    unit_roles: tuple[str, ...] = ()
    """The same, for an administrative unit only."""
    eligible_roles: tuple[str, ...] = ()
    """Roles that the account may activate, and has not."""
    break_glass: bool = False
    inactive: bool = False
    habit: str | None = None
    """How it is used for sending, as `habits.Habit` has it; None draws it for devices, and is nobody for others."""
    scripted: bool = False
    """True: what is said here is all, and nothing is drawn."""
