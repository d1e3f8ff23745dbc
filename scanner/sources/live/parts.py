"""How a listing is cut into parts that together are the whole: by kind, then by how a name begins."""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Self

from scanner.evidence.section import Cmdlet

# How names may begin or go on; what begins otherwise is asked for as the rest.
ALPHABET = string.ascii_lowercase + string.digits + ".-_"
LONGEST_PREFIX = 8
REST = "*"

MAILBOX_KINDS = (
    "UserMailbox",
    "SharedMailbox",
    "RoomMailbox",
    "EquipmentMailbox",
    "SchedulingMailbox",
    "TeamMailbox",
    "DiscoveryMailbox",
    "LegacyMailbox",
    "LinkedMailbox",
    "LinkedRoomMailbox",
)
# RecipientTypeDetails that split a listing which does not page (Get-Mailbox, Get-CASMailbox, Get-User reference: these
# are all that the parameter takes for objects of the cloud).
KINDS: Mapping[str, tuple[str, ...]] = {
    "Get-Mailbox": MAILBOX_KINDS,
    "Get-CASMailbox": MAILBOX_KINDS,
    "Get-User": (*MAILBOX_KINDS, "User", "DisabledUser", "MailUser", "GuestMailUser"),
}
# The property whose beginning splits them further; Get-User's filter knows no alias.
CUT_BY: Mapping[str, str] = {
    "Get-Mailbox": "Alias",
    "Get-CASMailbox": "Alias",
    "Get-User": "UserPrincipalName",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a cmdlet's listing; without a kind it is the whole.

    Attributes:
        kind: The kind of mailbox.
        prefix: How names begin.
        rest: Of these, only those that don't go on with a sign of the alphabet.
    """

    kind: str = ""
    prefix: str = ""
    rest: bool = False

    @property
    def name(self) -> str:
        """The part's name in the store: empty for the whole."""
        return f"{self.kind}/{self.prefix}{REST if self.rest else ''}".rstrip("/")

    @property
    def can_be_cut(self) -> bool:
        """There are finer parts."""
        return not self.rest and len(self.prefix) < LONGEST_PREFIX

    def cut(self, cmdlet: str) -> Iterator[Self]:
        """Give the parts that together are this one."""
        if not self.kind:
            yield from (replace(self, kind=kind) for kind in KINDS[cmdlet])
            return
        yield from (replace(self, prefix=self.prefix + sign) for sign in ALPHABET)
        yield replace(self, rest=True)

    def narrow(self, ask: Cmdlet) -> Cmdlet:
        """Make the cmdlet list this part only."""
        more: dict[str, object] = {"RecipientTypeDetails": self.kind} if self.kind else {}
        words = list(self._conditions(CUT_BY.get(ask.name, "")))
        if words:
            more["Filter"] = " -and ".join(words)
        return replace(ask, parameters={**ask.parameters, **more})

    def _conditions(self, name: str) -> Iterator[str]:
        if self.prefix:
            yield f"{name} -like '{self.prefix}*'"
        if self.rest:
            yield from (f"{name} -notlike '{self.prefix}{sign}*'" for sign in ALPHABET)
