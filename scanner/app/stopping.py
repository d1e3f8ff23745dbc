"""How a command hears that it is to end."""

import os
import select
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def stop_signals() -> Iterator[Callable[[float], bool]]:
    """Listen for the signals that end such a command.

    Yields:
        Waits so many seconds at most, and tells whether such a signal came. It waits at a pipe, since an event must not
        be set inside a signal handler.
    """
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    former_pipe = signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    former = {number: signal.signal(number, lambda *_: None) for number in STOP_SIGNALS}
    try:
        yield lambda seconds: bool(select.select([readable], [], [], seconds)[0])
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(former_pipe)
        os.close(readable)
        os.close(writable)


@contextmanager
def sigterm_as_ctrl_c() -> Iterator[None]:
    """Let SIGTERM, which service managers send, do what Ctrl-C does; for the main thread of a command that ends.

    It is left to the handler of SIGINT, of which asyncio has its own. A shell's background jobs have none: SIGTERM ends
    them at once.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    former = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)
