"""From a posture to the typed report (design.md §10); its sentences are shown in the language of each reader."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, assert_never

import msgspec

from scanner.access.evaluator import REPORT_ONLY, Access
from scanner.advice import closing_of, next_gate, remedies_of
from scanner.completeness import is_contradictory, lacks_evidence, notes_on, sections_lacking
from scanner.flags.changes import Change, next_change
from scanner.flags.reasons import Facts, reason_of
from scanner.flags.rules import Flag, Likelihood, case_of, choose_flag, likelihood_of
from scanner.judge import Verdicts
from scanner.model.circumstance import Circumstance, Member
from scanner.model.frozen import Frozen
from scanner.model.judgement import Forecast, Judgement, Method, Remedy, Verdict
from scanner.model.notes import OwnerNote
from scanner.model.observed import Gap
from scanner.model.policy import Policy
from scanner.model.reading import RequestTotals
from scanner.model.reply import Reply
from scanner.model.section import SectionReport
from scanner.model.tenant import Tenant
from scanner.model.text import Text, quote, say
from scanner.posture import JudgedMailbox, Posture
from scanner.replies.commands import with_address
from scanner.report.build_migration import Guide
from scanner.report.build_use import use_part
from scanner.report.contract import (
    SCHEMA,
    AnnouncementPart,
    CodePart,
    FindingPart,
    ForecastPart,
    GatePart,
    MailboxPart,
    NextChangePart,
    PolicyPart,
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
    VerdictPart,
    VerdictsPart,
)
from scanner.report.tenant import list_authentication_policies, list_controls, list_exclusions, open_names, tell_policy
from scanner.use.contradiction import contradiction_of, lowered
from scanner.whatif.announced import MANAGED, Announced, announce
from scanner.whatif.compare import use_of

Effect = Literal["stops", "stops_sometimes", "forecast", "none", "unknown"]
MAILBOX_SWITCH: Mapping[object, Literal["inherit", "enabled", "disabled"]] = {
    None: "inherit",
    True: "disabled",
    False: "enabled",
}

FLAG_PLACES = {
    flag.value: place
    for place, flag in enumerate(
        (Flag.FAILING, Flag.WILL_FAIL, Flag.WOULD_FAIL, Flag.EXPOSED, Flag.UNKNOWN, Flag.IN_ORDER)
    )
}
LATER = "9999"  # sorts behind every date


class RunFacts(Frozen, frozen=True, kw_only=True):
    """What the report says of the run itself; times in UTC.

    Attributes:
        partial: The reading was interrupted, and its evidence is judged on purpose all the same.
        requests: What reading the tenant took; ``None`` where nobody was asked.
    """

    id: str
    started: dt.datetime
    finished: dt.datetime
    as_of: dt.date
    tool_version: str
    source_ips: tuple[str, ...] = ()
    partial: bool = False
    requests: RequestTotals | None = None


def build(posture: Posture, run: RunFacts, notes: Sequence[OwnerNote] = ()) -> Report:
    """Make the report of a posture.

    Args:
        posture: All verdicts of the tenant.
        run: What the report says of the run itself.
        notes: What owners say of their senders.
    """
    parts: dict[Circumstance, VerdictsPart] = {}
    guide = Guide(posture, notes)
    mailboxes = sorted((mailbox_part(mailbox, posture, parts, guide) for mailbox in posture.mailboxes), key=urgency)
    return Report(
        schema=SCHEMA,
        tenant=tenant_part(posture.snapshot.tenant),
        run=run_part(posture, run, guide.remarks()),
        tenant_posture=tenant_posture_part(posture),
        summary=summary_part(mailboxes),
        controls=list(list_controls(posture.snapshot)),
        readiness=guide.readiness(),
        oauth_applications=guide.applications(),
        announcements=[announcement_part(one) for one in announce(posture, use_of(posture))],
        requests=requests_part(run.requests),
        mailboxes=mailboxes,
    )


def announcement_part(one: Announced) -> AnnouncementPart:
    """Write one change and who breaks."""
    return AnnouncementPart(
        key=one.key,
        title=one.title,
        date=one.date.isoformat() if one.date else None,
        certain=one.certain,
        changed=one.changed,
        breaks=list(one.breaks),
        unknown=one.unknown,
        because=one.because,
    )


def is_complete(posture: Posture) -> bool:
    """Tell whether the evidence was enough: needed sections read whole, nothing contradictory, no verdict lacking any.

    OAuth with an application doesn't count: which application sends is no evidence that could be read.
    """
    snapshot = posture.snapshot
    if sections_lacking(snapshot) or is_contradictory(snapshot):
        return False
    return not any(
        lacks_evidence(verdict, snapshot)
        for mailbox in posture.mailboxes
        for verdict in (mailbox.verdicts.basic, mailbox.verdicts.oauth_delegated)
    )


def tenant_part(tenant: Tenant) -> TenantPart:
    """Say whose report it is."""
    return TenantPart(id=tenant.id, domain=tenant.domain, name=tenant.name, cloud=tenant.cloud)


def run_part(posture: Posture, run: RunFacts, remarks: Iterable[Text] = ()) -> RunPart:
    """Say when and from what the report was made."""
    return RunPart(
        id=run.id,
        started=run.started.isoformat(),
        finished=run.finished.isoformat(),
        as_of=run.as_of.isoformat(),
        complete=is_complete(posture) and not run.partial,
        tool_version=run.tool_version,
        evidence=[section_part(report) for report in posture.snapshot.sections.values()],
        source_ips=list(run.source_ips),
        notes=[
            *partial_notes(run),
            *notes_on(posture.snapshot, len(posture.mailboxes), posture.strange_senders),
            *remarks,
        ],
        partial=run.partial,
    )


def partial_notes(run: RunFacts) -> Iterator[Text]:
    """Say that the evidence is partial, where it was judged on purpose all the same."""
    if run.partial:
        yield say(
            "Partial on purpose: the reading of the tenant was interrupted, and what it did not reach is unknown."
        )


def requests_part(totals: RequestTotals | None) -> RequestsPart | None:
    """Say what reading the tenant took."""
    if totals is None:
        return None
    return RequestsPart(
        requests=totals.requests,
        writes=totals.writes,
        received_bytes=totals.received_bytes,
        waited_seconds=totals.waited_seconds,
    )


def section_part(report: SectionReport) -> SectionPart:
    """Say how much of a section was read."""
    return SectionPart(
        section=report.section,
        state=report.state.value,
        count=report.count,
        expected=report.expected,
        reason=report.reason,
        permission=report.permission,
        collected_at=report.collected_at.isoformat() if report.collected_at else None,
    )


def tenant_posture_part(posture: Posture) -> TenantPosturePart:
    """Say what holds for the whole tenant; what wasn't read is null, never off."""
    snapshot = posture.snapshot
    switch = snapshot.transport_config.smtp_auth_disabled if snapshot.transport_config else None
    defaults = snapshot.security_defaults.enabled if snapshot.security_defaults else None
    return TenantPosturePart(
        smtp_auth_disabled=switch if isinstance(switch, bool) else None,
        security_defaults=defaults if isinstance(defaults, bool) else None,
        default_authentication_policy=default_policy(posture),
        conditional_access=list(policy_parts(posture)),
        authentication_policies=list(list_authentication_policies(posture)),
    )


