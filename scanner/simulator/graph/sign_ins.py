"""The sign-in log: filtered, newest first, and only for who has the licence."""

import datetime as dt
import re
import uuid
from bisect import bisect_left, bisect_right

from scanner.simulator.diary import KEPT_DAYS, Attempt
from scanner.simulator.graph.desk import Desk, Paging, Query, Row, answer_list
from scanner.simulator.graph.refusals import GraphRefusalError
from scanner.simulator.wire import Answer

INTERACTIVE, NON_INTERACTIVE = "interactiveUser", "nonInteractiveUser"
_EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
_CLIENT = "Authenticated SMTP"
_LAG = dt.timedelta(minutes=15)
_PAGING = Paging(default=1000, maximum=1000, filtered=True)
_WHEN = re.compile(r"createdDateTime (\w+) (\S+)")
_WHO = re.compile(r"clientAppUsed eq '([^']*)'")
_KIND = re.compile(r"signInEventTypes/any\(t: ?t eq '(\w+)'\)")
_JOINT = re.compile(r"\b(?:and|or)\b|[()]")
_BLOCKED = 53003  # by Conditional Access
_BLOCKED_BY_DEFAULTS = 530035
_READS_POLICIES = "Policy.Read.All"
_REASONS = {
    0: "Other.",
    50053: "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
    50057: "The user account is disabled.",
    50076: "Due to a configuration change made by your administrator you must use multi-factor authentication.",
    50126: "Error validating credentials due to invalid username or password.",
    _BLOCKED: "Access has been blocked by Conditional Access policies.",
    _BLOCKED_BY_DEFAULTS: "Access has been blocked by security defaults.",
}


def list_sign_ins(desk: Desk, query: Query) -> Answer:
    """Answer `GET /auditLogs/signIns`."""
    if not desk.population.scenario.premium:
        message = "Neither tenant is B2C or tenant doesn't have premium license"
        raise GraphRefusalError(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", message)
    beta = query.ask.path[0] == "beta"
    start, end, kind = _read_filter(query.ask.query.get("$filter", ""), beta=beta)
    now = desk.diary.now
    start, end = max(start or now, now - dt.timedelta(days=KEPT_DAYS)), min(end or now, now - _LAG)
    if not query.ask.query.get("$filter"):
        start = now - dt.timedelta(days=KEPT_DAYS)
    attempts = [one for one in _between(desk, start, end) if one.interactive == (kind == INTERACTIVE)]
    sees_policies = _READS_POLICIES in query.roles

    def render(attempt: Attempt) -> Row:
        row = sign_in_row(attempt, beta=beta)
        return {**row, "appliedConditionalAccessPolicies": _refusing(desk, attempt)} if sees_policies else row

    return answer_list(desk, query, attempts, render, _PAGING)


def _refusing(desk: Desk, attempt: Attempt) -> list[Row]:
    """Render the policies that refused a sign-in, Security Defaults among them."""
    if attempt.code == _BLOCKED_BY_DEFAULTS:
        return [{"id": "SecurityDefaults", "displayName": "Security Defaults", "result": "failure"}]
    policies = desk.diary.stoppers(attempt.mailbox) if attempt.code == _BLOCKED else ()
    return [{"id": one.id, "displayName": one.name, "result": "failure"} for one in policies]


def sign_in_row(attempt: Attempt, *, beta: bool) -> Row:
    """Render one event.

    Args:
        attempt: what happened.
        beta: the beta version shows more.

    Returns:
        Its properties.
    """
    account = attempt.mailbox.account
    code = attempt.code or 0
    mark = uuid.uuid5(uuid.NAMESPACE_OID, f"{attempt.mailbox.key}/{attempt.moment.isoformat()}/{attempt.address}")
    row: Row = {
        "id": str(mark),
        "createdDateTime": f"{attempt.moment:%Y-%m-%dT%H:%M:%SZ}",
        "userDisplayName": attempt.mailbox.display_name,
        "userPrincipalName": account.upn if account else "",
        "userId": account.id if account else "",
        "appId": _EXCHANGE,
        "appDisplayName": "Office 365 Exchange Online",
        "ipAddress": attempt.address,
        "clientAppUsed": _CLIENT,
        "correlationId": str(mark),
        "conditionalAccessStatus": "failure" if code == _BLOCKED else "notApplied",
        "isInteractive": attempt.interactive,
        "riskState": "none",
        "resourceDisplayName": "Office 365 Exchange Online",
        "resourceId": _EXCHANGE,
        "status": {"errorCode": code, "failureReason": _REASONS.get(code, "Other."), "additionalDetails": None},
        "location": {"city": "Berlin", "state": "Berlin", "countryOrRegion": "DE"},
    }
    if beta:
        kind = INTERACTIVE if attempt.interactive else NON_INTERACTIVE
        row |= {
            "signInEventTypes": [kind],
            "authenticationProtocol": "none",
            "userAgent": attempt.user_agent,
        }
    return row


def _between(desk: Desk, start: dt.datetime, end: dt.datetime) -> tuple[Attempt, ...]:
    logged = desk.diary.logged
    first = bisect_left(logged, -end.timestamp(), key=lambda attempt: -attempt.moment.timestamp())
    last = bisect_right(logged, -start.timestamp(), key=lambda attempt: -attempt.moment.timestamp())
    return logged[first:last]


def _read_filter(text: str, *, beta: bool) -> tuple[dt.datetime | None, dt.datetime | None, str]:
    """Read a filter, and refuse what the service refuses."""
    rest = _JOINT.sub("", _KIND.sub("", _WHO.sub("", _WHEN.sub("", text)))).strip()
    kinds, clients = _KIND.findall(text), _WHO.findall(text)
    if rest or (kinds and not beta) or len(kinds) > 1 or (clients and _CLIENT not in clients):
        raise GraphRefusalError(400, "BadRequest", "Invalid filter clause")
    bounds: dict[str, dt.datetime] = {}
    for operator, value in _WHEN.findall(text):
        if operator not in {"ge", "le"} or "'" in value:
            raise GraphRefusalError(400, "BadRequest", "Invalid filter clause")
        bounds[operator] = dt.datetime.fromisoformat(value.rstrip(")"))
    return bounds.get("ge"), bounds.get("le"), kinds[0] if kinds else INTERACTIVE
