"""From a snapshot to all verdicts: mailboxes are joined by id, and each circumstance is judged once (design.md §2)."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from scanner.access.client import BASIC, OAUTH
from scanner.access.evaluator import Evaluator, people_of
from scanner.access.scopes import Scopes, guest_class_of
from scanner.access.workload import decide_apps
from scanner.gates.gate import Setting
from scanner.judge import Memory, Verdicts, judge_rest, judge_shared
from scanner.model.circumstance import AccountState, Circumstance, GuestClass, Member, SetAside
from scanner.model.directory import CasRow, ExchangeUserRow, MailboxKind, MailboxRow, RiskyUserRow, UserRow
from scanner.model.frozen import Frozen
from scanner.model.judgement import Method
from scanner.model.observed import Gap, Observed
from scanner.model.settings import AuthenticationPolicy
from scanner.model.snapshot import Snapshot
from scanner.model.use import Earlier, Use
from scanner.use.join import UseJoin

RISK_LEVELS = frozenset({"none", "low", "medium", "high"})
AT_RISK = frozenset({"atrisk", "confirmedcompromised"})
SAFE = frozenset({"none", "confirmedsafe", "remediated", "dismissed"})

R = TypeVar("R")


class Traits(NamedTuple):
    """A circumstance without its badge: a few hundred of them describe a million mailboxes.

    Fields are those of ``Circumstance``; ``known`` tells whether the account's id is known, so that policies can be
    looked up for it, ``guest`` and ``risk`` are those of ``Member``.
    """

    kind: MailboxKind
    listed: bool
    set_aside: SetAside | None
    account: AccountState
    enabled: Observed[bool]
    licensed: bool | None
    federated: bool | None
    smtp_auth_disabled: Observed[bool]
    cas_read: bool
    authentication_policy: Observed[str]
    exchange_user_read: bool
    per_user_mfa: Observed[str]
    known: bool
    guest: GuestClass
    risk: str


class Judged(Frozen, frozen=True, kw_only=True):
    """One circumstance and its verdicts."""

    circumstance: Circumstance
    verdicts: Verdicts


class JudgedMailbox(Frozen, frozen=True, kw_only=True):
    """One mailbox with its circumstance and verdicts (shared with all mailboxes of that circumstance).

    Attributes:
        id: Entra object id in lower case, or ``guid:`` and the Exchange GUID.
        row: The mailbox as observed.
        circumstance: What the gates read of it.
        verdicts: One per method.
        pop_or_imap: POP or IMAP is on; ``None`` where that wasn't read.
        use: Who really sends with it, as far as that was read.
    """

    id: str
    row: MailboxRow
    circumstance: Circumstance
    verdicts: Verdicts
    pop_or_imap: bool | None
    use: Use = Use()


class Posture(Frozen, frozen=True, kw_only=True):
    """All verdicts of one snapshot.

    Attributes:
        snapshot: The evidence.
        setting: What holds for the whole tenant.
        scopes: The people of the policies.
        mailboxes: In the order of their addresses.
        circumstances: How many different circumstances were judged.
        source_ips: Public addresses of senders that it was judged for.
        strange_senders: Senders that the sources of use name and that are none of the mailboxes.
    """

    snapshot: Snapshot
    setting: Setting
    scopes: Scopes
    mailboxes: tuple[JudgedMailbox, ...]
    circumstances: int
    source_ips: tuple[str, ...] = ()
    strange_senders: int = 0


def pose(
    snapshot: Snapshot,
    *,
    as_of: dt.date,
    source_ips: Sequence[str] = (),
    earlier: Mapping[str, Earlier] | None = None,
) -> Posture:
    """Judge every mailbox of a snapshot.

    Args:
        snapshot: The evidence.
        as_of: The date that is judged for.
        source_ips: Public addresses that senders use; empty where they aren't known.
        earlier: What earlier runs saw of each mailbox's use, by its id.
    """
    scopes = people_of(snapshot)
    setting = setting_of(snapshot, scopes, as_of=as_of, source_ips=source_ips)
    join = Join(snapshot)
    use = UseJoin(snapshot, earlier or {})
    rows = sorted(join.mailboxes(), key=lambda row: (row.address.lower(), id_of(row)))
    judged = tuple(judge_rows(rows, join, scopes, setting))
    mailboxes = (
        JudgedMailbox(
            id=id_of(row),
            row=row,
            circumstance=found.circumstance,
            verdicts=found.verdicts,
            pop_or_imap=join.pop_or_imap(row),
            use=use.of(row, id_of(row)),
        )
        for row, found in zip(rows, judged, strict=True)
    )
    return Posture(
        snapshot=snapshot,
        setting=setting,
        scopes=scopes,
        mailboxes=tuple(mailboxes),
        circumstances=len({id(found) for found in judged}),
        source_ips=tuple(source_ips),
        strange_senders=use.strangers(rows),
    )


def judge_rows(rows: Sequence[MailboxRow], join: "Join", scopes: Scopes, setting: Setting) -> Iterator[Judged]:
    """Judge some mailboxes, in their order.

    Args:
        rows: The mailboxes.
        join: Joins the evidence to them.
        scopes: The people of the policies.
        setting: What holds for the whole tenant.
    """
    numbers: dict[Traits, int] = {}
    which = [numbers.setdefault(join.traits(row), len(numbers)) for row in rows]
    return judge_all(tuple(numbers), which, scopes.badges(map(entra_id_of, rows)), setting)


def judge_all(
    traits: Sequence[Traits], which: Iterable[int], badges: Iterable[int], setting: Setting
) -> Iterator[Judged]:
    """Judge mailboxes in columns: each circumstance once, its verdicts given to all mailboxes that share it.

    Args:
        traits: The traits that occur.
        which: Per mailbox, the place of its traits.
        badges: Per mailbox, which policies it is in.
        setting: What holds for the whole tenant.
    """
    shared = [judge_shared(circumstance_of(kind, 0), setting) for kind in traits]
    known: list[dict[int, Judged]] = [{} for _ in traits]
    memory: Memory = {}
    for place, badge in zip(which, badges, strict=True):
        found = known[place].get(badge)
        if found is None:
            circumstance = circumstance_of(traits[place], badge)
            verdicts = judge_rest(shared[place], circumstance, setting, memory)
            found = known[place][badge] = Judged(circumstance=circumstance, verdicts=verdicts)
        yield found


def circumstance_of(traits: Traits, badge: int) -> Circumstance:
    """Put traits and badge together to what the gates read."""
    return Circumstance(
        kind=traits.kind,
        listed=traits.listed,
        set_aside=traits.set_aside,
        account=traits.account,
        enabled=traits.enabled,
        licensed=traits.licensed,
        federated=traits.federated,
        smtp_auth_disabled=traits.smtp_auth_disabled,
        cas_read=traits.cas_read,
        authentication_policy=traits.authentication_policy,
        exchange_user_read=traits.exchange_user_read,
        per_user_mfa=traits.per_user_mfa,
        member=Member(badge=badge, guest=traits.guest, risk=traits.risk) if traits.known else None,
    )


def setting_of(snapshot: Snapshot, scopes: Scopes, *, as_of: dt.date, source_ips: Sequence[str]) -> Setting:
    """Gather what holds for the whole tenant."""
    return Setting(
        as_of=as_of,
        sections={name: report.state for name, report in snapshot.sections.items()},
        transport_config=snapshot.transport_config,
        organization_config=snapshot.organization_config,
        authentication_policies=by_every_name(snapshot.authentication_policies),
        security_defaults=snapshot.security_defaults,
        evaluators={
            Method.BASIC: Evaluator(snapshot, BASIC, scopes, source_ips),
            Method.OAUTH_DELEGATED: Evaluator(snapshot, OAUTH, scopes, source_ips),
        },
        apps=decide_apps(snapshot, source_ips),
        policies={policy.id: policy for policy in snapshot.policies},
    )


def by_every_name(policies: Iterable[AuthenticationPolicy]) -> Mapping[str, AuthenticationPolicy]:
    """Sort authentication policies by every name they go by; a name that two of them claim names neither."""
    return unique((name, policy) for policy in policies for name in policy.names)


def id_of(row: MailboxRow) -> str:
    """Give the id that report.json shows (design.md §10)."""
    if isinstance(row.entra_id, str):
        return row.entra_id
    if row.exchange_guid or row.directory_guid:
        return f"guid:{row.exchange_guid or row.directory_guid}"
    return f"address:{row.address.lower()}"


def entra_id_of(row: MailboxRow) -> str:
    """Give the Entra object id; "" where it isn't known or there is none."""
    return row.entra_id if isinstance(row.entra_id, str) else ""


