"""The smallest set of exceptions that keeps today's senders working when a change is made.

Each exception is about one mailbox, so the smallest set of all is the smallest of each mailbox together. Mailboxes that
are alike before and after need the same ones; they are searched by size, and each candidate is judged by all gates. In
the end all of them are made to the changed snapshot, and every sender is judged again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import combinations

from msgspec import structs

from scanner.access.evaluator import people_of
from scanner.gates import account, authentication_policy, conditional_access, per_user_mfa, smtp_auth_switch
from scanner.judge import Verdicts, judge
from scanner.model.circumstance import Circumstance, Member
from scanner.model.directory import MailboxRow
from scanner.model.frozen import Frozen
from scanner.model.judgement import GateState, Method, Remedy
from scanner.model.settings import AuthenticationPolicy
from scanner.model.snapshot import Snapshot
from scanner.model.text import Text, say
from scanner.posture import Join, JudgedMailbox, Posture, entra_id_of, judge_rows, setting_of
from scanner.replies.catalogue import cause
from scanner.replies.commands import quoted
from scanner.whatif.compare import UNKNOWN_USE, Moved, Use, methods_to_keep, worsens
from scanner.whatif.draft import Draft

NEW_POLICY = "SMTP senders"
MOST_TRIED = 12  # candidates of one mailbox that are combined; beyond it all of them are taken, which is enough


class Kind(StrEnum):
    """What an exception changes."""

    SMTP_AUTH = "smtp_auth"
    AUTHENTICATION_POLICY = "authentication_policy"
    SIGN_IN = "sign_in"
    EXCLUDE_USER = "exclude_user"
    PER_USER_MFA = "per_user_mfa"


GATE_OF: Mapping[Kind, str] = {
    Kind.AUTHENTICATION_POLICY: authentication_policy.NAME,
    Kind.SMTP_AUTH: smtp_auth_switch.NAME,
    Kind.SIGN_IN: account.NAME,
    Kind.EXCLUDE_USER: conditional_access.NAME,
    Kind.PER_USER_MFA: per_user_mfa.NAME,
}


class Exemption(Frozen, frozen=True, kw_only=True):
    """One kind of exception, as it is made to one mailbox.

    Attributes:
        kind: What it changes.
        name: The policy that it is about: its id, or its name for an authentication policy; else "".
        shown: That policy's name.
        place: The policy's place in the scopes; -1 where it is about none.
    """

    kind: Kind
    name: str = ""
    shown: str = ""
    place: int = -1


class Granted(Frozen, frozen=True, kw_only=True):
    """An exception with all mailboxes that need it, in the order of their addresses."""

    exemption: Exemption
    mailboxes: tuple[JudgedMailbox, ...]


class Lost(Frozen, frozen=True, kw_only=True):
    """A mailbox whose senders no exception keeps working, and why."""

    mailbox: JudgedMailbox
    methods: tuple[Method, ...]
    because: Text


class Exceptions(Frozen, frozen=True, kw_only=True):
    """What keeps today's senders working.

    Attributes:
        granted: The exceptions.
        lost: Mailboxes that none helps.
        kept: Mailboxes that the exceptions keep working.
        use_known: Use was read, so that only mailboxes in use are looked at; else every one that works is.
        verified: Judged again with all exceptions, no mailbox but those that are lost worked less than before.
    """

    granted: tuple[Granted, ...]
    lost: tuple[Lost, ...]
    kept: int
    use_known: bool
    verified: bool


def find_exceptions(before: Posture, after: Posture, moved: Iterable[Moved], use: Use) -> Exceptions:
    """Find the smallest set of exceptions.

    Args:
        before: The verdicts on the snapshot.
        after: The verdicts on the changed one.
        moved: The mailboxes that the change touches.
        use: Who sends, by mailbox id.
    """
    search = _Search(before, after)
    needed: dict[Exemption, list[JudgedMailbox]] = {}
    lost: list[Lost] = []
    kept: list[tuple[JudgedMailbox, tuple[Method, ...]]] = []
    for one in moved:
        methods = methods_to_keep(one.before.verdicts, use.get(one.before.id, UNKNOWN_USE))
        broken = worsens(one.before.verdicts, one.after.verdicts, methods)
        if not broken:
            continue
        exemptions = search.smallest(one, methods)
        if exemptions is None:
            lost.append(Lost(mailbox=one.after, methods=broken, because=reason(one.after.verdicts, broken[0])))
            continue
        kept.append((one.before, methods))
        for exemption in exemptions:
            needed.setdefault(exemption, []).append(one.after)
    granted = tuple(Granted(exemption=key, mailboxes=tuple(needed[key])) for key in sorted(needed, key=_order))
    return Exceptions(
        granted=granted,
        lost=tuple(lost),
        kept=len(kept),
        use_known=any(one.is_known for one in use.values()),
        verified=verify(after, granted, kept),
    )


def reason(verdicts: Verdicts, method: Method) -> Text:
    """Say why nothing can be excepted: what the deciding gate says."""
    verdict = verdicts.of(method)
    found = next((one for one in verdict.judgements if one.gate == verdict.decided_by), None)
    return found.because if found else say("No exception for a single mailbox is known.")


def verify(
    after: Posture, granted: Sequence[Granted], kept: Sequence[tuple[JudgedMailbox, tuple[Method, ...]]]
) -> bool:
    """Make all exceptions to the changed snapshot, and judge every sender that is to be kept once more."""
    if not granted:
        return not kept
    snapshot = grant(after.snapshot, granted)
    scopes = people_of(snapshot)
    setting = setting_of(snapshot, scopes, as_of=after.setting.as_of, source_ips=after.source_ips)
    again = judge_rows([mailbox.row for mailbox, _ in kept], Join(snapshot), scopes, setting)
    return not any(
        worsens(mailbox.verdicts, judged.verdicts, methods)
        for (mailbox, methods), judged in zip(kept, again, strict=True)
    )


def grant(snapshot: Snapshot, granted: Iterable[Granted]) -> Snapshot:
    """Make exceptions to a snapshot."""
    draft = Draft(snapshot)
    for one in granted:
        if one.exemption.kind is Kind.AUTHENTICATION_POLICY:
            _make_policy(draft, one.exemption.name)
        for mailbox in one.mailboxes:
            _grant_to(draft, one.exemption, mailbox.row)
    return draft.finish()


def _grant_to(draft: Draft, exemption: Exemption, row: MailboxRow) -> None:
    match exemption.kind:
        case Kind.SMTP_AUTH:
            draft.set_mailbox_switch(row, off=False)
        case Kind.AUTHENTICATION_POLICY:
            draft.set_user_policy(row, exemption.name)
        case Kind.SIGN_IN:
            draft.set_sign_in(entra_id_of(row), row.sign_in_name, allowed=True)
        case Kind.PER_USER_MFA:
            draft.set_mfa(entra_id_of(row), "disabled")
        case Kind.EXCLUDE_USER:
            draft.exclude_user(exemption.name, entra_id_of(row))


def _make_policy(draft: Draft, name: str) -> None:
    if not any(name.lower() in policy.names for policy in draft.authentication_policies()):
        draft.add_authentication_policy(allowing_policy(name))


def allowing_policy(name: str) -> AuthenticationPolicy:
    """Make an authentication policy that allows Basic for SMTP."""
    return AuthenticationPolicy(names=(name.lower(),), name=name, allows_basic_smtp=True)


class _Search:
    """Searches the exceptions of one mailbox after the other; what is found for one holds for all that are alike."""

    def __init__(self, before: Posture, after: Posture) -> None:
        self._after = after
        self._setting = after.setting
        self._allowing = _allowing_policy_name(after.snapshot)
        if self._allowing == NEW_POLICY:
            known = {NEW_POLICY.lower(): allowing_policy(NEW_POLICY)}
            self._setting = structs.replace(
                after.setting, authentication_policies={**after.setting.authentication_policies, **known}
            )
        self._changed = _changed_policies(before.snapshot, after)
        self._found: dict[tuple[object, ...], tuple[Exemption, ...] | None] = {}

    def smallest(self, one: Moved, methods: tuple[Method, ...]) -> tuple[Exemption, ...] | None:
        """Give the fewest exceptions that keep the methods of one mailbox working; ``None`` where there are none."""
        key = (id(one.before.verdicts), id(one.after.verdicts), one.after.circumstance, methods)
        if key not in self._found:
            self._found[key] = self._search(one, methods)
        return self._found[key]

    def _search(self, one: Moved, methods: tuple[Method, ...]) -> tuple[Exemption, ...] | None:
        candidates = tuple(self._candidates(one.after, methods))
        sizes = range(1, len(candidates) + 1) if len(candidates) <= MOST_TRIED else (len(candidates),)
        for size in sizes:
            for chosen in combinations(candidates, size):
                verdicts = judge(self._with(one.after.circumstance, chosen), self._setting)
                if not worsens(one.before.verdicts, verdicts, methods):
                    return chosen
        return None

    def _candidates(self, mailbox: JudgedMailbox, methods: tuple[Method, ...]) -> Iterator[Exemption]:
        """Give the exceptions that may help: one for each gate that is not open, and each changed policy's."""
        closed = {
            judgement.gate
            for method in methods
            for judgement in mailbox.verdicts.of(method).judgements
            if judgement.state is not GateState.OPEN
        }
        account_known = bool(entra_id_of(mailbox.row))
        for kind, gate in GATE_OF.items():
            if gate not in closed or not (account_known or kind is Kind.SMTP_AUTH):
                continue
            if kind is Kind.EXCLUDE_USER:
                yield from self._changed
            elif kind is Kind.AUTHENTICATION_POLICY:
                yield Exemption(kind=kind, name=self._allowing, shown=self._allowing)
            else:
                yield Exemption(kind=kind)

    def _with(self, circumstance: Circumstance, chosen: Iterable[Exemption]) -> Circumstance:
        for exemption in chosen:
            match exemption.kind:
                case Kind.SMTP_AUTH:
                    circumstance = structs.replace(circumstance, smtp_auth_disabled=False, cas_read=True)
                case Kind.AUTHENTICATION_POLICY:
                    circumstance = structs.replace(
                        circumstance, authentication_policy=exemption.name.lower(), exchange_user_read=True
                    )
                case Kind.SIGN_IN:
                    circumstance = structs.replace(circumstance, enabled=True)
                case Kind.PER_USER_MFA:
                    circumstance = structs.replace(circumstance, per_user_mfa="disabled")
                case Kind.EXCLUDE_USER:
                    circumstance = structs.replace(circumstance, member=self._without(circumstance.member, exemption))
        return circumstance

    def _without(self, member: Member | None, exemption: Exemption) -> Member | None:
        if member is None:
            return None
        return structs.replace(member, badge=self._after.scopes.without(member.badge, exemption.place))


