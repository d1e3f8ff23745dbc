"""One condition after the other as a formula (dossier §1.3 to §1.8). A condition that isn't understood is a gap."""

from collections.abc import Callable, Iterator, Sequence

from scanner.access.client import EXCHANGE_ONLINE, Client
from scanner.access.formula import NEVER, Formula, Known, Negated, Open, any_of, every_of, gaps_of
from scanner.access.gaps import EvidenceGap
from scanner.access.places import Atlas, Place
from scanner.access.rules import RuleError, matches, no_attributes, parse_rule
from scanner.access.scopes import is_id
from scanner.access.worlds import Worlds
from scanner.model.directory import ServicePrincipalRow
from scanner.model.frozen import Frozen
from scanner.model.judgement import CONFIDENCE_ORDER, Confidence, lowest
from scanner.model.policy import Policy, RuleFilter, Sides
from scanner.model.section import SectionState
from scanner.model.text import Text, say

POLICIES = "conditional-access-policies"
LOCATIONS = "named-locations"
ALL_TRUSTED = "alltrusted"
SERVICE_PRINCIPALS = "service-principals"

CLIENT_TYPES = frozenset(
    {"all", "browser", "mobileappsanddesktopclients", "exchangeactivesync", "eassupported", "other"}
)
PLATFORMS = frozenset({"android", "ios", "windows", "windowsphone", "macos", "linux"})
RISKS = ("none", "low", "medium", "high")
INSIDER_RISKS = ("none", "minor", "moderate", "elevated")
FLOWS = frozenset({"devicecodeflow", "authenticationtransfer"})
# Resources that are not Exchange Online and are no application ids (dossier §1.3).
OTHER_RESOURCES = frozenset({"none", "microsoftadminportals", "allagentidresources"})
WITH_EXCHANGE = frozenset({"all", "office365", EXCHANGE_ONLINE})
DEVICE_STATES = frozenset({"compliant", "domainjoined"})


class Part(Frozen, frozen=True, kw_only=True):
    """One condition of a policy: its formula, and how sure its semantics are."""

    formula: Formula
    confidence: Confidence = Confidence.HIGH


class Surroundings(Frozen, frozen=True, kw_only=True):
    """What all policies of one snapshot are judged against, for one kind of sender.

    Attributes:
        client: The sender.
        worlds: What is decided at the time of sending.
        atlas: Readable named locations.
        locations: How much of the named locations was read.
        by_gps: Ids of locations whose country is looked up by GPS.
        source_known: The sender's addresses are given, so the places are theirs.
        exchange: Exchange Online's own service principal where it was read.
    """

    client: Client
    worlds: Worlds
    atlas: Atlas
    locations: SectionState
    by_gps: frozenset[str]
    source_known: bool
    exchange: ServicePrincipalRow | None

    @property
    def always(self) -> Known:
        """The formula that holds in every world."""
        return Known(worlds=self.worlds.every)

    def sure(self, *, holds: bool) -> Known:
        """A formula that holds in every world or in none."""
        return self.always if holds else NEVER


def parts_of(policy: Policy, around: Surroundings) -> Iterator[Part]:
    """Give all conditions of a policy but its people and its grant; it applies where all hold."""
    conditions = policy.conditions
    yield state(policy, around)
    yield resources(policy, around)
    yield client_types(policy, around)
    if conditions.platforms is not None:
        yield platforms(policy, conditions.platforms, around)
    if conditions.locations is not None:
        yield locations(policy, conditions.locations, around)
    if conditions.device_filter is not None:
        yield device_filter(policy, conditions.device_filter, around)
    if conditions.device_states is not None:
        yield device_states(policy, conditions.device_states, around)
    yield from risks(policy, around)
    yield from special_cases(policy, around)


def policy_gap(policy: Policy, what: str, because: Text) -> Open:
    """Make the gap of a part of a policy that is there and isn't understood."""
    return Open(gap=EvidenceGap(key=f"policy:{policy.id}:{what}", section=POLICIES, because=because))


def unknown_value(policy: Policy, what: str, value: str) -> Open:
    """Make the gap of a value that isn't known."""
    words = say("policy {policy}: the value {value} of {what} is not known", policy=policy.name, value=value, what=what)
    return policy_gap(policy, f"{what}:{value}", words)


def state(policy: Policy, around: Surroundings) -> Part:
    """Enabled and report-only policies are judged (the latter for the forecast); an unknown state may be either."""
    if policy.deleted or policy.state == "disabled":
        return Part(formula=NEVER)
    if policy.state in {"enabled", "enabledforreportingbutnotenforced"}:
        return Part(formula=around.always)
    return Part(formula=unknown_value(policy, "state", policy.state), confidence=Confidence.LOW)


