"""Which way off Basic suits a sender, why, what is asked, and how far it is."""

import datetime as dt
from typing import Any

import pytest

from scanner.migration.progress import Stage, Standing, standing_of, tally
from scanner.migration.routes import QUESTIONS, TEXTS, Fit, Option, RouteKey, choose, options_for, questions_for
from scanner.migration.sender import Ground, Sender, ground_of
from scanner.model.notes import OwnerNote, Progress
from scanner.model.use import Earlier, Origin, SignIns, Silence, Use
from scanner.posture import JudgedMailbox, pose
from tests.support import folder
from tests.whatif.test_exceptions import snapshot_without

AS_OF = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
GROUND = Ground(reject_direct_send=False, hybrid=False)
SNAPSHOT = snapshot_without()
MAILBOXES = {mailbox.row.name.lower(): mailbox for mailbox in pose(SNAPSHOT, as_of=AS_OF).mailboxes}


def log(basic: int, *addresses: str, **facts: Any) -> SignIns:
    origins = tuple(Origin(address=one, successes=basic, failures=0, last_seen=NOW) for one in addresses)
    return SignIns(
        user_id="", sign_in_name="", basic=basic, oauth=0, failures=(), first_seen=NOW, last_seen=NOW, last_basic=NOW,
        origins=origins, **facts,
    )  # fmt: skip


def use(basic: int = 30, *addresses: str, days: int = 30, **facts: Any) -> Use:
    facts.setdefault("sign_ins", log(basic, *addresses))
    facts.setdefault("silence", None)
    return Use(basic=basic, oauth=0, window_days=days, sources=("sign-ins",), **facts)


def sender(name: str = "anna", seen: Use | None = None, ground: Ground = GROUND, **said: Any) -> Sender:
    mailbox = MAILBOXES[name]
    posed = JudgedMailbox(
        id=mailbox.id,
        row=mailbox.row,
        circumstance=mailbox.circumstance,
        verdicts=mailbox.verdicts,
        pop_or_imap=mailbox.pop_or_imap,
        use=seen or use(),
    )
    note = OwnerNote(mailbox=mailbox.row.address, **said) if said else None
    return Sender(mailbox=posed, ground=ground, note=note)


def chosen(one: Sender) -> Option:
    return choose(options_for(one))


def fit_of(one: Sender, key: RouteKey) -> Option:
    (found,) = [option for option in options_for(one) if option.key is key]
    return found


def reasons(option: Option) -> str:
    return " ".join(map(str, option.reasons))


def test_oauth_comes_first_and_is_asked_about_where_nobody_knows() -> None:
    """It lasts; whether the client can do it is no fact that could be read."""
    option = chosen(sender())
    assert (option.key, option.fit) == (RouteKey.OAUTH_DELEGATED, Fit.LIKELY)
    assert "oauth" in questions_for(sender(), options_for(sender()), option)
    assert "accepted for this mailbox today" in reasons(option)


def test_an_owner_who_knows_settles_it() -> None:
    """No question about it is left."""
    one = sender(oauth=True, device="Printer", owner="Ada", alert_only=False, seasonal=False)
    option = chosen(one)
    assert (option.key, option.fit) == (RouteKey.OAUTH_DELEGATED, Fit.FITS)
    assert questions_for(one, options_for(one), option) == ()


def test_an_account_that_may_not_sign_in_sends_with_an_application() -> None:
    """A shared mailbox's account is blocked, as it should be; the switch stands in the way of OAuth too."""
    option = chosen(sender("ida", oauth=True))
    assert option.key is RouteKey.OAUTH_APP
    assert not option.open_now
    assert "SMTP AUTH switch" in reasons(option)


@pytest.mark.parametrize(
    ("rejected", "internal", "fit", "says"),
    [
        (False, True, Fit.FITS, "RejectDirectSend is off"),
        (True, True, Fit.NOT, "550 5.7.68"),
        (None, True, Fit.ASK, "RejectDirectSend was not read"),
        (False, False, Fit.NOT, "recipients outside"),
        (False, None, Fit.ASK, "RejectDirectSend is off"),
    ],
)
def test_direct_send_hangs_on_two_facts(*, rejected: bool | None, internal: bool | None, fit: Fit, says: str) -> None:
    """Where recipients are, and what the organization's RejectDirectSend says; the latter is always named."""
    ground = Ground(reject_direct_send=rejected, hybrid=False)
    option = fit_of(sender(ground=ground, oauth=False, internal_only=internal), RouteKey.DIRECT_SEND)
    assert option.fit is fit
    assert says in reasons(option)


def test_a_device_that_can_not_do_oauth_takes_direct_send_inside_and_a_connector_outside() -> None:
    """One public address was seen, which a connector can be told."""
    seen = use(30, "198.51.101.7")
    assert chosen(sender(seen=seen, oauth=False, internal_only=True)).key is RouteKey.DIRECT_SEND
    outside = chosen(sender(seen=use(30, "8.8.8.8"), oauth=False, internal_only=False))
    assert (outside.key, outside.fit) == (RouteKey.RELAY, Fit.LIKELY)
    assert "8.8.8.8" in reasons(outside)


def test_oauth_comes_before_a_connector_that_may_fit_as_well() -> None:
    """One address that was seen speaks for a connector, and is no proof that it stays."""
    one = sender(seen=use(30, "8.8.8.8"))
    assert chosen(one).key is RouteKey.OAUTH_DELEGATED
    assert fit_of(one, RouteKey.RELAY).fit is Fit.LIKELY
    assert {"oauth", "fixed_address"} <= set(questions_for(one, options_for(one), chosen(one)))
    assert stage(sender(seen=use(30, "8.8.8.8"), oauth=False)) is Stage.UNKNOWN


