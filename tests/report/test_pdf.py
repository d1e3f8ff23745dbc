"""report.pdf: right pages, and a renderer that reads and calls nothing."""

import socket
import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path

import pytest
from pypdf import PdfReader

from scanner.content import find_content
from scanner.report.formats import pdf_child
from scanner.report.write import WrittenRun, write_run
from tests.report.sample import make_report

pytestmark = pytest.mark.skipif(find_library("pangoft2-1.0") is None, reason="Pango is not installed")


def read_pages(path: Path) -> list[str]:
    """Reads the text of all pages; pypdf leaves zero bytes where WeasyPrint encodes a font in its own way."""
    return [page.extract_text().replace("\0", "") for page in PdfReader(path).pages]


def render(page: str, styles: Path) -> tuple[bytes, str]:
    """Renders a page in the child."""
    command = [sys.executable, "-P", str(pdf_child.__file__), str(styles), str(3 << 30)]
    child = subprocess.run(command, input=page.encode(), capture_output=True, check=True, timeout=60)
    return child.stdout, child.stderr.decode()


def test_every_page_has_its_number_and_whose_report_it_is(written: WrittenRun) -> None:
    pages = read_pages(written.files["pdf"])
    for number, text in enumerate(pages, start=1):
        assert f"{number} / {len(pages)}" in text
        assert "Contoso" in text


def test_the_cover_answers_in_one_sentence(written: WrittenRun) -> None:
    cover = " ".join(read_pages(written.files["pdf"])[0].split())
    assert "41 of 60 mailboxes are refused when they send with a password." in cover
    assert "The evidence is incomplete" in cover


def test_a_list_cut_short_points_to_the_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.report.chapters.roster.ROSTER_LIMIT", 5)
    run = write_run(make_report(20), tmp_path / "run", ["pdf"])
    assert "all flagged mailboxes are in report.xlsx" in " ".join(read_pages(run.files["pdf"])[-1].split())


def test_hostile_names_are_printed(hostile: WrittenRun) -> None:
    assert "onerror" in "".join(read_pages(hostile.files["pdf"]))


def test_the_renderer_reads_no_file_and_calls_no_host(tmp_path: Path) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("p { content: 'canary-9f1' } p::after { content: 'canary-9f1' }")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        addresses = [
            secret.as_uri(), f"http://127.0.0.1:{port}/x", f"https://127.0.0.1:{port}/x", "file:///etc/passwd",
            "bundled:../../etc/passwd", "bundled:../print.css", "data:text/css,p::after{content:'canary-9f1'}",
        ]  # fmt: skip
        links = "".join(
            f'<link rel="stylesheet" href="{address}"><link rel="attachment" href="{address}"><img src="{address}">'
            f'<style>@import url("{address}"); p {{ background: url("{address}") }}</style>'
            f'<svg width="9" height="9"><image href="{address}"/></svg><object data="{address}"></object>'
            for address in addresses
        )
        made, _ = render(f"<p>text</p>{links}", find_content("reports") / "styles")
        with pytest.raises(TimeoutError):
            server.accept()
    assert made.startswith(b"%PDF")
    (tmp_path / "made.pdf").write_bytes(made)
    reader = PdfReader(tmp_path / "made.pdf")
    assert "canary-9f1" not in "".join(page.extract_text() for page in reader.pages)
    assert not reader.attachments
    assert b"root:" not in made


def test_the_print_uses_the_bundled_style() -> None:
    made, errors = render(
        '<link rel="stylesheet" href="bundled:print.css"><p>x</p>', find_content("reports") / "styles"
    )
    assert made.startswith(b"%PDF")
    assert errors == ""
