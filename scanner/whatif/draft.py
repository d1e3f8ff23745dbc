"""A snapshot that is being changed. Edits are gathered by mailbox and made in one pass, so that thousands are cheap."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TypeVar

from msgspec import structs

from scanner.model.directory import CasRow, ExchangeUserRow, MailboxRow, MfaRow, UserRow
from scanner.model.observed import Observed
from scanner.model.policy import Policy
from scanner.model.settings import AuthenticationPolicy, OrganizationConfig, SecurityDefaults, TransportConfig
from scanner.model.snapshot import Snapshot
from scanner.posture import CasJoin, ExchangeUserJoin, cas_keys, entra_id_of, mailbox_keys, unique, user_keys

R = TypeVar("R")


class Draft:
    """A changed copy of a snapshot. Each edit gives back the value that it replaces.

    Args:
        snapshot: The evidence; it stays as it is.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._tenant = snapshot
        self._policies = {policy.id: policy for policy in snapshot.policies}
        self._excluded: dict[str, set[str]] = {}
        self._authentication_policies = list(snapshot.authentication_policies)
        self._cas: dict[tuple[str, ...], CasRow] = {}
        self._exchange_users: dict[tuple[str, ...], ExchangeUserRow] = {}
        self._mfa: dict[str, MfaRow] = {}
        self._users: dict[str, UserRow] = {}
        self._indexes = _Indexes(snapshot)

    def set_tenant_switch(self, *, off: bool) -> Observed[bool]:
        """Turn SMTP AUTH off or on for the organization."""
        config = self._tenant.transport_config or TransportConfig()
        changed = structs.replace(config, smtp_auth_disabled=off)
        self._tenant = structs.replace(self._tenant, transport_config=changed)
        return config.smtp_auth_disabled

    def set_default_policy(self, name: str | None) -> Observed[str]:
        """Set the organization's default authentication policy."""
        config = self._tenant.organization_config or OrganizationConfig()
        changed = structs.replace(config, default_authentication_policy=name)
        self._tenant = structs.replace(self._tenant, organization_config=changed)
        return config.default_authentication_policy

    def set_security_defaults(self, *, on: bool) -> Observed[bool]:
        """Turn Security Defaults on or off."""
        before = self._tenant.security_defaults or SecurityDefaults()
        self._tenant = structs.replace(self._tenant, security_defaults=SecurityDefaults(enabled=on))
        return before.enabled

    def policy(self, policy_id: str) -> Policy:
        """Give a Conditional Access policy as it is now."""
        return self._policies[policy_id]

    def put_policy(self, policy: Policy) -> None:
        """Put a changed Conditional Access policy in the place of the one with its id."""
        self._policies[policy.id] = policy

    def exclude_user(self, policy_id: str, account: str) -> bool:
        """Exclude an account from a Conditional Access policy; tell whether it is excluded by name already."""
        excluded = self._excluded.setdefault(policy_id, set())
        before = account in excluded or account in self._policies[policy_id].exclude.users
        excluded.add(account)
        return before

    def authentication_policies(self) -> tuple[AuthenticationPolicy, ...]:
        """Give the authentication policies as they are now."""
        return tuple(self._authentication_policies)

    def add_authentication_policy(self, policy: AuthenticationPolicy) -> None:
        """Add an authentication policy that is not there yet."""
        self._authentication_policies.append(policy)

    def set_allows_basic(self, policy: AuthenticationPolicy, *, allows: bool) -> Observed[bool]:
        """Set AllowBasicAuthSmtp of an authentication policy."""
        place = next(at for at, one in enumerate(self._authentication_policies) if one.names == policy.names)
        before = self._authentication_policies[place]
        self._authentication_policies[place] = structs.replace(before, allows_basic_smtp=allows)
        return before.allows_basic_smtp

    def set_mailbox_switch(self, mailbox: MailboxRow, *, off: bool | None) -> Observed[bool]:
        """Set the mailbox's own SMTP AUTH switch; ``None`` follows the organization."""
        keys = tuple(mailbox_keys(mailbox))
        before = self._cas.get(keys) or self._indexes.cas.of(mailbox) or cas_row_of(mailbox)
        self._cas[keys] = structs.replace(before, smtp_auth_disabled=off)
        return before.smtp_auth_disabled

    def set_user_policy(self, mailbox: MailboxRow, name: str | None) -> Observed[str]:
        """Assign an authentication policy to the mailbox's user; ``None`` follows the organization's default."""
        keys = tuple(user_keys(entra_id_of(mailbox), mailbox.sign_in_name))
        before = self._exchange_users.get(keys) or self._indexes.exchange_users.of(mailbox)
        row = before or ExchangeUserRow(entra_id=entra_id_of(mailbox), sign_in_name=mailbox.sign_in_name)
        self._exchange_users[keys] = structs.replace(row, authentication_policy=name)
        return row.authentication_policy

    def set_mfa(self, account: str, state: str) -> Observed[str]:
        """Set the per-user MFA state of an account."""
        before = self._mfa.get(account) or self._indexes.mfa.get(account) or MfaRow(id=account)
        self._mfa[account] = structs.replace(before, state=state)
        return before.state

    def set_sign_in(self, account: str, sign_in_name: str, *, allowed: bool) -> Observed[bool]:
        """Allow or block the sign-in of an account."""
        before = self._users.get(account) or self._indexes.users.get(account)
        row = before or UserRow(id=account, sign_in_name=sign_in_name)
        self._users[account] = structs.replace(row, enabled=allowed)
        return row.enabled

    def finish(self) -> Snapshot:
        """Give the changed snapshot."""
        return structs.replace(
            self._tenant,
            policies=tuple(self._without(policy) for policy in self._policies.values()),
            authentication_policies=self.authentication_policies(),
            cas_mailboxes=self._finish_cas(),
            exchange_users=self._finish_exchange_users(),
            per_user_mfa=_with(self._snapshot.per_user_mfa, self._mfa, lambda row: row.id),
            users=_with(self._snapshot.users, self._users, lambda row: row.id),
        )

    def _without(self, policy: Policy) -> Policy:
        accounts = self._excluded.get(policy.id)
        if not accounts:
            return policy
        exclude = structs.replace(policy.exclude, users=policy.exclude.users | accounts)
        return structs.replace(policy, exclude=exclude)

    def _finish_cas(self) -> tuple[CasRow, ...]:
        if not self._cas:
            return self._snapshot.cas_mailboxes
        replaced = {key for keys in self._cas for key in keys}
        kept = (row for row in self._snapshot.cas_mailboxes if replaced.isdisjoint(cas_keys(row)))
        return (*kept, *self._cas.values())

    def _finish_exchange_users(self) -> tuple[ExchangeUserRow, ...]:
        if not self._exchange_users:
            return self._snapshot.exchange_users
        replaced = {key for keys in self._exchange_users for key in keys}
        kept = (
            row
            for row in self._snapshot.exchange_users
            if replaced.isdisjoint(user_keys(row.entra_id, row.sign_in_name))
        )
        return (*kept, *self._exchange_users.values())


class _Indexes:
    """Rows of a snapshot by their keys, each list sorted when it is first asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    @cached_property
    def cas(self) -> CasJoin:
        return CasJoin(self._snapshot.cas_mailboxes)

    @cached_property
    def exchange_users(self) -> ExchangeUserJoin:
        return ExchangeUserJoin(self._snapshot.exchange_users)

    @cached_property
    def mfa(self) -> Mapping[str, MfaRow]:
        return unique((row.id, row) for row in self._snapshot.per_user_mfa)

    @cached_property
    def users(self) -> Mapping[str, UserRow]:
        return unique((row.id, row) for row in self._snapshot.users)


def cas_row_of(mailbox: MailboxRow) -> CasRow:
    """Make the CAS row of a mailbox that has none."""
    return CasRow(entra_id=entra_id_of(mailbox), directory_guid=mailbox.directory_guid, address=mailbox.address)


def _with(rows: tuple[R, ...], edited: Mapping[str, R], key: Callable[[R], str]) -> tuple[R, ...]:
    """Put edited rows in the place of those with their keys."""
    if not edited:
        return rows
    return (*(row for row in rows if key(row) not in edited), *edited.values())
