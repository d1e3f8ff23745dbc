"""What takes the rows of a section one by one where keeping them all would take too much memory."""

from typing import Any, Protocol


class Gatherer(Protocol):
    """Takes parsed rows, and gives what they come to."""

    def add(self, row: Any) -> None:  # noqa: ANN401 -- each section has rows of its own type
        """Take one parsed row."""

    def give(self) -> object:
        """Give the value of the snapshot's field."""
