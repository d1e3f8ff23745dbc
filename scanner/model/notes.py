"""What only the owner of a sender knows: no evidence tells it, so it is asked and written down."""

from enum import StrEnum

from scanner.model.frozen import Frozen


class Progress(StrEnum):
    """How far the owner says a sender is."""

    IN_WORK = "in_work"
    BLOCKED = "blocked"
    DONE = "done"


class OwnerNote(Frozen, frozen=True, kw_only=True):
    """What the owner says of one sender; ``None`` or "" where nothing is said.

    Attributes:
        mailbox: The address that it sends as, in lower case.
        device: The device, e.g. its model.
        application: The application.
        owner: Who answers for it.
        oauth: It can sign in with OAuth.
        alert_only: It sends alerts only, so that nobody misses it while it fails.
        internal_only: All its recipients are inside the organization.
        seasonal: It sends rarely, e.g. once a quarter.
        fixed_address: It sends from a public address that stays the same.
        progress: How far it is on its way off Basic.
        note: Anything else.
    """

    mailbox: str
    device: str = ""
    application: str = ""
    owner: str = ""
    oauth: bool | None = None
    alert_only: bool | None = None
    internal_only: bool | None = None
    seasonal: bool | None = None
    fixed_address: bool | None = None
    progress: Progress | None = None
    note: str = ""
