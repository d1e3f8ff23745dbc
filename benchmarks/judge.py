"""From ids to verdicts: a tenant of a million mailboxes, judged in columns, against a naive reference.

    python benchmarks/judge.py [--mailboxes N] [--reference N]

Memberships come group by group with fresh strings, as decoding a page gives them; making them is not timed. The floor
is the mapping of the same ids to numbers alone. The naive reference judges mailbox by mailbox, policy by policy, with
sets of ids, on fewer mailboxes of the same kind, and must agree on every verdict.
"""

import argparse
import datetime as dt
import gc
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scanner.access.evaluator import relevant_policies
from scanner.access.membership import Directory, Numbers
from scanner.access.scopes import Scopes
from scanner.model.circumstance import AccountState, GuestClass
from scanner.model.directory import GroupRow, MailboxKind
from scanner.model.observed import Gap
from scanner.model.policy import (
    Conditions,
    Grant,
    LocationKind,
    NamedLocation,
    PeopleScope,
    Policy,
    ResourceScope,
    Sides,
)
from scanner.model.section import SectionReport, SectionState
from scanner.model.settings import AuthenticationPolicy, OrganizationConfig, SecurityDefaults, TransportConfig
from scanner.model.snapshot import Snapshot
from scanner.model.tenant import Tenant
from scanner.posture import Traits, judge_all, setting_of

GROUPS = 2000
HIDDEN = 3
POLICIES = 40
PER_MAILBOX = 5
SEED = 20261123
AS_OF = dt.date(2026, 11, 23)
OFFICE = "00000000-0000-4000-8000-00000000000a"


def guid(kind: int, number: int) -> str:
    """Make an id that looks like the provider's, scattered so that hashing gets no help."""
    mixed = (number * 0x9E3779B97F4A7C15 + kind * 0xD1B54A32D192ED03) & ((1 << 64) - 1)
    return f"{mixed >> 32:08x}-{mixed >> 16 & 0xFFFF:04x}-4{number & 0xFFF:03x}-8{kind:03x}-{number:012x}"


