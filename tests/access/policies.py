"""Policies and tenants written out by hand, as Graph returns them, and what becomes of a sign-in."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from scanner.access.evaluator import Decision
from scanner.model.judgement import Method
from scanner.posture import Posture, pose
from tests.access.tenants import RawTenant, guid, mailbox, snapshot_of, user_id

Json = dict[str, Any]

ME, SOMEBODY = user_id(0), user_id(1)
BOTH = ["exchangeActiveSync", "other"]
READ = ("users", "groups", "role-assignments", "named-locations", "risky-users", "service-principals")


def policy(name: str = "Block legacy authentication", **changes: Any) -> Json:
    """Give the usual policy that blocks legacy clients, with changes to any part of it."""
    made: Json = {
        "id": guid("9", sum(map(ord, name))),
        "displayName": name,
        "state": changes.pop("state", "enabled"),
        "grantControls": changes.pop("grant", {"operator": "OR", "builtInControls": ["block"]}),
        "sessionControls": changes.pop("session", None),
        "conditions": {
            "users": {"includeUsers": ["All"], "excludeUsers": []},
            "applications": {"includeApplications": ["All"], "excludeApplications": []},
            "clientAppTypes": BOTH,
        },
    }
    made["conditions"] |= changes
    return made


def asking(*controls: str, operator: str = "OR") -> Json:
    return {"operator": operator, "builtInControls": list(controls)}


def people(**lists: Any) -> Json:
    return {"includeUsers": [], "excludeUsers": [], **lists}


def resources(*include: str, **more: Any) -> Json:
    return {"includeApplications": list(include), **more}


def members(*objects: tuple[str, str]) -> list[Json]:
    return [{"@odata.type": f"#microsoft.graph.{kind}", "id": object_id} for kind, object_id in objects]


def a_user(object_id: str = ME, **changes: Any) -> Json:
    name = f"{object_id[-2:]}@contoso.example"
    return {"id": object_id, "userPrincipalName": name, "accountEnabled": True, "userType": "Member", **changes}


def posed(*policies: Json, source_ips: Sequence[str] = (), without: Sequence[str] = (), **rows: list[Json]) -> Posture:
    """Judge a tenant of one user (``users`` says otherwise) with these policies; sections ``without`` are missing."""
    given = {name.replace("_", "-"): found for name, found in rows.items()}
    sections: dict[str, list[Json]] = {
        **{name: [] for name in READ},
        "users": [a_user()],
        "conditional-access-policies": list(policies),
        **given,
    }
    sections["mailboxes"] = [mailbox(user) for user in sections["users"] if "userPrincipalName" in user]
    for name in without:
        del sections[name]
    return pose(snapshot_of(RawTenant(sections=sections)), as_of=dt.date(2026, 11, 23), source_ips=tuple(source_ips))


def decided(*policies: Json, method: Method = Method.BASIC, forecast: bool = False, **tenant: Any) -> Decision:
    """Decide the sign-in of the first mailbox."""
    posture = posed(*policies, **tenant)
    member = posture.mailboxes[0].circumstance.member
    assert member is not None
    return posture.setting.evaluators[method].decide(member, as_if_enforced=forecast)


def outcome(*policies: Json, **tenant: Any) -> str:
    """Tell in a word what becomes of it, with what it depends on."""
    found = decided(*policies, **tenant)
    return " ".join((found.access.value, *found.depends_on))


def lacking(*policies: Json, **tenant: Any) -> set[str]:
    """Name the sections and facts that an unknown answer lacks."""
    found = decided(*policies, **tenant)
    assert found.access.value == "unknown"
    return {gap.section for gap in found.gaps}
