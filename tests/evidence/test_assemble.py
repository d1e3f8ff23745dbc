"""From pages to a snapshot: a row that can't be read makes its section partial, never silent."""

from collections.abc import Iterator
from typing import Any

import pytest

from scanner.evidence.assemble import Page, assemble
from scanner.evidence.registry import BY_NAME, SECTIONS
from scanner.model.observed import Gap
from scanner.model.section import SectionReport, SectionState
from scanner.model.snapshot import Snapshot
from scanner.model.tenant import Tenant
from scanner.model.text import quote, say

GOOD = {"id": "11111111-0000-4000-8000-000000000001", "accountEnabled": True}


def assembled(section: str, *pages: Page, state: SectionState = SectionState.COMPLETE, reason: str = "") -> Snapshot:
    def pages_of(name: str) -> Iterator[Page]:
        return iter(pages if name == section else ())

    report = SectionReport(section=section, state=state, reason=quote(reason))
    return assemble(Tenant(), {section: report}, pages_of)


def test_pages_are_joined_in_order() -> None:
    """A section may come in many pages."""
    other = {**GOOD, "id": "22222222-0000-4000-8000-000000000002"}
    snapshot = assembled("users", Page(rows=[GOOD]), Page(rows=[other]))
    assert [user.id for user in snapshot.users] == [GOOD["id"], other["id"]]
    assert snapshot.is_complete("users")


def test_a_section_without_report_is_missing() -> None:
    """What no source spoke of was not collected, and every section is spoken of."""
    snapshot = assembled("users", Page(rows=[GOOD]))
    assert set(snapshot.sections) == set(BY_NAME)
    assert snapshot.state_of("groups") is SectionState.MISSING
    assert snapshot.sections["groups"].reason == say("it was not collected")
    assert snapshot.state_of("no-such-section") is SectionState.MISSING


@pytest.mark.parametrize("bad", [{"accountEnabled": True}, 7, None, "x", ["x"]])
def test_a_bad_row_makes_the_section_partial(bad: Any) -> None:
    """Others of the section are kept, and the reason says what was wrong."""
    snapshot = assembled("users", Page(rows=[GOOD, bad]), reason="a page failed")
    assert len(snapshot.users) == 1
    report = snapshot.sections["users"]
    assert report.state is SectionState.PARTIAL
    assert str(report.reason).startswith("a page failed; 1 row could not be read: ")


def test_only_bad_rows_are_no_section() -> None:
    """Nothing readable is missing, not empty."""
    snapshot = assembled("users", Page(rows=[{}, {}]))
    assert snapshot.state_of("users") is SectionState.MISSING
    assert "2 rows" in snapshot.sections["users"].reason


@pytest.mark.parametrize("count", [0, 2])
def test_a_single_object_is_one(count: int) -> None:
    """None or two transport configurations are no transport configuration."""
    snapshot = assembled("transport-config", Page(rows=[{"SmtpClientAuthenticationDisabled": True}] * count))
    assert snapshot.transport_config is None
    assert snapshot.state_of("transport-config") is SectionState.MISSING
    assert f"{count} were read" in snapshot.sections["transport-config"].reason


def test_a_missing_single_object_keeps_its_reason() -> None:
    """The permission that lacked is not talked over."""
    snapshot = assembled("transport-config", state=SectionState.MISSING, reason="forbidden")
    assert snapshot.sections["transport-config"].reason == quote("forbidden")


@pytest.mark.parametrize(("tabular", "seen"), [(True, None), (False, Gap.EMPTY)])
def test_an_empty_cell_of_a_table_inherits(tabular: bool, seen: object) -> None:  # noqa: FBT001 -- the form
    """In CSV an empty switch is null, in JSON it is "" and unknown."""
    row = {"PrimarySmtpAddress": "a@x.example", "SmtpClientAuthenticationDisabled": ""}
    snapshot = assembled("cas-mailboxes", Page(rows=[row], tabular=tabular))
    assert snapshot.cas_mailboxes[0].smtp_auth_disabled is seen


def test_sections_are_named_once_and_completely() -> None:
    """Each names itself, what it is, and the permission that reads it."""
    assert len(BY_NAME) == len(SECTIONS)
    assert all(section.title and section.permission for section in SECTIONS)
