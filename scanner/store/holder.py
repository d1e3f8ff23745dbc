"""Who writes a snapshot: two runs must not go on with the same one."""

import os
import secrets
import socket
from pathlib import Path

STATE, STARTED = 0, 19  # places of a process's state and start time in /proc/PID/stat, counted after its name
ENDED = frozenset("ZX")
"""States of a process that has ended and that nobody has taken note of yet; in a container perhaps nobody ever does."""


def name_holder() -> str:
    """Give a name of this process that no other one has, now or later."""
    pid = os.getpid()
    return f"{socket.gethostname()} {pid} {_started(pid)} {secrets.token_hex(4)}"


def is_running(holder: str) -> bool | None:
    """Tell whether a holder's process still runs; ``None`` where it is on another machine."""
    host, pid, started, *_ = (*holder.split(), "", "", "")
    if host != socket.gethostname() or not pid.isdecimal():
        return None
    return _exists(int(pid)) and _started(int(pid)) == started and _stat_of(int(pid))[STATE] not in ENDED


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def _started(pid: int) -> str:
    """Give when a process started, in the kernel's ticks; a dash where the system has no such file."""
    return _stat_of(pid)[STARTED]


def _stat_of(pid: int) -> list[str]:
    """Give what the system says of a process; dashes where it has no such file."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return ["-"] * (STARTED + 1)
    return stat.rpartition(")")[2].split()
