"""The difference of two postures: every change by its kind, unknown never a change, and why verdicts differ."""

import datetime as dt
from typing import Any

import pytest
from msgspec.structs import replace

from scanner.drift import KINDS, Change, compare
from scanner.model.kept import (
    DECODER,
    ENCODER,
    KeptMailbox,
    KeptObject,
    KeptPosture,
    KeptUse,
    KeptVerdict,
    KeptVerdicts,
)

POLICY = KeptObject(
    kind="policy",
    section="conditional-access-policies",
    id="p1",
    name="Block legacy",
    settings={"state": "enabled", "include.users": "all"},
)
LOCATION = KeptObject(
    kind="location", section="named-locations", id="l1", name="Office", settings={"ranges": "1.2.3.0/24"}
)
SECTIONS = dict.fromkeys(("mailboxes", "cas-mailboxes", "conditional-access-policies", "named-locations"), "complete")


def verdict(outcome: str, reply: str = "", policies: tuple[str, ...] = (), **gates: str) -> KeptVerdict:
    return KeptVerdict(outcome=outcome, reply=reply, decided_by="", gates=gates, policies=policies)


ACCEPTED = verdict("accepted", smtp_auth_switch="open", conditional_access="open", retirement="open", account="open")
SWITCHED_OFF = verdict("refused", "535 off", smtp_auth_switch="closed", conditional_access="open")
STOPPED = verdict("refused", "535 policy", ("p1",), smtp_auth_switch="open", conditional_access="closed")
RETIRED = verdict("refused", "550 retired", smtp_auth_switch="open", retirement="closed", account="open")
LOCKED = verdict("refused", "535 account", smtp_auth_switch="open", account="closed", retirement="open")
UNKNOWN = verdict("unknown", smtp_auth_switch="unknown")
VERDICTS = tuple(
    KeptVerdicts(basic=basic, oauth_delegated=ACCEPTED, oauth_app=ACCEPTED)
    for basic in (ACCEPTED, SWITCHED_OFF, STOPPED, RETIRED, LOCKED, UNKNOWN)
)
ANNA = KeptMailbox(
    id="a",
    address="anna@x.example",
    name="Anna",
    kind="user",
    set_aside="",
    switch="inherit",
    verdicts=0,
    flag="exposed",
)


def posture(*mailboxes: KeptMailbox, **facts: Any) -> KeptPosture:
    plain = KeptPosture(
        tenant_id="t",
        as_of=dt.date(2026, 11, 1),
        tool_version="1",
        source_ips=(),
        sections=SECTIONS,
        settings={"smtp_auth_disabled": "enabled", "security_defaults": "off"},
        objects=(POLICY, LOCATION),
        verdicts=VERDICTS,
        mailboxes=mailboxes or (ANNA,),
        readiness=3,
    )
    return replace(plain, **facts)


def without(section: str, state: str = "missing") -> dict[str, str]:
    return {**SECTIONS, section: state}


def told(before: KeptPosture, after: KeptPosture) -> list[tuple[str, ...]]:
    """Give the changes as plain words."""
    return [plain(change) for change in compare(before, after).changes]


def plain(change: Change) -> tuple[str, ...]:
    return (change.kind, change.subject, change.aspect, change.before, change.after)


def test_the_same_posture_has_no_drift() -> None:
    found = compare(posture(), DECODER.decode(ENCODER.encode(posture())))
    assert (found.changes, found.known_now, found.no_longer_known, found.notes) == ((), (), (), ())


