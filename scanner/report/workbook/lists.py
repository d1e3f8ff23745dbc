"""The sheets of evidence and of policies: their columns and rows."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from scanner.model.text import Text, say
from scanner.report.contract import AuthenticationPolicyPart, ExclusionPart, PolicyPart, Report
from scanner.report.language import Language
from scanner.report.words import EFFECT_TITLES, EXCLUSION_TITLES, POLICY_STATES, SECTION_STATES, name_code
from scanner.report.workbook.cells import Cell, to_serial
from scanner.report.workbook.columns import Style

GAP_COLUMNS: Final[tuple[tuple[Text, int, Style], ...]] = (
    (say("Section"), 30, "plain"),
    (say("State"), 12, "plain"),
    (say("Rows"), 10, "number"),
    (say("Expected"), 10, "number"),
    (say("Mailboxes unknown without it"), 14, "number"),
    (say("Reason"), 70, "plain"),
    (say("Permission"), 34, "plain"),
    (say("Read at"), 18, "moment"),
)
POLICY_COLUMNS: Final[tuple[tuple[Text, int, Style], ...]] = (
    (say("Policy"), 44, "plain"),
    (say("Kind"), 24, "plain"),
    (say("State"), 16, "plain"),
    (say("Effect on Basic"), 28, "plain"),
    (say("Mailboxes"), 11, "number"),
    (say("Why"), 70, "plain"),
    (say("What it says"), 90, "plain"),
    (say("Exclusions"), 60, "plain"),
    (say("Id"), 38, "plain"),
)


def list_gaps(report: Report, language: Language) -> Iterator[tuple[Cell, ...]]:
    """Lists the sections of evidence, those with gaps first."""
    lacking = Counter(section for mailbox in report.mailboxes for section in mailbox.verdicts.basic.missing)
    order = {"missing": 0, "partial": 1, "complete": 2}
    for part in sorted(report.run.evidence, key=lambda part: order[part.state]):
        yield (
            part.section,
            language.render(SECTION_STATES[part.state]),
            part.count,
            part.expected,
            lacking[part.section],
            language.cell(part.reason),
            part.permission,
            to_serial(part.collected_at),
        )


def list_policies(report: Report, language: Language) -> Iterator[tuple[Cell, ...]]:
    """Lists the Conditional Access policies, then the authentication policies."""
    posture = report.tenant_posture
    for policy in posture.conditional_access:
        yield _list_access(policy, language)
    for rule in posture.authentication_policies:
        yield _list_authentication(rule, language)


def _list_access(policy: PolicyPart, language: Language) -> tuple[Cell, ...]:
    """Lists one Conditional Access policy."""
    return (
        policy.name,
        language.gettext("Conditional Access"),
        language.render(name_code(policy.state.lower(), POLICY_STATES)),
        language.render(EFFECT_TITLES[policy.effect]),
        policy.mailboxes,
        language.cell(policy.because),
        " ".join(str(language.cell(sentence)) for sentence in policy.words),
        "; ".join(_write_exclusion(exclusion, language) for exclusion in policy.exclusions),
        policy.id,
    )


def _write_exclusion(exclusion: ExclusionPart, language: Language) -> str:
    """Writes whom a policy spares, with the ways there."""
    kind = language.render(EXCLUSION_TITLES[exclusion.kind])
    paths = f" ({', '.join(exclusion.paths)})" if exclusion.paths else ""
    return f"{kind}: {exclusion.name}{paths}"


def _list_authentication(policy: AuthenticationPolicyPart, language: Language) -> tuple[Cell, ...]:
    """Lists one authentication policy."""
    effects = {
        True: language.gettext("No effect on Basic"),
        False: language.gettext("Stops Basic"),
        None: language.gettext("Unknown"),
    }
    holds = language.gettext("It holds for everybody without a policy of their own.") if policy.default else ""
    return (
        policy.name,
        language.gettext("Authentication policy"),
        "",
        effects[policy.allows_basic_smtp],
        policy.mailboxes,
        holds,
        "" if policy.allows_basic_smtp is None else f"AllowBasicAuthSmtp = {policy.allows_basic_smtp}",
        "",
        "",
    )
