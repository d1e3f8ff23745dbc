"""The ways off Basic: whether each fits a sender, with reasons from facts and with questions where there are none.

Which way suits what: facts/smtp-auth.md §1.10. A way is chosen, never scored: the first that certainly fits, else the
first that something speaks for, else the first that fits if an answer is the right one.
"""

from collections.abc import Callable
from enum import StrEnum

from scanner.flags.rules import Sighting
from scanner.gates.order import GATES
from scanner.migration.sender import WORKING, Sender
from scanner.model.directory import MailboxKind
from scanner.model.frozen import Frozen
from scanner.model.judgement import Verdict
from scanner.model.notes import OwnerNote
from scanner.model.text import Text, say

TITLES = {gate.name: gate.title for gate in GATES}
BULK_A_DAY = 1000  # a tenth of the 10,000 recipients a day that a mailbox may send to (facts §2.5): each has several


class RouteKey(StrEnum):
    """Ways off Basic."""

    NONE = "none"
    OAUTH_DELEGATED = "oauth_delegated"
    OAUTH_APP = "oauth_app"
    GRAPH = "graph_send_mail"
    HVE = "hve"
    AZURE = "azure_communication_services"
    RELAY = "relay_connector"
    DIRECT_SEND = "direct_send"
    ON_PREMISES = "on_premises"


class Fit(StrEnum):
    """Whether a way suits a sender."""

    FITS = "fits"
    LIKELY = "likely"
    ASK = "ask"
    NOT = "not"


class Option(Frozen, frozen=True, kw_only=True):
    """One way, looked at for one sender.

    Attributes:
        key: The way.
        fit: Whether it suits.
        reasons: Why, from facts.
        asks: Keys of the owner's notes that would settle it.
        open_now: It could be gone today: nothing that was read stands in the way.
    """

    key: RouteKey
    fit: Fit
    reasons: tuple[Text, ...] = ()
    asks: tuple[str, ...] = ()
    open_now: bool = True


TEXTS = {
    RouteKey.NONE: say("Nothing to move: it does not need Basic."),
    RouteKey.OAUTH_DELEGATED: say("OAuth for SMTP (XOAUTH2) with the mailbox's own account."),
    RouteKey.OAUTH_APP: say("OAuth for SMTP (XOAUTH2) with an application; the account needs no sign-in."),
    RouteKey.GRAPH: say("Send through Microsoft Graph (sendMail), without SMTP."),
    RouteKey.HVE: say("High Volume Email: internal recipients only, keeps Basic until September 2028."),
    RouteKey.AZURE: say("Azure Communication Services Email: for bulk, inside and outside."),
    RouteKey.RELAY: say("SMTP relay through an inbound connector: by a fixed address or a certificate, no mailbox."),
    RouteKey.DIRECT_SEND: say("Direct Send to the organization's own MX: internal recipients only, no sign-in."),
    RouteKey.ON_PREMISES: say("Relay through the on-premises Exchange server, or another one of your own."),
}
QUESTIONS = {
    "device": say("Which device is it?"),
    "application": say("Which application is it, and is it your own code?"),
    "owner": say("Who answers for it?"),
    "oauth": say("Can it sign in with OAuth (XOAUTH2)? The vendor's page on Exchange Online says so."),
    "internal_only": say("Are all its recipients inside the organization?"),
    "alert_only": say("Does it send alerts only, so that nobody would notice when it fails?"),
    "seasonal": say("Does it send rarely, e.g. once a quarter?"),
    "fixed_address": say("Does it send from a public address that stays the same?"),
}


def options_for(sender: Sender) -> tuple[Option, ...]:
    """Look at every way for a sender, the preferred ones first."""
    if sender.mailbox.row.kind is MailboxKind.HVE:
        words = say("It is a High Volume Email account; plan OAuth for it.")
        return (Option(key=RouteKey.HVE, fit=Fit.FITS, reasons=(words,)),)
    if sender.sighting is Sighting.OAUTH:
        words = say("It was last seen with OAuth, and no longer with Basic.")
        return (Option(key=RouteKey.NONE, fit=Fit.FITS, reasons=(words,)),)
    return tuple(look(sender) for look in LOOKS)


