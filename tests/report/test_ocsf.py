"""findings.ocsf.json: fits the schema of OCSF 1.8, and says of every mailbox what report.json says."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from scanner.model.text import quote, say
from scanner.report.contract import ControlPart, Report
from scanner.report.write import WrittenRun, write_run
from tests.report.sample import make_hostile_report, make_report

CONTROLS = [
    ControlPart(framework="CIS Microsoft 365", version="6.0.0", id="6.5.4", title=say("SMTP AUTH is disabled"),
                state="not_met", because=say("It is on for the tenant."), mapped_by=quote("smtp-posture")),
    ControlPart(framework="NIST SP 800-53", version="5.2.0", id="CM-7", title=say("Least functionality"),
                state="unknown", because=say("The switch was not read."), mapped_by=quote("NIST")),
]  # fmt: skip


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    """The published class, its required attributes and its objects, with unknown attributes refused."""
    made = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.8.0")).get_class_schema(class_name="compliance_finding")
    return jsonschema.Draft202012Validator(made)


def find(report: Report, folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(write_run(report, folder / "run", ["ocsf"]).files["ocsf"].read_bytes())
    return found


def test_every_finding_fits_the_published_schema(
    hostile: WrittenRun, tmp_path: Path, validator: jsonschema.Draft202012Validator
) -> None:
    sample = find(msgspec.structs.replace(make_report(60), controls=CONTROLS), tmp_path)
    for finding in (*sample, *json.loads(hostile.files["ocsf"].read_bytes())):
        validator.validate(finding)


@pytest.mark.parametrize("attribute", ["compliance", "finding_info", "metadata", "severity_id", "time", "type_uid"])
def test_the_schema_misses_what_is_required(
    attribute: str, tmp_path: Path, validator: jsonschema.Draft202012Validator
) -> None:
    finding = find(make_report(1), tmp_path)[0]
    del finding[attribute]
    assert not validator.is_valid(finding)


def test_every_mailbox_has_one_finding_and_every_control_too(tmp_path: Path) -> None:
    report = msgspec.structs.replace(make_report(60), controls=CONTROLS)
    uids = [finding["resources"][0]["uid"] for finding in find(report, tmp_path)]
    assert uids == [report.tenant.id, report.tenant.id, *(mailbox.id for mailbox in report.mailboxes)]


def test_the_status_follows_the_flag_and_unknown_is_no_pass(tmp_path: Path) -> None:
    report = msgspec.structs.replace(make_report(60), controls=CONTROLS)
    controls, mailboxes = (found := find(report, tmp_path))[:2], found[2:]
    assert [finding["compliance"]["status"] for finding in controls] == ["Fail", "Warning"]
    expected = {"failing": "Fail", "will_fail": "Fail", "exposed": "Fail", "would_fail": "Warning",
                "unknown": "Warning", "in_order": "Pass"}  # fmt: skip
    for mailbox, finding in zip(report.mailboxes, mailboxes, strict=True):
        told = finding["compliance"]["status"]
        assert told == ("Not applicable" if mailbox.set_aside else expected[mailbox.flag])
        assert finding["status"] == ("Suppressed" if mailbox.waiver else "New")


def test_a_finding_keeps_its_name_in_the_next_run(tmp_path: Path) -> None:
    first = make_report(5)
    second = msgspec.structs.replace(first, run=msgspec.structs.replace(first.run, id="20261223-080000-contoso"))
    one, two = find(first, tmp_path / "1"), find(second, tmp_path / "2")
    assert [f["finding_info"]["uid"] for f in one] == [f["finding_info"]["uid"] for f in two]
    assert {f["metadata"]["uid"] for f in one} & {f["metadata"]["uid"] for f in two} == set()


def test_hostile_names_are_kept_as_they_are(hostile: WrittenRun) -> None:
    names = [f["unmapped"].get("display_name", "") for f in json.loads(hostile.files["ocsf"].read_bytes())]
    assert names == [mailbox.display_name for mailbox in make_hostile_report().mailboxes]


def test_without_mailboxes_it_is_an_empty_array(tmp_path: Path) -> None:
    assert find(make_report(0), tmp_path) == []


def test_a_finding_is_a_line(written: WrittenRun, tmp_path: Path) -> None:
    lines = write_run(make_report(7), tmp_path / "run", ["ocsf"]).files["ocsf"].read_text().splitlines()
    assert len(lines) == 9
    assert all(json.loads(line.removesuffix(","))["class_uid"] == 2003 for line in lines[1:-1])
