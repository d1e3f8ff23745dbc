"""Taking evidence away: each verdict stays or becomes unknown and says what is missing; nothing turns good or bad."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.cli import main
from scanner.evidence.registry import BY_NAME
from tests.support import folder

SECTIONS = sorted(set(folder.files()) - {"tenant"})
METHODS = ("basic", "oauth_delegated", "oauth_app")
OUTSIDE = {"on-premises-exchange"}  # a fact that no section holds

Verdicts = dict[tuple[str, str], Any]
Run = Callable[[folder.Files], tuple[int, Any]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that imports files as a user does: the exit code and report.json."""
    monkeypatch.chdir(tmp_path)
    numbers = itertools.count()

    def import_files(files: folder.Files) -> tuple[int, Any]:
        number = next(numbers)
        evidence = folder.write(tmp_path / f"evidence-{number}", files)
        code = main(["import", str(evidence), "--format", "json", "--out", f"out-{number}", "--as-of", "2026-11-23"])
        (report,) = (tmp_path / f"out-{number}").glob("*/report.json")
        return code, json.loads(report.read_text())

    return import_files


@pytest.fixture
def whole(run: Run) -> Any:
    code, report = run(folder.files())
    assert code == 0
    assert report["run"]["complete"] is True
    return report


def verdicts_of(report: Any) -> Verdicts:
    return {
        (mailbox["id"], method): mailbox["verdicts"][method] for mailbox in report["mailboxes"] for method in METHODS
    }


def broken(what: Any) -> str:
    """Cut a file in its middle."""
    text = json.dumps(what)
    return text[: len(text) // 2]


def with_a_bad_row(what: Any) -> Any:
    """Lose one object to something that is none; a single object is lost whole."""
    return [*what[1:], "not an object"] if isinstance(what, list) else "not an object"


def assert_nothing_is_claimed(before: Verdicts, after: Verdicts, lost: set[str]) -> None:
    """Compare verdict by verdict."""
    for key, verdict in after.items():
        was = before[key]["outcome"]
        assert verdict["outcome"] in {was, "unknown"}, (lost, key)
        assert set(verdict["missing"]) <= set(BY_NAME) | OUTSIDE, (lost, key)
        if verdict["outcome"] == "unknown":
            assert verdict["missing"], (lost, key)
        if verdict["outcome"] != was:
            assert lost & set(verdict["missing"]), (lost, key)
            assert verdict["closed"] == []


def lose_files(*names: str) -> folder.Files:
    return {name: what for name, what in folder.files().items() if name not in names}


@pytest.mark.parametrize("name", SECTIONS)
def test_a_file_that_is_gone(whole: Any, run: Run, name: str) -> None:
    """The section is missing, the run incomplete, and what depends on it unknown."""
    code, report = run(lose_files(name))
    assert code == 4
    (part,) = [part for part in report["run"]["evidence"] if part["section"] == name]
    assert part["state"] == "missing"
    assert part["reason"]
    assert_nothing_is_claimed(verdicts_of(whole), verdicts_of(report), {name})


@pytest.mark.parametrize("name", SECTIONS)
def test_a_file_that_is_broken(whole: Any, run: Run, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The same, and the message names the file and the position."""
    code, report = run({**folder.files(), name: broken(folder.files()[name])})
    assert code == 4
    assert f"{name}.json, line 1, column" in capsys.readouterr().err
    assert_nothing_is_claimed(verdicts_of(whole), verdicts_of(report), {name})


@pytest.mark.parametrize("name", SECTIONS)
def test_a_file_that_lost_a_row(whole: Any, run: Run, name: str) -> None:
    """Partly read is not read: whom the lost row was about is unknown."""
    code, report = run({**folder.files(), name: json.dumps(with_a_bad_row(folder.files()[name]))})
    assert code == 4
    assert_nothing_is_claimed(verdicts_of(whole), verdicts_of(report), {name})


@pytest.mark.parametrize("name", SECTIONS)
def test_something_depends_on_each_file(whole: Any, run: Run, name: str) -> None:
    """The tenant is made so that no file is there for nothing: without it some verdict or some mailbox is unknown."""
    _, report = run(lose_files(name))
    before, after = verdicts_of(whole), verdicts_of(report)
    assert any(after.get(key, {}).get("outcome") != verdict["outcome"] for key, verdict in before.items())


@pytest.mark.parametrize("first", SECTIONS)
def test_two_files_that_are_gone(whole: Any, run: Run, first: str) -> None:
    """Every pair."""
    for second in SECTIONS[SECTIONS.index(first) + 1 :]:
        code, report = run(lose_files(first, second))
        assert code == 4
        assert_nothing_is_claimed(verdicts_of(whole), verdicts_of(report), {first, second})


def test_a_tenant_without_name_is_judged_all_the_same(whole: Any, run: Run) -> None:
    """tenant.json is no evidence about mailboxes."""
    code, report = run(lose_files("tenant"))
    assert code == 0
    assert verdicts_of(report) == verdicts_of(whole)
