"""The shape of report.json, schema ``smtp-posture.report/1`` (design.md §10). Every format is made from it.

A `Text` is a string there, in English; what people read is shown in their language.
"""

from typing import Literal

import msgspec

from scanner.model.text import Text

SCHEMA = "smtp-posture.report/1"

OutcomeWord = Literal["accepted", "refused", "depends", "unknown"]
GateWord = Literal["open", "closed", "depends", "unknown"]
ConfidenceWord = Literal["high", "medium", "low"]
FlagWord = Literal["failing", "will_fail", "would_fail", "exposed", "in_order", "unknown"]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the report."""


class TenantPart(Part, frozen=True, kw_only=True):
    """Whose report it is."""

    id: str
    domain: str
    name: str
    cloud: str


class SectionPart(Part, frozen=True, kw_only=True):
    """One section of evidence; ``expected`` is null where the provider doesn't say; times are ISO 8601, UTC."""

    section: str
    state: Literal["complete", "partial", "missing"]
    count: int
    expected: int | None
    reason: Text
    permission: str
    collected_at: str | None


class RunPart(Part, frozen=True, kw_only=True):
    """The run; times are ISO 8601, UTC; ``as_of`` is the date that the verdicts are judged for.

    Attributes:
        partial: The reading of the tenant was interrupted and its evidence is judged on purpose all the same; every
            page of a report says so.
    """

    id: str
    started: str
    finished: str
    as_of: str
    complete: bool
    tool_version: str
    evidence: list[SectionPart]
    source_ips: list[str] = []
    notes: list[Text] = []
    partial: bool = False


class ExclusionPart(Part, frozen=True, kw_only=True):
    """Somebody whom a policy spares.

    Attributes:
        mailboxes: How many mailboxes that takes out of the policy; null where it is not known.
        paths: The ways of some of them, from the excluded group through nested ones to the mailbox.
    """

    kind: Literal["user", "group", "role", "guests"]
    name: str
    mailboxes: int | None
    paths: list[str] = []


class PolicyPart(Part, frozen=True, kw_only=True):
    """One Conditional Access policy as far as this product is concerned.

    Attributes:
        effect: What it does to Basic submission of the people in its scope: ``stops``, ``stops_sometimes``,
            ``forecast`` (report-only: would stop if enforced), ``none`` or ``unknown``.
        because: Why, in one sentence.
        mailboxes: Mailboxes in its scope; null where that is not known for all.
        words: What it says, in plain sentences.
        exclusions: Whom it spares.
    """

    id: str
    name: str
    state: str
    effect: Literal["stops", "stops_sometimes", "forecast", "none", "unknown"]
    because: Text
    mailboxes: int | None
    words: list[Text] = []
    exclusions: list[ExclusionPart] = []


class AuthenticationPolicyPart(Part, frozen=True, kw_only=True):
    """One authentication policy.

    Attributes:
        allows_basic_smtp: AllowBasicAuthSmtp; null where it was not read.
        default: It holds for everybody without a policy of their own.
        mailboxes: Mailboxes that it holds for, as far as that is known.
    """

    name: str
    allows_basic_smtp: bool | None
    default: bool
    mailboxes: int


class TenantPosturePart(Part, frozen=True, kw_only=True):
    """Settings that hold for the whole tenant; null means unknown, never "off".

    Attributes:
        smtp_auth_disabled: The tenant's SMTP AUTH switch.
        security_defaults: Security Defaults are on.
        default_authentication_policy: Name of the organization's default authentication policy; ``""`` = none is set.
    """

    smtp_auth_disabled: bool | None
    security_defaults: bool | None
    default_authentication_policy: str | None
    conditional_access: list[PolicyPart]
    authentication_policies: list[AuthenticationPolicyPart] = []


class SummaryPart(Part, frozen=True, kw_only=True):
    """Counts over all mailboxes.

    Attributes:
        coverage: Share (0 to 1) of mailboxes whose verdict for Basic is known (accepted, refused or depends).
        by_flag: Mailboxes by flag, without those whose flag is waived.
        waived: Mailboxes by flag whose flag somebody accepted.
        by_reply: Mailboxes that Basic is refused for, by "code enhanced text" of the preferred reply.
        by_outcome: Mailboxes by outcome, per method.
        by_gate: Mailboxes by the gate that decides the Basic verdict.
        by_kind: Mailboxes by kind.
        forecast: Mailboxes whose outcome for Basic is known and would change if report-only policies were enforced, by
            that outcome.
    """

    mailboxes: int
    coverage: float
    by_flag: dict[str, int]
    by_reply: dict[str, int]
    by_outcome: dict[str, dict[str, int]] = {}
    by_gate: dict[str, int] = {}
    by_kind: dict[str, int] = {}
    forecast: dict[str, int] = {}
    waived: dict[str, int] = {}


