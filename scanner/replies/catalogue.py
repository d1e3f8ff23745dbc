"""Every reply that authenticated submission to Exchange Online is known to get, found by its key."""

from scanner.model.reply import Reply, ReplyCode
from scanner.replies.after_data import AFTER_DATA
from scanner.replies.authentication import AUTHENTICATION
from scanner.replies.causes_sender import SENDER
from scanner.replies.causes_service import SERVICE
from scanner.replies.causes_settings import SETTINGS
from scanner.replies.delivery_reports import DELIVERY_REPORTS
from scanner.replies.entry import CatalogueEntry, Cause
from scanner.replies.mail_from import CLIENT_NOT_AUTHENTICATED, MAIL_FROM
from scanner.replies.relay import RELAY
from scanner.replies.session import SESSION
from scanner.replies.sign_in import SIGN_IN

CATALOGUE: tuple[CatalogueEntry, ...] = (
    *AUTHENTICATION,
    *MAIL_FROM,
    *AFTER_DATA,
    *SESSION,
    *RELAY,
    *DELIVERY_REPORTS,
)

CAUSES: tuple[Cause, ...] = (*SETTINGS, *SENDER, *SERVICE)

_NEXT = ReplyCode(code=CLIENT_NOT_AUTHENTICATED.code, enhanced=CLIENT_NOT_AUTHENTICATED.enhanced)
_ENTRIES = {entry.key: entry for entry in (*CATALOGUE, *SIGN_IN)}
_CAUSES = {cause.key: cause for cause in CAUSES}
_REPLIES = {
    entry.key: Reply(
        code=entry.code,
        enhanced=entry.enhanced,
        text=entry.sentence,
        stage=entry.stage,
        then=_NEXT if entry.stage == "AUTH" else None,
    )
    for entry in CATALOGUE
}


def entry(key: str) -> CatalogueEntry:
    """Give the entry of that key.

    Args:
        key: The key of a reply, e.g. ``criteria``, or of a sign-in code, e.g. ``aadsts_53003``.

    Returns:
        The entry.

    Raises:
        KeyError: No entry has that key.
    """
    return _ENTRIES[key]


def reply(key: str) -> Reply:
    """Give the reply of that key as the server sends it.

    Args:
        key: The key of a reply, e.g. ``criteria``.

    Returns:
        The reply; at AUTH with the 5.7.57 that a client sees next if it carries on.

    Raises:
        KeyError: No reply has that key.
    """
    return _REPLIES[key]


def cause(key: str) -> Cause:
    """Give the cause of that key.

    Args:
        key: The key of a cause, e.g. ``switch_tenant``.

    Returns:
        The cause, with what opens it.

    Raises:
        KeyError: No cause has that key.
    """
    return _CAUSES[key]
