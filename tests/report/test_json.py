"""report.json: the contract, to the letter, and its published schema."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.model.text import read_text, write_text
from scanner.report.contract import Report
from scanner.report.schema import PUBLISHED, make_schema, write_schema
from scanner.report.write import WrittenRun, write_run
from tests.report.sample import make_hostile_report, make_report

ROOT = Path(__file__).parents[2]


def test_the_published_schema_is_what_the_contract_says() -> None:
    told = "run: python -m scanner.report.schema"
    assert (ROOT / PUBLISHED).read_bytes() == write_schema(), told


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(make_schema())


@pytest.mark.parametrize("name", ["written", "hostile"])
def test_report_json_fits_the_schema(name: str, request: pytest.FixtureRequest) -> None:
    run: WrittenRun = request.getfixturevalue(name)
    jsonschema.validate(json.loads(run.files["json"].read_bytes()), make_schema())


@pytest.mark.parametrize("count", [0, 1, 60])
def test_report_json_holds_the_whole_report(count: int, tmp_path: Path) -> None:
    report = make_report(count)
    run = write_run(report, tmp_path / "run", ["json"])
    assert msgspec.json.decode(run.files["json"].read_bytes(), type=Report, dec_hook=read_text) == report


def test_hostile_text_is_kept_as_it_is(hostile: WrittenRun) -> None:
    assert (
        msgspec.json.decode(hostile.files["json"].read_bytes(), type=Report, dec_hook=read_text)
        == make_hostile_report()
    )


@given(st.text())
@settings(max_examples=30, deadline=None)
def test_any_name_survives(name: str) -> None:
    report = make_report(1)
    mailbox = msgspec.structs.replace(report.mailboxes[0], display_name=name)
    assert msgspec.json.decode(msgspec.json.encode(mailbox, enc_hook=write_text))["display_name"] == name
