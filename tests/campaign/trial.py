"""One trial: a scan of a tenant in trouble, held against what the tenant truly would do."""

import datetime as dt
import random
import tempfile
import time
from collections import Counter
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
from tests.campaign.case import PATIENT, Case
from tests.campaign.checks import ALWAYS
from tests.campaign.result import End, Result
from tests.sources.live.scene import target_of
from tests.support.sink import InMemorySink

SLACK = 15.0  # seconds that a walk may end after its deadline: what is under way, and the report
# Rows of these are pages of members, or as many as there are mailboxes that were found: verdicts tell about them.
UNCOUNTED = frozenset({"groups"})
# Rows of these may come twice as they are kept: they are counted once where they are read (facts/apis.md §1.3).
COUNTED_LATER = frozenset({"message-traces"})
EXCHANGE = {EXCHANGE_RBAC, MANAGE_AS_APP}
CLAIMS = frozenset({"in_order", "exposed"})  # flags that say that a mailbox's verdict is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What a scan of the undisturbed tenant says.

    Attributes:
        rows: Rows by section.
        unknown: Verdicts that nobody can know.
    """

    rows: dict[str, int]
    unknown: int


@dataclass(slots=True)
class Scan:
    """A scan that ended.

    Attributes:
        report: The report; ``None`` where there is none.
        error: Why there is none.
        injected: How often each fault struck.
        broken: What the server's account shows that it should not.
    """

    report: Any = None
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
    scan = _scan(population_of(mailboxes), Faults(), None)
    assert scan.report, scan.error
    return Baseline(rows=_rows_of(scan.report), unknown=len(_unknown_of(scan.report)))


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
        or _find_false_completeness(scan.report, baseline)
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


def _find_false_completeness(report: Any, baseline: Baseline) -> str:
    """Say which section calls itself complete with rows missing or doubled, or which mailboxes lack."""
    rows = _rows_of(report)
    for part in report["run"]["evidence"]:
        name = part["section"]
        lost = rows[name] < baseline.rows[name]
        doubled = rows[name] > baseline.rows[name] and name not in COUNTED_LATER
        if part["state"] == "complete" and name not in UNCOUNTED and (lost or doubled):
            return f"{name} is called complete with {rows[name]} of {baseline.rows[name]} rows"
    if report["run"]["complete"] and len(report["mailboxes"]) != baseline.rows["mailboxes"]:
        return f"the report is called complete with {len(report['mailboxes'])} mailboxes"
    return ""


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


def _rows_of(report: Any) -> dict[str, int]:
    return {part["section"]: part["count"] for part in report["run"]["evidence"]}


def _unknown_of(report: Any) -> list[Any]:
    verdicts = (mailbox["verdicts"][method] for mailbox in report["mailboxes"] for method in Method)
    return [verdict for verdict in verdicts if verdict["outcome"] == "unknown"]


def _reasons_of(report: Any) -> str:
    parts = (part for part in report["run"]["evidence"] if part["state"] != "complete" and part["collected_at"])
    return "; ".join(f"{part['section']}: {part['reason']}" for part in parts)
