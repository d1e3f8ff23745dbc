"""The chapters of a report: in the order in which they are read, and honest about what was not made."""

import msgspec
import pytest

from scanner.model.text import say
from scanner.report.chapters.changes import show_changes
from scanner.report.chapters.concerns import show_concerns
from scanner.report.chapters.cover import make_cover
from scanner.report.chapters.lines import draw_burn_down
from scanner.report.chapters.upcoming import show_upcoming
from scanner.report.chapters.waivers import list_waivers
from scanner.report.contract import (
    AnnouncementPart,
    BurnPart,
    ChangePart,
    HistoryPart,
    MailboxPart,
    MonthPart,
    ReadinessPart,
    Report,
    UsePart,
)
from scanner.report.language import open_language
from tests.report.sample import make_report

ENGLISH = open_language("en")


def replace(report: Report, **parts: object) -> Report:
    return msgspec.structs.replace(report, **parts)


def announce(*names: str, certain: bool = True, date: str | None = "2026-12-31") -> AnnouncementPart:
    return AnnouncementPart(
        key="default_off",
        title=say("Basic is off by default"),
        date=date,
        certain=certain,
        changed=40,
        breaks=list(names),
        unknown=3,
    )


def headline(report: Report) -> str:
    return make_cover(report, ENGLISH, "").headline


def with_flags(failing: int, will_fail: int) -> Report:
    report = make_report(12)
    by_flag = report.summary.by_flag | {"failing": failing, "will_fail": will_fail}
    return replace(report, summary=msgspec.structs.replace(report.summary, by_flag=by_flag))


def test_the_verdict_is_one_sentence_about_senders() -> None:
    names = [mailbox.id for mailbox in make_report(12).mailboxes[:3]]
    report = replace(with_flags(failing=2, will_fail=0), announcements=[announce(*names)])
    assert headline(report) == "3 senders will stop working on December 31, 2026; 2 senders are failing now."


def test_the_verdict_takes_the_first_announced_date_and_no_mere_possibility() -> None:
    report = replace(
        with_flags(failing=0, will_fail=0),
        announcements=[
            announce("a", "b", date="2027-03-01"),
            announce("a", date="2027-01-15"),
            announce("a", "b", "c", certain=False, date="2026-12-01"),
        ],
    )
    assert headline(report) == "1 sender will stop working on January 15, 2027."


def test_without_senders_the_verdict_counts_refusals() -> None:
    assert headline(with_flags(failing=0, will_fail=0)) == (
        "6 of 12 mailboxes are refused when they send with a password."
    )


def test_concerns_come_in_the_order_of_urgency_and_situations_are_numbered_through() -> None:
    concerns = show_concerns(make_report(200), ENGLISH)
    assert [concern.key for concern in concerns] == ["failing", "will_fail", "would_fail", "exposed", "unknown"]
    keys = [case.key for concern in concerns for case in concern.situations.told]
    assert keys == list(range(1, len(keys) + 1))


def test_likely_senders_are_listed_first() -> None:
    rows = show_concerns(make_report(200), ENGLISH)[2].rows
    assert [row.likely for row in rows] == sorted((row.likely for row in rows), reverse=True)


def test_every_flagged_row_says_what_why_the_reply_and_what_opens_it() -> None:
    for concern in show_concerns(make_report(60), ENGLISH):
        for row in concern.rows:
            assert row.person.address
            assert row.flag
            assert row.because
            assert row.replies or row.outcome in {"Accepted", "Unknown"}
            assert all(remedy.portal or remedy.command for remedy in row.remedies)
            assert all(remedy.undo for remedy in row.remedies)
            if row.closed:
                assert row.remedies


def without_use(mailbox: MailboxPart) -> MailboxPart:
    flag = "would_fail" if mailbox.flag == "failing" else mailbox.flag
    return msgspec.structs.replace(mailbox, use=UsePart(), flag=flag)


