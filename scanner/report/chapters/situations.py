"""Situations: flagged mailboxes that share a verdict and its causes, told once, with what opens them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from scanner.model.frozen import Frozen
from scanner.report.columns import write_next_reply, write_reply
from scanner.report.contract import FindingPart, MailboxPart, RemedyPart, VerdictPart
from scanner.report.language import Language
from scanner.report.names import show_name
from scanner.report.words import (
    CONFIDENCE_TITLES,
    DEPENDENCY_TITLES,
    FLAG_MEANINGS,
    FLAG_TITLES,
    GATE_STATES,
    GATE_TITLES,
    TONE_BY_FLAG,
    name_code,
)

SITUATION_LIMIT: Final = 8
"""Situations that are told per flag; the rest is in the workbook."""

SHARED_LIMIT: Final = 3
"""Sentences about single mailboxes that a situation tells."""

EXAMPLE_LIMIT: Final = 4
"""Mailboxes named in a situation."""

ADDRESS_PLACE: Final = "<address>"
"""Stands in a command for the address of the mailbox."""

FLAG_ORDER: Final = {flag: place for place, flag in enumerate(TONE_BY_FLAG)}


class ReplyLine(Frozen, frozen=True, kw_only=True):
    """One SMTP reply: the stage it comes at and its text, never translated."""

    stage: str
    text: str


class Remedy(Frozen, frozen=True, kw_only=True):
    """What opens one gate."""

    gate: str
    text: str
    command: str
    portal: str
    undo: str


class Person(Frozen, frozen=True, kw_only=True):
    """One mailbox as shown: name and address, both hostile text made fit for a page."""

    name: str
    address: str


class Link(Frozen, frozen=True, kw_only=True):
    """One gate in the chain that a submission goes through.

    Attributes:
        title: Title of the gate.
        state: ``open``, ``closed``, ``depends`` or ``unknown``.
        answer: The same for readers.
        because: Why, in a sentence.
        evidence: What that rests on, as the provider names and writes it.
        deciding: It gives the reply.
    """

    title: str
    state: str
    answer: str
    because: str
    evidence: tuple[str, ...]
    deciding: bool


class Situation(Frozen, frozen=True, kw_only=True):
    """Flagged mailboxes that share a verdict and its causes.

    Attributes:
        key: Its number in the report.
        flag: Title of the flag.
        tone: Colour of the flag.
        count: Mailboxes, formatted with their noun.
        title: What stops them, in a few words.
        seen: What was seen of its mailboxes, the most frequent first.
        because: Why, in sentences.
        chain: All gates in the order in which a submission meets them.
        replies: What a sender sees, in order.
        other_replies: What it may see instead.
        closed: Titles of the closed gates in the order in which they refuse.
        next_step: "Opening this alone will not help …", or ``""``.
        depends_on: What decides at the time of sending, or ``""``.
        missing: The missing evidence, or ``""``.
        confidence: How far it can be trusted.
        remedies: What opens it, with `ADDRESS_PLACE` for the address.
        routes: Where its mailboxes should move to before Basic ends, the most frequent first.
        examples: Some of the mailboxes.
        more: How many others there are, as a sentence, or ``""``.
    """

    key: int
    flag: str
    tone: str
    count: str
    title: str
    seen: tuple[str, ...]
    because: tuple[str, ...]
    chain: tuple[Link, ...]
    replies: tuple[ReplyLine, ...]
    other_replies: tuple[str, ...]
    closed: tuple[str, ...]
    next_step: str
    depends_on: str
    missing: str
    confidence: str
    remedies: tuple[Remedy, ...]
    routes: tuple[str, ...]
    examples: tuple[Person, ...]
    more: str


class Situations(Frozen, frozen=True, kw_only=True):
    """The situations told, and a sentence about those that are not (or ``""``)."""

    told: tuple[Situation, ...]
    more: str


def is_flagged(mailbox: MailboxPart) -> bool:
    """Tells whether a mailbox needs a reader's attention and is not listed apart."""
    return mailbox.flag != "in_order" and mailbox.set_aside is None


