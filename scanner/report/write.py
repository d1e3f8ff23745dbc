"""Writes a run folder: every file whole or not at all, the manifest last."""

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from scanner.errors import RenderError
from scanner.model.frozen import Frozen
from scanner.report.canonical import digest_report
from scanner.report.contract import Report
from scanner.report.formats import COMPANIONS, Edition, Format, find_format
from scanner.report.signature import SIGNATURE, Signer, write_signature

MANIFEST: Final = "manifest.json"
MANIFEST_SCHEMA: Final = "smtp-posture.manifest/1"

_LAST: Final = "html"
"""Written after all others, so that it can say which of them are missing."""


FOR_PEOPLE: Final = frozenset({"html", "pdf", "xlsx", "csv", "letter"})
"""Formats that speak the reader's language."""


class ManifestFile(Frozen, frozen=True, kw_only=True):
    """One file of a run folder; ``size`` in bytes, ``sha256`` in hex."""

    name: str
    size: int
    sha256: str


class Manifest(Frozen, frozen=True, kw_only=True):
    """What a run folder holds.

    Attributes:
        schema: The schema of this file.
        report_schema: The schema of report.json.
        tenant_id: Whose run it is.
        run_id: The run.
        tool_version: Version that wrote it.
        language: Language of the report.
        as_of: The date that verdicts are judged for.
        complete: All core evidence was read.
        snapshot_sha256: Digest of the snapshot that it was made from, or null.
        report_sha256: Digest of the report's content as canonical JSON, whichever formats were written; ``""`` in
            manifests of the first version.
        signed_by: SHA-256 of the public key that the signature beside this file fits, or null.
        files: The files, by name.
        missing: Formats that could not be made, with the reason.
    """

    schema: str
    report_schema: str
    tenant_id: str
    run_id: str
    tool_version: str
    language: str
    as_of: str
    complete: bool
    snapshot_sha256: str | None
    report_sha256: str = ""
    signed_by: str | None = None
    files: tuple[ManifestFile, ...]
    missing: dict[str, str]


class WrittenRun(Frozen, frozen=True, kw_only=True):
    """A run folder that was written.

    Attributes:
        folder: Where it is.
        files: Its files without the manifest, by format.
        missing: Formats that could not be made, with the reason.
        remarks: Files that something lacks, and what.
        manifest: What the manifest says.
        manifest_sha256: Digest of manifest.json.
    """

    folder: Path
    files: dict[str, Path]
    missing: dict[str, str]
    remarks: dict[str, str]
    manifest: Manifest
    manifest_sha256: str


def write_run(  # noqa: PLR0913 -- what a run folder may have
    report: Report,
    folder: Path,
    formats: Collection[str],
    *,
    language: str = "en",
    snapshot_digest: str | None = None,
    archive: bool = False,
    signer: Signer | None = None,
    also_in: Sequence[str] = (),
) -> WrittenRun:
    """Writes a report into a new run folder.

    Args:
        report: The report.
        folder: The run folder; it must not exist yet.
        formats: Names of formats; the manifest is always written.
        language: Code of the report's language.
        snapshot_digest: SHA-256 of the snapshot that the report was made from.
        archive: The PDF is PDF/A-3 with report.json and mailboxes.csv attached.
        signer: Signs the manifest.
        also_in: Codes of further languages; the formats for people are written in these as well, as ``report.uk.pdf``.

    Returns:
        What was written, and which formats could not be made; those of further languages as ``uk/pdf``.

    Raises:
        ConfigurationError: There is no such format or language.
        RenderError: The folder or the manifest can't be written.
    """
    named = {*formats, *(COMPANIONS[name] for name in formats if name in COMPANIONS)}
    chosen = {name: find_format(name) for name in sorted(named, key=lambda name: (name == _LAST, name))}
    edition = Edition(report, language, snapshot_digest or "", archive=archive)
    further = [Edition(report, code, snapshot_digest or "", archive=archive) for code in also_in]
    return write_formats(edition, folder, chosen, signer, further)


