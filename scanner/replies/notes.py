"""What a reader should know beside the causes: misleading words, other servers, limits of the reading."""

from scanner.model.text import Text, say
from scanner.replies.recognise import Found
from scanner.replies.signs import Sign

_OAUTH = frozenset({Sign.XOAUTH2, Sign.APP_ONLY})
_CARRIED_ON = frozenset({Sign.SECURE_CONNECTION, Sign.CARRIED_ON})

_SECURE_CONNECTION = say(
    "Words of the client about a secure connection belong to every 530 and are usually wrong: TLS is fine."
)
_OTHER_SERVER = say("The server isn't Exchange Online: what is said here holds for smtp.office365.com only.")

_BY_ENTRY = {
    "security_defaults": say("The account isn't locked out: Security Defaults refuse Basic, and call that locked."),
    "not_exchange_online": say("535 5.7.8 isn't a reply of Exchange Online: look at the server name in the client."),
    "basic_disabled": say("An app password doesn't help here: it is Basic authentication as well."),
    "basic_retired": say("No setting of the tenant brings Basic back after the final removal."),
    "account_locked": say("Stop the client that keeps trying first: a new password alone is locked again at once."),
}

_SWITCH_STOPS_OAUTH = say("The SMTP AUTH switch stops OAuth as well as Basic: changing the method doesn't help.")
_DOMAIN_USER = say("If DOMAIN\\user is demanded, this is an Exchange server on premises, not Exchange Online.")
_CONSUMER = say("Personal Outlook.com accounts have no tenant: nothing of what a scan reads applies to them.")
_STACKED = say("Several refusals: blocks are stacked, and removing one shows the next. Remove all of them.")
_CODE_ONLY = say("Only the code was recognised. The sentence after it tells more: paste the whole line if you can.")
_AMBIGUOUS = say("The line is cut before the words that tell these replies apart.")
_CUT = say("The text is very long: only its beginning was read.")


def write_notes(found: tuple[Found, ...], signs: frozenset[Sign], *, cut: bool) -> tuple[Text, ...]:
    """Write the notes that fit.

    Args:
        found: The replies that were recognised.
        signs: What stands around them.
        cut: Whether only the beginning of the paste was read.

    Returns:
        The notes, none twice.
    """
    keys = {reply.entry.key for reply in found if reply.enhanced or not reply.by_code_only}
    applying = (
        (bool(signs & _CARRIED_ON), _SECURE_CONNECTION),
        (Sign.OTHER_SERVER in signs, _OTHER_SERVER),
        *((key in keys, note) for key, note in _BY_ENTRY.items()),
        (bool(signs & _OAUTH) and any(key.startswith("smtp_auth_disabled") for key in keys), _SWITCH_STOPS_OAUTH),
        (Sign.DOMAIN_USER in signs and "unauthenticated_5_7_3" in keys, _DOMAIN_USER),
        (Sign.CONSUMER_ADDRESS in signs, _CONSUMER),
        (is_stacked(found), _STACKED),
        (is_ambiguous(found), _AMBIGUOUS),
        (Sign.NO_SENTENCE in signs and not is_ambiguous(found), _CODE_ONLY),
        (cut, _CUT),
    )
    return tuple(note for applies, note in applying if applies)


def is_stacked(found: tuple[Found, ...]) -> bool:
    """Tell whether sign-in was refused in more than one way."""
    return sum(reply.entry.stage == "AUTH" and not reply.by_code_only for reply in found) > 1


def is_ambiguous(found: tuple[Found, ...]) -> bool:
    """Tell whether one sentence of the paste was read as several replies."""
    cut = [reply.place for reply in found if reply.enhanced and reply.by_code_only]
    return len(set(cut)) < len(cut)
