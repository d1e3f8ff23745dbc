"""Conditional Access evaluated naively, from the facts alone: every world is gone through with plain booleans.

Nothing of scanner.access is used here. What was not read is asked of an oracle, which answers both ways, one world
after the other; what is decided at the time of sending is a plain product of values.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product

from scanner.model.directory import GroupRow, RiskyUserRow, UserRow
from scanner.model.judgement import Method
from scanner.model.policy import Grant, GuestScope, LocationKind, NamedLocation, PeopleScope, Policy, RuleFilter, Sides
from scanner.model.section import SectionState
from scanner.model.snapshot import Snapshot

EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CLAUSE = re.compile(r"([\w.]+)\s+(-\w+)\s+(\[[^\]]*\]|\"[^\"]*\"|'[^']*'|\w+)", re.IGNORECASE)
JOINED = re.compile(r"(\s|[()]|\b(True|False|and|or|not)\b)*")
SENTINEL = "unknownfuturevalue"
REPORT_ONLY = "enabledforreportingbutnotenforced"
CONTROLS = {
    "block",
    "mfa",
    "compliantdevice",
    "domainjoineddevice",
    "approvedapplication",
    "compliantapplication",
    "passwordchange",
    "riskremediation",
    "strength",
    "terms",
    "custom",
}
BY_A_PERSON = {"mfa", "passwordchange", "riskremediation", "strength", "terms", "custom"}
HARMLESS_SESSIONS = {
    "applicationenforcedrestrictions",
    "cloudappsecurity",
    "continuousaccessevaluation",
    "disableresiliencedefaults",
    "globalsecureaccessfilteringprofile",
    "persistentbrowser",
    "signinfrequency",
}
PLATFORMS = ("android", "ios", "windows", "windowsphone", "macos", "linux")
OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "eq": lambda value, wanted: value == wanted,
    "startswith": lambda value, wanted: value.startswith(wanted),
    "endswith": lambda value, wanted: value.endswith(wanted),
    "contains": lambda value, wanted: wanted in value,
    "in": lambda value, wanted: value == wanted,
}
NEGATIVES = {
    "ne": "eq",
    "notstartswith": "startswith",
    "notendswith": "endswith",
    "notcontains": "contains",
    "notin": "in",
}

Ask = Callable[[str], bool]
World = Mapping[str, object]


class NotReadError(LookupError):
    """A fact that was not read was asked for, and this world says nothing of it yet."""


@dataclass(frozen=True)
class Sender:
    """Who signs in, with what, and from where if that is known."""

    user: str
    method: Method = Method.BASIC
    source_ips: tuple[str, ...] = ()
    forecast: bool = False

    @property
    def app_type(self) -> str:
        return "other" if self.method is Method.BASIC else "mobileappsanddesktopclients"


@dataclass(frozen=True)
class Place:
    """One place: an address, the country it may be in, and two things that no address tells."""

    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    country: str
    mfa_trusted: bool
    compliant: bool


@dataclass(frozen=True)
class Answer:
    """What becomes of the sign-in; gaps are named by the section (or fact) that is missing."""

    access: str
    depends_on: frozenset[str] = frozenset()
    gaps: frozenset[str] = frozenset()


def evaluate(snapshot: Snapshot, sender: Sender) -> Answer:
    """Go through every evidence world, and in each through every world of the moment of sending."""
    tenant = Naive(snapshot, sender)
    leaves = list(evidence_worlds(tenant.outcome, {}))
    outcomes = {outcome for _, (outcome, _) in leaves}
    if len(outcomes) == 1:
        return Answer(access=outcomes.pop(), depends_on=frozenset().union(*(names for _, (_, names) in leaves)))
    flips = {
        key
        for one, (outcome, _) in leaves
        for other, (another, _) in leaves
        if outcome != another
        if (key := only_difference(one, other))
    }
    return Answer(access="unknown", gaps=frozenset(section_of(key) for key in flips))


def evidence_worlds(
    outcome: Callable[[Ask], tuple[str, frozenset[str]]], assumed: Mapping[str, bool]
) -> Iterator[tuple[Mapping[str, bool], tuple[str, frozenset[str]]]]:
    """Give every assumption about what was not read, as far as it is asked for, with its outcome."""

    def ask(key: str) -> bool:
        if key not in assumed:
            raise NotReadError(key)
        return assumed[key]

    try:
        found = outcome(ask)
    except NotReadError as missing:
        for value in (True, False):
            yield from evidence_worlds(outcome, {**assumed, missing.args[0]: value})
    else:
        yield assumed, found


def only_difference(one: Mapping[str, bool], other: Mapping[str, bool]) -> str:
    """Name the one assumption in which two worlds differ; "" where they differ in more."""
    different = [key for key in one if key in other and one[key] != other[key]]
    return different[0] if len(different) == 1 else ""


def section_of(key: str) -> str:
    """Name what is missing by the first word of a gap's key."""
    return key.split("|", 1)[0]


