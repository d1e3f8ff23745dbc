"""Mailboxes and tenants to judge in examples: everything open, and what an example changes."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from scanner.access.client import BASIC, OAUTH
from scanner.access.evaluator import Evaluator, people_of
from scanner.access.workload import decide_apps
from scanner.gates.gate import Setting
from scanner.model.circumstance import Circumstance, Member
from scanner.model.judgement import Method
from scanner.model.policy import Conditions, Grant, PeopleScope, Policy, ResourceScope
from scanner.model.section import SectionReport, SectionState
from scanner.model.settings import AuthenticationPolicy, OrganizationConfig, SecurityDefaults, TransportConfig
from scanner.model.snapshot import Snapshot
from scanner.model.tenant import Tenant

READ = (
    "transport-config",
    "organization-config",
    "authentication-policies",
    "mailboxes",
    "cas-mailboxes",
    "exchange-users",
    "users",
    "security-defaults",
    "conditional-access-policies",
    "named-locations",
    "groups",
    "role-assignments",
    "per-user-mfa",
)
LEGACY = Conditions(client_app_types=frozenset({"exchangeactivesync", "other"}))
IN_THE_ONLY_POLICY = Member(badge=1)


def a_circumstance(**changes: Any) -> Circumstance:  # noqa: ANN401 -- fields of several types
    """Give an ordinary user's mailbox that an example's only policy includes, with changes."""
    return Circumstance(**{"member": IN_THE_ONLY_POLICY, **changes})


def a_policy(name: str, *, allows: bool) -> dict[str, AuthenticationPolicy]:
    """Give an authentication policy by its name."""
    return {name.lower(): AuthenticationPolicy(names=(name.lower(),), name=name, allows_basic_smtp=allows)}


def blocking(name: str, conditions: Conditions = LEGACY) -> Policy:
    """Give an enabled policy that blocks everybody in Exchange Online under the conditions."""
    return Policy(
        id=name.lower(),
        name=name,
        state="enabled",
        include=PeopleScope(users=frozenset({"all"})),
        resources=ResourceScope(include=frozenset({"all"})),
        conditions=conditions,
        grant=Grant(controls=frozenset({"block"})),
    )


def a_setting(
    *,
    sections: Mapping[str, SectionState] | None = None,
    policies: tuple[Policy, ...] = (),
    **changes: Any,  # noqa: ANN401 -- fields of several types
) -> Setting:
    """Give a tenant in which everything is read and open, with changes."""
    states = dict.fromkeys(READ, SectionState.COMPLETE) | dict(sections or {})
    reports = {name: SectionReport(section=name, state=state) for name, state in states.items()}
    snapshot = Snapshot(tenant=Tenant(), sections=reports, policies=policies)
    scopes = people_of(snapshot)
    usual: dict[str, Any] = {
        "as_of": dt.date(2026, 11, 23),
        "sections": states,
        "transport_config": TransportConfig(smtp_auth_disabled=False),
        "organization_config": OrganizationConfig(default_authentication_policy=None),
        "security_defaults": SecurityDefaults(enabled=False),
        "evaluators": {
            Method.BASIC: Evaluator(snapshot, BASIC, scopes),
            Method.OAUTH_DELEGATED: Evaluator(snapshot, OAUTH, scopes),
        },
        "apps": decide_apps(snapshot),
        "policies": {policy.id: policy for policy in policies},
    }
    return Setting(**(usual | changes))
