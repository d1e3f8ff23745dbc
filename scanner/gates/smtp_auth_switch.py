"""The SMTP AUTH switch: the mailbox's value, else the tenant's; it governs OAuth too (facts/smtp-auth.md §1.2)."""

from scanner.gates.examples import a_circumstance, a_setting
from scanner.gates.gate import Example, Gate, Setting, found
from scanner.model.circumstance import Circumstance
from scanner.model.directory import MailboxKind
from scanner.model.judgement import Confidence, Finding, GateState, Judgement, Method
from scanner.model.observed import Gap
from scanner.model.settings import TransportConfig
from scanner.model.text import Text, say
from scanner.replies.catalogue import reply

NAME = "smtp_auth_switch"
MAILBOX = "cas-mailboxes"
TENANT = "transport-config"
KEY = "SmtpClientAuthenticationDisabled"
OFF_FOR_TENANT = "smtp_auth_disabled_tenant"
OFF_FOR_MAILBOX = "smtp_auth_disabled_mailbox"


def judge(circumstance: Circumstance, setting: Setting, _: Method) -> Judgement:
    """Judge the switch, mailbox before tenant; null inherits, and everything else that isn't a value is unknown."""
    if circumstance.kind is MailboxKind.HVE:
        words = say("High Volume Email has its own endpoint, which the SMTP AUTH switch does not govern.")
        return Judgement(gate=NAME, state=GateState.OPEN, because=words)
    own = circumstance.smtp_auth_disabled
    if not circumstance.cas_read or isinstance(own, Gap):
        return judge_unread(circumstance, setting)
    evidence = found(MAILBOX, KEY, own)
    if own is True:
        words = say("SMTP AUTH is turned off for this mailbox.")
        return closed(OFF_FOR_MAILBOX, words, (evidence,), mailbox_confidence(setting))
    if own is False:
        words = say("SMTP AUTH is enabled for this mailbox, whatever the organization's setting.")
        return Judgement(gate=NAME, state=GateState.OPEN, because=words, findings=(evidence,))
    return judge_tenant(setting, (evidence,))


def judge_tenant(setting: Setting, evidence: tuple[Finding, ...]) -> Judgement:
    """Judge a mailbox that follows the organization."""
    off = setting.transport_config.smtp_auth_disabled if setting.transport_config else Gap.ABSENT
    if setting.transport_config is not None:
        evidence = (*evidence, found(TENANT, KEY, off))
    if not isinstance(off, bool):
        words = say("The mailbox follows the organization, and the organization's switch was not read.")
        return unknown(words, (TENANT,), (OFF_FOR_TENANT,), evidence)
    if off:
        words = say("SMTP AUTH is off for the organization, and the mailbox follows it.")
        return closed(OFF_FOR_TENANT, words, evidence, Confidence.HIGH)
    words = say("SMTP AUTH is on for the organization, and the mailbox follows it.")
    return Judgement(gate=NAME, state=GateState.OPEN, because=words, findings=evidence)


def judge_unread(circumstance: Circumstance, setting: Setting) -> Judgement:
    """Say that the mailbox's own value is not known; a missing key is never "inherit"."""
    off = setting.transport_config.smtp_auth_disabled if setting.transport_config else Gap.ABSENT
    keys = (OFF_FOR_MAILBOX,) if off is False else (OFF_FOR_TENANT, OFF_FOR_MAILBOX)
    missing = (MAILBOX,) if isinstance(off, bool) else (MAILBOX, TENANT)
    if not circumstance.cas_read:
        words = say("The mailbox's own SMTP AUTH switch was not read.")
        return unknown(words, missing, keys, ())
    evidence = found(MAILBOX, KEY, circumstance.smtp_auth_disabled)
    words = say(
        "The mailbox was read without a usable value of its SMTP AUTH switch. Get-EXOCasMailbox returns "
        "SmtpClientAuthenticationDisabled only when it is asked for by name."
    )
    return unknown(words, missing, keys, (evidence,))