class Join:
    """Joins the rows of all sections to mailboxes: by id, and where Exchange gives none, by GUID or address.

    Args:
        snapshot: The evidence.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._users = unique((user.id, user) for user in snapshot.users)
        self._mfa = unique((row.id, row.state) for row in snapshot.per_user_mfa)
        self._risk = {row.id: risk_of(row) for row in snapshot.risky_users}
        self._federated = {domain.name: domain.federated for domain in snapshot.domains}
        self._cas = CasJoin(snapshot.cas_mailboxes)
        self._exchange_users = ExchangeUserJoin(snapshot.exchange_users)
        self._users_complete = snapshot.is_complete("users")
        self._risk_unless_listed = "none" if snapshot.is_complete("risky-users") else ""

    def mailboxes(self) -> Iterator[MailboxRow]:
        """Give every mailbox once; one that only the CAS list knows is a mailbox too."""
        seen: set[str] = set()
        for row in self._snapshot.mailboxes:
            mailbox_id = id_of(row)
            if mailbox_id not in seen:
                seen.add(mailbox_id)
                yield row
        for cas in self._cas.not_joined_to(self._snapshot.mailboxes):
            row = MailboxRow(
                entra_id=cas.entra_id or Gap.ABSENT,
                directory_guid=cas.directory_guid,
                address=cas.address,
                listed=False,
            )
            if id_of(row) not in seen:
                seen.add(id_of(row))
                yield row

    def traits(self, row: MailboxRow) -> Traits:
        """Gather what the gates read of one mailbox, but for its badge."""
        entra_id = entra_id_of(row)
        user = self._users.get(entra_id)
        cas = self._cas.of(row)
        exchange_user = self._exchange_users.of(row)
        return Traits(
            kind=row.kind,
            listed=row.listed,
            set_aside=set_aside(row),
            account=self._account(row, user),
            enabled=user.enabled if user else Gap.ABSENT,
            licensed=licensed(user),
            federated=self._is_federated(row, user),
            smtp_auth_disabled=cas.smtp_auth_disabled if cas else Gap.ABSENT,
            cas_read=cas is not None,
            authentication_policy=policy_name(exchange_user),
            exchange_user_read=exchange_user is not None,
            per_user_mfa=self._mfa.get(entra_id, Gap.ABSENT),
            known=bool(entra_id),
            guest=guest_class_of(user),
            risk=self._risk.get(entra_id, self._risk_unless_listed),
        )

    def pop_or_imap(self, row: MailboxRow) -> bool | None:
        """Tell whether POP or IMAP is on; ``None`` where neither was read."""
        cas = self._cas.of(row)
        seen = [flag for flag in (cas.pop_enabled, cas.imap_enabled) if isinstance(flag, bool)] if cas else []
        return any(seen) if seen else None

    def _account(self, row: MailboxRow, user: UserRow | None) -> AccountState:
        if row.entra_id is Gap.EMPTY:
            return AccountState.NONE
        if user is not None:
            return AccountState.FOUND
        return AccountState.NOT_FOUND if self._users_complete else AccountState.NOT_READ

    def _is_federated(self, row: MailboxRow, user: UserRow | None) -> bool | None:
        name = (user.sign_in_name if user else "") or row.sign_in_name
        federated = self._federated.get(name.rpartition("@")[2].lower())
        return federated if isinstance(federated, bool) else None


class CasJoin:
    """CAS rows by every key that a mailbox may share with them; a key that two rows claim joins nothing."""

    def __init__(self, rows: Sequence[CasRow]) -> None:
        self._rows = rows
        self._by_key = unique((key, row) for row in rows for key in cas_keys(row))

    def of(self, row: MailboxRow) -> CasRow | None:
        """Find the CAS row of a mailbox: by Entra id, by directory GUID, by address."""
        return next((found for key in mailbox_keys(row) if (found := self._by_key.get(key))), None)

    def not_joined_to(self, mailboxes: Iterable[MailboxRow]) -> Iterator[CasRow]:
        """Give the CAS rows that belong to none of the mailboxes."""
        taken = {key for mailbox in mailboxes for key in mailbox_keys(mailbox)}
        return (row for row in self._rows if not taken.intersection(cas_keys(row)))


class ExchangeUserJoin:
    """Exchange users by Entra id and by sign-in name; a key that two rows claim joins nothing."""

    def __init__(self, rows: Sequence[ExchangeUserRow]) -> None:
        self._by_key = unique((key, row) for row in rows for key in user_keys(row.entra_id, row.sign_in_name))

    def of(self, row: MailboxRow) -> ExchangeUserRow | None:
        """Find the Exchange user of a mailbox: by Entra id, by sign-in name."""
        keys = user_keys(entra_id_of(row), row.sign_in_name)
        return next((found for key in keys if (found := self._by_key.get(key))), None)


def user_keys(entra_id: str, sign_in_name: str) -> Iterator[str]:
    """Give the keys that a mailbox may share with an Exchange user."""
    return (key for key in (entra_id, sign_in_name.lower()) if key)


def cas_keys(row: CasRow) -> Iterator[str]:
    """Give the keys of a CAS row."""
    return keys_of(row.entra_id, row.directory_guid, row.address)


def mailbox_keys(row: MailboxRow) -> Iterator[str]:
    """Give the keys of a mailbox."""
    return keys_of(entra_id_of(row), row.directory_guid, row.address)


def keys_of(entra_id: str, directory_guid: str, address: str) -> Iterator[str]:
    """Give keys that can't be confused with each other, the surest first."""
    if entra_id:
        yield f"id:{entra_id}"
    if directory_guid:
        yield f"guid:{directory_guid}"
    if address:
        yield f"address:{address.lower()}"


