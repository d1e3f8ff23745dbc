"""What a remediation pack does: for each mailbox that something can be done about, a step with what, why and undo.

Only single mailboxes are changed, only by what was observed of them, and never where nobody looked who sends. What
needs a portal, or would not help alone, is told in comments. Nothing here is ever executed by this program.
"""

from collections.abc import Collection, Iterator
from typing import Final

from scanner.model.frozen import Frozen
from scanner.replies.commands import quoted
from scanner.report.contract import MailboxPart, Report, VerdictPart

NEW_POLICY: Final = "SMTP senders"
"""The authentication policy that is made where none allows Basic for SMTP."""

BY_CMDLET: Final = frozenset({"smtp_auth_switch", "authentication_policy"})
"""Gates that one cmdlet for one mailbox opens; all others need a decision for the tenant, or a portal."""

SWITCH: Final = {"inherit": "$null", "enabled": "$false", "disabled": "$true"}
"""SmtpClientAuthenticationDisabled in PowerShell, by what the report says of the mailbox's own switch."""


class Command(Frozen, frozen=True, kw_only=True):
    """One change.

    Attributes:
        does: What it does, in a few English words.
        run: The cmdlet.
        undo: The cmdlet that puts back what was observed.
    """

    does: str
    run: str
    undo: str


class Step(Frozen, frozen=True, kw_only=True):
    """What the pack says and does about one mailbox.

    Attributes:
        address: The mailbox's address, or its id where it has none.
        name: Its display name.
        flag: Its flag.
        why: Why it has it.
        commands: Changes, in their order.
        asleep: The commands are only shown: alone they would not help.
        remarks: What else has to be known or done.
    """

    address: str
    name: str
    flag: str
    why: str
    commands: tuple[Command, ...]
    asleep: bool
    remarks: tuple[str, ...]


class Pack(Frozen, frozen=True, kw_only=True):
    """The whole pack.

    Attributes:
        policy: Name of the authentication policy that senders get.
        makes_policy: It has to be made first.
        steps: In the order of the report: what fails comes first.
        left_out: Mailboxes that are exposed, and of which nobody knows whether somebody sends.
    """

    policy: str
    makes_policy: bool
    steps: tuple[Step, ...]
    left_out: int


def plan_pack(report: Report) -> Pack:
    """Plan the pack of a report."""
    policies = report.tenant_posture.authentication_policies
    allowing = sorted(policy.name for policy in policies if policy.allows_basic_smtp and policy.name.isprintable())
    policy = allowing[0] if allowing else free_name({policy.name.lower() for policy in policies})
    steps = tuple(step for mailbox in report.mailboxes if (step := plan_step(mailbox, policy)) is not None)
    needs_policy = any(command.run.startswith("Set-User") for step in steps for command in step.commands)
    return Pack(
        policy=policy,
        makes_policy=needs_policy and not allowing,
        steps=steps,
        left_out=sum(1 for mailbox in report.mailboxes if is_exposed(mailbox) and not is_known_silent(mailbox)),
    )


