"""The child that turns a page into a PDF: HTML on stdin, PDF on stdout; started by pdf.py as a program.

It stands alone, so that nothing of the parent's memory, secrets or import path is with the renderer.
"""

import gc
import io
import resource
import sys
from pathlib import Path

NO_PANGO = 3
STYLES = "bundled:"


def main(styles: str, memory: str) -> int:
    """Renders stdin to stdout.

    Args:
        styles: The folder whose files the page may use.
        memory: Address space that may be used, in bytes.

    Returns:
        The exit code: 0, or 3 where the drawing libraries are not installed.
    """
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    gc.disable()  # a fifth faster, and this process ends right after
    page = sys.stdin.buffer.read().decode("utf-8")
    try:
        pdf = _render(page, Path(styles))
    except OSError as error:  # cffi, when it finds no library
        sys.stderr.write(f"{error}\n".splitlines()[0])
        return NO_PANGO
    sys.stdout.buffer.write(pdf)
    sys.stdout.flush()
    return 0


def _render(page: str, styles: Path) -> bytes:
    """Renders a page that may use the bundled files and nothing else."""
    from weasyprint import HTML  # noqa: PLC0415 (a missing library is told apart from a missing package)
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
    pdf: bytes = document.write_pdf()
    return pdf


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
