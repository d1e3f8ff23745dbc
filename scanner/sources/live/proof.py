"""Whether the list of mailboxes is whole, by a second source: Graph's users who may have one, looked up by name.

Exchange's listings agree with each other also where Exchange ends them all at the same row, and it gives no count.
"""

import asyncio
import datetime as dt
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from scanner.evidence.section import Cmdlet
from scanner.model.reading import RawRows
from scanner.model.text import NOTHING, Text, say, say_number
from scanner.sources.live.exchange import ABREAST, Exchange
from scanner.sources.live.explain import explain
from scanner.sources.live.failure import RefusedError, UnreadableError
from scanner.sources.live.keys import Ids
from scanner.sources.live.ledger import Ledger
from scanner.sources.live.page import decode_rows
from scanner.sources.live.reconcile import CAS_MAILBOXES, MAILBOXES, USERS, counts_users, find_listing, note_lacking
from scanner.sources.live.together import work_off

MOST_LOOKED_UP = 40  # users of each of three sorts: at Exchange's default rate all take less than half a minute
NEW = dt.timedelta(days=2)  # a mailbox so young may have been made after the listing; a reading lasts no longer
NOT_FOUND = 404
FOUND = ("Guid", "ExternalDirectoryObjectId", "WhenMailboxCreated")


class _User(msgspec.Struct, frozen=True, gc=False):
    """What tells whether a user may have a mailbox; anything may stand there."""

    id: object = None
    name: object = msgspec.field(name="userPrincipalName", default=None)
    kind: object = msgspec.field(name="userType", default=None)
    enabled: object = msgspec.field(name="accountEnabled", default=None)
    licences: object = msgspec.field(name="assignedLicenses", default=None)


_decode_users = msgspec.json.Decoder(list[_User]).decode


class _Sample:
    """Some of many names, each with the same chance, without keeping them all."""

    def __init__(self) -> None:
        self.seen = 0
        self.names: list[str] = []
        self._dice = random.Random(0)  # noqa: S311 - no secret, and the same reading looks up the same users

    def add(self, name: str) -> None:
        self.seen += 1
        if len(self.names) < MOST_LOOKED_UP:
            self.names.append(name)
        elif (at := self._dice.randrange(self.seen)) < MOST_LOOKED_UP:
            self.names[at] = name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mailbox:
    """A mailbox that was looked up; ids in lower case."""

    guid: str
    entra_id: str
    new: bool


async def prove_whole(exchange: Exchange, ledgers: Sequence[Ledger], mailbox_users: Ids, deadline: float) -> None:
    """Doubt listings of Exchange that lack mailboxes which it finds by name, or remark that this was not proved.

    Members who are in no row of Get-Mailbox are looked up there, some of each sort where there are many: those with a
    licence, disabled accounts as shared mailboxes have them, and enabled accounts without a licence, as shared
    mailboxes have them whose sign-in was left open. Most of them have none: it is on-premises, or yet to come.

    Args:
        exchange: The tenant's Exchange.
        ledgers: The accounts of all sections.
        mailbox_users: Entra ids of the mailboxes.
        deadline: When to stop reading, by the loop's clock.
    """
    mailboxes = find_listing(ledgers, MAILBOXES)
    users = next((ledger for ledger in ledgers if counts_users(ledger)), None)
    if mailboxes is None or users is None or mailboxes.is_closed or not mailboxes.is_whole:
        return
    if not users.is_whole:
        mailboxes.remark(_word_unproved(say("{section} was not read to its end", section=users.section.name)))
        return
    samples = _choose(users.pages(), mailbox_users)
    try:
        async with asyncio.timeout_at(deadline):
            found = await _look_up_all(exchange, [name for sample in samples for name in sample.names])
    except RefusedError as refused:
        mailboxes.remark(_word_unproved(explain(refused, mailboxes.section).reason))
    except UnreadableError as error:
        mailboxes.remark(_word_unproved(error.reason))
    except TimeoutError:
        mailboxes.remark(_word_unproved(say("the time allowed for the whole reading ran out")))
    else:
        contradicted = _conclude(ledgers, mailboxes, found)
        mailboxes.remark(NOTHING if contradicted else _word_many(samples))


