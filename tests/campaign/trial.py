"""One trial: a scan of a tenant in trouble, held against what the tenant truly would do."""

import datetime as dt
import random
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from scanner.app.job import Job
from scanner.app.run import run_job
from scanner.errors import PostureError
from scanner.evidence.registry import SECTIONS
from scanner.evidence.section import Cmdlet, PerUser, ReferencedGroups, SenderTraces
from scanner.simulator import Faults, Method, Population, Scenario, SimulatedTenant, build_population, read_faults
from scanner.simulator.permissions import EXCHANGE_RBAC, MANAGE_AS_APP
from scanner.sources.live import LiveSource
from scanner.store import Store
from tests.campaign.case import PATIENT, Case
from tests.campaign.checks import ALWAYS
from tests.campaign.result import End, Result
from tests.sources.live.scene import target_of
from tests.support.sink import InMemorySink

SLACK = 15.0  # seconds that a walk may end after its deadline: what is under way, and the report
# Rows of these depend on when they were read: they are counted only.
# Sections that are read of the last 30 days, and what says when a row is from.
BY_THE_CLOCK = {"sign-ins": "createdDateTime", "message-traces": "receivedDateTime"}
# Sections that say which groups there are to read.
REFERRING = ("conditional-access-policies", "role-assignments")
# What tells rows apart, the first one that there is; of other rows, all that they hold.
NAMES = ("id", "Guid", "Identity")
# Rows of these may come twice as they are kept: they are counted once where they are read (facts/apis.md §1.3).
TRACES = "message-traces"
SETTLED = dt.timedelta(days=29)  # of the 30 that are read: how many fall out at the edge, the time of day decides
EXCHANGE = {EXCHANGE_RBAC, MANAGE_AS_APP}
CLAIMS = frozenset({"in_order", "exposed"})  # flags that say that a mailbox's verdict is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What a scan of the undisturbed tenant says.

    Attributes:
        rows: What tells rows apart, by section.
        members: Members by group.
        counts: Number of rows by section, as the report has it; of logs since ``since``.
        since: The first day that every scan of the campaign reads whole, as rows write it.
        unknown: Verdicts that nobody can know.
    """

    rows: dict[str, Counter[str]]
    members: dict[str, set[str]]
    counts: dict[str, int]
    since: str
    unknown: int


@dataclass(slots=True)
class Scan:
    """A scan that ended.

    Attributes:
        report: The report; ``None`` where there is none.
        rows: The rows that its snapshot keeps, by section.
        error: Why there is none.
        injected: How often each fault struck.
        broken: What the server's account shows that it should not.
    """

    report: Any = None
    rows: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    error: str = ""
    injected: Counter[str] = field(default_factory=Counter)
    broken: str = ""


def run_trial(case: Case, seed: int) -> Result:
    """Play a case once.

    Args:
        case: The case.
        seed: What its scenario is drawn from; the same seed plays the same trial.
    """
    text = case.scenario(random.Random(f"{case.name}/{seed}"))  # noqa: S311 - a draw that repeats
    started = time.monotonic()
    scan = _scan(population_of(case.mailboxes), read_faults(text), case)
    seconds = time.monotonic() - started
    why = scan.broken or _find_wrong(case, scan) or _find_late(case, seconds)
    end = End.WRONG if why else End.COMPLETE if scan.report and scan.report["run"]["complete"] else End.HONEST
    return Result(
        case=case.name,
        seed=seed,
        end=end,
        why=why,
        injected=sum(scan.injected.values()),
        seconds=seconds,
        scenario=text,
    )


@cache
def population_of(mailboxes: int) -> Population:
    """Make the tenant of a size."""
    return build_population(Scenario(mailboxes=mailboxes, seed=mailboxes))


@cache
def baseline_of(mailboxes: int) -> Baseline:
    """Scan the undisturbed tenant of a size."""
    since = f"{dt.datetime.now(tz=dt.UTC) - SETTLED:%Y-%m-%dT00:00:00Z}"
    scan = _scan(population_of(mailboxes), Faults(), None)
    assert scan.report, scan.error
    return Baseline(
        rows={name: _name_rows(rows) for name, rows in scan.rows.items()},
        members=_members_of(scan.rows["groups"]),
        counts=_counts_of(scan, since),
        since=since,
        unknown=len(_unknown_of(scan.report)),
    )


def _scan(population: Population, faults: Faults, case: Case | None) -> Scan:
    scan = Scan()
    sink = InMemorySink()
    with (
        tempfile.TemporaryDirectory(prefix="trial-") as folder,
        SimulatedTenant(population, faults=faults) as tenant,
    ):
        job = Job(
            as_of=dt.date(2026, 11, 20),
            out=Path(folder) / "out",
            formats=("json",),
            store_url=f"sqlite:///{folder}/store.db",
        )
        try:
            finished = run_job(LiveSource(target_of(tenant), SECTIONS, case.patience if case else PATIENT), job, sink)
            scan.report = msgspec.json.decode((finished.folder / "report.json").read_bytes())
            scan.rows = _read_rows(job.store_url)
        except PostureError as error:
            scan.error = str(error)
        scan.injected = tenant.injected.copy()
        checks = (*ALWAYS, *(case.checks if case else ()))
        scan.broken = "; ".join(filter(None, (check(tenant) for check in checks)))
    return scan


def _find_wrong(case: Case, scan: Scan) -> str:
    """Say what a scan got wrong; nothing where it is right or honest."""
    if scan.report is None:
        return "" if case.gives_up else f"no report: {scan.error}"
    if case.gives_up and scan.report["run"]["complete"]:
        return "a report calls itself complete, though everything fails"
    baseline = baseline_of(case.mailboxes)
    found = (
        _find_contradiction(case, scan.report)
        or find_false_completeness(scan, baseline)
        or _find_silence(scan.report, baseline)
        or _find_unnamed(case, scan.report)
    )
    if not found and case.completes and not scan.report["run"]["complete"]:
        return f"not complete: {_reasons_of(scan.report)}"
    return found


def _find_contradiction(case: Case, report: Any) -> str:
    """Say where a definite verdict is not what the tenant would do, or a flag claims what the verdict doesn't."""
    population = population_of(case.mailboxes)
    for method in Method:
        truth = population.truth(method)
        for mailbox in report["mailboxes"]:
            outcome = mailbox["verdicts"][method]["outcome"]
            if outcome not in {"unknown", truth.get(mailbox["id"])}:
                return f"{mailbox['id']} by {method} is said to be {outcome} and is {truth.get(mailbox['id'])}"
    for mailbox in report["mailboxes"]:
        if mailbox["verdicts"]["basic"]["outcome"] == "unknown" and mailbox["flag"] in CLAIMS:
            return f"{mailbox['id']} is unknown and flagged {mailbox['flag']}"
    return ""