class Naive:
    """One tenant and one sender."""

    def __init__(self, snapshot: Snapshot, sender: Sender) -> None:
        self.snapshot = snapshot
        self.sender = sender
        self.groups = joined_pages(snapshot)
        self.people = {user.id for user in snapshot.users} | {str(row.entra_id) for row in snapshot.mailboxes}
        self.policies = [policy for policy in snapshot.policies if policy.workload is None]
        self.worlds = list(self.moments())

    def outcome(self, ask: Ask) -> tuple[str, frozenset[str]]:
        """Tell what becomes of the sign-in when nothing is unread any more."""
        everywhere = self.snapshot.state_of("conditional-access-policies") is not SectionState.COMPLETE and ask(
            "conditional-access-policies|others"
        )
        able = [policy for policy in self.policies if self.can_stop(policy, ask)]
        stopped = {
            key: everywhere or any(self.holds(policy, world, ask) for policy in able) for key, world in self.worlds
        }
        if all(stopped.values()):
            return "blocked", frozenset()
        if not any(stopped.values()):
            return "allowed", frozenset()
        return "depends", frozenset(deciding(stopped, [name for name, _ in self.variables]))

    def can_stop(self, policy: Policy, ask: Ask) -> bool:
        """Tell whether one policy stops the sign-in when its conditions hold: it is in force, about it, and not met."""
        return (
            self.in_force(policy, ask)
            and self.is_about_exchange(policy, ask)
            and self.is_about_client(policy, ask)
            and self.is_about_user(policy, ask)
            and (self.unmet(policy, ask) or session_stops(policy, ask))
        )

    # --- what is decided at the time of sending

    def moments(self) -> Iterator[tuple[tuple[int, ...], World]]:
        """Give every combination of what is only known at the time of sending."""
        self.variables = list(self.runtime_variables())
        names = [name for name, _ in self.variables]
        for indices in product(*(range(len(values)) for _, values in self.variables)):
            values = [values[index] for index, (_, values) in zip(indices, self.variables, strict=True)]
            yield indices, dict(zip(names, values, strict=True))

    def runtime_variables(self) -> Iterator[tuple[str, Sequence[object]]]:
        conditions = [policy.conditions for policy in self.policies]
        if any(item.locations for item in conditions):
            yield "location", list(self.places())
        if any(item.sign_in_risk for item in conditions):
            yield "sign_in_risk", ["none", "low", "medium", "high"]
        if any(item.user_risk for item in conditions):
            level = self.user_risk()
            yield "user_risk", [level] if level else ["none", "low", "medium", "high"]
        if any(item.insider_risk for item in conditions):
            yield "insider_risk", ["none", "minor", "moderate", "elevated"]
        if any(item.times for item in conditions):
            yield "time", [False, True]
        if self.sender.method is Method.OAUTH_DELEGATED and any(item.platforms for item in conditions):
            yield "device", [*PLATFORMS, "something else"]

    def places(self) -> Iterator[Place]:
        named = {
            name
            for policy in self.policies
            if policy.conditions.locations
            for name in policy.conditions.locations.include | policy.conditions.locations.exclude
        }
        known = [
            location
            for location in self.snapshot.named_locations
            if readable(location) and (location.id in named or (location.trusted and "alltrusted" in named))
        ]
        countries = {"(none)", "(other)"}.union(*(location.countries for location in known))
        on_network = [False, True] if any(item.kind is LocationKind.COMPLIANT_NETWORK for item in known) else [False]
        given = [ipaddress.ip_address(text) for text in self.sender.source_ips]
        mfa_trusted = [False] if given or "alltrusted" not in named else [False, True]
        for address in given or edges(known):
            for country, trusted, compliant in product(sorted(countries), mfa_trusted, on_network):
                yield Place(address=address, country=country, mfa_trusted=trusted, compliant=compliant)

    def user_risk(self) -> str:
        """Give the user's risk as far as it is known: "" where it isn't."""
        rows = [row for row in self.snapshot.risky_users if row.id == self.sender.user]
        if rows:
            return level_of(rows[-1])
        return "none" if self.snapshot.is_complete("risky-users") else ""

    # --- one condition after the other

    def in_force(self, policy: Policy, ask: Ask) -> bool:
        if policy.deleted or policy.state == "disabled":
            return False
        if policy.state == REPORT_ONLY:
            return self.sender.forecast
        return policy.state == "enabled" or ask(f"conditional-access-policies|{policy.id} state")

    def is_about_exchange(self, policy: Policy, ask: Ask) -> bool:
        scope = policy.resources
        key = f"conditional-access-policies|{policy.id} resource"
        included = names_exchange(scope.include, f"{key} in", ask)
        excluded = names_exchange(scope.exclude, f"{key} out", ask)
        if scope.filter is None:
            return included and not excluded
        if scope.filter.mode not in {"include", "exclude"}:
            return not excluded and ask(f"conditional-access-policies|{policy.id} applicationFilter")
        if scope.filter.mode == "include":
            return not excluded and (included or self.is_filtered(policy, scope.filter, ask))
        return included and not excluded and not self.is_filtered(policy, scope.filter, ask)

    def is_filtered(self, policy: Policy, rule: RuleFilter, ask: Ask) -> bool:
        exchange = [row for row in self.snapshot.service_principals if row.app_id == EXCHANGE]
        if not exchange or exchange[0].attributes is None:
            return ask(f"service-principals|{rule.rule.lower()}")
        attributes = dict(exchange[0].attributes)
        found = rule_holds(rule.rule, lambda name: attributes.get(name.rpartition(".")[2], ()))
        return ask(f"conditional-access-policies|{policy.id} applicationFilter") if found is None else found

    def is_about_client(self, policy: Policy, ask: Ask) -> bool:
        types = policy.conditions.client_app_types
        key = f"conditional-access-policies|{policy.id} clientAppTypes"
        if types is None:
            return ask(key)
        known = {"all", "browser", "mobileappsanddesktopclients", "exchangeactivesync", "eassupported", "other"}
        return not types or bool(types & {"all", self.sender.app_type}) or any_unknown(types - known, key, ask)

    def is_about_user(self, policy: Policy, ask: Ask) -> bool:
        return self.is_named(policy.include, f"{policy.id} include", ask) and not self.is_named(
            policy.exclude, f"{policy.id} exclude", ask
        )

    def is_named(self, scope: PeopleScope, owner: str, ask: Ask) -> bool:
        """Tell whether one side of a policy names the user; certain ways first, for nothing is asked then."""
        if scope.users & {"all", self.sender.user}:
            return True
        ways: list[Callable[[Ask], bool]] = [
            *(lambda answer, group=group: self.is_in_group(group, answer) for group in sorted(scope.groups)),
            *(lambda answer, role=role: self.holds_role(role, answer) for role in sorted(scope.roles)),
            lambda answer: self.is_named_guest(scope, owner, answer),
            lambda answer: self.is_meant_by_a_word(scope, owner, answer),
        ]
        return any(way(no_to_all) for way in ways) or any(way(ask) for way in ways)

    def is_meant_by_a_word(self, scope: PeopleScope, owner: str, ask: Ask) -> bool:
        """Whom an unknown word means is not known; the sentinel may hide another word each time."""
        words = {name for name in scope.users | scope.roles if not GUID.fullmatch(name)}
        return any(
            ask(f"conditional-access-policies|word {word} {owner if word == SENTINEL else ''}")
            for word in sorted(words - {"all", "guestsorexternalusers"})
        )

    def is_in_group(self, group_id: str, ask: Ask) -> bool:
        reached, queue = {group_id}, [group_id]
        while queue:
            group = self.groups.get(queue.pop())
            inside = self.nested(group) if group and group.exists else set()
            queue += inside - reached
            reached |= inside
        sure = any(self.user_is_listed(self.groups.get(item)) for item in reached)
        return sure or any(ask(f"groups|{item}") for item in sorted(reached) if self.is_unread(item))

    def nested(self, group: GroupRow) -> set[str]:
        if group.transitive:
            return set()
        known = self.people | {row.id for row in self.snapshot.service_principals}
        return {*group.nested, *(set(group.untyped) - known)}  # what no list knows may be a group that was not read

    def user_is_listed(self, group: GroupRow | None) -> bool:
        return group is not None and group.exists and self.sender.user in {*(group.members or ()), *group.untyped}

    def is_unread(self, group_id: str) -> bool:
        """Not collected, unreadable and partial leave a doubt; deleted and empty do not."""
        group = self.groups.get(group_id)
        if group is None or not group.exists:
            return group is None
        return not group.readable or not group.complete or group.members is None

    def holds_role(self, template: str, ask: Ask) -> bool:
        rows = [row for row in self.snapshot.role_assignments if row.role_template_id == template]
        rows = [row for row in rows if row.scope == "/" and row.built_in is not False]
        if any(row.principal_id == self.sender.user for row in rows):
            return True
        for row in rows:
            if self.may_be_group(row.principal_id, row.principal_type) and self.is_in_group(row.principal_id, ask):
                return True
        return not self.snapshot.is_complete("role-assignments") and ask(f"role-assignments|{template}")

    def may_be_group(self, principal: str, kind: str) -> bool:
        """A principal that is known to be no group leads to nobody else."""
        if kind:
            return kind == "group"
        apps = {row.id for row in self.snapshot.service_principals}
        return principal in self.groups or principal not in self.people | apps

    def is_named_guest(self, scope: PeopleScope, owner: str, ask: Ask) -> bool:
        if "guestsorexternalusers" not in scope.users and scope.guests is None:
            return False
        kind = self.guest_kind(ask)
        if kind == "member":
            return False
        if "guestsorexternalusers" in scope.users:
            return True
        return scope.guests is not None and self.is_typed_guest(scope.guests, kind, owner, ask)

    def is_typed_guest(self, named: GuestScope, kind: str, owner: str, ask: Ask) -> bool:
        if kind in named.types:
            if kind == "internalguest" or (named.tenants is None and named.understood):
                return True
            if not named.tenants or not named.understood:
                return ask(f"users|home tenant of {owner}")
            if any(ask(f"users|home tenant {tenant}") for tenant in sorted(named.tenants)):
                return True
        known = {"internalguest", "b2bcollaborationguest", "b2bcollaborationmember"}
        never = {"b2bdirectconnectuser", "otherexternaluser", "serviceprovider"}  # have no mailbox here
        return any(
            ask(f"conditional-access-policies|guest {item} {owner if item == SENTINEL else ''}")
            for item in sorted(named.types - known - never)
        )

    def guest_kind(self, ask: Ask) -> str:
        user = next((user for user in self.snapshot.users if user.id == self.sender.user), None)
        is_guest = says_guest(user)
        if is_guest is not None and user is not None:
            abroad = "#ext#" in user.sign_in_name.lower() or str(user.creation_type).lower() == "invitation"
        else:
            is_guest, abroad = ask("users|is guest"), ask("users|is from abroad")
        if is_guest:
            return "b2bcollaborationguest" if abroad else "internalguest"
        return "b2bcollaborationmember" if abroad else "member"

    def holds(self, policy: Policy, world: World, ask: Ask) -> bool:
        """Tell whether every condition that is set holds."""
        conditions = policy.conditions
        key = f"conditional-access-policies|{policy.id}"
        if conditions.agent_only or conditions.service_principal_risk:
            return False  # only agents and workloads have that
        flows = conditions.authentication_flows
        known_flows = {"devicecodeflow", "authenticationtransfer"}
        return (
            (not flows or any_unknown(flows - known_flows, f"{key} flow", ask))
            and (not conditions.device_filter or self.is_device(policy, conditions.device_filter, ask))
            and (not conditions.device_states or has_no_state(conditions.device_states, key, ask))
            and (not conditions.times or bool(world["time"]))
            and risk_holds(conditions.sign_in_risk, str(world.get("sign_in_risk")), f"{key} sign-in risk", ask)
            and risk_holds(conditions.user_risk, str(world.get("user_risk")), f"{key} user risk", ask)
            and insider_holds(conditions.insider_risk, str(world.get("insider_risk")), f"{key} insider risk", ask)
            and (not conditions.platforms or self.is_platform(policy, conditions.platforms, world, ask))
            and (not conditions.locations or self.is_located(policy, conditions.locations, world, ask))
            and all(ask(f"{key} {name}") for name in conditions.not_understood)
        )

    def is_device(self, policy: Policy, rule: RuleFilter, ask: Ask) -> bool:
        """Every property of a sender's device is null."""
        found = rule_holds_of_nothing(rule.rule)
        if found is None or rule.mode not in {"include", "exclude"}:
            return ask(f"conditional-access-policies|{policy.id} device filter")
        return found if rule.mode == "include" else not found

    def is_platform(self, policy: Policy, sides: Sides, world: World, ask: Ask) -> bool:
        platform = str(world.get("device", "none at all"))
        key = f"conditional-access-policies|{policy.id} platform"
        if not sides.include:
            return ask(key)

        def named(side: frozenset[str], which: str) -> bool:
            return bool(side & {"all", platform}) or any_unknown(side - {"all", *PLATFORMS}, f"{key} {which}", ask)

        return named(sides.include, "in") and not named(sides.exclude, "out")

    def is_located(self, policy: Policy, sides: Sides, world: World, ask: Ask) -> bool:
        if not sides.include:
            return ask(f"conditional-access-policies|{policy.id} locations")
        place = world["location"]
        assert isinstance(place, Place)

        def named(side: frozenset[str]) -> bool:
            return any(self.is_at(name, place, no_to_all) for name in side) or any(
                self.is_at(name, place, ask) for name in sorted(side)
            )

        return named(sides.include) and not named(sides.exclude)

    def is_at(self, name: str, place: Place, ask: Ask) -> bool:
        if name == "all":
            return True
        if name == "alltrusted":
            return self.is_trusted(place, ask)
        location = next((item for item in self.snapshot.named_locations if item.id == name), None)
        if location is not None and location.by_gps:
            return ask(f"gps-country|{name}")
        if location is None or not readable(location):
            return ask(f"named-locations|{name}")
        return is_inside(location, place)

    def is_trusted(self, place: Place, ask: Ask) -> bool:
        trusted = [item for item in self.snapshot.named_locations if item.trusted and readable(item)]
        if place.mfa_trusted or any(is_inside(item, place) for item in trusted if item.kind is LocationKind.IP):
            return True
        if not self.sender.source_ips:
            return False
        return ask("mfa-trusted-ips|") or (
            not self.snapshot.is_complete("named-locations") and ask("named-locations|trusted")
        )

    def unmet(self, policy: Policy, ask: Ask) -> bool:
        """Tell whether the sender fails what the policy asks for."""
        if policy.grant is None or "block" in (asked := wanted_by(policy.grant)):
            return policy.grant is not None
        meets = BY_A_PERSON if self.sender.method is Method.OAUTH_DELEGATED else set()
        known, strange = asked & CONTROLS, asked - CONTROLS
        met, failed = known & meets, known - meets
        doubt = f"conditional-access-policies|{policy.id} control"
        if strange and len(asked) == 1 and not meets:
            return True  # an unknown control alone probably stops a client that can meet nothing
        match policy.grant.operator:
            case "and":
                return bool(failed) or (bool(strange) and ask(doubt))
            case "or":
                return not met and (ask(doubt) if strange else bool(failed))
            case _:
                return ask(doubt) if strange or (met and failed) else bool(failed)


