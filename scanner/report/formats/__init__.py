"""One module per report format, found by its name; each offers ``FORMAT``."""

import importlib
import pkgutil
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO, Protocol

from scanner.errors import ConfigurationError
from scanner.report.contract import Report
from scanner.report.language import Language, open_language

if TYPE_CHECKING:
    from scanner.report.view import ReportView

COMPANIONS = {"remediation": "undo"}
"""Formats that another one always brings along: nobody should have what changes without what takes it back."""

_NOT_FORMATS = frozenset({"pdf-child"})


class Edition:
    """A report about to be written, in one language.

    Args:
        report: The report.
        language: Code of its language.
        digest: SHA-256 of the snapshot that it was made from, or ``""``.
        archive: The PDF is made for archives, with report.json and mailboxes.csv in it.
    """

    def __init__(self, report: Report, language: str = "en", digest: str = "", *, archive: bool = False) -> None:
        self.report = report
        self.language: Language = open_language(language)
        self.digest = digest
        self.archive = archive
        self.missing: dict[str, str] = {}
        """File names that could not be made, with the reason; grows while formats are written."""
        self.remarks: dict[str, str] = {}
        """File names that were made with something lacking, and what; grows likewise."""

    @cached_property
    def view(self) -> "ReportView":
        """What templates see; made on first use, since report.json does not need it."""
        from scanner.report.view import make_view  # noqa: PLC0415

        return make_view(self.report, self.language, self.digest)


class Format(Protocol):
    """A way to write a report as one file."""

    @property
    def file_name(self) -> str:
        """Name of the file in the run folder."""

    def write(self, edition: Edition, out: BinaryIO) -> None:
        """Writes the file.

        Args:
            edition: What to write.
            out: A new file, open for writing and seekable.

        Raises:
            RenderError: The format can't be made here.
            OSError: The file can't be written.
        """


def list_formats() -> tuple[str, ...]:
    """Lists the names of the formats: those of their modules, with hyphens."""
    names = (module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in names if name not in _NOT_FORMATS))


def find_format(name: str) -> Format:
    """Finds a format; only its own module is loaded.

    Args:
        name: One of `list_formats`.

    Returns:
        The format.

    Raises:
        ConfigurationError: There is no such format; the message lists those that there are.
    """
    if name not in list_formats():
        raise ConfigurationError(f"There is no report format {name!r}.", f"Choose from: {', '.join(list_formats())}.")
    found: Format = importlib.import_module(f"{__name__}.{name.replace('-', '_')}").FORMAT
    return found
