"""The twelve Conditional Access policies of the simulated company, its named locations and authentication policies."""

from collections.abc import Sequence

import msgspec

from scanner.simulator.population import roles
from scanner.simulator.population.conditional import (
    ALL,
    ALL_TRUSTED,
    EXCHANGE_ONLINE,
    OFFICE_365,
    CountryLocation,
    IpLocation,
    Location,
    Policy,
    State,
    Users,
)
from scanner.simulator.population.frozen import Frozen
from scanner.simulator.population.groups import Groups
from scanner.simulator.population.ids import Ids
from scanner.simulator.population.model import AuthenticationPolicy
from scanner.simulator.population.part import Team
from scanner.simulator.population.scenario import BLOCK_ALL_BASIC, MODERN_PILOT, SMTP_ONLY

_BLOCK_LEGACY_TEMPLATE = "0b2282f9-2862-4178-88b5-d79340b36cb8"
_ADMIN_ROLES = (
    roles.GLOBAL_ADMINISTRATOR,
    roles.EXCHANGE_ADMINISTRATOR,
    roles.HELPDESK_ADMINISTRATOR,
    roles.USER_ADMINISTRATOR,
)
_EVERYBODY = Users(include=(ALL,))
_NOBODY = Users(include=("None",))
_LEGACY = ("exchangeActiveSync", "other")
_MODERN = ("browser", "mobileAppsAndDesktopClients")


class Ground(Frozen, frozen=True, kw_only=True):
    """What the policies refer to."""

    groups: Groups
    emergency_accounts: tuple[str, ...]
    """Ids of the break-glass accounts."""
    workload: str
    """Id of a single-tenant service principal that one policy governs."""


def name_locations(ids: Ids) -> tuple[Location, ...]:
    """Return the named locations: two trusted sites, a partner's network that is not trusted, two sets of countries.

    Args:
        ids: source of ids.

    Returns:
        The locations. Their addresses are of the ranges kept for documentation.
    """
    return (
        IpLocation(
            id=ids.make("location", "head-office"),
            name="Head office",
            ranges=("203.0.113.0/25", "2001:db8:100::/40"),
            trusted=True,
        ),
        IpLocation(id=ids.make("location", "branch"), name="Филиал", ranges=("198.51.100.0/26",), trusted=True),
        IpLocation(id=ids.make("location", "partner"), name="Partner", ranges=("198.51.100.128/25",), trusted=False),
        CountryLocation(
            id=ids.make("location", "blocked"), name="Blocked countries", countries=("KP", "IR"), unknown_too=False
        ),
        CountryLocation(
            id=ids.make("location", "home"), name="Home countries", countries=("DE", "PL"), unknown_too=True
        ),
    )


def write_authentication_policies(ids: Ids) -> tuple[AuthenticationPolicy, ...]:
    """Return Exchange's authentication policies.

    Args:
        ids: source of ids.

    Returns:
        One that blocks Basic everywhere, one that allows it for SMTP, one that leaves only older protocols open.
    """
    allowed = {BLOCK_ALL_BASIC: frozenset[str](), SMTP_ONLY: frozenset({"Smtp"}), MODERN_PILOT: frozenset({"Imap"})}
    return tuple(
        AuthenticationPolicy(name=name, guid=ids.make("authentication-policy", name), allowed=protocols)
        for name, protocols in allowed.items()
    )


def write_policies(ground: Ground, ids: Ids) -> tuple[Policy, ...]:
    """Return the Conditional Access policies.

    Args:
        ground: what they refer to.
        ids: source of ids.

    Returns:
        Twelve policies: six that can stop a submission, six that never do.
    """
    return (
        *_policies_that_stop(ground, ids),
        *_policies_that_do_not(ground, ids),
    )


def without_enforcement(policies: Sequence[Policy]) -> tuple[Policy, ...]:
    """Return the policies with none enabled, as a tenant with Security Defaults has them.

    Args:
        policies: any policies.

    Returns:
        The same ones; those that were enabled are disabled.
    """
    return tuple(
        msgspec.structs.replace(policy, state=State.DISABLED) if policy.state is State.ENABLED else policy
        for policy in policies
    )


def _policies_that_stop(ground: Ground, ids: Ids) -> tuple[Policy, ...]:
    teams = ground.groups.teams
    return (
        Policy(
            id=ids.make("policy", "CA001"),
            name="CA001 Block legacy authentication",
            users=Users(include=(ALL,), exclude=ground.emergency_accounts, exclude_groups=(teams[Team.EXCEPTIONS],)),
            client_types=_LEGACY,
            controls=("block",),
            template_id=_BLOCK_LEGACY_TEMPLATE,
        ),
        Policy(
            id=ids.make("policy", "CA002"),
            name="CA002 MFA for administrators",
            users=Users(include_roles=_ADMIN_ROLES, exclude=ground.emergency_accounts),
            controls=("mfa",),
        ),
        Policy(
            id=ids.make("policy", "CA004"),
            name="CA004 On-site senders only from our sites",
            users=Users(include_groups=(teams[Team.ON_SITE],)),
            include_locations=(ALL,),
            exclude_locations=(ALL_TRUSTED,),
            controls=("block",),
        ),
        Policy(
            id=ids.make("policy", "CA005"),
            name="CA005 Block risky sign-ins of executives",
            users=Users(include_groups=(teams[Team.EXECUTIVES],)),
            sign_in_risks=("high", "medium"),
            controls=("block",),
        ),
        Policy(
            id=ids.make("policy", "CA009"),
            name="CA009 Finance: compliant device for Office 365",
            users=Users(include_groups=(ground.groups.finance,), exclude_groups=(teams[Team.FINANCE_EXEMPT],)),
            include_apps=(OFFICE_365,),
            controls=("compliantDevice", "domainJoinedDevice"),
        ),
        Policy(
            id=ids.make("policy", "CA010"),
            name="CA010 Plants: not from blocked countries </script>",
            users=Users(include_groups=(teams[Team.PLANTS],)),
            include_locations=(ids.make("location", "blocked"),),
            controls=("block",),
        ),
    )


def _policies_that_do_not(ground: Ground, ids: Ids) -> tuple[Policy, ...]:
    return (
        Policy(
            # Made before August 2020, when an unset client condition still meant modern clients only.
            id=ids.make("policy", "CA003"),
            name="CA003 MFA for all users",
            users=Users(include=(ALL,), exclude=ground.emergency_accounts),
            client_types=_MODERN,
            controls=("mfa",),
        ),
        Policy(
            id=ids.make("policy", "CA006"),
            name="CA006 Test: block everything",
            users=_EVERYBODY,
            state=State.DISABLED,
            controls=("block",),
        ),
        Policy(
            id=ids.make("policy", "CA007"),
            name="CA007 Sign in again every 12 hours",
            users=_EVERYBODY,
            sign_in_hours=12,
        ),
        Policy(
            id=ids.make("policy", "CA008"),
            name="CA008 Workloads: block the old reporting job",
            users=_NOBODY,
            controls=("block",),
            service_principals=(ground.workload,),
        ),
        Policy(
            id=ids.make("policy", "CA011"),
            name="CA011 MFA for everything but Exchange",
            users=_EVERYBODY,
            exclude_apps=(EXCHANGE_ONLINE,),
            controls=("mfa",),
        ),
        Policy(
            id=ids.make("policy", "CA012"),
            name="Microsoft-managed: Block legacy authentication",
            users=_EVERYBODY,
            state=State.REPORT_ONLY,
            client_types=_LEGACY,
            controls=("block",),
        ),
    )
