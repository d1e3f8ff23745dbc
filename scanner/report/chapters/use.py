"""Who was seen sending, in words."""

from collections.abc import Mapping
from typing import Final, Literal

from scanner.model.text import Text, say
from scanner.report.contract import Report, UsePart
from scanner.report.language import Language
from scanner.report.names import isolate_name, show_name

UseClass = Literal["password", "oauth", "refused", "not_seen", "not_known"]

USE_TITLES: Final[Mapping[UseClass, Text]] = {
    "password": say("Sends with a password"),
    "oauth": say("Sends with OAuth"),
    "refused": say("Tries, and is refused"),
    "not_seen": say("Not seen"),
    "not_known": say("Not known"),
}
"""Kinds of use, those that matter most first."""

_NAMED: Final = 3


def use_was_read(report: Report) -> bool:
    """Tells whether anything is known about who really sends."""
    return any(mailbox.use.source for mailbox in report.mailboxes)


def class_of_use(use: UsePart) -> UseClass:
    """Tells the kind of use; that nothing was read is not the same as that nobody was seen."""
    if use.failing_since:
        return "refused"
    if use.basic:
        return "password"
    if use.oauth:
        return "oauth"
    if use.last_failure:
        return "refused"
    if use.silence in {"not_licensed", "not_readable"} or use.source is None:
        return "not_known"
    return "not_seen"


def write_use(use: UsePart, language: Language) -> str:
    """Writes what is known of the use of a mailbox.

    Args:
        use: What was seen.
        language: The language of the report.

    Returns:
        Some sentences; why nothing is known is said, since it is not the same as no use.
    """
    sentences = (
        _write_failing(use, language),
        _write_counts(use, language),
        _write_failures(use, language),
        _write_origins(use, language),
        _write_silence(use, language),
        language.render(use.contradiction) if use.contradiction else "",
    )
    return " ".join(sentence for sentence in sentences if sentence)


def _write_failing(use: UsePart, language: Language) -> str:
    """Writes since when it fails, or when it was last seen."""
    if use.failing_since:
        return language.gettext("Failing since {moment}.", moment=language.moment(use.failing_since))
    return language.gettext("Last seen {moment}.", moment=language.moment(use.last_seen)) if use.last_seen else ""


def _write_counts(use: UsePart, language: Language) -> str:
    """Writes how often it sent, by method, and in how many days."""
    parts = []
    if use.basic:
        parts.append(
            language.ngettext("Sent {count} time with a password.", "Sent {count} times with a password.", use.basic)
        )
    if use.oauth:
        parts.append(language.ngettext("Sent {count} time with OAuth.", "Sent {count} times with OAuth.", use.oauth))
    if use.old_tls:
        parts.append(language.gettext("It used an old version of TLS."))
    return " ".join(parts)


def _write_failures(use: UsePart, language: Language) -> str:
    """Writes how often it was refused, with the codes of the sign-in log and what they mean."""
    failed = sum(use.failures.values())
    if not failed:
        return ""
    codes = sorted(use.failures, key=lambda code: -use.failures[code])[:_NAMED]
    told = language.ngettext(
        "Refused {count} time: {codes}.",
        "Refused {count} times: {codes}.",
        failed,
        codes=language.join([_write_code(code, use, language) for code in codes]),
    )
    if not use.guesses:
        return told
    guessed = language.ngettext(
        "{count} looks like somebody guessing passwords.", "{count} look like somebody guessing passwords.", use.guesses
    )
    return f"{told} {guessed}"


def _write_code(code: str, use: UsePart, language: Language) -> str:
    meaning = use.meanings.get(code)
    return f"{show_name(code)} ({language.render(meaning)})" if meaning else show_name(code)


def _write_origins(use: UsePart, language: Language) -> str:
    """Writes where it sends from."""
    if not use.addresses:
        return ""
    named = language.join([isolate_name(origin.address) for origin in use.addresses[:_NAMED]])
    return language.gettext("From {addresses}.", addresses=named)


def _write_silence(use: UsePart, language: Language) -> str:
    """Writes why nothing was seen."""
    if use.last_seen or use.failures:
        return ""
    if use.because:
        return language.render(use.because)
    if use.source is None:
        return language.gettext("Use was not read.")
    if use.window_days is None:
        return language.gettext("Not seen sending.")
    return language.ngettext("Not seen sending in {count} day.", "Not seen sending in {count} days.", use.window_days)
