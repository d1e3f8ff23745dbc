"""Per-user MFA: enforced, the ordinary password is not accepted (facts/conditional-access.md §1.11)."""

from scanner.gates.examples import a_circumstance, a_setting
from scanner.gates.gate import Example, Gate, Setting, found
from scanner.model.circumstance import AccountState, Circumstance
from scanner.model.judgement import Confidence, Finding, GateState, Judgement, Method
from scanner.model.observed import Gap
from scanner.model.text import say
from scanner.replies.catalogue import reply

NAME = "per_user_mfa"
SECTION = "per-user-mfa"


def judge(circumstance: Circumstance, _: Setting, method: Method) -> Judgement:
    """Judge the per-user MFA state."""
    if method is not Method.BASIC:
        words = say("With OAuth a person answers MFA once, when the token is issued.")
        return Judgement(gate=NAME, state=GateState.OPEN, because=words, confidence=Confidence.MEDIUM)
    if circumstance.account is AccountState.NONE:
        return Judgement(gate=NAME, state=GateState.OPEN, because=say("There is no account that could have MFA."))
    state = circumstance.per_user_mfa
    evidence = (found(SECTION, "perUserMfaState", state),) if state is not Gap.ABSENT else ()
    match state:
        case "disabled":
            words = say("Per-user MFA is off for the account.")
            return Judgement(gate=NAME, state=GateState.OPEN, because=words, findings=evidence)
        case "enabled":
            words = say("Per-user MFA is enabled: the password works until the user registers.")
            return Judgement(
                gate=NAME, state=GateState.OPEN, because=words, findings=evidence, confidence=Confidence.MEDIUM
            )
        case "enforced":
            return enforced(evidence)
        case _:
            return unread(evidence)


def enforced(evidence: tuple[Finding, ...]) -> Judgement:
    """Refuse the password; whether an app password exists can't be seen."""
    words = say("Per-user MFA is enforced: the password is refused; an app password, if there is one, may pass.")
    return Judgement(
        gate=NAME,
        state=GateState.CLOSED,
        because=words,
        findings=evidence,
        reply=reply("criteria"),
        other_replies=(reply("credentials_incorrect"), reply("unauthenticated_5_7_3")),
        confidence=Confidence.MEDIUM,
    )


def unread(evidence: tuple[Finding, ...]) -> Judgement:
    """Say that the state is not known."""
    words = say("The per-user MFA state of the account was not read.")
    return Judgement(
        gate=NAME,
        state=GateState.UNKNOWN,
        because=words,
        findings=evidence,
        reply=reply("criteria"),
        missing=(SECTION,),
    )


GATE = Gate(
    name=NAME,
    title=say("Per-user MFA"),
    reads=("perUserMfaState",),
    sections=(SECTION,),
    rationale=say(
        "An account whose per-user MFA is enforced can't use its password with a legacy client. An app password may "
        "pass, unless Security Defaults or Conditional Access stop it."
    ),
    judge=judge,
    causes=lambda _: ("per_user_mfa",),
    replies=("criteria", "credentials_incorrect", "unauthenticated_5_7_3"),
    examples=(
        Example(says=say("disabled"), state=GateState.OPEN, circumstance=a_circumstance(), setting=a_setting()),
        Example(
            says=say("enabled, not yet registered"),
            state=GateState.OPEN,
            circumstance=a_circumstance(per_user_mfa="enabled"),
            setting=a_setting(),
        ),
        Example(
            says=say("enforced"),
            state=GateState.CLOSED,
            circumstance=a_circumstance(per_user_mfa="enforced"),
            setting=a_setting(),
        ),
        Example(
            says=say("not read"),
            state=GateState.UNKNOWN,
            circumstance=a_circumstance(per_user_mfa=Gap.ABSENT),
            setting=a_setting(),
        ),
    ),
    sources=("S12", "MFA", "APW", "trusted IPs of per-user MFA: INFERRED, not readable"),
)
