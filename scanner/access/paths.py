"""Why a user is in or out of a policy, told as a path through groups and roles (for ``explain``)."""

from collections.abc import Iterator

from scanner.access.formula import bounds
from scanner.access.guests import named_as_guest
from scanner.access.membership import Directory
from scanner.access.scopes import EVERYBODY
from scanner.model.circumstance import GuestClass
from scanner.model.frozen import Frozen
from scanner.model.policy import PeopleScope, Policy
from scanner.model.text import Text, say


class ScopePath(Frozen, frozen=True, kw_only=True):
    """How one side of a policy names a user.

    Attributes:
        side: ``include`` or ``exclude``.
        known: False where only missing evidence could tell.
        because: The way, e.g. through which groups.
    """

    side: str
    known: bool
    because: Text


def paths_to(policy: Policy, user_id: str, guest: GuestClass, directory: Directory) -> Iterator[ScopePath]:
    """Give every way in which a policy includes or excludes a user, exclusions last since they win."""
    yield from _side_paths("include", policy.include, user_id, guest, directory)
    yield from _side_paths("exclude", policy.exclude, user_id, guest, directory)


def _side_paths(
    side: str, scope: PeopleScope, user_id: str, guest: GuestClass, directory: Directory
) -> Iterator[ScopePath]:
    if EVERYBODY in scope.users:
        yield ScopePath(side=side, known=True, because=say("all users"))
    if user_id in scope.users:
        yield ScopePath(side=side, known=True, because=say("named directly"))
    for group_id in sorted(scope.groups):
        yield from _group_paths(side, group_id, user_id, directory)
    for role_id in sorted(scope.roles):
        yield from _role_paths(side, role_id, user_id, directory)
    yield from _guest_paths(side, scope, guest)


def _group_paths(side: str, group_id: str, user_id: str, directory: Directory) -> Iterator[ScopePath]:
    members = directory.group(group_id)
    if members.include(directory.numbers.get(user_id, -1)):
        chain = " > ".join(directory.name_of(step) for step in directory.path(user_id, group_id))
        yield ScopePath(side=side, known=True, because=say("member of {path}", path=chain))
        return
    for gap in members.gaps:
        yield ScopePath(side=side, known=False, because=gap.because)


def _role_paths(side: str, role_id: str, user_id: str, directory: Directory) -> Iterator[ScopePath]:
    members = directory.role(role_id)
    if members.include(directory.numbers.get(user_id, -1)):
        yield ScopePath(side=side, known=True, because=say("holds the role {role}", role=role_id))
        return
    for gap in members.gaps:
        yield ScopePath(side=side, known=False, because=gap.because)


def _guest_paths(side: str, scope: PeopleScope, guest: GuestClass) -> Iterator[ScopePath]:
    low, high = bounds(named_as_guest(scope, side, guest, 1), {}, 1)
    if low:
        yield ScopePath(side=side, known=True, because=say("a guest of the type {type}", type=guest.value))
    elif high:
        yield ScopePath(side=side, known=False, because=say("whether the user is a guest of that kind isn't known"))