def choose(options: tuple[Option, ...]) -> Option:
    """Choose the way: the first that fits, else the first that is likely to, else the first that may."""
    for fit in (Fit.FITS, Fit.LIKELY, Fit.ASK):
        for option in options:
            if option.fit is fit:
                return option
    return options[0]


def alternatives(options: tuple[Option, ...], chosen: Option) -> tuple[Option, ...]:
    """Give the other ways that fit or may."""
    return tuple(option for option in options if option is not chosen and option.fit is not Fit.NOT)


def questions_for(sender: Sender, options: tuple[Option, ...], chosen: Option) -> tuple[str, ...]:
    """Name what the owner should be asked: what would settle a way, and what nobody but the owner knows."""
    undecided = () if chosen.fit is Fit.FITS else (option for option in options if option.fit is not Fit.NOT)
    unsettled = (key for option in undecided for key in option.asks)
    keys = dict.fromkeys((*unsettled, "device", "application", "owner", "alert_only", "seasonal"))
    return tuple(key for key in keys if not is_answered(sender.said, key))


def is_answered(note: OwnerNote, key: str) -> bool:
    """Tell whether the notes answer a question; a sender is a device or an application, seldom both."""
    if key in {"device", "application"}:
        return bool(note.device or note.application)
    return getattr(note, key) not in {None, ""}


def look_at_oauth(sender: Sender) -> Option:
    """OAuth for SMTP: lasts, and needs a client that can do it and an SMTP AUTH switch that stays on."""
    verdicts = sender.mailbox.verdicts
    by_account = verdicts.oauth_delegated.outcome in WORKING
    key = RouteKey.OAUTH_DELEGATED if by_account else RouteKey.OAUTH_APP
    verdict = verdicts.oauth_delegated if by_account else verdicts.oauth_app
    can = sender.said.oauth
    if can is False:
        return Option(key=key, fit=Fit.NOT, reasons=(say("Its owner says that it can't do OAuth."),))
    reasons = (*((say("Its owner says that it can do OAuth."),) if can else ()), *oauth_state(verdict))
    open_now = verdict.outcome in WORKING or not verdict.closed
    if can is None:
        fit = Fit.LIKELY if verdict.outcome in WORKING else Fit.ASK
        return Option(key=key, fit=fit, reasons=reasons, asks=("oauth",), open_now=open_now)
    return Option(key=key, fit=Fit.FITS, reasons=reasons, open_now=open_now)


def oauth_state(verdict: Verdict) -> tuple[Text, ...]:
    """Say whether OAuth would be accepted today."""
    if verdict.outcome in WORKING:
        return (say("OAuth is accepted for this mailbox today."),)
    if verdict.closed:
        gates = tuple(TITLES[name] for name in verdict.closed)
        return (say("OAuth is refused for this mailbox today, by: {gates}.", gates=gates),)
    return (say("Whether OAuth is accepted for this mailbox is not known."),)


def look_at_graph(sender: Sender) -> Option:
    """Graph sendMail: for code that can be changed."""
    if sender.said.device:
        return Option(key=RouteKey.GRAPH, fit=Fit.NOT, reasons=(say("It is a device, which only speaks SMTP."),))
    words = say("For code of your own that can be changed: no SMTP, and no SMTP AUTH switch to keep open.")
    return Option(key=RouteKey.GRAPH, fit=Fit.ASK, reasons=(words,), asks=("application",))


def look_at_hve(sender: Sender) -> Option:
    """High Volume Email: much mail to internal recipients."""
    internal = sender.said.internal_only
    if internal is False:
        words = say("It has recipients outside, which High Volume Email refuses (550 5.5.105).")
        return Option(key=RouteKey.HVE, fit=Fit.NOT, reasons=(words,))
    if sender.daily is None or sender.daily < BULK_A_DAY:
        words = say("It is for bulk mail, and billed; it was not seen sending so much.")
        return Option(key=RouteKey.HVE, fit=Fit.NOT, reasons=(words,))
    volume = much(sender)
    if internal is None:
        return Option(key=RouteKey.HVE, fit=Fit.ASK, reasons=(volume,), asks=("internal_only",))
    return Option(key=RouteKey.HVE, fit=Fit.FITS, reasons=(volume, inside()))


