"""From verdicts to what the reader should do: flag, likelihood, remedies, migration route (design.md §6)."""

from collections.abc import Iterator
from enum import StrEnum

from msgspec import structs

from scanner.gates.order import GATES
from scanner.judge import ADVISORY, Verdicts
from scanner.model.circumstance import Circumstance, SetAside
from scanner.model.directory import MailboxKind
from scanner.model.frozen import Frozen
from scanner.model.judgement import GateState, Outcome, Remedy, Verdict
from scanner.model.text import Text, say
from scanner.replies.catalogue import cause

GATE_BY_NAME = {gate.name: gate for gate in GATES}
PASSES = {Outcome.ACCEPTED, Outcome.DEPENDS}


class Flag(StrEnum):
    """What the reader should do about a mailbox."""

    FAILING = "failing"
    WILL_FAIL = "will_fail"
    WOULD_FAIL = "would_fail"
    EXPOSED = "exposed"
    IN_ORDER = "in_order"
    UNKNOWN = "unknown"


class Likelihood(StrEnum):
    """How likely it is that somebody sends from a mailbox whose use was not seen."""

    LIKELY = "likely"
    UNLIKELY = "unlikely"


class Route(Frozen, frozen=True, kw_only=True):
    """Where a sender should move to before Basic ends."""

    key: str
    text: Text


def likelihood_of(circumstance: Circumstance, pop_or_imap: bool | None) -> Likelihood:  # noqa: FBT001 -- three-valued
    """Judge from configuration: SMTP AUTH enabled on the mailbox itself, or POP or IMAP on."""
    enabled_on_purpose = circumstance.smtp_auth_disabled is False
    return Likelihood.LIKELY if enabled_on_purpose or pop_or_imap else Likelihood.UNLIKELY


def flag_of(circumstance: Circumstance, verdicts: Verdicts) -> Flag:
    """Flag a mailbox whose use was not collected.

    Basic that passes is exposed. Refused for Basic while OAuth works is in order, unless somebody turned SMTP AUTH on
    for this very mailbox: then a sender is likely to be there, and to fail.
    """
    if circumstance.set_aside is SetAside.ON_PREMISES:
        return Flag.UNKNOWN
    if circumstance.set_aside is not None:
        return Flag.IN_ORDER
    if verdicts.basic.outcome is Outcome.UNKNOWN:
        return Flag.UNKNOWN
    if verdicts.basic.outcome in PASSES:
        return Flag.EXPOSED
    with_oauth = verdicts.oauth_delegated.outcome in PASSES or verdicts.oauth_app.outcome in PASSES
    if with_oauth and circumstance.smtp_auth_disabled is not False:
        return Flag.IN_ORDER
    return Flag.WOULD_FAIL


def remedies_of(verdict: Verdict) -> Iterator[Remedy]:
    """Give what opens each closed gate, in the order in which they refuse, each remedy once."""
    given: set[str] = set()
    for judgement in verdict.judgements:
        if judgement.state not in {GateState.CLOSED, GateState.DEPENDS} or judgement.gate in ADVISORY:
            continue
        for key in GATE_BY_NAME[judgement.gate].causes(judgement):
            for remedy in cause(key).remedies:
                if remedy.text.message not in given:
                    given.add(remedy.text.message)
                    yield structs.replace(remedy, gate=judgement.gate)


def next_gate(verdict: Verdict) -> str:
    """Name the gate that refuses once the first is open; "" where there is none."""
    return verdict.closed[1] if len(verdict.closed) > 1 else ""


def route_of(circumstance: Circumstance, verdicts: Verdicts) -> Route:
    """Suggest where to move a sender of this mailbox before Basic ends (facts/smtp-auth.md §1.10)."""
    if circumstance.kind is MailboxKind.HVE:
        return Route(key="hve", text=say("High Volume Email keeps Basic until September 2028; plan OAuth for it."))
    if verdicts.oauth_delegated.outcome is Outcome.ACCEPTED:
        return Route(key="oauth_delegated", text=say("OAuth with the mailbox's own account works today."))
    if verdicts.oauth_app.outcome is Outcome.ACCEPTED:
        return Route(key="oauth_app", text=say("OAuth with an application works today; the account needs no sign-in."))
    return Route(
        key="open_or_relay",
        text=say("Open the closed gates for OAuth, or relay through a connector, Graph or a mail service."),
    )
