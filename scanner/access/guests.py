"""Whether a policy names a user as a guest (dossier §1.2): all guests at once, or by kind and home tenant."""

from collections.abc import Iterator

from scanner.access.formula import NEVER, Formula, Known, Negated, Open, any_of, every_of
from scanner.access.gaps import EvidenceGap, key_of_word
from scanner.model.circumstance import GuestClass
from scanner.model.policy import GuestScope, PeopleScope
from scanner.model.text import Text, say

OLD_GUESTS = "guestsorexternalusers"
GUESTS = (GuestClass.INTERNAL_GUEST, GuestClass.B2B_GUEST, GuestClass.B2B_MEMBER)
# These have no mailbox in the tenant.
WITHOUT_MAILBOX = frozenset({"b2bdirectconnectuser", "otherexternaluser", "serviceprovider"})
KNOWN_TYPES = frozenset(guest.value for guest in GUESTS) | WITHOUT_MAILBOX


def may_name_guests(scope: PeopleScope) -> bool:
    """Tell whether guests are named apart from everybody."""
    return scope.guests is not None or OLD_GUESTS in scope.users


def named_as_guest(scope: PeopleScope, owner: str, guest: GuestClass, every: int) -> Formula:
    """Give when a user of some guest class is named by one side of a policy.

    Args:
        scope: The side.
        owner: Names the side; what can't be read of it is a fact of its own.
        guest: What kind of guest the user is.
        every: All worlds.
    """
    if OLD_GUESTS in scope.users:
        return any_of(_is(kind, guest, every) for kind in GUESTS)
    return any_of(_typed(scope.guests, owner, guest, every)) if scope.guests else NEVER


def _typed(named: GuestScope, owner: str, guest: GuestClass, every: int) -> Iterator[Formula]:
    for kind in GUESTS:
        if kind.value in named.types:
            yield every_of((_is(kind, guest, every), _is_at_home(named, owner, kind, every)))
    anybody = any_of(_is(kind, guest, every) for kind in GUESTS)
    for strange in sorted(named.types - KNOWN_TYPES):
        words = say("the guest type {type} is not known", type=strange)
        gap = EvidenceGap(
            key=key_of_word("guest-type", strange, owner), section="conditional-access-policies", because=words
        )
        yield every_of((anybody, Open(gap=gap)))


def _is(kind: GuestClass, guest: GuestClass, every: int) -> Formula:
    """Give when a user is a guest of a kind; two facts tell the kinds apart, so that no user is of two kinds."""
    if guest is not GuestClass.UNKNOWN:
        return Known(worlds=every) if guest is kind else NEVER
    words = say("whether the user is a guest was not read")
    is_guest, from_abroad = _gap("guest", words), _gap("guest-from-abroad", words)
    return every_of(
        (
            Negated(part=is_guest) if kind is GuestClass.B2B_MEMBER else is_guest,
            Negated(part=from_abroad) if kind is GuestClass.INTERNAL_GUEST else from_abroad,
        )
    )


def _is_at_home(named: GuestScope, owner: str, kind: GuestClass, every: int) -> Formula:
    """Give when a guest's home tenant is one of those named; which one it is was not read of anybody."""
    if kind is GuestClass.INTERNAL_GUEST or (named.understood and named.tenants is None):
        return Known(worlds=every)
    words = say("the home tenant of a guest was not read")
    if not named.understood or not named.tenants:
        return _gap(f"home-tenant:{owner}", words)
    return any_of(_gap(f"home-tenant:{tenant}", words) for tenant in sorted(named.tenants))


def _gap(key: str, because: Text) -> Open:
    return Open(gap=EvidenceGap(key=key, section="users", because=because))