CHANGES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a mailbox's own switch": (
        {"mailboxes": (replace(ANNA, switch="disabled"),)},
        ("switch", "a", "", "inherit", "disabled"),
    ),
    "the tenant's switch": (
        {"settings": {"smtp_auth_disabled": "disabled", "security_defaults": "off"}},
        ("switch", "smtp_auth_disabled", "", "enabled", "disabled"),
    ),
    "a setting": (
        {"settings": {"smtp_auth_disabled": "enabled", "security_defaults": "on"}},
        ("setting", "security_defaults", "", "off", "on"),
    ),
    "a policy's state": (
        {"objects": (replace(POLICY, settings={**POLICY.settings, "state": "disabled"}), LOCATION)},
        ("policy", "p1", "state", "enabled", "disabled"),
    ),
    "a policy's scope": (
        {"objects": (replace(POLICY, settings={**POLICY.settings, "exclude.groups": "g1"}), LOCATION)},
        ("policy", "p1", "exclude.groups", "", "g1"),
    ),
    "a policy's name": (
        {"objects": (replace(POLICY, name="Block"), LOCATION)},
        ("policy", "p1", "name", "Block legacy", "Block"),
    ),
    "a policy that is gone": ({"objects": (LOCATION,)}, ("policy", "p1", "", "enabled", "")),
    "a policy that is new": (
        {"objects": (POLICY, LOCATION, replace(POLICY, id="p2"))},
        ("policy", "p2", "", "", "enabled"),
    ),
    "a location's ranges": (
        {"objects": (POLICY, replace(LOCATION, settings={"ranges": "5.6.7.0/24"}))},
        ("location", "l1", "ranges", "1.2.3.0/24", "5.6.7.0/24"),
    ),
    "an address": (
        {"mailboxes": (replace(ANNA, address="ann@x.example"),)},
        ("mailbox_renamed", "a", "address", "anna@x.example", "ann@x.example"),
    ),
    "a display name": (
        {"mailboxes": (replace(ANNA, name="Ann"),)},
        ("mailbox_renamed", "a", "display_name", "Anna", "Ann"),
    ),
    "a kind": ({"mailboxes": (replace(ANNA, kind="shared"),)}, ("mailbox_kind", "a", "", "user", "shared")),
    "a mailbox set aside": (
        {"mailboxes": (replace(ANNA, set_aside="inactive"),)},
        ("mailbox_kind", "a", "", "user", "user, inactive"),
    ),
    "a mailbox that is new": (
        {"mailboxes": (ANNA, replace(ANNA, id="b", address="bob@x.example"))},
        ("mailbox_new", "b", "", "", "bob@x.example"),
    ),
    "a verdict": ({"mailboxes": (replace(ANNA, verdicts=1),)}, ("verdict", "a", "basic", "accepted", "refused")),
    "readiness": ({"readiness": 2}, ("readiness", "readiness", "", "3", "2")),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_is_named_and_nothing_else(name: str) -> None:
    facts, expected = CHANGES[name]
    assert told(posture(), posture(**facts)) == [expected]


def test_a_mailbox_that_is_gone_is_named() -> None:
    bob = replace(ANNA, id="b", address="bob@x.example")
    assert told(posture(ANNA, bob), posture(ANNA)) == [("mailbox_gone", "b", "", "bob@x.example", "")]


def test_an_address_in_other_case_is_the_same_address() -> None:
    assert told(posture(), posture(replace(ANNA, address="Anna@X.example"))) == []


def test_a_refusal_with_another_reply_is_told_as_such() -> None:
    found = told(posture(replace(ANNA, verdicts=1)), posture(replace(ANNA, verdicts=2)))
    assert found == [("reply", "a", "basic", "535 off", "535 policy")]


def test_a_reply_that_a_gate_not_read_may_come_before_is_no_change() -> None:
    """Refused by the switch then; now the switch wasn't read, and the account refuses."""
    blind = verdict("refused", "535 account", smtp_auth_switch="unknown", conditional_access="open", account="closed")
    lacking = (*VERDICTS, replace(VERDICTS[0], basic=blind))
    found = compare(posture(replace(ANNA, verdicts=1)), posture(replace(ANNA, verdicts=6), verdicts=lacking))
    assert found.changes == ()
    assert [(change.kind, change.before) for change in found.no_longer_known] == [("reply", "535 off")]


UNKNOWNS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a switch": ({"mailboxes": (replace(ANNA, switch="unknown"),)}, {}, "switch"),
    "a setting": ({"settings": {"security_defaults": "off", "smtp_auth_disabled": None}}, {}, "switch"),
    "a verdict": ({"mailboxes": (replace(ANNA, verdicts=5),)}, {}, "verdict"),
    "readiness": ({"readiness": None}, {}, "readiness"),
    "a list of mailboxes": (
        {"sections": without("mailboxes", "partial")},
        {"mailboxes": (ANNA, replace(ANNA, id="b"))},
        "mailbox_new",
    ),
    "a list that alone has a mailbox": (
        {"sections": without("cas-mailboxes")},
        {"mailboxes": (ANNA, replace(ANNA, id="b", kind="unknown"))},
        "mailbox_new",
    ),
    "the policies": (
        {"objects": (LOCATION,), "sections": without("conditional-access-policies")},
        {},
        "policy",
    ),
    "a policy's setting": (
        {"objects": (replace(POLICY, settings={**POLICY.settings, "state": None}), LOCATION)},
        {},
        "policy",
    ),
}


@pytest.mark.parametrize("name", UNKNOWNS)
def test_what_was_unknown_then_is_known_now_and_no_change(name: str) -> None:
    lacking, full, kind = UNKNOWNS[name]
    found = compare(posture(**lacking), posture(**full))
    assert found.changes == found.no_longer_known == ()
    assert [(change.kind, change.before) for change in found.known_now] == [(kind, "")]


