"""report.pdf: the print template, rendered by WeasyPrint in a child process with limits."""

import os
import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from scanner.content import find_content
from scanner.errors import RenderError
from scanner.report.formats import Edition, find_format

NO_PANGO: Final = 3
"""Exit code of the child: the libraries that WeasyPrint draws with are not installed."""

_KEPT_VARIABLES: Final = ("PATH", "HOME", "LANG", "LC_ALL", "XDG_CACHE_HOME", "PYTHONPATH", "FONTCONFIG_FILE", "TMPDIR")
"""What the child needs of the environment; secrets stay here."""

_ATTACHED: Final = ("json", "csv")
"""Formats that an archive holds beside the pages: the report whole, and as a table."""

_UNPRINTABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
"""Characters that no page can show; a paragraph separator where a line breaks even ends the renderer."""

_UNDRAWN: Final = re.compile(rb"^undrawn (?P<count>\d+)$", re.MULTILINE)
"""How the child says that characters had no glyph."""

FONTS: Final = "These have most: fonts-dejavu-core, fonts-droid-fallback, fonts-unifont."


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfFormat:
    """Writes report.pdf.

    Attributes:
        file_name: Name of the file.
        child: The program that renders: HTML on stdin, PDF on stdout.
        seconds: Time that the child may take, and processor time that it may use.
        memory: Address space that the child may use, in bytes.
    """

    file_name: str = "report.pdf"
    child: Path = field(default_factory=lambda: Path(__file__).with_name("pdf_child.py"))
    seconds: float = 180.0
    memory: int = 3 << 30

    def write(self, edition: Edition, out: BinaryIO) -> None:
        """Renders the print template and has the child turn it into a PDF."""
        from scanner.report.pages import render_page  # noqa: PLC0415 (Jinja2)

        page = _UNPRINTABLE.sub(" ", render_page("print.html", edition.language, view=edition.view))
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory()) if edition.archive else ""
            if folder:
                _write_attachments(edition, Path(folder))
            told = self._render(page.encode("utf-8", errors="replace"), folder, out)
        undrawn = _UNDRAWN.search(told)
        if undrawn:
            edition.remarks[self.file_name] = (
                f"{undrawn['count'].decode()} characters could not be drawn: no installed font has them. {FONTS}"
            )

    def try_out(self) -> None:
        """Renders an empty page, to see whether everything that it takes is installed.

        Raises:
            RenderError: Something lacks.
        """
        with tempfile.TemporaryFile() as out:
            self._render(b"<title>-</title>", "", out)

    def _render(self, page: bytes, attachments: str, out: BinaryIO) -> bytes:
        """Runs the child; a child that hangs is ended.

        Args:
            page: The page, in UTF-8.
            attachments: A folder with files to attach, or ``""``.
            out: Where the PDF goes.

        Returns:
            What the child wrote on stderr.

        Raises:
            RenderError: The child hung, died or could not load Pango.
        """
        styles = find_content("reports") / "styles"
        # -P keeps this folder, with its html.py and json.py, off the child's import path.
        command = [sys.executable, "-P", str(self.child), str(styles), str(self.memory), str(self.seconds), attachments]
        environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        try:
            child = subprocess.run(  # noqa: S603 (a fixed command; the page goes through stdin)
                command,
                input=page,
                stdout=out,
                stderr=subprocess.PIPE,
                timeout=self.seconds,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise RenderError(f"Rendering took longer than {self.seconds:g} seconds and was ended.") from error
        _raise_for(child.returncode, child.stderr)
        return child.stderr


def _write_attachments(edition: Edition, folder: Path) -> None:
    """Writes what an archive holds into a folder that only its owner can read."""
    for name in _ATTACHED:
        form = find_format(name)
        with (folder / form.file_name).open("xb") as out:
            form.write(edition, out)


def _raise_for(code: int, errors: bytes) -> None:
    """Turns the child's exit code into an error.

    Raises:
        RenderError: The code is not 0.
    """
    if code == 0:
        return
    if code == NO_PANGO:
        raise RenderError(
            "Pango is not installed.", "apt-get install --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0"
        )
    cause = f"signal {-code}" if code < 0 else f"exit code {code}"
    last = errors.decode("utf-8", errors="replace").strip().rpartition("\n")[2][:200]
    raise RenderError(f"The rendering child died ({cause}){': ' if last else '.'}{last}")


FORMAT = PdfFormat()
