"""Reads one entry of the folder, of whatever form; what can't be read becomes a sentence in its place."""

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import assert_never

from scanner.evidence.row import FILE
from scanner.model.text import Text, say
from scanner.sources.folder.documents import read_json
from scanner.sources.folder.find import Entry, Form, list_documents
from scanner.sources.folder.item import FileError, Item
from scanner.sources.folder.tables import read_csv


def items_of(entry: Entry, strangers: list[str], *, tabular: bool = False) -> Iterator[Item]:
    """Read an entry.

    Args:
        entry: What to read.
        strangers: Takes the names of files in a section's folder that are not read.
        tabular: Tables in a section's folder are read.
    """
    try:
        yield from _read(entry, strangers, tabular=tabular)
    except FileError as error:
        yield error.text
    except OSError as error:
        yield say("{file} can't be read: {reason}.", file=entry.name, reason=error.strerror or str(error))


def _read(entry: Entry, strangers: list[str], *, tabular: bool) -> Iterator[Item]:
    match entry.form:
        case Form.DOCUMENT:
            return _read_document(entry)
        case Form.TABLE:
            return read_csv(entry.path, entry.name)
        case Form.FOLDER:
            return _read_folder(entry, strangers, tabular=tabular)
        case _:
            assert_never(entry.form)


def _read_document(entry: Entry) -> Iterator[Item]:
    with entry.path.open("rb") as stream:
        yield from read_json(stream, entry.name)


def _read_folder(entry: Entry, strangers: list[str], *, tabular: bool) -> Iterator[Item]:
    documents = list_documents(entry, strangers, tabular=tabular)
    if not documents and tabular:
        yield say("The folder {file} holds neither CSV nor JSON files.", file=entry.name)
    elif not documents:
        yield say("The folder {file} holds no JSON file; where there is nothing, write [] into one.", file=entry.name)
    for document in documents:
        if isinstance(document, Text):
            yield document
        else:
            yield from named(items_of(document, strangers), document.name) if tabular else items_of(document, strangers)


def named(items: Iterable[Item], file: str) -> Iterator[Item]:
    """Note on every row which file it is from."""
    for item in items:
        yield item if isinstance(item, Text) else {**item, FILE: file}


def last_written(path: Path) -> dt.datetime | None:
    """Tell when a file, or the newest file of a folder, was written last, in UTC; ``None`` when it is gone."""
    try:
        paths = list(path.iterdir()) if path.is_dir() else [path]
        return dt.datetime.fromtimestamp(max(each.lstat().st_mtime for each in paths or [path]), tz=dt.UTC)
    except OSError:
        return None
