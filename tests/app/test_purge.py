"""``purge``: what is old goes, evidence and reports with it; nothing else does, and the chain stays whole."""

import datetime as dt
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scanner.model.tenant import Tenant
from scanner.store import Store
from tests.support import folder as tenant
from tests.support.privilege import unprivileged
from tests.support.program import call

NOW = dt.datetime.now(dt.UTC)


class House:
    """A working folder with runs, which can be made older than they are."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self._capsys = root, capsys
        tenant.write(root / "evidence", tenant.files())

    def make_run(self, days: int, *command: str) -> str:
        """Make a run, and let it have started so many days ago; give its id."""
        done = call(self._capsys, *(command or ("import", "evidence")), "--format", "json,csv", "--json")
        found = str(done.json()["run"]["id"])
        self.execute("UPDATE run SET started = ? WHERE id = ?", (NOW - dt.timedelta(days=days)).isoformat(), found)
        return found

    def execute(self, statement: str, *values: str) -> list[Any]:
        with closing(sqlite3.connect(self.root / "smtp-posture.db")) as connection:
            rows = connection.execute(statement, values).fetchall()
            connection.commit()
            return rows

    def purge(self, *options: str) -> tuple[int, Any]:
        done = call(self._capsys, "purge", *options, "--json")
        return done.code, done.json()

    def runs(self) -> set[str]:
        return {run["id"] for run in call(self._capsys, "runs", "--json").json()}

    def folder_of(self, run: str) -> Path:
        return self.root / "smtp-posture-runs" / run


@pytest.fixture
def house(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.chdir(tmp_path)
    return House(tmp_path, capsys)


def test_what_is_older_than_four_hundred_days_goes_with_evidence_and_reports(house: House) -> None:
    old, young = house.make_run(401), house.make_run(399)
    code, said = house.purge()
    assert (code, [run["run"] for run in said["runs"]]) == (0, [old])
    assert house.runs() == {young}
    assert not house.folder_of(old).exists()
    assert (house.folder_of(young) / "report.json").exists()
    assert house.execute("SELECT count(*) FROM snapshot") == [(1,)]
    assert house.execute("SELECT count(DISTINCT snapshot_id) FROM page") == [(1,)]
    assert house.execute("SELECT count(*) FROM posture") == [(1,)]


def test_a_dry_run_says_the_same_and_removes_nothing(house: House) -> None:
    old = house.make_run(500)
    before = house.execute("SELECT count(*), sum(length(body)) FROM page")
    _, would = house.purge("--dry-run")
    assert (house.runs(), house.folder_of(old).exists()) == ({old}, True)
    assert house.execute("SELECT count(*), sum(length(body)) FROM page") == before
    _, did = house.purge()
    assert would["dry_run"] is True
    assert would["runs"] == did["runs"]
    assert {"report.json", "mailboxes.csv", "manifest.json"} <= set(did["runs"][0]["files"])


@pytest.mark.parametrize(
    ("options", "setting", "gone"),
    [
        ((), "30", {"b", "c"}),
        (("--older-than", "60d"), "30", {"c"}),
        (("--older-than", "10w"), "30", {"c"}),
        (("--older-than", "5"), "30", {"a", "b", "c"}),
    ],
)
def test_the_age_comes_from_the_option_else_from_the_configuration(
    house: House, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], setting: str, gone: set[str]
) -> None:
    monkeypatch.setenv("SMTP_POSTURE__STORE__KEEP_DAYS", setting)
    made = {"a": house.make_run(20), "b": house.make_run(40), "c": house.make_run(80)}
    house.purge(*options)
    assert house.runs() == {run for name, run in made.items() if name not in gone}


@pytest.mark.parametrize("age", ["x", "-1d", "1y", "", " "])
def test_what_is_no_age_is_a_usage_error_or_the_default(
    house: House, age: str, capsys: pytest.CaptureFixture[str]
) -> None:
    young = house.make_run(1)
    done = call(capsys, "purge", f"--older-than={age}")
    assert done.code == (0 if age == "" else 2)
    assert house.runs() == {young}


def test_evidence_that_a_younger_run_is_on_stays(house: House) -> None:
    old = house.make_run(500)
    again = house.make_run(0, "report", "latest")
    house.purge()
    assert house.runs() == {again}
    assert house.execute("SELECT count(*) FROM snapshot") == [(1,)]
    assert old != again
    assert house.make_run(0, "report", "latest")


def test_the_chain_says_what_was_purged_and_stays_unbroken(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    old, young = house.make_run(500), house.make_run(1)
    house.purge()
    assert call(capsys, "verify", young).code == 0
    purged = call(capsys, "verify", old)
    assert purged.code == 0
    assert f"purged on {dt.datetime.now(dt.UTC):%Y-%m-%d}" in purged.out
    house.execute("DELETE FROM link WHERE kind = 'purge'")
    assert call(capsys, "verify", old).code == 1


FOREIGN: dict[str, Callable[[Path], object]] = {
    "a file beside the run's": lambda folder: (folder / "notes.txt").write_text("mine"),
    "a folder inside": lambda folder: (folder / "attachments").mkdir(),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_files_that_are_not_the_runs_stay(house: House, name: str) -> None:
    old = house.make_run(500)
    FOREIGN[name](house.folder_of(old))
    code, said = house.purge()
    (left,) = house.folder_of(old).iterdir()
    assert code == 0
    assert left.name in said["runs"][0]["left"]
    assert house.runs() == set()


def test_a_folder_that_is_not_the_runs_own_is_left_alone(house: House) -> None:
    """Somebody moved the folder and put another one there, or there is none at all."""
    first, second, third = house.make_run(500), house.make_run(500), house.make_run(1)
    house.folder_of(first).rename(house.root / "moved")
    house.folder_of(third).rename(house.folder_of(first))
    (house.folder_of(second) / "manifest.json").unlink()
    kept = {path.name for path in house.folder_of(first).iterdir()}
    house.purge()
    assert {path.name for path in house.folder_of(first).iterdir()} == kept
    assert (house.folder_of(second) / "report.json").exists()
    assert (house.root / "moved" / "report.json").exists()
    assert house.runs() == {third}


def make_reachable(house: House) -> None:
    """Let somebody else read everything and write to the store, but not to the reports."""
    above = [folder for folder in house.root.parents if "pytest" in str(folder)]
    for path in (house.root, *above, house.root / "smtp-posture-runs", *house.root.glob("*runs/*")):
        path.chmod(0o755)
    for path in house.root.glob("smtp-posture.db*"):
        path.chmod(0o666)
    house.root.chmod(0o777)


def test_a_run_whose_files_can_not_be_removed_stays_known(house: House) -> None:
    old = house.make_run(500)
    make_reachable(house)
    with unprivileged():
        code, said = house.purge()
        assert house.purge("--dry-run")[1]["runs"] == said["runs"]
    assert (code, said["runs"][0]["stays"], "can't be read" in said["runs"][0]["left"]) == (1, True, True)
    (house.folder_of(old) / "manifest.json").chmod(0o644)
    with unprivileged():
        code, said = house.purge()
    assert (code, said["runs"][0]["stays"], "can't be removed" in said["runs"][0]["left"]) == (1, True, True)
    assert house.runs() == {old}
    assert house.purge()[0] == 0
    assert house.runs() == set()


def test_evidence_without_a_run_goes_when_it_is_old_and_stays_while_it_may_be_read(house: House) -> None:
    house.make_run(1)
    with Store.open("sqlite:///smtp-posture.db") as store:
        writers = [store.begin_snapshot(Tenant(id=name)) for name in ("old", "in work")]
    long_ago = (NOW - dt.timedelta(days=500)).isoformat()
    house.execute(
        "UPDATE snapshot SET started = ?, touched = ? WHERE id = ?", long_ago, long_ago, writers[0].snapshot_id
    )
    _, said = house.purge("--older-than", "0d", "--dry-run")
    assert said["evidence"] == 1
    house.purge()
    assert house.execute("SELECT tenant_id FROM snapshot WHERE tenant_id IN ('old', 'in work')") == [("in work",)]


def test_the_database_gets_smaller_and_holds_nothing_of_what_went(house: House) -> None:
    house.make_run(500)
    house.execute("UPDATE snapshot SET name = 'CANARY-NAME'")
    house.execute("UPDATE page SET body = randomblob(1000000) WHERE section = 'users'")
    database = house.root / "smtp-posture.db"
    assert b"CANARY-NAME" in database.read_bytes()
    size = database.stat().st_size
    house.purge()
    assert database.stat().st_size < size
    assert not [path.name for path in house.root.glob("smtp-posture.db*") if b"CANARY-NAME" in path.read_bytes()]