def _changed_policies(before: Snapshot, after: Posture) -> tuple[Exemption, ...]:
    """Give the exclusion from each policy that the change altered: from others nobody has to be excluded anew."""
    former = {policy.id: policy for policy in before.policies}
    return tuple(
        Exemption(kind=Kind.EXCLUDE_USER, name=policy.id, shown=policy.name or policy.id, place=place)
        for place, policy in enumerate(after.scopes.policies)
        if former.get(policy.id) != policy
    )


def _allowing_policy_name(snapshot: Snapshot) -> str:
    """Name an authentication policy that allows Basic for SMTP; a new one where there is none."""
    allowing = (policy.name for policy in snapshot.authentication_policies if policy.allows_basic_smtp is True)
    return min(allowing, default=NEW_POLICY)


def _order(exemption: Exemption) -> tuple[int, str]:
    return list(Kind).index(exemption.kind), exemption.name


def remedy_of(exemption: Exemption, *, new_policy: bool) -> Remedy:
    """Give how an exception is made; ``{address}`` stands for the mailbox.

    Args:
        exemption: The exception.
        new_policy: Its authentication policy has yet to be made.
    """
    match exemption.kind:
        case Kind.SMTP_AUTH:
            return cause("switch_mailbox").remedies[0]
        case Kind.AUTHENTICATION_POLICY:
            name = quoted(exemption.name)
            make = f"New-AuthenticationPolicy -Name {name} -AllowBasicAuthSmtp; " if new_policy else ""
            return Remedy(
                gate=authentication_policy.NAME,
                text=say("Give the user an authentication policy that allows Basic for SMTP. It takes up to 24 hours."),
                command=f"{make}Set-User -Identity {{address}} -AuthenticationPolicy {name}",
                undo="Set-User -Identity {address} -AuthenticationPolicy $null",
            )
        case Kind.SIGN_IN:
            return cause("sign_in_blocked").remedies[1]
        case Kind.PER_USER_MFA:
            return Remedy(
                gate=per_user_mfa.NAME,
                text=say("Leave per-user MFA of the account off, or let the sender use an app password."),
                portal="Microsoft Entra admin center > Users > Per-user MFA",
                undo="Set per-user MFA of the account back to enforced.",
            )
        case Kind.EXCLUDE_USER:
            return Remedy(
                gate=conditional_access.NAME,
                text=say("Exclude the account from the Conditional Access policy {policy}.", policy=exemption.shown),
                portal=f"Microsoft Entra admin center > Conditional Access > Policies > {exemption.shown} > Users",
                undo="Remove the account from the exclusions of the policy.",
            )


def is_new_policy(exemption: Exemption, snapshot: Snapshot) -> bool:
    """Tell whether an exception assigns an authentication policy that has yet to be made."""
    names = {name for policy in snapshot.authentication_policies for name in policy.names}
    return exemption.kind is Kind.AUTHENTICATION_POLICY and exemption.name.lower() not in names
