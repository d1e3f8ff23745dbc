"""The tenant's posture: the settings that hold for all, and the Conditional Access policies."""

from collections import Counter

from scanner.model.frozen import Frozen
from scanner.report.contract import AuthenticationPolicyPart, ExclusionPart, PolicyPart, Report
from scanner.report.language import Language
from scanner.report.names import isolate_name, show_name
from scanner.report.words import EFFECT_TITLES, EXCLUSION_TITLES, POLICY_STATES, SWITCH_TITLES, name_code

_EFFECT_TONES = {"stops": "refused", "stops_sometimes": "depends", "forecast": "depends", "unknown": "unknown"}
_EFFECT_ORDER = ("stops", "stops_sometimes", "forecast", "unknown", "none")


class Setting(Frozen, frozen=True, kw_only=True):
    """One setting: title, its technical name, what it is set to and what that means."""

    title: str
    name: str
    value: str
    meaning: str
    tone: str


class Exclusion(Frozen, frozen=True, kw_only=True):
    """Somebody whom a policy spares; ``mailboxes`` formatted with their noun, ``paths`` down to the mailbox."""

    kind: str
    name: str
    mailboxes: str
    paths: tuple[str, ...]


class AuthenticationPolicy(Frozen, frozen=True, kw_only=True):
    """One authentication policy: what it does to Basic for SMTP, and whom it holds for."""

    name: str
    effect: str
    tone: str
    default: bool
    mailboxes: str


class Policy(Frozen, frozen=True, kw_only=True):
    """One Conditional Access policy; ``mailboxes`` in its scope, formatted; ``raw_state`` as the provider writes it."""

    name: str
    state: str
    raw_state: str
    effect: str
    tone: str
    mailboxes: str
    because: str
    words: tuple[str, ...]
    exclusions: tuple[Exclusion, ...]


class Posture(Frozen, frozen=True, kw_only=True):
    """The tenant's posture; ``policies_known`` is false where the list of policies was not read in full."""

    settings: tuple[Setting, ...]
    policies: tuple[Policy, ...]
    policies_known: bool
    authentication_policies: tuple[AuthenticationPolicy, ...]


def show_posture(report: Report, language: Language) -> Posture:
    """Shows the tenant's settings and policies.

    Args:
        report: The report.
        language: Its language.

    Returns:
        The posture; policies with the strongest effect first.
    """
    settings = [_show_switch(report, language), _show_defaults(report, language), _show_policy(report, language)]
    if report.mailboxes:
        settings.append(_show_overrides(report, language))
    policies = sorted(
        report.tenant_posture.conditional_access,
        key=lambda policy: (_EFFECT_ORDER.index(policy.effect), language.order(policy.name)),
    )
    states = {section.section: section.state for section in report.run.evidence}
    return Posture(
        settings=tuple(settings),
        policies=tuple(_show_access_policy(policy, language) for policy in policies),
        policies_known=states.get("conditional-access-policies") == "complete",
        authentication_policies=tuple(
            _show_authentication_policy(policy, language)
            for policy in sorted(
                report.tenant_posture.authentication_policies, key=lambda policy: language.order(policy.name)
            )
        ),
    )


def _show_switch(report: Report, language: Language) -> Setting:
    disabled = report.tenant_posture.smtp_auth_disabled
    title, name = language.gettext("SMTP AUTH for the tenant"), "SmtpClientAuthenticationDisabled"
    if disabled is None:
        return _unknown_setting(title, name, language)
    if disabled:
        meaning = language.gettext(
            "Mailboxes without a value of their own can't submit, neither with a password nor with OAuth."
        )
        return Setting(title=title, name=name, value=language.gettext("Off"), meaning=meaning, tone="refused")
    meaning = language.gettext("Mailboxes without a value of their own may submit, as far as this switch goes.")
    return Setting(title=title, name=name, value=language.gettext("On"), meaning=meaning, tone="accepted")