def no_to_all(_: str) -> bool:
    return False


def joined_pages(snapshot: Snapshot) -> dict[str, GroupRow]:
    """Rows of one group are pages of its members."""
    found: dict[str, GroupRow] = {}
    for group_id in {row.id for row in snapshot.groups}:
        rows = [row for row in snapshot.groups if row.id == group_id]
        read = [row.members for row in rows if row.members is not None]
        found[group_id] = GroupRow(
            id=group_id,
            exists=all(row.exists for row in rows),
            readable=all(row.readable for row in rows),
            complete=all(row.complete for row in rows),
            transitive=all(row.transitive for row in rows),
            members=tuple(member for members in read for member in members) if read else None,
            nested=tuple(member for row in rows for member in row.nested),
            untyped=tuple(member for row in rows for member in row.untyped),
        )
    return found


def says_guest(user: UserRow | None) -> bool | None:
    kind = str(user.user_type).lower() if user is not None else ""
    return {"guest": True, "member": False}.get(kind)


def level_of(row: RiskyUserRow) -> str:
    if row.state in {"none", "confirmedsafe", "remediated", "dismissed"}:
        return "none"
    shown = row.state in {"atrisk", "confirmedcompromised"} and row.level in {"none", "low", "medium", "high"}
    return row.level if shown else ""


