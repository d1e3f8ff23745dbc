"""Applications that send with OAuth, as Exchange knows them."""

from scanner.model.frozen import Frozen


class RegisteredRow(Frozen, frozen=True, kw_only=True):
    """One row of Get-ServicePrincipal; ids in lower case, "" where not given.

    Attributes:
        object_id: ObjectId that it was registered with: right is the enterprise application's.
        app_id: AppId.
        name: DisplayName (hostile text).
        sid: How rights may name it.
    """

    object_id: str = ""
    app_id: str = ""
    name: str = ""
    sid: str = ""


class RightRow(Frozen, frozen=True, kw_only=True):
    """One row of Get-MailboxPermission, in lower case.

    Attributes:
        mailbox: Identity of the mailbox, however it is spelled.
        user: Who holds the right.
        rights: AccessRights.
        denied: Deny: the right is taken away.
    """

    mailbox: str
    user: str
    rights: frozenset[str] = frozenset()
    denied: bool = False
