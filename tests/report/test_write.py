"""The run folder: private, whole, described by its manifest, and never hindered by one format."""

import errno
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pytest

from scanner.app.job import ALL_FORMATS
from scanner.errors import ConfigurationError, RenderError
from scanner.report.formats import Edition, find_format, list_formats
from scanner.report.formats.json import JsonFormat
from scanner.report.formats.pdf import PdfFormat
from scanner.report.write import WrittenRun, write_formats, write_run
from tests.report.sample import make_report


@dataclass(frozen=True)
class FullDisk:
    """A format that runs out of space after some bytes."""

    file_name: str = "report.pdf"

    def write(self, edition: Edition, out: BinaryIO) -> None:  # noqa: ARG002 (the shape of a format)
        out.write(b"half a file")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_run_holds_every_file_and_nothing_else(written: WrittenRun) -> None:
    names = sorted(path.name for path in written.folder.iterdir())
    assert names == ["mailboxes.csv", "manifest.json", "report.html", "report.json", "report.pdf", "report.xlsx"]
    assert written.missing == {}


def test_only_the_owner_can_read_a_run(written: WrittenRun) -> None:
    assert written.folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in written.folder.iterdir()} == {0o600}


def test_the_manifest_describes_every_file(written: WrittenRun) -> None:
    manifest = json.loads((written.folder / "manifest.json").read_text())
    assert manifest["tenant_id"] == "8f2d9c1e-5b0a-4c57-9d35-0f6f2f7b1a11"
    assert manifest["snapshot_sha256"] == "ab" * 32
    for entry in manifest["files"]:
        content = (written.folder / entry["name"]).read_bytes()
        assert (entry["size"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert {entry["name"] for entry in manifest["files"]} == {path.name for path in written.files.values()}


def test_a_run_never_writes_into_a_folder_that_exists(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="exists already"):
        write_run(make_report(1), tmp_path, ["json"])


def test_folders_above_a_run_are_made_private(tmp_path: Path) -> None:
    write_run(make_report(1), tmp_path / "out" / "run", ["json"])
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


def test_a_place_that_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RenderError, match=r"can't be made|exists already"):
        write_run(make_report(1), tmp_path / "file" / "run", ["json"])


def test_an_unknown_format_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="docx") as told:
        write_run(make_report(1), tmp_path / "run", ["json", "docx"])
    assert "csv, csv-raw, html, json, junit, letter, ocsf, pdf, remediation, undo, xlsx" in told.value.advice
    assert not (tmp_path / "run").exists()


def test_formats_are_found_by_the_names_of_their_modules() -> None:
    assert sorted(ALL_FORMATS) == list(list_formats())
    with pytest.raises(ConfigurationError):
        find_format("pdf-child")


def test_a_full_disk_leaves_no_half_written_file(tmp_path: Path) -> None:
    run = write_formats(Edition(make_report(2)), tmp_path / "run", {"pdf": FullDisk(), "json": JsonFormat()})
    assert run.missing == {"pdf": "report.pdf can't be written: No space left on device."}
    assert sorted(path.name for path in run.folder.iterdir()) == ["manifest.json", "report.json"]
    assert json.loads((run.folder / "manifest.json").read_text())["missing"] == run.missing


CHILDREN = {
    "hangs": ("import time; time.sleep(60)", "took longer than 0.5 seconds"),
    "is killed": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "signal 9"),
    "dies half-way": ("import sys; sys.stdout.write('%PDF-1.7'); sys.exit('MemoryError')", "exit code 1): MemoryError"),
    "has no Pango": ("import sys; sys.exit(3)", "Pango is not installed. apt-get install"),
}


@pytest.mark.parametrize("behaviour", CHILDREN)
def test_a_pdf_child_that_fails_hinders_no_other_format(behaviour: str, tmp_path: Path) -> None:
    program, reason = CHILDREN[behaviour]
    child = tmp_path / "child.py"
    child.write_text(program)
    formats = {"pdf": PdfFormat(child=child, seconds=0.5), "html": find_format("html"), "json": find_format("json")}
    run = write_formats(Edition(make_report(3)), tmp_path / "run", formats)
    assert reason in run.missing["pdf"]
    assert sorted(path.name for path in run.folder.iterdir()) == ["manifest.json", "report.html", "report.json"]
    assert "report.pdf: " in run.files["html"].read_text()


def test_a_pdf_child_out_of_memory_is_told(tmp_path: Path) -> None:
    run = write_formats(Edition(make_report(3)), tmp_path / "run", {"pdf": PdfFormat(memory=60 << 20)})
    assert list(run.missing) == ["pdf"]


def test_report_json_alone_loads_no_heavy_library(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.report.sample import make_report; "
        "from scanner.report.write import write_run; write_run(make_report(3), Path(sys.argv[1]), ['json']); "
        "print(sorted({'pandas', 'numpy', 'weasyprint', 'jinja2', 'xlsxwriter', 'babel'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "run")]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert answer.stdout == "[]\n"
