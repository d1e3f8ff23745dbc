"""Gathers the sign-in log by account while it is read: memory grows with accounts, not with events."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from scanner.evidence.recent import RecentIds
from scanner.model.use import AppliedPolicy, Origin, SignIn, SignInLog, SignIns

SUCCESS = "0"
# What somebody gets who has no right password: the other codes come after the first factor (facts/smtp-auth.md §5.3).
WITHOUT_PASSWORD = frozenset({"50034", "50053", "50056", "50126"})
SLOT = 600  # seconds
KEPT_ADDRESSES = 50  # of one account; what comes from further ones is counted as from elsewhere
KEPT_AGENTS = 5
KEPT_CODES = 50
ELSEWHERE = ""
# Password guessing comes from many addresses with a few tries each; a device stays where it is and repeats itself.
GUESSING_ADDRESSES = 5
TRIES_OF_A_DEVICE = 4

Span = list[dt.datetime]  # first and last


class Place:
    """What one account did from one address."""

    __slots__ = ("failures", "last_seen", "spans", "successes")

    def __init__(self, moment: dt.datetime) -> None:
        self.successes = 0
        self.failures = 0
        self.last_seen = moment
        # First and last failure of each slot of time and code: enough to find the first one after any moment, at most
        # a slot too late.
        self.spans: dict[tuple[int, str], Span] = {}


class AccountTally:
    """Counts the events of one account.

    Args:
        event: The first one.
    """

    __slots__ = (
        "_agents",
        "_basic",
        "_codes",
        "_days",
        "_first_seen",
        "_last_basic",
        "_last_oauth",
        "_last_seen",
        "_oauth",
        "_places",
        "_policies",
        "_sign_in_name",
        "_user_id",
    )

    def __init__(self, event: SignIn) -> None:
        self._user_id = event.user_id
        self._sign_in_name = event.sign_in_name
        self._first_seen = self._last_seen = event.moment
        self._basic = self._oauth = 0
        self._last_basic: dt.datetime | None = None
        self._last_oauth: dt.datetime | None = None
        self._days: set[int] = set()
        self._codes: Counter[str] = Counter()
        self._places: dict[str, Place] = {}
        self._agents: Counter[str] = Counter()
        self._policies: Counter[tuple[str, str, str]] | None = None

    def add(self, event: SignIn) -> None:
        """Count one event."""
        self._first_seen = min(self._first_seen, event.moment)
        self._last_seen = max(self._last_seen, event.moment)
        place = self._place(event)
        if event.code == SUCCESS:
            place.successes += 1
            self._succeed(event)
        else:
            place.failures += 1
            self._fail(event, place)
        if event.user_agent and (event.user_agent in self._agents or len(self._agents) < KEPT_AGENTS):
            self._agents[event.user_agent] += 1
        if event.policies is not None:
            self._policies = self._policies or Counter()
            self._policies.update(event.policies)

    def give(self) -> SignIns:
        """Sum up."""
        last_success = latest(self._last_basic, self._last_oauth)
        counted = list(self._failures_that_count())
        last = max(counted, key=lambda failure: failure[1][1], default=None)
        after = [moment for _, span in counted for moment in span if last_success is None or moment > last_success]
        return SignIns(
            user_id=self._user_id,
            sign_in_name=self._sign_in_name,
            basic=self._basic,
            oauth=self._oauth,
            failures=tuple(self._codes.most_common()),
            first_seen=self._first_seen,
            last_seen=self._last_seen,
            last_basic=self._last_basic,
            last_oauth=self._last_oauth,
            longest_pause=longest_pause(self._days),
            last_failure=last[1][1] if last else None,
            last_code=last[0] if last else "",
            failing_since=min(after, default=None),
            guesses=self._guesses(),
            origins=tuple(self._origins()),
            user_agents=tuple(agent for agent, _ in self._agents.most_common()),
            policies=None if self._policies is None else tuple(applied(self._policies)),
        )

    def _place(self, event: SignIn) -> Place:
        address = event.address
        if address not in self._places and len(self._places) >= KEPT_ADDRESSES:
            address = ELSEWHERE
        place = self._places.setdefault(address, Place(event.moment))
        place.last_seen = max(place.last_seen, event.moment)
        return place

    def _succeed(self, event: SignIn) -> None:
        if event.oauth:
            self._oauth += 1
            self._last_oauth = latest(self._last_oauth, event.moment)
        else:
            self._basic += 1
            self._last_basic = latest(self._last_basic, event.moment)
            self._days.add(event.moment.toordinal())

    def _fail(self, event: SignIn, place: Place) -> None:
        if event.code in self._codes or len(self._codes) < KEPT_CODES:
            self._codes[event.code] += 1
        span = place.spans.setdefault((int(event.moment.timestamp()) // SLOT, event.code), [event.moment, event.moment])
        span[0], span[1] = min(span[0], event.moment), max(span[1], event.moment)

    def _failures_that_count(self) -> Iterator[tuple[str, Span]]:
        """Give code and span of the failures that are not a stranger's guesses at the password."""
        for address, place in self._places.items():
            for (_, code), span in place.spans.items():
                if code not in WITHOUT_PASSWORD or not self._is_strange(address, place):
                    yield code, span

    def _is_strange(self, address: str, place: Place) -> bool:
        """Tell whether wrong passwords from an address are somebody else's.

        Where the account succeeds from other addresses, it is an address that never did; where it succeeds nowhere,
        one of many that make a few tries each.
        """
        if place.successes:
            return False
        if self._basic or self._oauth:
            return True
        return len(self._places) >= GUESSING_ADDRESSES and (address == ELSEWHERE or place.failures < TRIES_OF_A_DEVICE)

    def _guesses(self) -> int:
        strange = [place for address, place in self._places.items() if self._is_strange(address, place)]
        return sum(place.failures for place in strange if {code for _, code in place.spans} <= WITHOUT_PASSWORD)

    def _origins(self) -> Iterator[Origin]:
        for address, place in sorted(self._places.items(), key=lambda item: (-sum_of(item[1]), item[0])):
            if address != ELSEWHERE:
                yield Origin(
                    address=address,
                    successes=place.successes,
                    failures=place.failures,
                    last_seen=place.last_seen,
                )


