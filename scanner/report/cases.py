"""What many mailboxes share in the table of the HTML report: verdicts, gates, replies, reasons and remedies, told once.

Sentences are kept once, in one list; everything else points into it.
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import Final

from scanner.model.frozen import Frozen
from scanner.report.chapters.situations import (
    show_chain,
    show_remedy,
    show_replies,
    write_dependencies,
    write_missing,
    write_next_step,
)
from scanner.report.columns import write_reply
from scanner.report.contract import MailboxPart, VerdictPart
from scanner.report.language import Language
from scanner.report.names import show_name
from scanner.report.words import CONFIDENCE_TITLES, GATE_STATES, GATE_TITLES, OUTCOME_TITLES, name_code

_ACCESS: Final = "conditional-access-policies"
_AUTHENTICATION: Final = "authentication-policies"

Step = tuple[int, str, int, tuple[int, ...], bool]
"""One gate of a chain: index of its title, its state, its reason, its evidence, and whether it decides."""

Remedy = tuple[int, int, int, int, int]
"""Index of the gate's title, then text, command, portal and undo."""


class Book:
    """Lists of words, each word once; what it gives is the place of a word in its list."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {"": 0}

    def place(self, word: str) -> int:
        """Gives the place of a word, putting it at the end where it is new."""
        return self._places.setdefault(word, len(self._places))

    def places(self, words: Iterable[str]) -> tuple[int, ...]:
        """Gives the places of several words."""
        return tuple(map(self.place, words))

    def words(self) -> list[str]:
        """Gives all words; the first one is empty."""
        return list(self._places)


class Case(Frozen, frozen=True, kw_only=True):
    """One case; numbers are places in lists of the explorer.

    Attributes:
        outcomes: Outcome per method, in the order of ``METHOD_TITLES``.
        confidence: Confidence in the verdict for Basic.
        replies: What a sender sees: stage and text.
        others: Other replies that are possible.
        reply: The preferred reply among those to filter by; -1 for none.
        stops: Gates that are not open, for the filter.
        policies: Policies that stop it or may, for the filter.
        chain: The gates in the order in which a submission meets them.
        notes: What depends, what is missing, which gate comes next.
        remedies: What opens it; ``<address>`` stands for the address.
    """

    outcomes: tuple[int, ...]
    confidence: int
    replies: tuple[tuple[int, int], ...]
    others: tuple[int, ...]
    reply: int
    stops: tuple[int, ...]
    policies: tuple[int, ...]
    chain: tuple[Step, ...]
    notes: tuple[int, ...]
    remedies: tuple[Remedy, ...]


class Cases:
    """The distinct cases of a report, found mailbox by mailbox.

    Args:
        language: The language of the report.
        policies: Names of Conditional Access policies by id.
    """

    def __init__(self, language: Language, policies: Mapping[str, str]) -> None:
        self.texts = Book()
        self.gates: list[str] = []
        self.replies: list[int] = []
        self.policies: list[str] = []
        self.found: list[Case] = []
        self._language = language
        self._policy_names = policies
        self._by_content: dict[Hashable, int] = {}
        self._by_identity: dict[Hashable, int] = {}

    def place(self, mailbox: MailboxPart) -> int:
        """Gives the place of a mailbox's case; mailboxes that share their verdicts are recognised without a look."""
        quick = (id(mailbox.verdicts), mailbox.next_gate, len(mailbox.remedies))
        place = self._by_identity.get(quick)
        if place is None:
            content = _content_of(mailbox)
            place = self._by_identity[quick] = self._by_content.setdefault(content, len(self.found))
            if place == len(self.found):
                self.found.append(self._tell(mailbox))
        return place

    def _tell(self, mailbox: MailboxPart) -> Case:
        """Puts the case of a mailbox into words."""
        basic, language, texts = mailbox.verdicts.basic, self._language, self.texts
        outcomes = list(OUTCOME_TITLES)
        verdicts = (basic, mailbox.verdicts.oauth_delegated, mailbox.verdicts.oauth_app)
        replies = tuple((texts.place(line.stage), texts.place(line.text)) for line in show_replies(basic))
        notes = (
            write_next_step(mailbox, language),
            write_dependencies(basic, language),
            write_missing(basic, language),
        )
        return Case(
            outcomes=tuple(outcomes.index(verdict.outcome) for verdict in verdicts),
            confidence=texts.place(language.render(CONFIDENCE_TITLES[basic.confidence])),
            replies=replies,
            others=texts.places(write_reply(reply) for reply in basic.other_replies),
            reply=_place_in(self.replies, replies[0][1]) if replies else -1,
            stops=tuple(self._gate(gate.gate) for gate in basic.gates if gate.state != "open"),
            policies=tuple(_place_in(self.policies, name) for name in self._stopping(basic)),
            chain=self._chain(basic),
            notes=texts.places(note for note in notes if note),
            remedies=tuple(self._remedy(mailbox, place) for place in range(len(mailbox.remedies))),
        )

    def _chain(self, verdict: VerdictPart) -> tuple[Step, ...]:
        links = show_chain(verdict, self._language)
        return tuple(
            (
                self._gate(gate.gate),
                link.state,
                self.texts.place(link.because),
                self.texts.places(link.evidence),
                link.deciding,
            )
            for gate, link in zip(verdict.gates, links, strict=True)
        )

    def _remedy(self, mailbox: MailboxPart, place: int) -> Remedy:
        part = mailbox.remedies[place]
        shown = show_remedy(part, self._language, mailbox.address)
        texts = self.texts.places((shown.text, shown.command, shown.portal, shown.undo))
        return (self._gate(part.gate), texts[0], texts[1], texts[2], texts[3])

    def _gate(self, name: str) -> int:
        return _place_in(self.gates, self._language.render(name_code(name, GATE_TITLES)))

    def _stopping(self, verdict: VerdictPart) -> Iterable[str]:
        """Names the policies that the evidence of a gate that is not open points to."""
        for gate in verdict.gates:
            for finding in gate.evidence if gate.state != "open" else ():
                name, _, _ = finding.path.rpartition(".")
                if finding.section == _ACCESS and name in self._policy_names:
                    yield self._policy_names[name]
                elif finding.section == _AUTHENTICATION and name:
                    yield show_name(name)


def _place_in(words: list, word: str | int) -> int:  # type: ignore[type-arg] # a list of what is looked for
    """Gives the place of a word in a short list, putting it at the end where it is new."""
    if word not in words:
        words.append(word)
    return words.index(word)


def _content_of(mailbox: MailboxPart) -> Hashable:
    """Gives what tells cases apart: all that a case tells, without the address."""
    verdicts = mailbox.verdicts
    basic = verdicts.basic
    return (
        (basic.outcome, verdicts.oauth_delegated.outcome, verdicts.oauth_app.outcome, basic.confidence),
        (basic.decided_by, mailbox.next_gate),
        (tuple(basic.depends_on), tuple(basic.missing)),
        None if basic.reply is None else (basic.reply.stage, basic.reply.text, basic.reply.then),
        tuple(reply.text for reply in basic.other_replies),
        tuple((gate.gate, gate.state, gate.because, tuple(gate.evidence)) for gate in basic.gates),
        tuple((remedy.gate, remedy.text, remedy.portal) for remedy in mailbox.remedies),
    )


def title_states(language: Language) -> dict[str, str]:
    """Gives the titles of what a gate may answer."""
    return {state: language.render(title) for state, title in GATE_STATES.items()}