@pytest.mark.parametrize("name", UNKNOWNS)
def test_what_is_unknown_now_is_no_change(name: str) -> None:
    lacking, full, kind = UNKNOWNS[name]
    found = compare(posture(**full), posture(**lacking))
    assert found.changes == found.known_now == ()
    assert [(change.kind, change.after) for change in found.no_longer_known] == [(kind.replace("new", "gone"), "")]


def test_a_mailbox_of_the_cas_list_alone_has_no_name_that_could_have_changed() -> None:
    unlisted = replace(ANNA, name="", kind="unknown")
    assert told(posture(ANNA), posture(unlisted)) == told(posture(unlisted), posture(ANNA)) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (KeptUse(basic=9, oauth=0), KeptUse(basic=0, oauth=0), [("sender_stopped", "basic", "9", "0")]),
        (KeptUse(basic=0, oauth=0), KeptUse(basic=4, oauth=0), [("sender_new", "basic", "0", "4")]),
        (
            KeptUse(basic=9, oauth=0),
            KeptUse(basic=0, oauth=5),
            [("sender_new", "oauth", "0", "5"), ("sender_stopped", "basic", "9", "0")],
        ),
        (KeptUse(basic=9, oauth=1), KeptUse(basic=3, oauth=7), []),
        (KeptUse(basic=9), KeptUse(), []),
        (KeptUse(), KeptUse(basic=9, oauth=9), []),
        (KeptUse(basic=9, window_days=30), KeptUse(basic=0, window_days=7), []),
        (KeptUse(basic=9, window_days=7), KeptUse(basic=0, window_days=30), [("sender_stopped", "basic", "9", "0")]),
        (KeptUse(basic=0, window_days=7), KeptUse(basic=9, window_days=30), []),
        (KeptUse(basic=0, window_days=30), KeptUse(basic=9, window_days=7), [("sender_new", "basic", "0", "9")]),
    ],
)
def test_senders_stop_and_begin_where_use_is_known_for_as_long(
    before: KeptUse, after: KeptUse, expected: list[tuple[str, ...]]
) -> None:
    """Not seen in seven days is no news of somebody who was seen in thirty."""
    found = told(posture(replace(ANNA, use=before)), posture(replace(ANNA, use=after)))
    assert [(kind, aspect, was, is_now) for kind, _, aspect, was, is_now in found] == expected


OFF = {"smtp_auth_disabled": "disabled", "security_defaults": "off"}
CAUSES: dict[str, tuple[dict[str, Any], str]] = {
    "its switch": (
        {"mailboxes": (replace(ANNA, switch="disabled", verdicts=1),)},
        "Its SMTP AUTH switch changed.",
    ),
    "the tenant's switch": (
        {"mailboxes": (replace(ANNA, verdicts=1),), "settings": OFF},
        "SMTP AUTH of the organization changed.",
    ),
    "a policy": (
        {
            "mailboxes": (replace(ANNA, verdicts=2),),
            "objects": (replace(POLICY, settings={**POLICY.settings, "exclude.groups": "g"}), LOCATION),
        },
        "The policy Block legacy changed.",
    ),
    "a location": (
        {
            "mailboxes": (replace(ANNA, verdicts=2),),
            "objects": (POLICY, replace(LOCATION, settings={})),
        },
        "Named locations changed: Office.",
    ),
    "memberships": (
        {"mailboxes": (replace(ANNA, verdicts=2),)},
        "Who belongs to the groups and roles of the policies changed, or another condition of theirs.",
    ),
    "the date": ({"mailboxes": (replace(ANNA, verdicts=3),)}, "The date that is judged for changed."),
    "another gate": ({"mailboxes": (replace(ANNA, verdicts=4),)}, "Account changed."),
}


@pytest.mark.parametrize("name", CAUSES)
def test_a_verdict_that_changed_names_what_changed_behind_it(name: str) -> None:
    facts, expected = CAUSES[name]
    changes = [change for change in compare(posture(), posture(**facts)).changes if change.kind == "verdict"]
    assert [" ".join(map(str, change.because)) for change in changes] == [expected]


def test_another_program_or_other_addresses_are_noted() -> None:
    found = compare(posture(), posture(tool_version="2", source_ips=("203.0.113.7",)))
    assert [str(note) for note in found.notes] == [
        "Verdicts were made by version 1 then and 2 now; rules may differ.",
        "The known addresses of senders were not the same then and now.",
    ]


def test_changes_come_in_the_order_of_their_kinds() -> None:
    after = posture(
        replace(ANNA, switch="disabled", verdicts=1, name="Ann", use=KeptUse(basic=0, oauth=0)),
        settings={"smtp_auth_disabled": "enabled", "security_defaults": "on"},
        objects=(),
    )
    kinds = [change.kind for change in compare(posture(), after).changes]
    assert kinds == sorted(kinds, key=KINDS.index)
