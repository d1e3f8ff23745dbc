"""The flag: use joined with verdict and the next known change."""

import datetime as dt
from typing import Any

import pytest

from scanner.flags.changes import next_change
from scanner.flags.rules import (
    Case,
    Flag,
    Likelihood,
    Sighting,
    better,
    choose_flag,
    likelihood_of,
    sighting_of,
)
from scanner.gates.calendar import CALENDAR
from scanner.gates.examples import a_circumstance
from scanner.model.circumstance import SetAside
from scanner.model.directory import MailboxKind
from scanner.model.judgement import Outcome
from scanner.model.observed import Gap
from scanner.model.use import Clients, Earlier, SignIns, Silence, Use

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
ACCEPTED, REFUSED, DEPENDS, UNKNOWN = Outcome.ACCEPTED, Outcome.REFUSED, Outcome.DEPENDS, Outcome.UNKNOWN


def a_case(sighting: Sighting, basic: Outcome, oauth: Outcome = REFUSED, **more: Any) -> Case:
    return Case(sighting=sighting, basic=basic, oauth=oauth, **more)


def seen(days_ago: int = 0, **facts: object) -> SignIns:
    moment = NOON - dt.timedelta(days=days_ago)
    known: dict[str, object] = {"basic": 1, "oauth": 0, "last_basic": moment}
    return SignIns(
        user_id="u",
        sign_in_name="u",
        failures=(),
        first_seen=moment,
        last_seen=moment,
        **{**known, **facts},  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("outcome", Outcome)
def test_what_was_seen_failing_fails_whatever_is_predicted(outcome: Outcome) -> None:
    """The log is an observation, and the verdict a prediction."""
    assert choose_flag(a_case(Sighting.FAILING, outcome)) is Flag.FAILING


@pytest.mark.parametrize(
    ("sighting", "basic", "flag"),
    [
        (Sighting.BASIC, ACCEPTED, Flag.WILL_FAIL),
        (Sighting.BASIC, DEPENDS, Flag.WILL_FAIL),
        (Sighting.BASIC, REFUSED, Flag.FAILING),
        (Sighting.BASIC, UNKNOWN, Flag.UNKNOWN),
        (Sighting.EARLIER, ACCEPTED, Flag.WILL_FAIL),
        (Sighting.EARLIER, REFUSED, Flag.WOULD_FAIL),
        (Sighting.NOT_SEEN, ACCEPTED, Flag.EXPOSED),
        (Sighting.NOT_SEEN, DEPENDS, Flag.EXPOSED),
        (Sighting.NOT_SEEN, REFUSED, Flag.WOULD_FAIL),
        (Sighting.NOT_SEEN, UNKNOWN, Flag.UNKNOWN),
        (Sighting.NOT_KNOWN, ACCEPTED, Flag.EXPOSED),
        (Sighting.NOT_KNOWN, REFUSED, Flag.WOULD_FAIL),
        (Sighting.NOT_KNOWN, UNKNOWN, Flag.UNKNOWN),
    ],
)
def test_basic_by_what_was_seen(sighting: Sighting, basic: Outcome, flag: Flag) -> None:
    """A sender breaks now or at the next change; a mailbox that nobody uses is open or would fail."""
    assert choose_flag(a_case(sighting, basic)) is flag


@pytest.mark.parametrize(
    ("oauth", "flag"),
    [(ACCEPTED, Flag.IN_ORDER), (DEPENDS, Flag.IN_ORDER), (REFUSED, Flag.FAILING), (UNKNOWN, Flag.UNKNOWN)],
)
def test_a_sender_with_oauth_lasts_unless_oauth_is_refused(oauth: Outcome, flag: Flag) -> None:
    """Whatever becomes of Basic."""
    assert {choose_flag(a_case(Sighting.OAUTH, basic, oauth)) for basic in Outcome} == {flag}


@pytest.mark.parametrize(
    ("basic", "oauth", "flag"),
    [
        (ACCEPTED, ACCEPTED, Flag.UNKNOWN),
        (ACCEPTED, REFUSED, Flag.WILL_FAIL),
        (REFUSED, ACCEPTED, Flag.IN_ORDER),
        (REFUSED, REFUSED, Flag.FAILING),
        (UNKNOWN, REFUSED, Flag.UNKNOWN),
    ],
)
def test_a_sender_that_may_use_either_is_told_by_what_passes(basic: Outcome, oauth: Outcome, flag: Flag) -> None:
    """An export without the protocol's column counts messages only."""
    assert choose_flag(a_case(Sighting.UNTOLD, basic, oauth)) is flag


def test_without_a_known_change_a_sender_is_in_order() -> None:
    """Then its way lasts."""
    assert choose_flag(a_case(Sighting.BASIC, ACCEPTED, changes=False)) is Flag.IN_ORDER


@pytest.mark.parametrize(
    ("sighting", "oauth", "likely", "flag"),
    [
        (Sighting.NOT_SEEN, ACCEPTED, False, Flag.UNKNOWN),
        (Sighting.NOT_KNOWN, ACCEPTED, False, Flag.UNKNOWN),
        (Sighting.NOT_SEEN, REFUSED, False, Flag.UNKNOWN),
        (Sighting.NOT_SEEN, REFUSED, True, Flag.WOULD_FAIL),
        (Sighting.NOT_KNOWN, REFUSED, False, Flag.WOULD_FAIL),
    ],
)
def test_a_switch_that_was_not_read_decides_nothing(
    sighting: Sighting,
    oauth: Outcome,
    likely: bool,  # noqa: FBT001
    flag: Flag,
) -> None:
    """The flag is unknown wherever another setting of it would give another one."""
    assert choose_flag(a_case(sighting, REFUSED, oauth, smtp_auth_disabled=Gap.ABSENT, likely=likely)) is flag


@pytest.mark.parametrize("sighting", [Sighting.NOT_SEEN, Sighting.NOT_KNOWN])
@pytest.mark.parametrize(("disabled", "flag"), [(None, Flag.IN_ORDER), (False, Flag.WOULD_FAIL)])
def test_with_oauth_only_it_is_in_order(sighting: Sighting, disabled: bool | None, flag: Flag) -> None:  # noqa: FBT001
    """Unless somebody turned SMTP AUTH on for this very mailbox: then a sender is likely there, and fails."""
    assert choose_flag(a_case(sighting, REFUSED, ACCEPTED, smtp_auth_disabled=disabled)) is flag


@pytest.mark.parametrize(
    ("sighting", "likely", "flag"),
    [
        (Sighting.NOT_SEEN, False, Flag.IN_ORDER),
        (Sighting.NOT_SEEN, True, Flag.WOULD_FAIL),
        (Sighting.NOT_KNOWN, False, Flag.WOULD_FAIL),
    ],
)
def test_turned_off_here_and_quiet_is_in_order(sighting: Sighting, likely: bool, flag: Flag) -> None:  # noqa: FBT001
    """Quiet is known only where somebody could look."""
    assert choose_flag(a_case(sighting, REFUSED, smtp_auth_disabled=True, likely=likely)) is flag


@pytest.mark.parametrize(
    ("reason", "flag"),
    [
        (SetAside.INACTIVE, Flag.IN_ORDER),
        (SetAside.SOFT_DELETED, Flag.IN_ORDER),
        (SetAside.ON_PREMISES, Flag.UNKNOWN),
    ],
)
def test_what_is_listed_apart_has_its_own_flag(reason: SetAside, flag: Flag) -> None:
    """Nobody sends from a deleted mailbox, and one on-premises is not ours to judge; who is seen failing fails."""
    silent = Case(sighting=Sighting.NOT_KNOWN, basic=REFUSED, oauth=REFUSED, set_aside=reason)
    failing = Case(sighting=Sighting.FAILING, basic=REFUSED, oauth=REFUSED, set_aside=reason)
    assert choose_flag(silent) is flag
    assert choose_flag(failing) is Flag.FAILING


@pytest.mark.parametrize(
    ("own", "pop_or_imap", "likelihood"),
    [
        (False, None, Likelihood.LIKELY),
        (None, True, Likelihood.LIKELY),
        (None, False, Likelihood.UNLIKELY),
        (True, None, Likelihood.UNLIKELY),
        (Gap.ABSENT, None, Likelihood.UNLIKELY),
    ],
)
def test_the_likelihood_of_use(own: object, pop_or_imap: bool | None, likelihood: Likelihood) -> None:  # noqa: FBT001
    """Enabled on the mailbox itself, or POP or IMAP on."""
    assert likelihood_of(a_circumstance(smtp_auth_disabled=own), pop_or_imap, Use()) is likelihood


def test_sent_before_makes_use_likely() -> None:
    """A quarterly job is quiet in most runs."""
    before = Use(earlier=Earlier(basic=dt.date(2026, 3, 31)))
    assert likelihood_of(a_circumstance(), None, before) is Likelihood.LIKELY


@pytest.mark.parametrize(
    ("use", "sighting"),
    [
        (Use(), Sighting.NOT_KNOWN),
        (Use(silence=Silence.NOT_LICENSED), Sighting.NOT_KNOWN),
        (Use(silence=Silence.NOT_SEEN, basic=0), Sighting.NOT_SEEN),
        (Use(silence=None, basic=3), Sighting.BASIC),
        (Use(silence=None, basic=0, oauth=3), Sighting.OAUTH),
        (Use(silence=None, basic=3, oauth=3), Sighting.BASIC),
        (Use(silence=None, clients=Clients(not_told=4)), Sighting.UNTOLD),
        (Use(silence=None, basic=3, sign_ins=seen(failing_since=NOON)), Sighting.FAILING),
        (Use(silence=Silence.NOT_SEEN, earlier=Earlier(basic=dt.date(2026, 3, 1))), Sighting.EARLIER),
        (Use(earlier=Earlier(basic=dt.date(2026, 3, 1))), Sighting.EARLIER),
        (Use(earlier=Earlier(basic=dt.date(2026, 3, 1), oauth=dt.date(2026, 6, 1))), Sighting.OAUTH),
    ],
)
def test_what_counts_as_seen(use: Use, sighting: Sighting) -> None:
    """From what weighs most to what weighs least; three kinds of silence are two for the flag."""
    assert sighting_of(use) is sighting


@pytest.mark.parametrize(
    ("days_ago", "pause", "sighting"),
    [(8, 3, Sighting.OAUTH), (5, 3, Sighting.BASIC), (8, 7, Sighting.BASIC), (20, 7, Sighting.OAUTH)],
)
def test_a_sender_has_moved_when_basic_is_silent_for_longer_than_its_habit(
    days_ago: int, pause: int, sighting: Sighting
) -> None:
    """A daily sender after a week, a weekly one only after more than two."""
    use = Use(basic=9, oauth=2, silence=None, read_at=NOON, sign_ins=seen(days_ago, longest_pause=pause))
    assert sighting_of(use) is sighting


def test_exports_with_windows_tell_of_a_move() -> None:
    """The newest window with Basic ended before the newest one with OAuth."""
    moved = Clients(basic=5, oauth=5, last_basic=dt.date(2026, 9, 30), last_oauth=dt.date(2026, 10, 31))
    assert sighting_of(Use(basic=5, oauth=5, silence=None, clients=moved)) is Sighting.OAUTH


@pytest.mark.parametrize(
    ("kind", "as_of", "key", "date"),
    [
        (MailboxKind.USER, dt.date(2026, 11, 26), "default_off", dt.date(2026, 12, 31)),
        (MailboxKind.USER, dt.date(2026, 12, 31), "final_removal", None),
        (MailboxKind.HVE, dt.date(2026, 11, 26), "hve_basic_ends", dt.date(2028, 9, 1)),
        (MailboxKind.HVE, dt.date(2028, 9, 1), "final_removal", None),
    ],
)
def test_the_next_change_comes_from_the_calendar(
    kind: MailboxKind, as_of: dt.date, key: str, date: dt.date | None
) -> None:
    """What is announced counts, whether or not its date is."""
    change = next_change(kind, CALENDAR, as_of)
    assert change is not None
    assert (change.key, change.date) == (key, date)


def test_of_two_ways_the_better_counts() -> None:
    """Passing before unknown before refused."""
    assert better(REFUSED, ACCEPTED) is ACCEPTED
    assert better(UNKNOWN, REFUSED) is UNKNOWN
    assert better(UNKNOWN, DEPENDS) is DEPENDS
