"""The fault campaign (``make faults``): plays every case again and again, prints a table, fails on one wrong value."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path

from tests.campaign.plays import list_plays, play
from tests.campaign.result import End, Result
from tests.campaign.table import render_table

AT_ONCE = 3  # on two cores: trials wait most of the time
FAILED = Path("faults-failed")


def main(arguments: Sequence[str]) -> int:
    """Run the campaign, or replay one trial of it.

    Returns:
        1 where anything was wrong.
    """
    options = _read(arguments)
    started = time.monotonic()
    results: list[Result] = []
    for result in _run(list_plays(options.only, options.seed, started + 60 * options.minutes)):
        results.append(result)
        if result.end is End.WRONG:
            _say(f"WRONG {result.case}, seed {result.seed}: {result.why}\n      {result.replay}\n      {_keep(result)}")
        elif options.seed is not None:
            _say(f"{result.case}, seed {result.seed}: {result.end}\n{result.scenario}")
    _say(render_table(results, time.monotonic() - started))
    return int(any(result.end is End.WRONG for result in results))


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults ARGS='…'", description=__doc__)
    parser.add_argument("--minutes", type=float, default=17.0, help="how long new trials are begun (default: 17)")
    parser.add_argument("--only", default="", help="cases whose names begin so, e.g. R7 or R3/reset")
    parser.add_argument("--seed", type=int, help="one trial of each, with this seed, and its scenario printed")
    return parser.parse_args(arguments)


def _run(plays: Iterator[tuple[str, int]]) -> Iterator[Result]:
    """Play some at a time; the next one is only chosen when there is room for it."""
    running: set[Future[Result]] = set()
    with ProcessPoolExecutor(AT_ONCE, mp_context=get_context("spawn")) as pool:
        for name, seed in plays:
            running.add(pool.submit(play, name, seed))
            while len(running) >= AT_ONCE:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        yield from (future.result() for future in wait(running).done)


def _keep(result: Result) -> Path:
    """Keep the scenario of a failed trial, for a bug report or a demo."""
    FAILED.mkdir(exist_ok=True)
    file = FAILED / f"{result.case.replace('/', '-')}-{result.seed}.toml"
    file.write_text(f"# {result.why}\n# {result.replay}\n{result.scenario}", encoding="utf-8")
    return file


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
