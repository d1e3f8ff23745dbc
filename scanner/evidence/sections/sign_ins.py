"""Graph sign-in events: who signs in with authenticated SMTP, and with what success."""

from collections.abc import Iterator

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import GraphLog, Section
from scanner.evidence.sign_in_log import SignInGatherer
from scanner.model.text import say
from scanner.model.use import SignIn

EXCHANGE = "00000002-0000-0ff1-ce00-000000000000"
EXCHANGE_NAME = "office 365 exchange online"
# The name of today and those of before (facts/apis.md §2.4; facts/smtp-auth.md §5.2).
SMTP_CLIENTS = frozenset({"authenticated smtp", "smtp", "smtp auth", "other clients; smtp"})
# Of the legacy clients that this covers only SMTP can still succeed at Exchange since October 2022 (§3.1): a success is
# one of SMTP (INFERRED), a failure may be of any.
OTHER_CLIENTS = "other clients"
ASKED_FOR = ("Authenticated SMTP", "SMTP", "Other clients")
CONDITION = "(" + " or ".join(f"clientAppUsed eq '{client}'" for client in ASKED_FOR) + ")"
LOG_DAYS = 30  # that the log keeps with Entra ID P1 or P2; without, it can't be read (facts/smtp-auth.md §5.2)
LONGEST_CODE = 20  # characters; codes have six digits
OAUTH_PROTOCOLS = frozenset({"oauth2", "devicecode", "saml20"})
# How Exchange's legacy front end calls itself when it turns Basic into a sign-in.
BASIC_AGENT = "bav2ropc"
UNTOUCHED = frozenset({"", "notapplied", "notenabled", "reportonlynotapplied"})


def code_of(row: Row) -> str:
    """Read the status code.

    Raises:
        RowError: There is none, so that success and failure can't be told apart.
    """
    status = row.row("status")
    code = status.raw("errorCode") if status else None
    if isinstance(code, int) and not isinstance(code, bool):
        return str(code)
    if isinstance(code, str) and len(code) <= LONGEST_CODE and code.strip().isdecimal():
        return str(int(code))
    raise RowError(say("a sign-in without status.errorCode"))


def is_smtp(row: Row, code: str) -> bool:
    """Tell whether an event is authenticated SMTP."""
    client = " ".join(row.word("clientAppUsed").lower().split())
    if client != OTHER_CLIENTS:
        return client in SMTP_CLIENTS
    at_exchange = row.word("resourceDisplayName").lower() == EXCHANGE_NAME or row.id("resourceId") == EXCHANGE
    return at_exchange and code == "0"


def is_oauth(row: Row) -> bool:
    """Tell whether the client had signed in with OAuth."""
    if BASIC_AGENT in row.word("userAgent").lower():
        return False
    return row.word("authenticationProtocol").lower() in OAUTH_PROTOCOLS


def policies_of(row: Row) -> tuple[tuple[str, str, str], ...] | None:
    """Read the policies that were applied; ``None`` where the reader may not see any (facts/apis.md §2.4)."""
    if not isinstance(row.raw("appliedConditionalAccessPolicies"), list):
        return None
    return tuple(applied_in(row.rows("appliedConditionalAccessPolicies")))


def applied_in(policies: list[Row]) -> Iterator[tuple[str, str, str]]:
    """Give id, name and result of the policies that had something to say."""
    for policy in policies:
        if policy.word("result").lower() not in UNTOUCHED:
            yield policy.id("id"), policy.word("displayName"), policy.word("result")


def parse(row: Row) -> SignIn:
    """Read one event.

    Raises:
        RowError: It has no time, no account or no status.
    """
    moment = row.time("createdDateTime")
    if moment is None:
        raise RowError(say("a sign-in without createdDateTime"))
    user_id, sign_in_name = row.id("userId"), row.word("userPrincipalName").strip().lower()
    if not user_id and not sign_in_name:
        raise RowError(say("a sign-in without userId and userPrincipalName"))
    if not row.word("clientAppUsed"):
        raise RowError(say("a sign-in without clientAppUsed"))
    code = code_of(row)
    return SignIn(
        id=row.word("id"),
        user_id=user_id,
        sign_in_name=sign_in_name,
        moment=moment,
        smtp=is_smtp(row, code),
        oauth=is_oauth(row),
        code=code,
        address=row.word("ipAddress"),
        user_agent=row.word("userAgent"),
        policies=policies_of(row),
    )


SECTION = Section(
    name="sign-ins",
    title="Graph sign-in events of authenticated SMTP",
    gives="who really signs in with authenticated SMTP, and with what success",
    permission="AuditLog.Read.All",
    ask=GraphLog(
        path="/beta/auditLogs/signIns",
        time="createdDateTime",
        condition=CONDITION,
        kinds=("interactiveUser", "nonInteractiveUser"),
        days=LOG_DAYS,
        query={"$top": "1000"},
    ),
    parse=parse,
    gather=SignInGatherer,
    core=False,
)
