"""The stores that the contract tests run on: a SQLite file, and a real PostgreSQL where one is installed."""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from scanner.store import Store
from tests.support.privilege import NOBODY

SERVER_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def run_as_user(*command: str | Path, cwd: Path) -> None:
    """Run a program of PostgreSQL, which refuses to be root."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        subprocess.run(words, check=True, capture_output=True, cwd=cwd, user=NOBODY, group=NOBODY)
    else:
        subprocess.run(words, check=True, capture_output=True, cwd=cwd)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Start a PostgreSQL that listens on a socket in a folder of its own; give the URL of its first database."""
    if not SERVER_PROGRAMS or importlib.util.find_spec("psycopg") is None:
        pytest.skip("PostgreSQL's server or psycopg is not installed")
    programs = SERVER_PROGRAMS[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    cluster = folder / "cluster"
    run_as_user(programs / "initdb", "-D", cluster, "-U", "smtp", "-A", "trust", "--no-sync", cwd=folder)
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    log = folder / "log"
    run_as_user(programs / "pg_ctl", "-D", cluster, "-o", options, "-l", log, "-w", "start", cwd=folder)
    try:
        yield f"postgresql+psycopg://smtp@/postgres?host={folder}"
    finally:
        run_as_user(programs / "pg_ctl", "-D", cluster, "-m", "immediate", "stop", cwd=folder)
        shutil.rmtree(folder)


@pytest.fixture
def postgresql_database(postgresql_url: str) -> str:
    """Make an empty database for one test."""
    name = f"test_{uuid.uuid4().hex}"
    engine = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return postgresql_url.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a place where there is no store yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    found: str = request.getfixturevalue("postgresql_database")
    return found


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as opened:
        yield opened
