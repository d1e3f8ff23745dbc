"""Get-EXOCasMailbox / Get-CASMailbox: the mailbox's own SMTP AUTH switch, POP and IMAP."""

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import Cmdlet, Section
from scanner.model.directory import CasRow
from scanner.model.text import say


def parse(row: Row) -> CasRow:
    """Read one CAS mailbox.

    Raises:
        RowError: Nothing in it tells which mailbox it is.
    """
    parsed = CasRow(
        entra_id=row.id("ExternalDirectoryObjectId"),
        directory_guid=row.id("Guid"),
        address=row.word("PrimarySmtpAddress"),
        smtp_auth_disabled=row.flag("SmtpClientAuthenticationDisabled"),
        pop_enabled=row.flag("PopEnabled"),
        imap_enabled=row.flag("ImapEnabled"),
    )
    if not (parsed.entra_id or parsed.directory_guid or parsed.address):
        raise RowError(say("a CAS mailbox with neither ExternalDirectoryObjectId, Guid nor PrimarySmtpAddress"))
    return parsed


SECTION = Section(
    name="cas-mailboxes",
    title="Get-EXOCasMailbox",
    gives="the SMTP AUTH switch of each mailbox",
    permission="Exchange.ManageAsApp",
    ask=Cmdlet(
        name="Get-CASMailbox",
        parameters={"ResultSize": "Unlimited"},
        select=("Guid", "PrimarySmtpAddress", "SmtpClientAuthenticationDisabled", "PopEnabled", "ImapEnabled"),
    ),
    parse=parse,
    tabular=True,
)
