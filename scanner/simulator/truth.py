"""What Exchange Online and Entra ID would do with a submission, told from the simulated tenant's own state.

Written apart from the product's rules, and never to share code with them: tests hold the one against the other.
"""

from enum import StrEnum

from scanner.simulator.entra import Attempt, ClientType, Entra
from scanner.simulator.places import Place, telling_places
from scanner.simulator.population.conditional import Policy
from scanner.simulator.population.directory import Population
from scanner.simulator.population.frozen import Frozen
from scanner.simulator.population.model import Mailbox, Mfa

RISKS = ("none", "low", "medium", "high")
"""Levels of sign-in risk."""
_AUTH = "535 5.7.139 Authentication unsuccessful, "


class Method(StrEnum):
    """How the client signs in."""

    BASIC = "basic"
    OAUTH_DELEGATED = "oauth_delegated"
    OAUTH_APP = "oauth_app"


class Outcome(StrEnum):
    """What becomes of a mailbox's submissions, over all places and risks."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    DEPENDS = "depends"


class Layer(StrEnum):
    """What can refuse a submission, in this order."""

    AUTHENTICATION_POLICY = "authentication_policy"
    SMTP_AUTH_SWITCH = "smtp_auth_switch"
    ACCOUNT = "account"
    SECURITY_DEFAULTS = "security_defaults"
    CONDITIONAL_ACCESS = "conditional_access"
    PER_USER_MFA = "per_user_mfa"


class Submission(Frozen, frozen=True, kw_only=True):
    """How one submission ended."""

    accepted: bool
    reply: str
    """What the server said to AUTH."""
    refused_by: Layer | None = None


ACCEPTED = Submission(accepted=True, reply="235 2.7.0 Authentication successful")


class MailServer:
    """Answers submissions to a tenant's mailboxes.

    Args:
        population: the tenant.
    """

    def __init__(self, population: Population) -> None:
        self._settings = population.settings
        self._policies = {policy.name: policy for policy in population.authentication_policies}
        self._entra = Entra(population)
        places = telling_places(population.locations)
        self._attempts = tuple(Attempt(place=place, risk=risk) for place in places for risk in RISKS)

    def submit(self, mailbox: Mailbox, method: Method, place: Place, risk: str) -> Submission:
        """Try one submission.

        Args:
            mailbox: who sends, with the right password or a valid consent.
            method: how it signs in.
            place: where it sends from.
            risk: sign-in risk, one of `RISKS`.

        Returns:
            How it ends: the first layer that refuses decides.
        """
        refusal = self._refuse_everywhere(mailbox, method)
        if refusal:
            return refusal
        if self._entra.stops(self._policies_about(mailbox, method), Attempt(place=place, risk=risk)):
            return _refuse_criteria(Layer.CONDITIONAL_ACCESS)
        return self._refuse_password(mailbox, method) or ACCEPTED

    def stoppers(self, mailbox: Mailbox, method: Method, place: Place, risk: str) -> tuple[Policy, ...]:
        """Give the Conditional Access policies that would stop such a submission each on its own."""
        attempt = Attempt(place=place, risk=risk)
        return tuple(one for one in self._policies_about(mailbox, method) if self._entra.stops((one,), attempt))

    def outcome(self, mailbox: Mailbox, method: Method) -> Outcome:
        """Try a submission from every telling place at every risk.

        Args:
            mailbox: who sends.
            method: how it signs in.

        Returns:
            Accepted or refused if all end alike, else depends.
        """
        if self._refuse_everywhere(mailbox, method) or self._refuse_password(mailbox, method):
            return Outcome.REFUSED
        policies = self._policies_about(mailbox, method)
        ends = {self._entra.stops(policies, attempt) for attempt in self._attempts} if policies else {False}
        if len(ends) > 1:
            return Outcome.DEPENDS
        return Outcome.REFUSED if True in ends else Outcome.ACCEPTED

    def _refuse_everywhere(self, mailbox: Mailbox, method: Method) -> Submission | None:
        """Ask the layers in front of Conditional Access, which look at neither place nor risk."""
        if method is Method.BASIC and not self._policy_allows(mailbox):
            return _refuse(Layer.AUTHENTICATION_POLICY, f"{_AUTH}basic authentication is disabled.")
        if self._is_switched_off(mailbox):
            return _refuse(Layer.SMTP_AUTH_SWITCH, _switch_reply(mailbox))
        if method is not Method.OAUTH_APP and not (mailbox.account and mailbox.account.enabled):
            return _refuse(Layer.ACCOUNT, f"{_AUTH}account has an issue. Contact your administrator.")
        if method is Method.BASIC and self._settings.security_defaults:
            reply = (
                f"{_AUTH}user is locked by your organization's security defaults policy. Contact your administrator."
            )
            return _refuse(Layer.SECURITY_DEFAULTS, reply)
        return None

    def _refuse_password(self, mailbox: Mailbox, method: Method) -> Submission | None:
        if method is Method.BASIC and mailbox.account and mailbox.account.mfa is Mfa.ENFORCED:
            return _refuse_criteria(Layer.PER_USER_MFA)
        return None

    def _policy_allows(self, mailbox: Mailbox) -> bool:
        name = mailbox.authentication_policy or self._settings.default_authentication_policy
        return name is None or "Smtp" in self._policies[name].allowed

    def _is_switched_off(self, mailbox: Mailbox) -> bool:
        if mailbox.smtp_auth_disabled is None:
            return self._settings.smtp_auth_disabled
        return mailbox.smtp_auth_disabled

    def _policies_about(self, mailbox: Mailbox, method: Method) -> tuple[Policy, ...]:
        match method:
            case Method.BASIC:
                client = ClientType.OTHER
            case Method.OAUTH_DELEGATED:
                client = ClientType.MODERN
            case Method.OAUTH_APP:
                return ()  # policies about users do not see it, and the one about workloads names another application
        return self._entra.policies_about(mailbox.account, client) if mailbox.account else ()


def outcomes(population: Population, method: Method) -> dict[str, Outcome]:
    """Say for every listed mailbox what would become of a submission.

    Args:
        population: the tenant.
        method: how the clients sign in.

    Returns:
        Outcome by mailbox key.
    """
    server = MailServer(population)
    return {mailbox.key: server.outcome(mailbox, method) for mailbox in population.mailboxes}


def _switch_reply(mailbox: Mailbox) -> str:
    where = "Tenant" if mailbox.smtp_auth_disabled is None else "Mailbox"
    link = "Visit https://aka.ms/smtp_auth_disabled for more information."
    return f"{_AUTH}SmtpClientAuthentication is disabled for the {where}. {link}"


def _refuse_criteria(layer: Layer) -> Submission:
    sentence = "the request did not meet the criteria to be authenticated successfully. Contact your administrator."
    return _refuse(layer, f"{_AUTH}{sentence}")


def _refuse(layer: Layer, reply: str) -> Submission:
    return Submission(accepted=False, reply=reply, refused_by=layer)