def write_formats(
    edition: Edition,
    folder: Path,
    formats: Mapping[str, Format],
    signer: Signer | None = None,
    further: Sequence[Edition] = (),
) -> WrittenRun:
    """Writes an edition with given formats, in their order; a format that fails does not hinder the others.

    Args:
        edition: What to write.
        folder: The run folder; it must not exist yet.
        formats: Formats by name.
        signer: Signs the manifest.
        further: The same in other languages.

    Returns:
        What was written.

    Raises:
        RenderError: The folder or the manifest can't be written.
    """
    _make_folder(folder)
    written: dict[str, ManifestFile] = {}
    missing: dict[str, str] = {}
    for one, name, form, file_name in _list_files(edition, formats, further):
        try:
            written[name] = _write_format(one, folder, form, file_name)
        except RenderError as error:
            missing[name] = one.missing[file_name] = " ".join(filter(None, (error.message, error.advice)))
    manifest = _describe(edition, written, missing, signer)
    text = _manifest_text(manifest)
    if signer:
        signature = write_signature(signer.sign(text))
        _write_whole(folder, SIGNATURE, lambda out: _write_all(signature, out))
    entry = _write_whole(folder, MANIFEST, lambda out: _write_all(text, out))
    files = {name: folder / entry.name for name, entry in written.items()}
    return WrittenRun(
        folder=folder,
        files=files,
        missing=missing,
        remarks=dict(edition.remarks),
        manifest=manifest,
        manifest_sha256=entry.sha256,
    )


def _list_files(
    edition: Edition, formats: Mapping[str, Format], further: Sequence[Edition]
) -> Iterator[tuple[Edition, str, Format, str]]:
    """Lists what is to be written: the edition, the format's name and itself, and the name of the file."""
    for name, form in formats.items():
        yield edition, name, form, form.file_name
    for one in further:
        for name, form in formats.items():
            if name in FOR_PEOPLE:
                file_name = name_in_language(form.file_name, one.language.code)
                yield one, f"{one.language.code}/{name}", form, file_name


def name_in_language(file_name: str, language: str) -> str:
    """Names a file of a further language: ``report.pdf`` in Ukrainian is ``report.uk.pdf``."""
    stem, _, ending = file_name.rpartition(".")
    return f"{stem}.{language}.{ending}"


def _write_format(edition: Edition, folder: Path, form: Format, file_name: str) -> ManifestFile:
    """Writes one format.

    Raises:
        RenderError: It can't be made: a library is missing, the disk is full, the renderer failed.
    """
    try:
        return _write_whole(folder, file_name, lambda out: form.write(edition, out))
    except ImportError as error:
        raise RenderError(f"The library {error.name} is not installed.") from error


def _make_folder(folder: Path) -> None:
    """Makes the run folder, readable by its owner only, and the folders above it that are not there.

    Raises:
        RenderError: It exists already, or can't be made.
    """
    try:
        for parent in reversed(folder.parents):
            parent.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700)
    except FileExistsError as error:
        raise RenderError(f"{folder} exists already.", "A run never writes into a folder of another.") from error
    except OSError as error:
        raise RenderError(f"{folder} can't be made: {error.strerror}.") from error


def _write_whole(folder: Path, name: str, write: Callable[[BinaryIO], None]) -> ManifestFile:
    """Writes a file under a temporary name and renames it once it is safe on the disk.

    Raises:
        RenderError: It can't be written; nothing is left under either name.
    """
    temporary = folder / f".{name}.part"
    try:
        with open(temporary, "xb", opener=_open_private) as out:
            write(out)
            out.flush()
            os.fsync(out.fileno())
        entry = _describe_file(temporary, name)
        temporary.rename(folder / name)
        _sync_folder(folder)
    except OSError as error:
        raise RenderError(f"{name} can't be written: {error.strerror or error}.") from error
    finally:
        temporary.unlink(missing_ok=True)
    return entry


def _open_private(path: str, flags: int) -> int:
    """Opens a file that only its owner can read, from its first moment on."""
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


def _sync_folder(folder: Path) -> None:
    """Makes a rename last over a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _describe_file(path: Path, name: str) -> ManifestFile:
    """Reads a file back and gives its size and digest."""
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256")
    return ManifestFile(name=name, size=path.stat().st_size, sha256=digest.hexdigest())


def _describe(
    edition: Edition, written: Mapping[str, ManifestFile], missing: dict[str, str], signer: Signer | None
) -> Manifest:
    """Makes the manifest."""
    report = edition.report
    return Manifest(
        schema=MANIFEST_SCHEMA,
        report_schema=report.schema,
        tenant_id=report.tenant.id,
        run_id=report.run.id,
        tool_version=report.run.tool_version,
        language=edition.language.code,
        as_of=report.run.as_of,
        complete=report.run.complete,
        snapshot_sha256=edition.digest or None,
        report_sha256=digest_report(report),
        signed_by=signer.fingerprint if signer else None,
        files=tuple(sorted(written.values(), key=lambda entry: entry.name)),
        missing=missing,
    )


def _manifest_text(manifest: Manifest) -> bytes:
    """Writes the manifest in a form that a person can read."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def _write_all(text: bytes, out: BinaryIO) -> None:
    """Writes bytes."""
    out.write(text)
