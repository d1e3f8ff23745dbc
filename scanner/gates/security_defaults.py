"""Security Defaults: on, they refuse Basic for every account (facts/smtp-auth.md §1.4, conditional-access.md §1.10)."""

from scanner.gates.examples import a_circumstance, a_setting
from scanner.gates.gate import Example, Gate, Setting, found
from scanner.model.circumstance import Circumstance
from scanner.model.judgement import Confidence, GateState, Judgement, Method
from scanner.model.settings import SecurityDefaults
from scanner.model.text import say
from scanner.replies.catalogue import reply

NAME = "security_defaults"
SECTION = "security-defaults"


def judge(_: Circumstance, setting: Setting, method: Method) -> Judgement:
    """Judge Security Defaults: no exceptions for Basic, nothing to do with OAuth."""
    if method is not Method.BASIC:
        words = say("Security Defaults refuse Basic, and ask people who sign in with OAuth for MFA.")
        return Judgement(gate=NAME, state=GateState.OPEN, because=words, confidence=Confidence.MEDIUM)
    enabled = setting.security_defaults.enabled if setting.security_defaults else None
    if not isinstance(enabled, bool):
        words = say("Whether Security Defaults are on was not read.")
        return Judgement(
            gate=NAME, state=GateState.UNKNOWN, because=words, reply=reply("security_defaults"), missing=(SECTION,)
        )
    evidence = (found(SECTION, "isEnabled", enabled),)
    if enabled:
        words = say("Security Defaults are on: they refuse Basic for every account.")
        return Judgement(
            gate=NAME,
            state=GateState.CLOSED,
            because=words,
            findings=evidence,
            reply=reply("security_defaults"),
            other_replies=(reply("unauthenticated_5_7_3"),),
        )
    return Judgement(gate=NAME, state=GateState.OPEN, because=say("Security Defaults are off."), findings=evidence)


GATE = Gate(
    name=NAME,
    title=say("Security Defaults"),
    reads=("identitySecurityDefaultsEnforcementPolicy isEnabled",),
    sections=(SECTION,),
    rationale=say(
        "Security Defaults refuse every legacy sign-in, SMTP AUTH with Basic included, without exceptions. Nothing in "
        "Exchange shows it: the switches may all be on."
    ),
    judge=judge,
    causes=lambda _: ("security_defaults",),
    replies=("security_defaults", "unauthenticated_5_7_3"),
    examples=(
        Example(says=say("off"), state=GateState.OPEN, circumstance=a_circumstance(), setting=a_setting()),
        Example(
            says=say("on"),
            state=GateState.CLOSED,
            circumstance=a_circumstance(),
            setting=a_setting(security_defaults=SecurityDefaults(enabled=True)),
        ),
        Example(
            says=say("on, with OAuth"),
            state=GateState.OPEN,
            circumstance=a_circumstance(),
            setting=a_setting(security_defaults=SecurityDefaults(enabled=True)),
            method=Method.OAUTH_DELEGATED,
        ),
        Example(
            says=say("not read"),
            state=GateState.UNKNOWN,
            circumstance=a_circumstance(),
            setting=a_setting(security_defaults=None),
        ),
    ),
    sources=("S8", "SD", "azure-docs#54776", "OfficeDocs-Exchange#2740 (OAuth: INFERRED, strong)"),
)
