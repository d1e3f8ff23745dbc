"""A database that is busy, restarts or drops connections: no row is lost, none is there twice (trust.md R14)."""

import datetime as dt
import os
import re
import shutil
import socket
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from scanner.errors import StoreError
from scanner.model.section import SectionReport, SectionState
from scanner.model.tenant import Tenant
from scanner.store import RunHashes, RunRecord, Store
from scanner.store.chain import first_break
from tests.store.conftest import SERVER_PROGRAMS, run_as_user
from tests.support.privilege import NOBODY

TENANT = Tenant(id="11111111-1111-1111-1111-111111111111", domain="contoso.example")
PAGES = 4
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
RUN = "20261123T120000Z-000000"


def scan(store: Store) -> str:
    """Keep a snapshot of four pages and a run on it, as a scan does."""
    writer = store.begin_snapshot(TENANT)
    for number in range(PAGES):
        writer.add_page("users", [{"id": number}])
    writer.close_section(SectionReport(section="users", state=SectionState.COMPLETE, count=PAGES))
    snapshot_id = writer.finish(TENANT)
    run = RunRecord(
        id=RUN, tenant_id=TENANT.id, snapshot_id=snapshot_id, folder="/x", started=NOON, finished=NOON,
        as_of=NOON.date(), complete=True, tool_version="1",
    )  # fmt: skip
    store.add_run(run, hashes=RunHashes(snapshot=store.digest(snapshot_id), report="b", manifest="c"))
    return snapshot_id


def assert_whole(url: str, snapshot_id: str) -> None:
    """Every page, the section, the run and its link are there, once."""
    with Store.open(url) as store:
        assert [row["id"] for page in store.pages(snapshot_id, "users") for row in page.rows] == list(range(PAGES))
        assert store.sections(snapshot_id)["users"].count == PAGES
        assert store.digest(snapshot_id) == store.measure_digest(snapshot_id)
        assert [run.id for run in store.runs()] == [RUN]
        links = store.links(TENANT.id)
        assert [(link.kind, link.subject) for link in links] == [("run", RUN)]
        assert first_break(links) is None


class Wire:
    """Stands between the program and PostgreSQL and cuts one connection at one commit.

    Args:
        server: The server's socket.
        cut_at: Which commit, counted from 1, over all connections.
        answered: Cut after the server has committed, and before the program hears of it; else before it does.
    """

    def __init__(self, server: Path, cut_at: int, *, answered: bool) -> None:
        self._server, self._cut_at, self._answered = server, cut_at, answered
        self._commits = 0
        self.cut = threading.Event()
        self.folder = Path(tempfile.mkdtemp(prefix="wire"))
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.folder / server.name))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()
        shutil.rmtree(self.folder)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server, suppress(OSError):
            server.connect(str(self._server))
            back = threading.Thread(target=forward, args=(server, client), daemon=True)
            back.start()
            while said := client.recv(65536):
                if b"COMMIT" in said and self._is_ours():
                    if self._answered:
                        client_gone(client)
                        server.sendall(said)
                        time.sleep(0.3)  # the server commits, and nobody hears of it
                    self.cut.set()
                    shut(server)
                    shut(client)
                    return
                server.sendall(said)

    def _is_ours(self) -> bool:
        self._commits += 1
        return self._commits == self._cut_at