def free_name(taken: Collection[str]) -> str:
    """Give a name that no authentication policy has."""
    names = (NEW_POLICY, *(f"{NEW_POLICY} {number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name.lower() not in taken)


def plan_step(mailbox: MailboxPart, policy: str) -> Step | None:
    """Plan the step of one mailbox; ``None`` where nothing is to be done, or nobody looked who sends."""
    if mailbox.waiver is not None or mailbox.set_aside is not None:
        return None
    match mailbox.flag:
        case "failing":
            return open_gates(mailbox, policy)
        case "will_fail":
            return step_of(mailbox, (), remarks=tuple(way_off(mailbox)))
        case "exposed" if is_known_silent(mailbox):
            return step_of(mailbox, tuple(close_switch(mailbox)))
        case _:
            return None


def is_exposed(mailbox: MailboxPart) -> bool:
    """Tell whether Basic is open for nobody, and nobody has accepted that."""
    return mailbox.flag == "exposed" and mailbox.waiver is None and mailbox.set_aside is None


def is_known_silent(mailbox: MailboxPart) -> bool:
    """Tell whether somebody looked, and saw nobody send."""
    return mailbox.use.silence == "not_seen"


def open_gates(mailbox: MailboxPart, policy: str) -> Step:
    """Plan what opens Basic for a sender that fails, as far as cmdlets for the mailbox do."""
    basic = mailbox.verdicts.basic
    if not basic.closed:
        words = "No setting that was read refuses it: look at the codes of its failed sign-ins in the report."
        return step_of(mailbox, (), remarks=(words, *way_off(mailbox)))
    others = tuple(gate for gate in basic.closed if gate not in BY_CMDLET)
    commands = tuple(opening(mailbox, gate, policy) for gate in basic.closed if gate in BY_CMDLET)
    return step_of(
        mailbox,
        tuple(command for command in commands if command is not None),
        asleep=bool(others),
        remarks=(*elsewhere(mailbox, others), *way_off(mailbox)),
    )


def opening(mailbox: MailboxPart, gate: str, policy: str) -> Command | None:
    """Give the cmdlet that opens one gate; ``None`` where what it would replace was not read."""
    if gate == "smtp_auth_switch":
        return set_switch(mailbox, "enabled")
    former = observed(mailbox.verdicts.basic, "authentication_policy", "AuthenticationPolicy")
    if former is None:
        return None
    who = f"Set-User -Identity {quoted(name_of(mailbox))} -AuthenticationPolicy"
    before = "$null" if former in {"null", "(empty)"} else quoted(former)
    return Command(
        does="Give the user an authentication policy that allows Basic for SMTP",
        run=f"{who} {quoted(policy)}",
        undo=f"{who} {before}",
    )


def observed(verdict: VerdictPart, gate: str, path: str) -> str | None:
    """Give a value that a gate's answer rests on; ``None`` where it was not read."""
    for one in verdict.gates:
        for finding in one.evidence:
            if one.gate == gate and finding.path == path:
                told = finding.value not in {"(absent)", "(unreadable)"} and finding.value.isprintable()
                return finding.value if told else None
    return None


def close_switch(mailbox: MailboxPart) -> Iterator[Command]:
    """Turn SMTP AUTH off where nobody sends."""
    command = set_switch(mailbox, "disabled")
    if command is not None:
        yield command


def set_switch(mailbox: MailboxPart, state: str) -> Command | None:
    """Set the mailbox's own switch, and put back the state that was observed; ``None`` where none was."""
    before = SWITCH.get(mailbox.smtp_auth.mailbox)
    if before is None:
        return None
    cmdlet = f"Set-CASMailbox -Identity {quoted(name_of(mailbox))} -SmtpClientAuthenticationDisabled"
    return Command(
        does=f"Set SMTP AUTH of the mailbox to {state}",
        run=f"{cmdlet} {SWITCH[state]}",
        undo=f"{cmdlet} {before}",
    )


def elsewhere(mailbox: MailboxPart, gates: tuple[str, ...]) -> Iterator[str]:
    """Say what has to be opened in other ways first."""
    if gates:
        yield f"Closed as well, and not opened here: {', '.join(gates)}. Without that, the rest does not help."
    for remedy in mailbox.remedies:
        if remedy.gate in gates:
            yield f"{remedy.gate}: {remedy.text} {remedy.portal}".strip()


def way_off(mailbox: MailboxPart) -> Iterator[str]:
    """Say where the sender should go before Basic ends."""
    migration = mailbox.migration
    yield f"Way off Basic: {migration.text}"
    yield from (f"Because: {reason}" for reason in migration.reasons)
    yield from (f"Ask the owner: {question.text}" for question in migration.questions)


def step_of(
    mailbox: MailboxPart, commands: tuple[Command, ...], *, asleep: bool = False, remarks: tuple[str, ...] = ()
) -> Step:
    """Make a step."""
    return Step(
        address=name_of(mailbox),
        name=mailbox.display_name,
        flag=mailbox.flag,
        why=str(mailbox.flag_because),
        commands=commands,
        asleep=asleep,
        remarks=remarks,
    )


def name_of(mailbox: MailboxPart) -> str:
    """Give what Exchange finds a mailbox by: its id where the address is none that could be typed."""
    typed = mailbox.address and mailbox.address.isprintable()
    return mailbox.address if typed else mailbox.id.removeprefix("guid:")
