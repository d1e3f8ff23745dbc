"""The account: sign-in blocked, no account, no licence (facts/smtp-auth.md §1.6)."""

from typing import assert_never

from scanner.gates.examples import a_circumstance, a_setting
from scanner.gates.gate import Example, Gate, Setting, found
from scanner.model.circumstance import AccountState, Circumstance, SetAside
from scanner.model.directory import MailboxKind
from scanner.model.judgement import Confidence, Finding, GateState, Judgement, Method
from scanner.model.text import Text, say
from scanner.replies.catalogue import reply

NAME = "account"
USERS = "users"
MAILBOXES = "mailboxes"
WITHOUT_OWN_PASSWORD = {MailboxKind.SHARED, MailboxKind.ROOM, MailboxKind.EQUIPMENT}


def judge(circumstance: Circumstance, _: Setting, method: Method) -> Judgement:
    """Judge whether the mailbox's account can sign in."""
    if not circumstance.listed:
        words = say("The mailbox list does not have it, so that what it is was not read.")
        return Judgement(gate=NAME, state=GateState.UNKNOWN, because=words, missing=(MAILBOXES,))
    if circumstance.set_aside is not None:
        return judge_set_aside(circumstance.set_aside)
    if method is Method.OAUTH_APP:
        words = say("An application signs in as itself, not as the mailbox's account.")
        return Judgement(gate=NAME, state=GateState.OPEN, because=words)
    return judge_account(circumstance)


def judge_account(circumstance: Circumstance) -> Judgement:
    """Judge the account behind the mailbox, as far as it was read."""
    match circumstance.account:
        case AccountState.NONE:
            words = say("Exchange knows no Entra account for this mailbox, so nobody can sign in as it.")
            evidence = found(MAILBOXES, "ExternalDirectoryObjectId", "")
            return closed(words, (evidence,))
        case AccountState.NOT_FOUND:
            return unknown(say("The mailbox's account is not among the users that were read."))
        case AccountState.NOT_READ:
            return unknown(say("Whether sign-in is allowed was not read."))
        case AccountState.FOUND:
            return judge_enabled(circumstance)
        case _:
            assert_never(circumstance.account)


def judge_enabled(circumstance: Circumstance) -> Judgement:
    """Judge an account by accountEnabled, and lower the confidence where more than that is needed."""
    enabled = circumstance.enabled
    evidence = (found(USERS, "accountEnabled", enabled),)
    if not isinstance(enabled, bool):
        return unknown(say("Whether sign-in is allowed was not read."), evidence)
    if not enabled:
        return closed(say("Sign-in of the account is blocked."), evidence)
    if circumstance.kind in WITHOUT_OWN_PASSWORD:
        words = say("Sign-in is allowed, which is unusual for such a mailbox; it needs a password that somebody set.")
        return opened(words, evidence, Confidence.MEDIUM)
    if circumstance.licensed is False and circumstance.kind is MailboxKind.USER:
        words = say("Sign-in is allowed, and the account has no licence: Microsoft asks for one for client submission.")
        return opened(words, (*evidence, found(USERS, "assignedLicenses", "[]")), Confidence.MEDIUM)
    return opened(say("Sign-in of the account is allowed."), evidence, Confidence.HIGH)


def judge_set_aside(reason: SetAside) -> Judgement:
    """Judge what is no mailbox in use in Exchange Online."""
    match reason:
        case SetAside.ON_PREMISES:
            words = say("The mailbox is not in Exchange Online: its own server decides, and none of these settings.")
            return Judgement(gate=NAME, state=GateState.UNKNOWN, because=words, missing=("on-premises-exchange",))
        case SetAside.INACTIVE:
            words = say("The mailbox is inactive: no account signs in with it.")
        case SetAside.SOFT_DELETED:
            words = say("The mailbox is deleted and kept for recovery: no account signs in with it.")
        case _:
            assert_never(reason)
    return closed(words, ())


def opened(because: Text, evidence: tuple[Finding, ...], confidence: Confidence) -> Judgement:
    """Let it pass."""
    return Judgement(gate=NAME, state=GateState.OPEN, because=because, findings=evidence, confidence=confidence)


def closed(because: Text, evidence: tuple[Finding, ...]) -> Judgement:
    """Refuse; which sentence comes is not known (facts/smtp-auth.md §9): there are several, and less confidence."""
    return Judgement(
        gate=NAME,
        state=GateState.CLOSED,
        because=because,
        findings=evidence,
        reply=reply("unspecified_5_7_139"),
        other_replies=(reply("unauthenticated_5_7_3"), reply("account_issue"), reply("credentials_incorrect")),
        confidence=Confidence.MEDIUM,
    )


def unknown(because: Text, evidence: tuple[Finding, ...] = ()) -> Judgement:
    """Say that the users are missing."""
    return Judgement(
        gate=NAME,
        state=GateState.UNKNOWN,
        because=because,
        findings=evidence,
        reply=reply("unspecified_5_7_139"),
        missing=(USERS,),
    )


GATE = Gate(
    name=NAME,
    title=say("Account"),
    reads=("accountEnabled", "assignedLicenses", "RecipientTypeDetails"),
    sections=(MAILBOXES, USERS),
    rationale=say(
        "The first factor comes before every policy: a blocked account can't sign in. Shared, room and equipment "
        "mailboxes have an account that Microsoft says to keep blocked. An application that signs in as itself does "
        "not need it."
    ),
    judge=judge,
    causes=lambda _: ("sign_in_blocked",),
    replies=("unspecified_5_7_139", "unauthenticated_5_7_3", "account_issue", "credentials_incorrect"),
    examples=(
        Example(
            says=say("sign-in is allowed"), state=GateState.OPEN, circumstance=a_circumstance(), setting=a_setting()
        ),
        Example(
            says=say("a shared mailbox whose account is blocked"),
            state=GateState.CLOSED,
            circumstance=a_circumstance(kind=MailboxKind.SHARED, enabled=False),
            setting=a_setting(),
        ),
        Example(
            says=say("the same mailbox, sent to by an application with OAuth"),
            state=GateState.OPEN,
            circumstance=a_circumstance(kind=MailboxKind.SHARED, enabled=False),
            setting=a_setting(),
            method=Method.OAUTH_APP,
        ),
        Example(
            says=say("the users were not read"),
            state=GateState.UNKNOWN,
            circumstance=a_circumstance(account=AccountState.NOT_READ),
            setting=a_setting(),
        ),
        Example(
            says=say("the mailbox is on-premises"),
            state=GateState.UNKNOWN,
            circumstance=a_circumstance(kind=MailboxKind.ON_PREMISES, set_aside=SetAside.ON_PREMISES),
            setting=a_setting(),
        ),
        Example(
            says=say("only the CAS list has the mailbox"),
            state=GateState.UNKNOWN,
            circumstance=a_circumstance(kind=MailboxKind.UNKNOWN, listed=False),
            setting=a_setting(),
        ),
    ),
    sources=("S4", "S10", "S13", "facts/smtp-auth.md §1.6", "reply: UNKNOWN, facts/smtp-auth.md §9"),
)
