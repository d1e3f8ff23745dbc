"""The changes that are known or announced, and those that admins ask about: who breaks with each.

All of them change what holds for the whole tenant, so each circumstance is judged once more and no join is repeated.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import structs

from scanner.access.client import BASIC, OAUTH
from scanner.access.evaluator import REPORT_ONLY, Evaluator
from scanner.gates.gate import Setting
from scanner.judge import Verdicts, judge
from scanner.model.circumstance import SetAside
from scanner.model.directory import MailboxKind
from scanner.model.frozen import Frozen
from scanner.model.judgement import Method, Outcome, Verdict
from scanner.model.policy import Policy
from scanner.model.settings import SecurityDefaults, TransportConfig
from scanner.model.text import Text, say
from scanner.posture import JudgedMailbox, Posture
from scanner.whatif.compare import UNKNOWN_USE, Use, Used, methods_to_keep, worsens

MANAGED = "microsoft-managed:"
MANAGED_WAIT = dt.timedelta(days=45)  # Microsoft enforces its policy no sooner after it appears (facts §1.5)
ONE_DAY = dt.timedelta(days=1)


class Announced(Frozen, frozen=True, kw_only=True):
    """One change and who breaks.

    Attributes:
        key: What changes.
        title: The same for readers.
        date: When; ``None`` where no date is known.
        certain: Microsoft or the tenant has announced it; else it is a possibility that admins ask about.
        changed: Mailboxes whose outcome for Basic changes, or depends on something else.
        breaks: Ids of mailboxes in use whose method in use works less than before.
        unknown: Mailboxes that may break, where nobody knows who uses them or what their verdict is.
        because: How sure it is, and what it depends on.
    """

    key: str
    title: Text
    date: dt.date | None
    certain: bool
    changed: int
    breaks: tuple[str, ...]
    unknown: int
    because: Text


class _Plan(Frozen, frozen=True, kw_only=True):
    """A change before it is judged: what holds without it, and with it."""

    key: str
    title: Text
    because: Text
    before: Setting
    after: Setting
    date: dt.date | None = None
    certain: bool = False
    kinds: frozenset[MailboxKind] = frozenset(MailboxKind)


def announce(posture: Posture, use: Use) -> tuple[Announced, ...]:
    """Judge every change that is known, announced or asked about.

    Args:
        posture: The tenant as it is.
        use: Who sends, by mailbox id.

    Returns:
        Those with a date first, the soonest before the others; certain ones before possibilities.
    """
    found = [_judge(plan, posture, use) for plan in _plans(posture)]
    return tuple(sorted(found, key=lambda one: (not one.certain, one.date is None, one.date or dt.date.max)))


def _plans(posture: Posture) -> Iterator[_Plan]:
    yield from _retirement(posture)
    yield from _report_only(posture)
    yield from _possibilities(posture.setting)


def _retirement(posture: Posture) -> Iterator[_Plan]:
    setting = posture.setting
    calendar = setting.calendar
    today = structs.replace(setting, as_of=min(setting.as_of, calendar.off_by_default - ONE_DAY))
    yield _Plan(
        key="default_off",
        title=say("Microsoft turns Basic for SMTP AUTH off by default"),
        because=say(
            "Announced for the end of December 2026. An admin can turn it on again; which setting is switched, whether "
            "a mailbox's own value survives and which reply comes is not published. So it depends, and every sender "
            "with Basic is counted."
        ),
        date=calendar.off_by_default,
        certain=True,
        before=today,
        after=structs.replace(setting, as_of=max(setting.as_of, calendar.off_by_default)),
    )
    removal = calendar.final_removal or max(setting.as_of, calendar.off_by_default)
    yield _Plan(
        key="final_removal",
        title=say("Microsoft removes Basic for SMTP AUTH for good"),
        because=say(
            "No setting brings it back then. When Microsoft names the date: {when}. Until then there is none.",
            when=calendar.final_announcement,
        ),
        date=calendar.final_removal,
        certain=True,
        before=today,
        after=structs.replace(setting, as_of=removal, calendar=structs.replace(calendar, final_removal=removal)),
    )
    if any(mailbox.row.kind is MailboxKind.HVE for mailbox in posture.mailboxes):
        yield _Plan(
            key="hve_basic_ends",
            title=say("High Volume Email stops taking Basic"),
            because=say("High Volume Email keeps Basic longer than other mailboxes; OAuth works with it as well."),
            date=calendar.hve_basic_ends,
            certain=True,
            before=today,
            after=structs.replace(setting, as_of=max(setting.as_of, calendar.hve_basic_ends)),
            kinds=frozenset({MailboxKind.HVE}),
        )


def _report_only(posture: Posture) -> Iterator[_Plan]:
    """Plan the enforcement of the report-only policies about people: of all together, and of each of Microsoft's."""
    waiting = [policy for policy in posture.scopes.policies if policy.state == REPORT_ONLY]
    if not waiting:
        return
    yield _Plan(
        key="report_only_enforced",
        title=say("The report-only Conditional Access policies are enforced"),
        because=say(
            "They are {policies}. Report-only is how a policy is announced within a tenant; nothing says when it is "
            "enforced.",
            policies=tuple(policy.name or policy.id for policy in waiting),
        ),
        certain=True,
        before=posture.setting,
        after=_enforced(posture, waiting),
    )
    for policy in waiting:
        if policy.name.lower().startswith(MANAGED):
            yield _Plan(
                key=f"microsoft_managed:{policy.id}",
                title=say("Microsoft enforces its policy {policy}", policy=policy.name),
                because=say(
                    "By its name it is managed by Microsoft, which enforces such a policy no sooner than 45 days after "
                    "it appears, with a notice 28 days ahead, unless an admin turns it off. The name is a hint only."
                ),
                date=_soonest(policy, posture.setting.as_of),
                certain=True,
                before=posture.setting,
                after=_enforced(posture, [policy]),
            )


