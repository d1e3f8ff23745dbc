"""One mailbox of a kept run, judged again: for ``explain`` and ``diagnose``."""

import difflib

from scanner.access.evaluator import Access
from scanner.access.membership import Directory
from scanner.access.paths import paths_to
from scanner.access.scopes import guest_class_of
from scanner.advice import next_gate, remedies_of
from scanner.app.evidence import load_snapshot
from scanner.app.job import Job
from scanner.errors import RunNotFoundError
from scanner.model.frozen import Frozen
from scanner.model.judgement import Method, Remedy, Verdict
from scanner.model.snapshot import Snapshot
from scanner.model.text import Text
from scanner.posture import JudgedMailbox, Posture, pose
from scanner.replies.commands import with_address
from scanner.store import RunRecord, Store


class LookedUp(Frozen, frozen=True, kw_only=True):
    """A mailbox with the posture that it was judged in."""

    run: RunRecord
    posture: Posture
    mailbox: JudgedMailbox


class PolicyPath(Frozen, frozen=True, kw_only=True):
    """One Conditional Access policy as seen from one mailbox.

    Attributes:
        effect: What it does to those in its scope.
        enforced: False for report-only.
        inside: In its scope; ``None`` where that isn't known.
        include: Ways in which it includes the user.
        exclude: Ways in which it excludes the user.
    """

    id: str
    name: str
    effect: str
    enforced: bool
    inside: bool | None
    include: tuple[Text, ...]
    exclude: tuple[Text, ...]


class Explanation(Frozen, frozen=True, kw_only=True):
    """The chain of gates of one mailbox and one method.

    Attributes:
        run: The run whose evidence was judged.
        collected_at: When each section was read, as ISO 8601 text by section name.
        next_gate: The gate that refuses once the first is open; "" where there is none.
        policies: Conditional Access policies that can touch the method.
        forecast: What Conditional Access would do if report-only policies were enforced; "" where nothing changes.
    """

    run: str
    as_of: str
    address: str
    name: str
    kind: str
    method: Method
    verdict: Verdict
    collected_at: dict[str, str]
    next_gate: str
    remedies: tuple[Remedy, ...]
    policies: tuple[PolicyPath, ...]
    forecast: str


def look_up(store: Store, address: str, run_name: str, job: Job) -> LookedUp:
    """Find a mailbox of a run by address or id, and judge the run again.

    Raises:
        RunNotFoundError: There is no such run, or no such mailbox in it.
    """
    run = store.find_run(run_name)
    snapshot = load_snapshot(store, run.snapshot_id)
    posture = pose(snapshot, as_of=job.as_of, source_ips=job.source_ips or source_ips_of(run))
    wanted = address.strip().lower()
    found = [mailbox for mailbox in posture.mailboxes if wanted in names_of(mailbox)]
    if not found:
        message = f"No mailbox {address!r} in run {run.id}."
        raise RunNotFoundError(message, nearest(wanted, posture))
    return LookedUp(run=run, posture=posture, mailbox=found[0])


def names_of(mailbox: JudgedMailbox) -> set[str]:
    """Give the names that a mailbox can be asked for by, in lower case."""
    return {mailbox.id, mailbox.row.address.lower(), mailbox.row.sign_in_name.lower()}


def nearest(wanted: str, posture: Posture) -> str:
    """Name addresses that look like the one asked for."""
    known = [mailbox.row.address for mailbox in posture.mailboxes]
    close = difflib.get_close_matches(wanted, known, n=3)
    return f"Did you mean {', '.join(close)}?" if close else "Give an address or an id as report.json shows them."


def source_ips_of(run: RunRecord) -> tuple[str, ...]:
    """Give the sender addresses that the run was made with."""
    kept = run.options.get("source_ips")
    return tuple(str(item) for item in kept) if isinstance(kept, list | tuple) else ()


def explain(found: LookedUp, method: Method) -> Explanation:
    """Lay out the chain of gates of a mailbox."""
    mailbox, snapshot = found.mailbox, found.posture.snapshot
    verdict = mailbox.verdicts.of(method)
    remedies = tuple(with_address(remedy, mailbox.row.address) for remedy in remedies_of(verdict))
    return Explanation(
        run=found.run.id,
        as_of=found.posture.setting.as_of.isoformat(),
        address=mailbox.row.address,
        name=mailbox.row.name,
        kind=mailbox.row.kind.value,
        method=method,
        verdict=verdict,
        collected_at=times_of(snapshot),
        next_gate=next_gate(verdict),
        remedies=remedies,
        policies=policy_paths(found, method),
        forecast=forecast_of(found, method),
    )


def times_of(snapshot: Snapshot) -> dict[str, str]:
    """Tell when each section was read."""
    return {
        name: report.collected_at.isoformat(timespec="seconds")
        for name, report in snapshot.sections.items()
        if report.collected_at
    }


def policy_paths(found: LookedUp, method: Method) -> tuple[PolicyPath, ...]:
    """Tell of every policy that can stop the method whether the mailbox is in it, and through what."""
    member = found.mailbox.circumstance.member
    evaluator = found.posture.setting.evaluators.get(method)
    if member is None or evaluator is None:
        return ()
    snapshot, scopes = found.posture.snapshot, found.posture.scopes
    directory = Directory(snapshot)
    guest = guest_class_of(next((user for user in snapshot.users if user.id == found.mailbox.id), None))
    paths = []
    for index, policy in enumerate(scopes.policies):
        effect, enforced = evaluator.effect(index)
        if effect is Access.ALLOWED:
            continue
        ways = tuple(paths_to(policy, found.mailbox.id, guest, directory))
        paths.append(
            PolicyPath(
                id=policy.id,
                name=policy.name or policy.id,
                effect=effect.value,
                enforced=enforced,
                inside=scopes.includes(index, member),
                include=tuple(way.because for way in ways if way.side == "include"),
                exclude=tuple(way.because for way in ways if way.side == "exclude"),
            )
        )
    return tuple(paths)


def forecast_of(found: LookedUp, method: Method) -> str:
    """Tell what Conditional Access would do if report-only policies were enforced; "" where nothing changes."""
    member = found.mailbox.circumstance.member
    evaluator = found.posture.setting.evaluators.get(method)
    if member is None or evaluator is None:
        return ""
    now, then = evaluator.decide(member), evaluator.decide(member, as_if_enforced=True)
    return then.access.value if then.access is not now.access else ""
