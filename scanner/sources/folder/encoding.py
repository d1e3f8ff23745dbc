"""Which encoding an export is in: PowerShell 5.1 writes UTF-16, others UTF-8, with or without a byte order mark."""

import json

from scanner.model.text import Text, say
from scanner.sources.folder.item import FileError

HEAD_BYTES = 4
UTF8_MARK = b"\xef\xbb\xbf"


def encoding_of(head: bytes) -> str:
    """Tell the encoding from the first four bytes: by the mark, else by where the NUL bytes are."""
    return json.detect_encoding(head[:HEAD_BYTES])


def to_utf8(content: bytes, name: str) -> bytes | memoryview:
    """Give the content in UTF-8 without a mark; what is in UTF-8 already is not copied.

    Args:
        content: The whole file.
        name: The file, for the reader.

    Raises:
        FileError: It is not in the encoding that it begins in.
    """
    encoding = encoding_of(content)
    if encoding.startswith("utf-8"):
        return memoryview(content)[len(UTF8_MARK) :] if content.startswith(UTF8_MARK) else content
    try:
        # A name cut in the middle of an emoji leaves half a pair behind; it becomes a question mark.
        return content.decode(encoding, "surrogatepass").encode(errors="replace")
    except UnicodeDecodeError as error:
        raise FileError(undecodable(name, error)) from error


def undecodable(name: str, error: UnicodeDecodeError) -> Text:
    """Say that bytes don't belong to the encoding."""
    return say(
        "{file} is not in {encoding} throughout ({reason}): export it again, or save it as UTF-8.",
        file=name,
        encoding=error.encoding,
        reason=error.reason,
    )