def look_at_azure(sender: Sender) -> Option:
    """Azure Communication Services: much mail, also to the outside."""
    if sender.daily is None or sender.daily < BULK_A_DAY:
        words = say("It is for bulk mail, and billed; it was not seen sending so much.")
        return Option(key=RouteKey.AZURE, fit=Fit.NOT, reasons=(words,))
    fit = Fit.FITS if sender.said.internal_only is False else Fit.ASK
    return Option(key=RouteKey.AZURE, fit=fit, reasons=(much(sender),), asks=("internal_only",))


def look_at_direct_send(sender: Sender) -> Option:
    """Direct Send: internal recipients, and an organization that does not reject it."""
    rejected = sender.ground.reject_direct_send
    if rejected:
        words = say("RejectDirectSend is on: Direct Send gets 550 5.7.68 in this organization.")
        return Option(key=RouteKey.DIRECT_SEND, fit=Fit.NOT, reasons=(words,))
    state = say("RejectDirectSend is off.") if rejected is False else say("RejectDirectSend was not read.")
    internal = sender.said.internal_only
    if internal is False:
        words = say("It has recipients outside, which Direct Send does not reach.")
        return Option(key=RouteKey.DIRECT_SEND, fit=Fit.NOT, reasons=(state, words))
    if internal is None:
        return Option(key=RouteKey.DIRECT_SEND, fit=Fit.ASK, reasons=(state,), asks=("internal_only",))
    fit = Fit.FITS if rejected is False else Fit.ASK
    return Option(key=RouteKey.DIRECT_SEND, fit=fit, reasons=(inside(), state), open_now=rejected is False)


def look_at_relay(sender: Sender) -> Option:
    """A relay connector: a fixed public address, or a certificate."""
    addresses, fixed = sender.addresses, sender.said.fixed_address
    if fixed:
        words = say("Its owner says that it sends from a public address that stays the same.")
        return Option(key=RouteKey.RELAY, fit=Fit.FITS, reasons=(words,))
    if len(addresses) == 1 and fixed is None:
        words = say("It was seen from one public address only: {address}.", address=addresses[0])
        return Option(key=RouteKey.RELAY, fit=Fit.LIKELY, reasons=(words,), asks=("fixed_address",))
    if addresses:
        words = say("It was seen from {count} public addresses: a connector needs fixed ones.", count=len(addresses))
    else:
        words = say("From which address it sends is not known: a connector needs a fixed one, or a certificate.")
    return Option(key=RouteKey.RELAY, fit=Fit.ASK, reasons=(words,), asks=("fixed_address",))


def look_at_premises(sender: Sender) -> Option:
    """A server of one's own."""
    if not sender.ground.hybrid:
        words = say("No mailbox on-premises was seen, so perhaps there is no server.")
        return Option(key=RouteKey.ON_PREMISES, fit=Fit.NOT, reasons=(words,))
    words = say("The organization has mailboxes on-premises, so there is a server that could relay.")
    return Option(key=RouteKey.ON_PREMISES, fit=Fit.ASK, reasons=(words,), asks=("owner",))


def much(sender: Sender) -> Text:
    """Say how much it sends."""
    return say("It sends about {count} messages a day.", count=round(sender.daily or 0))


def inside() -> Text:
    """Say that all recipients are inside."""
    return say("Its owner says that all recipients are inside the organization.")


Look = Callable[[Sender], Option]
LOOKS: tuple[Look, ...] = (
    look_at_oauth,
    look_at_hve,
    look_at_azure,
    look_at_direct_send,
    look_at_relay,
    look_at_premises,
    look_at_graph,
)
