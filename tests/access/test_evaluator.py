"""All policies together (dossier §4.3): the union, evidence gaps outside, the moment of sending inside; and apps."""

from typing import Any

import pytest

from scanner.access.evaluator import Access
from scanner.access.formula import Joined, Known, Negated, Open, any_of, bounds, every_of, gaps_of, leanings
from scanner.access.gaps import EvidenceGap
from scanner.access.workload import decide_apps
from scanner.access.worlds import Dimension, Worlds
from scanner.model.judgement import Method
from scanner.model.text import say
from tests.access.policies import Json, asking, decided, lacking, outcome, people, policy, posed, resources
from tests.access.tenants import EXCHANGE, JUNK, OTHER_APP, group_id, guid, location_id

OFFICE = location_id(0)
INSIDE = {"includeLocations": [OFFICE], "excludeLocations": []}
OUTSIDE = {"includeLocations": ["All"], "excludeLocations": [OFFICE]}
REPORT_ONLY = "enabledForReportingButNotEnforced"


def of_group(number: int, **changes: Any) -> Json:
    return policy(f"Group {number}", users=people(includeGroups=[group_id(number)]), **changes)


# --- together


def test_policies_together_leave_no_hole() -> None:
    """Block inside, MFA outside: neither alone stops everywhere, both do, even if the location was not read."""
    inside, outside = policy("In", locations=INSIDE), policy("Out", locations=OUTSIDE, grant=asking("mfa"))
    here = [{"id": OFFICE, "ipRanges": [{"cidrAddress": "198.51.100.0/24"}]}]
    assert outcome(inside, named_locations=here) == "depends location"
    assert outcome(inside, outside, named_locations=here) == "blocked"
    assert outcome(inside, outside) == "blocked"
    assert lacking(inside) == {"named-locations"}


def test_the_risk_does_not_matter_where_everything_is_blocked() -> None:
    """What can't turn the outcome is not named."""
    risky = policy("Risk", signInRiskLevels=["high"])
    assert outcome(risky) == "depends sign_in_risk"
    assert outcome(risky, policy()) == "blocked"
    assert outcome(risky, policy("Out", locations=INSIDE), named_locations=[{"id": OFFICE, "ipRanges": []}]) == (
        "depends sign_in_risk"
    )


def test_gaps_and_the_moment_of_sending_are_kept_apart() -> None:
    """Blocked in either evidence world, by different policies: known. Depends in each, on different things: both."""
    member, other = of_group(1), policy("Rest", users=people(includeUsers=["All"], excludeGroups=[group_id(1)]))
    assert outcome(member, other) == "blocked"
    by_risk = policy("Rest", users=people(includeUsers=["All"], excludeGroups=[group_id(1)]), signInRiskLevels=["high"])
    assert lacking(member, by_risk) == {"groups"}
    by_time = of_group(1, times={"includedRanges": [{}, {"daysOfWeek": ["sunday"]}]})
    assert outcome(by_time, by_risk) == "depends sign_in_risk time"


def test_only_gaps_that_can_turn_the_outcome_are_named() -> None:
    """A group of a policy that another policy covers is not missing."""
    assert lacking(of_group(1), policy("X", state="unknownFutureValue", applications=resources(OTHER_APP))) == {
        "groups"
    }
    assert {gap.key for gap in decided(of_group(1), of_group(2)).gaps} == {f"group:{group_id(n)}" for n in (1, 2)}


def test_policies_that_were_not_read_leave_everybody_open() -> None:
    """Missing or partly read: whoever is not blocked by what was read may be by the rest."""
    assert lacking(without=["conditional-access-policies"]) == {"conditional-access-policies"}
    assert lacking(JUNK) == {"conditional-access-policies"}
    assert outcome(policy(), JUNK) == "blocked"
    assert lacking(policy("Risk", signInRiskLevels=["high"]), JUNK) == {"conditional-access-policies"}


def test_the_policies_that_matter_are_named() -> None:
    """Those that stop it alone, else those that may."""
    risky, whole = policy("Risk", signInRiskLevels=["high"]), policy()
    assert decided(risky, whole).policies == (whole["id"],)
    assert decided(risky).policies == (risky["id"],)
    assert decided(policy(applications=resources(OTHER_APP))).policies == ()


