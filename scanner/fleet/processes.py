"""One process per tenant: what crashes, hangs or eats memory in it is its own affair."""

import multiprocessing
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final, Generic, TypeVar

from scanner.errors import PostureError

Item = TypeVar("Item")

MIB: Final = 1 << 20
FIRST_TO_GO: Final = "1000"
"""Of Linux: when memory runs out, this process is ended before any other."""

PATIENCE: Final = 3.0
"""Seconds that a process gets to end by itself."""


class Child:
    """A process that works on one item.

    Args:
        process: The process, begun.
        seconds: The longest that it may take.
    """

    def __init__(self, process: BaseProcess, seconds: float) -> None:
        self.process = process
        self._deadline = time.monotonic() + seconds
        self._overdue = False

    @property
    def has_ended(self) -> bool:
        """It is gone, by itself or not."""
        return not self.process.is_alive()

    def end_overdue(self) -> None:
        """End it if it took too long."""
        if time.monotonic() > self._deadline and not self.has_ended:
            self._overdue = True
            self.end()

    def end(self) -> None:
        """End it, by force where that is needed."""
        self.process.terminate()
        self.process.join(PATIENCE)
        if not self.has_ended:
            self.process.kill()
            self.process.join()

    @property
    def ending(self) -> str:
        """How it ended, where that was not by itself; "" where it was."""
        code = self.process.exitcode
        if self._overdue:
            return "took longer than [fleet] hours allows, and was ended"
        if not code:
            return ""
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"


class Processes(Generic[Item]):
    """Does each piece of work in a process of its own, which is made from a fresh one and ends with its parent.

    Args:
        work: What is done with an item; a function of a module, or a partial of one.
        seconds: The longest that one item may take; then its process is ended.
        memory: Address space that a process may use, in MiB.
        preload: Names of modules that are loaded once for all processes.
    """

    def __init__(
        self, work: Callable[[Item], None], *, seconds: float, memory: int, preload: Sequence[str] = ()
    ) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(preload))
        self._work, self._seconds, self._memory = work, seconds, memory

    def begin(self, item: Item) -> Child:
        """Begin with an item."""
        process = self._context.Process(target=in_child, args=(self._work, item, self._memory), daemon=True)
        process.start()
        return Child(process, self._seconds)


def wait_for_some(children: Collection[Child], seconds: float) -> None:
    """Wait until a process has ended, at most for a while; end those that took too long."""
    wait([child.process.sentinel for child in children], seconds)
    for child in children:
        child.end_overdue()


def in_child(work: Callable[[Item], None], item: Item, memory: int) -> None:
    """Work within limits, and not longer than the parent lives."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (memory * MIB, hard))
    with suppress(OSError):  # another system has no such file
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, encoding="ascii")
    threading.Thread(target=end_with_parent, daemon=True).start()
    try:
        work(item)
    except PostureError as error:
        sys.exit(f"smtp-posture: {error.message}")


def end_with_parent() -> None:
    """End this process as soon as the one that began it is gone: somebody else may go on with the item by then."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGKILL)