class SignInGatherer:
    """Takes the events of a tenant; a ``Gatherer``."""

    def __init__(self) -> None:
        self._accounts: dict[str, AccountTally] = {}
        self._ids = RecentIds()
        self._oldest: dt.datetime | None = None

    def add(self, row: SignIn) -> None:
        """Count an event of authenticated SMTP that has not been counted yet."""
        self._oldest = row.moment if self._oldest is None else min(self._oldest, row.moment)
        if not row.smtp or self._ids.repeats(row.id):
            return
        key = row.user_id or row.sign_in_name
        tally = self._accounts.get(key)
        if tally is None:
            tally = self._accounts[key] = AccountTally(row)
        tally.add(row)

    def give(self) -> SignInLog:
        """Sum up, the accounts in the order of their keys."""
        accounts = tuple(self._accounts[key].give() for key in sorted(self._accounts))
        return SignInLog(accounts=accounts, oldest=self._oldest)


def latest(*moments: dt.datetime | None) -> dt.datetime | None:
    """Give the latest of the moments that are known."""
    return max((moment for moment in moments if moment is not None), default=None)


def longest_pause(days: Iterable[int]) -> int:
    """Give the most days between two days that follow each other; 0 where there are fewer than two."""
    ordered = sorted(days)
    return max((later - day for day, later in pairwise(ordered)), default=0)


def applied(policies: Counter[tuple[str, str, str]]) -> Iterator[AppliedPolicy]:
    """Give the policies that were applied, the most frequent first."""
    for (policy_id, name, result), count in policies.most_common():
        yield AppliedPolicy(id=policy_id, name=name, result=result, count=count)


def sum_of(place: Place) -> int:
    """Count the events of a place."""
    return place.successes + place.failures
