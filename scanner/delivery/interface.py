"""What is sent, and what a way out is: one page."""

from pathlib import Path
from typing import Protocol

from scanner.model.frozen import Frozen
from scanner.model.letter import Letter


class Enclosure(Frozen, frozen=True, kw_only=True):
    """A file of the run that goes along.

    Attributes:
        name: The name that the recipient sees.
        path: Where it is.
        media_type: Its media type.
    """

    name: str
    path: Path
    media_type: str


class Parcel(Frozen, frozen=True, kw_only=True):
    """A letter on its way to one recipient.

    Attributes:
        letter: What it says.
        recipient: An address, a folder, or the name of a webhook.
        sender: The address that mail comes from; "" where the route has none.
        enclosures: Files that go along.
        left_out: Names of files that would have made the mail too large.
        mark: The same text for the same report and period, whoever sends it: it becomes part of the message's id.
    """

    letter: Letter
    recipient: str
    sender: str
    enclosures: tuple[Enclosure, ...]
    left_out: tuple[str, ...]
    mark: str


class Route(Protocol):
    """A way out."""

    def send(self, parcel: Parcel) -> str:
        """Send a parcel, once.

        Returns:
            What the other side said: a request id, a path.

        Raises:
            DeliveryError: It was certainly not accepted.
            UnconfirmedError: Nobody knows.
        """