def resources(policy: Policy, around: Surroundings) -> Part:
    """Exchange Online is in All, in Office365, or named by its application id (dossier §1.3)."""
    scope = policy.resources
    included = _names_exchange(policy, "includeApplications", scope.include, around)
    excluded = _names_exchange(policy, "excludeApplications", scope.exclude, around)
    if scope.filter is not None:
        filtered = application_filter(policy, scope.filter, around)
        match scope.filter.mode:
            case "include":
                included = any_of((included, filtered))
            case "exclude":
                excluded = any_of((excluded, filtered))
            case mode:
                included = unknown_value(policy, "applicationFilter.mode", mode)
    formula = every_of((included, Negated(part=excluded))) if excluded != NEVER else included
    strange = any(gap.section == POLICIES for gap in gaps_of(formula))
    return Part(formula=formula, confidence=Confidence.LOW if strange else Confidence.HIGH)


def _names_exchange(policy: Policy, side: str, named: frozenset[str], around: Surroundings) -> Formula:
    if named & WITH_EXCHANGE:
        return around.always
    strange = sorted(name for name in named - OTHER_RESOURCES if not is_id(name))
    return any_of(unknown_value(policy, side, name) for name in strange)


def application_filter(policy: Policy, rule: RuleFilter, around: Surroundings) -> Formula:
    """Judge an application filter on Exchange Online's own service principal; its attributes may not be readable."""
    attributes = around.exchange.attributes if around.exchange else None
    if attributes is None:
        words = say(
            "policy {policy}: the custom security attributes of Exchange Online were not read", policy=policy.name
        )
        gap = EvidenceGap(key=f"application-filter:{rule.rule.lower()}", section=SERVICE_PRINCIPALS, because=words)
        return Open(gap=gap)
    values = dict(attributes)
    try:
        found = matches(parse_rule(rule.rule), lambda name: values.get(name.rpartition(".")[2], ()))
    except RuleError as error:
        return unknown_value(policy, "applicationFilter", str(error))
    return around.sure(holds=found)


def client_types(policy: Policy, around: Surroundings) -> Part:
    """A legacy client is ``other``; an empty list is read as all (INFERRED), a missing one is not read."""
    types = policy.conditions.client_app_types
    if types is None:
        words = say("policy {policy}: clientAppTypes was not returned", policy=policy.name)
        return Part(formula=policy_gap(policy, "clientAppTypes", words))
    if not types:
        return Part(formula=around.always, confidence=Confidence.MEDIUM)
    if types & {"all", around.client.app_type}:
        return Part(formula=around.always)
    strange = sorted(types - CLIENT_TYPES)
    formula = any_of(unknown_value(policy, "clientAppTypes", value) for value in strange)
    return Part(formula=formula, confidence=Confidence.LOW if strange else Confidence.HIGH)


def platforms(policy: Policy, found: Sides, around: Surroundings) -> Part:
    """A legacy client names no platform: only ``all`` takes it in, and no single platform lets it out (INFERRED)."""
    if not found.include:
        return Part(formula=unknown_value(policy, "includePlatforms", "[]"), confidence=Confidence.LOW)
    included = _platform_side(policy, "includePlatforms", found.include, around)
    excluded = _platform_side(policy, "excludePlatforms", found.exclude, around)
    confidence = Confidence.LOW if (found.include | found.exclude) - PLATFORMS - {"all"} else Confidence.MEDIUM
    return Part(formula=every_of((included, Negated(part=excluded))), confidence=confidence)


def _platform_side(policy: Policy, name: str, side: frozenset[str], around: Surroundings) -> Formula:
    if "all" in side:
        return around.always
    strange = sorted(side - PLATFORMS)
    named = Known(worlds=around.worlds.where("device", lambda platform: platform in side))
    return any_of((named, *(unknown_value(policy, name, value) for value in strange)))


def locations(policy: Policy, found: Sides, around: Surroundings) -> Part:
    """Where the message comes from: included and not excluded (NET)."""
    if not found.include:
        return Part(formula=unknown_value(policy, "includeLocations", "[]"), confidence=Confidence.LOW)
    included = any_of(_location(policy, name, around) for name in sorted(found.include))
    excluded = any_of(_location(policy, name, around) for name in sorted(found.exclude))
    inferred = ALL_TRUSTED in found.include | found.exclude
    return Part(
        formula=every_of((included, Negated(part=excluded))),
        confidence=Confidence.MEDIUM if inferred else Confidence.HIGH,
    )


def _location(policy: Policy, name: str, around: Surroundings) -> Formula:
    if name == "all":
        return around.always
    if name == ALL_TRUSTED:
        return trusted_places(around)
    if name in around.atlas.locations:
        return _places(around, lambda place: around.atlas.contains(name, place))
    if name in around.by_gps:
        words = say("policy {policy}: a location is looked up by GPS, which no sender can answer", policy=policy.name)
        return Open(gap=EvidenceGap(key=f"location:{name}", section="gps-country", because=words))
    words = say("policy {policy}: named location {location} was not read", policy=policy.name, location=name)
    return Open(gap=EvidenceGap(key=f"location:{name}", section=LOCATIONS, because=words))


