"""Users, their number, their per-user MFA state, and the risky ones."""

import re
from collections.abc import Callable, Sequence

from scanner.simulator.graph import refusals
from scanner.simulator.graph.desk import (
    Desk,
    Paging,
    Query,
    Row,
    answer_count,
    answer_list,
    answer_one,
    require_eventual,
)
from scanner.simulator.graph.refusals import GraphRefusalError
from scanner.simulator.population.model import Account
from scanner.simulator.wire import Answer

E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"
"""SKU id of Microsoft 365 E5."""
_EXCHANGE_PLAN = "efb87545-963c-4e0d-99df-69c6916d9eb0"
_CREATED = "2021-03-01T08:00:00Z"
_ONE_DEFAULT = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)
"""What Graph returns of a user when nothing is selected."""


_BEGINNING = re.compile(r"startswith\(userPrincipalName,'((?:[^']|'')*)'\)", re.IGNORECASE)
_PAGING = Paging(filtered=True)


def list_users(desk: Desk, query: Query) -> Answer:
    """Answer `GET /users`."""
    if query.ask.query.get("$count") == "true":
        require_eventual(query)
    names = _wanted(query)
    return answer_list(desk, query, _choose(desk, query), lambda account: user_row(account, names), _PAGING)


def _choose(desk: Desk, query: Query) -> Sequence[Account]:
    """Return the users that `$filter` lets through: of all filters, the beginning of the sign-in name is known."""
    words = query.ask.query.get("$filter")
    if words is None:
        return desk.population.accounts
    found = _BEGINNING.fullmatch(words)
    if found is None:
        raise GraphRefusalError(400, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause.")
    beginning = found[1].replace("''", "'").lower()
    return [account for account in desk.population.accounts if account.upn.lower().startswith(beginning)]


def count_users(desk: Desk, query: Query) -> Answer:
    """Answer `GET /users/$count`, in plain text."""
    return answer_count(query, len(desk.population.accounts))


def show_user(desk: Desk, query: Query) -> Answer:
    """Answer `GET /users/{id}`."""
    return answer_one(desk, query, user_row(_find(desk, query.names[0]), _wanted(query)))


def show_mfa(desk: Desk, query: Query) -> Answer:
    """Answer `GET /beta/users/{id}/authentication/requirements`."""
    account = _find(desk, query.names[0])
    context = f"{desk.root}/beta/$metadata#users('{account.id}')/authentication/requirements"
    return Answer(content={"@odata.context": context, "perUserMfaState": account.mfa})


def list_risky_users(desk: Desk, query: Query) -> Answer:
    """Answer `GET /identityProtection/riskyUsers`."""
    return answer_list(
        desk, query, tuple(desk.population.risk), lambda key: _risky_row(desk, key), Paging(default=100, maximum=500)
    )


def user_row(account: Account, names: tuple[str, ...] = _ONE_DEFAULT) -> Row:
    """Render a user.

    Args:
        account: the user.
        names: properties to render; all must be known.

    Returns:
        The properties.
    """
    return {name: _FIELDS[name](account) for name in names}


def _wanted(query: Query) -> tuple[str, ...]:
    for name in query.selected:
        if name not in _FIELDS:
            raise refusals.property_is_unknown(name)
    return query.selected or _ONE_DEFAULT


def _find(desk: Desk, name: str) -> Account:
    account = desk.population.accounts_by_id.get(name.lower())
    if account is None:
        raise refusals.object_is_missing(name)
    return account


def _risky_row(desk: Desk, account_id: str) -> Row:
    account = desk.population.accounts_by_id[account_id]
    return {
        "id": account.id,
        "isDeleted": False,
        "isProcessing": False,
        "riskLastUpdatedDateTime": "2026-11-01T07:00:00Z",
        "riskLevel": desk.population.risk[account_id],
        "riskState": "atRisk",
        "riskDetail": "none",
        "userDisplayName": account.display_name,
        "userPrincipalName": account.upn,
    }


def _proxy_addresses(account: Account) -> list[str]:
    return [f"SMTP:{account.mail}"] if account.mail and not account.guest else []


def _assigned_licenses(account: Account) -> list[Row]:
    return [{"disabledPlans": [], "skuId": E5}] if account.licensed else []


def _assigned_plans(account: Account) -> list[Row]:
    plan: Row = {
        "assignedDateTime": _CREATED,
        "capabilityStatus": "Enabled",
        "service": "exchange",
        "servicePlanId": _EXCHANGE_PLAN,
    }
    return [plan] if account.licensed else []


def _nothing(_: Account) -> None:
    return None


_FIELDS: dict[str, Callable[[Account], object]] = {
    "id": lambda account: account.id,
    "userPrincipalName": lambda account: account.upn,
    "displayName": lambda account: account.display_name,
    "mail": lambda account: account.mail,
    "mailNickname": lambda account: account.upn.partition("@")[0],
    "accountEnabled": lambda account: account.enabled,
    "userType": lambda account: "Guest" if account.guest else "Member",
    "department": lambda account: account.department,
    "assignedLicenses": _assigned_licenses,
    "assignedPlans": _assigned_plans,
    "proxyAddresses": _proxy_addresses,
    "onPremisesSyncEnabled": lambda account: True if account.synced else None,
    "passwordPolicies": lambda account: None if account.password_expires else "DisablePasswordExpiration",
    "createdDateTime": lambda _: _CREATED,
    "lastPasswordChangeDateTime": lambda _: _CREATED,
    "creationType": lambda account: "Invitation" if account.guest else None,
    "externalUserState": lambda account: "Accepted" if account.guest else None,
    "usageLocation": lambda account: None if account.guest else "DE",
    "businessPhones": lambda _: [],
    "otherMails": lambda _: [],
    "companyName": _nothing,
    "employeeType": _nothing,
    "givenName": _nothing,
    "jobTitle": _nothing,
    "mobilePhone": _nothing,
    "officeLocation": _nothing,
    "onPremisesImmutableId": _nothing,
    "preferredLanguage": _nothing,
    "surname": _nothing,
}
"""How each property that may be selected is rendered."""