def default_policy(posture: Posture) -> str | None:
    """Give the name of the default authentication policy, "" for none, null where it wasn't read."""
    if posture.snapshot.organization_config is None:
        return None
    name = posture.snapshot.organization_config.default_authentication_policy
    if name is None or name is Gap.EMPTY:
        return ""
    return name if isinstance(name, str) else None


def policy_parts(posture: Posture) -> Iterable[PolicyPart]:
    """Say what each Conditional Access policy does to Basic submission."""
    members = Counter(
        mailbox.circumstance.member for mailbox in posture.mailboxes if mailbox.circumstance.member is not None
    )
    places = {policy.id: index for index, policy in enumerate(posture.scopes.policies)}
    names = open_names(posture.snapshot)
    for policy in sorted(posture.snapshot.policies, key=lambda policy: (policy.name.lower(), policy.id)):
        part = policy_part(policy, places.get(policy.id), posture, members)
        words, spared = tell_policy(policy, names), list_exclusions(policy, names)
        yield msgspec.structs.replace(part, words=words, exclusions=spared)


def policy_part(policy: Policy, index: int | None, posture: Posture, members: Mapping[Member, int]) -> PolicyPart:
    """Say what one policy does."""
    if index is None:
        off, workload = say("It is off."), say("It is about applications, not about people.")
        because = off if policy.workload is None else workload
        return PolicyPart(
            id=policy.id, name=policy.name, state=policy.state, effect="none", because=because, mailboxes=0
        )
    effect, because = effect_of(policy, index, posture)
    return PolicyPart(
        id=policy.id,
        name=policy.name,
        state=policy.state,
        effect=effect,
        because=because,
        mailboxes=people_in(index, posture, members),
    )