def find_false_completeness(scan: Scan, baseline: Baseline) -> str:
    """Say which section calls itself complete with rows missing, doubled or strange, or which mailboxes lack."""
    counts = _counts_of(scan, baseline.since)
    for part in scan.report["run"]["evidence"]:
        name = part["section"]
        if part["state"] != "complete" or name == "groups":
            continue
        if name in BY_THE_CLOCK:
            if counts[name] != baseline.counts[name]:
                return f"{name} is called complete with {counts[name]} of {baseline.counts[name]} rows"
        elif difference := _compare(_name_rows(scan.rows.get(name, [])), baseline.rows.get(name, Counter())):
            return f"{name} is called complete, {difference}"
    if scan.report["run"]["complete"] and len(scan.report["mailboxes"]) != baseline.counts["mailboxes"]:
        return f"the report is called complete with {len(scan.report['mailboxes'])} mailboxes"
    return _find_false_groups(scan, baseline)


def _find_false_groups(scan: Scan, baseline: Baseline) -> str:
    """Say which group is called gone and is not, or whose members lack where the section is called complete."""
    rows = scan.rows.get("groups", [])
    gone = [row["id"] for row in rows if row.get("exists") is False and baseline.members.get(row["id"])]
    if gone:
        return f"group {gone[0]} is called deleted"
    states = {part["section"]: part["state"] for part in scan.report["run"]["evidence"]}
    if states["groups"] != "complete":
        return ""
    found = _members_of(rows)
    named = baseline.members.keys() if all(states[name] == "complete" for name in REFERRING) else set()
    for group in found.keys() | named:
        if found.get(group) != baseline.members.get(group):
            members = len(found.get(group, ()))
            return (
                f"groups is called complete with {members} of {len(baseline.members.get(group, ()))} members of {group}"
            )
    return ""


