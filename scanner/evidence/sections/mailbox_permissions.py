"""Get-MailboxPermission: who may open which mailbox. It comes from files only: one request a mailbox is too much."""

import re

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import Section
from scanner.model.applications import RightRow
from scanner.model.text import say

SEPARATOR = re.compile(r"[,;{}\s]+")


def rights_of(value: object) -> frozenset[str]:
    """Read AccessRights: a list, or one string as PowerShell writes it; in lower case."""
    found = value if isinstance(value, list) else [value]
    words = (word for item in found if isinstance(item, str) for word in SEPARATOR.split(item.lower()))
    return frozenset(word for word in words if word)


def parse(row: Row) -> RightRow:
    """Read one right.

    Raises:
        RowError: It names no mailbox, or nobody who holds it.
    """
    mailbox = row.word("Identity") or row.word("Mailbox")
    if not mailbox or not row.word("User"):
        raise RowError(say("a mailbox permission without Identity or User"))
    return RightRow(
        mailbox=mailbox.strip().lower(),
        user=row.word("User").strip().lower(),
        rights=rights_of(row.raw("AccessRights")),
        denied=row.flag("Deny") is True,
    )


SECTION = Section(
    name="mailbox-permissions",
    title="Get-MailboxPermission",
    gives="which application or person has full access to which mailbox",
    permission="Exchange.ManageAsApp",
    ask=None,
    parse=parse,
    core=False,
    tabular=True,
)
