"""junit.xml: read back by the library that pipelines use, and never a pass where nothing is known."""

import sys
from pathlib import Path

import msgspec
import pytest
from junitparser import JUnitXml, TestSuite

from scanner.report.contract import MailboxPart, Report
from scanner.report.formats.junit import legal
from scanner.report.write import WrittenRun, write_run
from tests.report.sample import HOSTILE, make_hostile_report, make_report
from tests.report.test_ocsf import CONTROLS


def read_suites(path: Path) -> dict[str, TestSuite]:
    return {str(suite.name): suite for suite in JUnitXml.fromfile(str(path))}


def expect(mailbox: MailboxPart) -> list[str]:
    if mailbox.set_aside is not None or mailbox.waiver is not None:
        return ["Skipped"]
    return {"in_order": [], "unknown": ["Error"]}.get(mailbox.flag, ["Failure"])


def write(report: Report, folder: Path) -> Path:
    return write_run(report, folder / "run", ["junit"]).files["junit"]


def test_every_mailbox_is_a_case_that_says_its_flag(tmp_path: Path) -> None:
    report = make_report(60)
    cases = list(read_suites(write(report, tmp_path))["mailboxes"])
    for mailbox, case in zip(report.mailboxes, cases, strict=True):
        assert case.name == mailbox.address
        assert [type(result).__name__ for result in case.result] == expect(mailbox)


def test_the_counts_are_those_of_the_cases(tmp_path: Path) -> None:
    report = make_report(60)
    suite = read_suites(write(report, tmp_path))["mailboxes"]
    told = [kind for mailbox in report.mailboxes for kind in expect(mailbox)]
    counts = [told.count(kind) for kind in ("Failure", "Error", "Skipped")]
    assert [suite.tests, suite.failures, suite.errors, suite.skipped] == [60, *counts]
    assert all(counts)


def test_a_failure_tells_the_reply_the_reason_and_the_command(tmp_path: Path) -> None:
    case = next(iter(read_suites(write(make_report(1), tmp_path))["mailboxes"]))
    text = case.result[0].text
    assert "535 5.7.139" in text
    assert "the tenant has SMTP AUTH off" in text
    assert "Set-CASMailbox" in text


def test_controls_are_a_suite_of_their_own(tmp_path: Path) -> None:
    suites = read_suites(write(msgspec.structs.replace(make_report(3), controls=CONTROLS), tmp_path))
    assert list(suites) == ["controls", "mailboxes"]
    assert [type(case.result[0]).__name__ for case in suites["controls"]] == ["Failure", "Error"]


def test_hostile_text_breaks_no_document(hostile: WrittenRun) -> None:
    cases = list(read_suites(hostile.files["junit"])["mailboxes"])
    report = make_hostile_report()
    assert len(cases) == len(report.mailboxes)
    for mailbox, case in zip(report.mailboxes, cases, strict=True):
        assert " ".join(case.name.split()) == " ".join(legal(mailbox.address or mailbox.id).split())


def test_it_can_be_written_without_lxml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library takes lxml where it is there; Python's own writer would let illegal characters through."""
    for name in [name for name in sys.modules if name.startswith("junitparser")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lxml", None)
    path = write(make_hostile_report(), tmp_path)
    assert b"\x00" not in path.read_bytes()
    assert len(list(read_suites(path)["mailboxes"])) == len(HOSTILE)
