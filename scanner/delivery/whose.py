"""Opens finished files again before they leave, and reads whose they are (trust.md T15)."""

import csv
import hashlib
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from scanner.errors import DeliveryError
from scanner.model.frozen import Frozen

MANIFEST = "manifest.json"
MARK = re.compile(r"tenant-id=([^\s,;<]*)")
META = re.compile(rb'<meta name="tenant-id" content="([^"]*)">')
HEAD = 65536  # bytes of a page in which its head stands


class _Named(msgspec.Struct):
    id: str


class _WithTenant(msgspec.Struct):
    tenant: _Named


class _WithTenantId(msgspec.Struct):
    tenant_id: str


class _Entry(Frozen, frozen=True):
    name: str
    sha256: str


class _Manifest(msgspec.Struct):
    tenant_id: str
    run_id: str
    files: list[_Entry]


def verify_folder(folder: Path, tenant_id: str, run_id: str) -> frozenset[str]:
    """Compare the files of a run with its manifest, and the manifest with the run.

    Args:
        folder: The run's folder.
        tenant_id: Whose it must be.
        run_id: Which run it must be.

    Returns:
        The names of its files.

    Raises:
        DeliveryError: A file was altered, or is missing, or it is another tenant's or another run's.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=_Manifest)
        for entry in manifest.files:
            with (folder / entry.name).open("rb") as source:
                if hashlib.file_digest(source, "sha256").hexdigest() != entry.sha256:
                    raise DeliveryError(f"{folder / entry.name} is not as it was written: it is not sent.")
    except (OSError, msgspec.DecodeError) as error:
        raise DeliveryError(f"The run in {folder} can't be verified: {error}. It is not sent.") from error
    if (manifest.tenant_id, manifest.run_id) != (tenant_id, run_id):
        raise DeliveryError(f"{folder} holds run {manifest.run_id} of another tenant or time: it is not sent.")
    return frozenset(entry.name for entry in manifest.files)


def verify_tenant(path: Path, tenant_id: str) -> None:
    """Open a file and compare the tenant that it names itself.

    Raises:
        DeliveryError: It names another one, or none.
    """
    try:
        found = tenant_of(path)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise DeliveryError(f"{path} can't be opened again: {error}. It is not sent.") from error
    if found != tenant_id:
        raise DeliveryError(f"{path.name} is of tenant {found or 'unknown'}, not of {tenant_id}: it is not sent.")


def tenant_of(path: Path) -> str:
    """Read from a finished file whose it is; "" where it doesn't say.

    Raises:
        ValueError: It can't be read.
    """
    reader = _of_letter if path.name.startswith("letter.") else READERS.get(path.suffix)
    return reader(path) if reader else ""


def _marked(text: str) -> str:
    found = MARK.search(text)
    return found[1] if found else ""


def _keywords_of_pdf(path: Path) -> str:
    from pypdf import PdfReader  # noqa: PLC0415 -- loads slowly, needed for a PDF only
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        metadata = PdfReader(path).metadata
    except PyPdfError as error:
        raise ValueError(str(error)) from error
    return str(metadata.get("/Keywords", "")) if metadata else ""


def _of_letter(path: Path) -> str:
    return msgspec.json.decode(path.read_bytes(), type=_WithTenantId).tenant_id


def _of_report(path: Path) -> str:
    return msgspec.json.decode(path.read_bytes(), type=_WithTenant).tenant.id


def _of_page(path: Path) -> str:
    found = META.search(path.read_bytes()[:HEAD])
    return found[1].decode() if found else ""


def _of_workbook(path: Path) -> str:
    with zipfile.ZipFile(path) as book:
        return _marked(book.read("docProps/core.xml").decode())


def _of_table(path: Path) -> str:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return next(csv.DictReader(lines), {}).get("tenant_id", "")


READERS: dict[str, Callable[[Path], str]] = {
    ".json": _of_report,
    ".html": _of_page,
    ".pdf": lambda path: _marked(_keywords_of_pdf(path)),
    ".xlsx": _of_workbook,
    ".csv": _of_table,
}
