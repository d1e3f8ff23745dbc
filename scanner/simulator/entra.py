"""What the simulated Entra ID does with a sign-in whose password (or consent) is in order."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from scanner.simulator.places import Place, contains
from scanner.simulator.population.conditional import (
    ALL,
    ALL_TRUSTED,
    EXCHANGE_ONLINE,
    OFFICE_365,
    IpLocation,
    Policy,
    State,
    Users,
)
from scanner.simulator.population.directory import Population
from scanner.simulator.population.frozen import Frozen
from scanner.simulator.population.model import Account

_EXCHANGE_NAMES = frozenset({ALL, OFFICE_365, EXCHANGE_ONLINE})
"""Ways in which a policy can name a resource that Exchange Online belongs to."""
_INTERACTIVE_CONTROLS = frozenset({"mfa"})
"""Controls that a person meets once, when the client is set up."""


class ClientType(StrEnum):
    """Conditional Access's client app types, as far as senders use them."""

    OTHER = "other"
    MODERN = "mobileAppsAndDesktopClients"


class Attempt(Frozen, frozen=True, kw_only=True):
    """What Entra knows about one sign-in besides the account."""

    place: Place
    risk: str
    """Sign-in risk: none, low, medium or high."""


class _Reach(Frozen, frozen=True, kw_only=True):
    """The accounts that a policy includes and excludes, resolved."""

    everybody: bool
    included: frozenset[str]
    excluded: frozenset[str]

    def covers(self, account: Account) -> bool:
        return account.id not in self.excluded and (self.everybody or account.id in self.included)


class Entra:
    """Interprets the tenant's Conditional Access policies.

    Args:
        population: the tenant.
    """

    def __init__(self, population: Population) -> None:
        self._population = population
        self._enforced = tuple(
            (policy, self._resolve(policy.users))
            for policy in population.policies
            if policy.state is State.ENABLED and not policy.service_principals
        )
        self._locations = {location.id: location for location in population.locations}

    def policies_about(self, account: Account, client: ClientType) -> tuple[Policy, ...]:
        """Return the policies that can stop this account's mail, given the right place and risk.

        Args:
            account: who signs in.
            client: with which type of client.

        Returns:
            Enabled policies about this account, Exchange Online and this client whose controls it cannot meet.
        """
        return tuple(
            policy
            for policy, reach in self._enforced
            if _is_about_exchange(policy)
            and _is_about_client(policy, client)
            and not _meets(policy, client)
            and reach.covers(account)
        )

    def stops(self, policies: Sequence[Policy], attempt: Attempt) -> bool:
        """Say whether one of these policies applies to a sign-in from this place with this risk.

        Args:
            policies: what `policies_about` gave for the account.
            attempt: the sign-in.

        Returns:
            True if it is stopped.
        """
        return any(self._applies(policy, attempt) for policy in policies)

    def _applies(self, policy: Policy, attempt: Attempt) -> bool:
        if policy.sign_in_risks and attempt.risk not in policy.sign_in_risks:
            return False
        if not policy.include_locations:
            return True
        return self._is_in(policy.include_locations, attempt.place) and not self._is_in(
            policy.exclude_locations, attempt.place
        )

    def _is_in(self, names: Sequence[str], place: Place) -> bool:
        return any(self._names_place(name, place) for name in names)

    def _names_place(self, name: str, place: Place) -> bool:
        if name == ALL:
            return True
        if name == ALL_TRUSTED:
            trusted = (site for site in self._locations.values() if isinstance(site, IpLocation) and site.trusted)
            return any(contains(site, place) for site in trusted)
        return contains(self._locations[name], place)

    def _resolve(self, users: Users) -> _Reach:
        return _Reach(
            everybody=ALL in users.include,
            included=frozenset(self._expand(users.include, users.include_groups, users.include_roles)),
            excluded=frozenset(self._expand(users.exclude, users.exclude_groups, users.exclude_roles)),
        )

    def _expand(self, accounts: Sequence[str], groups: Sequence[str], role_ids: Sequence[str]) -> Iterator[str]:
        yield from accounts
        for group in groups:
            yield from self._population.transitive_members(group)
        for assignment in self._population.roles.active:
            # A role held for an administrative unit only does not count, and neither does one not activated.
            if assignment.role_id in role_ids and assignment.scope == "/":
                yield from self._holders(assignment.principal_id)

    def _holders(self, principal: str) -> Iterator[str]:
        if principal in self._population.groups_by_id:
            yield from self._population.groups_by_id[principal].members
        else:
            yield principal


def _is_about_exchange(policy: Policy) -> bool:
    included = bool(_EXCHANGE_NAMES & set(policy.include_apps))
    return included and not _EXCHANGE_NAMES & set(policy.exclude_apps)


def _is_about_client(policy: Policy, client: ClientType) -> bool:
    return "all" in policy.client_types or client in policy.client_types


def _meets(policy: Policy, client: ClientType) -> bool:
    """Say whether the client satisfies a policy's controls: a legacy client satisfies none."""
    if not policy.controls:
        return True
    if client is ClientType.OTHER:
        return False
    met = [control in _INTERACTIVE_CONTROLS for control in policy.controls]
    return all(met) if policy.every_control else any(met)
