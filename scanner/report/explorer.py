"""The table of all mailboxes inside the HTML report: packed by column, gzip and base64; unpacked by its script."""

import base64
import gzip
from collections.abc import Sequence
from typing import Final

import msgspec

from scanner.model.frozen import Frozen
from scanner.report.cases import Book, Case, Cases, title_states
from scanner.report.chapters.migration import tell_route
from scanner.report.chapters.situations import ADDRESS_PLACE
from scanner.report.chapters.use import USE_TITLES, class_of_use, write_use
from scanner.report.chapters.waivers import write_waiver
from scanner.report.contract import MailboxPart, Report
from scanner.report.language import Language
from scanner.report.names import show_name
from scanner.report.words import (
    FLAG_MEANINGS,
    FLAG_TITLES,
    KIND_TITLES,
    METHOD_TITLES,
    OUTCOME_TITLES,
    SET_ASIDE_TITLES,
    TONE_BY_FLAG,
    name_code,
)

EXPLORER_LIMIT: Final = 200_000
"""Mailboxes that the page holds: beyond, a browser needs too long and some cut the scroll height off."""

_ESCAPES: Final = {
    b"<": b"\\u003c",
    b">": b"\\u003e",
    b"&": b"\\u0026",
    "\u2028".encode(): b"\\u2028",
    "\u2029".encode(): b"\\u2029",
}


class Explorer(Frozen, frozen=True, kw_only=True):
    """All mailboxes by column, and the words that the page shows; numbers are places in its lists.

    Attributes:
        words: Labels of the page by name.
        texts: Sentences, commands and replies, each once.
        kinds: Titles of kinds.
        flags: Titles of flags.
        flag_codes: Flags as report.json names them.
        flag_meanings: What they mean.
        tones: Colours of flags.
        outcomes: Titles of outcomes.
        methods: Titles of methods.
        states: Titles of what a gate answers.
        apart: Titles of what is listed apart, the first one empty.
        gates: Titles of gates.
        replies: Replies to filter by.
        policies: Names of policies to filter by.
        uses: Titles of kinds of use.
        cases: What mailboxes share.
        name: Display name per mailbox.
        address: Address per mailbox.
        kind: Kind per mailbox.
        flag: Flag per mailbox.
        why: Why it has its flag.
        aside: Whether it is listed apart.
        case: Case per mailbox.
        used: Kind of use per mailbox.
        use: Use in words.
        sent: Submissions seen.
        waiver: Waiver in words; 0 for none.
        routes: Ways off Basic, each in sentences.
        route: Way per mailbox.
    """

    words: dict[str, str]
    texts: list[str]
    kinds: list[str]
    flags: list[str]
    flag_codes: list[str] = msgspec.field(name="flagCodes")
    flag_meanings: list[str] = msgspec.field(name="flagMeanings")
    tones: list[str]
    outcomes: list[str]
    methods: list[str]
    states: dict[str, str]
    apart: list[str]
    gates: list[str]
    replies: list[int]
    policies: list[str]
    uses: list[str]
    cases: list[Case]
    name: list[str]
    address: list[str]
    kind: list[int]
    flag: list[int]
    why: list[int]
    aside: list[int]
    case: list[int]
    used: list[int]
    use: list[int]
    sent: list[int]
    waiver: list[int]
    routes: list[tuple[int, ...]]
    route: list[int]


def pack_mailboxes(report: Report, language: Language) -> str:
    """Packs all mailboxes for the page.

    Args:
        report: The report.
        language: Its language.

    Returns:
        Base64 of gzip of JSON, in which nothing can end a script element even before it is packed; ``""`` where there
        are no mailboxes or more than `EXPLORER_LIMIT`.
    """
    if not 0 < len(report.mailboxes) <= EXPLORER_LIMIT:
        return ""
    plain = escape_json(msgspec.json.encode(_arrange(report, language)))
    return base64.b64encode(gzip.compress(plain, compresslevel=6, mtime=0)).decode("ascii")


def escape_json(plain: bytes) -> bytes:
    """Writes JSON without the characters that mean something in a page or end a line of a script."""
    for character, escape in _ESCAPES.items():
        plain = plain.replace(character, escape)
    return plain


