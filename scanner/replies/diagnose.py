"""From a reply as people paste it to its causes in order of likelihood."""

from scanner.model.frozen import Frozen
from scanner.model.text import NOTHING, Text, say
from scanner.replies.entry import CatalogueEntry, Cause
from scanner.replies.likelihood import merge, order_causes
from scanner.replies.notes import write_notes
from scanner.replies.paste import MAX_LENGTH, read_paste
from scanner.replies.recognise import Found, Recognised, recognise
from scanner.replies.signs import Sign, read_signs


class Diagnosis(Frozen, frozen=True, kw_only=True):
    """What a paste says.

    Attributes:
        found: The replies in it, in its order.
        main: The reply that tells most; ``None`` where none was recognised.
        causes: The possible causes, the likeliest first; empty where nothing points to one.
        because: Why in this order, one sentence per sign that changed it.
        server: The server's name in the tail of the reply; empty where there is none.
        server_date: Its date as ``YYYY-MM-DD``; empty where there is none.
        exchange_online: Whether the server is Exchange Online; ``None`` where nothing says so or otherwise.
        signs: What stands around the replies, e.g. ``xoauth2``.
        fallback: True where only codes were recognised, no sentence (codes of the sign-in log have none).
        unknown: What wasn't recognised, in one sentence; nothing where all was.
        notes: What the reader should know besides.
    """

    found: tuple[Found, ...] = ()
    main: CatalogueEntry | None = None
    causes: tuple[Cause, ...] = ()
    because: tuple[Text, ...] = ()
    server: str = ""
    server_date: str = ""
    exchange_online: bool | None = None
    signs: tuple[Sign, ...] = ()
    fallback: bool = False
    unknown: Text = NOTHING
    notes: tuple[Text, ...] = ()


def diagnose(text: str) -> Diagnosis:
    """Diagnose a reply.

    Args:
        text: A reply as it was pasted: wrapped by a client, quoted, escaped, cut, several of them, or only a code.

    Returns:
        The diagnosis. No text makes it fail; text that says nothing gives one that says so.
    """
    paste = read_paste(text)
    recognised = recognise(paste)
    found = recognised.found
    signs = read_signs(text[:MAX_LENGTH], paste, found)
    orders = order_causes(found, signs)
    return Diagnosis(
        found=found,
        main=choose_main(found),
        causes=merge(*(order.causes for order in orders)),
        because=tuple(dict.fromkeys(order.because for order in orders if order.because != NOTHING)),
        server=paste.tail.server,
        server_date=paste.tail.date,
        exchange_online=is_exchange_online(found, signs),
        signs=tuple(sorted(signs)),
        fallback=Sign.NO_SENTENCE in signs,
        unknown=describe_unknown(recognised),
        notes=write_notes(found, signs, cut=paste.cut),
    )


def choose_main(found: tuple[Found, ...]) -> CatalogueEntry | None:
    """Choose the reply that tells most: a refused sign-in explains the 5.7.57 around it, a sentence beats a code."""
    ranked = sorted(found, key=lambda reply: (reply.entry.stage in {"MAIL FROM", "SIGN-IN"}, reply.by_code_only))
    return ranked[0].entry if ranked else None


def is_exchange_online(found: tuple[Found, ...], signs: frozenset[Sign]) -> bool | None:
    """Tell whether the server is Exchange Online, as far as the paste says."""
    if Sign.EXCHANGE_ONLINE in signs:
        return True
    other = Sign.OTHER_SERVER in signs or any(reply.entry.key == "not_exchange_online" for reply in found)
    return False if other else None


def describe_unknown(recognised: Recognised) -> Text:
    """Say what wasn't recognised."""
    if recognised.unknown_codes:
        return say("The catalogue doesn't know the code {codes}.", codes=", ".join(recognised.unknown_codes))
    if not recognised.found:
        return say("No SMTP reply was recognised in this text.")
    return NOTHING
