"""Reads CSV as PowerShell, the portals and Excel write it, line by line."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TextIO

from scanner.model.text import Text, say
from scanner.sources.folder.encoding import HEAD_BYTES, encoding_of, undecodable
from scanner.sources.folder.item import FileError, Item, printable

DELIMITERS = ",;\t"
PREAMBLES = ("#TYPE ", "sep=")  # PowerShell 5.1's Export-Csv; Excel


def read_csv(path: Path, name: str) -> Iterator[Item]:
    """Read the rows of a file: one object a line, every value a string.

    Args:
        path: The file.
        name: The file, for the reader.

    Raises:
        FileError: The rest can't be read: bytes of another encoding, a quotation that does not end, no header.
        OSError: It can't be opened.
    """
    with path.open("rb") as binary:
        encoding = encoding_of(binary.read(HEAD_BYTES))
    with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as stream:
        try:
            yield from _items(stream, name)
        except UnicodeDecodeError as error:
            raise FileError(undecodable(name, error)) from error


def _items(stream: TextIO, name: str) -> Iterator[Item]:
    first = _header_line(stream)
    if not first.strip():
        raise FileError(say("{file} is empty: not even a header line is there.", file=name))
    reader = csv.reader(chain([first], stream), delimiter=_delimiter(first), strict=True)
    try:
        names = _column_names(next(reader), name)
        for cells in reader:
            if any(cells):
                yield _item(names, cells, reader.line_num, name)
    except csv.Error as error:
        message = "{file}, line {line}: the table is broken here ({what}). Export the file again."
        raise FileError(say(message, file=name, line=reader.line_num, what=str(error))) from error


def _header_line(stream: TextIO) -> str:
    line = stream.readline()
    return stream.readline() if line.lstrip('"').startswith(PREAMBLES) else line


def _delimiter(header: str) -> str:
    return max(DELIMITERS, key=lambda delimiter: _width(header, delimiter))


def _width(header: str, delimiter: str) -> int:
    with suppress(csv.Error, StopIteration):
        return len(next(csv.reader([header], delimiter=delimiter)))
    return 0


def _column_names(cells: Sequence[str], name: str) -> list[str]:
    names = [cell.strip() for cell in cells]
    seen: set[str] = set()
    for column in filter(None, map(str.lower, names)):
        if column in seen:
            raise FileError(say("{file} has two columns of the name {column}.", file=name, column=printable(column)))
        seen.add(column)
    return names


def _item(names: Sequence[str], cells: Sequence[str], line: int, name: str) -> Item:
    if len(cells) != len(names):
        return _uneven(names, cells, line, name)
    return {column: cell for column, cell in zip(names, cells, strict=True) if column}


def _uneven(names: Sequence[str], cells: Sequence[str], line: int, name: str) -> Text:
    return say(
        "{file}, line {line}: {cells} cells under {columns} columns.",
        file=name,
        line=line,
        cells=len(cells),
        columns=len(names),
    )