@pytest.mark.parametrize(
    ("grants", "expected"),
    [((asking("mfa"),), True), ((asking("block"),), False), ((asking("mfa"), asking("compliantDevice")), False)],
)
def test_what_rests_on_mfa_alone_is_marked(grants: tuple[Json, ...], expected: bool) -> None:  # noqa: FBT001 -- ditto
    """A federated identity provider may bring its own MFA."""
    found = decided(*(policy(f"P{index}", grant=asked) for index, asked in enumerate(grants)))
    assert found.rests_on_mfa is expected


def test_the_forecast_counts_report_only_policies_of_the_user() -> None:
    """One about somebody else changes nothing."""
    mine, other = (
        policy(state=REPORT_ONLY),
        policy("Other", state=REPORT_ONLY, users=people(includeUsers=[guid("a", 7)])),
    )
    assert outcome(mine, forecast=True) == "blocked"
    assert outcome(other, forecast=True) == "allowed"
    assert outcome(other, policy("On"), forecast=True) == "blocked"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (policy(), (Access.BLOCKED, True)),
        (policy(state=REPORT_ONLY), (Access.BLOCKED, False)),
        (policy(signInRiskLevels=["high"]), (Access.DEPENDS, True)),
        (policy(state="unknownFutureValue"), (Access.UNKNOWN, True)),
        (policy(platforms={"includePlatforms": ["iOS"]}), (Access.ALLOWED, True)),
        (policy(applications=resources(OTHER_APP)), (Access.ALLOWED, False)),
    ],
)
def test_what_one_policy_does_to_those_in_its_scope(found: Json, expected: tuple[Access, bool]) -> None:
    """For ``explain``: its effect alone, and whether it is enforced."""
    assert posed(found).setting.evaluators[Method.BASIC].effect(0) == expected


# --- more than can be gone through


def test_a_thousand_unreadable_groups_are_an_unknown_answer() -> None:
    """Without the right to read groups, a big tenant gets its answer in time."""
    many = [of_group(number) for number in range(40)]
    for number, each in enumerate(many):
        each["conditions"]["users"]["includeGroups"] = [group_id(number * 50 + index) for index in range(50)]
    found = decided(*many, without=["groups"])
    assert found.access is Access.UNKNOWN
    assert len(found.gaps) == 2000


def test_too_many_evidence_worlds_are_no_claim() -> None:
    """Thirteen groups, each of which turns a different place: it depends in every world, and not all are seen."""
    places = [{"id": location_id(n), "ipRanges": [{"cidrAddress": f"10.{n}.0.0/16"}]} for n in range(14)]
    here = {n: {"includeLocations": [location_id(n)], "excludeLocations": []} for n in range(14)}
    first = policy("First", locations=here[13])
    few = [of_group(number, locations=here[number]) for number in range(3)]
    assert outcome(first, *few, named_locations=places) == "depends location"
    many = [of_group(number, locations=here[number]) for number in range(13)]
    assert lacking(first, *many, named_locations=places) == {"groups"}


def test_too_many_combinations_of_conditions_are_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Places that countries and risks multiply beyond what can be gone through: unknown, with the reason."""
    monkeypatch.setattr("scanner.access.worlds.MOST_WORLDS", 10)
    outside = policy("Out", locations={"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]})
    posture = posed(outside, policy("Risk", signInRiskLevels=["high"], userRiskLevels=["low"]))
    evaluator = posture.setting.evaluators[Method.BASIC]
    member = posture.mailboxes[0].circumstance.member
    assert member is not None
    found = evaluator.decide(member)
    assert (found.access, found.confidence.value) == (Access.UNKNOWN, "low")
    assert [gap.key for gap in found.gaps] == ["worlds"]
    assert evaluator.effect(0) == (Access.UNKNOWN, True)
    monkeypatch.setattr("scanner.access.worlds.MOST_WORLDS", 1)
    assert apps(of_apps(locations={"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]})) == "unknown"


def test_places_that_no_policy_asks_for_cost_nothing() -> None:
    """Only locations that a policy names tell places apart."""
    unused = [
        {"id": location_id(n), "isTrusted": True, "ipRanges": [{"cidrAddress": f"10.{n}.0.0/16"}]} for n in range(150)
    ]
    posture = posed(policy(locations={"includeLocations": [location_id(3)]}), named_locations=unused)
    assert posture.setting.evaluators[Method.BASIC]._worlds.count == 2


def test_worlds_without_a_dimension_are_one() -> None:
    """Nothing is decided at sending; and what isn't in play holds nowhere."""
    assert (Worlds(()).every, Worlds(()).where("location", bool)) == (1, 0)
    with pytest.raises(OverflowError, match="1048577"):
        Worlds((Dimension(name="location", values=tuple(range((1 << 20) + 1))),))


