"""SMTP replies as Exchange Online gives them."""

from scanner.model.frozen import Frozen


class ReplyCode(Frozen, frozen=True, kw_only=True):
    """The two codes of a reply, e.g. 530 and 5.7.57."""

    code: str
    enhanced: str


class Reply(Frozen, frozen=True, kw_only=True):
    """An SMTP reply (facts/smtp-auth.md §2).

    Attributes:
        code: Three digits, e.g. ``535``.
        enhanced: The enhanced status code, e.g. ``5.7.139``.
        text: The sentence after the codes, never translated.
        stage: Where in the session it comes: ``CONNECT``, ``AUTH``, ``MAIL FROM``, ``DATA`` or ``NDR``.
        then: What a client that carries on without being signed in sees next (530 5.7.57 at MAIL FROM).
    """

    code: str
    enhanced: str
    text: str
    stage: str = "AUTH"
    then: ReplyCode | None = None