def forward(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while said := source.recv(65536):
            target.sendall(said)


def client_gone(client: socket.socket) -> None:
    """Let nothing more come to the program."""
    with suppress(OSError):
        client.shutdown(socket.SHUT_WR)


def shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("answered", [True, False], ids=["committed", "not committed"])
@pytest.mark.parametrize("cut_at", range(1, 11))
def test_a_connection_that_is_lost_in_a_commit_loses_and_doubles_nothing(
    postgresql_database: str, cut_at: int, *, answered: bool
) -> None:
    """Whether the server had committed or not, at every commit of a scan."""
    Store.open(postgresql_database).close()
    folder = re.search(r"host=([^&]+)", postgresql_database)
    assert folder
    wire = Wire(Path(folder[1]) / ".s.PGSQL.5432", cut_at, answered=answered)
    with Store.open(postgresql_database.replace(folder[1], str(wire.folder))) as store:
        snapshot_id = scan(store)
    assert wire.cut.wait(5), "there was no such commit"
    wire.close()
    assert_whole(postgresql_database, snapshot_id)


@pytest.fixture
def own_server() -> Iterator[tuple[str, Path]]:
    """Start a PostgreSQL of this test's own; give the URL of its database and its cluster."""
    if not SERVER_PROGRAMS:
        pytest.skip("PostgreSQL's server is not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    programs, cluster = SERVER_PROGRAMS[-1].parent, folder / "cluster"
    run_as_user(programs / "initdb", "-D", cluster, "-U", "smtp", "-A", "trust", "--no-sync", cwd=folder)
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    run_as_user(programs / "pg_ctl", "-D", cluster, "-o", options, "-l", folder / "log", "-w", "start", cwd=folder)
    try:
        yield f"postgresql+psycopg://smtp@/postgres?host={folder}", cluster
    finally:
        run_as_user(programs / "pg_ctl", "-D", cluster, "-m", "immediate", "stop", cwd=folder)
        shutil.rmtree(folder)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_that_restarts_while_a_tenant_is_read_loses_and_doubles_nothing(
    own_server: tuple[str, Path], mode: str
) -> None:
    url, cluster = own_server
    program = SERVER_PROGRAMS[-1].parent / "pg_ctl"

    def restart() -> None:
        run_as_user(
            program, "-D", cluster, "-m", mode, "-l", cluster.parent / "log", "-w", "restart", cwd=cluster.parent
        )

    with Store.open(url) as store:
        writer = store.begin_snapshot(TENANT)
        writer.add_page("users", [{"id": 0}])
        restart()
        writer.add_page("users", [{"id": 1}])
        restarting = threading.Thread(target=restart)
        restarting.start()
        for number in range(2, 60):
            writer.add_page("users", [{"id": number}])
            time.sleep(0.02)
        restarting.join()
        snapshot_id = writer.finish(TENANT)
        assert [row["id"] for page in store.pages(snapshot_id, "users") for row in page.rows] == list(range(60))
        assert store.digest(snapshot_id) == store.measure_digest(snapshot_id)


def test_a_writer_waits_for_another_one(tmp_path: Path) -> None:
    """SQLite has one writer at a time; a second one waits, and loses nothing."""
    path = tmp_path / "store.db"
    with Store.open(f"sqlite:///{path}") as store, closing(sqlite3.connect(path, check_same_thread=False)) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.7, other.execute, ("COMMIT",))
        begun = time.monotonic()
        release.start()
        snapshot_id = scan(store)
        assert time.monotonic() - begun > 0.5
    assert_whole(f"sqlite:///{path}", snapshot_id)


def test_what_a_locked_database_refused_can_be_kept_afterwards(tmp_path: Path) -> None:
    """A page that was refused is not there; the same page is kept once when it is added again."""
    path = tmp_path / "store.db"
    with Store.open(f"sqlite:///{path}?timeout=0.1") as store, closing(sqlite3.connect(path)) as other:
        other.isolation_level = None
        writer = store.begin_snapshot(TENANT)
        writer.add_page("users", [{"id": 0}])
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            writer.add_page("users", [{"id": 1}])
        other.execute("COMMIT")
        writer.add_page("users", [{"id": 1}])
        snapshot_id = writer.finish(TENANT)
        assert [row["id"] for page in store.pages(snapshot_id, "users") for row in page.rows] == [0, 1]


def test_a_server_that_stays_away_is_told(own_server: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """After the last attempt the error says what the server said."""
    monkeypatch.setattr("scanner.store.engine.PAUSES", (0.01,))
    url, cluster = own_server
    with Store.open(url) as store:
        writer = store.begin_snapshot(TENANT)
        program = SERVER_PROGRAMS[-1].parent / "pg_ctl"
        run_as_user(program, "-D", cluster, "-m", "immediate", "stop", cwd=cluster.parent)
        with pytest.raises(StoreError, match="can't be used"):
            writer.add_page("users", [{"id": 0}])
        log = cluster.parent / "log"
        options = f"-c listen_addresses='' -c unix_socket_directories='{cluster.parent}' -c fsync=off"
        run_as_user(program, "-D", cluster, "-o", options, "-l", log, "-w", "start", cwd=cluster.parent)
