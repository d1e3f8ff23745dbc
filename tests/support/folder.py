"""A small tenant as an evidence folder: everything read, every outcome there, and easy to take apart."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Files = dict[str, Any]

TENANT_ID = "7d3f0c52-6e53-4be8-9b0e-0a5f6d1f2a11"
DOMAIN = "fabrikam.example"
SENDERS = "aaaaaaaa-0000-4000-8000-000000000001"
TRAVELLERS = "aaaaaaaa-0000-4000-8000-000000000002"
OFFICE = "bbbbbbbb-0000-4000-8000-000000000001"
ADMIN_ROLE = "62e90394-69f5-4237-9190-012177145e10"
SKU = {"skuId": "cccccccc-0000-4000-8000-000000000001", "disabledPlans": []}

# SmtpClientAuthenticationDisabled of a mailbox
ENABLED, OFF, INHERIT = False, True, None


class Person:
    """One mailbox of the tenant and everything that other sections say of it.

    Args:
        number: Makes the ids.
        name: Makes the address.
        facts: What differs from an ordinary user in ``SENDERS`` whose switch is on.
    """

    def __init__(self, number: int, name: str, **facts: Any) -> None:
        self.id = f"dddddddd-0000-4000-8000-{number:012d}"
        self.guid = f"eeeeeeee-0000-4000-8000-{number:012d}"
        self.exchange_guid = f"ffffffff-0000-4000-8000-{number:012d}"
        self.name = name
        self.address = f"{name}@{DOMAIN}"
        self.kind = facts.get("kind", "UserMailbox")
        self.switch = facts.get("switch", ENABLED)
        self.policy = facts.get("policy")
        self.account = facts.get("account", True)
        self.enabled = facts.get("enabled", True)
        self.mfa = facts.get("mfa", "disabled")
        self.groups = facts.get("groups", (SENDERS,))
        self.admin = facts.get("admin", False)
        self.cas = facts.get("cas", True)
        self.extra: Mapping[str, Any] = facts.get("extra", {})


PEOPLE = (
    Person(1, "anna"),
    Person(2, "bob", switch=INHERIT),
    Person(3, "cara", switch=OFF),
    Person(4, "dan", policy="Block Basic"),
    Person(5, "eve", enabled=False),
    Person(6, "fay", groups=()),
    Person(7, "gus", groups=(SENDERS, TRAVELLERS)),
    Person(8, "hal", mfa="enforced"),
    Person(9, "ida", kind="SharedMailbox", switch=INHERIT, enabled=False),
    Person(10, "jim", kind="RoomMailbox", switch=INHERIT, enabled=False),
    Person(11, "kim", admin=True),
    Person(12, "leo", account=False, cas=False, extra={"IsInactiveMailbox": True}),
    Person(13, "max", kind="MailUser"),
    Person(14, "hve", kind="MailUser", switch=INHERIT, extra={"HVEAccount": True}),
    Person(15, "nina", switch=OFF),
    Person(16, "olga"),  # just as anna
)

BASIC = {
    "anna": "accepted",
    "bob": "refused",
    "cara": "refused",
    "dan": "refused",
    "eve": "refused",
    "fay": "refused",
    "gus": "depends",
    "hal": "refused",
    "ida": "refused",
    "jim": "refused",
    "kim": "refused",
    "leo": "refused",
    "max": "unknown",
    "hve": "accepted",
    "nina": "refused",
    "olga": "accepted",
}

DECIDED_BY = {
    "anna": None,
    "bob": "smtp_auth_switch",
    "cara": "smtp_auth_switch",
    "dan": "authentication_policy",
    "eve": "account",
    "fay": "conditional_access",
    "gus": "conditional_access",
    "hal": "per_user_mfa",
    "ida": "smtp_auth_switch",
    "jim": "smtp_auth_switch",
    "kim": "conditional_access",
    "leo": "account",
    "max": "account",
    "hve": None,
    "nina": "smtp_auth_switch",
    "olga": None,
}


def files() -> Files:
    """Give the content of every file, by its name without the ending."""
    with_account = [person for person in PEOPLE if person.account]
    return {
        "tenant": {
            "id": TENANT_ID,
            "domain": DOMAIN,
            "displayName": "Fabrikam",
            "cloud": "public",
            "collectedAt": "2026-11-20T08:00:00Z",
        },
        "transport-config": {"SmtpClientAuthenticationDisabled": True},
        "organization-config": {"DefaultAuthenticationPolicy": "Allow SMTP", "RejectDirectSend": False},
        "authentication-policies": [
            {"Name": "Allow SMTP", "AllowBasicAuthSmtp": True},
            {"Name": "Block Basic", "AllowBasicAuthSmtp": False},
        ],
        "mailboxes": [mailbox(person) for person in PEOPLE],
        "cas-mailboxes": [cas_mailbox(person) for person in PEOPLE if person.cas],
        "exchange-users": [exchange_user(person) for person in with_account],
        "users": [user(person) for person in with_account],
        "security-defaults": {"id": "00000000-0000-0000-0000-000000000005", "isEnabled": False},
        "conditional-access-policies": policies(),
        "named-locations": [
            {
                "@odata.type": "#microsoft.graph.ipNamedLocation",
                "id": OFFICE,
                "displayName": "Office",
                "isTrusted": True,
                "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "203.0.113.0/24"}],
            }
        ],
        "groups": [group(SENDERS, "Senders"), group(TRAVELLERS, "Travellers")],
        "role-assignments": [role_assignment(person) for person in PEOPLE if person.admin],
        "per-user-mfa": [{"id": person.id, "perUserMfaState": person.mfa} for person in with_account],
    }


def mailbox(person: Person) -> Files:
    """Give one row of Get-EXOMailbox."""
    return {
        "ExternalDirectoryObjectId": person.id if person.account else "",
        "ExchangeGuid": person.exchange_guid,
        "Guid": person.guid,
        "PrimarySmtpAddress": person.address,
        "UserPrincipalName": person.address,
        "DisplayName": person.name.title(),
        "RecipientTypeDetails": person.kind,
        **person.extra,
    }


def cas_mailbox(person: Person) -> Files:
    """Give one row of Get-CASMailbox; the key is left out where the switch is "?"."""
    row = {
        "ExternalDirectoryObjectId": person.id,
        "Guid": person.guid,
        "PrimarySmtpAddress": person.address,
        "PopEnabled": False,
        "ImapEnabled": False,
    }
    return row if person.switch == "?" else {**row, "SmtpClientAuthenticationDisabled": person.switch}


def exchange_user(person: Person) -> Files:
    """Give one row of Get-User."""
    return {
        "ExternalDirectoryObjectId": person.id,
        "UserPrincipalName": person.address,
        "AuthenticationPolicy": person.policy,
    }


def user(person: Person) -> Files:
    """Give one Graph user."""
    return {
        "id": person.id,
        "userPrincipalName": person.address,
        "accountEnabled": person.enabled,
        "userType": "Member",
        "assignedLicenses": [SKU] if person.kind == "UserMailbox" else [],
        "onPremisesSyncEnabled": None,
    }


def group(group_id: str, name: str) -> Files:
    """Give one group with its transitive members."""
    members = [
        {"@odata.type": "#microsoft.graph.user", "id": person.id} for person in PEOPLE if group_id in person.groups
    ]
    return {"id": group_id, "displayName": name, "transitiveMembers": members}


def role_assignment(person: Person) -> Files:
    """Give one active assignment of a built-in role for the whole tenant."""
    return {
        "id": f"role-{person.id}",
        "principalId": person.id,
        "roleDefinitionId": ADMIN_ROLE,
        "directoryScopeId": "/",
        "principal": {"@odata.type": "#microsoft.graph.user", "id": person.id},
        "roleDefinition": {"templateId": ADMIN_ROLE, "isBuiltIn": True},
    }


def policies() -> list[Files]:
    """Give the Conditional Access policies: by exclusion, by location, by role."""
    travellers = {"includeUsers": [], "includeGroups": [TRAVELLERS]}
    return [
        policy(1, "Block legacy authentication", users={"includeUsers": ["All"], "excludeGroups": [SENDERS]}),
        policy(
            2,
            "Travellers from the office only",
            users=travellers,
            locations={"includeLocations": ["All"], "excludeLocations": [OFFICE]},
        ),
        policy(3, "MFA for admins", users={"includeUsers": [], "includeRoles": [ADMIN_ROLE]}, control="mfa"),
        policy(4, "Not in force", users={"includeUsers": ["All"]}, state="disabled"),
    ]


def policy(
    number: int,
    name: str,
    *,
    users: Files,
    locations: Files | None = None,
    control: str = "block",
    state: str = "enabled",
) -> Files:
    """Give one policy for legacy clients and Exchange Online."""
    return {
        "id": f"99999999-0000-4000-8000-{number:012d}",
        "displayName": name,
        "state": state,
        "createdDateTime": "2024-03-01T09:00:00.1234567Z",
        "conditions": {
            "clientAppTypes": ["exchangeActiveSync", "other"],
            "applications": {"includeApplications": ["All"]},
            "users": users,
            "locations": locations,
        },
        "grantControls": {"operator": "OR", "builtInControls": [control]},
        "sessionControls": None,
    }


def write(folder: Path, content: Mapping[str, Any]) -> Path:
    """Write the files into a folder, which is made.

    Args:
        folder: The evidence folder.
        content: What each file holds, by its name without the ending; text is written as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, what in content.items():
        text = what if isinstance(what, str) else json.dumps(what)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return folder
