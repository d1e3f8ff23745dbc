"""letter.json: the mail that brings a report, in the edition's language; scanner/delivery sends it as it is."""

from dataclasses import dataclass
from typing import BinaryIO, Final

import msgspec

from scanner.model.letter import LETTER_SCHEMA, Letter
from scanner.report.formats import Edition
from scanner.report.language import Language
from scanner.report.names import show_name

SUBJECT_LIMIT: Final = 120
"""Characters of a subject; the rest would be folded or cut by mail programs anyway."""


@dataclass(frozen=True, slots=True)
class LetterFormat:
    """Writes letter.json."""

    file_name: str = "letter.json"

    def write(self, edition: Edition, out: BinaryIO) -> None:
        """Writes subject, text and HTML of the mail, each with the one-minute summary."""
        from scanner.report.pages import render_page  # noqa: PLC0415 (Jinja2)

        report, language = edition.report, edition.language
        view = edition.view
        letter = Letter(
            schema=LETTER_SCHEMA,
            tenant_id=report.tenant.id,
            run_id=report.run.id,
            language=language.code,
            complete=report.run.complete,
            subject=_write_subject(edition, language),
            summary="\n\n".join((view.cover.headline, *view.cover.sentences)),
            text=render_page("letter.txt", language, view=view).strip() + "\n",
            html=render_page("letter.html", language, view=view),
            left_out=language.gettext("Not attached, because the mail would get too large: {files}."),
            attached=language.gettext("Attached: {files}."),
        )
        out.write(msgspec.json.format(msgspec.json.encode(letter), indent=2) + b"\n")


def _write_subject(edition: Edition, language: Language) -> str:
    """Writes the subject; an incomplete run is marked at its beginning, where nobody overlooks it."""
    cover = edition.view.cover
    subject = language.gettext("SMTP AUTH of {tenant}: {headline}", tenant=cover.tenant, headline=cover.headline)
    if not edition.report.run.complete:
        subject = language.gettext("[INCOMPLETE] {subject}", subject=subject)
    return show_name(subject, SUBJECT_LIMIT)


FORMAT = LetterFormat()
