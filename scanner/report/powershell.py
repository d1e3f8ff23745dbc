"""Writes PowerShell that only this module's own text can make into code.

Names stand in single quotes or in line comments, never elsewhere; a line comment holds one line, whatever is put in it.
Block comments are not used: a name could end them.
"""

import textwrap
from collections.abc import Iterable, Iterator

from scanner.replies.commands import quoted
from scanner.report.contract import Report
from scanner.report.remediation import Command, Pack, Step

BYTE_ORDER_MARK = "\ufeff"  # without it Windows PowerShell reads the file in the local code page
WIDTH = 110
RULE = "# " + "-" * 78

PARAMETERS = """\
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    # Only these mailboxes, by their addresses; all of them where it is not given.
    [string[]] $Mailbox = @()
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Test-Chosen {
    param([string] $Address)
    ($Mailbox.Count -eq 0) -or ($Mailbox -contains $Address)
}
"""
HOW_TO_DO = (
    "Read it, then run it with -WhatIf: that shows what would be done, and does nothing.",
    "Without -WhatIf it asks before each change, with -Confirm:$false it does not; -Mailbox names some mailboxes only.",
    "It needs the module ExchangeOnlineManagement and Connect-ExchangeOnline before it.",
    "undo.ps1 puts back what was observed in this run.",
)
HOW_TO_UNDO = (
    "It puts back what was observed in this run, for each change that remediation.ps1 of this folder makes.",
    "Run it with -WhatIf first. It asks before each change; -Mailbox limits it to some mailboxes.",
)


def write_remediation(report: Report, pack: Pack) -> str:
    """Write remediation.ps1."""
    blocks = [head("What to change, mailbox by mailbox", report, HOW_TO_DO), PARAMETERS]
    if pack.makes_policy:
        blocks.append(make_policy(pack.policy))
    total = len(pack.steps)
    blocks.extend(block(step, f"{number} of {total}", undo=False) for number, step in enumerate(pack.steps, start=1))
    blocks.append(tail(pack))
    return BYTE_ORDER_MARK + "\n".join(blocks)


def write_undo(report: Report, pack: Pack) -> str:
    """Write undo.ps1: the last change is taken back first."""
    blocks = [head("Takes back what remediation.ps1 changes", report, HOW_TO_UNDO), PARAMETERS]
    steps = [step for step in reversed(pack.steps) if step.commands]
    total = len(steps)
    blocks.extend(block(step, f"{number} of {total}", undo=True) for number, step in enumerate(steps, start=1))
    if pack.makes_policy:
        blocks.append(drop_policy(pack.policy))
    if not steps:
        blocks.append("# There is nothing to take back.\n")
    return BYTE_ORDER_MARK + "\n".join(blocks)


def head(title: str, report: Report, words: Iterable[str]) -> str:
    """Write what the file is."""
    about = f"smtp-posture {report.run.tool_version}, run {report.run.id}, judged for {report.run.as_of}"
    whose = f"Tenant {report.tenant.name} ({report.tenant.id})"
    return "\n".join(
        ("#Requires -Version 5.1", *comment(title), *comment(about), *comment(whose), "#", *comments(words))
    )


def block(step: Step, place: str, *, undo: bool) -> str:
    """Write the block of one mailbox: what, why, undo, and the commands."""
    lines = [RULE, *comment(f"{place}: {step.address}  {step.name}"), *comment(f"Flag: {step.flag}")]
    if not undo:
        lines.extend(comment(f"Why: {step.why}"))
        lines.extend(comments(step.remarks))
    commands = tuple(reversed(step.commands)) if undo else step.commands
    if not commands:
        lines.extend(comment("Nothing is changed here."))
    for command in commands:
        lines.extend(asleep(command, undo=undo) if step.asleep else awake(command, step.address, undo=undo))
    return "\n".join(lines) + "\n"


def awake(command: Command, address: str, *, undo: bool) -> Iterator[str]:
    """Write a command that is run once it is confirmed."""
    does = f"Put back: {command.undo}" if undo else command.does
    if not undo:
        yield from comment(f"Undo: {command.undo}")
    yield f"if ((Test-Chosen {quoted(address)}) -and $PSCmdlet.ShouldProcess({quoted(address)}, {quoted(does)})) {{"
    yield f"    {command.undo if undo else command.run}"
    yield "}"


def asleep(command: Command, *, undo: bool) -> Iterator[str]:
    """Show a command that is not run: alone it would not help."""
    yield from comment(f"{'Take back' if undo else 'Not run'}: {command.undo if undo else command.run}")


def make_policy(name: str) -> str:
    """Write what makes the authentication policy that senders get."""
    return "\n".join(
        (
            RULE,
            *comment("An authentication policy for senders: none that was read allows Basic for SMTP."),
            f"if (-not (Get-AuthenticationPolicy | Where-Object {{ $_.Name -eq {quoted(name)} }})) {{",
            f"    if ($PSCmdlet.ShouldProcess({quoted(name)}, 'Make the authentication policy')) {{",
            f"        New-AuthenticationPolicy -Name {quoted(name)} -AllowBasicAuthSmtp | Out-Null",
            "    }",
            "}",
            "",
        )
    )


def drop_policy(name: str) -> str:
    """Write what removes that policy again."""
    return "\n".join(
        (
            RULE,
            *comment("The authentication policy, once nobody has it any more."),
            f"if ($PSCmdlet.ShouldProcess({quoted(name)}, 'Remove the authentication policy')) {{",
            f"    Remove-AuthenticationPolicy -Identity {quoted(name)} -Confirm:$false",
            "}",
            "",
        )
    )


def tail(pack: Pack) -> str:
    """Say what was left out on purpose."""
    lines = [RULE]
    if not pack.steps:
        lines.append("# There is nothing to change.")
    if pack.left_out:
        words = f"{pack.left_out} mailboxes are open for Basic and left out: nobody could look whether somebody sends."
        lines.extend(comment(words))
    return "\n".join(lines) + "\n"


def comments(texts: Iterable[str]) -> Iterator[str]:
    """Write several comments."""
    for text in texts:
        yield from comment(text)


def comment(text: str) -> Iterator[str]:
    """Write a text as comment lines; whatever would end a line or hide text becomes a blank."""
    plain = "".join(mark if mark.isprintable() else " " for mark in text)
    wrapped = textwrap.wrap(plain, WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
    yield from (f"# {line}".rstrip() for line in wrapped)