def names_exchange(named: frozenset[str], key: str, ask: Ask) -> bool:
    if named & {"all", "office365", EXCHANGE}:
        return True
    others = {"none", "microsoftadminportals", "allagentidresources"}
    return any_unknown({name for name in named - others if not GUID.fullmatch(name)}, key, ask)


def any_unknown(values: set[str] | frozenset[str], key: str, ask: Ask) -> bool:
    """Whether an unknown value means this sender is a gap of its own."""
    return any(ask(f"{key} {value}") for value in sorted(values))


def risk_holds(levels: frozenset[str], level: str, key: str, ask: Ask) -> bool:
    return not levels or level in levels or any_unknown(levels - {"none", "low", "medium", "high"}, key, ask)


def insider_holds(levels: frozenset[str], level: str, key: str, ask: Ask) -> bool:
    return not levels or level in levels or any_unknown(levels - {"none", "minor", "moderate", "elevated"}, key, ask)


def has_no_state(sides: Sides, key: str, ask: Ask) -> bool:
    """All devices are included; the states that can be excluded are not those of an unregistered device."""
    understood = sides.include == {"all"} and sides.exclude <= {"compliant", "domainjoined"}
    return understood or ask(f"{key} device states")


def readable(location: NamedLocation) -> bool:
    if location.by_gps or location.kind is LocationKind.UNKNOWN or not location.understood:
        return False
    try:
        for text in location.ranges:
            network_of(text)
    except ValueError:
        return False
    return True


