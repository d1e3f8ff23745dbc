"""OAuth readiness: registrations in Exchange against enterprise applications, rights, and the switch."""

import datetime as dt
from typing import Any

import pytest

from scanner.migration.oauth import Applications, Match, Readiness
from scanner.model.judgement import GateState
from scanner.model.snapshot import Snapshot
from scanner.posture import pose
from tests.support import folder
from tests.whatif.test_exceptions import snapshot_without

AS_OF = dt.date(2026, 11, 23)
APP = "cccccccc-0000-4000-8000-00000000000a"
ENTERPRISE = "cccccccc-0000-4000-8000-00000000000e"
REGISTRATION = "cccccccc-0000-4000-8000-00000000000f"
RIGHT = {"AppId": APP, "ObjectId": ENTERPRISE, "DisplayName": "Invoices", "Sid": "S-1-5-21-7"}
WRONG = {**RIGHT, "ObjectId": REGISTRATION}
PRINCIPALS = [{"id": ENTERPRISE, "appId": APP, "displayName": "Invoices"}]


def access(mailbox: str, user: str = "Invoices", **more: Any) -> dict[str, Any]:
    return {"Identity": mailbox, "User": user, "AccessRights": ["FullAccess"], "Deny": False, **more}


def evidence(registered: Any = None, rights: Any = None, principals: Any = None) -> Snapshot:
    """Give the small tenant's snapshot with what was read of applications; ``None`` was not read."""
    given = {
        "exchange-service-principals": registered,
        "mailbox-permissions": rights,
        "service-principals": principals,
    }
    missing = [name for name, rows in given.items() if rows is None]
    files = {name.replace("-", "_"): rows for name, rows in given.items() if rows is not None}
    return snapshot_without(*missing, **files)


def readiness(snapshot: Snapshot, name: str = "anna") -> Readiness:
    address = f"{name}@{folder.DOMAIN}"
    (mailbox,) = [one for one in pose(snapshot, as_of=AS_OF).mailboxes if one.row.address == address]
    return Applications(snapshot).readiness_of(mailbox)


@pytest.mark.parametrize(
    ("registered", "principals", "match"),
    [
        (RIGHT, PRINCIPALS, Match.OK),
        (WRONG, PRINCIPALS, Match.WRONG_OBJECT_ID),
        ({**RIGHT, "ObjectId": ""}, PRINCIPALS, Match.WRONG_OBJECT_ID),
        (RIGHT, [], Match.NO_ENTERPRISE_APPLICATION),
        (RIGHT, None, Match.UNKNOWN),
        ({"AppId": APP.upper(), "ServiceId": ENTERPRISE.upper()}, PRINCIPALS, Match.OK),
    ],
)
def test_a_registration_is_held_against_its_enterprise_application(
    registered: Any, principals: Any, match: Match
) -> None:
    """By application id, in any case; what was not read makes nothing wrong."""
    (application,) = Applications(evidence([registered], principals=principals)).all
    assert application.match is match


def test_the_wrong_object_id_comes_with_what_mends_it() -> None:
    """Both ids are named, and the cmdlets register it with the enterprise application's."""
    (application,) = Applications(evidence([WRONG], principals=PRINCIPALS)).all
    assert REGISTRATION in str(application.because)
    assert ENTERPRISE in str(application.because)
    assert application.command == (
        f"Remove-ServicePrincipal -Identity '{REGISTRATION}'; "
        f"New-ServicePrincipal -AppId '{APP}' -ObjectId '{ENTERPRISE}' -DisplayName 'Invoices'"
    )


@pytest.mark.parametrize("user", ["Invoices", ENTERPRISE, APP.upper(), "S-1-5-21-7"])
@pytest.mark.parametrize("mailbox", ["anna@fabrikam.example", "Anna", folder.PEOPLE[0].guid.upper()])
def test_rights_are_found_however_they_are_spelled(user: str, mailbox: str) -> None:
    """Exchange names mailbox and application in several ways."""
    found = readiness(evidence([RIGHT], [access(mailbox, user)], PRINCIPALS))
    assert found == Readiness(switch=GateState.OPEN, applications=("Invoices",), ready=True, because=())


@pytest.mark.parametrize(
    ("rights", "says"),
    [
        ([], "No registered application holds FullAccess"),
        ([access("bob")], "No registered application holds FullAccess"),
        ([access("anna", "somebody")], "No registered application holds FullAccess"),
        ([access("anna", Deny=True)], "No registered application holds FullAccess"),
        ([access("anna", AccessRights="{ReadPermission}")], "No registered application holds FullAccess"),
    ],
)
def test_without_the_right_it_is_not_ready(rights: Any, says: str) -> None:
    """Of another mailbox, of somebody else, denied, or another right."""
    found = readiness(evidence([RIGHT], rights, PRINCIPALS))
    assert found.ready is False
    assert says in " ".join(map(str, found.because))


def test_rights_of_an_application_that_is_registered_wrongly_do_not_help() -> None:
    """It gets 535 5.7.3, whatever it may open."""
    found = readiness(evidence([WRONG], [access("anna")], PRINCIPALS))
    assert (found.ready, found.applications) == (False, ("Invoices",))


def test_a_closed_switch_stops_oauth_too() -> None:
    """Bob follows the organization, whose switch is off."""
    found = readiness(evidence([RIGHT], [access("bob")], PRINCIPALS), "bob")
    assert (found.switch, found.ready) == (GateState.CLOSED, False)


def test_what_was_not_read_is_not_known() -> None:
    """Neither rights nor registrations: nothing is ready, and nothing is not."""
    for snapshot in (evidence([RIGHT], None, PRINCIPALS), evidence(None, [access("anna")], PRINCIPALS)):
        found = readiness(snapshot)
        assert (found.ready, found.applications) == (None, None)
        assert found.because
    unknown = readiness(evidence([RIGHT], [access("anna")], None))
    assert (unknown.ready, unknown.applications) == (None, ("Invoices",))


def test_a_name_that_two_mailboxes_share_means_neither() -> None:
    """A right on "Anna" may be of the one or of the other."""
    rows = folder.files()["mailboxes"]
    rows[1]["DisplayName"] = "Anna"
    snapshot = snapshot_without(
        mailboxes=rows,
        exchange_service_principals=[RIGHT],
        mailbox_permissions=[access("Anna")],
        service_principals=PRINCIPALS,
    )
    assert (readiness(snapshot).applications, readiness(snapshot).ready) == (None, None)
    assert readiness(snapshot, "cara").applications == ()