class SmtpAuthPart(Part, frozen=True, kw_only=True):
    """The SMTP AUTH switch as it holds for one mailbox."""

    mailbox: Literal["inherit", "enabled", "disabled", "unknown"]
    effective: Literal["enabled", "disabled", "unknown"]
    source: Literal["mailbox", "tenant"]


class CodePart(Part, frozen=True, kw_only=True):
    """The reply that a client sees next when it carries on."""

    code: str
    enhanced: str


class ReplyPart(Part, frozen=True, kw_only=True):
    """An SMTP reply."""

    code: str
    enhanced: str
    text: str
    stage: str
    then: CodePart | None


class FindingPart(Part, frozen=True, kw_only=True):
    """One observed value."""

    section: str
    path: str
    value: str


class GatePart(Part, frozen=True, kw_only=True):
    """One gate's answer."""

    gate: str
    state: GateWord
    because: Text
    evidence: list[FindingPart]


class ForecastPart(Part, frozen=True, kw_only=True):
    """What the outcome would be if report-only policies were enforced."""

    outcome: OutcomeWord
    because: Text


class VerdictPart(Part, frozen=True, kw_only=True):
    """One mailbox, one method."""

    outcome: OutcomeWord
    reply: ReplyPart | None
    other_replies: list[ReplyPart]
    decided_by: str | None
    closed: list[str]
    depends_on: list[str]
    missing: list[str]
    confidence: ConfidenceWord
    gates: list[GatePart]
    forecast: ForecastPart | None = None


class VerdictsPart(Part, frozen=True, kw_only=True):
    """The verdicts of all methods."""

    basic: VerdictPart
    oauth_delegated: VerdictPart
    oauth_app: VerdictPart


class OriginPart(Part, frozen=True, kw_only=True):
    """An address that a mailbox was used from."""

    address: str
    successes: int
    failures: int
    last_seen: str


class AppliedPolicyPart(Part, frozen=True, kw_only=True):
    """A Conditional Access policy as sign-ins met it; ``result`` as Graph words it, ``count`` sign-ins."""

    id: str
    name: str
    result: str
    count: int


class UsePart(Part, frozen=True, kw_only=True):
    """Who really sends that way; null counts mean that it is not known.

    Attributes:
        basic: Submissions with Basic in the window: successful sign-ins or messages, the larger where both were read.
        oauth: The same with OAuth.
        failures: Failed sign-ins by AADSTS code.
        last_seen: The newest sign-in, successful or not; times are ISO 8601, UTC.
        window_days: How many days were looked at; null where nothing was.
        source: Sections that told, with a comma between them.
        silence: Why nothing was seen: ``not_seen`` in the window, ``not_licensed`` to know, ``not_readable``; null
            where something was.
        because: The silence in a sentence; ``""`` where something was seen.
        last_success: The newest success with Basic or OAuth.
        last_basic: The last day on which it was seen sending with Basic; where only counts are known, the last day that
            they count, or the day of the evidence.
        last_oauth: The same with OAuth.
        failing_since: The first failure after the newest success; null where the newest attempt succeeded.
        last_failure: The newest failure that is not a stranger's guess.
        guesses: Failures that look like somebody trying passwords; they are in ``failures`` and make no flag.
        meanings: What each code of ``failures`` means.
        addresses: Where it was used from, the busiest first.
        user_agents: As the clients called themselves.
        policies: Conditional Access policies that were applied; null where that wasn't readable.
        old_tls: It used TLS 1.0 or 1.1; null where no export says.
        messages: Messages that it sent by whatever way, from the message trace; null where that wasn't read.
        recipients: Their recipients.
        external_recipients: Those outside the tenant's domains; null where that isn't known.
        sent_before: The last day on which an earlier run saw it send with Basic; null where none did.
        sent_before_oauth: The same with OAuth.
        contradiction: What was seen and contradicts the verdict for Basic, whose confidence is lower then; or null.
    """

    basic: int | None = None
    oauth: int | None = None
    failures: dict[str, int] = {}
    last_seen: str | None = None
    window_days: int | None = None
    source: str | None = None
    silence: Literal["not_seen", "not_licensed", "not_readable"] | None = None
    because: Text = msgspec.field(default_factory=Text)
    last_success: str | None = None
    last_basic: str | None = None
    last_oauth: str | None = None
    failing_since: str | None = None
    last_failure: str | None = None
    guesses: int = 0
    meanings: dict[str, Text] = {}
    addresses: list[OriginPart] = []
    user_agents: list[str] = []
    policies: list[AppliedPolicyPart] | None = None
    old_tls: bool | None = None
    messages: int | None = None
    recipients: int | None = None
    external_recipients: int | None = None
    sent_before: str | None = None
    sent_before_oauth: str | None = None
    contradiction: Text | None = None


