"""The Exchange admin center's report "SMTP AUTH clients": who sent, how much, with Basic or OAuth. It comes as CSV.

Its headings are in the language of whoever exported it. Known ones are listed here; otherwise a column is told by what
it holds: an address, a protocol, the only whole number.
"""

import datetime as dt
import re
from collections.abc import Iterator

from scanner.evidence.row import FILE, Row, RowError, parse_time
from scanner.evidence.section import Section
from scanner.model.text import say
from scanner.model.use import ClientRow, Protocol

# English and Italian as Microsoft's page names them, the rest as its admin centers call such columns (INFERRED).
ADDRESS_HEADINGS = frozenset(
    {
        "sender address",
        "sender",
        "senderaddress",
        "from address",
        "indirizzo del mittente",
        "indirizzo mittente",
        "absenderadresse",
        "adresse des absenders",
        "adresse de l'expéditeur",
        "dirección del remitente",
        "endereço do remetente",
        "adres afzender",
        "adres nadawcy",
        "адреса відправника",
        "адрес отправителя",
        "عنوان المرسل",
        "送信者アドレス",
        "发件人地址",
    }
)
MESSAGES_HEADINGS = frozenset(
    {
        "messages sent",
        "messages",
        "message count",
        "messagecount",
        "number of messages",
        "count",
        "messaggi inviati",
        "gesendete nachrichten",
        "nachrichten gesendet",
        "anzahl der nachrichten",
        "messages envoyés",
        "mensajes enviados",
        "mensagens enviadas",
        "verzonden berichten",
        "wysłane wiadomości",
        "надіслані повідомлення",
        "отправленные сообщения",
        "الرسائل المرسلة",
        "送信されたメッセージ",
        "已发送的邮件",
    }
)
DATE_HEADINGS = frozenset({"date", "datum", "data", "fecha", "дата", "التاريخ", "日付", "日期"})
START_HEADINGS = frozenset({"start date", "startdate", "from date", "startdatum", "data di inizio", "fecha de inicio"})
END_HEADINGS = frozenset({"end date", "enddate", "to date", "enddatum", "data di fine", "fecha de finalización"})
# How a heading of the protocol's column may begin or go on; under it, the protocol may be said in any words.
PROTOCOL_HEADINGS = (
    "protocol",
    "protokol",
    "protocole",
    "auth",
    "аутентиф",
    "автентиф",
    "протокол",
    "المصادقة",
    "認証",
    "验证",
)
BASIC_WORDS = ("basic", "basis", "standard", "base", "básic", "bàsic", "podstawow", "базов", "أساسي", "基本")
BASIC = frozenset({"basic", "basic auth", "basic authentication", "basicauth"})
OAUTH = frozenset({"oauth", "oauth2", "oauth 2.0", "oauth2.0", "modern", "modern auth", "modern authentication"})
OAUTH_WORDS = ("oauth", "modern")
OLD_TLS = ("1.0", "1.1")
ADDRESS = re.compile(r"[^\s@,;\"<>]+@[^\s@,;\"<>]+")
WHOLE_NUMBER = re.compile(r"\d+|\d{1,3}(?:[.,\u00a0\u202f '\u2019]\d{3})+")
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
DAY = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")


def parse(row: Row) -> ClientRow:
    """Read one sender.

    Raises:
        RowError: It names no sender, or not how many messages it sent.
    """
    cells = {" ".join(name.split()): value.strip() for name, value in row.cells() if name != FILE.lower()}
    start, end = window_of(cells, row.word(FILE))
    return ClientRow(
        address=address_in(cells),
        protocol=protocol_in(cells),
        messages=messages_in(cells),
        file=row.word(FILE),
        start=start,
        end=end,
        old_tls=old_tls_in(cells),
    )


def address_in(cells: dict[str, str]) -> str:
    """Find the sender.

    Raises:
        RowError: There is none.
    """
    named = [value for name, value in cells.items() if name in ADDRESS_HEADINGS]
    for value in (*named, *cells.values()):
        if ADDRESS.fullmatch(value):
            return value.lower()
    raise RowError(say("a row of the report without a sender's address"))


def protocol_in(cells: dict[str, str]) -> Protocol:
    """Find how the sender authenticated: under such a heading, else a cell that says nothing but Basic or OAuth."""
    for name, value in cells.items():
        word = value.casefold()
        about_it = any(part in name for part in PROTOCOL_HEADINGS) and "tls" not in name
        if word in OAUTH or (about_it and any(part in word for part in OAUTH_WORDS)):
            return Protocol.OAUTH
        if word in BASIC or (about_it and any(part in word for part in BASIC_WORDS)):
            return Protocol.BASIC
    return Protocol.NOT_TOLD


def messages_in(cells: dict[str, str]) -> int:
    """Find how many messages were sent.

    Raises:
        RowError: No column says it, or more than one may.
    """
    named = [value for name, value in cells.items() if name in MESSAGES_HEADINGS]
    free = [value for name, value in cells.items() if "tls" not in name and not is_date(name)]
    for candidates in (named, free):
        numbers = [value for value in candidates if WHOLE_NUMBER.fullmatch(value)]
        if len(numbers) == 1:
            return int(re.sub(r"\D", "", numbers[0]))
    raise RowError(say("a row of the report that doesn't say how many messages were sent"))


def old_tls_in(cells: dict[str, str]) -> bool | None:
    """Tell whether some of it came over TLS 1.0 or 1.1; ``None`` where no column says."""
    shares = [value for name, value in cells.items() if "tls" in name and any(old in name for old in OLD_TLS)]
    read = [float(found[0].replace(",", ".")) for value in shares if (found := NUMBER.match(value))]
    return any(share > 0 for share in read) if read else None


def window_of(cells: dict[str, str], file: str) -> tuple[dt.date | None, dt.date | None]:
    """Find which days a row counts: from its own columns, else from two days in the file's name."""
    day = date_in(cells, DATE_HEADINGS)
    start, end = date_in(cells, START_HEADINGS) or day, date_in(cells, END_HEADINGS) or day
    if start is None and end is None:
        days = list(days_in(file))
        start, end = (days[0], days[-1]) if len(days) > 1 else (None, days[0] if days else None)
    return (end, start) if start and end and start > end else (start, end)


def date_in(cells: dict[str, str], headings: frozenset[str]) -> dt.date | None:
    """Read the first date under one of some headings."""
    moments = (parse_time(value) for name, value in cells.items() if name in headings)
    return next((moment.date() for moment in moments if moment), None)


def days_in(name: str) -> Iterator[dt.date]:
    """Find the days that a file's name holds, as 2026-11-23 or 20261123."""
    for year, month, day in DAY.findall(name):
        try:
            yield dt.date(int(year), int(month), int(day))
        except ValueError:
            continue


def is_date(name: str) -> bool:
    """Tell whether a heading is one of a date."""
    return name in DATE_HEADINGS | START_HEADINGS | END_HEADINGS


SECTION = Section(
    name="smtp-auth-clients",
    title='The Exchange admin center\'s report "SMTP AUTH clients"',
    gives="who really sends, by the Exchange admin center's own count",
    permission="Global Reader",
    ask=None,
    parse=parse,
    core=False,
    tabular=True,
    several=True,
)