def _compare(found: Counter[str], true: Counter[str]) -> str:
    """Say how rows differ from the true ones; one that lacks is not made up for by another that comes twice."""
    lost, more = true - found, found - true
    return f"but {lost.total()} rows lack and {more.total()} are too many" if lost or more else ""


def _find_silence(report: Any, baseline: Baseline) -> str:
    """Say what is unknown or missing without a word about why."""
    unknown = _unknown_of(report)
    if report["run"]["complete"] and len(unknown) > baseline.unknown:
        return f"the report is called complete with {len(unknown)} unknown verdicts"
    unexplained = [verdict for verdict in unknown if not verdict["missing"]]
    if unexplained:
        return f"{len(unexplained)} verdicts are unknown without saying for lack of what"
    for part in report["run"]["evidence"]:
        if part["state"] != "complete" and not part["reason"]:
            return f"{part['section']} is {part['state']} without a reason"
    return ""


def _find_unnamed(case: Case, report: Any) -> str:
    """Say which section lacks a right that was taken away and does not name it."""
    named = {part["section"]: part["permission"] for part in report["run"]["evidence"]}
    for section in SECTIONS:
        match section.ask:
            case PerUser() | ReferencedGroups() | SenderTraces() | None:
                wanted = False  # they may be stopped before, by what they build on
            case Cmdlet():
                wanted = bool(EXCHANGE & set(case.removed)) and not named[section.name]
            case _:
                wanted = section.permission in case.removed and named[section.name] != section.permission
        if wanted:
            return f"{section.name} lacks a right and does not name it, but {named[section.name] or 'none'}"
    return ""


def _find_late(case: Case, seconds: float) -> str:
    return f"it took {seconds:.0f} s" if seconds > case.patience.walk + SLACK else ""


def _read_rows(store_url: str) -> dict[str, list[Mapping[str, Any]]]:
    """Read what the one snapshot of a store keeps."""
    with Store.open(store_url) as store:
        (run,) = store.runs()
        return {
            section.name: [row for page in store.pages(run.snapshot_id, section.name) for row in page.rows]
            for section in SECTIONS
        }


def _name_rows(rows: list[Mapping[str, Any]]) -> Counter[str]:
    return Counter(str(next(filter(None, map(row.get, NAMES)), row)).lower() for row in rows)


def _members_of(rows: list[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Give the members of each group, over all its rows."""
    members: dict[str, set[str]] = {row["id"]: set() for row in rows}
    for row in rows:
        members[row["id"]].update(member["id"] for member in row.get("transitiveMembers", ()))
    return members


def _counts_of(scan: Scan, since: str) -> dict[str, int]:
    """Give the number of rows by section; of logs that of what is since a day, and of traces that of different ones."""
    counts: dict[str, int] = {part["section"]: part["count"] for part in scan.report["run"]["evidence"]}
    for name, moment in BY_THE_CLOCK.items():
        ids = [row["id"] for row in scan.rows.get(name, []) if row.get(moment, "") >= since]
        counts[name] = len(set(ids) if name == TRACES else ids)
    return counts


def _unknown_of(report: Any) -> list[Any]:
    verdicts = (mailbox["verdicts"][method] for mailbox in report["mailboxes"] for method in Method)
    return [verdict for verdict in verdicts if verdict["outcome"] == "unknown"]


def _reasons_of(report: Any) -> str:
    parts = (part for part in report["run"]["evidence"] if part["state"] != "complete" and part["collected_at"])
    return "; ".join(f"{part['section']}: {part['reason']}" for part in parts)
