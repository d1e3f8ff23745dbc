"""What a doubt says: which fact it is, which words the reader gets, and what it costs in confidence."""

from typing import Any

import pytest

from scanner.model.judgement import Method
from tests.access.policies import Json, asking, decided, people, policy, resources
from tests.access.tenants import group_id, location_id

NAME = "Block legacy authentication"
ABROAD = location_id(1)
TEAM = group_id(0)


def devices(mode: str, rule: str) -> Json:
    return {"devices": {"deviceFilter": {"mode": mode, "rule": rule}}}


def unknown_value(what: str, value: str) -> str:
    return f"policy {NAME}: the value {value} of {what} is not known"


@pytest.mark.parametrize(
    ("changed", "tenant", "words", "confidence"),
    [
        ({"state": "paused"}, {}, unknown_value("state", "paused"), "low"),
        ({"clientAppTypes": ["newClient"]}, {}, unknown_value("clientAppTypes", "newclient"), "low"),
        (
            {"platforms": {"includePlatforms": ["newOs"]}},
            {},
            unknown_value("includePlatforms", "newos"),
            "low",
        ),
        (
            {"platforms": {"includePlatforms": ["all"], "excludePlatforms": ["newOs"]}},
            {},
            unknown_value("excludePlatforms", "newos"),
            "low",
        ),
        (
            {"platforms": {"includePlatforms": [], "excludePlatforms": ["iOS"]}},
            {},
            unknown_value("includePlatforms", "[]"),
            "low",
        ),
        (
            {"locations": {"includeLocations": [], "excludeLocations": [ABROAD]}},
            {},
            unknown_value("includeLocations", "[]"),
            "low",
        ),
        (devices("only", "device.x -eq 1"), {}, unknown_value("deviceFilter.mode", "only"), "low"),
        (
            devices("include", "device.x -like 1"),
            {},
            unknown_value("deviceFilter", "unknown operator '-like' in the rule"),
            "low",
        ),
        (
            {"deviceStates": {"includeStates": ["all"], "excludeStates": ["rooted"]}},
            {},
            unknown_value("deviceStates", "rooted"),
            "low",
        ),
        (
            {"deviceStates": {"includeStates": [], "excludeStates": ["compliant"]}},
            {},
            unknown_value("deviceStates", "[]"),
            "low",
        ),
        ({"signInRiskLevels": ["hidden"]}, {}, unknown_value("sign_in_risk", "hidden"), "low"),
        ({"userRiskLevels": ["hidden"]}, {}, unknown_value("user_risk", "hidden"), "low"),
        ({"insiderRiskLevels": "extreme"}, {}, unknown_value("insider_risk", "extreme"), "low"),
        (
            {"authenticationFlows": {"transferMethods": "newFlow"}},
            {},
            unknown_value("authenticationFlows", "newflow"),
            "low",
        ),
        ({"weather": {"sunny": True}}, {}, f"policy {NAME}: the condition weather is not understood", "low"),
        (
            {"applications": resources(applicationFilter={"mode": "only", "rule": "x -eq 1"})},
            {},
            unknown_value("applicationFilter.mode", "only"),
            "low",
        ),
        (
            {"applications": {"applicationFilter": {"mode": "include", "rule": "x -eq 1"}}},
            {},
            f"policy {NAME}: the custom security attributes of Exchange Online were not read",
            "high",
        ),
        (
            {"locations": {"includeLocations": [ABROAD]}},
            {},
            f"policy {NAME}: named location {ABROAD} was not read",
            "high",
        ),
        (
            {"users": people(includeUsers=["Everyone"])},
            {},
            "whom the word everyone means in a policy is not known",
            "low",
        ),
        (
            {"users": {"includeGroups": [TEAM]}},
            {},
            f"the members of group {TEAM} were not collected",
            "high",
        ),
        (
            {"users": {"includeGroups": [TEAM]}},
            {"groups": [{"id": TEAM, "displayName": "Team", "membershipReadable": False}]},
            "the members of group Team can't be read",
            "high",
        ),
        (
            {"users": {"includeGroups": [TEAM]}},
            {"groups": [{"id": TEAM, "displayName": "Team", "members": [], "membershipPartial": True}]},
            "only a part of the members of group Team was read",
            "high",
        ),
    ],
)
def test_a_doubt_says_what_is_not_known(changed: Json, tenant: Any, words: str, confidence: str) -> None:
    """The reader is told the policy, the setting and its value, and an unknown value costs confidence."""
    found = decided(policy(**changed), **tenant)
    assert found.access.value == "unknown"
    assert [str(gap.because) for gap in found.gaps] == [words]
    assert found.confidence.value == confidence


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (asking("mfa", "newControl", operator="OR"), unknown_value("grantControls", "newcontrol")),
        (asking("newControl", "newerControl", operator="AND"), unknown_value("grantControls", "newcontrol")),
    ],
)
def test_an_unknown_control_is_named(asked: Json, words: str) -> None:
    """With an alternative it may be met: the control is told, at low confidence."""
    found = decided(policy(grant=asked))
    assert [str(gap.because) for gap in found.gaps] == [words]
    assert found.confidence.value == "low"


def test_two_doubts_of_one_policy_are_two_facts() -> None:
    """Each has a key of its own, so that one may be true and the other not."""
    states = policy(platforms={"includePlatforms": ["newOs"]}, signInRiskLevels=["hidden"])
    found = decided(states)
    assert len({gap.key for gap in found.gaps}) == 2


@pytest.mark.parametrize(
    ("changed", "confidence"),
    [
        ({"deviceStates": {"includeStates": ["all"], "excludeStates": ["compliant"]}}, "medium"),
        ({"platforms": {"includePlatforms": ["all"]}}, "medium"),
        ({"clientAppTypes": []}, "medium"),
        ({"locations": {"includeLocations": ["All"]}}, "high"),
        ({"locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}}, "medium"),
        ({"locations": {"includeLocations": ["AllTrusted"]}}, "medium"),
        ({"signInRiskLevels": ["high"]}, "high"),
        ({"userRiskLevels": ["high"]}, "medium"),
        ({"times": {"from": "08:00"}}, "low"),
        (devices("include", "device.isCompliant -ne True"), "high"),
    ],
)
def test_inferred_semantics_cost_confidence(changed: Json, confidence: str) -> None:
    """Documented semantics are sure, one inferred rule costs a step, what nobody documents two."""
    assert decided(policy(**changed)).confidence.value == confidence


def test_a_native_client_is_judged_with_less_confidence() -> None:
    """What an unattended sender with OAuth can meet is inferred."""
    found = decided(
        policy(clientAppTypes=["all"], **devices("include", "device.isCompliant -ne True")),
        method=Method.OAUTH_DELEGATED,
    )
    assert (found.access.value, found.confidence.value) == ("blocked", "medium")
