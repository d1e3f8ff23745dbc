"""The table of all mailboxes inside the HTML report: packed by column, gzip and base64; unpacked by explorer.js."""

import base64
import gzip
from collections.abc import Hashable
from typing import Final

import msgspec

from scanner.model.frozen import Frozen
from scanner.report.chapters.situations import (
    ADDRESS_PLACE,
    Remedy,
    ReplyLine,
    explain_verdict,
    show_remedy,
    show_replies,
    write_dependencies,
    write_missing,
    write_next_step,
)
from scanner.report.columns import write_reply
from scanner.report.contract import MailboxPart, Report
from scanner.report.language import Language
from scanner.report.names import show_name
from scanner.report.words import (
    CONFIDENCE_TITLES,
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


class Case(Frozen, frozen=True, kw_only=True):
    """What many mailboxes share: verdicts, replies, reasons and remedies.

    Attributes:
        outcomes: Index of the outcome per method, in the order of ``METHOD_TITLES``.
        confidence: Title of the confidence in the verdict for Basic.
        replies: What a sender sees, in order.
        others: Other replies that are possible.
        because: Why, in sentences.
        notes: What depends, what is missing, which gate comes next.
        remedies: What opens it; ``<address>`` stands for the address.
    """

    outcomes: tuple[int, ...]
    confidence: str
    replies: tuple[ReplyLine, ...]
    others: tuple[str, ...]
    because: tuple[str, ...]
    notes: tuple[str, ...]
    remedies: tuple[Remedy, ...]


class Explorer(Frozen, frozen=True, kw_only=True):
    """All mailboxes by column, and the words that the page shows; kinds, flags and cases are indices.

    Attributes:
        words: Labels of the page by name.
        kinds: Titles of kinds.
        flags: Titles of flags.
        tones: Colours of flags.
        outcomes: Titles of outcomes.
        methods: Titles of methods.
        apart: Titles of what is listed apart, the first one empty.
        cases: What mailboxes share.
        name: Display names.
        address: Addresses.
        kind: Index into ``kinds`` per mailbox.
        flag: Index into ``flags`` per mailbox.
        aside: Index into ``apart`` per mailbox.
        case: Index into ``cases`` per mailbox.
    """

    words: dict[str, str]
    kinds: list[str]
    flags: list[str]
    tones: list[str]
    outcomes: list[str]
    methods: list[str]
    apart: list[str]
    cases: list[Case]
    name: list[str]
    address: list[str]
    kind: list[int]
    flag: list[int]
    aside: list[int]
    case: list[int]


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
    plain = msgspec.json.encode(_arrange(report.mailboxes, language))
    for character, escape in _ESCAPES.items():
        plain = plain.replace(character, escape)
    return base64.b64encode(gzip.compress(plain, compresslevel=9, mtime=0)).decode("ascii")


def _arrange(mailboxes: list[MailboxPart], language: Language) -> Explorer:
    """Arranges mailboxes by column."""
    kinds = list(dict.fromkeys(mailbox.kind for mailbox in mailboxes))
    flags, asides = list(FLAG_TITLES), list(SET_ASIDE_TITLES)
    cases, case = _find_cases(mailboxes, language)
    return Explorer(
        words=_list_words(language),
        kinds=[language.render(name_code(kind, KIND_TITLES)) for kind in kinds],
        flags=[language.render(title) for title in FLAG_TITLES.values()],
        tones=[TONE_BY_FLAG[flag] for flag in flags],
        outcomes=[language.render(title) for title in OUTCOME_TITLES.values()],
        methods=[language.render(title) for title in METHOD_TITLES.values()],
        apart=["", *(language.render(title) for title in SET_ASIDE_TITLES.values())],
        cases=cases,
        name=[show_name(mailbox.display_name) for mailbox in mailboxes],
        address=[show_name(mailbox.address or mailbox.id) for mailbox in mailboxes],
        kind=[kinds.index(mailbox.kind) for mailbox in mailboxes],
        flag=[flags.index(mailbox.flag) for mailbox in mailboxes],
        aside=[asides.index(mailbox.set_aside) + 1 if mailbox.set_aside else 0 for mailbox in mailboxes],
        case=case,
    )


def _find_cases(mailboxes: list[MailboxPart], language: Language) -> tuple[list[Case], list[int]]:
    """Finds the distinct cases, and the case of every mailbox."""
    cases: list[Case] = []
    places: dict[Hashable, int] = {}
    numbers: list[int] = []
    for mailbox in mailboxes:
        place = places.setdefault(_key(mailbox), len(cases))
        if place == len(cases):
            cases.append(_show_case(mailbox, language))
        numbers.append(place)
    return cases, numbers


def _key(mailbox: MailboxPart) -> Hashable:
    """Gives what tells cases apart: what `_show_case` reads, without the address."""
    verdicts = mailbox.verdicts
    basic = verdicts.basic
    return (
        (basic.outcome, verdicts.oauth_delegated.outcome, verdicts.oauth_app.outcome, basic.confidence),
        (basic.decided_by, mailbox.next_gate),
        (tuple(basic.depends_on), tuple(basic.missing)),
        None if basic.reply is None else basic.reply.text,
        tuple(reply.text for reply in basic.other_replies),
        tuple((gate.state, gate.because) for gate in basic.gates),
        tuple((remedy.gate, remedy.text) for remedy in mailbox.remedies),
    )


def _show_case(mailbox: MailboxPart, language: Language) -> Case:
    """Puts the case of one mailbox into words."""
    basic = mailbox.verdicts.basic
    outcomes = list(OUTCOME_TITLES)
    verdicts = (basic, mailbox.verdicts.oauth_delegated, mailbox.verdicts.oauth_app)
    notes = (write_next_step(mailbox, language), write_dependencies(basic, language), write_missing(basic, language))
    return Case(
        outcomes=tuple(outcomes.index(verdict.outcome) for verdict in verdicts),
        confidence=language.render(CONFIDENCE_TITLES[basic.confidence]),
        replies=show_replies(basic),
        others=tuple(write_reply(reply) for reply in basic.other_replies),
        because=explain_verdict(basic, language),
        notes=tuple(note for note in notes if note),
        remedies=tuple(show_remedy(remedy, language, mailbox.address) for remedy in mailbox.remedies),
    )


def _list_words(language: Language) -> dict[str, str]:
    """Lists the labels of the page; ``{shown}`` and ``{total}`` are filled by the script."""
    say = language.gettext
    return {
        "place": ADDRESS_PLACE,
        "locale": language.code,
        "count": say("{shown} of {total} mailboxes"),
        "none": say("No mailbox matches."),
        "reply": say("Predicted reply"),
        "others": say("It may also be"),
        "because": say("Why"),
        "remedy": say("What opens it"),
        "portal": say("Portal"),
        "undo": say("Undo"),
        "confidence": say("Confidence"),
    }
