"""From a report to its files: rows against seconds and memory, each format in a process of its own, with its floor.

    python benchmarks/render.py [--mailboxes N] [--format LIST]

Memory is what writing adds to the report that is already there; for the PDF it is the peak of the rendering child if
that is larger. A floor is the least that such a file costs: packing the workbook's parts again, printing one line of
plain text per row of the PDF, encoding the mailboxes as JSON (and packing that, for the page) for all others.
"""

import argparse
import contextlib
import gzip
import io
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scanner.app.job import ALL_FORMATS
from scanner.report.chapters.roster import ROSTER_LIMIT
from scanner.report.chapters.situations import is_flagged
from scanner.report.contract import Report
from scanner.report.formats import Edition, find_format
from scanner.report.formats.pdf import PdfFormat
from tests.report.sample import make_report


class Measure(msgspec.Struct):
    """What one format cost; times in seconds, ``cpu`` with that of its children, memory in MiB."""

    format: str
    mailboxes: int
    rows: int
    seconds: float
    cpu: float
    floor: float
    rss_mib: int
    bytes: int


def read_peak(process: str = "self") -> int:
    """Read the peak of a process's memory, in MiB; 0 where it has ended."""
    try:
        told = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    peaks = [int(line.split()[1]) // 1024 for line in told.splitlines() if line.startswith("VmHWM")]
    return max(peaks, default=0)


class Watch(threading.Thread):
    """Watches the peak of this process's children: what the system says of ended ones begins with the parent's own."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self.done = threading.Event()

    def run(self) -> None:
        """Look at the children twenty times a second."""
        while not self.done.wait(0.05):
            for tasks in Path("/proc/self/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    self.peak = max([self.peak, *map(read_peak, tasks.read_text().split())])


def reset_peak() -> None:
    """Forget the peak so far."""
    Path("/proc/self/clear_refs").write_text("5")


def processor_time() -> float:
    """Give the processor time of this process and its children."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def measure(name: str, mailboxes: int) -> Measure:
    """Write one format and its floor in this process."""
    report = make_report(mailboxes)
    reset_peak()
    before, begun, spent, watch = read_peak(), time.perf_counter(), processor_time(), Watch()
    watch.start()
    with tempfile.TemporaryFile() as out:
        find_format(name).write(Edition(report), out)
        seconds, cpu, peak = time.perf_counter() - begun, processor_time() - spent, read_peak()
        out.seek(0)
        content = out.read()
    watch.done.set()
    return Measure(
        format=name,
        mailboxes=mailboxes,
        rows=rows_of(report, name),
        seconds=seconds,
        cpu=cpu,
        rss_mib=max(peak - before, watch.peak),
        bytes=len(content),
        floor=time_of(FLOORS.get(name, floor_of_json), report, content),
    )


def rows_of(report: Report, name: str) -> int:
    """Count the mailboxes that a format lists one by one."""
    if name != "pdf":
        return len(report.mailboxes)
    return min(sum(map(is_flagged, report.mailboxes)), ROSTER_LIMIT)


def time_of(floor: Callable[[Report, bytes], object], report: Report, content: bytes) -> float:
    """Time a floor."""
    begun = time.perf_counter()
    floor(report, content)
    return time.perf_counter() - begun


def floor_of_json(report: Report, content: bytes) -> None:
    """Encode the mailboxes in one go."""
    del content
    msgspec.json.encode(report.mailboxes, enc_hook=str)


def floor_of_page(report: Report, content: bytes) -> None:
    """Encode the mailboxes and pack them."""
    del content
    gzip.compress(msgspec.json.encode(report.mailboxes, enc_hook=str), 6)


def floor_of_workbook(report: Report, content: bytes) -> None:
    """Pack the parts of the finished workbook again."""
    del report
    with ZipFile(io.BytesIO(content)) as made, ZipFile(io.BytesIO(), "w", ZIP_DEFLATED) as again:
        for name in made.namelist():
            again.writestr(name, made.read(name))


def floor_of_print(report: Report, content: bytes) -> None:
    """Print one line of plain text per row, in the same child."""
    del content
    lines = "\n".join(f"{m.address} {m.flag}" for m in report.mailboxes if is_flagged(m))
    text = "\n".join(lines.splitlines()[:ROSTER_LIMIT])
    with tempfile.TemporaryFile() as out:
        PdfFormat()._render(f'<html lang="en"><title>x</title><pre>{text}</pre>'.encode(), "", out)  # noqa: SLF001


FLOORS: dict[str, Callable[[Report, bytes], object]] = {
    "html": floor_of_page,
    "xlsx": floor_of_workbook,
    "pdf": floor_of_print,
}


def measure_apart(name: str, mailboxes: int) -> Measure:
    """Measure one format in a fresh process."""
    command = [sys.executable, __file__, "--mailboxes", str(mailboxes), "--one", name]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Measure)


def tell(measures: list[Measure]) -> None:
    """Print a table, and the last line for programs."""
    print(f"{'format':8} {'rows':>8} {'seconds':>8} {'cpu':>6} {'floor':>6} {'added MiB':>9} {'file MB':>8}")
    for m in measures:
        told = f"{m.seconds:8.2f} {m.cpu:6.2f} {m.floor:6.2f} {m.rss_mib:9} {m.bytes / 1e6:8.2f}"
        print(f"{m.format:8} {m.rows:8} {told}")
    seconds, floor = (sum(getattr(m, name) for m in measures) for name in ("seconds", "floor"))
    pairs = [f"mailboxes={measures[0].mailboxes}", f"seconds={seconds:.2f}", f"floor_seconds={floor:.2f}"]
    pairs += [f"ratio_to_floor={seconds / floor:.2f}", f"rss_mib={max(m.rss_mib for m in measures)}"]
    for m in measures:
        key = m.format.replace("-", "_")
        pairs += [f"{key}_rows={m.rows}", f"{key}_seconds={m.seconds:.4f}", f"{key}_cpu={m.cpu:.2f}"]
        pairs += [f"{key}_rss_mib={m.rss_mib}", f"{key}_bytes={m.bytes}"]
    print(" ".join(pairs))


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mailboxes", type=int, default=10_000)
    parser.add_argument("--format", default=",".join(ALL_FORMATS), help="comma-separated list")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(msgspec.to_builtins(measure(given.one, given.mailboxes))))
        return
    tell([measure_apart(name, given.mailboxes) for name in given.format.split(",")])


if __name__ == "__main__":
    main()
