"""Authentication policies: the user's own, else the organization's default (facts/smtp-auth.md §1.3)."""

import re

from scanner.gates.examples import a_circumstance, a_policy, a_setting
from scanner.gates.gate import Example, Gate, Setting, found
from scanner.model.circumstance import Circumstance
from scanner.model.judgement import Confidence, Finding, GateState, Judgement, Method
from scanner.model.observed import Gap
from scanner.model.section import SectionState
from scanner.model.settings import AuthenticationPolicy, OrganizationConfig
from scanner.model.text import Text, say
from scanner.replies.catalogue import reply

NAME = "authentication_policy"
USERS = "exchange-users"
POLICIES = "authentication-policies"
ORGANIZATION = "organization-config"
COMMA = re.compile(r"(?<!\\),")  # in a distinguished name, one that belongs to a name is escaped


def judge(circumstance: Circumstance, setting: Setting, method: Method) -> Judgement:
    """Judge whether Basic for SMTP is allowed by the effective authentication policy."""
    if method is not Method.BASIC:
        words = say("Authentication policies are about Basic authentication only.")
        return Judgement(gate=NAME, state=GateState.OPEN, because=words, confidence=Confidence.MEDIUM)
    own = circumstance.authentication_policy
    if not circumstance.exchange_user_read:
        return unknown(say("Which authentication policy is assigned to the user was not read."), (USERS,))
    evidence = found(USERS, "AuthenticationPolicy", own)
    if isinstance(own, str):
        return judge_policy(own, setting, (evidence,))
    if own in {Gap.ABSENT, Gap.UNREADABLE}:
        return unknown(say("Which authentication policy is assigned to the user was not read."), (USERS,), (evidence,))
    return judge_default(setting, (evidence,))


def judge_default(setting: Setting, evidence: tuple[Finding, ...]) -> Judgement:
    """Judge a user without a policy of its own by the organization's default."""
    if setting.organization_config is None:
        return unknown(say("The organization's default authentication policy was not read."), (ORGANIZATION,), evidence)
    default = setting.organization_config.default_authentication_policy
    evidence = (*evidence, found(ORGANIZATION, "DefaultAuthenticationPolicy", default))
    if isinstance(default, str):
        return judge_policy(default, setting, evidence)
    if default in {Gap.ABSENT, Gap.UNREADABLE}:
        return unknown(say("The organization's default authentication policy was not read."), (ORGANIZATION,), evidence)
    words = say("No authentication policy applies: the user has none, and the organization has no default.")
    return Judgement(gate=NAME, state=GateState.OPEN, because=words, findings=evidence)


def judge_policy(name: str, setting: Setting, evidence: tuple[Finding, ...]) -> Judgement:
    """Judge by one policy, found by any name it goes by."""
    policy = policy_named(name, setting)
    if policy is None:
        words = say("The authentication policy {policy} applies, and what it allows was not read.", policy=name)
        return unknown(words, (POLICIES,), evidence)
    allowed = policy.allows_basic_smtp
    evidence = (*evidence, found(POLICIES, f"{policy.name}.AllowBasicAuthSmtp", allowed))
    if not isinstance(allowed, bool):
        words = say(
            "Whether the authentication policy {policy} allows Basic for SMTP was not read.", policy=policy.name
        )
        return unknown(words, (POLICIES,), evidence)
    if allowed:
        words = say("The authentication policy {policy} allows Basic for SMTP.", policy=policy.name)
        return Judgement(gate=NAME, state=GateState.OPEN, because=words, findings=evidence)
    words = say("The authentication policy {policy} blocks Basic for SMTP.", policy=policy.name)
    return Judgement(
        gate=NAME,
        state=GateState.CLOSED,
        because=words,
        findings=evidence,
        reply=reply("basic_disabled"),
        other_replies=(reply("unauthenticated_5_7_3"),),
        confidence=Confidence.MEDIUM,
    )


def policy_named(name: str, setting: Setting) -> AuthenticationPolicy | None:
    """Find a policy by any name that may be meant."""
    known = setting.authentication_policies
    return next((known[one] for one in names_meant(name) if one in known), None)


def names_meant(name: str) -> tuple[str, str, str]:
    """Give what an assigned policy may mean: a name or GUID, or a distinguished name that begins with CN=name."""
    whole = name.strip().lower()
    common = COMMA.split(whole, maxsplit=1)[0].removeprefix("cn=").replace("\\,", ",")
    return whole, common, whole.rsplit("\\", 1)[-1]


def unknown(because: Text, missing: tuple[str, ...], evidence: tuple[Finding, ...] = ()) -> Judgement:
    """Say what is missing."""
    return Judgement(
        gate=NAME,
        state=GateState.UNKNOWN,
        because=because,
        findings=evidence,
        reply=reply("basic_disabled"),
        missing=missing,
    )


GATE = Gate(
    name=NAME,
    title=say("Authentication policy"),
    reads=("Get-User AuthenticationPolicy", "Get-OrganizationConfig DefaultAuthenticationPolicy", "AllowBasicAuthSmtp"),
    sections=(USERS, ORGANIZATION, POLICIES),
    rationale=say(
        "An authentication policy without AllowBasicAuthSmtp refuses Basic before the password is looked at, and beats "
        "a mailbox on which SMTP AUTH is enabled. The user's own policy beats the organization's default."
    ),
    judge=judge,
    causes=lambda _: ("authentication_policy",),
    replies=("basic_disabled", "unauthenticated_5_7_3"),
    examples=(
        Example(
            says=say("no policy of its own, no default"),
            state=GateState.OPEN,
            circumstance=a_circumstance(),
            setting=a_setting(),
        ),
        Example(
            says=say("its own policy allows Basic for SMTP, the default does not"),
            state=GateState.OPEN,
            circumstance=a_circumstance(authentication_policy="SMTP senders"),
            setting=a_setting(
                authentication_policies=a_policy("SMTP senders", allows=True) | a_policy("Block Basic", allows=False),
                organization_config=OrganizationConfig(default_authentication_policy="Block Basic"),
            ),
        ),
        Example(
            says=say("the default policy blocks Basic for SMTP"),
            state=GateState.CLOSED,
            circumstance=a_circumstance(),
            setting=a_setting(
                authentication_policies=a_policy("Block Basic", allows=False),
                organization_config=OrganizationConfig(default_authentication_policy="CN=Block Basic,CN=Auth Policies"),
            ),
        ),
        Example(
            says=say("a policy is assigned that was not read"),
            state=GateState.UNKNOWN,
            circumstance=a_circumstance(authentication_policy="Block Basic"),
            setting=a_setting(sections={POLICIES: SectionState.MISSING}),
        ),
        Example(
            says=say("the same user with OAuth"),
            state=GateState.OPEN,
            circumstance=a_circumstance(authentication_policy="Block Basic"),
            setting=a_setting(authentication_policies=a_policy("Block Basic", allows=False)),
            method=Method.OAUTH_DELEGATED,
        ),
    ),
    sources=("S1", "S2", "S3", "OfficeDocs-Exchange#2068", "rpremraj/mailR#107 (reply: INFERRED)"),
)
