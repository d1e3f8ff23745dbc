"""Finds what a name in ``--set`` means; one that nothing is called, or two things are, is an error that says so."""

from collections.abc import Sequence
from functools import cached_property
from typing import TypeVar

from scanner.access.scopes import is_id
from scanner.errors import ConfigurationError
from scanner.model.directory import MailboxRow
from scanner.model.frozen import Frozen
from scanner.model.policy import Policy
from scanner.model.settings import AuthenticationPolicy
from scanner.model.snapshot import Snapshot
from scanner.posture import Join, entra_id_of, id_of
from scanner.whatif.nearest import did_you_mean

T = TypeVar("T")

AUTHENTICATION_POLICIES = "authentication-policies"
POLICIES = "conditional-access-policies"
MAILBOXES = "mailboxes"
GROUPS = "groups"


class NamedGroup(Frozen, frozen=True, kw_only=True):
    """A group as far as it is known; ``read`` is False where its members were not collected."""

    id: str
    name: str
    read: bool


class Lookup:
    """The names of one snapshot.

    Args:
        snapshot: The evidence.
    """

    id_of = staticmethod(id_of)

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def mailbox(self, name: str, text: str) -> MailboxRow:
        """Find a mailbox by its address, id or sign-in name.

        Raises:
            ConfigurationError: There is none, or there are several.
        """
        found = self._mailboxes.get(name.strip().lower(), [])
        if found:
            return _only(found, name, text, "mailboxes", [id_of(row) for row in found])
        known = [row.address for row in self._rows]
        raise self._nothing(text, f"no mailbox {name!r}", known, name, MAILBOXES)

    def account(self, mailbox: MailboxRow, text: str) -> str:
        """Give the id of a mailbox's account.

        Raises:
            ConfigurationError: It has none.
        """
        account = entra_id_of(mailbox)
        if not account:
            message = f"--set: {text!r}: the mailbox has no account that is known."
            raise ConfigurationError(message, "Only its own SMTP AUTH switch can be set.")
        return account

    def policy(self, name: str, text: str) -> Policy:
        """Find a Conditional Access policy by its id or name.

        Raises:
            ConfigurationError: There is none, or there are several.
        """
        wanted = name.strip().lower()
        policies = self._snapshot.policies
        found = [one for one in policies if one.id == wanted] or [one for one in policies if one.name.lower() == wanted]
        if found:
            return _only(found, name, text, "policies", [one.id for one in found])
        known = [one.name or one.id for one in policies]
        raise self._nothing(text, f"no Conditional Access policy {name!r}", known, name, POLICIES)

    def group(self, name: str, text: str) -> NamedGroup:
        """Find a group by its id or name; an id that was not collected is taken as it is.

        Raises:
            ConfigurationError: There is none, or there are several.
        """
        wanted = name.strip().lower()
        names = {row.id: row.name for row in self._snapshot.groups}
        found = [wanted] if wanted in names else [one for one, called in names.items() if called.lower() == wanted]
        if found:
            chosen = _only(found, name, text, "groups", found)
            return NamedGroup(id=chosen, name=names[chosen] or chosen, read=True)
        if is_id(wanted):
            return NamedGroup(id=wanted, name=wanted, read=False)
        known = [called for called in names.values() if called]
        raise self._nothing(text, f"no group {name!r} that policies refer to", known, name, GROUPS)

    def authentication_policy(self, name: str, text: str) -> AuthenticationPolicy:
        """Find an authentication policy by any of its names.

        Raises:
            ConfigurationError: There is none, or there are several.
        """
        wanted = name.strip().lower()
        found = [one for one in self._snapshot.authentication_policies if wanted in one.names]
        if found:
            return _only(found, name, text, "authentication policies", [one.names[-1] for one in found])
        known = [one.name for one in self._snapshot.authentication_policies]
        raise self._nothing(text, f"no authentication policy {name!r}", known, name, AUTHENTICATION_POLICIES)

    def refuse_unless_unread(self, name: str, text: str) -> None:
        """Refuse the name of an authentication policy that is certainly not there.

        Raises:
            ConfigurationError: All policies were read, and none is called so.
        """
        if self._snapshot.is_complete(AUTHENTICATION_POLICIES):
            self.authentication_policy(name, text)

    @cached_property
    def _rows(self) -> tuple[MailboxRow, ...]:
        return tuple(Join(self._snapshot).mailboxes())

    @cached_property
    def _mailboxes(self) -> dict[str, list[MailboxRow]]:
        found: dict[str, list[MailboxRow]] = {}
        for row in self._rows:
            for name in {id_of(row), row.address.lower(), row.sign_in_name.lower()} - {""}:
                found.setdefault(name, []).append(row)
        return found

    def _nothing(self, text: str, what: str, known: Sequence[str], wanted: str, section: str) -> ConfigurationError:
        advice = did_you_mean(wanted, known)
        if not advice and not self._snapshot.is_complete(section):
            advice = f"The section {section} was not read to its end in this run."
        return ConfigurationError(f"--set: {text!r}: there is {what} in this run.", advice or _list_some(known))


def _only(found: Sequence[T], name: str, text: str, what: str, ids: Sequence[str]) -> T:
    if len(found) == 1:
        return found[0]
    message = f"--set: {text!r}: {len(found)} {what} are called {name!r}."
    raise ConfigurationError(message, f"Give the id of one: {', '.join(ids)}.")


def _list_some(known: Sequence[str]) -> str:
    shown = sorted(set(known))[:5]
    return f"There are, for example: {', '.join(shown)}." if shown else ""
