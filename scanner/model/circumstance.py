"""What the gates read of one mailbox: a small frozen value that thousands of mailboxes share (design.md §2)."""

from enum import StrEnum

from scanner.model.directory import MailboxKind
from scanner.model.frozen import Frozen
from scanner.model.observed import Observed


class GuestClass(StrEnum):
    """What kind of guest a user is, as far as the directory shows it."""

    MEMBER = "member"
    INTERNAL_GUEST = "internalguest"
    B2B_GUEST = "b2bcollaborationguest"
    B2B_MEMBER = "b2bcollaborationmember"
    UNKNOWN = "unknown"


class Member(Frozen, frozen=True, kw_only=True):
    """What of a user the Conditional Access policies tell apart.

    Attributes:
        badge: Which policies certainly include or exclude the user, as bits (see access/scopes.py).
        guest: What kind of guest the user is.
        risk: The user's own risk level; "" where it isn't known.
    """

    badge: int = 0
    guest: GuestClass = GuestClass.MEMBER
    risk: str = ""


class AccountState(StrEnum):
    """Whether the mailbox has an account, as far as was read."""

    FOUND = "found"
    NOT_FOUND = "not_found"  # the users were read, and it isn't among them
    NOT_READ = "not_read"
    NONE = "none"  # Exchange says that there is no Entra object


class SetAside(StrEnum):
    """Why a mailbox is listed apart."""

    INACTIVE = "inactive"
    SOFT_DELETED = "soft_deleted"
    ON_PREMISES = "on_premises"


class Circumstance(Frozen, frozen=True, kw_only=True):
    """Everything that the gates read of one mailbox.

    Attributes:
        kind: What kind of mailbox it is.
        set_aside: Set where it is no mailbox in use in Exchange Online.
        listed: The mailbox list has it; otherwise it may be anything, of which the settings say nothing.
        account: Whether its account was read.
        enabled: accountEnabled of the account; absent where it wasn't read.
        licensed: The account has a licence; ``None`` where that wasn't read.
        federated: Its sign-in domain is federated; ``None`` where that wasn't read.
        smtp_auth_disabled: SmtpClientAuthenticationDisabled of the mailbox; null = inherit.
        cas_read: The mailbox was found among the CAS mailboxes.
        authentication_policy: Name of the user's policy in lower case; null or empty = none of its own.
        exchange_user_read: The user was found among the Exchange users.
        per_user_mfa: Per-user MFA state in lower case; absent where it wasn't read.
        member: What Conditional Access policies tell apart; ``None`` where the account's id isn't known.
    """

    kind: MailboxKind = MailboxKind.USER
    set_aside: SetAside | None = None
    listed: bool = True
    account: AccountState = AccountState.FOUND
    enabled: Observed[bool] = True
    licensed: bool | None = True
    federated: bool | None = False
    smtp_auth_disabled: Observed[bool] = None
    cas_read: bool = True
    authentication_policy: Observed[str] = None
    exchange_user_read: bool = True
    per_user_mfa: Observed[str] = "disabled"
    member: Member | None = Member()
