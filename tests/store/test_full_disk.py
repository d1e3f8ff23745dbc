"""A disk that is full, at many offsets: nothing half-written is left, and the message says so (trust.md R13)."""

import json
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from scanner.app.verify import State, verify_folder
from scanner.store import Store
from tests.support import folder as tenant
from tests.support.program import BROKEN_OFF, ROOT

# Bytes; the log of a new store grows to some 700,000, and both ends have to be seen.
FEW = (0, 30_000, 600_000, 5_000_000)
MANY = tuple(range(0, 1_000_000, 13_007))


def import_with_room(root: Path, size: int) -> subprocess.CompletedProcess[str]:
    """Import with no file allowed to grow beyond a size: the kernel refuses what is more, as a full disk does."""
    return subprocess.run(
        [sys.executable, "-m", "scanner", "import", "evidence", "--format", "json,csv,xlsx"],
        cwd=root,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )


def check(root: Path, done: subprocess.CompletedProcess[str], size: int) -> None:
    """The message is plain, whatever is there is whole, and the same command works once there is room."""
    assert not any(mark in done.stderr for mark in BROKEN_OFF), (size, done.stderr)
    assert done.returncode in {0, 1}, (size, done.stderr)
    if done.returncode:
        assert done.stderr.strip(), size
    kept = runs_in(root)
    for folder in root.glob("smtp-posture-runs/*"):
        assert not list(folder.glob(".*")), size
        if (folder / "manifest.json").exists():
            levels = {level.name: level.state for level in verify_folder(folder, None, None).levels}
            assert levels["files"] is State.HOLDS, size
    assert all((Path(run) / "manifest.json").exists() for run in kept), size
    again = subprocess.run(
        [sys.executable, "-m", "scanner", "import", "evidence", "--format", "json"],
        cwd=root,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 0, (size, again.stderr)
    assert len(runs_in(root)) == len(kept) + 1
    with closing(sqlite3.connect(root / "smtp-posture.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def runs_in(root: Path) -> list[str]:
    """Give the folders of the runs that the store knows; none where the store can't even be read yet."""
    path = root / "smtp-posture.db"
    if not path.exists() or not path.stat().st_size:
        return []
    with Store.open(f"sqlite:///{path}") as store:
        return [run.folder for run in store.runs()]


def try_all(root: Path, sizes: Iterable[int]) -> set[int]:
    """Import with each size of room in a folder of its own; give the exit codes that were seen."""
    seen = set()
    for size in sizes:
        place = root / str(size)
        tenant.write(place / "evidence", tenant.files())
        done = import_with_room(place, size)
        check(place, done, size)
        seen.add(done.returncode)
    return seen


def test_a_disk_that_is_full_leaves_nothing_half_written(tmp_path: Path) -> None:
    assert try_all(tmp_path, FEW) == {0, 1}


@pytest.mark.slow
def test_a_disk_that_is_full_at_many_offsets_leaves_nothing_half_written(tmp_path: Path) -> None:
    assert try_all(tmp_path, MANY) == {0, 1}


def test_the_message_names_the_store_and_says_what_to_do(tmp_path: Path) -> None:
    tenant.write(tmp_path / "evidence", tenant.files())
    done = import_with_room(tmp_path, 4096)
    assert done.returncode == 1
    assert "smtp-posture.db" in done.stderr
    assert "room on the disk" in done.stderr
    assert json.dumps(done.stdout) == '""'