def _soonest(policy: Policy, as_of: dt.date) -> dt.date | None:
    """Give the first day on which Microsoft may enforce a policy of its own; ``None`` where it is not ahead."""
    if policy.created is None:
        return None
    day = policy.created.date() + MANAGED_WAIT
    return day if day > as_of else None


def _enforced(posture: Posture, policies: Sequence[Policy]) -> Setting:
    """Give the setting in which some report-only policies are enforced; their people stay the same."""
    ids = {policy.id for policy in policies}
    changed = tuple(_enable(policy) if policy.id in ids else policy for policy in posture.snapshot.policies)
    snapshot = structs.replace(posture.snapshot, policies=changed)
    scopes = posture.scopes.restated({policy.id: policy for policy in changed})
    clients = {Method.BASIC: BASIC, Method.OAUTH_DELEGATED: OAUTH}
    return structs.replace(
        posture.setting,
        policies={policy.id: policy for policy in changed},
        evaluators={
            method: Evaluator(snapshot, client, scopes, posture.source_ips) for method, client in clients.items()
        },
    )


def _enable(policy: Policy) -> Policy:
    return structs.replace(policy, state="enabled")


def _possibilities(setting: Setting) -> Iterator[_Plan]:
    switch = setting.transport_config or TransportConfig()
    if switch.smtp_auth_disabled is not True:
        yield _Plan(
            key="tenant_switch_off",
            title=say("SMTP AUTH is turned off for the organization"),
            because=say(
                "As Microsoft recommends, with an exception for each mailbox that needs it. It stops OAuth as well, "
                "and only mailboxes that follow the organization."
            ),
            before=setting,
            after=structs.replace(setting, transport_config=structs.replace(switch, smtp_auth_disabled=True)),
        )
    if setting.security_defaults is None or setting.security_defaults.enabled is not True:
        yield _Plan(
            key="security_defaults_on",
            title=say("Security Defaults are turned on"),
            because=say("They refuse Basic for every account, without exceptions, and leave OAuth alone."),
            before=setting,
            after=structs.replace(setting, security_defaults=SecurityDefaults(enabled=True)),
        )


def _judge(plan: _Plan, posture: Posture, use: Use) -> Announced:
    before, after = _judged_once(plan.before, posture), _judged_once(plan.after, posture)
    changed, unknown = 0, 0
    breaks: list[str] = []
    for mailbox in _in_question(posture.mailboxes, plan.kinds):
        was, then = before(mailbox), after(mailbox)
        used = use.get(mailbox.id, UNKNOWN_USE)
        changed += _differs(was.basic, then.basic)
        if used.in_use and _is_hurt(was, then, used):
            breaks.append(mailbox.id)
        elif _may_be_hurt(was, then, used):
            unknown += 1
    return Announced(
        key=plan.key,
        title=plan.title,
        date=plan.date,
        certain=plan.certain,
        changed=changed,
        breaks=tuple(breaks),
        unknown=unknown,
        because=plan.because,
    )


def _in_question(mailboxes: Iterable[JudgedMailbox], kinds: frozenset[MailboxKind]) -> Iterator[JudgedMailbox]:
    return (
        mailbox
        for mailbox in mailboxes
        if mailbox.row.kind in kinds and mailbox.circumstance.set_aside is not SetAside.ON_PREMISES
    )


def _differs(was: Verdict, then: Verdict) -> bool:
    """Tell whether a sender would notice: another outcome, or one that depends on something else."""
    return was.outcome is not then.outcome or was.depends_on != then.depends_on


def _is_hurt(was: Verdicts, then: Verdicts, used: Used) -> bool:
    """Tell whether a method that is certainly in use works less than before."""
    seen = structs.replace(used, basic=used.basic or 0)
    return bool(worsens(was, then, methods_to_keep(was, seen)))


def _may_be_hurt(was: Verdicts, then: Verdicts, used: Used) -> bool:
    """Tell whether a mailbox may break, where its use or its verdict is not known."""
    if used.basic == 0 and not used.oauth:
        return False
    if was.basic.outcome is Outcome.UNKNOWN or then.basic.outcome is Outcome.UNKNOWN:
        return then.basic.outcome is not Outcome.ACCEPTED and was.basic.outcome is not Outcome.REFUSED
    return bool(worsens(was, then, methods_to_keep(was, used)))


def _judged_once(setting: Setting, posture: Posture) -> Callable[[JudgedMailbox], Verdicts]:
    """Judge each circumstance once; on the tenant as it is, what was judged already holds."""
    if setting is posture.setting:
        return lambda mailbox: mailbox.verdicts
    known: dict[int, Verdicts] = {}

    def judged(mailbox: JudgedMailbox) -> Verdicts:
        # Mailboxes of one circumstance share the object, and the posture keeps it alive.
        place = id(mailbox.circumstance)
        if place not in known:
            known[place] = judge(mailbox.circumstance, setting)
        return known[place]

    return judged
