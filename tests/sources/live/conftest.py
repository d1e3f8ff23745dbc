"""Simulated tenants, a scripted stage, and a stranger's server that nobody may call."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from scanner.simulator import Population, Scenario, build_population
from tests.sources.live.stage import Stage


@pytest.fixture(scope="session")
def small() -> Population:
    return build_population(Scenario(mailboxes=60))


@pytest.fixture(scope="session")
def large() -> Population:
    return build_population(Scenario(mailboxes=3000))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path) as stage:
        yield stage


@dataclass
class Stranger:
    """A server that is none of the tenant's; it counts who comes."""

    port: int
    callers: list[str] = field(default_factory=list)


@pytest.fixture
def stranger() -> Iterator[Stranger]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        found = Stranger(server.getsockname()[1])
        stop = threading.Event()
        listener = threading.Thread(target=_listen, args=(server, found, stop))
        listener.start()
        yield found
        stop.set()
        listener.join()


def _listen(server: socket.socket, found: Stranger, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            caller, address = server.accept()
        except TimeoutError:
            continue
        found.callers.append(str(address))
        caller.close()
