"""The page about scenario files (docs/scenarios.md), made from the types and from the files that travel along."""

from collections.abc import Iterator, Mapping

from scanner.simulator.faults.describe import describe
from scanner.simulator.faults.load import find_scenarios, load_faults
from scanner.simulator.faults.scenario import LINKS, Budget, Fault, Faults, Service, Table, TenantTable, Then, When

_HEAD = """\
# Scenarios: what goes wrong on purpose

Generated from the code (`make docs`): edits belong there.

A scenario file makes the simulated tenant misbehave, always in the same way for the same seed:

    smtp-posture demo --scenario throttled          one that travels with the program
    smtp-posture demo --scenario mine.toml          one of your own

The tests and the fault campaign (`make faults`) play the same files, and a bug report is best with one. Example:

    title = "Every fifth page of users fails, and Conditional Access allows one request a second"
    seed = 7

    [[faults]]
    name = "users fail"
    when.path = "/graph/v1.0/users*"
    when.probability = 0.2
    then.status = 503

    [[budgets]]
    path = "/graph/*/identity/conditionalAccess/*"
    requests = 1
    seconds = 1
    retry_after = "none"

Paths start with `/graph/` or `/exchange/`; everything else is sign-in. Items of a batch are requests of their own, with
their own path. Whether a draw strikes depends on the seed and on the request (and how often it came), never on the
order in which different requests arrive; `nth`, `every`, `after` and `times` count in order of arrival.

The server's account of all requests (`SimulatedTenant.ledger`), the number of faults that struck
(`SimulatedTenant.injected`) and the number of callers at a stranger's host (`SimulatedTenant.stranger`) are what tests
look at afterwards. What a throttled walk looks like on a terminal is kept in `docs/throttled-walk.txt`.
"""

_TABLES: Mapping[str, type[Table]] = {
    "Top level": Faults,
    "`[tenant]`": TenantTable,
    "`[service]`": Service,
    "`[[budgets]]`": Budget,
    "`[[faults]]`": Fault,
    "`when`": When,
    "`then`": Then,
}


def render_scenarios() -> str:
    """Render the page."""
    return "\n".join((_HEAD, *_list_keys(), *_list_links(), *_list_ready()))


def _list_keys() -> Iterator[str]:
    for heading, table in _TABLES.items():
        about = (table.__doc__ or "").strip()
        yield f"## {heading}\n\n{about}\n\n| key | what stands there | meaning |\n|---|---|---|"
        for one in describe(table):
            needed = " (needed)" if one.needed else ""
            yield f"| `{one.key}` | {one.kind}{needed} | {one.meaning} |"
        yield ""


def _list_links() -> Iterator[str]:
    yield "## Links by name\n\n| `then.link` | becomes |\n|---|---|"
    yield from (f"| `{name}` | `{pattern}` |" for name, pattern in LINKS.items())
    yield ""


def _list_ready() -> Iterator[str]:
    yield "## Ready scenarios\n\n| name | what it shows |\n|---|---|"
    yield from (f"| `{name}` | {load_faults(name).title} |" for name in find_scenarios())
    yield ""
