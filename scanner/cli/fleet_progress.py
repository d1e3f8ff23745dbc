"""How far a fleet run is, on stderr: a bar with those that are being scanned, or a line for each that changes."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from scanner.cli.commands import say_on_stderr
from scanner.cli.terminal import plain
from scanner.model.fleet import FleetScan, FleetState

Watch = Callable[[Sequence[FleetScan]], None]


class Changes:
    """Writes a line for each tenant that came to another state, and for no other."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._known: dict[str, tuple[FleetState, int]] | None = None

    def watch(self, scans: Sequence[FleetScan]) -> None:
        """Say what changed; of what was so before the command began, nothing."""
        known = self._known if self._known is not None else {scan.name: (scan.state, scan.attempts) for scan in scans}
        for scan in scans:
            if known.get(scan.name) != (scan.state, scan.attempts) and (sentence := sentence_of(scan)):
                self._say(f"{scan.name}: {sentence}")
        self._known = {scan.name: (scan.state, scan.attempts) for scan in scans}


def sentence_of(scan: FleetScan) -> str:
    """Say in a few words what became of a tenant; "" where nothing did."""
    match scan.state:
        case FleetState.RUNNING:
            return "begun" if scan.attempts == 1 else f"begun, try {scan.attempts}"
        case FleetState.DONE:
            return f"done, exit code {scan.exit_code}, run {scan.run_id}"
        case FleetState.FAILED:
            return f"failed: {scan.reason}"
        case FleetState.WAITING:
            return f"to be tried again: {scan.reason}" if scan.reason else ""


class Bar:
    """One bar for the whole fleet, and below it a line for each tenant that is being scanned."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

        self._console = Console(stderr=True)
        self.progress = Progress(
            TextColumn("{task.description:>28}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[reached]}", markup=False),
            console=self._console,
            transient=True,
        )
        self._all = self.progress.add_task("tenants", total=None, reached="")
        self._lines: dict[str, TaskID] = {}
        self._changes = Changes(lambda text: self._console.print(plain(text), markup=False, highlight=False))

    def watch(self, scans: Sequence[FleetScan]) -> None:
        """Redraw."""
        self._changes.watch(scans)
        settled = sum(1 for scan in scans if scan.is_settled)
        self.progress.update(self._all, completed=settled, total=len(scans))
        running = {scan.name: scan for scan in scans if scan.state is FleetState.RUNNING}
        for name in [name for name in self._lines if name not in running]:
            self.progress.remove_task(self._lines.pop(name))
        for name, scan in running.items():
            if name not in self._lines:
                self._lines[name] = self.progress.add_task(plain(name), total=None, reached="")
            self.progress.update(self._lines[name], reached=plain(scan.reached))


@contextmanager
def fleet_on_terminal() -> Iterator[Watch]:
    """Show how far a fleet run is: a bar where stderr is a terminal, else lines."""
    if not sys.stderr.isatty():
        yield Changes(lambda text: say_on_stderr(f"smtp-posture: {text}")).watch
        return
    bar = Bar()
    with bar.progress:
        yield bar.watch
