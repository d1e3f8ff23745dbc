"""The real exports beside the project go through the whole job (skipped where they are not there)."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Done, call, report_in

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
OUTCOMES = {"accepted", "refused", "depends", "unknown"}

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not part of the project")


def imported(name: str, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Done:
    monkeypatch.chdir(folder)
    return call(capsys, "import", str(SAMPLES / name), "--format", "json", "--out", "out", "--as-of", "2026-11-23")


def test_the_european_baseline(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """36 policies as files, UTF-16, 60 mailboxes: each gets a verdict, and nothing is missing."""
    done = imported("european-baseline", tmp_path, capsys, monkeypatch)
    report: Any = report_in(tmp_path / "out")
    assert done.code == 0
    assert len(report["mailboxes"]) == 60
    assert len(report["tenant_posture"]["conditional_access"]) == 36
    verdicts = [verdict for mailbox in report["mailboxes"] for verdict in mailbox["verdicts"].values()]
    assert {verdict["outcome"] for verdict in verdicts} <= OUTCOMES
    assert all(verdict["missing"] for verdict in verdicts if verdict["outcome"] == "unknown")
    assert report["run"]["complete"] is True


def test_the_federal_test_tenant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No mailbox list: the run says so, claims nothing, and ends with 4."""
    done = imported("federal-test-tenant", tmp_path, capsys, monkeypatch)
    report: Any = report_in(tmp_path / "out")
    assert done.code == 4
    assert report["run"]["complete"] is False
    assert report["mailboxes"] == []
    assert any("No mailbox list was read" in note for note in report["run"]["notes"])
    assert "mailboxes: missing" in done.err
    assert report["tenant_posture"]["security_defaults"] is None
    assert len(report["tenant_posture"]["conditional_access"]) == 7
