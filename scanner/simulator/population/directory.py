"""The finished state of a simulated tenant, with the look-ups that its services and its truth need."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from scanner.simulator.population.conditional import Location, Policy
from scanner.simulator.population.model import (
    Account,
    AuthenticationPolicy,
    Group,
    Mailbox,
    OtherObject,
    TransportSettings,
)
from scanner.simulator.population.roles import RoleBook
from scanner.simulator.population.scenario import Scenario

if TYPE_CHECKING:
    from scanner.simulator.truth import Method, Outcome


@dataclass(frozen=True, kw_only=True)
class Population:
    """Everything that exists in one simulated tenant.

    Not slotted: look-up tables are made when first asked for. `dataclasses.replace` gives a variant with fresh ones.
    """

    scenario: Scenario
    tenant_id: str
    client_id: str
    """Application id of the scanner's own registration."""
    settings: TransportSettings
    mailboxes: tuple[Mailbox, ...]
    """Those that Get-Mailbox lists without being asked for inactive ones."""
    inactive: tuple[Mailbox, ...]
    accounts: tuple[Account, ...]
    """All users of Entra ID: with a mailbox, without one, and guests."""
    groups: tuple[Group, ...]
    others: tuple[OtherObject, ...]
    """Devices, contacts and service principals."""
    roles: RoleBook
    authentication_policies: tuple[AuthenticationPolicy, ...]
    policies: tuple[Policy, ...]
    """Conditional Access, in the order in which Graph lists them."""
    locations: tuple[Location, ...]
    risk: Mapping[str, str]
    """Account id to risk level, for the accounts that Identity Protection calls risky."""

    @property
    def initial_domain(self) -> str:
        """The domain that the tenant was born with."""
        first, _, rest = self.scenario.domain.partition(".")
        return f"{first}.onmicrosoft.{rest}"

    @cached_property
    def accounts_by_id(self) -> dict[str, Account]:
        """Accounts by object id."""
        return {account.id: account for account in self.accounts}

    @cached_property
    def groups_by_id(self) -> dict[str, Group]:
        """Groups by object id."""
        return {group.id: group for group in self.groups}

    @cached_property
    def others_by_id(self) -> dict[str, OtherObject]:
        """Devices, contacts and service principals by object id."""
        return {other.id: other for other in self.others}

    @cached_property
    def mailboxes_by_key(self) -> dict[str, Mailbox]:
        """Mailboxes, inactive ones too, by the key that reports use."""
        return {mailbox.key: mailbox for mailbox in (*self.mailboxes, *self.inactive)}

    @cached_property
    def mailboxes_by_address(self) -> dict[str, Mailbox]:
        """Mailboxes, inactive ones too, by primary address."""
        return {mailbox.address: mailbox for mailbox in (*self.mailboxes, *self.inactive)}

    def mailbox(self, name: str) -> Mailbox:
        """Find a mailbox.

        Args:
            name: its key, its address, or the local part of its address.

        Returns:
            The mailbox.

        Raises:
            KeyError: there is none.
        """
        if name in self.mailboxes_by_key:
            return self.mailboxes_by_key[name]
        return self.mailboxes_by_address[name if "@" in name else f"{name}@{self.scenario.domain}"]

    def transitive_members(self, group_id: str) -> tuple[str, ...]:
        """Walk a group's members, theirs, and so on; a cycle ends where it closes.

        Args:
            group_id: id of an existing group.

        Returns:
            Ids of all members, nested groups among them, each once and never the group itself.
        """
        found: dict[str, None] = {}
        waiting = [group_id]
        while waiting:
            for member in self.groups_by_id[waiting.pop()].members:
                if member not in found and member != group_id:
                    found[member] = None
                    if member in self.groups_by_id:
                        waiting.append(member)
        return tuple(found)

    def truth(self, method: "Method | None" = None) -> "dict[str, Outcome]":
        """Say for every listed mailbox what would become of a submission.

        Args:
            method: how the client signs in; Basic if not given.

        Returns:
            Outcome by mailbox key, in the order of the mailboxes.
        """
        from scanner.simulator.truth import Method, outcomes  # noqa: PLC0415 - truth is told about populations

        return outcomes(self, method or Method.BASIC)
