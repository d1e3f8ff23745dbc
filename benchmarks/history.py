"""Two months of a tenant: what they take in the store, and how long their difference takes.

    python benchmarks/history.py [--mailboxes N]

Both months are kept through the program itself: evidence, posture, run. The rows are the simulated tenant's, with the
columns that a scan asks for and ids that do not compress. In the second month two mailboxes of a hundred differ, and
the difference must name each of them. The floor is reading and unpacking what was kept of both runs, comparing nothing.
"""

import argparse
import datetime as dt
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType

from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scanner.app.history import differ
from scanner.app.job import Job
from scanner.app.run import run_job
from scanner.cli.terminal import LineProgress
from scanner.evidence.sections import cas_mailboxes, exchange_users, mailboxes
from scanner.evidence.sections.users import FIELDS
from scanner.model.section import SectionReport, SectionState
from scanner.model.tenant import Tenant
from scanner.simulator import Scenario, build_population
from scanner.simulator.exchange.rows import cas_mailbox_row, mailbox_row, user_row
from scanner.simulator.graph import users
from scanner.simulator.population.directory import Population
from scanner.simulator.population.model import Mailbox
from scanner.sources.interface import LastingSink, Progress
from scanner.store import Store

SEED = 20261123
PAGE = 1000
DIFFERING = 50  # every fiftieth mailbox
MONTHS = 24
Row = Mapping[str, object]


class Month:
    """The evidence of one month, as a source gives it.

    Args:
        population: Whose tenant it is.
        listed: Its mailboxes in this month.
        collected_at: When they were read.
    """

    origin = ""

    def __init__(self, population: Population, listed: Sequence[Mailbox], collected_at: dt.datetime) -> None:
        self._population, self._mailboxes, self._collected_at = population, listed, collected_at
        self.known = Tenant(id=population.tenant_id, domain="bench.example", collected_at=collected_at)

    def collect(self, sink: LastingSink, _: Progress) -> Tenant:
        """Give every section in pages."""
        for section, rows in self._sections():
            for begin in range(0, len(rows), PAGE):
                sink.add_page(section, rows[begin : begin + PAGE])
            sink.close_section(
                SectionReport(
                    section=section, state=SectionState.COMPLETE, count=len(rows), collected_at=self._collected_at
                )
            )
        return self.known

    def _sections(self) -> Iterator[tuple[str, Sequence[Row]]]:
        accounts = self._population.accounts
        yield "transport-config", [{"SmtpClientAuthenticationDisabled": False}]
        yield "organization-config", [{"DefaultAuthenticationPolicy": None}]
        yield "security-defaults", [{"isEnabled": False}]
        for section in ("authentication-policies", "conditional-access-policies", "named-locations", "groups"):
            yield section, []
        yield "mailboxes", [selected(mailbox_row(mailbox), mailboxes) for mailbox in self._mailboxes]
        yield "cas-mailboxes", [selected(cas_mailbox_row(mailbox), cas_mailboxes) for mailbox in self._mailboxes]
        yield "exchange-users", [selected(user_row(mailbox), exchange_users) for mailbox in self._mailboxes]
        yield "users", [users.user_row(account, tuple(FIELDS.split(","))) for account in accounts]
        yield "per-user-mfa", [{"id": account.id, "perUserMfaState": account.mfa} for account in accounts]
        yield "sign-ins", [sign_in(account.id, account.upn) for account in accounts[::10]]


def selected(row: Row, section: ModuleType) -> Row:
    """Leave the columns that a scan asks Exchange for, with their annotations."""
    return {key: value for key, value in row.items() if key.partition("@")[0] in section.SECTION.ask.select}


def sign_in(account_id: str, name: str) -> Row:
    """Make one sign-in event, of which every tenth account has one: all of it is kept."""
    dice = random.Random(account_id)
    return {
        "id": f"{dice.getrandbits(128):032x}",
        "createdDateTime": f"2026-11-{dice.randint(1, 28):02}T{dice.randint(0, 23):02}:00:00Z",
        "userId": account_id,
        "userPrincipalName": name,
        "clientAppUsed": "Authenticated SMTP",
        "ipAddress": f"203.0.113.{dice.randint(1, 254)}",
        "status": {"errorCode": 0},
    }


def altered(listed: Sequence[Mailbox]) -> list[Mailbox]:
    """Rename every fiftieth mailbox."""
    return [
        replace(mailbox, address=f"new-{mailbox.address}") if place % DIFFERING == 0 else mailbox
        for place, mailbox in enumerate(listed)
    ]


def keep_two_months(folder: Path, count: int) -> tuple[str, int]:
    """Keep both months; give the store's address and how many mailboxes differ."""
    population = build_population(Scenario(mailboxes=count, seed=SEED))
    first = list(population.mailboxes)
    url = f"sqlite:///{folder}/store.db"
    for number, listed in enumerate((first, altered(first))):
        collected_at = dt.datetime(2026, 10 + number, 1, 6, tzinfo=dt.UTC)
        job = Job(as_of=collected_at.date(), out=folder / "runs", formats=(), store_url=url)
        run_job(Month(population, listed, collected_at), job, LineProgress())
    return url, len(first[::DIFFERING])


def measure_floor(url: str) -> float:
    """Read and unpack what was kept of both runs; give the seconds."""
    begun = time.perf_counter()
    with Store.open(url) as store:
        for run in store.runs():
            store.posture(run)
    return time.perf_counter() - begun


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mailboxes", type=int, default=100_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url, planted = keep_two_months(folder, arguments.mailboxes)
        kept = sum(path.stat().st_size for path in folder.glob("store.db*"))
        least = min(measure_floor(url) for _ in range(3))
        begun = time.perf_counter()
        with Store.open(url) as store:
            found = differ(store, "previous", "latest")
        seconds = time.perf_counter() - begun
    if found.counts != {"mailbox_renamed": planted}:
        sys.exit(f"{planted} mailboxes were renamed, and the difference says {found.counts}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"seconds={seconds:.2f} ratio_to_floor={seconds / least:.2f} rss_mib={peak} changes={planted} "
        f"month_mb={kept / 2e6:.1f} months_24_mb={kept / 2e6 * MONTHS:.0f} mailboxes={arguments.mailboxes}"
    )


if __name__ == "__main__":
    main()
