"""Opening a store: what can go wrong is said, with what to do."""

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.errors import StoreError
from scanner.model.tenant import Tenant
from scanner.store import Store
from tests.support.privilege import reachable_folder, unprivileged


def test_the_file_and_its_log_are_private(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/store.db") as store:
        store.begin_snapshot(Tenant())
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"store.db": 0o600, "store.db-wal": 0o600, "store.db-shm": 0o600}


def test_writers_do_not_stop_readers(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/store.db"):
        connection = sqlite3.connect(tmp_path / "store.db")
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.close()


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "store.db").touch()
    with Store.open(f"sqlite:///{tmp_path}/store.db") as store:
        assert store.runs() == []


def refusal_of(url: str) -> StoreError:
    with pytest.raises(StoreError) as caught:
        Store.open(url)
    assert caught.value.advice
    return caught.value


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert f"no folder {tmp_path}/none" in refusal_of(f"sqlite:///{tmp_path}/none/store.db").message


def test_a_folder_where_nothing_may_be_written_is_named() -> None:
    with reachable_folder() as folder:
        folder.chmod(0o555)
        with unprivileged():
            error = refusal_of(f"sqlite:///{folder}/store.db")
    assert "Permission denied" in error.message


def test_a_file_that_may_not_be_written_is_told() -> None:
    with reachable_folder() as folder:
        Store.open(f"sqlite:///{folder}/store.db").close()
        (folder / "store.db").chmod(0o444)
        folder.chmod(0o555)
        with unprivileged():
            error = refusal_of(f"sqlite:///{folder}/store.db")
    assert "can't be used" in error.message


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    assert "unable to open" in refusal_of(f"sqlite:///{tmp_path}").message


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_text("Dear diary, " * 100)
    assert "not a database" in refusal_of(f"sqlite:///{path}").message
    assert path.read_text() == "Dear diary, " * 100


def test_a_locked_file_is_told_after_a_while(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    Store.open(f"sqlite:///{path}").close()
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with Store.open(f"sqlite:///{path}?timeout=0.1") as store, pytest.raises(StoreError, match="locked") as caught:
        store.begin_snapshot(Tenant())
    assert "Another program" in caught.value.advice
    blocker.close()


@pytest.mark.parametrize("url", ["", "store.db", "mysql://host/name", "oracle://x", "sqlite://", "sqlite:///:memory:"])
def test_other_urls_are_refused_with_the_forms_that_work(url: str) -> None:
    assert "sqlite:///PATH" in refusal_of(url).advice


def test_a_password_is_never_shown() -> None:
    error = refusal_of("postgresql+psycopg://smtp:hunter2@127.0.0.1:1/none")
    assert "hunter2" not in f"{error.message}{error.advice}{error.__cause__!r}"


def test_importing_the_store_loads_no_database_library() -> None:
    program = "import sys, scanner.store; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