class NextChangePart(Part, frozen=True, kw_only=True):
    """The next known change that stops Basic: ``default_off``, ``final_removal`` or ``hve_basic_ends``.

    ``date`` is an ISO 8601 date; null where Microsoft announced the change and not its date.
    """

    key: str
    title: Text
    date: str | None


class RemedyPart(Part, frozen=True, kw_only=True):
    """What opens a closed gate, or closes an exposed mailbox; ``undo`` is a command, or words where there is none."""

    gate: str
    text: Text
    command: str
    portal: str
    undo: Text


class RoutePart(Part, frozen=True, kw_only=True):
    """One way off Basic that may suit a sender as well."""

    route: str
    text: Text
    reasons: list[Text]


class QuestionPart(Part, frozen=True, kw_only=True):
    """What only the owner of a sender can say; ``key`` is the key of the owner notes that answers it."""

    key: str
    text: Text


class OwnerNotesPart(Part, frozen=True, kw_only=True):
    """What the owner says of a sender; null or ``""`` where nothing is said."""

    device: str
    application: str
    owner: str
    oauth: bool | None
    alert_only: bool | None
    internal_only: bool | None
    seasonal: bool | None
    fixed_address: bool | None
    progress: Literal["in_work", "blocked", "done"] | None
    note: str


class OAuthPart(Part, frozen=True, kw_only=True):
    """Whether an application could send as a mailbox with OAuth.

    Attributes:
        switch: The mailbox's SMTP AUTH switch, which OAuth needs open as well.
        applications: Names of registered applications with FullAccess of it; null where rights were not read.
        ready: Nothing lacks; null where that is not known.
        because: What lacks, or is not known.
    """

    switch: GateWord
    applications: list[str] | None
    ready: bool | None
    because: list[Text]


class ApplicationPart(Part, frozen=True, kw_only=True):
    """One application that is registered in Exchange, against its enterprise application.

    Attributes:
        exchange_object_id: ObjectId of Get-ServicePrincipal.
        enterprise_object_id: Object id of the enterprise application with its application id; ``""`` where none was
            read.
        command: What registers it rightly; ``""`` where nothing has to be done.
    """

    name: str
    app_id: str
    exchange_object_id: str
    enterprise_object_id: str
    state: Literal["ok", "wrong_object_id", "no_enterprise_application", "unknown"]
    because: Text
    command: str


class MigrationPart(Part, frozen=True, kw_only=True):
    """Where a sender of this mailbox should move to before Basic ends.

    Attributes:
        route: ``oauth_delegated``, ``oauth_app``, ``graph_send_mail``, ``hve``, ``azure_communication_services``,
            ``relay_connector``, ``direct_send``, ``on_premises``, or ``none``; ``open_or_relay`` for a mailbox that
            nobody is known to send with.
        text: The same in words.
        reasons: Why, from what was read and what its owner says.
        certain: It fits; else it does if the questions are answered rightly.
        alternatives: Other ways that fit or may.
        questions: What can't be read and has to be asked.
        oauth: Whether an application could send with OAuth; null for a mailbox that nobody is known to send with.
        owner: The owner's notes; null where there are none.
        stage: How far the sender is; null where nobody is known to send with it.
        stage_because: Why that is said.
    """

    route: str
    text: Text
    reasons: list[Text] = []
    certain: bool = False
    alternatives: list[RoutePart] = []
    questions: list[QuestionPart] = []
    oauth: OAuthPart | None = None
    owner: OwnerNotesPart | None = None
    stage: Literal["done", "in_work", "blocked", "unknown"] | None = None
    stage_because: Text = msgspec.field(default_factory=Text)


class WaiverPart(Part, frozen=True, kw_only=True):
    """An accepted flag."""

    reason: str
    owner: str
    expires: str


class MailboxPart(Part, frozen=True, kw_only=True):
    """One mailbox.

    Attributes:
        id: Entra object id in lower case, or ``guid:`` and the Exchange GUID.
        set_aside: ``inactive``, ``soft_deleted`` or ``on_premises`` where the mailbox is listed apart; else null.
        flag_because: Why it has its flag, in one sentence.
        next_change: What stops a sender next whose flag is ``will_fail``; else null.
        next_gate: "Opening this alone will not help: next comes …": the second closed gate for Basic, or null.
    """

    id: str
    address: str
    display_name: str
    kind: str
    smtp_auth: SmtpAuthPart
    verdicts: VerdictsPart
    use: UsePart
    flag: FlagWord
    likelihood: Literal["likely", "unlikely"] | None
    waiver: WaiverPart | None
    remedies: list[RemedyPart]
    migration: MigrationPart
    set_aside: Literal["inactive", "soft_deleted", "on_premises"] | None = None
    next_gate: str | None = None
    flag_because: Text = msgspec.field(default_factory=Text)
    next_change: NextChangePart | None = None


