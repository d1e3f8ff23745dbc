"""The words of a page, line by line, for comparison with a kept copy; run as a program, it renews the copies."""

from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

from scanner.report.language import list_languages
from scanner.report.write import write_run
from tests.report.judged import make_judged_report
from tests.report.sample import make_report

KEPT = Path(__file__).parent / "kept"
SILENT = {"script", "style", "noscript", "title"}
VOID = {"meta", "link", "input", "br", "col"}


class Outline(HTMLParser):
    """Collects visible text, headings marked with their level."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 (the shape that is called)
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text or SILENT & set(self._open):
            return
        heading = next((tag for tag in self._open if tag in {"h1", "h2", "h3", "h4"}), "")
        self.lines.append(f"{'#' * int(heading[1])} {text}" if heading else text)


def outline_page(page: str) -> str:
    """Gives the outline of a page."""
    parser = Outline()
    parser.feed(page)
    return "\n".join(parser.lines) + "\n"


def outline_language(language: str, place: Path) -> str:
    """Gives the words of a report of a small judged tenant in one language; written below a folder."""
    run = write_run(make_judged_report(), place / language, ["html"], language=language)
    return outline_page(run.files["html"].read_text(encoding="utf-8"))


def write_copies(folder: Path) -> None:
    """Writes the copies of a small report into a folder."""
    folder.mkdir(exist_ok=True)
    with TemporaryDirectory() as place:
        run = write_run(make_report(12, complete=False), Path(place) / "run", ["html", "csv"])
        (folder / "report.txt").write_text(outline_page(run.files["html"].read_text()), encoding="utf-8")
        for language in list_languages():
            (folder / f"report.{language}.txt").write_text(outline_language(language, Path(place)), encoding="utf-8")
        (folder / "mailboxes.csv").write_bytes(run.files["csv"].read_bytes())


if __name__ == "__main__":
    write_copies(KEPT)