def _show_defaults(report: Report, language: Language) -> Setting:
    enabled = report.tenant_posture.security_defaults
    title, name = language.gettext("Security Defaults"), "isEnabled"
    if enabled is None:
        return _unknown_setting(title, name, language)
    if enabled:
        meaning = language.gettext(
            "Every sign-in with a password alone is refused for sending; there are no exceptions."
        )
        return Setting(title=title, name=name, value=language.gettext("On"), meaning=meaning, tone="refused")
    meaning = language.gettext("They refuse nothing.")
    return Setting(title=title, name=name, value=language.gettext("Off"), meaning=meaning, tone="accepted")


def _show_policy(report: Report, language: Language) -> Setting:
    policy = report.tenant_posture.default_authentication_policy
    title, name = language.gettext("Default authentication policy"), "DefaultAuthenticationPolicy"
    if policy is None:
        return _unknown_setting(title, name, language)
    if not policy:
        meaning = language.gettext("Users without a policy of their own are not limited by one.")
        return Setting(title=title, name=name, value=language.gettext("None"), meaning=meaning, tone="accepted")
    meaning = language.gettext("It holds for users without a policy of their own.")
    return Setting(title=title, name=name, value=isolate_name(policy), meaning=meaning, tone="neutral")


def _show_overrides(report: Report, language: Language) -> Setting:
    """Counts the values of the switch on the mailboxes: their own value beats the tenant's."""
    counts: Counter[str] = Counter(
        mailbox.smtp_auth.mailbox for mailbox in report.mailboxes if mailbox.set_aside is None
    )
    parts = [f"{language.render(title)} {language.number(counts[code])}" for code, title in SWITCH_TITLES.items()]
    return Setting(
        title=language.gettext("SMTP AUTH on the mailboxes"),
        name="SmtpClientAuthenticationDisabled",
        value=language.join(parts),
        meaning=language.gettext("A mailbox's own value beats the tenant's, in both directions."),
        tone="neutral",
    )


def _unknown_setting(title: str, name: str, language: Language) -> Setting:
    value = language.gettext("Unknown")
    meaning = language.gettext("It could not be read; it counts neither as on nor as off.")
    return Setting(title=title, name=name, value=value, meaning=meaning, tone="unknown")


def _show_access_policy(policy: PolicyPart, language: Language) -> Policy:
    return Policy(
        name=show_name(policy.name) or show_name(policy.id),
        state=language.render(name_code(policy.state.lower(), POLICY_STATES)),
        raw_state=show_name(policy.state),
        effect=language.render(EFFECT_TITLES[policy.effect]),
        tone=_EFFECT_TONES.get(policy.effect, "neutral"),
        mailboxes="?" if policy.mailboxes is None else language.number(policy.mailboxes),
        because=language.render(policy.because),
        words=tuple(language.render(sentence) for sentence in policy.words),
        exclusions=tuple(_show_exclusion(exclusion, language) for exclusion in policy.exclusions),
    )


def _show_exclusion(exclusion: ExclusionPart, language: Language) -> Exclusion:
    counted = language.ngettext("{count} mailbox", "{count} mailboxes", exclusion.mailboxes or 0)
    return Exclusion(
        kind=language.render(EXCLUSION_TITLES[exclusion.kind]),
        name=show_name(exclusion.name),
        mailboxes=language.gettext("how many mailboxes is not known") if exclusion.mailboxes is None else counted,
        paths=tuple(show_name(path, limit=300) for path in exclusion.paths),
    )


def _show_authentication_policy(policy: AuthenticationPolicyPart, language: Language) -> AuthenticationPolicy:
    effects = {
        True: (language.gettext("Allows Basic for SMTP"), "accepted"),
        False: (language.gettext("Stops Basic for SMTP"), "refused"),
        None: (language.gettext("Unknown"), "unknown"),
    }
    effect, tone = effects[policy.allows_basic_smtp]
    return AuthenticationPolicy(
        name=show_name(policy.name),
        effect=effect,
        tone=tone,
        default=policy.default,
        mailboxes=language.number(policy.mailboxes),
    )