def effect_of(policy: Policy, index: int, posture: Posture) -> tuple[Effect, Text]:
    """Tell what a policy does to Basic submission of those in its scope, and why."""
    access, _ = posture.setting.evaluators[Method.BASIC].effect(index)
    if policy.state == REPORT_ONLY and access is not Access.ALLOWED:
        return "forecast", forecast_words(policy)
    match access:
        case Access.BLOCKED:
            return "stops", say("It stops Basic submission of everybody in its scope.")
        case Access.DEPENDS:
            return "stops_sometimes", say("It stops Basic submission under some conditions only.")
        case Access.UNKNOWN:
            return "unknown", say("What it does depends on evidence that was not read or not understood.")
        case Access.ALLOWED:
            return "none", say("It doesn't touch Basic submission.")
        case _:
            assert_never(access)


def forecast_words(policy: Policy) -> Text:
    """Say what report-only means; by its name a policy of Microsoft's may enable itself (dossier §1.9)."""
    if policy.name.lower().startswith(MANAGED):
        return say(
            "Report-only: it would stop Basic submission if it were enforced. By its name it is managed by Microsoft, "
            "which may enable it."
        )
    return say("Report-only: it would stop Basic submission if it were enforced.")


def people_in(index: int, posture: Posture, members: Mapping[Member, int]) -> int | None:
    """Count the mailboxes in the scope of a policy; null where that isn't known of every one."""
    total = 0
    for member, count in members.items():
        inside = posture.scopes.includes(index, member)
        if inside is None:
            return None
        total += count if inside else 0
    return total


def summary_part(mailboxes: Sequence[MailboxPart]) -> SummaryPart:
    """Count; a mailbox on-premises is counted, and left out of the coverage."""
    counted = [mailbox for mailbox in mailboxes if mailbox.set_aside != "on_premises"]
    known = sum(1 for mailbox in counted if mailbox.verdicts.basic.outcome != "unknown")
    basics = [mailbox.verdicts.basic for mailbox in mailboxes]
    return SummaryPart(
        mailboxes=len(mailboxes),
        coverage=round(known / len(counted), 4) if counted else 0.0,
        by_flag={flag.value: 0 for flag in Flag} | Counter(mailbox.flag for mailbox in mailboxes),
        by_reply=dict(Counter(reply_words(basic) for basic in basics if basic.outcome == "refused").most_common()),
        by_outcome={
            "basic": dict(Counter(mailbox.verdicts.basic.outcome for mailbox in mailboxes)),
            "oauth_delegated": dict(Counter(mailbox.verdicts.oauth_delegated.outcome for mailbox in mailboxes)),
            "oauth_app": dict(Counter(mailbox.verdicts.oauth_app.outcome for mailbox in mailboxes)),
        },
        by_gate=dict(Counter(basic.decided_by for basic in basics if basic.decided_by)),
        by_kind=dict(Counter(mailbox.kind for mailbox in mailboxes)),
        forecast=dict(Counter(one.forecast.outcome for one in basics if one.forecast and one.outcome != "unknown")),
    )


def reply_words(verdict: VerdictPart) -> str:
    """Write the preferred reply in one line."""
    reply = verdict.reply
    return f"{reply.code} {reply.enhanced} {reply.text}" if reply else ""


def mailbox_part(
    mailbox: JudgedMailbox, posture: Posture, parts: dict[Circumstance, VerdictsPart], guide: Guide
) -> MailboxPart:
    """Say everything about one mailbox; verdicts are shared by all mailboxes of one circumstance."""
    circumstance, verdicts, use = mailbox.circumstance, mailbox.verdicts, mailbox.use
    if circumstance not in parts:
        parts[circumstance] = verdicts_part(verdicts)
    contradiction = contradiction_of(use, verdicts.basic)
    change = next_change(circumstance.kind, posture.setting.calendar, posture.setting.as_of)
    likelihood = likelihood_of(circumstance, mailbox.pop_or_imap, use)
    flag = choose_flag(case_of(circumstance, verdicts, use, change, likelihood))
    facts = Facts(circumstance=circumstance, verdicts=verdicts, use=use, change=change, pop_or_imap=mailbox.pop_or_imap)
    return MailboxPart(
        id=mailbox.id,
        address=mailbox.row.address,
        display_name=mailbox.row.name,
        kind=mailbox.row.kind.value,
        smtp_auth=smtp_auth_part(circumstance, posture),
        verdicts=contradicted(parts[circumstance], verdicts) if contradiction else parts[circumstance],
        use=use_part(use, contradiction),
        flag=flag.value,
        likelihood=likelihood.value if flag is Flag.WOULD_FAIL else None,
        waiver=None,
        remedies=[
            remedy_part(remedy, mailbox.row.address)
            for remedy in (closing_of(circumstance) if flag is Flag.EXPOSED else remedies_of(verdicts.basic))
        ],
        migration=guide.part(mailbox),
        set_aside=circumstance.set_aside.value if circumstance.set_aside else None,
        next_gate=next_gate(verdicts.basic) or None,
        flag_because=reason_of(flag, facts),
        next_change=next_change_part(change) if change and flag is Flag.WILL_FAIL else None,
    )


