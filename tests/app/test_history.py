"""What a run says of those before it, over two years of a tenant in which something happens every month."""

import copy
import datetime as dt
import itertools
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scanner.app.history import MOST_PER_KIND, differ
from scanner.app.job import FinishedRun, Job
from scanner.app.run import run_job
from scanner.app.sources import folder_source
from scanner.cli.terminal import LineProgress
from scanner.errors import ConfigurationError
from scanner.store import RunRecord, Store
from tests.support import folder as tenant

START = dt.datetime(2025, 1, 31, 6, tzinfo=dt.UTC)
SEED = 20250131
Expected = set[tuple[str, str, str, str, str]]
FOLLOWING = {"verdict", "reply", "readiness"}  # what follows from what was planted
METHODS = ("basic", "oauth_delegated", "oauth_app")


class Tenancy:
    """A tenant that lives: each step changes its files and says which changes a diff must name.

    Args:
        root: Where evidence folders and the store go.
        people: How many mailboxes it begins with.
        switches: What their own switches may be.
    """

    def __init__(self, root: Path, people: int = 40, switches: tuple[bool | None, ...] = (True, False, None)) -> None:
        self.root, self.dice = root, random.Random(SEED)  # noqa: S311 -- it must repeat
        self.store_url = f"sqlite:///{root}/store.db"
        self.files = tenant.files()
        self.switches = switches
        self.senders: set[str] = set()
        self.number = 100
        for _ in range(people):
            self.join()

    def join(self) -> Expected:
        """Somebody joins."""
        self.number += 1
        person = tenant.Person(self.number, f"user{self.number}", switch=self.dice.choice(self.switches))
        self.files["mailboxes"].append(tenant.mailbox(person))
        self.files["cas-mailboxes"].append(tenant.cas_mailbox(person))
        self.files["exchange-users"].append(tenant.exchange_user(person))
        self.files["users"].append(tenant.user(person))
        self.files["per-user-mfa"].append({"id": person.id, "perUserMfaState": "disabled"})
        self.files["groups"][0]["transitiveMembers"].append({"@odata.type": "#microsoft.graph.user", "id": person.id})
        return {("mailbox_new", person.id, "", "", person.address)}

    def leave(self) -> Expected:
        """Somebody leaves."""
        row = self.some_mailbox()
        gone = row["ExternalDirectoryObjectId"]
        self.senders.discard(gone)
        for name, key in (("mailboxes", "ExternalDirectoryObjectId"), ("users", "id"), ("per-user-mfa", "id"),
                          ("cas-mailboxes", "ExternalDirectoryObjectId"),
                          ("exchange-users", "ExternalDirectoryObjectId")):  # fmt: skip
            self.files[name] = [item for item in self.files[name] if item[key] != gone]
        return {("mailbox_gone", gone, "", row["PrimarySmtpAddress"], "")}

    def marry(self) -> Expected:
        """Somebody gets another name and another address."""
        row = self.some_mailbox()
        was_name, was = row["DisplayName"], row["PrimarySmtpAddress"]
        row["DisplayName"], row["PrimarySmtpAddress"] = f"{was_name} New", f"new-{was}"
        return {
            ("mailbox_renamed", row["ExternalDirectoryObjectId"], "display_name", was_name, f"{was_name} New"),
            ("mailbox_renamed", row["ExternalDirectoryObjectId"], "address", was, f"new-{was}"),
        }

    def flip(self) -> Expected:
        """Somebody's own switch is set otherwise."""
        words = {True: "disabled", False: "enabled", None: "inherit"}
        wanted = self.some_mailbox()["ExternalDirectoryObjectId"]
        row = next(row for row in self.files["cas-mailboxes"] if row["ExternalDirectoryObjectId"] == wanted)
        was = row["SmtpClientAuthenticationDisabled"]
        now = row["SmtpClientAuthenticationDisabled"] = self.dice.choice([v for v in words if v is not was])
        return {("switch", wanted, "", words[was], words[now])}

    def flip_tenant(self) -> Expected:
        """The organization's switch is set otherwise."""
        row = self.files["transport-config"]
        was = row["SmtpClientAuthenticationDisabled"]
        row["SmtpClientAuthenticationDisabled"] = not was
        words = {True: "disabled", False: "enabled"}
        return {("switch", "smtp_auth_disabled", "", words[was], words[not was])}

    def default_policy(self) -> Expected:
        """Another authentication policy becomes the default."""
        row = self.files["organization-config"]
        was = row["DefaultAuthenticationPolicy"]
        now = row["DefaultAuthenticationPolicy"] = "Block Basic" if was == "Allow SMTP" else "Allow SMTP"
        return {("setting", "default_authentication_policy", "", was, now)}

    def policy_state(self) -> Expected:
        """A Conditional Access policy is turned on or off."""
        row = self.dice.choice(self.files["conditional-access-policies"])
        was = row["state"]
        now = row["state"] = "disabled" if was == "enabled" else "enabled"
        return {("policy", row["id"], "state", was, now)}

    def new_policy(self) -> Expected:
        """A Conditional Access policy is made."""
        self.number += 1
        row = tenant.policy(self.number, f"Policy {self.number}", users={"includeUsers": [self.some_id()]})
        self.files["conditional-access-policies"].append(row)
        return {("policy", row["id"], "", "", "enabled")}

    def send(self) -> Expected:
        """Somebody who didn't begins to send."""
        silent = [row for row in self.files["mailboxes"] if row["ExternalDirectoryObjectId"] not in {"", *self.senders}]
        chosen = self.dice.choice(silent)["ExternalDirectoryObjectId"]
        self.senders.add(chosen)
        return {("sender_new", chosen, "basic", "0", "2")}

    def fall_silent(self) -> Expected:
        """Somebody who sent stops."""
        if not self.senders:
            return set()
        chosen = self.dice.choice(sorted(self.senders))
        self.senders.remove(chosen)
        return {("sender_stopped", chosen, "basic", "2", "0")}

    def sign_ins(self, moment: dt.datetime) -> list[dict[str, Any]]:
        """Give the log of the last month: two submissions of each sender, who stopped where the mailbox is gone."""
        there = {row["ExternalDirectoryObjectId"]: row["PrimarySmtpAddress"] for row in self.files["mailboxes"]}
        return [
            {
                "id": f"{sender}-{day}-{moment:%Y%m%d}",
                "createdDateTime": (moment - dt.timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "userId": sender,
                "userPrincipalName": there[sender],
                "clientAppUsed": "Authenticated SMTP",
                "status": {"errorCode": 0},
                "ipAddress": "203.0.113.9",
            }
            for sender in sorted(self.senders & there.keys())
            for day in (3, 12)
        ]

    def shuffle(self) -> Expected:
        """Everything is listed in another order, which is no change."""
        for name in ("mailboxes", "cas-mailboxes", "users", "exchange-users", "conditional-access-policies"):
            self.dice.shuffle(self.files[name])
        return set()

    def some_mailbox(self) -> dict[str, Any]:
        found: dict[str, Any] = self.dice.choice(
            [row for row in self.files["mailboxes"] if row["ExternalDirectoryObjectId"]]
        )
        return found

    def some_id(self) -> str:
        return str(self.some_mailbox()["ExternalDirectoryObjectId"])

    def scan(self, moment: dt.datetime, *without: str) -> FinishedRun:
        """Import the tenant as it is; some files may not be there."""
        self.files["tenant"]["collectedAt"] = moment.isoformat()
        self.files["sign-ins"] = self.sign_ins(moment)
        content = {name: value for name, value in self.files.items() if name not in without}
        path = tenant.write(self.root / f"evidence-{moment:%Y%m%dT%H%M%S}", copy.deepcopy(content))
        job = Job(as_of=moment.date(), out=self.root / "runs", formats=("json",), store_url=self.store_url)
        return run_job(folder_source(path), job, LineProgress())


@pytest.fixture
def tenancy(tmp_path: Path) -> Tenancy:
    return Tenancy(tmp_path)


def report_of(run: FinishedRun) -> Any:
    return json.loads((run.folder / "report.json").read_text("utf-8"))


def changes_in(history: Any, *, verdicts: bool) -> Expected:
    """Give the changes that a report names: those that follow from others, or all others."""
    return {
        (change["kind"], change["subject"], change["aspect"], change["before"], change["after"])
        for change in history["changes"]
        if (change["kind"] in FOLLOWING) is verdicts
    }


def verdicts_that_differ(before: Any, after: Any) -> Expected:
    """Compare two whole reports, mailbox by mailbox, in the simplest way."""
    then = {mailbox["id"]: mailbox["verdicts"] for mailbox in before["mailboxes"]}
    found = set()
    left = [str(report["readiness"]["senders"] - report["readiness"]["done"]) for report in (before, after)]
    if left[0] != left[1]:
        found.add(("readiness", "readiness", "", left[0], left[1]))
    for mailbox in after["mailboxes"]:
        for method in METHODS if mailbox["id"] in then else ():
            was, now = then[mailbox["id"]][method], mailbox["verdicts"][method]
            if "unknown" in {was["outcome"], now["outcome"]}:
                continue
            if was["outcome"] != now["outcome"]:
                found.add(("verdict", mailbox["id"], method, was["outcome"], now["outcome"]))
            elif was["outcome"] == "refused" and words_of(was["reply"]) != words_of(now["reply"]):
                found.add(("reply", mailbox["id"], method, words_of(was["reply"]), words_of(now["reply"])))
    return found


def words_of(reply: Any) -> str:
    return f"{reply['code']} {reply['enhanced']} {reply['text']}"


def steps_of(tenancy: Tenancy) -> Iterator[list[Callable[[], Expected]]]:
    """Plan 24 months: each kind of change again and again, some of them together, some months quiet."""
    plain = [tenancy.send, tenancy.join, tenancy.marry, tenancy.flip, tenancy.fall_silent, tenancy.leave,
             tenancy.flip_tenant, tenancy.default_policy, tenancy.policy_state, tenancy.new_policy, tenancy.send,
             tenancy.shuffle]  # fmt: skip
    for month in range(24):
        yield [plain[month % len(plain)], *tenancy.dice.sample(plain, month % 3)] if month % 11 else []


def test_two_years_of_planted_changes_are_named_each_and_nothing_else(tenancy: Tenancy) -> None:
    """Verdicts follow from what was planted: they are compared with the two reports themselves."""
    before = report_of(tenancy.scan(START))
    assert before["history"]["previous"] is None
    for month, steps in enumerate(steps_of(tenancy), 1):
        expected = settled([step() for step in steps])
        after = report_of(tenancy.scan(START + dt.timedelta(days=30 * month)))
        history = after["history"]
        assert history["previous"] == before["run"]["id"]
        assert changes_in(history, verdicts=False) == expected, f"month {month}"
        assert changes_in(history, verdicts=True) == verdicts_that_differ(before, after), f"month {month}"
        assert all(change["because"] for change in history["changes"] if change["kind"] == "verdict")
        assert sum(history["counts"].values()) == len(history["changes"])
        before = after
    months = [part["month"] for part in before["history"]["months"]]
    assert months == sorted(set(months))
    assert len(months) >= 22
    assert all(part["coverage"] == 1 and sum(part["by_flag"].values()) for part in before["history"]["months"])


def settled(planted: list[Expected]) -> Expected:
    """Join what several steps of one month planted: the first value before and the last one after count."""
    first: dict[tuple[str, str, str], tuple[str, str]] = {}
    for changes in planted:
        for kind, subject, aspect, before, after in changes:
            known = first.get((kind, subject, aspect))
            first[kind, subject, aspect] = (known[0] if known else before, after)
    for subject in {subject for kind, subject, _ in first if kind == "sender_new"}:
        if ("sender_stopped", subject, "basic") in first:  # began and stopped between two scans
            del first["sender_new", subject, "basic"], first["sender_stopped", subject, "basic"]
    new = {subject for kind, subject, _ in first if kind == "mailbox_new"}
    gone = {subject for kind, subject, _ in first if kind == "mailbox_gone"}
    return {
        (kind, subject, aspect, before, after)
        for (kind, subject, aspect), (before, after) in first.items()
        if before != after and (subject not in new | gone or kind in {"mailbox_new", "mailbox_gone"})
    }


def test_what_was_not_read_in_between_is_no_change(tenancy: Tenancy) -> None:
    day = itertools.count()
    tenancy.scan(START + dt.timedelta(days=next(day)))
    for missing in ("cas-mailboxes", "conditional-access-policies", "transport-config", "mailboxes", "users"):
        lacking = report_of(tenancy.scan(START + dt.timedelta(days=next(day)), missing))["history"]
        assert lacking["changes"] == [], missing
        assert lacking["no_longer_known"], missing
        again = report_of(tenancy.scan(START + dt.timedelta(days=next(day))))["history"]
        assert again["changes"] == [], missing
        assert again["known_now"], missing


def test_a_run_judged_again_is_compared_with_the_evidence_before_its_own(tenancy: Tenancy) -> None:
    """Older evidence that is imported later takes its place in time, not at the end."""
    middle = tenancy.scan(START)
    planted = tenancy.marry()
    last = tenancy.scan(START + dt.timedelta(days=30))
    first = report_of(tenancy.scan(START - dt.timedelta(days=30)))
    assert first["history"]["previous"] is None
    assert report_of(last)["history"]["previous"] == middle.run.id
    again = report_of(tenancy.scan(START + dt.timedelta(days=31)))
    assert again["history"]["previous"] == last.run.id
    assert planted == changes_in(report_of(last)["history"], verdicts=False)


def test_evidence_that_names_no_tenant_has_no_history(tenancy: Tenancy) -> None:
    """It may be another tenant's."""
    for day in range(2):
        tenancy.files["tenant"] = {}
        report = report_of(tenancy.scan(START + dt.timedelta(days=day)))
        assert report["history"]["previous"] is None


def test_two_tenants_are_not_compared(tenancy: Tenancy) -> None:
    tenancy.scan(START)
    tenancy.files["tenant"]["id"] = "11111111-2222-3333-4444-555555555555"
    other = report_of(tenancy.scan(START + dt.timedelta(days=1)))
    assert other["history"]["previous"] is None
    with Store.open(tenancy.store_url) as store:
        first, second = store.runs()
        with pytest.raises(ConfigurationError, match="Two tenants"):
            differ(store, first.id, second.id)


def test_a_run_of_the_first_version_is_judged_again_for_the_comparison(tenancy: Tenancy) -> None:
    """It kept its evidence and no posture."""
    tenancy.scan(START)
    planted = tenancy.flip()
    with Store.open(tenancy.store_url) as store:
        (run,) = store.runs()
        old: RunRecord = msgspec.structs.replace(run, id="20240101T000000Z-000000", evidence_at=None, summary=None)
        store.add_run(old)
        tenancy.scan(START + dt.timedelta(days=1))
        found = differ(store, old.id, "latest")
    named = {(c.kind, c.subject, c.aspect, c.before, c.after) for c in found.changes if c.kind == "switch"}
    assert named == planted


def test_the_report_holds_a_thousand_changes_of_a_kind_and_counts_them_all(tmp_path: Path) -> None:
    """One setting may change every verdict; the diff itself has them all."""
    tenancy = Tenancy(tmp_path, people=MOST_PER_KIND, switches=(None,))
    tenancy.scan(START)
    tenancy.flip_tenant()
    history = report_of(tenancy.scan(START + dt.timedelta(days=1)))["history"]
    named = [change for change in history["changes"] if change["kind"] == "verdict"]
    assert len(named) == MOST_PER_KIND < history["counts"]["verdict"]
    with Store.open(tenancy.store_url) as store:
        found = differ(store, "previous", "latest")
    assert len([change for change in found.changes if change.kind == "verdict"]) == history["counts"]["verdict"]