class ChangePart(Part, frozen=True, kw_only=True):
    """One difference to an earlier run; what was unknown then or now is none.

    Attributes:
        kind: E.g. ``mailbox_new``, ``mailbox_gone``, ``mailbox_renamed``, ``switch``, ``verdict``, ``policy``,
            ``setting``, ``sender_stopped``, ``sender_new``; all of them in ``scanner/drift.py``.
        subject: The mailbox's or the policy's id, or the setting's name.
        name: What readers know it by.
        aspect: What of it differs: the method of a verdict, the setting of a policy; ``""`` where the kind says it all.
        before: The value in the earlier run; ``""`` where there was none.
        after: The value in this run; ``""`` where there is none.
        because: Why, where it is known: e.g. the policy whose change altered a verdict.
    """

    kind: str
    subject: str
    name: str
    before: str
    after: str
    because: Text = msgspec.field(default_factory=Text)
    aspect: str = ""


class MonthPart(Part, frozen=True, kw_only=True):
    """One earlier run in the trend, the last of its month.

    Attributes:
        month: E.g. ``2026-11``.
        senders: Mailboxes that were seen sending; null where use was not read.
        to_move: Senders that had yet to move off Basic; null where that was not known.
    """

    month: str
    run_id: str
    mailboxes: int
    coverage: float
    by_flag: dict[str, int]
    senders: int | None = None
    complete: bool = True
    to_move: int | None = None


class HistoryPart(Part, frozen=True, kw_only=True):
    """What changed since the run before, and the trend, oldest first; ``previous`` is null on a first run.

    Attributes:
        previous: Id of the run before: of the same tenant, on the evidence before this run's.
        changes: What changed; of each kind the first thousand.
        counts: All changes by kind.
        known_now: What was unknown before, and therefore is no change; likewise cut.
        no_longer_known: What is unknown now, and therefore is no change; likewise cut.
        notes: What else differs between the two runs, e.g. the version of the program.
    """

    previous: str | None
    previous_finished: str | None
    changes: list[ChangePart]
    months: list[MonthPart]
    counts: dict[str, int] = {}
    known_now: list[ChangePart] = []
    no_longer_known: list[ChangePart] = []
    notes: list[Text] = []


class AnnouncementPart(Part, frozen=True, kw_only=True):
    """A known or announced change, and who breaks.

    Attributes:
        key: E.g. ``default_off``, ``report_only_enforced``, ``tenant_switch_off``, ``security_defaults_on``.
        title: What changes.
        date: When, as ISO 8601 date; null where it has none.
        certain: Microsoft or the tenant has announced it; else it is only a possibility that admins ask about.
        changed: Mailboxes whose verdict for Basic changes.
        breaks: Ids of the mailboxes in use that break.
        unknown: Mailboxes of which it can't be told.
        because: How sure it is, and what it depends on.
    """

    key: str
    title: Text
    date: str | None
    certain: bool
    changed: int
    breaks: list[str]
    unknown: int
    because: Text = msgspec.field(default_factory=Text)


class BurnPart(Part, frozen=True, kw_only=True):
    """Senders that still had to move, at the end of one earlier run."""

    date: str
    open: int


class ReadinessPart(Part, frozen=True, kw_only=True):
    """How far the senders in use are on their way off Basic; counts of mailboxes.

    Attributes:
        deadline: The day on which Basic is off by default, as ISO 8601 date.
        burn_down: Oldest first.
    """

    deadline: str
    senders: int
    done: int
    in_work: int
    blocked: int
    unknown: int
    burn_down: list[BurnPart] = []


class ControlPart(Part, frozen=True, kw_only=True):
    """One control of a published benchmark, as far as this product can tell."""

    framework: str
    version: str
    id: str
    title: Text
    state: Literal["met", "not_met", "unknown"]
    because: Text
    mapped_by: Text


class RequestsPart(Part, frozen=True, kw_only=True):
    """What reading the tenant took; ``writes`` is always 0. Seconds are spent waiting for the service's limits."""

    requests: int
    writes: int
    received_bytes: int
    waited_seconds: float


class Report(Part, frozen=True, kw_only=True):
    """The whole report; a part that is null was not made for this run."""

    schema: str
    tenant: TenantPart
    run: RunPart
    tenant_posture: TenantPosturePart
    summary: SummaryPart
    history: HistoryPart | None = None
    announcements: list[AnnouncementPart] = []
    readiness: ReadinessPart | None = None
    oauth_applications: list[ApplicationPart] | None = None
    controls: list[ControlPart] = []
    requests: RequestsPart | None = None
    mailboxes: list[MailboxPart]  # last: report.json is written with one mailbox a line
