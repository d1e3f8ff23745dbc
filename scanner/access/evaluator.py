"""All policies of a tenant together: what becomes of one sign-in (dossier §4.3).

Evidence gaps are enumerated outside, what is decided at sending inside. The same answer in all evidence worlds is the
answer; different ones are unknown, and name the gaps.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeVar

from scanner.access.client import EXCHANGE_ONLINE, Client
from scanner.access.conditions import (
    ALL_TRUSTED,
    INSIDER_RISKS,
    LOCATIONS,
    PLATFORMS,
    POLICIES,
    RISKS,
    Surroundings,
    confidence_of,
    highest,
    parts_of,
)
from scanner.access.formula import NEVER, Assumed, Formula, Known, Open, bounds, every_of, gaps_of, leanings
from scanner.access.gaps import EvidenceGap
from scanner.access.grants import asks_only_for_mfa, stop
from scanner.access.membership import Directory
from scanner.access.places import Atlas, Place, is_readable
from scanner.access.scopes import Scopes
from scanner.access.worlds import Dimension, Worlds, told_apart
from scanner.model.circumstance import Member
from scanner.model.frozen import Frozen
from scanner.model.judgement import Confidence, lowest
from scanner.model.policy import LocationKind, NamedLocation, Policy
from scanner.model.section import SectionState
from scanner.model.snapshot import Snapshot
from scanner.model.text import say

V = TypeVar("V", bound=Hashable)

REPORT_ONLY = "enabledforreportingbutnotenforced"
MOST_BRANCHES = 1000  # evidence worlds looked at before the answer is given as unknown


class Access(StrEnum):
    """What Conditional Access does to a sign-in."""

    BLOCKED = "blocked"
    ALLOWED = "allowed"
    DEPENDS = "depends"
    UNKNOWN = "unknown"


class Decision(Frozen, frozen=True, kw_only=True):
    """What becomes of the sign-ins of one circumstance.

    Attributes:
        access: Blocked, allowed, depends or unknown.
        depends_on: What decides at the time of sending.
        gaps: Evidence that is missing, each a reason for "unknown".
        policies: Ids of the policies that stop it, or may.
        confidence: How sure the semantics are of the policies that matter.
        rests_on_mfa: It is blocked, and only by policies that ask for MFA.
    """

    access: Access
    depends_on: tuple[str, ...] = ()
    gaps: tuple[EvidenceGap, ...] = ()
    policies: tuple[str, ...] = ()
    confidence: Confidence = Confidence.HIGH
    rests_on_mfa: bool = False


class Compiled(Frozen, frozen=True, kw_only=True):
    """One policy against one kind of sender: when it stops somebody in its scope.

    Attributes:
        index: Its place in the scopes.
        id: Its id.
        stops: When it stops somebody in its scope.
        reach: The worlds in which it certainly stops them, and those in which it may.
        plain: A user's badge alone tells whether the user is in its scope.
        confidence: How sure its semantics are.
        enforced: False for report-only.
        only_mfa: It asks for MFA and nothing else.
    """

    index: int
    id: str
    stops: Formula
    reach: tuple[int, int]
    plain: bool
    confidence: Confidence
    enforced: bool
    only_mfa: bool


class Stop(NamedTuple):
    """One policy in whose scope a user is or may be.

    Attributes:
        policy: The policy.
        low: Worlds in which it certainly stops the sign-in.
        high: Worlds in which it may.
        formula: When it does, where evidence is missing; ``None`` where ``low`` says it all.
    """

    policy: Compiled
    low: int
    high: int
    formula: Formula | None


class Evaluator:
    """The policies of one snapshot against one kind of sender.

    Args:
        snapshot: Policies and what they refer to.
        client: The sender.
        scopes: The people of ``relevant_policies(snapshot)``.
        source_ips: The sender's public addresses; empty where they aren't known.
    """

    def __init__(self, snapshot: Snapshot, client: Client, scopes: Scopes, source_ips: Sequence[str] = ()) -> None:
        around, self._too_many = surroundings(snapshot, client, scopes.policies, source_ips)
        self._worlds = around.worlds
        self._scopes = scopes
        self._compiled = tuple(compiled_policies(scopes, around))
        self._missing_policies = tuple(gaps_of_section(snapshot))
        self._decided: dict[tuple[Member, bool], Decision] = {}
        self._within = {level: self._worlds.where("user_risk", level.__eq__) or self._worlds.every for level in RISKS}
        self._reported = tuple(policy for policy in self._compiled if not policy.enforced)
        self._ready: dict[tuple[int, bool], list[tuple[int, Stop]]] = {}

    def decide(self, member: Member, *, as_if_enforced: bool = False) -> Decision:
        """Judge the sign-ins of one circumstance.

        Args:
            member: The user, as far as policies tell users apart.
            as_if_enforced: Count report-only policies as enforced (the forecast).
        """
        if as_if_enforced and not any(self._may_include(policy, member) for policy in self._reported):
            as_if_enforced = False
        key = (member, as_if_enforced)
        if key not in self._decided:
            self._decided[key] = self._decide(member, as_if_enforced=as_if_enforced)
        return self._decided[key]

    def effect(self, index: int) -> tuple[Access, bool]:
        """Tell what one policy, by its place in the scopes, does to those in its scope, and whether it is enforced."""
        found = next((policy for policy in self._compiled if policy.index == index), None)
        if found is None:
            return Access.ALLOWED, False
        low, high = found.reach
        if self._too_many:
            return Access.UNKNOWN, found.enforced
        if not high:
            return Access.ALLOWED, found.enforced
        if low == self._worlds.every:
            return Access.BLOCKED, found.enforced
        return (Access.DEPENDS if low == high else Access.UNKNOWN), found.enforced

    def _decide(self, member: Member, *, as_if_enforced: bool) -> Decision:
        if self._too_many:
            return Decision(access=Access.UNKNOWN, gaps=self._too_many, confidence=Confidence.LOW)
        within = self._within.get(member.risk, self._worlds.every)
        ready = self._ready_stops(within, as_if_enforced=as_if_enforced)
        stops = [found for bit, found in ready if member.badge & bit]
        stops.extend(self._other_stops(member, within, as_if_enforced=as_if_enforced))
        doubtful = [stop.formula for stop in stops if stop.formula is not None]
        doubtful.extend(Open(gap=gap) for gap in self._missing_policies)
        certain = 0
        for found in stops:
            certain |= found.low
        if doubtful and certain != within:
            answer = Combination((Known(worlds=certain), *doubtful), self._worlds, within).answer()
        else:
            answer = answer_of(certain, self._worlds, within)
        return decision_of(answer, stops, within)

    def _may_include(self, policy: Compiled, member: Member) -> bool:
        if policy.plain:
            return bool(member.badge >> policy.index & 1)
        return self._scopes.formula(policy.index, member.badge, member.guest, self._worlds.every) != NEVER

    def _ready_stops(self, within: int, *, as_if_enforced: bool) -> list[tuple[int, Stop]]:
        """Give the policies whose scope a badge decides, each with its bit and what it does to those in its scope."""
        key = (within, as_if_enforced)
        if key not in self._ready:
            self._ready[key] = [
                (1 << policy.index, stop_of(policy, policy.stops, policy.reach, within))
                for policy in self._compiled
                if policy.plain and (policy.enforced or as_if_enforced)
            ]
        return self._ready[key]

    def _other_stops(self, member: Member, within: int, *, as_if_enforced: bool) -> Iterator[Stop]:
        """Give the policies in whose scope a user is or may be, where more than the badge decides."""
        for policy in self._compiled:
            if policy.plain or not (policy.enforced or as_if_enforced):
                continue
            scope = self._scopes.formula(policy.index, member.badge, member.guest, self._worlds.every)
            if scope != NEVER:
                formula = every_of((scope, policy.stops))
                yield stop_of(policy, formula, bounds(formula, {}, within), within)


def stop_of(policy: Compiled, formula: Formula, reach: tuple[int, int], within: int) -> Stop:
    """Note what a policy does in the worlds that are possible."""
    low, high = reach
    return Stop(policy, low & within, high & within, formula if low != high else None)


def decision_of(answer: "Answer", stops: Sequence[Stop], within: int) -> Decision:
    """Add to an answer which policies it rests on, and how sure their semantics are."""
    may_stop = [found.policy for found in stops if found.high]
    alone = [found.policy for found in stops if found.low == within]
    shown = alone or may_stop
    if answer.access is Access.BLOCKED and alone:
        confidence = highest(*(policy.confidence for policy in alone))
    else:
        confidence = lowest(*(found.policy.confidence for found in stops))
    return Decision(
        access=answer.access,
        depends_on=answer.depends_on,
        gaps=answer.gaps,
        policies=tuple(policy.id for policy in shown),
        confidence=confidence,
        rests_on_mfa=bool(shown) and all(policy.only_mfa for policy in shown),
    )


class Answer(Frozen, frozen=True, kw_only=True):
    """What all formulas together say."""

    access: Access
    depends_on: tuple[str, ...] = ()
    gaps: tuple[EvidenceGap, ...] = ()


class Combination:
    """The union of all policies: any of them stops the sign-in.

    Args:
        formulas: When each stops it.
        worlds: What is decided at the time of sending.
        within: The worlds that are possible.
    """

    def __init__(self, formulas: Iterable[Formula], worlds: Worlds, within: int) -> None:
        self._formulas = tuple(formulas)
        self._worlds = worlds
        self._within = within
        self._seen: dict[Access, set[str]] = {}

    def answer(self) -> Answer:
        """Compare all evidence worlds; the two extremes come first, since mostly they differ already."""
        relevant = self._relevant({})
        for extreme in self._extremes():
            self._note(self._reach(extreme)[0])
        if not (len(self._seen) == 1 and self._explore()):
            return Answer(access=Access.UNKNOWN, gaps=relevant)
        access, depends_on = next(iter(self._seen.items()))
        named = tuple(dimension.name for dimension in self._worlds.dimensions if dimension.name in depends_on)
        return Answer(access=access, depends_on=named)

    def _extremes(self) -> Iterator[Assumed]:
        """Give the assumptions that stop the fewest and the most, as far as one gap does not do both."""
        fewest = {key: not stops for formula in self._formulas for key, stops in leanings(formula)}
        yield fewest
        yield {key: not value for key, value in fewest.items()}

    def _explore(self) -> bool:
        """Go through the evidence worlds; tell whether all were seen and gave one answer."""
        pending: list[Assumed] = [{}]
        for _ in range(MOST_BRANCHES):
            if not pending or len(self._seen) > 1:
                break
            assumed = pending.pop()
            low, high = self._reach(assumed)
            if low in {high, self._within}:
                self._note(low)
            else:
                gap = self._relevant(assumed)[0]
                pending.extend({**assumed, gap.key: value} for value in (False, True))
        return not pending and len(self._seen) == 1

    def _reach(self, assumed: Assumed) -> tuple[int, int]:
        low = high = 0
        for formula in self._formulas:
            one_low, one_high = bounds(formula, assumed, self._within)
            low, high = low | one_low, high | one_high
        return low, high

    def _relevant(self, assumed: Assumed) -> tuple[EvidenceGap, ...]:
        """Give the gaps of formulas that could still add a world in which the sign-in is stopped."""
        certain = self._reach(assumed)[0]
        found: dict[str, EvidenceGap] = {}
        for formula in self._formulas:
            low, high = bounds(formula, assumed, self._within)
            if low != high and high & ~certain:
                found |= {gap.key: gap for gap in gaps_of(formula) if gap.key not in assumed}
        return tuple(found[key] for key in sorted(found))

    def _note(self, stopped: int) -> None:
        found = answer_of(stopped, self._worlds, self._within)
        self._seen.setdefault(found.access, set()).update(found.depends_on)


def answer_of(stopped: int, worlds: Worlds, within: int) -> Answer:
    """Say what it means that a sign-in is stopped in some of the possible worlds."""
    if stopped == within:
        return Answer(access=Access.BLOCKED)
    if not stopped:
        return Answer(access=Access.ALLOWED)
    return Answer(access=Access.DEPENDS, depends_on=worlds.deciding(stopped, within))


def surroundings(
    snapshot: Snapshot, client: Client, policies: Sequence[Policy], source_ips: Sequence[str]
) -> tuple[Surroundings, tuple[EvidenceGap, ...]]:
    """Gather what policies are judged against, and a gap where there are too many worlds to judge them in."""
    names = location_names(policies)
    atlas = Atlas(locations_asked_for(names, snapshot.named_locations))
    worlds, too_many = worlds_of(tuple(dimensions(policies, names, atlas, client, source_ips)))
    around = Surroundings(
        client=client,
        worlds=worlds,
        atlas=atlas,
        locations=snapshot.state_of(LOCATIONS),
        by_gps=frozenset(location.id for location in snapshot.named_locations if location.by_gps),
        source_known=bool(source_ips),
        exchange=next((row for row in snapshot.service_principals if row.app_id == EXCHANGE_ONLINE), None),
    )
    return around, too_many


def relevant_policies(snapshot: Snapshot) -> tuple[Policy, ...]:
    """Give the policies that are about people and may be enforced or forecast, in a fixed order."""
    kept = (policy for policy in snapshot.policies if policy.workload is None and policy.state != "disabled")
    return tuple(sorted(kept, key=lambda policy: policy.id))


def people_of(snapshot: Snapshot) -> Scopes:
    """Resolve the people of the relevant policies."""
    return Scopes(relevant_policies(snapshot), Directory(snapshot))


def can_be_judged(location: NamedLocation) -> bool:
    """Tell whether a location tells places apart; one that is looked up by GPS does not."""
    return is_readable(location) and not location.by_gps and location.kind is not LocationKind.UNKNOWN


def location_names(policies: Iterable[Policy]) -> frozenset[str]:
    """Give the locations that policies name, by id or by a word."""
    sides = (policy.conditions.locations for policy in policies)
    return frozenset(name for side in sides if side for name in side.include | side.exclude)


def locations_asked_for(names: frozenset[str], locations: Iterable[NamedLocation]) -> Iterator[NamedLocation]:
    """Give the locations that can be judged and that some policy asks for: others would only multiply the worlds."""
    for location in locations:
        if can_be_judged(location) and (location.id in names or (location.trusted and ALL_TRUSTED in names)):
            yield location


def worlds_of(found: Sequence[Dimension]) -> tuple[Worlds, tuple[EvidenceGap, ...]]:
    """Make the worlds; where they are too many to go through, that is the reason for every "unknown"."""
    try:
        return Worlds(found), ()
    except OverflowError as error:
        words = say("the policies have too many conditions to judge together: {reason}", reason=str(error))
        return Worlds(()), (EvidenceGap(key="worlds", section=POLICIES, because=words),)


def compiled_policies(scopes: Scopes, around: Surroundings) -> Iterator[Compiled]:
    """Turn policies into formulas; those that never stop this sender are left out."""
    for index, policy in enumerate(scopes.policies):
        stopping = stop(policy, around)
        parts = (*parts_of(policy, around), stopping)
        formula = every_of(part.formula for part in parts)
        confidence = confidence_of(parts)
        if scopes.through_group(index) and formula != NEVER:
            confidence = lowest(confidence, Confidence.MEDIUM)
        if not scopes.is_understood(index) and formula != NEVER:
            confidence = Confidence.LOW
        if formula != NEVER or confidence is not Confidence.HIGH:
            yield Compiled(
                index=index,
                id=policy.id,
                stops=formula,
                reach=bounds(formula, {}, around.worlds.every),
                plain=scopes.is_plain(index),
                confidence=confidence,
                enforced=policy.state != REPORT_ONLY,
                only_mfa=asks_only_for_mfa(policy),
            )


def gaps_of_section(snapshot: Snapshot) -> Iterator[EvidenceGap]:
    """Give the gap of policies that were not read at all."""
    state = snapshot.state_of(POLICIES)
    if state is SectionState.MISSING:
        words = say("Conditional Access policies were not read")
        yield EvidenceGap(key="policies", section=POLICIES, because=words)
    elif state is SectionState.PARTIAL:
        words = say("only a part of the Conditional Access policies was read")
        yield EvidenceGap(key="policies", section=POLICIES, because=words)


def dimensions(
    policies: Sequence[Policy], names: frozenset[str], atlas: Atlas, client: Client, source_ips: Sequence[str]
) -> Iterator[Dimension]:
    """Give what is decided at the time of sending, as far as a policy asks for it."""
    conditions = [policy.conditions for policy in policies]
    if any(item.locations for item in conditions):
        places = atlas.at(source_ips) if source_ips else atlas.everywhere()
        yield distinct("location", places, signature_in(atlas, names))
    sign_in = [item.sign_in_risk for item in conditions if item.sign_in_risk]
    if sign_in:
        yield distinct("sign_in_risk", RISKS, membership_in(sign_in))
    if any(item.user_risk for item in conditions):
        yield Dimension(name="user_risk", values=RISKS)  # whole: a user's own level chooses one of them
    insider = [item.insider_risk for item in conditions if item.insider_risk]
    if insider:
        yield distinct("insider_risk", INSIDER_RISKS, membership_in(insider))
    if any(item.times for item in conditions):
        yield Dimension(name="time", values=(False, True))
    platforms = [
        side for item in conditions if item.platforms for side in (item.platforms.include, item.platforms.exclude)
    ]
    if client.names_platform and platforms:
        yield distinct("device", (*sorted(PLATFORMS), ""), membership_in(platforms))


def distinct(name: str, values: Iterable[V], signature: Callable[[V], Hashable]) -> Dimension:
    """Give a dimension whose values some condition tells apart."""
    kept = told_apart(values, signature)
    return Dimension(name=name, values=kept)


def membership_in(sets: Sequence[frozenset[str]]) -> Callable[[str], Hashable]:
    """Give the function that tells words apart as some sets do."""
    return lambda word: tuple(word in words for words in sets)


def signature_in(atlas: Atlas, names: frozenset[str]) -> Callable[[Place], Hashable]:
    """Give the function that tells places apart as the named locations do."""
    ids = sorted(names & atlas.locations.keys())
    by_trust = ALL_TRUSTED in names
    return lambda place: (
        tuple(atlas.contains(location_id, place) for location_id in ids),
        by_trust and (place.mfa_trusted or atlas.is_trusted(place)),
    )
