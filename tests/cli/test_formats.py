"""``--format`` and ``--archive`` as a user gives them."""

import json
from ctypes.util import find_library
from pathlib import Path
from typing import get_args

import pikepdf
import pytest

from scanner.app.job import ALL_FORMATS
from scanner.cli.options import Format
from scanner.report.formats import pdf
from tests.support import folder
from tests.support.program import call

needs_pango = pytest.mark.skipif(find_library("pangoft2-1.0") is None, reason="Pango is not installed")


@pytest.fixture
def evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Stand in an empty folder beside an evidence folder of the small tenant."""
    monkeypatch.chdir(tmp_path)
    return str(folder.write(tmp_path / "evidence", folder.files()))


@pytest.mark.parametrize("name", ALL_FORMATS)
def test_help_names_every_format(name: str) -> None:
    (option,) = get_args(Format)[1:]
    assert name in option.help


def test_formats_for_programs_are_files_of_the_run(evidence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "import", evidence, "--format", "csv-raw,ocsf,junit", "--out", "out").code == 0
    (run,) = Path("out").iterdir()
    names = {"mailboxes.raw.csv", "findings.ocsf.json", "junit.xml", "manifest.json"}
    assert {path.name for path in run.iterdir()} == names
    assert {entry["name"] for entry in json.loads((run / "manifest.json").read_bytes())["files"]} == names - {
        "manifest.json"
    }


@needs_pango
def test_an_archive_holds_the_report(evidence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "import", evidence, "--format", "pdf,json", "--archive", "--out", "out").code == 0
    (run,) = Path("out").iterdir()
    with pikepdf.open(run / "report.pdf") as archive:
        assert set(archive.attachments) == {"report.json", "mailboxes.csv"}
        assert archive.attachments["report.json"].get_file().read_bytes() == (run / "report.json").read_bytes()


def test_a_pdf_that_fails_is_told_and_hinders_no_other_format(
    evidence: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The child runs out of memory; the exit code, stderr, the manifest and the page say that the PDF is missing."""
    monkeypatch.setattr(pdf, "FORMAT", pdf.PdfFormat(memory=60 << 20))
    done = call(capsys, "import", evidence, "--format", "html,pdf,xlsx,csv,json", "--out", "out")
    assert done.code == 1
    assert "The pdf report could not be made" in done.err
    (run,) = Path("out").iterdir()
    others = {"report.html", "report.xlsx", "mailboxes.csv", "report.json", "manifest.json"}
    assert {path.name for path in run.iterdir()} == others
    assert list(json.loads((run / "manifest.json").read_bytes())["missing"]) == ["pdf"]
    assert "report.pdf: " in (run / "report.html").read_text(encoding="utf-8")
