"""Tries every change that mutmut made, much faster than it does: tests are collected once, each change is a fork.

``scripts/mutate`` runs it in mutmut's working copy (``mutants/``), where it finds which test reaches which function.

    python ../scripts/try_mutants.py [--results FILE] [--again]

Prints the score by module, and the changes that no test noticed.
"""

import argparse
import json
import os
import signal
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from mutmut.mutation import trampoline

SECONDS = 12
KILLED, SURVIVED, HANGS, UNREACHED = "killed", "survived", "hangs", "unreached"


class Trial:
    """A pytest plugin that runs the collected tests once for every mutant, in a forked process.

    Args:
        reached_by: Tests by the function that they reach.
        seconds: Duration of each test.
        known: Results of an earlier trial that are kept.
        results: Where results are written.
    """

    def __init__(
        self,
        reached_by: Mapping[str, Sequence[str]],
        seconds: Mapping[str, float],
        known: dict[str, str],
        results: Path,
    ) -> None:
        self._reached_by, self._seconds = reached_by, seconds
        self._known, self._results = known, results

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the place of the usual loop over tests."""
        items = {item.nodeid: item for item in session.items}
        everywhere = [item for name, item in items.items() if name not in self._seconds]
        if try_one("", list(items.values())) is not SURVIVED:
            raise pytest.UsageError("a test fails without any change")
        pending = [name for name in mutant_names() if name not in self._known]
        for number, name in enumerate(pending, start=1):
            function = name.rpartition("__mutmut_")[0]
            reached = sorted(self._reached_by.get(function, ()), key=lambda test: self._seconds.get(test, 0))
            chosen = everywhere + [items[test] for test in reached if test in items]
            self._known[name] = try_one(name, chosen) if chosen else UNREACHED
            if number % 50 == 0 or number == len(pending):
                self._results.write_text(json.dumps(self._known))
                print(f"{number}/{len(pending)} {dict(Counter(self._known.values()))}", flush=True)
        return True


def mutant_names() -> Iterator[str]:
    """Give the names of all mutants, as mutmut noted them."""
    for meta in sorted(Path().glob("scanner/**/*.meta")):
        yield from json.loads(meta.read_text())["exit_code_by_key"]


def try_one(name: str, items: Sequence[pytest.Item]) -> str:
    """Run tests with one mutant in force, in a process of its own, until one fails."""
    child = os.fork()
    if not child:
        os._exit(first_failure(name, items))
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return HANGS if os.WTERMSIG(status) == signal.SIGALRM else KILLED
    return KILLED if os.WEXITSTATUS(status) else SURVIVED


def first_failure(name: str, items: Sequence[pytest.Item]) -> int:
    """Tell whether a test fails: 1, or 0 where none does."""
    signal.alarm(SECONDS)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    trampoline.get_mutant_under_test = lambda: name
    try:
        for item, following in zip_longest(items, items[1:]):
            if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
                return 1
    except BaseException:  # noqa: BLE001 -- whatever breaks, the mutant was noticed
        return 1
    return 0


def print_score(results: Mapping[str, str]) -> None:
    """Print how many mutants of each module were noticed, and the names of the others."""
    by_module: dict[str, Counter[str]] = defaultdict(Counter)
    for name, result in results.items():
        by_module[name.rpartition(".")[0]][result] += 1
    for module, counts in [*sorted(by_module.items()), ("all", sum(by_module.values(), Counter()))]:
        noticed = counts[KILLED] + counts[HANGS]
        print(f"{noticed / max(counts.total(), 1):6.1%} {noticed:5} of {counts.total():5}  {module}")
    for name, result in results.items():
        if result in {SURVIVED, UNREACHED}:
            print(f"{result}: {name}")


def main() -> int:
    """Try the mutants, and print the score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=Path("../mutants.json"))
    parser.add_argument("--again", action="store_true", help="try those again that were not noticed, and no others")
    arguments = parser.parse_args()
    selection = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["mutmut"][
        "pytest_add_cli_args_test_selection"
    ]
    stats = json.loads(Path("mutmut-stats.json").read_text())
    known: dict[str, str] = json.loads(arguments.results.read_text()) if arguments.results.exists() else {}
    if arguments.again:
        known = {name: result for name, result in known.items() if result in {KILLED, HANGS}}
    trial = Trial(stats["tests_by_mangled_function_name"], stats["duration_by_test"], known, arguments.results)
    os.environ["MUTANT_UNDER_TEST"] = ""
    code = pytest.main(["-q", "--assert=plain", "--tb=no", "-p", "no:cacheprovider", *selection], plugins=[trial])
    print_score(known)
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
