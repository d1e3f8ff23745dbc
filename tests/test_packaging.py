"""What is built, locked and shipped."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest

from scanner.content import find_content

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def run(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the built wheel is installed, without network and without the source checkout."""
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", wheels)
    (wheel,) = wheels.glob("*.whl")
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", target, wheel)
    return target


@pytest.mark.parametrize("folder", ["reports", "schedules"])
def test_an_installed_wheel_finds_its_content(installed: Path, folder: str) -> None:
    """Templates and schedules travel inside the wheel, complete, and are found there."""
    program = f"from scanner.content import find_content; print(find_content({folder!r}))"
    # -P: the working directory must not lend its own package.
    found = Path(run(sys.executable, "-P", "-c", program, PYTHONPATH=str(installed)).strip())
    assert found.is_relative_to(installed)
    assert files_below(found) == files_below(ROOT / folder) != set()


def files_below(folder: Path) -> set[Path]:
    hidden = re.compile(r"__pycache__|/\.")
    return {
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and not hidden.search(path.as_posix())
    }


def test_an_installed_wheel_brings_the_command_and_no_tests(installed: Path) -> None:
    """A wheel holds one package, its types and its command."""
    assert (installed / "bin" / "smtp-posture").is_file()
    assert (installed / "scanner" / "py.typed").is_file()
    assert not (installed / "tests").exists()


def test_an_installed_wheel_brings_the_steps_between_versions_of_the_store(installed: Path) -> None:
    """A store of an earlier version can be brought forward without the source checkout."""
    steps = Path("scanner/store/migrations")
    assert files_below(installed / steps) == files_below(ROOT / steps) != set()


def test_a_source_checkout_finds_its_content() -> None:
    """Without installation the folders at the top of the repository are used."""
    assert find_content("reports") == ROOT / "reports"
    assert find_content("schedules") == ROOT / "schedules"


@pytest.mark.parametrize("schedule", sorted((ROOT / "schedules").glob("*.toml")), ids=lambda path: path.name)
def test_every_schedule_is_a_readable_job(schedule: Path) -> None:
    """A TOML file with a title, and when it recurs."""
    job = tomllib.loads(schedule.read_text("utf-8"))
    assert job["title"]
    assert job["when"]


def test_the_folder_of_schedules_holds_jobs_and_their_readme_and_nothing_else() -> None:
    others = {path.name for path in (ROOT / "schedules").iterdir()} - {"README.md"}
    assert others == {"monthly-audit.toml", "readiness.toml"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_locked_version_has_hashes_and_names_no_host(lock: Path) -> None:
    """Set-up installs exactly what was locked, from whatever registry the machine is given."""
    text = lock.read_text("utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE), "a lock file gives no options"


def test_the_development_lock_agrees_with_the_other_two() -> None:
    """What is tested is what is shipped."""
    locked = {lock.stem: set(re.findall(r"^\S+==\S+", lock.read_text("utf-8"), re.MULTILINE)) for lock in LOCKS}
    assert locked["runtime"] | locked["build"] <= locked["dev"]


@pytest.mark.parametrize("dependency", PROJECT["project"]["dependencies"])
def test_every_dependency_is_locked(dependency: str) -> None:
    """A dependency that was added without `make lock` is noticed."""
    name = re.split(r"[^a-z0-9-]", dependency)[0]
    assert re.search(rf"^{name}==", (ROOT / "requirements" / "runtime.lock").read_text("utf-8"), re.MULTILINE)


def test_every_imported_library_is_declared() -> None:
    """No module leans on a library that is only there because another one needs it."""
    optional = PROJECT["project"]["optional-dependencies"].values()
    texts = (*PROJECT["project"]["dependencies"], *chain.from_iterable(optional))
    declared = {re.split(r"[^a-z0-9-]", text)[0] for text in texts}
    bringers = packages_distributions()
    imported = {name for path in (ROOT / "scanner").rglob("*.py") for name in imported_packages(path)}
    undeclared = {
        name
        for name in imported - sys.stdlib_module_names - {"scanner"}
        if declared.isdisjoint(bringer.lower() for bringer in bringers.get(name, ()))
    }
    assert undeclared == set()


def imported_packages(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (alias.name.split(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.split(".")[0]
            case _:
                pass


def test_every_exception_from_the_lint_rules_is_explained() -> None:
    """Each rule that is ignored says why, on its own line."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    exceptions = re.findall(r'^    "[A-Z]+\d*",.*$', text, re.MULTILINE)
    assert exceptions
    assert [line for line in exceptions if "# " not in line] == []
