"""Get-EXOMailbox / Get-Mailbox: the list of mailboxes that everything else is joined to."""

from scanner.evidence.row import Row, RowError
from scanner.evidence.section import Cmdlet, Section
from scanner.model.directory import MailboxKind, MailboxRow
from scanner.model.observed import Gap
from scanner.model.text import say

KINDS = {
    "usermailbox": MailboxKind.USER,
    "linkedmailbox": MailboxKind.USER,
    "legacymailbox": MailboxKind.USER,
    "sharedmailbox": MailboxKind.SHARED,
    "roommailbox": MailboxKind.ROOM,
    "equipmentmailbox": MailboxKind.EQUIPMENT,
    "discoverymailbox": MailboxKind.DISCOVERY,
    "groupmailbox": MailboxKind.GROUP,
    "schedulingmailbox": MailboxKind.OTHER,
    "teammailbox": MailboxKind.OTHER,
    "mailuser": MailboxKind.ON_PREMISES,
    "remoteusermailbox": MailboxKind.ON_PREMISES,
    "remotesharedmailbox": MailboxKind.ON_PREMISES,
    "remoteroommailbox": MailboxKind.ON_PREMISES,
    "remoteequipmentmailbox": MailboxKind.ON_PREMISES,
}
HVE_WORDS = ("hveaccount", "highvolumeemail")


def kind_of(row: Row) -> MailboxKind:
    """Tell the kind from RecipientTypeDetails, HVE accounts by their switch first (they are MailUser objects)."""
    details = row.word("RecipientTypeDetails").lower()
    if row.flag("HVEAccount") is True or details in HVE_WORDS:
        return MailboxKind.HVE
    if not details:
        return MailboxKind.UNKNOWN
    return KINDS.get(details, MailboxKind.OTHER)


def parse(row: Row) -> MailboxRow:
    """Read one mailbox.

    Raises:
        RowError: Nothing in it tells which mailbox it is.
    """
    seen = row.text("ExternalDirectoryObjectId")
    entra_id = (row.id("ExternalDirectoryObjectId") if isinstance(seen, str) else seen) or Gap.EMPTY
    address = row.word("PrimarySmtpAddress")
    exchange_guid = row.id("ExchangeGuid")
    if not any((not isinstance(entra_id, Gap), address, exchange_guid, row.id("Guid"))):
        raise RowError(
            say("a mailbox with neither ExternalDirectoryObjectId, ExchangeGuid, Guid nor PrimarySmtpAddress")
        )
    return MailboxRow(
        entra_id=entra_id,
        exchange_guid=exchange_guid,
        directory_guid=row.id("Guid"),
        address=address,
        sign_in_name=row.word("UserPrincipalName"),
        name=row.word("DisplayName"),
        kind=kind_of(row),
        kind_as_read=row.word("RecipientTypeDetails"),
        inactive=row.flag("IsInactiveMailbox") is True,
        soft_deleted=row.flag("IsSoftDeletedByRemove") is True
        or row.flag("IsSoftDeletedByDisable") is True
        or bool(row.word("WhenSoftDeleted")),
        account_disabled=row.flag("AccountDisabled"),
    )


SECTION = Section(
    name="mailboxes",
    title="Get-EXOMailbox",
    gives="the list of mailboxes, with the kind of each",
    permission="Exchange.ManageAsApp",
    ask=Cmdlet(
        name="Get-Mailbox",
        parameters={"ResultSize": "Unlimited"},
        select=(
            "ExternalDirectoryObjectId",
            "ExchangeGuid",
            "Guid",
            "PrimarySmtpAddress",
            "UserPrincipalName",
            "DisplayName",
            "RecipientTypeDetails",
            "IsInactiveMailbox",
            "AccountDisabled",
        ),
    ),
    parse=parse,
    tabular=True,
)
