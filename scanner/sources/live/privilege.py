"""What a token allows beyond reading (trust.md T19): told from the names of its permissions, which are a fixed form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# Resource.Read, Resource.Read.Constraint, ReadBasic alike; ReadWrite, FullControl, Send and all other verbs do more.
READING: Final = re.compile(r"\.Read(?:Basic)?(?:\.|$)")
# What only says who signed in.
IDENTITY: Final = frozenset({"openid", "profile", "email", "offline_access"})
# They let a caller into Exchange; what it may do there is decided by a role that no token names (facts/apis.md §1.7).
EXCHANGE_ENTRY: Final = frozenset({"Exchange.ManageAsApp", "Exchange.ManageAsAppV2", "Exchange.Manage"})
# What delivers reports, and reads no evidence (facts/apis.md §2.7).
SENDING: Final = frozenset({"Mail.Send", "SMTP.Send", "SMTP.SendAsApp"})
# Directory roles that change nothing, by their template ids (Microsoft Entra built-in roles).
READING_ROLES: Final = frozenset(
    {
        "f2ef992c-3afb-46b9-b7cf-a126ee74c451",  # Global Reader
        "5d6b6bb7-de71-4623-b4af-96380a352509",  # Security Reader
        "4a5d8f65-41da-4de4-8968-e035b65339cf",  # Reports Reader
        "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",  # Directory Readers
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What one token holds.

    Attributes:
        service: ``graph`` or ``exchange``.
        delegated: It acts for somebody who signed in; ``permissions`` then are scopes, not roles.
        permissions: Their names, sorted.
    """

    service: str
    delegated: bool
    permissions: tuple[str, ...]

    @classmethod
    def of(cls, service: str, claims: Mapping[str, object]) -> "Holding":
        """Read it from a token's claims.

        Args:
            service: ``graph`` or ``exchange``.
            claims: What the token says of itself: ``roles`` is a list, ``scp`` words in one string.
        """
        roles, scopes = claims.get("roles"), claims.get("scp")
        named = [str(role) for role in roles] if isinstance(roles, list) else []
        spoken = scopes.split() if isinstance(scopes, str) else []
        return cls(service=service, delegated=isinstance(scopes, str), permissions=tuple(sorted({*named, *spoken})))

    @property
    def writing(self) -> tuple[str, ...]:
        """Permissions that allow more than reading and delivering reports."""
        spared = IDENTITY | EXCHANGE_ENTRY | SENDING
        return tuple(name for name in self.permissions if name not in spared and not READING.search(name))

    @property
    def sending(self) -> tuple[str, ...]:
        """Permissions that allow to send mail."""
        return tuple(name for name in self.permissions if name in SENDING)

    @property
    def enters_exchange(self) -> bool:
        """It lets its holder into Exchange, and doesn't say what for."""
        return not EXCHANGE_ENTRY.isdisjoint(self.permissions)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryRole:
    """A directory role that the application or the person holds.

    Attributes:
        template_id: Its template id.
        name: Its name.
    """

    template_id: str
    name: str

    @property
    def is_reading(self) -> bool:
        """It is known to change nothing."""
        return self.template_id in READING_ROLES
