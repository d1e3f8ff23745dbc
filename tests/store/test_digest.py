"""The digest of a snapshot stays what it was when it was kept."""

import datetime as dt

import pytest
from msgspec import structs

from scanner.model.section import SectionReport, SectionState
from scanner.model.tenant import Tenant
from scanner.model.text import say
from scanner.store.digest import digest_of

# Of a snapshot that version 6 of the store kept, as the program of then reckoned it.
OF_VERSION_6 = "47d62423f8cceda9642d4b2735298aaa4ca9fe0179be807e15a7131a907c53ff"
KEPT = SectionReport(
    section="users",
    state=SectionState.PARTIAL,
    count=2,
    expected=3,
    reason=say("{count} of {expected} objects were listed", count=2, expected=3),
    permission="User.Read.All",
    collected_at=dt.datetime(2026, 11, 26, tzinfo=dt.UTC),
    absent=None,
)


def digest(report: SectionReport) -> str:
    return digest_of(Tenant(id="t", name="Fabrikam"), {"users": report}, {"users": "ab"}, {})


def test_an_earlier_snapshot_is_still_what_it_was() -> None:
    """Whatever columns came since: else `verify` would call it altered."""
    assert digest(KEPT) == OF_VERSION_6


@pytest.mark.parametrize(
    "change", [{"count": 3}, {"state": SectionState.COMPLETE}, {"absent": True}, {"absent": False}]
)
def test_each_part_of_what_was_told_is_in_it(change: dict[str, object]) -> None:
    assert digest(structs.replace(KEPT, **change)) != OF_VERSION_6
