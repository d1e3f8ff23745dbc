"""The announced changes in every report: who breaks is what a what-if of the same change says."""

import datetime as dt
from typing import Any

import pytest

from scanner.gates.calendar import CALENDAR
from scanner.model.judgement import Method
from scanner.posture import pose
from scanner.whatif.announced import Announced, announce
from scanner.whatif.changes import make_changes
from scanner.whatif.compare import Use, Used, compare
from scanner.whatif.keys import read_changes
from tests.support import folder
from tests.whatif.test_exceptions import ID, in_use, snapshot_without

AS_OF = dt.date(2026, 11, 23)
WAITING = "99999999-0000-4000-8000-000000000009"


def policies(name: str = "Waiting", created: str = "2026-11-20T08:00:00Z") -> list[Any]:
    """Give the small tenant's policies and one that only reports."""
    waiting = folder.policy(
        9, name, users={"includeGroups": [folder.SENDERS]}, state="enabledForReportingButNotEnforced"
    )
    return [*folder.policies(), {**waiting, "createdDateTime": created}]


def announced(use: Use | None = None, as_of: dt.date = AS_OF, **files: Any) -> dict[str, Announced]:
    files.setdefault("conditional_access_policies", policies())
    return {one.key: one for one in announce(pose(snapshot_without(**files), as_of=as_of), use or {})}


def names(one: Announced) -> set[str]:
    by_id = {key: name for name, key in ID.items()}
    return {by_id[key] for key in one.breaks}


@pytest.mark.parametrize(
    ("key", "options", "files"),
    [
        ("report_only_enforced", ("policy:Waiting.state=enabled",), {}),
        ("security_defaults_on", ("security_defaults=on",), {}),
        (
            "tenant_switch_off",
            ("tenant.smtp_auth_disabled=true",),
            {"transport_config": {"SmtpClientAuthenticationDisabled": False}},
        ),
    ],
)
def test_an_announcement_says_what_a_what_if_says(key: str, options: tuple[str, ...], files: Any) -> None:
    """The same mailboxes change, though one is judged by circumstance and the other from the changed snapshot."""
    snapshot = snapshot_without(conditional_access_policies=policies(), **files)
    use = in_use("anna", "bob", "gus", "olga")
    before = pose(snapshot, as_of=AS_OF)
    after = pose(make_changes(snapshot, read_changes(options)).snapshot, as_of=AS_OF)
    moved = compare(before, after, use)
    changed = [
        one
        for one in moved
        if Method.BASIC in one.methods and one.before.verdicts.basic.outcome is not one.after.verdicts.basic.outcome
    ]
    (found,) = [one for one in announce(before, use) if one.key == key]
    assert changed
    assert found.changed == len(changed)
    assert set(found.breaks) == {one.before.id for one in changed if one.in_use}


def test_the_end_of_december_depends_and_counts_every_sender() -> None:
    """Who sends with Basic today is hurt, one that already depends as well; who is refused or uses OAuth is not."""
    use = {**in_use("anna", "gus", "cara"), ID["olga"]: Used(basic=0, oauth=9)}
    found = announced(use)["default_off"]
    assert (found.date, found.certain) == (CALENDAR.off_by_default, True)
    assert names(found) == {"anna", "gus"}
    assert "depends" in str(found.because)


def test_high_volume_email_ends_later() -> None:
    """Its account is not hurt in December, and has a date of its own."""
    found = announced(in_use("hve"))
    assert not found["default_off"].breaks
    assert found["hve_basic_ends"].date == CALENDAR.hve_basic_ends
    assert names(found["hve_basic_ends"]) == {"hve"}
    assert found["hve_basic_ends"].changed == 1


def test_a_tenant_without_high_volume_email_does_not_hear_of_it() -> None:
    """Nothing of theirs ends."""
    rows = [row for row in folder.files()["mailboxes"] if "HVEAccount" not in row]
    assert "hve_basic_ends" not in announced(mailboxes=rows)


def test_a_date_that_has_passed_is_still_told_against_the_day_before() -> None:
    """In January the announcement has the same numbers as in November."""
    use = in_use("anna", "olga")
    november, january = announced(use), announced(use, as_of=dt.date(2027, 1, 15))
    for key in ("default_off", "final_removal"):
        assert november[key] == january[key]


def test_the_final_removal_has_no_date_and_hurts_for_certain() -> None:
    """Microsoft has not named it."""
    found = announced(in_use("anna", "gus"))["final_removal"]
    assert (found.date, found.certain) == (None, True)
    assert names(found) == {"anna", "gus"}


def test_unknown_use_breaks_nobody_and_is_counted() -> None:
    """Who may be hurt is told as a number; that nobody looked is not "nobody breaks"."""
    found = announced()["security_defaults_on"]
    assert not found.breaks
    assert found.unknown == found.changed > 0


def test_nobody_in_use_is_nobody_hurt() -> None:
    """It was looked, and nobody sends."""
    found = announced(in_use())["security_defaults_on"]
    assert (found.breaks, found.unknown) == ((), 0)
    assert found.changed > 0


def test_microsoft_may_enforce_its_policy_45_days_after_it_appears() -> None:
    """By its name only; the date is told while it is ahead."""
    managed = "Microsoft-managed: Block legacy authentication"
    key = f"microsoft_managed:{WAITING}"
    assert announced(conditional_access_policies=policies(managed))[key].date == dt.date(2027, 1, 4)
    old = policies(managed, created="2024-01-01T00:00:00Z")
    assert announced(conditional_access_policies=old)[key].date is None
    assert key not in announced()


def test_what_is_so_already_is_no_possibility() -> None:
    """The organization's switch is off in the small tenant; with Security Defaults on they can't be turned on."""
    assert "tenant_switch_off" not in announced()
    assert "security_defaults_on" not in announced(security_defaults={"isEnabled": True})
    assert "report_only_enforced" not in announced(conditional_access_policies=folder.policies())


def test_what_was_not_read_is_asked_about_too() -> None:
    """Nobody knows whether the switch is off."""
    snapshot = snapshot_without("transport-config")
    keys = {one.key for one in announce(pose(snapshot, as_of=AS_OF), {})}
    assert "tenant_switch_off" in keys


def test_certain_ones_come_first_and_dates_in_their_order() -> None:
    """As the readiness schedule shows them."""
    found = list(announced().values())
    assert [one.certain for one in found] == sorted((one.certain for one in found), reverse=True)
    dated = [one.date for one in found if one.date]
    assert dated == sorted(dated)
