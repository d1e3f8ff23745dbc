"""report.pdf: right pages, whole for screen readers and archives, and a renderer that reads and calls nothing."""

import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path

import msgspec
import pikepdf
import pytest
from pypdf import PdfReader

from scanner.content import find_content
from scanner.report.chapters.roster import list_flagged
from scanner.report.chapters.situations import is_flagged
from scanner.report.formats import pdf_child
from scanner.report.language import open_language
from scanner.report.write import WrittenRun, write_run
from tests.report.sample import make_report

pytestmark = pytest.mark.skipif(find_library("pangoft2-1.0") is None, reason="Pango is not installed")

CHAPTERS = [
    "Summary", "What changed since the last run", "Failing now", "Breaks next", "Would fail if used", "Exposed",
    "Tenant settings", "What is not known", "Listed apart", "Method, sources and limits", "Flagged mailboxes",
]  # fmt: skip
UA = "{http://www.aiim.org/pdfua/ns/id/}part"
A_PART = "{http://www.aiim.org/pdfa/ns/id/}part"
A_LEVEL = "{http://www.aiim.org/pdfa/ns/id/}conformance"


def read_pages(path: Path) -> list[str]:
    """Reads the text of all pages; pypdf leaves zero bytes where WeasyPrint encodes a font in its own way."""
    return [page.extract_text().replace("\0", "") for page in PdfReader(path).pages]


def render(page: str, styles: Path, child: Path = Path(pdf_child.__file__)) -> tuple[bytes, str]:
    """Renders a page in the child, or in another program."""
    command = [sys.executable, "-P", str(child), str(styles), str(3 << 30), "60"]
    done = subprocess.run(command, input=page.encode(), capture_output=True, check=True, timeout=120)
    return done.stdout, done.stderr.decode()


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> WrittenRun:
    """A run folder whose PDF is made for archives."""
    folder = tmp_path_factory.mktemp("archive") / "run"
    return write_run(make_report(12), folder, ["pdf", "json", "csv"], archive=True)


@pytest.fixture(scope="module")
def pages(written: WrittenRun) -> list[str]:
    return read_pages(written.files["pdf"])


@pytest.fixture
def opened(written: WrittenRun) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(written.files["pdf"]) as pdf:
        yield pdf


def walk(element: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    """Gives every element of a structure tree."""
    if isinstance(element, pikepdf.Dictionary) and "/S" in element:
        yield element
    if isinstance(element, pikepdf.Dictionary) and "/K" in element:
        kids = element["/K"]
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Object):
                yield from walk(kid)


def elements(pdf: pikepdf.Pdf, kind: str) -> list[pikepdf.Dictionary]:
    return [element for element in walk(pdf.Root.StructTreeRoot) if str(element["/S"]) == kind]


def test_a_partial_run_is_marked_on_every_page(tmp_path: Path, pages: list[str]) -> None:
    """Also on the first one; a whole run has no mark."""
    report = make_report(12)
    partial = msgspec.structs.replace(report, run=msgspec.structs.replace(report.run, partial=True))
    marked = read_pages(write_run(partial, tmp_path / "run", ["pdf"]).files["pdf"])
    assert len(marked) > 5
    assert ["Partial: the reading of the tenant was interrupted" in page for page in marked] == [True] * len(marked)
    assert not any("Partial: the reading" in page for page in pages)


def test_every_page_has_its_number_and_whose_report_it_is(pages: list[str]) -> None:
    for number, text in enumerate(pages, start=1):
        assert f"{number} / {len(pages)}" in text
        assert "Contoso" in text


def test_the_cover_answers_in_one_sentence(pages: list[str]) -> None:
    cover = " ".join(pages[0].split())
    assert "2 senders will stop working on December 31, 2026; 4 senders are failing now." in cover
    assert "The evidence is incomplete" in cover


def test_the_contents_name_the_page_of_every_chapter(pages: list[str]) -> None:
    listed = dict(re.findall(r"^(.+?)[ .]+ (\d+)$", pages[1], re.MULTILINE))
    assert list(listed) == CHAPTERS
    for title, number in listed.items():
        assert title in pages[int(number) - 1], title


def test_pages_are_headed_by_their_chapter(pages: list[str]) -> None:
    assert "Contoso Логістика Flagged mailboxes November 23, 2026" in " ".join(pages[-1].split())


def test_every_flagged_mailbox_is_listed_with_the_page_of_its_situation(pages: list[str]) -> None:
    text = "".join("".join(pages).split())
    for mailbox in filter(is_flagged, make_report().mailboxes):
        assert mailbox.address in text
    (at,) = re.findall(r"3 Refused: SMTP AUTH switch → (\d+)", "\n".join(pages))
    assert "3 Refused: SMTP AUTH switch" in " ".join(pages[int(at) - 1].split())


def test_a_list_cut_short_points_to_the_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.report.chapters.roster.ROSTER_LIMIT", 5)
    run = write_run(make_report(20), tmp_path / "run", ["pdf"])
    assert "13 more flagged mailboxes are in report.xlsx." in " ".join(read_pages(run.files["pdf"])[-1].split())