def mailbox_confidence(setting: Setting) -> Confidence:
    """Tell how sure the sentence is: with both switches off, that it is the mailbox's is INFERRED."""
    tenant_on = setting.transport_config is not None and setting.transport_config.smtp_auth_disabled is False
    return Confidence.HIGH if tenant_on else Confidence.MEDIUM


def closed(key: str, because: Text, evidence: tuple[Finding, ...], confidence: Confidence) -> Judgement:
    """Refuse with the sentence of the level that is off; some see the other one (WEAK), so both are possible."""
    other = OFF_FOR_MAILBOX if key == OFF_FOR_TENANT else OFF_FOR_TENANT
    return Judgement(
        gate=NAME,
        state=GateState.CLOSED,
        because=because,
        findings=evidence,
        reply=reply(key),
        other_replies=(reply(other),) if key == OFF_FOR_TENANT else (),
        confidence=confidence,
    )


def unknown(because: Text, missing: tuple[str, ...], keys: tuple[str, ...], evidence: tuple[Finding, ...]) -> Judgement:
    """Say what is missing, and which replies are possible, the likelier first."""
    return Judgement(
        gate=NAME,
        state=GateState.UNKNOWN,
        because=because,
        findings=evidence,
        reply=reply(keys[0]),
        other_replies=tuple(reply(key) for key in keys[1:]),
        missing=missing,
    )


def causes(judgement: Judgement) -> tuple[str, ...]:
    """Name the level whose switch is off: what opens it differs."""
    return ("switch_mailbox",) if judgement.reply == reply(OFF_FOR_MAILBOX) else ("switch_tenant",)


GATE = Gate(
    name=NAME,
    title=say("SMTP AUTH switch"),
    reads=("Get-CASMailbox SmtpClientAuthenticationDisabled", "Get-TransportConfig SmtpClientAuthenticationDisabled"),
    sections=(MAILBOX, TENANT),
    rationale=say(
        "The protocol itself is switched on and off for the organization and for each mailbox. The mailbox's own value "
        "wins in both directions; blank follows the organization. OAuth is refused by it as well."
    ),
    judge=judge,
    causes=causes,
    replies=(OFF_FOR_TENANT, OFF_FOR_MAILBOX),
    examples=(
        Example(
            says=say("blank on the mailbox, on for the organization"),
            state=GateState.OPEN,
            circumstance=a_circumstance(),
            setting=a_setting(),
        ),
        Example(
            says=say("enabled on the mailbox, off for the organization"),
            state=GateState.OPEN,
            circumstance=a_circumstance(smtp_auth_disabled=False),
            setting=a_setting(transport_config=TransportConfig(smtp_auth_disabled=True)),
        ),
        Example(
            says=say("blank on the mailbox, off for the organization"),
            state=GateState.CLOSED,
            circumstance=a_circumstance(),
            setting=a_setting(transport_config=TransportConfig(smtp_auth_disabled=True)),
        ),
        Example(
            says=say("off on the mailbox, with OAuth"),
            state=GateState.CLOSED,
            circumstance=a_circumstance(smtp_auth_disabled=True),
            setting=a_setting(),
            method=Method.OAUTH_APP,
        ),
        Example(
            says=say("the mailbox was read without the key"),
            state=GateState.UNKNOWN,
            circumstance=a_circumstance(smtp_auth_disabled=Gap.ABSENT),
            setting=a_setting(),
        ),
        Example(
            says=say("blank on the mailbox, the organization was not read"),
            state=GateState.UNKNOWN,
            circumstance=a_circumstance(),
            setting=a_setting(transport_config=None),
        ),
    ),
    sources=("S1", "S2", "S18", "simonrob/email-oauth2-proxy#193", "jstedfast/MailKit#700", "OfficeDocs-Exchange#2840"),
)
