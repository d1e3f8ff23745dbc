"""Who was seen sending, in words."""

from scanner.report.contract import UsePart
from scanner.report.language import Language


def write_use(use: UsePart, language: Language) -> str:
    """Writes what is known of the use of a mailbox.

    Args:
        use: What was seen.
        language: The language of the report.

    Returns:
        A sentence or two; that nothing was collected is said, since it is not the same as no use.
    """
    if use.source is None or (use.basic is None and use.oauth is None):
        return language.gettext("Use was not read.")
    sentences = [sentence for sentence in (_write_counts(use, language), _write_failures(use, language)) if sentence]
    if not sentences:
        sentences.append(_write_none(use, language))
    if use.last_seen:
        sentences.append(language.gettext("Last seen {moment}.", moment=language.moment(use.last_seen)))
    return " ".join(sentences)


def _write_counts(use: UsePart, language: Language) -> str:
    """Writes how often it sent, by method."""
    parts = []
    if use.basic:
        parts.append(
            language.ngettext("Sent {count} time with a password.", "Sent {count} times with a password.", use.basic)
        )
    if use.oauth:
        parts.append(language.ngettext("Sent {count} time with OAuth.", "Sent {count} times with OAuth.", use.oauth))
    return " ".join(parts)


def _write_failures(use: UsePart, language: Language) -> str:
    """Writes how often it was refused, with the codes of the sign-in log."""
    failed = sum(use.failures.values())
    if not failed:
        return ""
    codes = ", ".join(sorted(use.failures, key=lambda code: -use.failures[code])[:3])
    return language.ngettext("Refused {count} time ({codes}).", "Refused {count} times ({codes}).", failed, codes=codes)


def _write_none(use: UsePart, language: Language) -> str:
    """Writes that nothing was seen, and in how many days."""
    if use.window_days is None:
        return language.gettext("Not seen sending.")
    return language.ngettext("Not seen sending in {count} day.", "Not seen sending in {count} days.", use.window_days)