@cache
def network_of(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text.strip(), strict=False)


def is_inside(location: NamedLocation, place: Place) -> bool:
    match location.kind:
        case LocationKind.COUNTRY:
            if place.country == "(none)":
                return location.unknown_countries
            return place.country in location.countries
        case LocationKind.COMPLIANT_NETWORK:
            return place.compliant
        case _:
            return any(place.address in network_of(text) for text in location.ranges)


def edges(locations: Sequence[NamedLocation]) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Give the first address of every range and the one after it: between two of them nothing changes."""
    found: set[ipaddress.IPv4Address | ipaddress.IPv6Address] = {
        ipaddress.IPv4Address(0),
        ipaddress.IPv6Address(0),
    }
    for location in locations:
        for text in location.ranges:
            network = network_of(text)
            found.add(network[0])
            if int(network[-1]) + 1 < 2**network.max_prefixlen:
                found.add(network[-1] + 1)
    return sorted(found, key=lambda address: (address.version, int(address)))


def rule_holds(rule: str, attributes: Callable[[str], Sequence[str]]) -> bool | None:
    """Judge a filter rule by writing True or False in the place of every comparison; ``None`` where it is strange."""
    strange = False

    def compared(found: re.Match[str]) -> str:
        nonlocal strange
        attribute, operator, value = found[1].lower(), found[2].lower()[1:], found[3]
        wanted = [item.strip().strip("\"'").lower() for item in value.strip("[]").split(",")]
        kind = NEGATIVES.get(operator, operator)
        strange = strange or kind not in OPERATORS or value.lower() == "null"
        if strange:
            return "False"
        met = any(OPERATORS[kind](had.lower(), item) for had in attributes(attribute) for item in wanted)
        return str(met != (operator in NEGATIVES))

    text = CLAUSE.sub(compared, rule)
    text = re.sub(r"-?\b(and|or|not)\b", lambda found: found[1].lower(), text, flags=re.IGNORECASE)
    if strange or not JOINED.fullmatch(text):
        return None
    try:
        return bool(eval(text, {"__builtins__": {}}))  # noqa: S307 -- only True, False, and, or, not and brackets
    except SyntaxError:
        return None


@cache
def rule_holds_of_nothing(rule: str) -> bool | None:
    return rule_holds(rule, lambda _: ())


def wanted_by(grant: Grant) -> set[str]:
    extra = {"strength": grant.strength is not None, "terms": grant.terms_of_use, "custom": grant.custom}
    return set(grant.controls) | {name for name, is_asked in extra.items() if is_asked}


def session_stops(policy: Policy, ask: Ask) -> bool:
    """Session controls stop nothing, but for token protection and unknown ones, of which nothing is known."""
    if "securesigninsession" in policy.session and ask(f"token-protection|{policy.id}"):
        return True
    strange = policy.session - HARMLESS_SESSIONS - {"securesigninsession"}
    return any_unknown(strange, f"conditional-access-policies|{policy.id} session", ask)


def deciding(stopped: Mapping[tuple[int, ...], bool], names: Sequence[str]) -> Iterator[str]:
    """Name the variables that alone can turn the outcome around."""
    for position, name in enumerate(names):
        lines: dict[tuple[int, ...], list[bool]] = {}
        for key, is_stopped in stopped.items():
            lines.setdefault((*key[:position], *key[position + 1 :]), []).append(is_stopped)
        if any(one != other for line in lines.values() for one, other in pairwise(line)):
            yield name