def tell_situations(mailboxes: Sequence[MailboxPart], language: Language, *, first: int = 1) -> Situations:
    """Groups mailboxes of one flag and tells the largest groups.

    Args:
        mailboxes: The mailboxes.
        language: The language of the report.
        first: Number of the first situation.

    Returns:
        The situations, the largest first.
    """
    groups = group_mailboxes(mailboxes)
    told = tuple(
        tell_situation(key, group, language) for key, group in enumerate(groups[:SITUATION_LIMIT], start=first)
    )
    return Situations(told=told, more=_count_rest(groups[SITUATION_LIMIT:], language))


def group_mailboxes(mailboxes: Iterable[MailboxPart]) -> list[list[MailboxPart]]:
    """Groups mailboxes that share a verdict and its causes, the largest group first, each in the order given."""
    groups: defaultdict[tuple[object, ...], list[MailboxPart]] = defaultdict(list)
    for mailbox in mailboxes:
        groups[_group_by(mailbox)].append(mailbox)
    return sorted(groups.values(), key=lambda group: -len(group))


def show_replies(verdict: VerdictPart) -> tuple[ReplyLine, ...]:
    """Gives what a sender sees: the reply, and what follows when it carries on."""
    if verdict.reply is None:
        return ()
    lines = [ReplyLine(stage=verdict.reply.stage, text=write_reply(verdict.reply))]
    following = write_next_reply(verdict.reply)
    if following:
        lines.append(ReplyLine(stage="MAIL FROM", text=following))
    return tuple(lines)


def show_chain(verdict: VerdictPart, language: Language) -> tuple[Link, ...]:
    """Gives all gates in the order in which a submission meets them, with what each answers and why."""
    return tuple(
        Link(
            title=title_gates((gate.gate,), language)[0],
            state=gate.state,
            answer=language.render(GATE_STATES[gate.state]),
            because=language.render(gate.because),
            evidence=tuple(_write_evidence(finding) for finding in gate.evidence),
            deciding=gate.gate == verdict.decided_by,
        )
        for gate in verdict.gates
    )


def _write_evidence(finding: FindingPart) -> str:
    """Writes one observed value with where it stands; never translated."""
    return show_name(f"{finding.section}: {finding.path} = {finding.value}", limit=300)


def show_person(mailbox: MailboxPart) -> Person:
    """Gives name and address of a mailbox as they may stand on a page."""
    return Person(name=show_name(mailbox.display_name), address=show_name(mailbox.address or mailbox.id))


def title_gates(gates: Sequence[str], language: Language) -> tuple[str, ...]:
    """Gives the titles of gates."""
    return tuple(language.render(name_code(gate, GATE_TITLES)) for gate in gates)


def write_next_step(mailbox: MailboxPart, language: Language) -> str:
    """Writes which gate refuses once the first one is open."""
    first = mailbox.verdicts.basic.decided_by
    if mailbox.next_gate is None or first is None:
        return ""
    gate, following = title_gates((first, mailbox.next_gate), language)
    return language.gettext("Opening “{gate}” alone will not help: next comes “{next}”.", gate=gate, next=following)


def write_missing(verdict: VerdictPart, language: Language) -> str:
    """Writes which evidence a verdict lacks."""
    if not verdict.missing:
        return ""
    return language.gettext("Missing: {sections}.", sections=language.join(show_name(name) for name in verdict.missing))


def write_dependencies(verdict: VerdictPart, language: Language) -> str:
    """Writes what decides at the time of sending."""
    if not verdict.depends_on:
        return ""
    causes = language.join(language.render(name_code(code, DEPENDENCY_TITLES)) for code in verdict.depends_on)
    return language.gettext("Depends on {causes}.", causes=causes)


def show_remedy(remedy: RemedyPart, language: Language, address: str = "") -> Remedy:
    """Gives a remedy as shown; with an address, `ADDRESS_PLACE` takes its place in what is typed."""
    command, undo = remedy.command, language.render(remedy.undo)
    if address:
        for form in (address.replace("'", "''"), address):  # doubled inside the quotes of PowerShell
            command, undo = command.replace(form, ADDRESS_PLACE), undo.replace(form, ADDRESS_PLACE)
    return Remedy(
        gate=title_gates((remedy.gate,), language)[0],
        text=language.render(remedy.text),
        command=show_name(command, limit=500),
        portal=show_name(remedy.portal, limit=500),
        undo=undo,
    )


