"""``purge --person``: one person goes from evidence, memory and reports; everybody else stays as they were."""

import json
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support import folder as tenant
from tests.support.program import call

PERSON = tenant.Person(900, "zelda.canary", groups=(tenant.SENDERS,), admin=True)
SECOND_ADDRESS = "zc.second@fabrikam.example"
NAME = "Zelda C. Anary"
TRACES = (PERSON.id, PERSON.guid, PERSON.exchange_guid, PERSON.address, SECOND_ADDRESS, NAME)
OTHERS_FIELDS = ("id", "address", "verdicts", "flag", "kind", "smtp_auth")
CONFIG = f"""
[tenants.fabrikam]
id = "{tenant.DOMAIN}"
[tenants.fabrikam.credential]
kind = "managed-identity"
[[tenants.fabrikam.waivers]]
mailbox = "{PERSON.address}"
flag = "exposed"
reason = "asked for by {PERSON.address}"
owner = "{NAME}"
expires = 2099-01-01
[[tenants.fabrikam.waivers]]
mailbox = "anna@fabrikam.example"
flag = "exposed"
reason = "kept"
owner = "{NAME}"
expires = 2099-01-01
"""


def files_with_person() -> tenant.Files:
    """Give a tenant in which every file names the person."""
    files = tenant.files()
    files["mailboxes"].append(
        tenant.mailbox(PERSON)
        | {"DisplayName": NAME, "EmailAddresses": [f"SMTP:{PERSON.address}", f"smtp:{SECOND_ADDRESS}"]}
    )
    files["mailboxes"][0]["ForwardingSmtpAddress"] = f"smtp:{SECOND_ADDRESS}"
    files["mailboxes"][0]["Notes"] = f"stands in for {PERSON.address.upper()} until May"
    files["cas-mailboxes"].append(tenant.cas_mailbox(PERSON) | {"DisplayName": NAME})
    files["exchange-users"].append(tenant.exchange_user(PERSON))
    files["users"].append(tenant.user(PERSON) | {"displayName": NAME})
    files["per-user-mfa"].append({"id": PERSON.id, "perUserMfaState": "disabled"})
    files["risky-users"] = [{"id": PERSON.id, "riskLevel": "high", "riskState": "atRisk", "userDisplayName": NAME}]
    files["role-assignments"].append(tenant.role_assignment(PERSON))
    for group in files["groups"]:
        group["transitiveMembers"].append(
            {"@odata.type": "#microsoft.graph.user", "id": PERSON.id, "displayName": NAME}
        )
    files["conditional-access-policies"].append(
        tenant.policy(7, "One person only", users={"includeUsers": [PERSON.id]}, state="enabled")
    )
    files["sign-ins"] = [sign_in(person) for person in (tenant.PEOPLE[0], PERSON)]
    return files


def sign_in(person: tenant.Person) -> tenant.Files:
    return {
        "id": f"s-{person.id}",
        "createdDateTime": "2026-11-19T08:00:00Z",
        "userId": person.id,
        "userPrincipalName": person.address,
        "userDisplayName": NAME if person is PERSON else person.name,
        "clientAppUsed": "Authenticated SMTP",
        "status": {"errorCode": 0},
        "ipAddress": "203.0.113.9",
    }


