"""What is kept of a posture: from a report and its evidence to the small form that later runs are compared with."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from scanner.model.kept import KeptMailbox, KeptObject, KeptPosture, KeptUse, KeptVerdict, KeptVerdicts
from scanner.model.observed import Observed
from scanner.model.policy import NamedLocation, Policy
from scanner.model.settings import AuthenticationPolicy
from scanner.model.snapshot import Snapshot
from scanner.posture import Posture
from scanner.report.contract import MailboxPart, Report, UsePart, VerdictPart, VerdictsPart

# What says nothing about what a policy does, or is kept beside its settings.
BESIDE = frozenset({"id", "name", "created", "modified", "template_id", "deleted"})


def remember(report: Report, posture: Posture) -> KeptPosture:
    """Keep of a report what a later one is compared with."""
    keeper = VerdictKeeper()
    mailboxes = tuple(mailbox_of(mailbox, keeper) for mailbox in report.mailboxes)
    return KeptPosture(
        tenant_id=report.tenant.id,
        as_of=posture.setting.as_of,
        tool_version=report.run.tool_version,
        source_ips=tuple(report.run.source_ips),
        sections={part.section: part.state for part in report.run.evidence},
        settings=settings_of(report, posture.snapshot),
        objects=tuple(objects_of(posture.snapshot)),
        verdicts=tuple(keeper.kept),
        mailboxes=mailboxes,
        readiness=still_to_move(report),
    )


def still_to_move(report: Report) -> int | None:
    """Count the senders that have yet to move off Basic; ``None`` where use was not read."""
    return None if report.readiness is None else report.readiness.senders - report.readiness.done


class VerdictKeeper:
    """Keeps every different set of verdicts once; mailboxes of one circumstance share theirs in the report."""

    def __init__(self) -> None:
        self.kept: list[KeptVerdicts] = []
        self._by_identity: dict[int, int] = {}

    def place_of(self, verdicts: VerdictsPart) -> int:
        """Give the place of some verdicts, keeping them where they are new."""
        place = self._by_identity.get(id(verdicts))
        if place is None:
            place = self._by_identity[id(verdicts)] = len(self.kept)
            self.kept.append(
                KeptVerdicts(
                    basic=verdict_of(verdicts.basic),
                    oauth_delegated=verdict_of(verdicts.oauth_delegated),
                    oauth_app=verdict_of(verdicts.oauth_app),
                )
            )
        return place


def verdict_of(verdict: VerdictPart) -> KeptVerdict:
    """Keep one verdict."""
    reply = verdict.reply
    return KeptVerdict(
        outcome=verdict.outcome,
        reply=f"{reply.code} {reply.enhanced} {reply.text}" if reply else "",
        decided_by=verdict.decided_by or "",
        gates={part.gate: part.state for part in verdict.gates},
        policies=tuple(policies_of(verdict)),
    )


def policies_of(verdict: VerdictPart) -> Iterator[str]:
    """Give the ids of the policies that a verdict rests on, as its evidence names them: ``ID.state``."""
    for part in verdict.gates:
        for finding in part.evidence:
            if finding.section == "conditional-access-policies":
                yield finding.path.rpartition(".")[0]


def mailbox_of(mailbox: MailboxPart, keeper: VerdictKeeper) -> KeptMailbox:
    """Keep one mailbox."""
    return KeptMailbox(
        id=mailbox.id,
        address=mailbox.address,
        name=mailbox.display_name,
        kind=mailbox.kind,
        set_aside=mailbox.set_aside or "",
        switch=mailbox.smtp_auth.mailbox,
        verdicts=keeper.place_of(mailbox.verdicts),
        flag=mailbox.flag,
        use=use_of(mailbox.use),
    )


def use_of(use: UsePart) -> KeptUse:
    """Keep what was seen of a mailbox's use, and when it was seen last, in this run or before."""
    return KeptUse(
        basic=use.basic,
        oauth=use.oauth,
        window_days=use.window_days,
        last_basic=max(use.last_basic or "", use.sent_before or ""),
        last_oauth=max(use.last_oauth or "", use.sent_before_oauth or ""),
    )


def settings_of(report: Report, snapshot: Snapshot) -> dict[str, str | None]:
    """Keep what holds for the whole tenant; ``None`` where it was not read."""
    whole = report.tenant_posture
    transport, organization = snapshot.transport_config, snapshot.organization_config
    return {
        "smtp_auth_disabled": word_for(whole.smtp_auth_disabled, "disabled", "enabled"),
        "security_defaults": word_for(whole.security_defaults, "on", "off"),
        "default_authentication_policy": whole.default_authentication_policy,
        "reject_direct_send": word_for(organization.reject_direct_send if organization else None, "on", "off"),
        "legacy_tls_allowed": word_for(transport.legacy_tls_allowed if transport else None, "on", "off"),
    }


def word_for(value: Observed[bool], true: str, false: str) -> str | None:
    """Write a switch as a word; ``None`` where it was not read."""
    match value:
        case True:
            return true
        case False:
            return false
        case _:
            return None


def objects_of(snapshot: Snapshot) -> Iterator[KeptObject]:
    """Keep the policies and locations of a tenant."""
    for policy in snapshot.policies:
        if not policy.deleted:
            yield object_of("policy", "conditional-access-policies", policy)
    for location in snapshot.named_locations:
        yield object_of("location", "named-locations", location)
    for authentication in snapshot.authentication_policies:
        yield authentication_policy_of(authentication)


def object_of(kind: str, section: str, item: Policy | NamedLocation) -> KeptObject:
    """Keep a policy or a location with every setting that is set."""
    plain = {key: value for key, value in msgspec.to_builtins(item).items() if key not in BESIDE}
    return KeptObject(kind=kind, section=section, id=item.id, name=item.name, settings=dict(flattened(plain)))


def flattened(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Give each setting that is set by its path; lists are sorted, since the provider's order means nothing."""
    for key, inner in value.items():
        place = f"{path}.{key}" if path else key
        match inner:
            case dict():
                yield from flattened(inner, place)
            case list() | tuple() | set() | frozenset():
                if inner:
                    yield place, ", ".join(sorted(map(str, inner)))
            case None | False | "":
                continue
            case True:
                yield place, "yes"
            case _:
                yield place, str(inner)


def authentication_policy_of(policy: AuthenticationPolicy) -> KeptObject:
    """Keep what an authentication policy says of SMTP; its GUID isn't told apart from its other names."""
    return KeptObject(
        kind="authentication_policy",
        section="authentication-policies",
        id=policy.name.lower(),
        name=policy.name,
        settings={"allows_basic_smtp": word_for(policy.allows_basic_smtp, "yes", "no")},
    )