class Tenancy:
    """The bench tenant: everything but the memberships is kept, those are made page by page.

    Args:
        mailboxes: How many mailboxes.
    """

    def __init__(self, mailboxes: int) -> None:
        self.random = random.Random(SEED)
        self.ids = [guid(1, number) for number in range(mailboxes)]
        self.groups = [guid(2, number) for number in range(GROUPS)]
        self.traits = list(traits())
        weights = [200, *([1] * (len(self.traits) - 1))]
        self.which = self.random.choices(range(len(self.traits)), weights, k=mailboxes)
        self.policies = tuple(self.policy(number) for number in range(POLICIES))
        self.making = 0.0

    def policy(self, number: int) -> Policy:
        """Make one policy: most are about some groups, a few about everybody, with all kinds of conditions."""
        dice = random.Random(SEED + number)
        readable, hidden = self.groups[:-HIDDEN], self.groups[-HIDDEN:]
        everybody, doubtful = number in {0, 5, 10, 15}, number in {13, 25}
        include = hidden if doubtful else [] if everybody else dice.sample(readable, 4)
        exclude = readable[:1000] if doubtful else dice.sample(readable, 100 if everybody else 2)
        grants = (Grant(controls=frozenset({"block"})), Grant(controls=frozenset({"mfa"})), None)
        return Policy(
            id=guid(3, number),
            name=f"Policy {number:02}",
            state="enabledforreportingbutnotenforced" if number % 8 == 7 else "enabled",
            include=PeopleScope(
                users=frozenset() if include else frozenset({"all"}),
                groups=frozenset(include),
                roles=frozenset(),
            ),
            exclude=PeopleScope(groups=frozenset(exclude)),
            resources=ResourceScope(include=frozenset({"all" if number % 3 else "office365"})),
            conditions=conditions(number),
            grant=grants[number % 3],
        )

    def pages(self) -> Iterator[GroupRow]:
        """Give the groups one by one, their members as strings that nothing else holds."""
        begun = time.perf_counter()
        for number, group_id in enumerate(self.groups):
            group = self.page(number, group_id)
            self.making += time.perf_counter() - begun
            yield group
            begun = time.perf_counter()

    def page(self, number: int, group_id: str) -> GroupRow:
        """Make one group with its transitive members, or one that can't be read."""
        if number >= GROUPS - HIDDEN:
            return GroupRow(id=group_id, readable=False)
        dice = random.Random(SEED * 7 + number)
        last = len(self.ids)
        chosen = [self.ids[int(dice.random() * last)] for _ in range(last * PER_MAILBOX // GROUPS)]
        fresh = msgspec.json.decode(msgspec.json.encode(chosen), type=tuple[str, ...])
        return GroupRow(id=group_id, name=f"G{number}", transitive=True, members=fresh)

    def snapshot(self) -> Snapshot:
        """Give what holds for the whole tenant."""
        names = (
            "transport-config", "organization-config", "authentication-policies", "mailboxes", "cas-mailboxes",
            "exchange-users", "users", "security-defaults", "conditional-access-policies", "named-locations",
            "groups", "role-assignments", "per-user-mfa", "risky-users",
        )  # fmt: skip
        return Snapshot(
            tenant=Tenant(),
            sections={name: SectionReport(section=name, state=SectionState.COMPLETE) for name in names},
            transport_config=TransportConfig(smtp_auth_disabled=True),
            organization_config=OrganizationConfig(default_authentication_policy=None),
            authentication_policies=(
                AuthenticationPolicy(names=("block",), name="Block", allows_basic_smtp=False),
                AuthenticationPolicy(names=("allow",), name="Allow", allows_basic_smtp=True),
            ),
            security_defaults=SecurityDefaults(enabled=False),
            policies=self.policies,
            named_locations=(NamedLocation(id=OFFICE, kind=LocationKind.IP, trusted=True, ranges=("203.0.113.0/24",)),),
        )


def conditions(number: int) -> Conditions:
    """Give the conditions of one policy; every kind occurs."""
    client_apps = (("all",), ("other",), ("browser", "mobileappsanddesktopclients"), ("exchangeactivesync", "other"))
    return Conditions(
        client_app_types=frozenset(client_apps[number % 4]),
        locations=Sides(include=frozenset({"all"}), exclude=frozenset({OFFICE})) if number % 6 == 4 else None,
        platforms=Sides(include=frozenset({"windows"})) if number % 9 == 5 else None,
        sign_in_risk=frozenset({"high"}) if number % 10 == 0 else frozenset(),
        user_risk=frozenset({"high"}) if number % 15 == 6 else frozenset(),
    )


def traits() -> Iterator[Traits]:
    """Give traits that reach every gate: the first is the usual one."""
    usual = Traits(
        kind=MailboxKind.USER,
        listed=True,
        set_aside=None,
        account=AccountState.FOUND,
        enabled=True,
        licensed=True,
        federated=False,
        smtp_auth_disabled=False,
        cas_read=True,
        authentication_policy=None,
        exchange_user_read=True,
        per_user_mfa="disabled",
        known=True,
        guest=GuestClass.MEMBER,
        risk="none",
    )
    yield usual
    changes: tuple[dict[str, object], ...] = (
        {"smtp_auth_disabled": None},
        {"smtp_auth_disabled": True},
        {"smtp_auth_disabled": Gap.ABSENT},
        {"cas_read": False, "smtp_auth_disabled": Gap.ABSENT},
        {"authentication_policy": "block"},
        {"authentication_policy": "allow"},
        {"authentication_policy": "not read"},
        {"enabled": False, "kind": MailboxKind.SHARED},
        {"account": AccountState.NOT_FOUND, "enabled": Gap.ABSENT},
        {"per_user_mfa": "enforced"},
        {"per_user_mfa": "enabled"},
        {"per_user_mfa": Gap.ABSENT},
        {"risk": "high"},
        {"licensed": False},
    )
    for change in changes:
        yield usual._replace(**change)  # type: ignore[arg-type]  # values fit their fields


def judge_in_columns(tenancy: Tenancy) -> tuple[list[object], int]:
    """Do what is measured: ids to numbers, memberships to badges, badges to verdicts for all methods."""
    snapshot = tenancy.snapshot()
    scopes = Scopes(relevant_policies(snapshot), Directory(snapshot, tenancy.pages, tenancy.ids))
    setting = setting_of(snapshot, scopes, as_of=AS_OF, source_ips=())
    judged = list(judge_all(tenancy.traits, tenancy.which, scopes.badges(tenancy.ids), setting))
    return [found.verdicts for found in judged], len({id(found) for found in judged})


def floor(tenancy: Tenancy) -> float:
    """Measure the mapping of the same ids to numbers alone, in seconds."""
    tenancy.making = 0.0
    numbers = Numbers()
    begun = time.perf_counter()
    for row in tenancy.pages():
        for _ in map(numbers.__getitem__, row.members or ()):
            pass
    return time.perf_counter() - begun - tenancy.making


def naive(tenancy: Tenancy) -> Iterator[tuple[str, str, str]]:
    """Judge mailbox by mailbox: sets of ids, one policy after the other, nothing shared."""
    groups = {row.id: row for row in tenancy.pages()}
    members = {group_id: set(row.members or ()) for group_id, row in groups.items()}
    hidden = {group_id for group_id, row in groups.items() if not row.readable}
    for mailbox_id, place in zip(tenancy.ids, tenancy.which, strict=True):
        kind = tenancy.traits[place]
        yield (
            naive_verdict(kind, naive_access(tenancy, mailbox_id, kind, members, hidden, oauth=False), basic=True),
            naive_verdict(kind, naive_access(tenancy, mailbox_id, kind, members, hidden, oauth=True), basic=False),
            naive_switch(kind),
        )


def naive_switch(kind: Traits) -> str:
    """Judge the SMTP AUTH switch of a tenant that has it off; all that OAuth with an application meets here."""
    if not kind.cas_read or kind.smtp_auth_disabled is Gap.ABSENT:
        return "unknown"
    return "accepted" if kind.smtp_auth_disabled is False else "refused"


def naive_verdict(kind: Traits, access: str, *, basic: bool) -> str:
    """Combine the layers: one refusal is enough, then one unknown, then one that depends."""
    account = "unknown" if kind.account is AccountState.NOT_FOUND else ("accepted" if kind.enabled else "refused")
    answers = [naive_switch(kind), account, access]
    if basic:
        answers.append(
            {None: "accepted", "allow": "accepted", "block": "refused"}.get(kind.authentication_policy, "unknown")
        )  # type: ignore[arg-type]
        answers.append(
            {"enforced": "refused", "disabled": "accepted", "enabled": "accepted"}.get(kind.per_user_mfa, "unknown")
        )  # type: ignore[arg-type]
    return next((word for word in ("refused", "unknown", "depends") if word in answers), "accepted")


def naive_access(
    tenancy: Tenancy,
    mailbox_id: str,
    kind: Traits,
    members: dict[str, set[str]],
    hidden: set[str],
    *,
    oauth: bool,
) -> str:
    """Judge Conditional Access by trying every world with every hidden group both ways."""
    inside = [policy for policy in tenancy.policies if naive_may_stop(policy, kind, oauth=oauth)]
    doubts = sorted({group for policy in inside for group in (policy.include.groups | policy.exclude.groups) & hidden})
    mine = {group for group, people in members.items() if mailbox_id in people}
    answers = set()
    for mask in range(1 << len(doubts)):
        assumed = {group for place, group in enumerate(doubts) if mask >> place & 1}
        stopped = [
            any(naive_scope(policy, mine | assumed) and naive_meets(policy, *world) for policy in inside)
            for world in WORLDS
        ]
        answers.add("refused" if all(stopped) else "depends" if any(stopped) else "accepted")
    return answers.pop() if len(answers) == 1 else "unknown"


WORLDS = [
    (office, risk, platform)
    for office in (True, False)
    for risk in ("none", "high")
    for platform in ("windows", "linux")
]


def naive_scope(policy: Policy, mine: set[str]) -> bool:
    """Tell whether a mailbox with these groups is in a policy."""
    included = "all" in policy.include.users or bool(policy.include.groups & mine)
    return included and not policy.exclude.groups & mine


def naive_may_stop(policy: Policy, kind: Traits, *, oauth: bool) -> bool:
    """Tell whether a policy can stop the sender at all."""
    types = policy.conditions.client_app_types or frozenset()
    if policy.state != "enabled" or policy.grant is None:
        return False
    if not types & {"all", "mobileappsanddesktopclients" if oauth else "other"}:
        return False
    if oauth and "block" not in policy.grant.controls:
        return False
    if policy.conditions.platforms and not oauth:
        return False
    return not policy.conditions.user_risk or kind.risk in policy.conditions.user_risk


def naive_meets(policy: Policy, office: bool, risk: str, platform: str) -> bool:  # noqa: FBT001
    """Tell whether one world meets a policy's conditions."""
    conditions_ = policy.conditions
    if conditions_.locations and office:
        return False
    if conditions_.sign_in_risk and risk not in conditions_.sign_in_risk:
        return False
    return not (conditions_.platforms and platform not in conditions_.platforms.include)


def compare(reference: int) -> tuple[float, float, Counter[tuple[str, str]]]:
    """Judge a smaller tenant both ways and compare every verdict; give the seconds of both and what occurred."""
    tenancy = Tenancy(reference)
    begun = time.perf_counter()
    ours, _ = judge_in_columns(tenancy)
    in_columns = time.perf_counter() - begun - tenancy.making
    tenancy.making = 0.0
    begun = time.perf_counter()
    theirs = list(naive(tenancy))
    by_mailbox = time.perf_counter() - begun - tenancy.making
    seen: Counter[tuple[str, str]] = Counter()
    for mailbox_id, found, expected in zip(tenancy.ids, ours, theirs, strict=True):
        said = (found.basic.outcome.value, found.oauth_delegated.outcome.value, found.oauth_app.outcome.value)
        if said != expected:
            sys.exit(f"{mailbox_id}: judged {said}, the naive reference says {expected}")
        seen[found.basic.outcome.value, found.basic.decided_by] += 1
    return in_columns, by_mailbox, seen


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mailboxes", type=int, default=1_000_000)
    parser.add_argument("--reference", type=int, default=100_000)
    arguments = parser.parse_args()

    tenancy = Tenancy(arguments.mailboxes)
    gc.freeze()  # the population is the bench's own; looking through it for garbage is not what is measured
    begun = time.perf_counter()
    verdicts, circumstances = judge_in_columns(tenancy)
    seconds = time.perf_counter() - begun - tenancy.making
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    if len(verdicts) != arguments.mailboxes:
        sys.exit(f"{len(verdicts)} verdicts for {arguments.mailboxes} mailboxes")
    del verdicts
    least = floor(tenancy)
    del tenancy
    in_columns, by_mailbox, seen = compare(arguments.reference)
    for (outcome, gate), count in sorted(seen.items()):
        print(f"{count:8} {outcome:9} {gate}")
    print(
        f"seconds={seconds:.2f} rss_mib={peak} circumstances={circumstances} "
        f"ratio_to_naive={by_mailbox / in_columns:.1f} ratio_to_floor={seconds / least:.2f} "
        f"mailboxes={arguments.mailboxes} compared={arguments.reference}"
    )


if __name__ == "__main__":
    main()