def trusted_places(around: Surroundings) -> Formula:
    """Trusted named locations and the MFA trusted IPs; of the latter no API tells anything (dossier §1.5)."""
    named = _places(around, lambda place: around.atlas.is_trusted(place) or place.mfa_trusted)
    if not around.source_known:
        return named
    words = say("whether the sender's address is one of the MFA trusted IPs can't be read")
    gaps = [EvidenceGap(key="mfa-trusted-ips", section="mfa-trusted-ips", because=words)]
    if around.locations is not SectionState.COMPLETE:
        words = say("which named locations are trusted was not read")
        gaps.append(EvidenceGap(key="trusted-locations", section=LOCATIONS, because=words))
    return any_of((named, *(Open(gap=gap) for gap in gaps)))


def _places(around: Surroundings, holds: Callable[[Place], bool]) -> Formula:
    return Known(worlds=around.worlds.where("location", lambda place: isinstance(place, Place) and holds(place)))


def device_filter(policy: Policy, rule: RuleFilter, around: Surroundings) -> Part:
    """A sender's device is not registered, all its properties are null (documented table of DEV)."""
    if rule.mode not in {"include", "exclude"}:
        return Part(formula=unknown_value(policy, "deviceFilter.mode", rule.mode), confidence=Confidence.LOW)
    try:
        found = matches(parse_rule(rule.rule), no_attributes)
    except RuleError as error:
        return Part(formula=unknown_value(policy, "deviceFilter", str(error)), confidence=Confidence.LOW)
    return Part(formula=around.sure(holds=found == (rule.mode == "include")), confidence=around.client.confidence)


def device_states(policy: Policy, found: Sides, around: Surroundings) -> Part:
    """The deprecated form: everything without a device state is in, nothing lets it out (INFERRED)."""
    strange = sorted((found.include - {"all"}) | (found.exclude - DEVICE_STATES))
    if strange or not found.include:
        value = strange[0] if strange else "[]"
        return Part(formula=unknown_value(policy, "deviceStates", value), confidence=Confidence.LOW)
    return Part(formula=around.always, confidence=Confidence.MEDIUM)


def risks(policy: Policy, around: Surroundings) -> Iterator[Part]:
    """Risk levels that are only known at sign-in, or at the moment for the user's own."""
    conditions = policy.conditions
    for name, levels, known in (
        ("sign_in_risk", conditions.sign_in_risk, RISKS),
        ("user_risk", conditions.user_risk, RISKS),
        ("insider_risk", conditions.insider_risk, INSIDER_RISKS),
    ):
        if levels:
            yield _risk(policy, name, levels, frozenset(known), around)


def _risk(policy: Policy, name: str, levels: frozenset[str], known: frozenset[str], around: Surroundings) -> Part:
    strange = sorted(levels - known)
    met = Known(worlds=around.worlds.where(name, lambda level: level in levels))
    formula = any_of((met, *(unknown_value(policy, name, level) for level in strange)))
    # What the user's own risk is at the moment of sending is INFERRED from what it was at the scan (dossier §1.5).
    usual = Confidence.MEDIUM if name == "user_risk" else Confidence.HIGH
    return Part(formula=formula, confidence=Confidence.LOW if strange else usual)


def special_cases(policy: Policy, around: Surroundings) -> Iterator[Part]:
    """Conditions that a person's mail client can't meet, times, and everything that isn't understood."""
    conditions = policy.conditions
    if conditions.agent_only or conditions.service_principal_risk:
        yield Part(formula=NEVER)
    if conditions.authentication_flows:
        strange = sorted(conditions.authentication_flows - FLOWS)
        formula = any_of(unknown_value(policy, "authenticationFlows", value) for value in strange)
        yield Part(formula=formula, confidence=Confidence.LOW if strange else Confidence.MEDIUM)
    if conditions.times:
        yield Part(formula=Known(worlds=around.worlds.where("time", bool)), confidence=Confidence.LOW)
    for name in conditions.not_understood:
        words = say("policy {policy}: the condition {name} is not understood", policy=policy.name, name=name)
        yield Part(formula=policy_gap(policy, name, words), confidence=Confidence.LOW)


def confidence_of(parts: Sequence[Part]) -> Confidence:
    """Tell how sure it is when a policy stops somebody: as sure as its least sure condition.

    One condition that never holds is enough for "never", so there the surest of those counts.
    """
    never = [part.confidence for part in parts if part.formula == NEVER]
    return highest(*never) if never else lowest(*(part.confidence for part in parts))


def highest(*confidences: Confidence) -> Confidence:
    """Give the highest of at least one confidence."""
    return max(confidences, key=CONFIDENCE_ORDER.index)
