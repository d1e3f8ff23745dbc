"""Codes of the sign-in log (AADSTS…) that stand behind a refused SMTP sign-in (facts/smtp-auth.md §5.3)."""

from scanner.model.text import Text, say
from scanner.replies import causes_sender as sender
from scanner.replies import causes_service as service
from scanner.replies import causes_settings as settings
from scanner.replies.entry import CatalogueEntry, Cause


def _code(number: str, meaning: Text, *causes: Cause) -> CatalogueEntry:
    """Make the entry of one code: Microsoft says that the number may be matched, its text not."""
    return CatalogueEntry(
        key=f"aadsts_{number}", code=number, stage="SIGN-IN", meaning=meaning, causes=causes, sources=("S10",)
    )


_AGENT = say("The pass-through authentication agents on premises have a problem.")
_DEVICE = say("A device or an application as Conditional Access demands it is missing.")

SIGN_IN = (
    _code("50034", say("The user isn't in the directory."), sender.UNKNOWN_USER, sender.WRONG_PASSWORD),
    _code(
        "50053",
        say("Locked by too many failed tries, or refused for a malicious address."),
        sender.ACCOUNT_LOCKED,
        sender.MALICIOUS_ADDRESS,
    ),
    _code("50055", say("The password has expired."), settings.PASSWORD_EXPIRED),
    _code(
        "50056",
        say("The directory has no valid password for the account."),
        service.FEDERATION,
        settings.PASSWORD_EXPIRED,
    ),
    _code("50057", say("The account is disabled."), settings.SIGN_IN_BLOCKED),
    _code(
        "50076",
        say("MFA was required by a policy or for the location."),
        settings.CONDITIONAL_ACCESS,
        settings.PER_USER_MFA,
    ),
    _code(
        "50079",
        say("The user must register for MFA."),
        settings.PER_USER_MFA,
        settings.CONDITIONAL_ACCESS,
        settings.SECURITY_DEFAULTS,
    ),
    _code("50126", say("User name or password is wrong."), sender.WRONG_PASSWORD, settings.PER_USER_MFA),
    _code("50144", say("The password of the account on premises has expired."), settings.PASSWORD_EXPIRED),
    _code("50158", say("An outside demand wasn't met (other MFA, terms of use)."), settings.CONDITIONAL_ACCESS),
    *(_code(number, _DEVICE, settings.CONDITIONAL_ACCESS) for number in ("53000", "53001", "53002")),
    _code("53003", say("Blocked by Conditional Access."), settings.CONDITIONAL_ACCESS, settings.LOCATION),
    _code("53004", say("Registration for MFA is blocked because of risk."), settings.CONDITIONAL_ACCESS),
    _code("530032", say("Blocked by a security policy of the tenant."), settings.CONDITIONAL_ACCESS),
    _code("530035", say("Blocked by Security Defaults."), settings.SECURITY_DEFAULTS),
    _code("65001", say("Consent to the application is missing."), sender.OAUTH_APP_STATE),
    _code("700016", say("The application isn't in this tenant."), sender.OAUTH_APP_STATE),
    _code("7000112", say("The application is disabled."), sender.OAUTH_APP_STATE),
    _code("7000215", say("The client secret is wrong."), sender.OAUTH_APP_STATE),
    _code("7000222", say("The client secret has expired."), sender.OAUTH_APP_STATE),
    *(_code(str(number), _AGENT, service.PASS_THROUGH_AGENT) for number in range(80001, 80015)),
    _code("90002", say("The tenant wasn't found."), sender.OAUTH_APP_STATE),
)
