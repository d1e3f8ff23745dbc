"""What reading a file gives: rows, and what stood in the way of others."""

from collections.abc import Mapping

from scanner.model.text import Text

Item = Mapping[str, object] | Text
"""A row as decoded, or the sentence that says why something could not be read."""


class FileError(Exception):
    """The rest of a file can't be read.

    Args:
        text: Names the file, the position where there is one, and what to do.
    """

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


def printable(text: str) -> str:
    """Give a text from outside without what a terminal would obey or a database would refuse."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