def _group_by(mailbox: MailboxPart) -> tuple[object, ...]:
    """Gives what mailboxes of one situation have in common."""
    basic = mailbox.verdicts.basic
    reply = None if basic.reply is None else (basic.reply.code, basic.reply.enhanced, basic.reply.text)
    lists = (tuple(basic.closed), tuple(basic.depends_on), tuple(basic.missing))
    remedies = tuple((remedy.gate, remedy.text) for remedy in mailbox.remedies)
    return (mailbox.flag, basic.outcome, reply, basic.decided_by, basic.confidence, *lists, remedies)


def tell_situation(key: int, group: Sequence[MailboxPart], language: Language) -> Situation:
    """Tells one situation by its first mailbox."""
    first = group[0]
    basic = first.verdicts.basic
    examples = tuple(show_person(mailbox) for mailbox in group[:EXAMPLE_LIMIT])
    rest = len(group) - len(examples)
    seen = _most_frequent([language.render(mailbox.flag_because) for mailbox in group])
    routes = () if first.flag == "exposed" else [language.render(mailbox.migration.text) for mailbox in group]
    return Situation(
        key=key,
        flag=language.render(FLAG_TITLES[first.flag]),
        tone=TONE_BY_FLAG[first.flag],
        count=language.ngettext("{count} mailbox", "{count} mailboxes", len(group)),
        title=_title(first, language),
        seen=seen,
        because=explain_verdict(basic, language) or (() if seen else (language.render(FLAG_MEANINGS[first.flag]),)),
        chain=show_chain(basic, language),
        replies=show_replies(basic),
        other_replies=tuple(write_reply(reply) for reply in basic.other_replies),
        closed=title_gates(basic.closed, language),
        next_step=write_next_step(first, language),
        depends_on=write_dependencies(basic, language),
        missing=write_missing(basic, language),
        confidence=language.render(CONFIDENCE_TITLES[basic.confidence]),
        remedies=tuple(show_remedy(remedy, language, first.address) for remedy in first.remedies),
        routes=_most_frequent(routes),
        examples=examples,
        more=language.gettext("and {count} more", count=language.number(rest)) if rest else "",
    )


def _most_frequent(sentences: Sequence[str]) -> tuple[str, ...]:
    """Gives the sentences that most mailboxes share."""
    counted = Counter(sentence for sentence in sentences if sentence)
    return tuple(sentence for sentence, _ in counted.most_common(SHARED_LIMIT))


def _title(mailbox: MailboxPart, language: Language) -> str:
    """Gives a situation its title."""
    basic = mailbox.verdicts.basic
    match basic.outcome:
        case "accepted" if mailbox.flag == "failing":
            return language.gettext("Refused although every gate is open")
        case "accepted":
            return language.gettext("A password is enough to send")
        case "unknown":
            return language.gettext("Not enough is known")
        case "depends" if mailbox.flag == "exposed":
            return language.gettext("A password is enough under some circumstances")
        case "depends":
            return language.gettext("Refused under some circumstances")
        case "refused":
            gates = language.join(title_gates(basic.closed, language))
            return language.gettext("Refused: {gates}", gates=gates) if gates else language.gettext("Refused")


def explain_flag(mailbox: MailboxPart, language: Language) -> tuple[str, ...]:
    """Gives why a mailbox has its flag: what was seen, then the reasons of the gates, else what the flag means."""
    seen = language.render(mailbox.flag_because) or language.render(FLAG_MEANINGS[mailbox.flag])
    return tuple(dict.fromkeys((seen, *explain_verdict(mailbox.verdicts.basic, language))))


def explain_verdict(verdict: VerdictPart, language: Language) -> tuple[str, ...]:
    """Gives the reasons of every gate that is not open, the deciding one first."""
    shut = [gate for gate in verdict.gates if gate.state != "open" and gate.because]
    ordered = sorted(shut, key=lambda gate: gate.gate != verdict.decided_by)
    return tuple(dict.fromkeys(language.render(gate.because) for gate in ordered))


def _count_rest(groups: Sequence[Sequence[MailboxPart]], language: Language) -> str:
    """Writes how much is not told."""
    if not groups:
        return ""
    mailboxes = sum(len(group) for group in groups)
    return language.ngettext(
        "{count} more situation with {mailboxes} mailboxes is in report.xlsx.",
        "{count} more situations with {mailboxes} mailboxes are in report.xlsx.",
        len(groups),
        mailboxes=language.number(mailboxes),
    )
