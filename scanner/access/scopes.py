"""Which policies a user is in, as one integer per user, so that a million users have a few thousand circumstances."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy

from scanner.access.formula import NEVER, Formula, Known, Negated, Open, any_of, bounds, every_of
from scanner.access.gaps import EvidenceGap, key_of_word
from scanner.access.guests import OLD_GUESTS, may_name_guests, named_as_guest
from scanner.access.membership import Directory, Members
from scanner.model.circumstance import GuestClass, Member
from scanner.model.directory import UserRow
from scanner.model.frozen import Frozen
from scanner.model.policy import PeopleScope, Policy
from scanner.model.text import say

EVERYBODY = "all"
INVITED_MARK = "#ext#"


def guest_class_of(user: UserRow | None) -> GuestClass:
    """Tell members from guests, and guests with a home elsewhere from internal ones."""
    if user is None or not isinstance(user.user_type, str):
        return GuestClass.UNKNOWN
    invited = INVITED_MARK in user.sign_in_name.lower() or (
        isinstance(user.creation_type, str) and user.creation_type.lower() == "invitation"
    )
    match user.user_type.lower():
        case "member":
            return GuestClass.B2B_MEMBER if invited else GuestClass.MEMBER
        case "guest":
            return GuestClass.B2B_GUEST if invited else GuestClass.INTERNAL_GUEST
        case _:
            return GuestClass.UNKNOWN


class Side(Frozen, frozen=True, kw_only=True):
    """What is known of one side (include or exclude) of one policy's people, beside the marks of single users."""

    everybody: bool
    doubts: Formula
    through_group: bool
    understood: bool


