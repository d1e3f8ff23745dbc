"""R13: the disk is full at some offset, or a folder can't be written to."""

import hashlib
import itertools
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from scanner.simulator import Scenario, SimulatedTenant, build_population
from tests.campaign.case import PATIENT
from tests.campaign.command import Done, findings_of, finish, start
from tests.campaign.disks import ROOM, can_mount, closed_folder, small_disk
from tests.campaign.result import End, Result
from tests.sources.live.scene import collect, target_of

MAILBOXES = 300
GOLDEN = 0.6180339887498949  # multiples of it, without their whole part, fill a range evenly
PAGE = 4096
FORMATS = "json,csv,html"


class Need(msgspec.Struct, frozen=True):
    """What an undisturbed run takes up, in bytes, and what it finds."""

    all: int
    largest: int
    findings: Any


def run_on_full_disk(seed: int) -> Result:
    """Run on a file system of its own that is too small, then again after it has grown."""
    share = seed * GOLDEN % 1.0
    with _folder() as folder:
        if not can_mount(folder):
            return Result(
                case="R13/full", seed=seed, end=End.HONEST, scenario="# not played: mounting is not allowed\n"
            )
        size = max(PAGE * 4, int(_need().all * share))
        with small_disk(folder / "disk") as remount:
            remount(f"size={size}")
            trial = _Trial(folder)
            why = trial.fail() or trial.recover(lambda: remount(f"size={ROOM}"))
    return trial.end("R13/full", seed, why, f"# a disk of {size} bytes, {share:.0%} of what is needed\n")


def run_with_limited_files(seed: int) -> Result:
    """Run where no file may grow beyond a size, then again without that limit."""
    share = seed * GOLDEN % 1.0
    size = max(PAGE, int(_need().largest * share))
    with _folder() as folder:
        trial = _Trial(folder)
        why = trial.fail(largest_file=size) or trial.recover(lambda: None)
    return trial.end("R13/file-size", seed, why, f"# no file beyond {size} bytes, {share:.0%} of the largest\n")


def run_read_only(seed: int) -> Result:
    """Run where the folder of the runs can't be written to, or that of the store; then where both can."""
    closed = ("out", "store")[seed % 2]
    with _folder() as folder, closed_folder(folder / "disk" / closed) as reopen:
        trial = _Trial(folder)
        why = trial.fail() or trial.find_success() or trial.recover(reopen)
    return trial.end("R13/read-only", seed, why, f"# read-only: the folder of {closed}\n")


class _Trial:
    """A run that can't write, and the same command again when it can."""

    def __init__(self, folder: Path) -> None:
        self._started = time.monotonic()
        self._code = 0
        self._folder = folder
        self.out = folder / "disk" / "out"
        store = folder / "disk" / "store"
        store.mkdir(parents=True, exist_ok=True)
        (folder / "smtp-posture.toml").write_text(f'[store]\nurl = "sqlite:///{store}/store.db"\n')
        write_evidence(folder / "evidence")

    def run(self, largest_file: int | None = None) -> Done:
        """Run the command."""
        arguments = ["import", "evidence", "--out", str(self.out), "--format", FORMATS]
        return finish(start(arguments, self._folder, largest_file=largest_file))

    def fail(self, largest_file: int | None = None) -> str:
        """Run the command where it can't; say what is wrong with how it ends."""
        done = self.run(largest_file)
        self._code = done.code
        return _find_bad_end(done) or find_broken_files(self.out)

    def find_success(self) -> str:
        """Say so where nothing stopped it."""
        return "" if self._code else "exit code 0, though a folder can't be written to"

    def recover(self, make_room: Callable[[], None]) -> str:
        """Make room and run the command again; say where it doesn't find what the undisturbed one finds."""
        make_room()
        done = self.run()
        if done.code:
            return f"with room again, exit code {done.code}: {done.said[-300:]}"
        same = findings_of(self.out) == _need().findings
        return find_broken_files(self.out) or ("" if same else "with room again, other findings")

    def end(self, case: str, seed: int, why: str, scenario: str) -> Result:
        """Say how the trial ended."""
        end = End.WRONG if why else End.HONEST if self._code else End.COMPLETE
        return Result(
            case=case,
            seed=seed,
            end=end,
            why=why,
            injected=1,
            seconds=time.monotonic() - self._started,
            scenario=scenario,
        )


@cache
def _need() -> Need:
    """Run without trouble."""
    with _folder() as folder:
        trial = _Trial(folder)
        done = trial.run()
        assert done.code == 0, done
        sizes = [path.stat().st_blocks * 512 for path in (folder / "disk").rglob("*")]
        return Need(all=sum(sizes) + PAGE * 4, largest=max(sizes), findings=findings_of(trial.out))


@cache
def _evidence() -> dict[str, str]:
    """Read a simulated tenant, undisturbed, into the texts of an evidence folder."""
    with SimulatedTenant(build_population(Scenario(mailboxes=MAILBOXES, seed=13))) as tenant:
        shelf = collect(target_of(tenant), patience=PATIENT)
    return {name: json.dumps(rows) for name, rows in shelf.rows.items()}


def write_evidence(folder: Path) -> None:
    """Write an evidence folder."""
    folder.mkdir()
    for name, text in _evidence().items():
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def _find_bad_end(done: Done) -> str:
    if done.code not in {0, 1}:
        return f"exit code {done.code}: {done.said[-300:]}"
    return done.find_rudeness()


def find_broken_files(out: Path) -> str:
    """Say which file has its final name and is not whole, or has a temporary one and was left behind."""
    for file in out.rglob("*"):
        if file.is_file() and (file.name.startswith(".") or file.suffix == ".part"):
            return f"{file.name} was left behind"
    for manifest in out.glob("*/manifest.json"):
        try:
            listed = msgspec.json.decode(manifest.read_bytes())["files"]
        except msgspec.DecodeError:
            return "manifest.json is not whole"
        for entry in listed:
            if hashlib.sha256((manifest.parent / entry["name"]).read_bytes()).hexdigest() != entry["sha256"]:
                return f"{entry['name']} is not what manifest.json says"
    return _find_half_written(out)


def _find_half_written(out: Path) -> str:
    ends = {"report.json": b"}", "report.html": b"</html>"}
    for file in itertools.chain.from_iterable(out.glob(f"*/{name}") for name in ends):
        if not file.read_bytes().rstrip().endswith(ends[file.name]):
            return f"{file.name} is not whole"
    return ""


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="trial-") as name:
        (Path(name) / "disk").mkdir()
        yield Path(name)