def urgency(mailbox: MailboxPart) -> tuple[object, ...]:
    """Give what mailboxes are sorted by: reasons, and no score.

    Failing first, the longest first; then what breaks at the next known change, the soonest and busiest first; then
    what would fail, likely ones first; then exposure.
    """
    change = mailbox.next_change
    return (
        FLAG_PLACES[mailbox.flag],
        mailbox.use.failing_since or LATER,
        (change.date or LATER) if change else "",
        -(mailbox.use.basic or 0) if change else 0,
        mailbox.likelihood != Likelihood.LIKELY.value,
        mailbox.address.lower(),
        mailbox.id,
    )


def next_change_part(change: Change) -> NextChangePart:
    """Write the next known change."""
    return NextChangePart(key=change.key, title=change.title, date=change.date.isoformat() if change.date else None)


def contradicted(part: VerdictsPart, verdicts: Verdicts) -> VerdictsPart:
    """Write verdicts of which something that was seen contradicts the one for Basic."""
    basic = msgspec.structs.replace(part.basic, confidence=lowered(verdicts.basic).confidence.value)
    return msgspec.structs.replace(part, basic=basic)


def smtp_auth_part(circumstance: Circumstance, posture: Posture) -> SmtpAuthPart:
    """Say what the SMTP AUTH switch holds, and whose value it is."""
    own = circumstance.smtp_auth_disabled
    if not circumstance.cas_read or isinstance(own, Gap):
        return SmtpAuthPart(mailbox="unknown", effective="unknown", source="mailbox")
    if own is not None:
        return SmtpAuthPart(mailbox=MAILBOX_SWITCH[own], effective="disabled" if own else "enabled", source="mailbox")
    tenant = posture.snapshot.transport_config
    off = tenant.smtp_auth_disabled if tenant else None
    if not isinstance(off, bool):
        return SmtpAuthPart(mailbox="inherit", effective="unknown", source="tenant")
    return SmtpAuthPart(mailbox="inherit", effective="disabled" if off else "enabled", source="tenant")


def verdicts_part(verdicts: Verdicts) -> VerdictsPart:
    """Write the verdicts of all methods."""
    return VerdictsPart(
        basic=verdict_part(verdicts.basic),
        oauth_delegated=verdict_part(verdicts.oauth_delegated),
        oauth_app=verdict_part(verdicts.oauth_app),
    )


def verdict_part(verdict: Verdict) -> VerdictPart:
    """Write one verdict."""
    return VerdictPart(
        outcome=verdict.outcome.value,
        reply=reply_part(verdict.reply) if verdict.reply else None,
        other_replies=[reply_part(reply) for reply in verdict.other_replies],
        decided_by=verdict.decided_by or None,
        closed=list(verdict.closed),
        depends_on=list(verdict.depends_on),
        missing=list(verdict.missing),
        confidence=verdict.confidence.value,
        gates=[gate_part(judgement) for judgement in verdict.judgements],
        forecast=forecast_part(verdict.forecast) if verdict.forecast else None,
    )


def forecast_part(forecast: Forecast) -> ForecastPart:
    """Write what the outcome would be if report-only policies were enforced."""
    return ForecastPart(outcome=forecast.outcome.value, because=forecast.because)


def gate_part(judgement: Judgement) -> GatePart:
    """Write one gate's answer."""
    return GatePart(
        gate=judgement.gate,
        state=judgement.state.value,
        because=judgement.because,
        evidence=[FindingPart(section=item.section, path=item.path, value=item.value) for item in judgement.findings],
    )


def reply_part(reply: Reply) -> ReplyPart:
    """Write one reply."""
    then = CodePart(code=reply.then.code, enhanced=reply.then.enhanced) if reply.then else None
    return ReplyPart(code=reply.code, enhanced=reply.enhanced, text=reply.text, stage=reply.stage, then=then)


def remedy_part(remedy: Remedy, address: str) -> RemedyPart:
    """Write one remedy with the mailbox's address in its commands."""
    given = with_address(remedy, address)
    return RemedyPart(
        gate=given.gate, text=given.text, command=given.command, portal=given.portal, undo=words_of(given.undo)
    )


def words_of(undo: Text | str) -> Text:
    """Give what takes a remedy back as words; a command stays as it is in every language."""
    return undo if isinstance(undo, Text) else quote(undo)
