"""From what was asked to a changed snapshot: names are looked up, and each change knows what it replaces."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import structs

from scanner.errors import ConfigurationError
from scanner.gates.authentication_policy import names_meant
from scanner.model.frozen import Frozen
from scanner.model.observed import Gap, Observed
from scanner.model.policy import Policy
from scanner.model.settings import AuthenticationPolicy
from scanner.model.snapshot import Snapshot
from scanner.model.text import Text, say
from scanner.posture import by_every_name
from scanner.whatif.draft import Draft
from scanner.whatif.keys import Asked
from scanner.whatif.lookup import Lookup

REPORT_ONLY = "enabledforreportingbutnotenforced"
STATES: Mapping[str, str] = {"enabled": "enabled", "disabled": "disabled", "report-only": REPORT_ONLY}
STATE_WORDS: Mapping[str, str] = {state: word for word, state in STATES.items()}
SWITCHES: Mapping[str, bool | None] = {"inherit": None, "enabled": False, "disabled": True}
NONE = "none"
UNKNOWN = "unknown"
NOT_IN = "not in it"


class Change(Frozen, frozen=True, kw_only=True):
    """One change that was made to a snapshot.

    Attributes:
        key: The key, with the name that the object is known by.
        subject: Id of the mailbox or policy that it is about; "" where it is about the whole tenant.
        before: The value in the snapshot; ``unknown`` where it was not read.
        after: The value that was set.
    """

    key: str
    subject: str
    before: str
    after: str

    @property
    def is_none(self) -> bool:
        """The snapshot has that value already."""
        return self.before == self.after

    @property
    def option(self) -> str:
        """Write it as ``--set`` takes it."""
        return f"{self.key}={self.after}"


class Changed(Frozen, frozen=True, kw_only=True):
    """A changed snapshot, and what was changed in it."""

    snapshot: Snapshot
    changes: tuple[Change, ...]
    notes: tuple[Text, ...]


def make_changes(snapshot: Snapshot, asked: Sequence[Asked]) -> Changed:
    """Change a snapshot as asked.

    Args:
        snapshot: The evidence; it stays as it is.
        asked: The changes.

    Raises:
        ConfigurationError: A mailbox, a policy or a group is not in the snapshot.
    """
    maker = _Maker(snapshot)
    changes = tuple(maker.make(one) for one in asked)
    changed = maker.draft.finish()
    return Changed(snapshot=changed, changes=changes, notes=tuple(notes_on(changed, changes, maker.unread_groups)))


def notes_on(snapshot: Snapshot, changes: Sequence[Change], unread_groups: Sequence[str]) -> Iterable[Text]:
    """Say what a reader should know about a set of changes before believing the answer."""
    for change in changes:
        if change.is_none:
            yield say("{key} is {value} already.", key=change.key, value=change.after)
        elif change.before == UNKNOWN:
            yield say("{key} was not read; the answer holds if it is {value}.", key=change.key, value=change.after)
    for group in unread_groups:
        yield say("The members of group {group} were not read: who is in it is unknown.", group=group)
    on = snapshot.security_defaults is not None and snapshot.security_defaults.enabled is True
    touched = any(change.key == "security_defaults" or change.key.startswith("policy:") for change in changes)
    if on and touched and any(policy.state == "enabled" for policy in snapshot.policies):
        yield say(
            "Security Defaults and enabled Conditional Access policies exclude each other: Microsoft accepts the one "
            "only where the other is off."
        )


class _Maker:
    """Makes changes one after the other, so that each sees what those before it did."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.draft = Draft(snapshot)
        self.unread_groups: list[str] = []
        self._lookup = Lookup(snapshot)

    def make(self, asked: Asked) -> Change:
        """Make one change."""
        match asked.key.area:
            case "mailbox":
                return self._change_mailbox(asked)
            case "policy":
                return self._change_policy(asked)
            case "authentication_policy":
                return self._change_authentication_policy(asked)
            case _:
                return self._change_tenant(asked)

    def _change_tenant(self, asked: Asked) -> Change:
        on = asked.value == "true"
        match asked.key.field:
            case "smtp_auth_disabled":
                before: object = self.draft.set_tenant_switch(off=on)
            case "security_defaults":
                before = self.draft.set_security_defaults(on=on)
            case _:
                name = self._authentication_policy(asked)
                before = _name_or_none(self.draft.set_default_policy(None if name == NONE else name))
                return Change(key=asked.key.pattern, subject="", before=before, after=name)
        return Change(key=asked.key.pattern, subject="", before=_truth(before), after=asked.value)

    def _change_mailbox(self, asked: Asked) -> Change:
        row = self._lookup.mailbox(asked.name, asked.text)
        key = f"mailbox:{row.address or asked.name}.{asked.key.field}"
        after = asked.value
        match asked.key.field:
            case "smtp_auth":
                before = _switch(self.draft.set_mailbox_switch(row, off=SWITCHES[after]))
            case "authentication_policy":
                after = self._authentication_policy(asked)
                before = _name_or_none(self.draft.set_user_policy(row, None if after == NONE else after))
            case "per_user_mfa":
                before = _word(self.draft.set_mfa(self._lookup.account(row, asked.text), after))
            case _:
                account = self._lookup.account(row, asked.text)
                before = _sign_in(self.draft.set_sign_in(account, row.sign_in_name, allowed=after == "allowed"))
        return Change(key=key, subject=self._lookup.id_of(row), before=before, after=after)

    def _change_policy(self, asked: Asked) -> Change:
        policy = self.draft.policy(self._lookup.policy(asked.name, asked.text).id)
        key = f'policy:"{policy.name or policy.id}".{asked.key.field}'
        if asked.key.field == "state":
            self.draft.put_policy(structs.replace(policy, state=STATES[asked.value]))
            before = STATE_WORDS.get(policy.state, policy.state or UNKNOWN)
            return Change(key=key, subject=policy.id, before=before, after=asked.value)
        if asked.key.field == "exclude_user":
            row = self._lookup.mailbox(asked.value, asked.text)
            there = self.draft.exclude_user(policy.id, self._lookup.account(row, asked.text))
            return Change(key=key, subject=policy.id, before=row.address if there else NOT_IN, after=row.address)
        group = self._lookup.group(asked.value, asked.text)
        if not group.read:
            self.unread_groups.append(group.name)
        there = self._put_group(policy, group.id, include=asked.key.field == "include_group")
        return Change(key=key, subject=policy.id, before=group.name if there else NOT_IN, after=group.name)

    def _put_group(self, policy: Policy, group: str, *, include: bool) -> bool:
        """Put a group on one side of a policy; tell whether it is there already."""
        side = policy.include if include else policy.exclude
        changed = structs.replace(side, groups=side.groups | {group})
        self.draft.put_policy(
            structs.replace(policy, include=changed) if include else structs.replace(policy, exclude=changed)
        )
        return group in side.groups

    def _change_authentication_policy(self, asked: Asked) -> Change:
        if asked.key.field == "create":
            return self._create_authentication_policy(asked)
        found = self._lookup.authentication_policy(asked.name, asked.text)
        allows = asked.value == "true"
        before = self.draft.set_allows_basic(found, allows=allows)
        key = f'{asked.key.area}:"{found.name}".{asked.key.field}'
        return Change(key=key, subject="", before=_truth(before), after=asked.value)

    def _create_authentication_policy(self, asked: Asked) -> Change:
        if by_every_name(self.draft.authentication_policies()).get(asked.name.lower()):
            message = f"--set: {asked.text!r}: there is an authentication policy of that name."
            raise ConfigurationError(message, "Change it with .allow_basic_smtp, or choose another name.")
        allows = asked.value == "allowing"
        self.draft.add_authentication_policy(
            AuthenticationPolicy(names=(asked.name.lower(),), name=asked.name, allows_basic_smtp=allows)
        )
        key = f'{asked.key.area}:"{asked.name}".{asked.key.field}'
        return Change(key=key, subject="", before=NONE, after=asked.value)

    def _authentication_policy(self, asked: Asked) -> str:
        """Give the name to assign; one that was not read is taken as it is, and what it allows stays unknown."""
        if asked.value.lower() == NONE:
            return NONE
        known = by_every_name(self.draft.authentication_policies())
        found = next((known[name] for name in names_meant(asked.value) if name in known), None)
        if found is not None:
            return found.name
        self._lookup.refuse_unless_unread(asked.value, asked.text)
        return asked.value


def _truth(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else UNKNOWN


def _switch(value: Observed[bool]) -> str:
    if isinstance(value, Gap):
        return UNKNOWN
    return {None: "inherit", False: "enabled", True: "disabled"}[value]


def _sign_in(value: Observed[bool]) -> str:
    return {True: "allowed", False: "blocked"}[value] if isinstance(value, bool) else UNKNOWN


def _name_or_none(value: Observed[str]) -> str:
    if value is None or value is Gap.EMPTY:
        return NONE
    return value if isinstance(value, str) else UNKNOWN


def _word(value: Observed[str]) -> str:
    return value if isinstance(value, str) else UNKNOWN
