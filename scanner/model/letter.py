"""A letter: the mail that brings a report, written once per language and kept with the run."""

from scanner.model.frozen import Frozen

LETTER_SCHEMA = "smtp-posture.letter/1"


class Letter(Frozen, frozen=True, kw_only=True):
    """Subject and bodies of a mail, in one language.

    Attributes:
        schema: The schema of letter.json.
        tenant_id: Whose report it brings.
        run_id: The run.
        language: Code of its language.
        complete: All core evidence was read.
        subject: One line.
        summary: The answer in a few paragraphs, without the name of any mailbox.
        text: The plain body.
        html: The same for programs that show HTML; it fetches nothing.
        left_out: Sentence about attachments that had to be left out, with the place ``{files}``.
        attached: Sentence about attachments, with the place ``{files}``.
    """

    schema: str
    tenant_id: str
    run_id: str
    language: str
    complete: bool
    subject: str
    summary: str
    text: str
    html: str
    left_out: str
    attached: str
