"""The columns of the two sheets of mailboxes, in the reader's words; codes of report.json stand beside them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from scanner.model.text import Text, say
from scanner.report.columns import write_next_reply, write_reply
from scanner.report.contract import MailboxPart
from scanner.report.language import Language
from scanner.report.words import (
    CONFIDENCE_TITLES,
    DEPENDENCY_TITLES,
    FLAG_MEANINGS,
    FLAG_TITLES,
    GATE_TITLES,
    KIND_TITLES,
    LIKELIHOOD_TITLES,
    OUTCOME_TITLES,
    SET_ASIDE_TITLES,
    SWITCH_TITLES,
    name_code,
)
from scanner.report.workbook.cells import Cell, to_serial

Style = Literal["plain", "number", "date", "moment"]
Read = Callable[[MailboxPart, Language], Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetColumn:
    """One column of a sheet.

    Attributes:
        title: Its header.
        width: In characters.
        read: Takes its cell from a mailbox.
        style: How its cells are shown.
        colours: Which words are coloured: ``flag`` or ``outcome``, or ``""``.
    """

    title: Text
    width: int
    read: Read
    style: Style = "plain"
    colours: Literal["", "flag", "outcome"] = ""


def _word(titles: Mapping[str, Text], code: Callable[[MailboxPart], str | None]) -> Read:
    """Makes a reader that puts a code into words."""
    return lambda mailbox, language: language.render(name_code(code(mailbox) or "", titles))


def _words(titles: Mapping[str, Text], codes: Callable[[MailboxPart], Sequence[str]], between: str) -> Read:
    """Makes a reader that puts several codes into words."""
    return lambda mailbox, language: between.join(language.render(name_code(code, titles)) for code in codes(mailbox))


def _reply(mailbox: MailboxPart, language: Language) -> Cell:
    del language
    reply = mailbox.verdicts.basic.reply
    return write_reply(reply) if reply else None


def _next_reply(mailbox: MailboxPart, language: Language) -> Cell:
    del language
    reply = mailbox.verdicts.basic.reply
    return write_next_reply(reply) if reply else None


def _why(mailbox: MailboxPart, language: Language) -> Cell:
    basic = mailbox.verdicts.basic
    shut = [gate for gate in basic.gates if gate.state != "open" and gate.because]
    shut.sort(key=lambda gate: gate.gate != basic.decided_by)
    reasons = dict.fromkeys(str(language.cell(text)) for text in (mailbox.flag_because, *(g.because for g in shut)))
    return " ".join(reason for reason in reasons if reason)


def _evidence(mailbox: MailboxPart, language: Language) -> Cell:
    del language
    shut = (gate for gate in mailbox.verdicts.basic.gates if gate.state != "open")
    return "; ".join(f"{found.section} {found.path} = {found.value}" for gate in shut for found in gate.evidence)


def _remedies(mailbox: MailboxPart, language: Language) -> Cell:
    return "\n".join(str(language.cell(remedy.text)) for remedy in mailbox.remedies)


def _undo(mailbox: MailboxPart, language: Language) -> Cell:
    return "\n".join(str(language.cell(remedy.undo)) for remedy in mailbox.remedies if remedy.undo)


def _origins(mailbox: MailboxPart, language: Language) -> Cell:
    return language.join(origin.address for origin in mailbox.use.addresses)


_ADDRESS: Final = SheetColumn(title=say("Address"), width=36, read=lambda m, _: m.address)
_NAME: Final = SheetColumn(title=say("Name"), width=28, read=lambda m, _: m.display_name)
_KIND: Final = SheetColumn(title=say("Kind"), width=12, read=_word(KIND_TITLES, lambda m: m.kind))
_CODE: Final = SheetColumn(title=say("Flag"), width=11, read=lambda m, _: m.flag, colours="flag")
_FLAG: Final = SheetColumn(title=say("In words"), width=12, read=_word(FLAG_TITLES, lambda m: m.flag))
_MEANING: Final = SheetColumn(title=say("What it means"), width=40, read=_word(FLAG_MEANINGS, lambda m: m.flag))
_LIKELY: Final = SheetColumn(title=say("Likelihood"), width=11, read=_word(LIKELIHOOD_TITLES, lambda m: m.likelihood))
_REPLY: Final = SheetColumn(title=say("Predicted reply at AUTH"), width=60, read=_reply)
_CLOSED: Final = SheetColumn(
    title=say("Closed gates"), width=36, read=_words(GATE_TITLES, lambda m: m.verdicts.basic.closed, " → ")
)
_CONFIDENCE: Final = SheetColumn(
    title=say("Confidence"), width=11, read=_word(CONFIDENCE_TITLES, lambda m: m.verdicts.basic.confidence)
)
_USE: Final = SheetColumn(title=say("Use, Basic"), width=10, read=lambda m, _: m.use.basic, style="number")
_SEEN: Final = SheetColumn(
    title=say("Last seen"), width=17, read=lambda m, _: to_serial(m.use.last_seen), style="moment"
)
_WAIVED: Final = (
    SheetColumn(title=say("Accepted because"), width=30, read=lambda m, _: m.waiver.reason if m.waiver else None),
    SheetColumn(title=say("Accepted by"), width=24, read=lambda m, _: m.waiver.owner if m.waiver else None),
    SheetColumn(
        title=say("Accepted until"),
        width=13,
        read=lambda m, _: to_serial(m.waiver.expires) if m.waiver else None,
        style="date",
    ),
)
_ID: Final = SheetColumn(title=say("Id"), width=38, read=lambda m, _: m.id)

ALL_COLUMNS: Final = (
    _ADDRESS,
    _NAME,
    _KIND,
    _CODE,
    _FLAG,
    _LIKELY,
    SheetColumn(
        title=say("Basic"),
        width=11,
        read=_word(OUTCOME_TITLES, lambda m: m.verdicts.basic.outcome),
        colours="outcome",
    ),
    SheetColumn(
        title=say("OAuth, user"), width=12, read=_word(OUTCOME_TITLES, lambda m: m.verdicts.oauth_delegated.outcome)
    ),
    SheetColumn(
        title=say("OAuth, application"), width=12, read=_word(OUTCOME_TITLES, lambda m: m.verdicts.oauth_app.outcome)
    ),
    _REPLY,
    SheetColumn(title=say("Decided by"), width=26, read=_word(GATE_TITLES, lambda m: m.verdicts.basic.decided_by)),
    _CLOSED,
    SheetColumn(
        title=say("Depends on"),
        width=24,
        read=_words(DEPENDENCY_TITLES, lambda m: m.verdicts.basic.depends_on, ", "),
    ),
    SheetColumn(title=say("Missing evidence"), width=24, read=lambda m, _: ", ".join(m.verdicts.basic.missing)),
    _CONFIDENCE,
    SheetColumn(title=say("SMTP AUTH, mailbox"), width=17, read=_word(SWITCH_TITLES, lambda m: m.smtp_auth.mailbox)),
    SheetColumn(
        title=say("SMTP AUTH, effective"), width=12, read=_word(SWITCH_TITLES, lambda m: m.smtp_auth.effective)
    ),
    _USE,
    SheetColumn(title=say("Use, OAuth"), width=10, read=lambda m, _: m.use.oauth, style="number"),
    _SEEN,
    SheetColumn(title=say("Listed apart"), width=22, read=_word(SET_ASIDE_TITLES, lambda m: m.set_aside)),
    _WAIVED[-1],
    _ID,
)
"""Every mailbox, what becomes of it and who uses it."""

FLAGGED_COLUMNS: Final = (
    _ADDRESS,
    _NAME,
    _KIND,
    _CODE,
    _FLAG,
    _MEANING,
    _LIKELY,
    SheetColumn(title=say("Why"), width=70, read=_why),
    _REPLY,
    SheetColumn(title=say("Then at MAIL FROM"), width=40, read=_next_reply),
    _CLOSED,
    SheetColumn(title=say("What opens it"), width=60, read=_remedies),
    SheetColumn(
        title=say("Where to click"),
        width=50,
        read=lambda m, _: "\n".join(remedy.portal for remedy in m.remedies if remedy.portal),
    ),
    SheetColumn(
        title=say("Command"),
        width=50,
        read=lambda m, _: "\n".join(remedy.command for remedy in m.remedies if remedy.command),
    ),
    SheetColumn(title=say("Undo"), width=50, read=_undo),
    _CONFIDENCE,
    _USE,
    _SEEN,
    SheetColumn(title=say("Failing since"), width=17, read=lambda m, _: to_serial(m.use.failing_since), style="moment"),
    SheetColumn(title=say("Used from"), width=24, read=_origins),
    SheetColumn(title=say("Way forward"), width=50, read=lambda m, language: language.cell(m.migration.text)),
    *_WAIVED,
    SheetColumn(title=say("Evidence"), width=60, read=_evidence),
    _ID,
)
"""Every mailbox that needs attention, with all that a reader needs to act."""
