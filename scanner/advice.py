"""From verdicts to what the reader should do: remedies and migration route."""

from collections.abc import Iterator

from msgspec import structs

from scanner.gates.order import GATES
from scanner.gates.smtp_auth_switch import NAME as SWITCH
from scanner.judge import ADVISORY, Verdicts
from scanner.model.circumstance import Circumstance
from scanner.model.directory import MailboxKind
from scanner.model.frozen import Frozen
from scanner.model.judgement import GateState, Outcome, Remedy, Verdict
from scanner.model.observed import Gap
from scanner.model.text import Text, say
from scanner.replies.catalogue import cause
from scanner.replies.causes_settings import USER_APPS

GATE_BY_NAME = {gate.name: gate for gate in GATES}


class Route(Frozen, frozen=True, kw_only=True):
    """Where a sender should move to before Basic ends."""

    key: str
    text: Text


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


def closing_of(circumstance: Circumstance) -> Iterator[Remedy]:
    """Give what closes a mailbox that accepts a password nobody uses; nothing where its own switch was not read."""
    own = circumstance.smtp_auth_disabled
    if not circumstance.cas_read or isinstance(own, Gap):
        return
    cmdlet = "Set-CASMailbox -Identity {address} -SmtpClientAuthenticationDisabled"
    yield Remedy(
        gate=SWITCH,
        text=say("Close it where nobody needs it: turn Authenticated SMTP off for this mailbox."),
        command=f"{cmdlet} $true",
        portal=USER_APPS,
        undo=f"{cmdlet} {'$null' if own is None else '$false'}",
    )


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
