"""Sign-in events: which count as authenticated SMTP, and what is gathered of an account."""

import datetime as dt
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.evidence.row import Row, RowError
from scanner.evidence.sections.sign_ins import parse
from scanner.evidence.sign_in_log import SignInGatherer
from scanner.model.use import SignIns

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
EXAMPLES = Path(__file__).parents[1] / "data" / "sign-ins"
HOUR = dt.timedelta(hours=1)


def an_event(moment: dt.datetime = NOON, code: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "id": f"{moment.isoformat()}/{code}/{more.get('ipAddress', '')}",
        "createdDateTime": moment.isoformat(),
        "userId": "D0000000-0000-4000-8000-000000000001",
        "userPrincipalName": "Scanner@contoso.example",
        "clientAppUsed": "Authenticated SMTP",
        "ipAddress": "203.0.113.10",
        "status": {"errorCode": code},
        **more,
    }


def gathered(events: Iterable[dict[str, Any]]) -> tuple[SignIns, ...]:
    gatherer = SignInGatherer()
    for event in events:
        gatherer.add(parse(Row(event)))
    return gatherer.give().accounts


def only(events: Iterable[dict[str, Any]]) -> SignIns:
    (account,) = gathered(events)
    return account


@pytest.mark.parametrize("code", ["", "x", "9" * 5000, None, 1.5])
def test_a_code_that_is_none_is_refused(code: object) -> None:
    """Success and failure can't be told apart; a code of thousands of digits is no number that Python reads."""
    with pytest.raises(RowError):
        parse(Row(an_event(status={"errorCode": code})))


@pytest.mark.parametrize(
    ("client", "more", "counts"),
    [
        ("Authenticated SMTP", {}, True),
        ("AUTHENTICATED  SMTP", {}, True),
        ("SMTP", {}, True),
        ("Other clients; SMTP", {}, True),
        ("Other clients", {"resourceDisplayName": "Office 365 Exchange Online"}, True),
        ("Other clients", {"resourceDisplayName": "Windows Azure Active Directory"}, False),
        ("Other clients", {"resourceDisplayName": "Office 365 Exchange Online", "status": {"errorCode": 50126}}, False),
        ("IMAP4", {}, False),
        ("Browser", {}, False),
        ("Mobile Apps and Desktop clients", {}, False),
    ],
)
def test_what_counts_as_authenticated_smtp(client: str, more: dict[str, Any], counts: bool) -> None:  # noqa: FBT001
    """Its name and those of before; other legacy clients only where nothing else could have succeeded."""
    assert bool(gathered([an_event(clientAppUsed=client, **more)])) is counts


@pytest.mark.parametrize("lost", ["createdDateTime", "clientAppUsed", "status"])
def test_an_event_without_time_client_or_status_is_refused(lost: str) -> None:
    """Otherwise a failure could be taken for a success."""
    with pytest.raises(RowError):
        parse(Row({key: value for key, value in an_event().items() if key != lost}))


def test_an_account_needs_an_id_or_a_name() -> None:
    """One of them is enough."""
    assert parse(Row(an_event(userId=None))).sign_in_name == "scanner@contoso.example"
    assert parse(Row(an_event(userPrincipalName=""))).user_id == "d0000000-0000-4000-8000-000000000001"
    with pytest.raises(RowError):
        parse(Row(an_event(userId=None, userPrincipalName="")))


@pytest.mark.parametrize("name", ["v1.json", "beta.json"])
def test_the_providers_examples(name: str) -> None:
    """Both versions of the resource are read."""
    account = only(json.loads((EXAMPLES / name).read_text())["value"])
    assert account.basic == 1
    assert account.sign_in_name == "scanner@contoso.example"


def test_policies_that_may_not_be_seen_are_not_none() -> None:
    """Without the permission the list is left out: missing is not empty."""
    policy = {"id": "P", "displayName": "Block legacy", "result": "failure"}
    quiet = {"id": "Q", "displayName": "Other", "result": "notApplied"}
    assert only([an_event()]).policies is None
    assert only([an_event(appliedConditionalAccessPolicies=[])]).policies == ()
    (applied,) = only([an_event(appliedConditionalAccessPolicies=[policy, quiet])]).policies or ()
    assert (applied.id, applied.name, applied.result, applied.count) == ("p", "Block legacy", "failure", 1)


@pytest.mark.parametrize(
    ("protocol", "agent", "oauth"),
    [("none", "", 0), ("ropc", "", 0), ("oAuth2", "", 1), ("oAuth2", "BAV2ROPC", 0), ("", "", 0)],
)
def test_oauth_is_told_by_the_clients_protocol(protocol: str, agent: str, oauth: int) -> None:
    """Exchange's own front end turns Basic into a sign-in, whatever that one is called."""
    assert only([an_event(authenticationProtocol=protocol, userAgent=agent)]).oauth == oauth