def unique(pairs: Iterable[tuple[str, R]]) -> Mapping[str, R]:
    """Sort rows by key; a key that different rows claim is nobody's."""
    found: dict[str, R] = {}
    claimed_twice: set[str] = set()
    for key, row in pairs:
        if found.setdefault(key, row) != row:
            claimed_twice.add(key)
    return {key: row for key, row in found.items() if key not in claimed_twice}


def set_aside(row: MailboxRow) -> SetAside | None:
    """Tell why a mailbox is listed apart."""
    if row.soft_deleted:
        return SetAside.SOFT_DELETED
    if row.inactive:
        return SetAside.INACTIVE
    return SetAside.ON_PREMISES if row.kind is MailboxKind.ON_PREMISES else None


def licensed(user: UserRow | None) -> bool | None:
    """Tell whether an account has a licence; ``None`` where that wasn't read."""
    return user.licences > 0 if user is not None and isinstance(user.licences, int) else None


def policy_name(row: ExchangeUserRow | None) -> Observed[str]:
    """Give the name of the user's own authentication policy as it was read."""
    if row is None:
        return Gap.ABSENT
    policy = row.authentication_policy
    return policy.lower() if isinstance(policy, str) else policy


def risk_of(row: RiskyUserRow) -> str:
    """Give a risky user's level as policies compare it; "" where it is hidden or not known."""
    if row.state in SAFE:
        return "none"
    if row.state in AT_RISK and row.level in RISK_LEVELS:
        return row.level
    return ""
