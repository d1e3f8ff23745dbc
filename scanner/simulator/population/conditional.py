"""Conditional Access as the simulated tenant holds it: policies and named locations, documented constructs only."""

from enum import StrEnum

from scanner.simulator.population.frozen import Frozen

ALL = "All"
ALL_TRUSTED = "AllTrusted"
EXCHANGE_ONLINE = "00000002-0000-0ff1-ce00-000000000000"
OFFICE_365 = "Office365"


class State(StrEnum):
    """Whether a policy is enforced."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    REPORT_ONLY = "enabledForReportingButNotEnforced"


class Users(Frozen, frozen=True, kw_only=True):
    """Whom a policy is about. Exclusion beats inclusion."""

    include: tuple[str, ...] = ()
    """Account ids, or `All`, or `None`."""
    exclude: tuple[str, ...] = ()
    include_groups: tuple[str, ...] = ()
    exclude_groups: tuple[str, ...] = ()
    include_roles: tuple[str, ...] = ()
    """Template ids of built-in roles."""
    exclude_roles: tuple[str, ...] = ()


class Policy(Frozen, frozen=True, kw_only=True):
    """One Conditional Access policy."""

    id: str
    name: str
    users: Users
    state: State = State.ENABLED
    client_types: tuple[str, ...] = ("all",)
    include_apps: tuple[str, ...] = (ALL,)
    exclude_apps: tuple[str, ...] = ()
    include_locations: tuple[str, ...] = ()
    """Ids of named locations, `All` or `AllTrusted`; empty: the condition is not used."""
    exclude_locations: tuple[str, ...] = ()
    sign_in_risks: tuple[str, ...] = ()
    """Empty: the condition is not used."""
    controls: tuple[str, ...] = ()
    """Built-in grant controls; empty: the policy grants nothing (session only)."""
    every_control: bool = False
    """True: all controls must be met (AND), False: one is enough (OR)."""
    sign_in_hours: int | None = None
    """Sign-in frequency, in hours."""
    service_principals: tuple[str, ...] = ()
    """Not empty: a workload-identity policy, not about people."""
    template_id: str | None = None


class IpLocation(Frozen, frozen=True, kw_only=True):
    """A named location made of address ranges."""

    id: str
    name: str
    ranges: tuple[str, ...]
    """CIDR notation, IPv4 or IPv6."""
    trusted: bool


class CountryLocation(Frozen, frozen=True, kw_only=True):
    """A named location made of countries, told by the client's address."""

    id: str
    name: str
    countries: tuple[str, ...]
    """ISO 3166-1 alpha-2 codes."""
    unknown_too: bool = False
    """True: addresses of no known country belong to it."""


Location = IpLocation | CountryLocation
