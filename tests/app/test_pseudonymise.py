"""``--pseudonymise``: nothing of the tenant is in any file of the folder, and the same stands for the same."""

import base64
import io
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from scanner.report.formats import list_formats
from scanner.report.pseudonyms import Pseudonyms
from tests.support import folder as tenant
from tests.support.program import call

GUIDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ENCODED = re.compile(rb"[A-Za-z0-9+/=]{200,}")
SOURCE_IP, SIGN_IN_IP, RANGE = "203.0.113.77", "203.0.113.88", "203.0.113.0"
NAMED = {"displayName", "DisplayName", "Name", "DefaultAuthenticationPolicy", "AuthenticationPolicy", "userDisplayName"}
CONFIG = """
[tenants.x]
id = "canary-domain.example"
[tenants.x.credential]
kind = "managed-identity"
[[tenants.x.waivers]]
mailbox = "anna@canary-domain.example"
flag = "exposed"
reason = "the canary said so"
owner = "Otto Canary"
expires = 2099-01-01
"""
NOTES = """
[[senders]]
mailbox = "bob@canary-domain.example"
device = "Canary scanner, floor 3"
owner = "Otto Canary"
note = "ask the canary"
"""


def canaries() -> tenant.Files:
    """Give a tenant in which every name and every address has a canary in it."""
    text = json.dumps(tenant.files()).replace("fabrikam.example", "canary-domain.example").replace("Fabrikam", "Corp")
    files: tenant.Files = with_canaries(json.loads(text))
    files["mailboxes"][1]["DisplayName"] = 'D\'Canary, "Bob" (=1+1)'
    files["sign-ins"] = [
        {
            "id": "s1",
            "createdDateTime": "2026-11-19T08:00:00Z",
            "userId": tenant.PEOPLE[0].id,
            "userPrincipalName": "anna@canary-domain.example",
            "clientAppUsed": "Authenticated SMTP",
            "status": {"errorCode": 0},
            "ipAddress": SIGN_IN_IP,
            "userAgent": "CanaryScanner/1.0",
            "appliedConditionalAccessPolicies": [],
        }
    ]
    return files


def with_canaries(value: Any, key: str = "") -> Any:
    match value:
        case dict():
            return {inner_key: with_canaries(inner, inner_key) for inner_key, inner in value.items()}
        case list():
            return [with_canaries(inner, key) for inner in value]
        case str() if key in NAMED and value:
            return f"Canary {value}"
        case _:
            return value


