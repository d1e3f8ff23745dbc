"""The child that turns a page into a PDF: HTML on stdin, PDF on stdout; started by pdf.py as a program.

It stands alone, so that nothing of the parent's memory, secrets or import path is with the renderer.
"""

import gc
import io
import logging
import resource
import sys
from pathlib import Path

NO_PANGO = 3
STYLES = "bundled:"
ACCESSIBLE = "pdf/ua-1"
ARCHIVE = "pdf/a-3a"
"""Level A is tagged as PDF/UA is."""

RELATIONSHIPS = {"report.json": "Source", "mailboxes.csv": "Data"}
"""What an attachment is to the report (ISO 32000-2, 7.11.3)."""

_UNDRAWN = ".notdef glyph"
"""How WeasyPrint's warning about a character starts that no installed font has."""


def main(styles: str, memory: str, seconds: str, attachments: str = "") -> int:
    """Renders stdin to stdout; characters that no font has are counted on stderr.

    Args:
        styles: The folder whose files the page may use.
        memory: Address space that may be used, in bytes.
        seconds: Processor time that may be used.
        attachments: A folder whose files are attached to a PDF for archives; none makes an accessible PDF.

    Returns:
        The exit code: 0, or 3 where the drawing libraries are not installed.
    """
    limit_resources(int(memory), int(float(seconds)) + 1)
    gc.set_threshold(50_000, 10, 10)  # a tenth faster than usual; without any, 1500 rows take 13 MB more
    page = sys.stdin.buffer.read().decode("utf-8")
    undrawn = _count_undrawn()
    try:
        pdf = _render(page, Path(styles), Path(attachments) if attachments else None)
    except OSError as error:  # cffi, when it finds no library
        sys.stderr.write(f"{error}\n".splitlines()[0])
        return NO_PANGO
    sys.stdout.buffer.write(pdf)
    sys.stdout.flush()
    if undrawn.count:
        sys.stderr.write(f"undrawn {undrawn.count}\n")
    return 0


def limit_resources(memory: int, seconds: int) -> None:
    """Limits memory, in bytes, and processor time, and forbids a core dump, which would hold the tenant's names."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Undrawn(logging.Handler):
    """Counts the warnings of characters that no installed font has, and passes the others on to stderr."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Takes one warning."""
        if str(record.msg).startswith(_UNDRAWN):
            self.count += 1
        else:
            sys.stderr.write(f"{record.getMessage()}\n")


def _count_undrawn() -> Undrawn:
    """Sets the counter up as the only one who hears WeasyPrint's warnings."""
    handler = Undrawn()
    logger = logging.getLogger("weasyprint")
    logger.handlers = [handler]
    logger.propagate = False
    return handler


def _render(page: str, styles: Path, attachments: Path | None) -> bytes:
    """Renders a page that may use the bundled files and nothing else."""
    from weasyprint import HTML, Attachment  # noqa: PLC0415 (a missing library is told apart from a missing package)
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415

    class BundledFetcher(URLFetcher):  # type: ignore[misc] # WeasyPrint publishes no types
        """Serves bundled files and refuses everything else: no host is called, no file is read."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            """Gives a bundled file.

            Raises:
                ValueError: The address is not that of a bundled file.
            """
            del headers
            known = {STYLES + path.name: path for path in styles.iterdir()}
            if url not in known:
                raise ValueError("only bundled files may be used")
            return URLFetcherResponse(url, io.BytesIO(known[url].read_bytes()), {"Content-Type": "text/css"})

    document = HTML(string=page, base_url=STYLES, url_fetcher=BundledFetcher())
    attached = [
        Attachment(
            file_obj=io.BytesIO(path.read_bytes()),
            name=path.name,
            description=path.name,
            relationship=RELATIONSHIPS.get(path.name, "Data"),
        )
        for path in sorted(attachments.iterdir() if attachments else ())
    ]
    pdf: bytes = document.write_pdf(pdf_variant=ARCHIVE if attachments else ACCESSIBLE, attachments=attached)
    return pdf


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