def test_failing_since_the_first_failure_after_the_last_success() -> None:
    """Whatever the order of the events."""
    events = [an_event(NOON + hour * HOUR, code) for hour, code in enumerate((53003, 0, 53003, 53003, 53003))]
    account = only(reversed(events))
    assert account.failing_since == NOON + 2 * HOUR
    assert account.last_failure == NOON + 4 * HOUR
    assert (account.last_code, account.failures) == ("53003", (("53003", 4),))


def test_who_succeeded_last_is_not_failing() -> None:
    """A failure in between is passed."""
    assert only([an_event(), an_event(NOON + HOUR, 50126), an_event(NOON + 2 * HOUR)]).failing_since is None


def test_a_retry_loop_is_a_sender_that_fails() -> None:
    """One address, many tries."""
    events = [an_event(NOON + hour * HOUR, 50126 if hour < 10 else 50053) for hour in range(30)]
    account = only(events)
    assert account.failing_since == NOON
    assert account.guesses == 0


def test_guessing_from_many_addresses_is_no_sender() -> None:
    """Forty addresses with a try each, and never a success: nobody is hurt when that fails."""
    account = only(an_event(NOON + n * HOUR, 50126, ipAddress=f"198.51.100.{n}") for n in range(40))
    assert account.failing_since is None
    assert account.guesses == 40
    assert account.failures == (("50126", 40),)


def test_guessing_at_a_sender_does_not_make_it_fail() -> None:
    """Wrong passwords from where it never sends, after its last success."""
    events = [an_event(), *(an_event(NOON + n * HOUR, 50126, ipAddress=f"198.51.100.{n}") for n in range(1, 4))]
    account = only(events)
    assert (account.failing_since, account.guesses, account.basic) == (None, 3, 1)


def test_a_block_behind_the_right_password_counts_from_any_address() -> None:
    """Conditional Access answers only who has the password."""
    assert only([an_event(), an_event(NOON + HOUR, 53003, ipAddress="198.51.100.9")]).failing_since == NOON + HOUR


def test_the_habit_is_the_longest_pause() -> None:
    """In days between days with a success."""
    assert only(an_event(NOON + dt.timedelta(days=day)) for day in (0, 1, 2, 5, 6)).longest_pause == 3
    assert only([an_event()]).longest_pause == 0


def test_an_event_that_comes_twice_counts_once() -> None:
    """Lists repeat rows at the edges of pages and windows."""
    assert only([an_event(), an_event()]).basic == 1


EVENTS = st.lists(
    st.builds(
        lambda hour, code, place: an_event(NOON + hour * HOUR, code, ipAddress=f"203.0.113.{place}"),
        st.integers(0, 200),
        st.sampled_from((0, 0, 50126, 53003, 50053)),
        st.integers(1, 9),
    ),
    min_size=1,
    max_size=40,
)


@given(EVENTS, st.randoms(use_true_random=False))
def test_the_order_of_events_changes_nothing(events: list[dict[str, Any]], order: st.DataObject) -> None:
    """Windows and kinds of events come in any order."""
    shuffled = list(events)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = only(events), only(shuffled)
    assert (first.failures and sorted(first.failures) == sorted(second.failures)) or not first.failures
    facts = ("basic", "oauth", "first_seen", "last_seen", "last_basic", "failing_since", "last_failure", "guesses")
    assert [getattr(first, fact) for fact in facts] == [getattr(second, fact) for fact in facts]


@given(EVENTS)
def test_every_event_is_a_success_or_a_failure(events: list[dict[str, Any]]) -> None:
    """None is lost, and whoever fails now has no later success."""
    account = only(events)
    distinct = {event["id"] for event in events}
    assert account.basic + sum(count for _, count in account.failures) == len(distinct)
    if account.failing_since and account.last_basic:
        assert account.failing_since > account.last_basic


def test_memory_grows_with_accounts_and_not_with_events() -> None:
    """Ten times the events of one sender take no more room."""

    def size_after(events: int) -> int:
        gatherer = SignInGatherer()
        for number in range(events):
            gatherer.add(parse(Row(an_event(NOON - dt.timedelta(minutes=number % 4000), id=""))))
        (tally,) = gatherer._accounts.values()
        return sum(sys.getsizeof(getattr(tally, name)) for name in tally.__slots__)

    assert size_after(20_000) == size_after(4_000)
