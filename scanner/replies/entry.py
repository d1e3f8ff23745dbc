"""What the catalogue is made of: causes and the replies they lead to."""

from scanner.model.frozen import Frozen
from scanner.model.judgement import Confidence, Remedy
from scanner.model.text import NOTHING, Text


class Cause(Frozen, frozen=True, kw_only=True):
    """One reason for a reply.

    Attributes:
        key: Its stable name, e.g. ``switch_tenant``.
        gate: The gate that can show it; empty where nothing in the configuration does.
        text: The cause in one sentence.
        look_at: Where it can be seen.
        remedies: What takes it away, the best first.
    """

    key: str
    gate: str
    text: Text
    look_at: Text
    remedies: tuple[Remedy, ...] = ()


class CatalogueEntry(Frozen, frozen=True, kw_only=True):
    """One reply, or one code of the sign-in log (facts/smtp-auth.md §2, §5.3).

    Attributes:
        key: Its stable name, e.g. ``smtp_auth_disabled_tenant``.
        code: Three digits, e.g. ``535``; the number of an AADSTS code.
        enhanced: The enhanced status code, e.g. ``5.7.139``; empty where there is none.
        sentence: What stands after the codes, never translated; empty where it isn't known.
        stage: ``CONNECT``, ``AUTH``, ``MAIL FROM``, ``DATA``, ``NDR`` or ``SIGN-IN``.
        meaning: What it says, in words for the reader.
        causes: Why it comes, the likeliest first.
        confidence: How sure the mapping from the reply to its first cause is.
        sources: Keys of facts/smtp-auth.md §8 and threads.
        phrases: Pieces of the sentence that tell it from all others, older wordings included.
        other_codes: Other three-digit codes it was seen with.
        stands_for_code: True where a bare code with nothing else is read as this reply.
    """

    key: str
    code: str
    enhanced: str = ""
    sentence: str = ""
    stage: str = "AUTH"
    meaning: Text = NOTHING
    causes: tuple[Cause, ...] = ()
    confidence: Confidence = Confidence.HIGH
    sources: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    other_codes: tuple[str, ...] = ()
    stands_for_code: bool = False

    @property
    def line(self) -> str:
        """Give the reply as the server writes it, without its tail."""
        return " ".join(part for part in (self.code, self.enhanced, self.sentence) if part)
