"""The campaign's table: one line a fault."""

from collections.abc import Iterator, Sequence

from tests.campaign.result import End, Result

WHAT = {
    "R1": "429 with Retry-After on 20 % of requests",
    "R2": "429 without Retry-After",
    "R3": "errors and broken answers on 10 % of requests",
    "R4": "everything fails",
    "R5": "tokens expire every 50 requests",
    "R6": "claims challenges, once and endless",
    "R7": "wrong links, listings cut, repeated rows",
    "R8": "rights removed, one and two at a time",
    "R9": "killed at random, then the same command again",
    "R13": "disk full at many offsets, read-only folder",
}
HEAD = ("fault", "", "trials", "injected", "complete", "honest", "wrong", "slowest")


def render_table(results: Sequence[Result], seconds: float) -> str:
    """Render the table and a closing line of ``key=value`` pairs."""
    rows = [HEAD, *_list_rows(results), _make_row("all", "", results)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(HEAD))]
    lines = [
        "  ".join(_align(cell, width, at) for at, (cell, width) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]
    wrong = sum(result.end is End.WRONG for result in results)
    injected = sum(result.injected for result in results)
    return "\n".join((*lines, f"trials={len(results)} injected={injected} wrong={wrong} seconds={seconds:.0f}"))


def _list_rows(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    for fault, what in WHAT.items():
        found = [result for result in results if result.fault == fault]
        if found:
            yield _make_row(fault, what, found)


def _make_row(fault: str, what: str, results: Sequence[Result]) -> tuple[str, ...]:
    ends = [str(sum(result.end is end for result in results)) for end in End]
    injected = sum(result.injected for result in results)
    slowest = max((result.seconds for result in results), default=0.0)
    return (fault, what, str(len(results)), str(injected), *ends, f"{slowest:.0f} s")


def _align(cell: str, width: int, at: int) -> str:
    return cell.ljust(width) if at <= 1 else cell.rjust(width)
