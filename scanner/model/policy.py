"""Conditional Access policies and named locations as observed (facts/apis.md §2.2).

Ids and enum strings are kept in lower case: the provider compares them without regard to case.
"""

import datetime as dt
from enum import StrEnum

from scanner.model.frozen import Frozen


class GuestScope(Frozen, frozen=True, kw_only=True):
    """include/excludeGuestsOrExternalUsers: guest types, and the home tenants they are narrowed to.

    Attributes:
        types: Guest type flags in lower case.
        tenants: Home tenant ids; ``None`` where all external tenants are meant.
        understood: False where the tenant part could not be read.
    """

    types: frozenset[str]
    tenants: frozenset[str] | None = None
    understood: bool = True


class PeopleScope(Frozen, frozen=True, kw_only=True):
    """One side (include or exclude) of a policy's users."""

    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    guests: GuestScope | None = None


class RuleFilter(Frozen, frozen=True, kw_only=True):
    """A filter in the rule language: mode ``include`` or ``exclude``, and the rule."""

    mode: str
    rule: str


class ResourceScope(Frozen, frozen=True, kw_only=True):
    """Which resources a policy is about."""

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    user_actions: bool = False
    authentication_contexts: bool = False
    filter: RuleFilter | None = None


class WorkloadScope(Frozen, frozen=True, kw_only=True):
    """clientApplications: service principals or agents; a policy that has it is not about people."""

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    filtered: bool = False
    agents: bool = False


class Sides(Frozen, frozen=True, kw_only=True):
    """Include and exclude lists of one condition."""

    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()


class Strength(Frozen, frozen=True, kw_only=True):
    """An authentication strength: ``satisfies`` is ``mfa`` or ``none``."""

    id: str
    satisfies: str = "mfa"
    combinations: frozenset[str] = frozenset()


class Grant(Frozen, frozen=True, kw_only=True):
    """What a policy asks for."""

    operator: str = "or"
    controls: frozenset[str] = frozenset()
    strength: Strength | None = None
    terms_of_use: bool = False
    custom: bool = False


class Conditions(Frozen, frozen=True, kw_only=True):
    """When a policy applies, beside users and resources; ``None`` or empty = the condition is not used.

    Attributes:
        client_app_types: Client types; ``None`` where the key was not there.
        authentication_flows: Transfer methods.
        times: A time condition is set.
        agent_only: A condition is set that only agents can meet.
        not_understood: Names of conditions that are set and that this version does not know.
    """

    client_app_types: frozenset[str] | None = frozenset()
    platforms: Sides | None = None
    locations: Sides | None = None
    device_filter: RuleFilter | None = None
    device_states: Sides | None = None
    user_risk: frozenset[str] = frozenset()
    sign_in_risk: frozenset[str] = frozenset()
    insider_risk: frozenset[str] = frozenset()
    service_principal_risk: frozenset[str] = frozenset()
    authentication_flows: frozenset[str] = frozenset()
    times: bool = False
    agent_only: bool = False
    not_understood: tuple[str, ...] = ()


class Policy(Frozen, frozen=True, kw_only=True):
    """One Conditional Access policy.

    Attributes:
        id: In lower case.
        name: Display name (hostile text; a hint, never evidence).
        state: ``enabled``, ``disabled``, ``enabledforreportingbutnotenforced`` or what was read instead.
        deleted: deletedDateTime is set.
        session: Names of session controls that are set.
        workload: Set when the policy is about service principals or agents.
    """

    id: str
    name: str = ""
    state: str = ""
    created: dt.datetime | None = None
    modified: dt.datetime | None = None
    template_id: str = ""
    deleted: bool = False
    include: PeopleScope = PeopleScope()
    exclude: PeopleScope = PeopleScope()
    resources: ResourceScope = ResourceScope()
    workload: WorkloadScope | None = None
    conditions: Conditions = Conditions()
    grant: Grant | None = None
    session: frozenset[str] = frozenset()


class LocationKind(StrEnum):
    """Kinds of named location."""

    IP = "ip"
    COUNTRY = "country"
    COMPLIANT_NETWORK = "compliant_network"
    UNKNOWN = "unknown"


class NamedLocation(Frozen, frozen=True, kw_only=True):
    """One named location.

    Attributes:
        id: In lower case.
        name: Display name.
        kind: What it is defined by.
        trusted: isTrusted; only IP ranges can be.
        ranges: CIDR ranges, IPv4 and IPv6.
        countries: Two-letter country codes in upper case.
        unknown_countries: Addresses without a known country are in.
        by_gps: The country is looked up by GPS, which no SMTP client can answer.
        understood: False where some of it could not be read.
    """

    id: str
    name: str = ""
    kind: LocationKind = LocationKind.UNKNOWN
    trusted: bool = False
    ranges: tuple[str, ...] = ()
    countries: frozenset[str] = frozenset()
    unknown_countries: bool = False
    by_gps: bool = False
    understood: bool = True