def test_situations_that_no_chapter_has_room_for_are_told_in_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reply, the reasons and the remedies of a flagged row are always on some page."""
    report = make_report(60)
    language = open_language("en")
    monkeypatch.setattr("scanner.report.chapters.roster.SITUATION_LIMIT", 1)
    roster = list_flagged(report.mailboxes, language)
    assert [group.told for group in roster.groups] == [True, True, True, False, False, False, False, True, True, False]
    assert all(group.situation.chain for group in roster.groups)
    assert sum(len(group.lines) for group in roster.groups) == sum(map(is_flagged, report.mailboxes))


# --- for readers who can't see it ----------------------------------------------------------------------------------


def test_it_is_tagged_and_says_that_it_is_accessible(opened: pikepdf.Pdf) -> None:
    assert opened.Root.MarkInfo.Marked
    assert opened.Root.ViewerPreferences.DisplayDocTitle
    with opened.open_metadata() as metadata:
        assert metadata[UA] == "1"
        assert str(metadata["dc:title"]).startswith("Contoso Логістика")


@pytest.mark.parametrize("kind", ["/H1", "/H2", "/H3", "/P", "/Table", "/TH", "/TD", "/L", "/Caption", "/Figure"])
def test_its_parts_are_what_they_are(kind: str, opened: pikepdf.Pdf) -> None:
    assert elements(opened, kind)


def test_every_chart_is_told_in_words(opened: pikepdf.Pdf) -> None:
    told = [str(figure.get("/Alt", "")) for figure in elements(opened, "/Figure")]
    assert all(told)
    assert any("Refused 41" in words for words in told)


@pytest.mark.parametrize("language", ["uk"])
def test_its_language_and_title_are_set(language: str, tmp_path: Path) -> None:
    run = write_run(make_report(3), tmp_path / "run", ["pdf"], language=language)
    with pikepdf.open(run.files["pdf"]) as pdf:
        assert pdf.Root.Lang == language
        assert "Contoso Логістика" in str(pdf.docinfo["/Title"])


def test_its_headings_are_bookmarks(opened: pikepdf.Pdf) -> None:
    with opened.open_outline() as outline:
        titles = [str(item.title) for item in outline.root]
        below = {str(item.title): [str(child.title) for child in item.children] for item in outline.root}
    assert titles[1:] == ["Contents", *CHAPTERS]
    assert "1 Refused: Conditional Access" in below["Failing now"]


def test_links_of_the_contents_lead_to_the_chapters(opened: pikepdf.Pdf) -> None:
    links = [note for note in opened.pages[1].Annots if note.Subtype == "/Link"]
    assert len({str(link.Dest) for link in links}) == len(CHAPTERS)
    assert all("/StructParent" in link and "/Contents" in link for link in links)


# --- for archives --------------------------------------------------------------------------------------------------


def test_an_archive_says_that_it_is_one(archived: WrittenRun) -> None:
    with pikepdf.open(archived.files["pdf"]) as pdf:
        with pdf.open_metadata() as metadata:
            assert (metadata[A_PART], metadata[A_LEVEL]) == ("3", "A")
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert pdf.Root.MarkInfo.Marked


def test_an_archive_holds_the_report_whole_and_as_a_table(archived: WrittenRun) -> None:
    with pikepdf.open(archived.files["pdf"]) as pdf:
        held = {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()}
        kinds = {str(spec.UF): str(spec.AFRelationship) for spec in pdf.Root.AF}
        types = {str(spec.UF): str(spec.EF.F.Subtype) for spec in pdf.Root.AF}
    assert held == {
        "report.json": archived.files["json"].read_bytes(),
        "mailboxes.csv": archived.files["csv"].read_bytes(),
    }
    assert kinds == {"report.json": "/Source", "mailboxes.csv": "/Data"}
    assert types == {"report.json": "/application/json", "mailboxes.csv": "/text/csv"}


def test_without_being_asked_nothing_is_attached(opened: pikepdf.Pdf) -> None:
    assert len(opened.attachments) == 0


def test_an_archive_embeds_every_font(archived: WrittenRun) -> None:
    with pikepdf.open(archived.files["pdf"]) as pdf:
        fonts = [font for font in pdf.objects if isinstance(font, pikepdf.Dictionary) and "/FontDescriptor" in font]
        assert fonts
        for font in fonts:
            described = font.FontDescriptor
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(described.keys()), font.BaseFont


@pytest.mark.skipif(shutil.which("verapdf") is None, reason="veraPDF is not installed")
@pytest.mark.parametrize(("archive", "flavour"), [(False, "ua1"), (True, "3a")])
def test_verapdf_finds_nothing(archive: bool, flavour: str, tmp_path: Path) -> None:  # noqa: FBT001 (a parameter)
    run = write_run(make_report(12), tmp_path / "run", ["pdf"], archive=archive)
    command = ["verapdf", "--format", "json", "--flavour", flavour, str(run.files["pdf"])]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    assert told["report"]["jobs"][0]["validationResult"][0]["compliant"]


# --- hostile text and a confined renderer ---------------------------------------------------------------------------


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
        '<html lang="en"><link rel="stylesheet" href="bundled:print.css"><p>x</p>', find_content("reports") / "styles"
    )
    assert made.startswith(b"%PDF")
    assert errors == ""


def test_characters_that_no_font_has_are_counted() -> None:
    """U+10FFFD is of private use: no font draws it, however many are installed."""
    _, told = render('<html lang="en"><p>a\U0010fffdb</p>', find_content("reports") / "styles")
    assert told == "undrawn 1\n"


def test_a_run_says_that_characters_could_not_be_drawn(tmp_path: Path) -> None:
    report = make_report(1)
    strange = [msgspec.structs.replace(mailbox, display_name="Anna \U0010fffd") for mailbox in report.mailboxes]
    run = write_run(make_report(mailboxes=strange), tmp_path / "run", ["pdf"])
    assert "could not be drawn: no installed font has them" in run.remarks["report.pdf"]
    assert run.missing == {}


def test_the_child_limits_itself() -> None:
    program = (
        "import resource; from scanner.report.formats.pdf_child import limit_resources; limit_resources(1 << 30, 7);"
        "print([resource.getrlimit(kind) for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_CORE)])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout == "[(1073741824, 1073741824), (7, 7), (0, 0)]\n"