def test_nobody_seen_failing_is_no_good_news_where_use_was_not_read() -> None:
    report = make_report(12)
    blind = replace(report, mailboxes=[without_use(mailbox) for mailbox in report.mailboxes])
    assert show_concerns(blind, ENGLISH)[0].none == (
        "Who really sends was not read in this run, so nobody can be shown here."
    )


def test_a_part_that_was_not_made_says_so() -> None:
    assert show_changes(make_report(3), ENGLISH).told == "Not made for this run."


def test_a_first_run_has_nothing_to_compare_with() -> None:
    history = HistoryPart(previous=None, previous_finished=None, changes=[], months=[])
    told = show_changes(replace(make_report(3), history=history), ENGLISH).told
    assert told == "This is the first run of this tenant: there is nothing to compare with yet."


def test_changes_name_what_was_and_what_is_senders_first() -> None:
    changes = [
        ChangePart(kind="policy", subject="p1", name="Block legacy", before="disabled", after="enabled"),
        ChangePart(kind="verdict", subject="m1", name="a@contoso.example", before="accepted", after="refused"),
        ChangePart(kind="sender_stopped", subject="m2", name="b@contoso.example", before="12", after=""),
    ]
    months = [
        MonthPart(month=month, run_id="r", mailboxes=9, coverage=1.0, by_flag={"exposed": count})
        for month, count in (("2026-09", 5), ("2026-10", 3))
    ]
    history = HistoryPart(previous="r1", previous_finished="2026-10-01T08:00:00Z", changes=changes, months=months)
    shown = show_changes(replace(make_report(3), history=history), ENGLISH)
    assert shown.told.startswith("3 changes since October 1, 2026.")
    assert [(row.kind, row.name, row.before, row.after) for row in shown.rows] == [
        ("Was sending, stopped", "b@contoso.example", "12", "–"),
        ("Verdict", "a@contoso.example", "Accepted", "Refused"),
        ("Policy", "Block legacy", "disabled", "enabled"),
    ]
    assert [(line.label, line.first, line.last) for line in shown.months] == [
        ("Would fail", "0", "2"),  # this run is the last point of the trend
        ("Exposed", "5", "1"),
    ]


def test_changes_say_what_of_a_thing_changed_and_count_those_that_the_report_leaves_out() -> None:
    changes = [
        ChangePart(
            kind="verdict", subject="m1", name="a@x.example", before="refused", after="accepted", aspect="basic"
        ),
        ChangePart(kind="switch", subject="m1", name="a@x.example", before="disabled", after="inherit"),
        ChangePart(kind="policy", subject="p1", name="Block", before="", after="g1", aspect="exclude.groups"),
    ]
    history = HistoryPart(
        previous="r1",
        previous_finished=None,
        changes=changes,
        months=[],
        counts={"verdict": 1200, "switch": 1, "policy": 1},
    )
    shown = show_changes(replace(make_report(3), history=history), ENGLISH)
    assert shown.told.startswith("1,202 changes since r1.")
    assert shown.more == "and 1,199 more"
    assert [(row.kind, row.before, row.after) for row in shown.rows] == [
        ("Verdict: Password (Basic)", "Refused", "Accepted"),
        ("SMTP AUTH switch", "off", "follows the tenant"),
        ("Policy: exclude.groups", "–", "g1"),
    ]


def test_announced_changes_name_those_whom_they_break() -> None:
    report = make_report(12)
    names = [mailbox.id for mailbox in report.mailboxes[:2]]
    shown = show_upcoming(
        replace(report, announcements=[announce(*names), announce(certain=False, date=None)]), ENGLISH
    )
    assert [person.address for person in shown.announced[0].people] == [m.address for m in report.mailboxes[:2]]
    assert shown.announced[0].breaks == "2 senders stop working"
    assert shown.possible[0].tone == "neutral"


