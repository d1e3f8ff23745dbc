"""Whether somebody who holds a snapshot or a tenant still runs."""

import os
import socket
import subprocess
import sys
from pathlib import Path

from scanner.store.holder import is_running, name_holder

ROOT = Path(__file__).parents[2]


def test_this_process_runs() -> None:
    assert is_running(name_holder())


def test_a_process_that_has_ended_and_was_not_taken_note_of_does_not_run() -> None:
    """As it may stay for ever in a container, where the first process is no init."""
    program = "from scanner.store.holder import name_holder; print(name_holder())"
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    holder = process.stdout.read().strip()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert is_running(holder) is False
    process.communicate()
    assert is_running(holder) is False


def test_another_process_of_the_same_number_is_another_one() -> None:
    host, pid, _, word = name_holder().split()
    assert is_running(f"{host} {pid} 1 {word}") is False


def test_of_another_machine_nothing_is_known() -> None:
    assert is_running(name_holder().replace(socket.gethostname(), "elsewhere", 1)) is None