class House:
    """A working folder with two runs on evidence that names the person."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self._capsys = root, capsys
        (root / "smtp-posture.toml").write_text(CONFIG)
        files = files_with_person()
        tenant.write(root / "evidence", files)
        csv = f"Sender address,Messages sent\n{PERSON.address},4\nanna@fabrikam.example,9\n"
        (root / "evidence" / "smtp-auth-clients.csv").write_text(csv)
        self.first = self.run("import", "evidence", "--tenant", "fabrikam")
        files["tenant"]["collectedAt"] = "2026-11-21T08:00:00Z"
        tenant.write(root / "evidence", files)
        self.last = self.run("import", "evidence", "--tenant", "fabrikam")

    def run(self, *command: str) -> Any:
        done = call(self._capsys, *command, "--format", "json,csv,html", "--json")
        folder = Path(done.json()["folder"])
        return json.loads((folder / "report.json").read_text("utf-8"))

    def call(self, *arguments: str) -> Any:
        return call(self._capsys, *arguments)

    def erase(self, name: str, *options: str) -> Any:
        done = self.call("purge", "--person", name, "--json", *options)
        assert done.code == 0, done
        return done.json()

    def traces(self) -> set[str]:
        """Tell where the person is still named: in rows of the store, in its files, in run folders."""
        kept = {f"{path.relative_to(self.root)}": path.read_bytes() for path in self.root.glob("smtp-posture.db*")}
        kept |= {f"{path.relative_to(self.root)}": path.read_bytes() for path in self.root.glob("*runs/*/*")}
        with closing(sqlite3.connect(self.root / "smtp-posture.db")) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608 -- a table that is there
                    kept[table] = kept.get(table, b"") + b" ".join(map(plain, row))
        return {
            place for place, content in kept.items() for trace in TRACES if trace.encode().lower() in content.lower()
        }


def plain(value: object) -> bytes:
    if not isinstance(value, bytes):
        return str(value).encode()
    try:
        return zlib.decompress(value)
    except zlib.error:
        return value


@pytest.fixture
def house(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.chdir(tmp_path)
    return House(tmp_path, capsys)


def others(report: Any) -> dict[str, Any]:
    found = {mailbox["id"]: {field: mailbox[field] for field in OTHERS_FIELDS} for mailbox in report["mailboxes"]}
    found.pop(PERSON.id, None)
    return found


def test_before_the_erasure_the_person_is_everywhere(house: House) -> None:
    """Or the other tests of this file would prove nothing."""
    assert {"page", "posture", "waiver"} <= house.traces()
    assert len([place for place in house.traces() if place.endswith(("report.json", "mailboxes.csv"))]) == 4


@pytest.mark.parametrize("name", [PERSON.address.upper(), SECOND_ADDRESS, PERSON.id, PERSON.exchange_guid])
def test_nothing_names_the_person_any_more(house: House, name: str) -> None:
    """Whichever of their names is given."""
    said = house.erase(name)
    assert house.traces() == set()
    (erased,) = said["tenants"]
    assert len(erased["snapshots"]) == len(erased["reports"]) == 2


def test_everybody_else_is_judged_as_before(house: House) -> None:
    before = others(house.last)
    house.erase(PERSON.address)
    after = house.run("report", "latest", "--as-of", house.last["run"]["as_of"])
    assert others(after) == before
    assert PERSON.id not in {mailbox["id"] for mailbox in after["mailboxes"]}
    assert [part for part in after["run"]["evidence"] if part["state"] == "partial"] == []
    assert house.traces() == set()


def test_a_dry_run_says_the_same_and_changes_nothing(house: House) -> None:
    before = house.traces()
    would = house.erase(PERSON.address, "--dry-run")
    assert house.traces() == before
    assert house.erase(PERSON.address)["tenants"] == would["tenants"]


def test_verify_says_when_a_person_was_erased_and_holds(house: House) -> None:
    house.erase(PERSON.address)
    done = house.call("verify", house.last["run"]["id"])
    assert done.code == 0, done
    assert "altered by erasure on" in done.out
    assert "files were removed by erasure on" in done.out
    assert "The tenant's chain is unbroken (6 links)" in done.out
    with closing(sqlite3.connect(house.root / "smtp-posture.db")) as connection:
        connection.execute("UPDATE section SET state = 'partial' WHERE section = 'users'")
        connection.commit()
    assert house.call("verify", house.last["run"]["id"]).code == 1


def test_the_difference_of_two_runs_knows_nothing_of_the_person(house: House) -> None:
    house.erase(PERSON.address)
    done = house.call("diff", house.first["run"]["id"], house.last["run"]["id"], "--json")
    assert (done.code, done.json()["changes"]) == (0, [])


def test_somebody_whom_nothing_names_is_a_usage_error(house: House) -> None:
    done = house.call("purge", "--person", "nobody@fabrikam.example")
    assert (done.code, "nobody@fabrikam.example" in done.err) == (2, True)
    house.erase(PERSON.address)
    assert house.call("purge", "--person", PERSON.address).code == 2


def test_a_name_that_is_part_of_another_is_not_touched(house: House) -> None:
    """``canary@…`` is not ``zelda.canary@…``."""
    assert house.call("purge", "--person", PERSON.address.removeprefix("zelda.")).code == 2
    assert "page" in house.traces()


def test_age_and_person_are_two_jobs(house: House) -> None:
    assert house.call("purge", "--person", PERSON.id, "--older-than", "1d").code == 2