def test_readiness_adds_up_and_burns_down() -> None:
    burn = [BurnPart(date="2026-09-01", open=14), BurnPart(date="2026-11-01", open=9)]
    part = ReadinessPart(deadline="2026-12-31", senders=14, done=5, in_work=2, blocked=1, unknown=1, burn_down=burn)
    shown = show_upcoming(replace(make_report(3), readiness=part), ENGLISH).readiness
    assert shown is not None
    assert {segment.label: segment.count for segment in shown.bar.segments} == {
        "No longer needs a password": 5,
        "In work": 2,
        "Still to move": 5,
        "Blocked": 1,
        "Unknown": 1,
    }
    assert shown.burn_down is not None
    assert (shown.burn_down.first, shown.burn_down.last, shown.burn_down.deadline) == ("14", "9", "December 31, 2026")
    assert shown.burn_down.dots[0].y < shown.burn_down.dots[1].y


@pytest.mark.parametrize("runs", [[], [BurnPart(date="2026-09-01", open=14)] * 2])
def test_one_day_is_no_burn_down(runs: list[BurnPart]) -> None:
    assert draw_burn_down(runs, "2026-12-31", ENGLISH) is None


def test_waivers_that_end_first_come_first_and_are_marked_when_the_end_is_near() -> None:
    report = make_report(300)
    waived = [mailbox for mailbox in report.mailboxes if mailbox.waiver]
    assert waived[0].waiver is not None
    near = msgspec.structs.replace(waived[-1], waiver=msgspec.structs.replace(waived[0].waiver, expires="2026-12-01"))
    rows = list_waivers(replace(report, mailboxes=[*waived[:-1], near]), ENGLISH).rows
    assert rows[0].person.address == near.address
    assert [row.soon for row in rows[:2]] == [True, False]
    assert rows[0].ends == "in 8 days"


def test_senders_that_fail_now_are_not_counted_among_those_that_will_stop() -> None:
    report = with_flags(failing=1, will_fail=0)
    failing = next(mailbox.id for mailbox in report.mailboxes if mailbox.flag == "failing")
    others = [mailbox.id for mailbox in report.mailboxes if mailbox.flag != "failing"][:2]
    told = replace(report, announcements=[announce(failing, *others)])
    assert headline(told) == "2 senders will stop working on December 31, 2026; 1 sender is failing now."
    shown = show_upcoming(told, ENGLISH).announced[0]
    assert (shown.breaks, shown.failing) == ("3 senders stop working", "1 of them is failing already.")


def test_the_same_senders_are_named_once() -> None:
    report = make_report(12)
    names = [mailbox.id for mailbox in report.mailboxes[:2]]
    shown = show_upcoming(
        replace(report, announcements=[announce(*names), announce(*names, date="2027-06-01")]), ENGLISH
    ).announced
    assert [(item.same, len(item.people)) for item in shown] == [(False, 2), (True, 0)]


def test_what_is_seen_of_a_situation_and_its_ways_off_basic_are_told_with_it() -> None:
    mailbox = make_report(60).mailboxes[3]
    assert mailbox.flag == "failing"
    seen = msgspec.structs.replace(mailbox, flag_because=say("Failing since {date}.", date="2026-11-20"))
    case = show_concerns(make_report(mailboxes=[seen]), ENGLISH)[0].situations.told[0]
    assert case.seen == ("Failing since 2026-11-20.",)
    assert [link.state for link in case.chain if link.deciding] == ["closed"]


def test_a_sender_refused_with_every_gate_open_is_not_told_that_a_password_is_enough() -> None:
    mailbox = next(mailbox for mailbox in make_report(60).mailboxes if mailbox.verdicts.basic.outcome == "accepted")
    failing = msgspec.structs.replace(mailbox, flag="failing")
    case = show_concerns(make_report(mailboxes=[failing]), ENGLISH)[0].situations.told[0]
    assert case.title == "Refused although every gate is open"
