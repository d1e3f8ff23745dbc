"""The remediation pack: PowerShell that parses whatever names hold, does what it says, and can be taken back."""

import os
import re
from pathlib import Path

import msgspec
import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from scanner.model.text import Text
from scanner.report.contract import FindingPart, GatePart, MailboxPart, Report, SmtpAuthPart, UsePart, VerdictPart
from scanner.report.powershell import comment, write_remediation, write_undo
from scanner.report.remediation import free_name, plan_pack
from scanner.report.write import write_run
from tests.report.sample import make_hostile_report, make_report

KEPT = Path(__file__).parent / "kept"
PARSER = Parser(Language(tree_sitter_powershell.language()))
CMDLETS = {
    "Set-CASMailbox", "Set-User", "New-AuthenticationPolicy", "Remove-AuthenticationPolicy", "Get-AuthenticationPolicy",
    "Set-StrictMode", "Test-Chosen", "Where-Object", "Out-Null",
}  # fmt: skip
HOSTILE = (
    "#> Remove-Mailbox -Identity *",
    "a\nRemove-Mailbox *",
    "a\r\nRemove-Mailbox *",
    "a\u2028Remove-Mailbox *\u2029\u0085\x0b\x0cb",
    "'; Remove-Mailbox *; '",
    "\u2019; Remove-Mailbox *; \u2018",
    "\u201a\u201b'; Remove-Mailbox *",
    '"$(Remove-Mailbox *)"',
    "`n`'Remove-Mailbox",
    "@'\nRemove-Mailbox *\n'@",
    "$(Remove-Mailbox *) ${x} %{}",
    "<# a #> b",
    "\ufeff\u202e\x00\x1b[2J",
    "a" * 5000,
    "",
)


def parsed(script: str) -> Node:
    """Parse a script; no node of it may be an error."""
    root = PARSER.parse(script.removeprefix("\ufeff").encode()).root_node
    assert not root.has_error, script
    return root


def commands_in(node: Node) -> set[str]:
    """Name every command that a script would run."""
    found = {node.text.decode()} if node.type == "command_name" and node.text else set()
    return found.union(*(commands_in(child) for child in node.children))


def with_names(report: Report, text: str) -> Report:
    """Give a report in which every name is a hostile one."""
    mailboxes = [msgspec.structs.replace(mailbox, address=text, display_name=text) for mailbox in report.mailboxes]
    tenant = msgspec.structs.replace(report.tenant, name=text, id=text)
    policies = [msgspec.structs.replace(policy, name=text) for policy in report.tenant_posture.authentication_policies]
    posture = msgspec.structs.replace(report.tenant_posture, authentication_policies=policies)
    return msgspec.structs.replace(report, mailboxes=mailboxes, tenant=tenant, tenant_posture=posture)


def closed_by(*gates: str, policy: str = "null") -> VerdictPart:
    """Make a verdict for Basic that these gates refuse."""
    evidence = [FindingPart(section="exchange-users", path="AuthenticationPolicy", value=policy)]
    return VerdictPart(
        outcome="refused",
        reply=None,
        other_replies=[],
        decided_by=gates[0],
        closed=list(gates),
        depends_on=[],
        missing=[],
        confidence="high",
        gates=[GatePart(gate=gate, state="closed", because=Text("Closed."), evidence=evidence) for gate in gates],
    )


def a_report(*mailboxes: MailboxPart) -> Report:
    return msgspec.structs.replace(make_report(20), mailboxes=list(mailboxes))


def a_mailbox(flag: str = "failing", switch: str = "inherit", silence: str | None = None, *gates: str) -> MailboxPart:
    sample = make_report(1).mailboxes[0]
    verdicts = msgspec.structs.replace(sample.verdicts, basic=closed_by(*(gates or ("smtp_auth_switch",))))
    return msgspec.structs.replace(
        sample,
        address="scanner@contoso.example",
        flag=flag,
        flag_because=Text("It was seen, or it was not."),
        waiver=None,
        set_aside=None,
        verdicts=verdicts,
        smtp_auth=SmtpAuthPart(mailbox=switch, effective="disabled", source="tenant"),  # type: ignore[arg-type]
        use=UsePart(silence=silence),  # type: ignore[arg-type]
    )


def scripts(report: Report) -> tuple[str, str]:
    pack = plan_pack(report)
    return write_remediation(report, pack), write_undo(report, pack)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_name_becomes_code(text: str) -> None:
    """Both scripts parse, and run the very commands that they run with harmless names."""
    changing = (
        a_mailbox("failing", "inherit"),
        a_mailbox("failing", "enabled", None, "authentication_policy"),
        a_mailbox("failing", "disabled", None, "smtp_auth_switch", "account"),
        a_mailbox("exposed", "enabled", "not_seen"),
    )
    harmless = [commands_in(parsed(script)) for script in scripts(a_report(*changing))]
    hostile = [commands_in(parsed(script)) for script in scripts(with_names(a_report(*changing), text))]
    assert hostile == harmless
    assert {"Set-CASMailbox", "Set-User"} <= harmless[0] & harmless[1]
    assert harmless[0] | harmless[1] <= CMDLETS


def test_the_hostile_report_becomes_no_code_either() -> None:
    """Hostile strings in every text field, sentences included."""
    for script in scripts(make_hostile_report()):
        assert commands_in(parsed(script)) <= CMDLETS


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_comment_is_nothing_but_comments(text: str) -> None:
    """Every line of it begins with a hash, and it holds no line end of its own."""
    lines = list(comment(text))
    assert all(line.startswith("#") for line in lines)
    assert not re.search("[\r\n\u2028\u2029\x85\x0b\x0c\x00]", "".join(lines))


