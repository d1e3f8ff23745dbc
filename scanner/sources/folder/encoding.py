"""Which encoding an export is in: PowerShell 5.1 writes UTF-16, others UTF-8, with or without a byte order mark."""

import io
import json
from typing import BinaryIO, TypeAlias

from scanner.model.text import Text, say
from scanner.sources.folder.item import FileError

HEAD_BYTES = 4
CHUNK = 1 << 20  # characters decoded at a time
UTF8_MARK = b"\xef\xbb\xbf"

Utf8: TypeAlias = bytes | bytearray | memoryview


def encoding_of(head: bytes) -> str:
    """Tell the encoding from the first four bytes: by the mark, else by where the NUL bytes are."""
    return json.detect_encoding(head[:HEAD_BYTES])


def read_utf8(stream: BinaryIO, name: str) -> Utf8:
    """Read a file into memory once, in UTF-8 without a mark.

    Args:
        stream: The file, at its beginning.
        name: The file, for the reader.

    Raises:
        FileError: It is not in the encoding that it begins in.
    """
    encoding = encoding_of(stream.read(HEAD_BYTES))
    stream.seek(0)
    if encoding.startswith("utf-8"):
        content = stream.read()
        return memoryview(content)[len(UTF8_MARK) :] if content.startswith(UTF8_MARK) else content
    try:
        return _transcoded(stream, encoding)
    except UnicodeDecodeError as error:
        raise FileError(undecodable(name, error)) from error


def _transcoded(stream: BinaryIO, encoding: str) -> bytearray:
    # A name cut in the middle of an emoji leaves half a pair behind; it becomes a question mark.
    content = bytearray()
    with io.TextIOWrapper(stream, encoding, errors="surrogatepass", newline="") as text:
        while chunk := text.read(CHUNK):
            content += chunk.encode(errors="replace")
    return content


def undecodable(name: str, error: UnicodeDecodeError) -> Text:
    """Say that bytes don't belong to the encoding."""
    return say(
        "{file} is not in {encoding} throughout ({reason}): export it again, or save it as UTF-8.",
        file=name,
        encoding=error.encoding,
        reason=error.reason,
    )