def _arrange(report: Report, language: Language) -> Explorer:
    """Arranges mailboxes by column."""
    mailboxes = report.mailboxes
    kinds = list(dict.fromkeys(mailbox.kind for mailbox in mailboxes))
    flags, asides = list(FLAG_TITLES), list(SET_ASIDE_TITLES)
    cases = Cases(language, {policy.id: show_name(policy.name) for policy in report.tenant_posture.conditional_access})
    case = [cases.place(mailbox) for mailbox in mailboxes]
    use = _tell_use(mailboxes, cases.texts, language)
    why = [cases.texts.place(language.render(mailbox.flag_because)) for mailbox in mailboxes]
    waiver = [cases.texts.place(write_waiver(mailbox.waiver, language)) for mailbox in mailboxes]
    routes, route = _tell_routes(mailboxes, cases.texts, language)
    return Explorer(
        words=_list_words(language),
        texts=cases.texts.words(),
        kinds=[language.render(name_code(kind, KIND_TITLES)) for kind in kinds],
        flags=[language.render(title) for title in FLAG_TITLES.values()],
        flag_codes=flags,
        flag_meanings=[language.render(FLAG_MEANINGS[flag]) for flag in flags],
        tones=[TONE_BY_FLAG[flag] for flag in flags],
        outcomes=[language.render(title) for title in OUTCOME_TITLES.values()],
        methods=[language.render(title) for title in METHOD_TITLES.values()],
        states=title_states(language),
        apart=["", *(language.render(title) for title in SET_ASIDE_TITLES.values())],
        gates=cases.gates,
        replies=cases.replies,
        policies=cases.policies,
        uses=[language.render(title) for title in USE_TITLES.values()],
        cases=cases.found,
        name=[show_name(mailbox.display_name) for mailbox in mailboxes],
        address=[show_name(mailbox.address or mailbox.id) for mailbox in mailboxes],
        kind=[kinds.index(mailbox.kind) for mailbox in mailboxes],
        flag=[flags.index(mailbox.flag) for mailbox in mailboxes],
        why=why,
        aside=[asides.index(mailbox.set_aside) + 1 if mailbox.set_aside else 0 for mailbox in mailboxes],
        case=case,
        used=[list(USE_TITLES).index(class_of_use(mailbox.use)) for mailbox in mailboxes],
        use=use,
        sent=[(mailbox.use.basic or 0) + (mailbox.use.oauth or 0) for mailbox in mailboxes],
        waiver=waiver,
        routes=routes,
        route=route,
    )


def _tell_use(mailboxes: Sequence[MailboxPart], texts: Book, language: Language) -> list[int]:
    """Tells the use of every mailbox; the silence of many is told once."""
    silent: dict[tuple[str | None, str | None, int | None], int] = {}
    told = []
    for mailbox in mailboxes:
        use = mailbox.use
        if use.last_seen or use.failures or use.sent_before:
            told.append(texts.place(write_use(use, language)))
            continue
        key = (use.source, use.silence, use.window_days)
        if key not in silent:
            silent[key] = texts.place(write_use(use, language))
        told.append(silent[key])
    return told


def _tell_routes(
    mailboxes: Sequence[MailboxPart], texts: Book, language: Language
) -> tuple[list[tuple[int, ...]], list[int]]:
    """Tells the ways off Basic, each once, and the way of every mailbox."""
    told: dict[tuple[int, ...], int] = {}
    known: dict[tuple[object, ...], int] = {}
    route = []
    for mailbox in mailboxes:
        way = mailbox.migration
        key = (way.route, way.text, tuple(way.reasons), way.stage_because, len(way.questions))
        place = known.get(key) if way.owner is None else None
        if place is None:
            place = told.setdefault(texts.places(tell_route(way, language)), len(told))
            if way.owner is None:
                known[key] = place
        route.append(place)
    return list(told), route


def _list_words(language: Language) -> dict[str, str]:
    """Lists the labels of the page; ``{shown}`` and ``{total}`` are filled by the script."""
    say = language.gettext
    return {
        "place": ADDRESS_PLACE,
        "locale": language.code,
        "count": say("{shown} of {total} mailboxes"),
        "none": say("No mailbox matches."),
        "reply": say("What a sender sees"),
        "others": say("It may also be"),
        "chain": say("The gates in the order in which a submission meets them"),
        "decides": say("decides"),
        "notes": say("Notes"),
        "use": say("Use"),
        "remedy": say("What opens it"),
        "closing": say("What closes it"),
        "route": say("Way forward"),
        "waiver": say("Accepted"),
        "portal": say("Portal"),
        "undo": say("Undo"),
        "confidence": say("Confidence"),
    }