def _choose(pages: Iterable[RawRows], mailbox_users: Ids) -> Sequence[_Sample]:
    """Choose users to look up: with a licence, and without one the disabled and all others."""
    licensed, disabled, enabled = _Sample(), _Sample(), _Sample()
    for page in pages:
        users = _read_users(page)
        listed = mailbox_users.keys.find([str(user.id).lower() for user in users])
        for at, user in enumerate(users):
            if at in listed or not isinstance(user.name, str) or str(user.kind).lower() == "guest":
                continue
            sample = licensed if user.licences else disabled if user.enabled is False else enabled
            sample.add(user.name)
    return licensed, disabled, enabled


def _read_users(page: RawRows) -> list[_User]:
    try:
        return _decode_users(page.body)
    except msgspec.ValidationError:  # a number beyond all floats
        return msgspec.convert(decode_rows(page.body), list[_User])


async def _look_up_all(exchange: Exchange, names: Iterable[str]) -> list[_Mailbox]:
    """Ask for each name, and give the mailboxes that there are.

    Raises:
        RefusedError: Exchange refused it otherwise than because there is none.
        UnreadableError: It can't be read.
    """
    found: list[_Mailbox] = []

    async def look_up(name: str) -> None:
        found.extend(await _look_up(exchange, name))

    await work_off(names, look_up, abreast=ABREAST)
    return found


async def _look_up(exchange: Exchange, name: str) -> list[_Mailbox]:
    ask = Cmdlet(name=MAILBOXES, parameters={"Identity": name}, select=FOUND)
    try:
        page = await exchange.open_listing(ask).read_alone()
    except RefusedError as refused:
        if refused.status == NOT_FOUND:
            return []
        raise
    if not page.rows.count:
        raise UnreadableError(say("Exchange answered neither with a mailbox nor that there is none"))
    return list(map(_read_mailbox, page.decode()))


def _read_mailbox(row: dict[str, object]) -> _Mailbox:
    guid, entra_id, created = (str(row.get(name) or "").lower() for name in FOUND)
    return _Mailbox(guid=guid, entra_id=entra_id, new=_is_new(created))


def _is_new(created: str) -> bool:
    """Tell whether a mailbox may be younger than the listing; one of unknown age is not."""
    try:
        moment = dt.datetime.fromisoformat(created.upper())
    except ValueError:
        return False
    known = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return dt.datetime.now(tz=dt.UTC) - known < NEW


def _conclude(ledgers: Sequence[Ledger], mailboxes: Ledger, found: Sequence[_Mailbox]) -> bool:
    """Doubt every listing of Exchange that lacks a mailbox which was found; tell whether there is one."""
    lacking = list(_find_unlisted(mailboxes, [one for one in found if not one.new and one.guid]))
    if not lacking:
        return False
    mailboxes.doubt(
        say_number(
            "{list} finds {number} mailbox by its name that it did not list",
            "{list} finds {number} mailboxes by their names that it did not list",
            len(lacking),
            list=MAILBOXES,
        )
    )
    for name, ids in (
        (CAS_MAILBOXES, [one.guid for one in lacking]),
        (USERS, [one.entra_id for one in lacking if one.entra_id]),
    ):
        listing = find_listing(ledgers, name)
        if listing and listing.is_readable:
            note_lacking(listing, len(ids) - len(listing.keys.find(ids)))
    return True


def _find_unlisted(mailboxes: Ledger, found: Iterable[_Mailbox]) -> Iterator[_Mailbox]:
    """Give those that are not listed, each once: two names may lead to one mailbox."""
    once = list({one.guid: one for one in found}.values())
    listed = mailboxes.keys.find([one.guid for one in once])
    return (one for at, one in enumerate(once) if at not in listed)


def _word_many(samples: Sequence[_Sample]) -> Text:
    """Say how many were not looked up; nothing where all were."""
    unlisted, looked_up = sum(one.seen for one in samples), sum(len(one.names) for one in samples)
    if unlisted == looked_up:
        return NOTHING
    return _word_unproved(
        say_number(
            "{number} user who may have a mailbox is not in it, and only {some} were looked up, who have none",
            "{number} users who may have a mailbox are not in it, and only {some} were looked up, who have none",
            unlisted,
            some=looked_up,
        )
    )


def _word_unproved(reason: Text) -> Text:
    return say("No second source has proved that the list of mailboxes is whole: {reason}.", reason=reason)
