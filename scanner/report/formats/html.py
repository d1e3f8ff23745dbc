"""report.html: one self-contained file."""

from dataclasses import dataclass
from typing import BinaryIO

from scanner.report.formats import Edition


@dataclass(frozen=True, slots=True)
class HtmlFormat:
    """Writes report.html."""

    file_name: str = "report.html"

    def write(self, edition: Edition, out: BinaryIO) -> None:
        """Writes the page; it fetches nothing and runs one bundled script."""
        from scanner.report.chapters.cover import warn_of_missing_files  # noqa: PLC0415 (needs Babel and pandas)
        from scanner.report.explorer import pack_mailboxes  # noqa: PLC0415
        from scanner.report.pages import render_page, write_policy  # noqa: PLC0415 (Jinja2)

        page = render_page(
            "report.html",
            edition.language,
            view=edition.view,
            missing=warn_of_missing_files(edition.missing, edition.language),
            packed=pack_mailboxes(edition.report, edition.language),
            mailboxes=len(edition.report.mailboxes),
            policy=write_policy("explorer.js", "screen.css", edition.language),
        )
        out.write(page.encode("utf-8", errors="replace"))


FORMAT = HtmlFormat()