@pytest.mark.parametrize(("switch", "back"), [("inherit", "$null"), ("disabled", "$true")])
def test_undo_puts_back_what_was_observed(switch: str, back: str) -> None:
    """A sender that fails at the switch: it is enabled, and undo restores the mailbox's own former value."""
    change, undo = scripts(a_report(a_mailbox("failing", switch)))
    cmdlet = "Set-CASMailbox -Identity 'scanner@contoso.example' -SmtpClientAuthenticationDisabled"
    assert f"    {cmdlet} $false\n" in change
    assert f"    {cmdlet} {back}\n" in undo
    assert f"# Undo: {cmdlet} {back}\n" in change


def test_an_exposed_mailbox_is_closed_only_where_somebody_looked() -> None:
    """Not seen in the window: closed. Not read, not licensed: counted, and left alone."""
    change, undo = scripts(a_report(a_mailbox("exposed", "enabled", "not_seen")))
    assert "-SmtpClientAuthenticationDisabled $true" in change
    assert "-SmtpClientAuthenticationDisabled $false" in undo
    for silence in ("not_readable", "not_licensed", None):
        change, _ = scripts(a_report(a_mailbox("exposed", "enabled", silence)))
        assert "Set-CASMailbox" not in change
        assert "1 mailboxes are open for Basic and left out" in change


def test_what_would_not_help_alone_is_shown_and_not_run() -> None:
    """The switch and Conditional Access are closed: enabling the switch alone opens nothing."""
    change, undo = scripts(a_report(a_mailbox("failing", "inherit", None, "smtp_auth_switch", "conditional_access")))
    assert "# Not run: Set-CASMailbox" in change
    assert "Set-CASMailbox" not in commands_in(parsed(change)) | commands_in(parsed(undo))
    assert "conditional_access" in change


def test_an_authentication_policy_is_made_only_where_none_allows_it() -> None:
    """The user's former policy is put back; the new one is removed last."""
    mailbox = a_mailbox("failing", "enabled", None, "authentication_policy")
    basic = closed_by("authentication_policy", policy="block basic")
    mailbox = msgspec.structs.replace(mailbox, verdicts=msgspec.structs.replace(mailbox.verdicts, basic=basic))
    report = a_report(mailbox)
    posture = msgspec.structs.replace(report.tenant_posture, authentication_policies=[])
    change, undo = scripts(msgspec.structs.replace(report, tenant_posture=posture))
    assert "New-AuthenticationPolicy -Name 'SMTP senders' -AllowBasicAuthSmtp" in change
    assert "Set-User -Identity 'scanner@contoso.example' -AuthenticationPolicy 'SMTP senders'" in change
    assert "Set-User -Identity 'scanner@contoso.example' -AuthenticationPolicy 'block basic'" in undo
    assert undo.index("Set-User") < undo.index("Remove-AuthenticationPolicy -Identity")


def test_a_new_policy_takes_no_name_that_is_taken() -> None:
    """A policy of that name that blocks would be no help."""
    assert free_name({"smtp senders", "smtp senders 2", "block"}) == "SMTP senders 3"


def test_nothing_is_done_about_what_somebody_accepted_or_nobody_read() -> None:
    """A switch that was not read can't be put back, so it is not touched."""
    change, _ = scripts(a_report(a_mailbox("failing", "unknown")))
    assert "Set-CASMailbox" not in commands_in(parsed(change))
    for flag in ("would_fail", "in_order", "unknown"):
        change, _ = scripts(a_report(a_mailbox(flag)))
        assert "There is nothing to change." in change


def test_every_change_asks_and_can_be_tried() -> None:
    """-WhatIf and -Confirm hold for each: no cmdlet stands outside ShouldProcess."""
    report = make_report(200)
    for script in scripts(report):
        assert "[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]" in script
        lines = script.splitlines()
        for place, line in enumerate(lines):
            if re.match(r"\s*(Set|New|Remove)-(CASMailbox|User|AuthenticationPolicy)", line):
                assert "ShouldProcess(" in lines[place - 1], line


def test_both_files_are_in_the_folder_and_in_the_manifest(tmp_path: Path) -> None:
    """Whoever asks for the one gets the other; both are private and begin with a byte order mark."""
    written = write_run(make_report(5), tmp_path / "run", ["remediation"])
    names = {"remediation.ps1", "undo.ps1"}
    assert {entry.name for entry in written.manifest.files} == names
    for name in names:
        path = tmp_path / "run" / name
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.read_bytes().startswith(b"\xef\xbb\xbf#Requires -Version 5.1\n")


@pytest.mark.parametrize("name", ["remediation.ps1", "undo.ps1"])
def test_the_pack_is_as_it_was_kept(name: str) -> None:
    """Word for word; SMTP_POSTURE_KEEP=1 writes it anew."""
    mailboxes = (
        a_mailbox("failing", "inherit"),
        a_mailbox("failing", "disabled", None, "smtp_auth_switch", "conditional_access"),
        a_mailbox("failing", "enabled", None, "authentication_policy"),
        a_mailbox("will_fail", "enabled"),
        a_mailbox("exposed", "enabled", "not_seen"),
        a_mailbox("exposed", "enabled", "not_licensed"),
    )
    addresses = ("lobby", "archive", "erp", "alarm", "o'neill", "press")
    named = [
        msgspec.structs.replace(mailbox, address=f"{one}@contoso.example", display_name=one.title())
        for one, mailbox in zip(addresses, mailboxes, strict=True)
    ]
    change, undo = scripts(a_report(*named))
    script = change if name == "remediation.ps1" else undo
    path = KEPT / name
    if os.environ.get("SMTP_POSTURE_KEEP"):
        path.write_text(script, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == script
    parsed(script)
