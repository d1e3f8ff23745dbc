"""Compares listings that should name the same mailboxes: Exchange gives no count that would prove them whole."""

from collections.abc import Iterable

from scanner.evidence.section import Cmdlet, GraphList
from scanner.model.text import Text, say, say_number
from scanner.sources.live.keys import Ids
from scanner.sources.live.ledger import Ledger

MAILBOXES, CAS_MAILBOXES, USERS = "Get-Mailbox", "Get-CASMailbox", "Get-User"


def reconcile(ledgers: Iterable[Ledger], mailbox_users: Ids) -> None:
    """Note a doubt where one listing names mailboxes that another should have named too.

    Args:
        ledgers: The accounts of all sections.
        mailbox_users: Entra ids of the mailboxes.
    """
    found = list(ledgers)
    for ledger in found:
        _doubt_too_few(ledger)
    mailboxes, cas, users = (find_listing(found, name) for name in (MAILBOXES, CAS_MAILBOXES, USERS))
    if mailboxes and mailboxes.is_readable:
        _doubt_empty(mailboxes, found)
        if cas and cas.is_readable:
            _compare(mailboxes, cas)
        accounts = next(filter(counts_users, found), None)
        for named in (users, accounts):
            if named and named.is_readable:
                note_lacking(named, mailbox_users.keys.count_beyond(named.keys))


def _doubt_too_few(ledger: Ledger) -> None:
    """Doubt a listing that lacks what every tenant has."""
    ask = ledger.section.ask
    if isinstance(ask, GraphList | Cmdlet) and ledger.failure is None and ledger.count < ask.least:
        ledger.doubt(say("the answer held nothing, though there is something in every tenant"))


def _compare(mailboxes: Ledger, cas: Ledger) -> None:
    _doubt_nameless(mailboxes)
    _doubt_nameless(cas)
    note_lacking(cas, mailboxes.keys.count_beyond(cas.keys))
    unlisted = cas.keys.count_beyond(mailboxes.keys)
    if unlisted:
        mailboxes.doubt(
            say_number(
                "{cas} lists {number} mailbox that {list} did not",
                "{cas} lists {number} mailboxes that {list} did not",
                unlisted,
                cas=CAS_MAILBOXES,
                list=MAILBOXES,
            )
        )


def _doubt_nameless(ledger: Ledger) -> None:
    """Doubt a listing with rows that nothing can be joined to."""
    nameless = ledger.count - len(ledger.keys)
    if nameless > 0:
        ledger.doubt(say_number("{number} row has no id", "{number} rows have no id", nameless))


def note_lacking(ledger: Ledger, lacking: int) -> None:
    """Doubt a listing that lacks mailboxes of Get-Mailbox, besides those that it was found to lack before."""
    ledger.lacking += lacking
    if ledger.lacking:
        ledger.doubt(
            say_number(
                "{number} mailbox of {list} is not in this listing",
                "{number} mailboxes of {list} are not in this listing",
                ledger.lacking,
                list=MAILBOXES,
            ),
            cause=MAILBOXES,
        )


def _doubt_empty(mailboxes: Ledger, ledgers: Iterable[Ledger]) -> None:
    """Doubt an empty list: every tenant has users."""
    if mailboxes.count:
        return
    users = next((ledger for ledger in ledgers if counts_users(ledger)), None)
    mailboxes.doubt(_word_empty(users.count if users else 0))


def _word_empty(users: int) -> Text:
    if not users:
        return say("{list} lists no mailbox at all, though the tenant has perhaps some users", list=MAILBOXES)
    return say_number(
        "{list} lists no mailbox at all, though the tenant has {number} user",
        "{list} lists no mailbox at all, though the tenant has {number} users",
        users,
        list=MAILBOXES,
    )


def counts_users(ledger: Ledger) -> bool:
    """Tell whether a section lists the users of Graph."""
    ask = ledger.section.ask
    return isinstance(ask, GraphList) and ask.path.endswith("/users") and ask.counted


def find_listing(ledgers: Iterable[Ledger], cmdlet: str) -> Ledger | None:
    """Give the account of a cmdlet's section."""
    return next(
        (one for one in ledgers if isinstance(one.section.ask, Cmdlet) and one.section.ask.name == cmdlet), None
    )