class House:
    """A working folder with the tenant's evidence, and reports on it."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self._capsys = root, capsys
        self.files = canaries()
        tenant.write(root / "evidence", self.files)
        (root / "smtp-posture.toml").write_text(CONFIG)
        (root / "notes.toml").write_text(NOTES)

    def run(self, *options: str, formats: str = "json") -> Path:
        """Make a report; give its folder."""
        command = ("import", "evidence", "--tenant", "x", "--owner-notes", "notes.toml", "--source-ip", SOURCE_IP)
        done = call(self._capsys, *command, "--format", formats, "--json", *options)
        assert done.code in {0, 4}, done
        assert not done.json()["missing"]
        return Path(done.json()["folder"])


@pytest.fixture
def house(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.chdir(tmp_path)
    return House(tmp_path, capsys)


def originals(files: tenant.Files) -> set[bytes]:
    """Give what may be in no file: canaries, ids, IP addresses."""
    ids = set(GUIDS.findall(json.dumps(files))) - {tenant.ADMIN_ROLE, tenant.SKU["skuId"]}
    return {word.encode() for word in ("canary", SOURCE_IP, SIGN_IN_IP, RANGE, *ids)}


def contents(path: Path) -> Iterator[bytes]:
    """Give everything that a file holds, however it is packed."""
    raw = path.read_bytes()
    yield raw
    if zipfile.is_zipfile(io.BytesIO(raw)):
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            yield from (packed.read(name) for name in packed.namelist())
    if raw.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(raw))
        yield from (page.extract_text().replace("\n", "").encode() for page in reader.pages)
        yield str(reader.metadata).encode()
        yield from (content for attached in reader.attachments.values() for content in attached)
    for found in ENCODED.findall(raw):
        yield from unpacked(found)


def unpacked(found: bytes) -> Iterator[bytes]:
    try:
        inner = base64.b64decode(found, validate=True)
        yield inner
        yield zlib.decompress(inner, wbits=47)  # zlib or gzip
    except (ValueError, zlib.error):
        return


def traces(folder: Path, files: tenant.Files) -> set[tuple[str, bytes]]:
    """Tell which originals are in which file."""
    return {
        (path.name, original)
        for path in folder.iterdir()
        for content in contents(path)
        for original in originals(files)
        if original in content.lower()
    }


def test_nothing_of_the_tenant_is_in_any_file_of_any_format(house: House) -> None:
    folder = house.run("--pseudonymise", "--archive", formats=",".join(list_formats()))
    assert len(list(folder.iterdir())) >= len(list_formats()) + 1
    assert traces(folder, house.files) == set()


def test_without_it_the_canaries_sing(house: House) -> None:
    """Or the other test would prove nothing: in every format they are found."""
    folder = house.run("--archive", formats=",".join(list_formats()))
    silent = {path.name for path in folder.iterdir()} - {name for name, _ in traces(folder, house.files)}
    assert silent <= {"undo.ps1", "remediation.ps1"}


def test_what_changed_is_told_in_pseudonyms_too(house: House) -> None:
    """Names of before are in no evidence of today."""
    house.run()
    before = json.loads(json.dumps(house.files))
    house.files["mailboxes"][0]["DisplayName"] = "Canary Newname"
    house.files["mailboxes"][0]["PrimarySmtpAddress"] = "canary.new@canary-domain.example"
    house.files["conditional-access-policies"][0]["displayName"] = "Canary new policy"
    house.files["organization-config"]["DefaultAuthenticationPolicy"] = "Canary Block Basic"
    house.files["authentication-policies"].pop(0)
    house.files["tenant"]["collectedAt"] = "2026-12-20T08:00:00Z"
    del house.files["mailboxes"][3], house.files["cas-mailboxes"][3]
    tenant.write(house.root / "evidence", house.files)
    folder = house.run("--pseudonymise", formats="json,html,csv")
    assert traces(folder, house.files) == traces(folder, before) == set()
    changes = json.loads((folder / "report.json").read_text())["history"]["changes"]
    assert {"mailbox_renamed", "mailbox_gone", "policy", "setting"} <= {change["kind"] for change in changes}


def test_the_report_says_the_same_but_for_the_names(house: House) -> None:
    plain = json.loads((house.run() / "report.json").read_text())
    masked = json.loads((house.run("--pseudonymise") / "report.json").read_text())
    assert masked["summary"] == plain["summary"]
    assert [part["flag"] for part in masked["mailboxes"]] == [part["flag"] for part in plain["mailboxes"]]
    assert [part["verdicts"]["basic"]["reply"] for part in masked["mailboxes"]] == [
        part["verdicts"]["basic"]["reply"] for part in plain["mailboxes"]
    ]
    ids = {part["id"] for part in masked["mailboxes"]}
    assert len(ids) == len(plain["mailboxes"])
    assert any("pseudonyms" in note for note in masked["run"]["notes"])


def test_pseudonyms_are_the_same_each_time_and_others_with_another_key(house: House) -> None:
    first, second = (json.loads((house.run("--pseudonymise") / "report.json").read_text()) for _ in range(2))
    for field in ("id", "address", "display_name", "verdicts"):
        assert [part[field] for part in first["mailboxes"]] == [part[field] for part in second["mailboxes"]]
    (house.root / "smtp-posture-pseudonyms.key").unlink()
    third = json.loads((house.run("--pseudonymise") / "report.json").read_text())
    assert not {part["id"] for part in first["mailboxes"]} & {part["id"] for part in third["mailboxes"]}


def test_the_key_is_private_and_in_no_file_of_the_report(house: House) -> None:
    folder = house.run("--pseudonymise", formats="json,html")
    key = house.root / "smtp-posture-pseudonyms.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    secret = key.read_bytes().strip()
    assert not [
        path.name for path in (*folder.iterdir(), house.root / "smtp-posture.db") if secret in path.read_bytes()
    ]


def test_the_store_keeps_the_evidence_as_it_was(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """A pseudonymised run is a run like others: it can be verified, compared, and reported on with names."""
    house.run("--pseudonymise")
    assert call(capsys, "verify", "latest").code == 0
    again = Path(call(capsys, "report", "latest", "--format", "json", "--json").json()["folder"])
    assert "anna@canary-domain.example" in (again / "report.json").read_text()
    changes = call(capsys, "diff", "previous", "latest", "--json").json()["changes"]
    assert not [change for change in changes if change["kind"].startswith("mailbox")]


def test_a_key_that_can_not_be_used_is_told_before_anything_is_read(
    house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (house.root / "short.key").write_text("x")
    for key in ("short.key", "none/at/all.key", "."):
        monkeypatch.setenv("SMTP_POSTURE__PSEUDONYMS__KEY_FILE", key)
        done = call(capsys, "import", "evidence", "--format", "json", "--pseudonymise")
        assert (done.code, "key of pseudonyms" in done.err) == (2, True)
    assert not (house.root / "smtp-posture-runs").exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Stopped by Block legacy, Office.", "Stopped by Policy P, Location L."),
        ("block LEGACY", "Policy P"),
        ("Blocklegacy and Offices stay", "Blocklegacy and Offices stay"),
        ("code 5.7.139 at 08:00:00, AADSTS53003", "code 5.7.139 at 08:00:00, AADSTS53003"),
        ("Set-Mailbox 'anna@x.example' -A 'b'", "Set-Mailbox 'A' -A 'b'"),
        ("from 203.0.113.7, 2001:db8::1 or 10.0.0.0/8", "from I, I or I/8"),
        ("guid:AAAAAAAA-bbbb-cccc-dddd-eeeeeeeeeeee.state", "guid:G.state"),
        ("[x] Office [prod]", "Location W"),
        ("", ""),
    ],
)
def test_what_identifies_is_replaced_where_it_stands(text: str, expected: str) -> None:
    names = {"Block legacy": "Policy", "Office": "Location", "[x] Office [prod]": "Location", "ab": "Group"}
    found = Pseudonyms(b"k" * 32, names).text(text)
    for pattern, mark in (
        (r"person-\w{10}@domain-\w{8}\.invalid", "A"),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}", "G"),
        (r"2001:db8(?::[0-9a-f]{4}){6}", "I"),
        (r"(?<=Policy )[0-9a-f]{8}", "P"),
        (r"(?<=Location )[0-9a-f]{8}", "W" if text.startswith("[x]") else "L"),
    ):
        found = re.sub(pattern, mark, found)
    assert found == expected
