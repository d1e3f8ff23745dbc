"""What a gate is, and what it is given to judge."""

import datetime as dt
from collections.abc import Callable, Hashable, Mapping

from scanner.access.evaluator import Decision, Evaluator
from scanner.gates.calendar import CALENDAR, RetirementCalendar
from scanner.model.circumstance import Circumstance
from scanner.model.frozen import Frozen
from scanner.model.judgement import Finding, GateState, Judgement, Method
from scanner.model.observed import Gap
from scanner.model.policy import Policy
from scanner.model.section import SectionState
from scanner.model.settings import AuthenticationPolicy, OrganizationConfig, SecurityDefaults, TransportConfig
from scanner.model.text import Text


class Setting(Frozen, frozen=True, kw_only=True):
    """Everything that holds for the whole tenant.

    Attributes:
        as_of: The date that is judged for.
        sections: How much of each section was read.
        calendar: When Basic ends.
        authentication_policies: By every name that they go by, in lower case.
        evaluators: The Conditional Access evaluator of each method that people sign in with.
        apps: What Conditional Access does to app-only sign-ins.
        policies: Conditional Access policies by id.
    """

    as_of: dt.date
    sections: Mapping[str, SectionState]
    calendar: RetirementCalendar = CALENDAR
    transport_config: TransportConfig | None = None
    organization_config: OrganizationConfig | None = None
    authentication_policies: Mapping[str, AuthenticationPolicy] = {}
    security_defaults: SecurityDefaults | None = None
    evaluators: Mapping[Method, Evaluator] = {}
    apps: Decision | None = None
    policies: Mapping[str, Policy] = {}


Judge = Callable[[Circumstance, Setting, Method], Judgement]


class Example(Frozen, frozen=True, kw_only=True):
    """One case of a gate, which is a test and a row of docs/gates.md.

    Attributes:
        says: The case in a few words.
        state: What the gate answers.
        circumstance: The mailbox.
        setting: The tenant.
        method: How the sender signs in.
    """

    says: Text
    state: GateState
    circumstance: Circumstance
    setting: Setting
    method: Method = Method.BASIC


class Gate(Frozen, frozen=True, kw_only=True):
    """A layer that can refuse a submission.

    Attributes:
        name: As report.json names it.
        title: For readers.
        reads: Settings that it reads, untranslated.
        sections: Sections of evidence that its answer may rest on.
        rationale: Why the layer refuses, in a sentence or two.
        judge: The pure judgement.
        causes: Keys of the causes (replies/) whose remedies open it.
        replies: Keys of the replies it produces; the first is preferred.
        examples: At least one open, closed and unknown.
        sources: Where its rule comes from, as the dossiers key them.
        advisory: It warns, and decides nothing.
        forecast: Its judgement if what is only reported were enforced; ``None`` where that changes nothing.
        person: Set where its answer hangs on the policies that a mailbox is in: gives all of a circumstance that it
            hangs on, so that mailboxes alike in that are asked about once.
    """

    name: str
    title: Text
    reads: tuple[str, ...]
    sections: tuple[str, ...]
    rationale: Text
    judge: Judge
    causes: Callable[[Judgement], tuple[str, ...]]
    replies: tuple[str, ...]
    examples: tuple[Example, ...]
    sources: tuple[str, ...]
    advisory: bool = False
    forecast: Callable[[Circumstance, Setting, Method], Judgement | None] | None = None
    person: Callable[[Circumstance], Hashable] | None = None


def shown(value: object) -> str:
    """Write an observed value as the report shows it; a gap is not a value and says so."""
    if value is None:
        return "null"
    if isinstance(value, Gap):
        return f"({value.value})"
    return str(value)


def found(section: str, path: str, value: object) -> Finding:
    """Keep an observed value as evidence."""
    return Finding(section=section, path=path, value=shown(value))
