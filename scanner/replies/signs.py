"""Signs around a reply that make some causes likelier: the client, the method, the date, what the person says."""

import re
from enum import StrEnum

from scanner.replies.paste import Paste
from scanner.replies.recognise import Found


class Sign(StrEnum):
    """Something in a paste that isn't the reply."""

    XOAUTH2 = "xoauth2"
    APP_ONLY = "app_only"
    LOGIN = "login"
    APP_PASSWORD = "app_password"  # noqa: S105 a sign's name, no secret
    SHARED_MAILBOX = "shared_mailbox"
    CONSUMER_ADDRESS = "consumer_address"
    ELSEWHERE = "elsewhere"
    NEW_TENANT = "new_tenant"
    DEFAULTS_TURNED_OFF = "defaults_turned_off"
    OLD_TLS = "old_tls"
    SECURE_CONNECTION = "secure_connection"
    NODEMAILER = "nodemailer"
    DOMAIN_USER = "domain_user"
    EXCHANGE_ONLINE = "exchange_online"
    OTHER_SERVER = "other_server"
    CARRIED_ON = "carried_on"
    CARRIED_ON_IN_PYTHON = "carried_on_in_python"
    OLD_FORM = "old_form"
    BEFORE_2021 = "before_2021"
    TAIL_WITHOUT_DATE = "tail_without_date"
    NO_SENTENCE = "no_sentence"


_FIRST_YEAR_OF_SENTENCES = 2021  # the sentences of 5.7.139 are seen from then on (facts/smtp-auth.md §2.4)

_PATTERNS = {
    Sign.XOAUTH2: r"xoauth2|oauth|\bbearer\b|access[ _]?token",
    Sign.APP_ONLY: r"app[- ]only|client[ _]credentials|service ?principal|sendasapp",
    Sign.LOGIN: r"\bauth(?:enticate)? (?:login|plain)\b|\blogin: ?[`'\"]?[45]\d\d|password command failed",
    Sign.APP_PASSWORD: r"app[- ]?password|application password",
    Sign.SHARED_MAILBOX: r"shared[- ]?mailbox",
    Sign.CONSUMER_ADDRESS: r"@(?:outlook|hotmail|live|msn)\.[a-z]{2,3}\b|\b(?:hotmail|live)\.com\b|consumer account",
    Sign.ELSEWHERE: (
        r"works? (?:fine )?(?:locally|from (?:the |my )?(?:office|laptop|home|desk)|on (?:localhost|my machine))|"
        r"fails? (?:only )?(?:from|on|in) (?:the |a |an )?(?:cloud|server|vm|azure|aws|production)|"
        r"from (?:the |a )?cloud (?:host|vm|server)"
    ),
    Sign.NEW_TENANT: r"new(?:ly created)? (?:tenant|organi[sz]ation|microsoft 365|office 365)",
    Sign.DEFAULTS_TURNED_OFF: (
        r"security defaults (?:\w+ ){0,3}(?:turned|switched) off|security defaults (?:\w+ ){0,3}disabled|"
        r"(?:turn|switch)(?:ed|ing) off (?:the )?security defaults|disabl(?:ed|ing) (?:the )?security defaults"
    ),
    Sign.OLD_TLS: r"tls ?1\.[01]\b|tlsv1(?:\.1)?\b|sslv3|legacy tls",
    Sign.SECURE_CONNECTION: r"requires a secure connection|mustissuestarttlsfirst",
    Sign.NODEMAILER: r"invalid login:|nodemailer",
    Sign.DOMAIN_USER: r"(?<![\w:\\])[a-z][a-z0-9-]{1,14}\\{1,2}(?![nrt]|u00)[a-z][\w.-]{2,}",
    Sign.EXCHANGE_ONLINE: (
        r"\.prod\.outlook\.com|(?:smtp|outlook)\.office(?:365)?\.(?:com|us)|partner\.outlook\.cn|"
        r"smtp\.hve\.mx\.microsoft|smtp-legacy|aka\.ms/smtp_auth"
    ),
    Sign.OTHER_SERVER: (
        r"gsmtp|smtp\.gmail\.com|support\.google\.com|esmtp (?:postfix|exim|sendmail)|smtp\.yahoo\.|amazonses"
    ),
    Sign.OLD_FORM: r"to send anonymous mail",
}
_COMPILED = {sign: re.compile(pattern) for sign, pattern in _PATTERNS.items()}
_PYTHON_530 = re.compile(r"\(530, ?b?['\"]")
_YEAR = re.compile(
    r"(?<!\d)(20[0-3]\d)-(?:0[1-9]|1[0-2])(?!\d)|"
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6} (20[0-3]\d)(?!\d)"
)


def read_signs(raw: str, paste: Paste, found: tuple[Found, ...]) -> frozenset[Sign]:
    """Read what stands around the replies.

    Args:
        raw: The paste as it came, cut to what is read.
        paste: The same, made readable.
        found: The replies that were recognised in it.

    Returns:
        The signs.
    """
    text = " ".join(raw.lower().split())
    written = {sign for sign, pattern in _COMPILED.items() if pattern.search(text)}
    if paste.tail.server:
        written.add(Sign.EXCHANGE_ONLINE)
    if Sign.EXCHANGE_ONLINE in written:
        written.discard(Sign.DOMAIN_USER)
    return frozenset(written | signs_of_form(text, found) | signs_of_time(text, paste))


def signs_of_form(text: str, found: tuple[Found, ...]) -> set[Sign]:
    """Read how the replies stand to each other: a client that carried on, a sentence that is missing."""
    signs = set()
    if any(reply.embedded_in and reply.entry.stage == "AUTH" for reply in found):
        signs.add(Sign.CARRIED_ON)
        if _PYTHON_530.search(text):
            signs.add(Sign.CARRIED_ON_IN_PYTHON)
    if found and all(reply.by_code_only for reply in found):
        signs.add(Sign.NO_SENTENCE)
    return signs


def signs_of_time(text: str, paste: Paste) -> set[Sign]:
    """Read when it was: the date of the server, else the first date that the person gives."""
    year = int(paste.tail.date[:4]) if paste.tail.date else year_of(text)
    if year and year < _FIRST_YEAR_OF_SENTENCES:
        return {Sign.BEFORE_2021}
    return {Sign.TAIL_WITHOUT_DATE} if paste.tail.server and not year else set()


def year_of(text: str) -> int:
    """Give the year of the first date in the text; 0 where there is none."""
    match = _YEAR.search(text)
    return int(match[1] or match[2]) if match else 0