def test_a_connector_needs_fixed_addresses() -> None:
    """From several, or from none that is known, it has to be asked; the owner's word counts more than what was seen."""
    several = sender(seen=use(30, "8.8.8.8", "9.9.9.9"), oauth=False, internal_only=False)
    assert fit_of(several, RouteKey.RELAY).fit is Fit.ASK
    assert "fixed_address" in questions_for(several, options_for(several), chosen(several))
    moving = sender(seen=use(30, "8.8.8.8"), oauth=False, fixed_address=False)
    assert fit_of(moving, RouteKey.RELAY).fit is Fit.ASK
    assert fit_of(sender(oauth=False, fixed_address=True), RouteKey.RELAY).fit is Fit.FITS


def test_bulk_goes_to_high_volume_email_inside_and_to_azure_outside() -> None:
    """A tenth of the daily limit is a lot; a few messages a day are not worth either."""
    much = use(60_000)
    assert chosen(sender(seen=much, oauth=False, internal_only=True)).key is RouteKey.HVE
    assert chosen(sender(seen=much, oauth=False, internal_only=False)).key is RouteKey.AZURE
    few = sender(oauth=False, internal_only=True)
    assert fit_of(few, RouteKey.HVE).fit is Fit.NOT
    assert fit_of(few, RouteKey.AZURE).fit is Fit.NOT
    outside = sender(seen=much, internal_only=False)
    assert "550 5.5.105" in reasons(fit_of(outside, RouteKey.HVE))


def test_a_server_of_ones_own_is_a_way_where_there_is_one() -> None:
    """The small tenant has a mailbox on-premises."""
    assert ground_of(SNAPSHOT) == Ground(reject_direct_send=False, hybrid=True)
    assert fit_of(sender(ground=ground_of(SNAPSHOT)), RouteKey.ON_PREMISES).fit is Fit.ASK
    assert fit_of(sender(), RouteKey.ON_PREMISES).fit is Fit.NOT


def test_code_of_ones_own_may_use_graph_and_a_device_does_not() -> None:
    """SendMail needs no SMTP at all."""
    assert fit_of(sender(application="Billing"), RouteKey.GRAPH).fit is Fit.ASK
    assert fit_of(sender(device="Printer"), RouteKey.GRAPH).fit is Fit.NOT


def test_high_volume_email_stays_where_it_is() -> None:
    """It keeps Basic until September 2028."""
    assert chosen(sender("hve")).key is RouteKey.HVE


def test_every_way_and_every_question_has_words() -> None:
    """No key without a sentence; every question is a key of the owner's notes."""
    assert set(TEXTS) == set(RouteKey)
    assert set(QUESTIONS) <= set(OwnerNote.__struct_fields__)


MOVED = Use(basic=0, oauth=4, window_days=30, silence=None)


def test_a_sender_that_moved_is_done_whatever_its_owner_says() -> None:
    """What was seen counts."""
    one = sender(seen=MOVED, progress=Progress.BLOCKED)
    assert chosen(one).key is RouteKey.NONE
    assert stage(one) is Stage.DONE


def stage(one: Sender) -> Stage | None:
    standing = standing_of(one, chosen(one))
    return standing.stage if standing else None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, Stage.UNKNOWN),
        ({"progress": Progress.IN_WORK}, Stage.IN_WORK),
        ({"progress": Progress.BLOCKED}, Stage.BLOCKED),
        ({"progress": Progress.DONE}, Stage.IN_WORK),  # it was seen with Basic
        ({"oauth": False}, Stage.BLOCKED),
        ({"oauth": False, "internal_only": True}, Stage.UNKNOWN),
        ({"oauth": True}, Stage.UNKNOWN),
    ],
)
def test_the_stage_of_a_sender_that_uses_basic(said: dict[str, Any], expected: Stage) -> None:
    """The owner's word, unless what was seen contradicts it; blocked where no way is certain."""
    assert stage(sender(**said)) is expected


def test_a_way_whose_gates_are_closed_is_blocked() -> None:
    """OAuth would fit, and the switch refuses it."""
    assert stage(sender("bob", oauth=True)) is Stage.BLOCKED


def test_done_is_believed_where_nobody_was_seen() -> None:
    """The owner says that it moved, and the log is silent."""
    silent = Use(basic=0, oauth=0, window_days=30, silence=Silence.NOT_SEEN)
    assert stage(sender(seen=silent, progress=Progress.DONE)) is Stage.DONE


def test_a_mailbox_that_nobody_sends_with_has_no_stage() -> None:
    """Neither seen nor noted; one that an earlier run saw is a sender still."""
    silent = Use(basic=0, oauth=0, window_days=30, silence=Silence.NOT_SEEN)
    assert stage(sender(seen=silent)) is None
    quarterly = Use(basic=0, oauth=0, silence=Silence.NOT_SEEN, earlier=Earlier(basic=dt.date(2026, 9, 30)))
    assert stage(sender(seen=quarterly)) is Stage.UNKNOWN


def test_the_counts_add_up() -> None:
    """Every sender is in one of four places."""
    stages = (Stage.DONE, Stage.DONE, Stage.IN_WORK, Stage.BLOCKED, Stage.UNKNOWN, None)
    counts = tally(Standing(stage=one, because=TEXTS[RouteKey.NONE]) if one else None for one in stages)
    assert (counts.senders, counts.done, counts.in_work, counts.blocked, counts.unknown) == (5, 2, 1, 1, 1)


def test_the_small_tenant_is_the_one_that_is_meant() -> None:
    """Its organization does not reject Direct Send."""
    assert folder.files()["organization-config"]["RejectDirectSend"] is False
