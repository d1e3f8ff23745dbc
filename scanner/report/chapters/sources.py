"""Where the rules come from: every gate with the pages and threads that it rests on, as plain text."""

from typing import Final

from scanner.gates.order import GATES
from scanner.model.frozen import Frozen
from scanner.report.language import Language

_EXCHANGE: Final = "learn.microsoft.com/exchange"
_ENTRA: Final = "learn.microsoft.com/entra"

PAGES: Final[dict[str, str]] = {
    "S1": "learn.microsoft.com/powershell/module/exchangepowershell",
    "S2": f"{_EXCHANGE}/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission",
    "S3": f"{_EXCHANGE}/clients-and-mobile-in-exchange-online/disable-basic-authentication-in-exchange-online",
    "S4": f"{_EXCHANGE}/mail-flow-best-practices/how-to-set-up-a-multifunction-device-or-application-to-send-email-"
    "using-microsoft-365-or-office-365",
    "S5": "learn.microsoft.com/exchange/troubleshoot/email-delivery",
    "S7": "learn.microsoft.com/exchange/client-developer/legacy-protocols/"
    "how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth",
    "S8": f"{_ENTRA}/fundamentals/security-defaults",
    "S9": f"{_ENTRA}/identity/conditional-access",
    "S10": f"{_ENTRA}/identity-platform/reference-error-codes",
    "S12": f"{_ENTRA}/identity/authentication/howto-mfa-app-passwords",
    "S13": "learn.microsoft.com/microsoft-365/admin/email/about-shared-mailboxes",
    "S14": f"{_EXCHANGE}/mail-flow-best-practices/high-volume-mails-m365",
    "S15": "techcommunity.microsoft.com 4489835 (27 January 2026), MC786329",
    "S18": "learn.microsoft.com/exchange/troubleshoot/administration/cannot-connect-mailbox-pop-imap-outlook",
    "SD": f"{_ENTRA}/fundamentals/security-defaults",
    "MFA": f"{_ENTRA}/identity/authentication/howto-mfa-userstates",
    "APW": f"{_ENTRA}/identity/authentication/howto-mfa-app-passwords",
    "POL": f"{_ENTRA}/identity/conditional-access/concept-conditional-access-policies",
    "USR": f"{_ENTRA}/identity/conditional-access/concept-conditional-access-users-groups",
    "CND": f"{_ENTRA}/identity/conditional-access/concept-conditional-access-conditions",
    "LEG": f"{_ENTRA}/identity/conditional-access/policy-block-legacy-authentication",
    "LEG2": f"{_ENTRA}/identity/conditional-access/policy-block-legacy-authentication",
    "GRT": f"{_ENTRA}/identity/conditional-access/concept-conditional-access-grant",
    "WI": f"{_ENTRA}/identity/conditional-access/workload-identity",
}
"""Pages of Microsoft by the keys that gates name them by (facts/smtp-auth.md §8, facts/conditional-access.md §0)."""


class Source(Frozen, frozen=True, kw_only=True):
    """One gate: its title, why it refuses, the pages that say so, and what else its rule rests on."""

    title: str
    rationale: str
    pages: tuple[str, ...]


def list_sources(language: Language) -> tuple[Source, ...]:
    """Lists the gates in the order in which they refuse, with the pages and threads that they rest on."""
    return tuple(
        Source(
            title=language.render(gate.title),
            rationale=language.render(gate.rationale),
            pages=tuple(dict.fromkeys(PAGES.get(key, key) for key in gate.sources)),
        )
        for gate in GATES
    )
