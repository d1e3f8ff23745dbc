"""What the tenant was given to send."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from scanner.simulator.population.frozen import Frozen


class Posted(Frozen, frozen=True, kw_only=True):
    """One message that was accepted."""

    sender: str
    """The mailbox that it was sent as, as the path names it."""
    mime: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        return message_from_bytes(self.mime, _class=EmailMessage, policy=default)