class Scopes:
    """The people of the policies that can matter.

    A user's badge has one bit per policy for "certainly included", and above them one for "certainly excluded".

    Args:
        policies: The policies, in a fixed order.
        directory: Groups and roles.
    """

    def __init__(self, policies: Sequence[Policy], directory: Directory) -> None:
        self.policies = tuple(policies)
        self._width = len(self.policies)
        self._numbers = directory.numbers
        self._direct: dict[str, int] = {}
        self._sides: list[tuple[Side, Side]] = []
        marks_of_source: dict[tuple[str, str], int] = {}
        for index, policy in enumerate(self.policies):
            sides = (
                self._side(policy.include, f"{policy.id}:include", 1 << index, directory, marks_of_source),
                self._side(
                    policy.exclude, f"{policy.id}:exclude", 1 << (index + self._width), directory, marks_of_source
                ),
            )
            self._sides.append(sides)
        self._everybody = self._bits_of_everybody()
        self._marks = self._spread(marks_of_source, directory)
        self._with_exclusion_gaps = self._bits_of_exclusion_gaps()

    def badges(self, user_ids: Iterable[str]) -> Iterator[int]:
        """Give the badges of many users in their normal form; what is seen once is not worked out again."""
        normal: dict[int, int] = {}
        number_of, marks, direct, everybody = self._numbers.get, self._marks, self._direct, self._everybody
        last = len(marks)
        for user_id in user_ids:
            number = number_of(user_id, last)
            raw = (marks[number] if number < last else 0) | everybody
            if user_id in direct:
                raw |= direct[user_id]
            badge = normal.get(raw)
            if badge is None:
                badge = normal[raw] = self.normal(raw)
            yield badge

    def normal(self, marks: int) -> int:
        """Bring marks into their normal form: users whom no policy tells apart have one badge."""
        excluded = marks >> self._width
        included = marks & ((1 << self._width) - 1) & ~excluded
        return included | (excluded & self._with_exclusion_gaps) << self._width

    def restated(self, policies: Mapping[str, Policy]) -> "Scopes":
        """Give the same people for policies of which only states differ, by their ids."""
        scopes = copy(self)
        scopes.policies = tuple(policies[policy.id] for policy in self.policies)
        return scopes

    def without(self, badge: int, index: int) -> int:
        """Give the badge that a user has once one policy excludes it by name."""
        return self.normal(badge | 1 << (index + self._width))

    def includes(self, index: int, member: Member) -> bool | None:
        """Tell whether a user is in the scope of one policy; ``None`` where that isn't known."""
        low, high = bounds(self.formula(index, member.badge, member.guest, 1), {}, 1)
        return bool(low) if low == high else None

    def through_group(self, index: int) -> bool:
        """Tell whether a policy's people come through a role that is held through a group."""
        return any(side.through_group for side in self._sides[index])

    def is_understood(self, index: int) -> bool:
        """Tell whether all words among a policy's people are known."""
        return all(side.understood for side in self._sides[index])

    def is_plain(self, index: int) -> bool:
        """Tell whether badges alone decide who is in the scope of a policy."""
        policy = self.policies[index]
        return all(side.doubts == NEVER for side in self._sides[index]) and not (
            may_name_guests(policy.include) or may_name_guests(policy.exclude)
        )

    def formula(self, index: int, badge: int, guest: GuestClass, every: int) -> Formula:
        """Give when a user is in the scope of one policy.

        Args:
            index: The policy's place in ``policies``.
            badge: The user's badge.
            guest: What kind of guest the user is.
            every: All worlds.
        """
        include, exclude = self._sides[index]
        policy = self.policies[index]
        sure = Known(worlds=every)
        included = (
            sure if badge >> index & 1 else _unmarked(policy.include, include, f"{policy.id}:include", guest, every)
        )
        if included == NEVER or badge >> (index + self._width) & 1:
            return NEVER
        excluded = _unmarked(policy.exclude, exclude, f"{policy.id}:exclude", guest, every)
        return included if excluded == NEVER else every_of((included, Negated(part=excluded)))

    def _side(
        self,
        scope: PeopleScope,
        owner: str,
        bit: int,
        directory: Directory,
        marks_of_source: dict[tuple[str, str], int],
    ) -> Side:
        doubts: dict[str, Formula] = {}
        through_group = False
        for user_id in scope.users - {EVERYBODY, OLD_GUESTS}:
            self._direct[user_id] = self._direct.get(user_id, 0) | bit
        for source in _sources(scope):
            members = members_of(source, directory)
            marks_of_source[source] = marks_of_source.get(source, 0) | bit
            doubts |= {gap.key: Open(gap=gap) for gap in members.gaps}
            through_group = through_group or members.through_group
        strange = {gap.key: Open(gap=gap) for gap in strange_words(scope, owner, directory)}
        return Side(
            everybody=EVERYBODY in scope.users,
            doubts=any_of((doubts | strange).values()),
            through_group=through_group,
            understood=not strange,
        )

    def _spread(self, marks_of_source: Mapping[tuple[str, str], int], directory: Directory) -> list[int]:
        found = {source: members_of(source, directory) for source in marks_of_source}
        marks = [0] * len(directory.numbers)
        for source, bits in marks_of_source.items():
            for part in found[source].numbers:
                for number in part:
                    marks[number] |= bits
        return marks

    def _bits_of_everybody(self) -> int:
        bits = 0
        for index, (include, exclude) in enumerate(self._sides):
            bits |= include.everybody << index | exclude.everybody << (index + self._width)
        return bits

    def _bits_of_exclusion_gaps(self) -> int:
        return sum(
            1 << index
            for index, policy in enumerate(self.policies)
            if self._sides[index][0].doubts != NEVER or may_name_guests(policy.include)
        )


def _unmarked(scope: PeopleScope, side: Side, owner: str, guest: GuestClass, every: int) -> Formula:
    """Give when one side names a user whose badge doesn't show it."""
    if not may_name_guests(scope):
        return side.doubts
    return any_of((side.doubts, named_as_guest(scope, owner, guest, every)))


def _sources(scope: PeopleScope) -> Iterator[tuple[str, str]]:
    yield from (("group", group_id) for group_id in sorted(scope.groups))
    yield from (("role", role_id) for role_id in sorted(scope.roles))


def is_id(name: str) -> bool:
    """Tell ids from words: every id that the provider gives has a digit and a hyphen."""
    return "-" in name and any(mark.isdigit() for mark in name)


def strange_words(scope: PeopleScope, owner: str, directory: Directory) -> Iterator[EvidenceGap]:
    """Give a gap for every word among users and roles that no list and no page knows: whom it means is not known."""
    for name in sorted((scope.users - {EVERYBODY, OLD_GUESTS}) | scope.roles):
        if not is_id(name) and not directory.knows(name):
            words = say("whom the word {word} means in a policy is not known", word=name)
            gap = key_of_word("word", name, owner)
            yield EvidenceGap(key=gap, section="conditional-access-policies", because=words)


def members_of(source: tuple[str, str], directory: Directory) -> Members:
    """Resolve a group or a role."""
    kind, name = source
    return directory.group(name) if kind == "group" else directory.role(name)
