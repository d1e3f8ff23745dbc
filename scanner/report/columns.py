"""The columns of a mailbox table: defined once, used by the CSV, the XLSX and the cross tables."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from scanner.model.text import NOTHING, Text, join, say
from scanner.report.contract import MailboxPart, ReplyPart

Cell = str | int | Text | None

_THEN_TEXT: Final = "Client not authenticated to send mail. Error:"
"""What stands between 530 5.7.57 and the embedded AUTH reply (facts/smtp-auth.md §2.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    Attributes:
        name: Its name in the CSV, never translated.
        title: Its header for readers.
        width: Its width in the XLSX, in characters.
        read: Takes its value from a mailbox.
    """

    name: str
    title: Text
    width: int
    read: Callable[[MailboxPart], Cell]


def write_reply(reply: ReplyPart) -> str:
    """Writes an SMTP reply as the client sees it, never translated."""
    return " ".join(part for part in (reply.code, reply.enhanced, reply.text) if part)


def write_next_reply(reply: ReplyPart) -> str:
    """Writes what a client that carries on after a refused AUTH sees at MAIL FROM; empty where nothing follows."""
    if reply.then is None:
        return ""
    return f"{reply.then.code} {reply.then.enhanced} {_THEN_TEXT} {write_reply(reply)}"


def _reply(mailbox: MailboxPart) -> str:
    reply = mailbox.verdicts.basic.reply
    return "" if reply is None else write_reply(reply)


def _next_reply(mailbox: MailboxPart) -> str:
    reply = mailbox.verdicts.basic.reply
    return "" if reply is None or reply.then is None else f"{reply.then.code} {reply.then.enhanced}"


def _other_replies(mailbox: MailboxPart) -> str:
    return " | ".join(write_reply(reply) for reply in mailbox.verdicts.basic.other_replies)


def _because(mailbox: MailboxPart) -> Text:
    basic = mailbox.verdicts.basic
    return next((gate.because for gate in basic.gates if gate.gate == basic.decided_by), NOTHING)


def _forecast(mailbox: MailboxPart) -> str:
    forecast = mailbox.verdicts.basic.forecast
    return "" if forecast is None else forecast.outcome


def _failures(mailbox: MailboxPart) -> str:
    return " ".join(f"{code}:{count}" for code, count in mailbox.use.failures.items())


def _contradiction(mailbox: MailboxPart) -> Cell:
    return mailbox.use.contradiction or NOTHING


def _remedy(mailbox: MailboxPart) -> Text:
    return join(" | ", [remedy.text for remedy in mailbox.remedies])


def _command(mailbox: MailboxPart) -> str:
    return " | ".join(remedy.command for remedy in mailbox.remedies if remedy.command)


MAILBOX_COLUMNS: Final = (
    Column(name="address", title=say("Address"), width=36, read=lambda m: m.address),
    Column(name="display_name", title=say("Name"), width=28, read=lambda m: m.display_name),
    Column(name="kind", title=say("Kind"), width=12, read=lambda m: m.kind),
    Column(name="flag", title=say("Flag"), width=12, read=lambda m: m.flag),
    Column(name="likelihood", title=say("Likelihood"), width=11, read=lambda m: m.likelihood or ""),
    Column(name="flag_because", title=say("Why this flag"), width=60, read=lambda m: m.flag_because),
    Column(name="basic", title=say("Basic"), width=11, read=lambda m: m.verdicts.basic.outcome),
    Column(
        name="oauth_delegated", title=say("OAuth, user"), width=12, read=lambda m: m.verdicts.oauth_delegated.outcome
    ),
    Column(name="oauth_app", title=say("OAuth, application"), width=12, read=lambda m: m.verdicts.oauth_app.outcome),
    Column(name="basic_reply", title=say("Predicted reply at AUTH"), width=60, read=_reply),
    Column(name="basic_next_reply", title=say("Then at MAIL FROM"), width=18, read=_next_reply),
    Column(name="basic_other_replies", title=say("Other possible replies"), width=40, read=_other_replies),
    Column(name="decided_by", title=say("Decided by"), width=22, read=lambda m: m.verdicts.basic.decided_by or ""),
    Column(name="because", title=say("Why"), width=60, read=_because),
    Column(name="closed", title=say("Closed gates"), width=36, read=lambda m: " ".join(m.verdicts.basic.closed)),
    Column(name="next_gate", title=say("Next gate"), width=22, read=lambda m: m.next_gate or ""),
    Column(name="depends_on", title=say("Depends on"), width=16, read=lambda m: " ".join(m.verdicts.basic.depends_on)),
    Column(name="missing", title=say("Missing evidence"), width=24, read=lambda m: " ".join(m.verdicts.basic.missing)),
    Column(name="confidence", title=say("Confidence"), width=11, read=lambda m: m.verdicts.basic.confidence),
    Column(name="smtp_auth_mailbox", title=say("SMTP AUTH, mailbox"), width=12, read=lambda m: m.smtp_auth.mailbox),
    Column(
        name="smtp_auth_effective", title=say("SMTP AUTH, effective"), width=12, read=lambda m: m.smtp_auth.effective
    ),
    Column(name="smtp_auth_source", title=say("SMTP AUTH, source"), width=12, read=lambda m: m.smtp_auth.source),
    Column(name="use_basic", title=say("Use, Basic"), width=10, read=lambda m: m.use.basic),
    Column(name="use_oauth", title=say("Use, OAuth"), width=10, read=lambda m: m.use.oauth),
    Column(name="last_seen", title=say("Last seen"), width=22, read=lambda m: m.use.last_seen or ""),
    Column(name="use_window_days", title=say("Days looked at"), width=10, read=lambda m: m.use.window_days),
    Column(name="use_source", title=say("Source of use"), width=18, read=lambda m: m.use.source or ""),
    Column(name="use_silence", title=say("Why no use is told"), width=14, read=lambda m: m.use.silence or ""),
    Column(name="failing_since", title=say("Failing since"), width=22, read=lambda m: m.use.failing_since or ""),
    Column(name="use_failures", title=say("Failures by code"), width=24, read=_failures),
    Column(name="sent_before", title=say("Sent before, last"), width=14, read=lambda m: m.use.sent_before or ""),
    Column(name="contradiction", title=say("Seen against the verdict"), width=60, read=_contradiction),
    Column(name="remedy", title=say("What opens it"), width=60, read=_remedy),
    Column(name="command", title=say("Command"), width=60, read=_command),
    Column(name="forecast", title=say("If report-only policies were enforced"), width=18, read=_forecast),
    Column(name="migration", title=say("Way forward"), width=60, read=lambda m: m.migration.text),
    Column(name="waiver", title=say("Accepted because"), width=30, read=lambda m: m.waiver.reason if m.waiver else ""),
    Column(name="waiver_owner", title=say("Accepted by"), width=24, read=lambda m: m.waiver.owner if m.waiver else ""),
    Column(
        name="waiver_expires",
        title=say("Accepted until"),
        width=14,
        read=lambda m: m.waiver.expires if m.waiver else "",
    ),
    Column(name="set_aside", title=say("Listed apart"), width=14, read=lambda m: m.set_aside or ""),
    Column(name="id", title=say("Id"), width=40, read=lambda m: m.id),
)
