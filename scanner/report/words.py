"""The reader's words for the codes of report.json: a title and, where one helps, a sentence."""

from collections.abc import Mapping
from typing import Final

from scanner.gates.dependencies import DEPENDENCIES
from scanner.gates.order import GATES
from scanner.model.text import NOTHING, Text, say

TONE_BY_FLAG: Final[Mapping[str, str]] = {
    "failing": "bad",
    "will_fail": "soon",
    "would_fail": "warn",
    "exposed": "risk",
    "unknown": "unknown",
    "in_order": "good",
}
"""Colours, by flag; the order is the one in which flags are shown, most urgent first."""

TONE_BY_OUTCOME: Final[Mapping[str, str]] = {
    "accepted": "accepted",
    "depends": "depends",
    "refused": "refused",
    "unknown": "unknown",
}
"""Colours, by outcome. An outcome is a fact and neither good nor bad: colours tell outcomes apart, flags judge."""

FLAG_TITLES: Final[Mapping[str, Text]] = {
    "failing": say("Failing"),
    "will_fail": say("Will fail"),
    "would_fail": say("Would fail"),
    "exposed": say("Exposed"),
    "unknown": say("Unknown"),
    "in_order": say("In order"),
}

FLAG_MEANINGS: Final[Mapping[str, Text]] = {
    "failing": say("Seen trying to send, and refused now."),
    "will_fail": say("Seen sending with a password; refused after a known or announced change."),
    "would_fail": say("Refused if used. No use was seen, or use was not collected."),
    "exposed": say("A password alone is accepted for sending, and no use was seen: close it if nobody needs it."),
    "unknown": say("Evidence is missing. Counted neither as good nor as bad."),
    "in_order": say("Accepted and used in a way that lasts, or refused on purpose and quiet."),
}

LIKELIHOOD_TITLES: Final[Mapping[str, Text]] = {
    "likely": say("Likely"),
    "unlikely": say("Unlikely"),
}

OUTCOME_TITLES: Final[Mapping[str, Text]] = {
    "accepted": say("Accepted"),
    "depends": say("Depends"),
    "refused": say("Refused"),
    "unknown": say("Unknown"),
}

METHOD_TITLES: Final[Mapping[str, Text]] = {
    "basic": say("Password (Basic)"),
    "oauth_delegated": say("OAuth, as a user"),
    "oauth_app": say("OAuth, as an application"),
}

GATE_TITLES: Final[Mapping[str, Text]] = {gate.name: gate.title for gate in GATES}

GATE_STATES: Final[Mapping[str, Text]] = {
    "open": say("Open"),
    "closed": say("Closed"),
    "depends": say("Depends"),
    "unknown": say("Unknown"),
}

KIND_TITLES: Final[Mapping[str, Text]] = {
    "user": say("User"),
    "shared": say("Shared"),
    "room": say("Room"),
    "equipment": say("Equipment"),
    "discovery": say("Discovery"),
    "group": say("Group"),
    "hve": say("High Volume Email"),
    "on_premises": say("On-premises"),
    "other": say("Other"),
    "unknown": say("Unknown"),
}

SET_ASIDE_TITLES: Final[Mapping[str, Text]] = {
    "inactive": say("Inactive mailboxes"),
    "soft_deleted": say("Soft-deleted mailboxes"),
    "on_premises": say("On-premises mailboxes"),
}

SET_ASIDE_MEANINGS: Final[Mapping[str, Text]] = {
    "inactive": say("Kept on hold after their user was deleted: nobody can sign in to them."),
    "soft_deleted": say("Deleted and still recoverable: nobody can sign in to them."),
    "on_premises": say("Hosted on your own servers: the settings of Exchange Online don't govern them."),
}

DEPENDENCY_TITLES: Final = DEPENDENCIES

SECTION_STATES: Final[Mapping[str, Text]] = {
    "complete": say("Complete"),
    "partial": say("Partial"),
    "missing": say("Missing"),
}

CONFIDENCE_TITLES: Final[Mapping[str, Text]] = {
    "high": say("High"),
    "medium": say("Medium"),
    "low": say("Low"),
}

CONFIDENCE_MEANINGS: Final[Mapping[str, Text]] = {
    "high": say("Every rule that was used is documented by Microsoft or proven in the field."),
    "medium": say("One rule was inferred from documented behaviour."),
    "low": say("A disputed rule or an unknown value was met."),
}

EFFECT_TITLES: Final[Mapping[str, Text]] = {
    "stops": say("Stops Basic"),
    "stops_sometimes": say("Stops Basic sometimes"),
    "forecast": say("Would stop Basic if enforced"),
    "none": say("No effect on Basic"),
    "unknown": say("Unknown"),
}

POLICY_STATES: Final[Mapping[str, Text]] = {
    "enabled": say("On"),
    "disabled": say("Off"),
    "enabledforreportingbutnotenforced": say("Report-only"),
}

CONTROL_STATES: Final[Mapping[str, Text]] = {
    "met": say("Met"),
    "not_met": say("Not met"),
    "unknown": say("Not known"),
}

TONE_BY_CONTROL: Final[Mapping[str, str]] = {"met": "good", "not_met": "bad", "unknown": "unknown"}

READINESS_TITLES: Final[Mapping[str, Text]] = {
    "done": say("No longer needs a password"),
    "in_work": say("In work"),
    "to_do": say("Still to move"),
    "blocked": say("Blocked"),
    "unknown": say("Unknown"),
}

TONE_BY_READINESS: Final[Mapping[str, str]] = {
    "done": "good",
    "in_work": "accepted",
    "to_do": "warn",
    "blocked": "bad",
    "unknown": "unknown",
}

EXCLUSION_TITLES: Final[Mapping[str, Text]] = {
    "user": say("User"),
    "group": say("Group"),
    "role": say("Role"),
    "guests": say("Guests"),
}

SWITCH_TITLES: Final[Mapping[str, Text]] = {
    "inherit": say("follows the tenant"),
    "enabled": say("on"),
    "disabled": say("off"),
    "unknown": say("unknown"),
}


def name_code(code: str, titles: Mapping[str, Text]) -> Text:
    """Gives the title of a code; a code without a title, such as a new gate's, is shown with spaces.

    Args:
        code: A code of report.json.
        titles: One of the mappings of this module.

    Returns:
        The title, to be translated.
    """
    return titles.get(code) or (Text("{code}", (("code", code.replace("_", " ")),)) if code else NOTHING)