# --- formulas


A, B = (Open(gap=EvidenceGap(key=key, section="groups", because=say("x"))) for key in "ab")


def test_formulas_have_bounds() -> None:
    """What certainly holds, and what may: a gap is neither, until it is assumed."""
    first = Known(worlds=0b01)
    assert bounds(A, {}, 0b11) == (0, 0b11)
    assert bounds(A, {"a": True}, 0b11) == (0b11, 0b11)
    assert bounds(Negated(part=A), {"a": True}, 0b11) == (0, 0)
    assert bounds(every_of((A, first)), {}, 0b11) == (0, 0b01)
    assert bounds(any_of((A, first)), {}, 0b11) == (0b01, 0b11)


def test_formulas_name_their_gaps() -> None:
    """Each with whether it makes the formula hold in more worlds, or in fewer."""
    formula = Joined(kind="all", parts=(Known(worlds=1), A, Negated(part=Joined(kind="any", parts=(A, B)))))
    assert [gap.key for gap in gaps_of(formula)] == ["a", "a", "b"]
    assert list(leanings(formula)) == [("a", True), ("a", False), ("b", False)]


# --- applications


def of_apps(*include: str, **changes: Any) -> Json:
    scope = changes.pop("scope", {"includeServicePrincipals": list(include) or ["ServicePrincipalsInMyTenant"]})
    return policy("Apps", users={"includeUsers": ["None"]}, clientApplications=scope, **changes)


def apps(*policies: Json, **tenant: Any) -> str:
    return decide_apps(posed(*policies, **tenant).snapshot).access.value


def test_policies_for_people_do_not_touch_applications() -> None:
    """User policies don't stop app-only calls, and workload and agent policies stop no person."""
    assert apps(policy(clientAppTypes=["all"])) == "allowed"
    assert outcome(of_apps()) == "allowed"
    assert outcome(
        policy(users={"includeUsers": ["None"]}, clientApplications={"includeAgentIdServicePrincipals": ["All"]})
    ) == ("allowed")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (of_apps(), "blocked"),
        (of_apps(applications=resources(EXCHANGE)), "blocked"),
        (of_apps(state="disabled"), "allowed"),
        (of_apps(state=REPORT_ONLY), "allowed"),
        (of_apps() | {"deletedDateTime": "2026-01-01T00:00:00Z"}, "allowed"),
        (of_apps(grant=None), "allowed"),
        (of_apps(agentIdRiskLevels="high"), "allowed"),
        (of_apps(applications=resources(OTHER_APP)), "allowed"),
        (of_apps(applications=resources("All", excludeApplications=[EXCHANGE])), "allowed"),
        (of_apps(scope={"includeAgentIdServicePrincipals": ["All"]}), "allowed"),
        (of_apps(guid("e", 1)), "unknown"),
        (of_apps(state="unknownFutureValue"), "unknown"),
        (of_apps(applications=resources("SomethingNew")), "unknown"),
        (of_apps(locations={"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}), "depends"),
        (of_apps(servicePrincipalRiskLevels=["high"]), "unknown"),
        (of_apps(grant=asking("mfa")), "blocked"),
        (
            of_apps(
                scope={
                    "includeServicePrincipals": ["ServicePrincipalsInMyTenant"],
                    "excludeServicePrincipals": [guid("e", 1)],
                }
            ),
            "unknown",
        ),
        (of_apps(scope={"servicePrincipalFilter": {"mode": "include", "rule": "x"}}), "unknown"),
    ],
)
def test_only_a_block_of_the_tenants_own_applications_is_sure(found: Json, expected: str) -> None:
    """Which application sends is not known, so a policy about some of them is a gap."""
    assert apps(found) == expected


def test_policies_for_applications_are_named_in_an_order_of_their_own() -> None:
    """Not in the one in which they were read."""
    both = [of_apps() | {"id": guid("9", 1)}, of_apps() | {"id": guid("9", 2)}]
    for order in (both, both[::-1]):
        assert decide_apps(posed(*order).snapshot).policies == (guid("9", 1), guid("9", 2))


def test_policies_for_applications_that_were_not_read_are_a_gap() -> None:
    """As for people; a block that was read stands."""
    assert apps(without=["conditional-access-policies"]) == "unknown"
    assert apps(JUNK) == "unknown"
    assert apps(of_apps(), JUNK) == "blocked"
