"""Finds the files of an evidence folder, whatever their case, and says what is in the way."""

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

from scanner.errors import SourceError
from scanner.model.text import Text, say
from scanner.sources.folder.item import printable

HOW_TO_EXPORT = "Make one with the script that smtp-posture export-script prints."
DOCUMENT_ENDINGS = (".json", ".jsonl", ".ndjson")
TABLE_ENDING = ".csv"
NAMED = 8  # of many names, so many are shown


class Form(IntEnum):
    """How a section may be given; the lowest wins where there are several."""

    DOCUMENT = 1
    FOLDER = 2
    TABLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file or folder of the evidence folder.

    Attributes:
        name: As it is written there, for the reader.
        path: Where it really is.
        form: How it is read.
    """

    name: str
    path: Path
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What the folder holds.

    Attributes:
        entries: What to read, by the name of its section: one entry, or several where the section may have several.
        refused: Why a section's entry may not be read, by the name of its section.
        problems: What the reader should put right.
        strangers: Names that mean nothing here.
    """

    entries: dict[str, list[Entry]] = field(default_factory=dict)
    refused: dict[str, Text] = field(default_factory=dict)
    problems: list[Text] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


def list_folder(folder: Path, names: Collection[str], several: Collection[str] = ()) -> Listing:
    """Find the entries of an evidence folder.

    Args:
        folder: The evidence folder.
        names: The names that mean something, without endings.
        several: Those of them that may be there more than once, as tables whose names begin like that.

    Raises:
        SourceError: There is no such folder, or nothing in it has a known name.
    """
    try:
        paths = _paths_in(folder)
        listing = _sorted(paths, folder.resolve(), names, several)
    except OSError as error:
        message = f"The folder {folder} can't be read: {error.strerror}."
        raise SourceError(message, "Let this user read the folder and what is in it.") from error
    if not listing.entries and not listing.refused:
        raise _nothing_known(folder, paths, names)
    return listing


def list_documents(section: Entry, strangers: list[str], *, tabular: bool = False) -> list[Entry | Text]:
    """Give the files of a section that is a folder, in the order of their names, or why one may not be read.

    Args:
        section: The section's folder.
        strangers: Takes the names of what else is found there.
        tabular: The section may come as tables too.

    Raises:
        OSError: It can't be listed.
    """
    documents = []
    for path in sorted(_visible(section.path)):
        label = f"{section.name}/{printable(path.name)}"
        form = Form.DOCUMENT if path.suffix.lower() in DOCUMENT_ENDINGS else Form.TABLE
        if form is Form.DOCUMENT or (tabular and path.suffix.lower() == TABLE_ENDING):
            reason = _reason_to_refuse(path, section.path.resolve(), label)
            documents.append(reason or Entry(name=label, path=path, form=form))
        else:
            strangers.append(label)
    return documents


def _paths_in(folder: Path) -> list[Path]:
    if not folder.exists():
        raise SourceError(f"There is no folder {folder}.", f"Give the path of an evidence folder. {HOW_TO_EXPORT}")
    if not folder.is_dir():
        advice = "Unpack it first." if folder.suffix.lower() in {".zip", ".gz", ".tgz"} else "Give the folder it is in."
        raise SourceError(f"{folder} is a file, not a folder.", advice)
    paths = sorted(_visible(folder))
    if not paths:
        raise SourceError(f"The folder {folder} is empty.", HOW_TO_EXPORT)
    return paths


def _visible(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if not path.name.startswith("."))


def _sorted(paths: list[Path], root: Path, names: Collection[str], several: Collection[str]) -> Listing:
    listing = Listing()
    for path in sorted(paths, key=_rank):
        _place(path, root, names, several, listing)
    return listing


def _place(path: Path, root: Path, names: Collection[str], several: Collection[str], listing: Listing) -> None:
    name, form = _reading_of(path)
    if form is Form.TABLE:
        spelled = name.replace(" ", "-").replace("_", "-")
        name = next((series for series in several if spelled.startswith(series)), name)
    if form is None or name not in names:
        _place_stranger(path, names, listing)
        return
    reason = _reason_to_refuse(path, root, printable(path.name))
    if reason is not None:
        listing.refused[name] = reason
        listing.problems.append(reason)
        return
    entry = Entry(name=printable(path.name), path=path, form=form)
    if name in several:
        listing.entries.setdefault(name, []).append(entry)
    else:
        _prefer(listing, entry, name)


def _reading_of(path: Path) -> tuple[str, Form | None]:
    if path.is_dir():
        return path.name.lower(), Form.FOLDER
    match path.suffix.lower():
        case ending if ending == TABLE_ENDING:
            return path.stem.lower(), Form.TABLE
        case ending if ending in DOCUMENT_ENDINGS:
            return path.stem.lower(), Form.DOCUMENT
        case _:
            return path.stem.lower(), None


def _prefer(listing: Listing, entry: Entry, name: str) -> None:
    first = listing.entries.setdefault(name, [entry])[0]
    if first is not entry:
        message = "{section} is there twice: {chosen} is read, {other} is not. Remove one of them."
        listing.problems.append(say(message, section=name, chosen=first.name, other=entry.name))


def _rank(path: Path) -> tuple[int, bool, str]:
    form = _reading_of(path)[1]
    return form or len(Form) + 1, path.name != path.name.lower(), path.name


def _reason_to_refuse(path: Path, root: Path, label: str) -> Text | None:
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return say("{file} is a link that leads nowhere.", file=label)
    if root not in target.parents:
        return say("{file} is a link that leaves the folder; it is not followed. Copy the file itself.", file=label)
    if not target.is_file() and not target.is_dir():
        return say("{file} is neither a file nor a folder.", file=label)
    return None


def _place_stranger(path: Path, names: Collection[str], listing: Listing) -> None:
    near = nearest(path.name, names)
    if near is None:
        listing.strangers.append(printable(path.name))
        return
    message = "{file} is not read: the name that is looked for is {name}.json."
    listing.problems.append(say(message, file=printable(path.name), name=near))


def nearest(file_name: str, names: Collection[str]) -> str | None:
    """Give the known name that a file name was probably meant to be; ``None`` where none is near."""
    stem = file_name.lower().split(".")[0].replace("_", "-").replace(" ", "-")
    found = difflib.get_close_matches(stem, names, n=1, cutoff=0.8)
    return found[0] if found else None


def _nothing_known(folder: Path, paths: list[Path], names: Collection[str]) -> SourceError:
    nested = [path for path in paths if path.is_dir() and _holds_known(path, names)]
    if nested:
        return SourceError(f"The folder {folder} holds no evidence itself.", f"Is it the folder {nested[0]} in it?")
    guesses = _guesses(paths, names)
    found = some([printable(path.name) for path in paths])
    advice = f"Rename what is evidence: {guesses}." if guesses else f"Expected are names like {some(sorted(names))}."
    return SourceError(f"No file of the folder {folder} has a name that is known; there are: {found}.", advice)


def _holds_known(folder: Path, names: Collection[str]) -> bool:
    try:
        return any(_reading_of(path)[0] in names for path in _visible(folder))
    except OSError:
        return False


def _guesses(paths: list[Path], names: Collection[str]) -> str:
    near = ((printable(path.name), nearest(path.name, names)) for path in paths)
    return some([f"{found} to {name}.json" for found, name in near if name])


def some(words: list[str]) -> str:
    """List the first of many names, and how many more there are."""
    return ", ".join(words[:NAMED]) + (f" and {len(words) - NAMED} more" if len(words) > NAMED else "")
