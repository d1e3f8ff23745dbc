"""Authentication policies: the user's own beats the default, whatever name it is called by."""

from typing import Any

import pytest

from scanner.gates.authentication_policy import judge
from scanner.gates.examples import a_circumstance, a_setting
from scanner.model.judgement import GateState, Judgement, Method
from scanner.model.observed import Gap, Observed
from scanner.model.settings import AuthenticationPolicy, OrganizationConfig
from scanner.posture import by_every_name
from scanner.replies.catalogue import reply

GUID = "1c8d3f5e-0000-4000-8000-000000000001"
BLOCKS = AuthenticationPolicy(names=("block, basic", GUID), name="Block, Basic", allows_basic_smtp=False)
ALLOWS = AuthenticationPolicy(names=("allow smtp",), name="Allow SMTP", allows_basic_smtp=True)
SILENT = AuthenticationPolicy(names=("silent",), name="Silent")
POLICIES = by_every_name((BLOCKS, ALLOWS, SILENT))


def judged(own: Observed[str], default: Observed[str] = None, method: Method = Method.BASIC, **more: Any) -> Judgement:
    setting = a_setting(
        authentication_policies=POLICIES,
        organization_config=OrganizationConfig(default_authentication_policy=default),
    )
    return judge(a_circumstance(authentication_policy=own, **more), setting, method)


@pytest.mark.parametrize(
    ("own", "default", "state"),
    [
        ("block, basic", "Allow SMTP", GateState.CLOSED),
        ("allow smtp", "Block, Basic", GateState.OPEN),
        (None, "Block, Basic", GateState.CLOSED),
        (Gap.EMPTY, "Block, Basic", GateState.CLOSED),
        (None, "Allow SMTP", GateState.OPEN),
        (None, None, GateState.OPEN),
        (Gap.EMPTY, Gap.EMPTY, GateState.OPEN),
    ],
)
def test_the_users_policy_beats_the_default(own: Observed[str], default: Observed[str], state: GateState) -> None:
    """Null and "" both mean none; without any policy nothing is imposed."""
    assert judged(own, default).state is state


@pytest.mark.parametrize(
    "name",
    [
        "Block, Basic",
        "BLOCK, BASIC",
        " block, basic ",
        GUID,
        GUID.upper(),
        "CN=Block\\, Basic,CN=Auth Policies,CN=Configuration,CN=contoso.onmicrosoft.com",
        "cn=block\\, basic,cn=auth policies",
        "contoso.onmicrosoft.com\\Block, Basic",
    ],
)
def test_a_policy_is_found_by_any_name(name: str) -> None:
    """By name, GUID, distinguished name or canonical name, in any case."""
    judgement = judged(name)
    assert judgement.state is GateState.CLOSED
    assert judgement.reply == reply("basic_disabled")
    assert judgement.findings[-1].path == "Block, Basic.AllowBasicAuthSmtp"


@pytest.mark.parametrize("default", [False, True])
def test_a_policy_that_was_not_read_is_unknown(default: bool) -> None:  # noqa: FBT001 -- where it is assigned
    """A name without its content says nothing, whoever assigned it."""
    judgement = judged(None, "New one") if default else judged("new one")
    assert judgement.state is GateState.UNKNOWN
    assert judgement.missing == ("authentication-policies",)


def test_a_policy_without_the_key_is_unknown() -> None:
    """AllowBasicAuthSmtp that was not read is not "false"."""
    judgement = judged("silent")
    assert judgement.state is GateState.UNKNOWN
    assert judgement.missing == ("authentication-policies",)


@pytest.mark.parametrize("own", [Gap.ABSENT, Gap.UNREADABLE])
def test_an_assignment_that_was_not_read_is_unknown(own: Gap) -> None:
    """A Get-User row without the property is not a user without policy."""
    judgement = judged(own, "Allow SMTP")
    assert judgement.state is GateState.UNKNOWN
    assert judgement.missing == ("exchange-users",)


def test_a_user_without_row_is_unknown() -> None:
    """The missing row shows no finding."""
    judgement = judged(Gap.ABSENT, "Allow SMTP", exchange_user_read=False)
    assert judgement.state is GateState.UNKNOWN
    assert judgement.missing == ("exchange-users",)
    assert judgement.findings == ()


@pytest.mark.parametrize("default", [Gap.ABSENT, Gap.UNREADABLE])
def test_a_default_that_was_not_read_is_unknown(default: Gap) -> None:
    """An organization configuration without the property is not one without default."""
    judgement = judged(None, default)
    assert judgement.state is GateState.UNKNOWN
    assert judgement.missing == ("organization-config",)


def test_without_organization_configuration_only_users_with_a_policy_are_known() -> None:
    """The default matters only to those without a policy of their own."""
    setting = a_setting(authentication_policies=POLICIES, organization_config=None)
    assert judge(a_circumstance(), setting, Method.BASIC).missing == ("organization-config",)
    own = a_circumstance(authentication_policy="allow smtp")
    assert judge(own, setting, Method.BASIC).state is GateState.OPEN


@pytest.mark.parametrize("method", [Method.OAUTH_DELEGATED, Method.OAUTH_APP])
def test_oauth_passes(method: Method) -> None:
    """The setting is about Basic (INFERRED, so the confidence is not high)."""
    judgement = judged("block, basic", method=method)
    assert judgement.state is GateState.OPEN
    assert judgement.confidence == "medium"


def test_a_name_that_two_policies_claim_names_neither() -> None:
    """Ambiguity is unknown, not a guess."""
    twin = AuthenticationPolicy(names=("allow smtp",), name="Allow SMTP", allows_basic_smtp=False)
    setting = a_setting(authentication_policies=by_every_name((ALLOWS, twin)))
    circumstance = a_circumstance(authentication_policy="allow smtp")
    assert judge(circumstance, setting, Method.BASIC).state is GateState.UNKNOWN
