"""The hash chain of a tenant: what was made of it and when, each link with the hash of the one before.

Who alters, removes or slips in a link breaks every later one; who rewrites the whole chain changes its last hash, which
whoever wrote it down before, or signed a manifest, can tell.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, insert, select, text

from scanner.store.forms import encode_canonical, from_moment
from scanner.store.records import Link
from scanner.store.tables import LINK

BEGINNING: Final = "0" * 64
"""Stands where the first link names the one before it."""

LOCK: Final = 0x6C696E6B
"""Of PostgreSQL: "link"; links of one tenant are added one after the other."""

BODY: Final = msgspec.json.Decoder(dict[str, Any])


def add_link(connection: Connection, tenant_id: str, kind: str, subject: str, body: Mapping[str, object]) -> None:
    """Add a link to a tenant's chain, in the transaction of what it is about.

    Args:
        connection: In a writing transaction.
        tenant_id: Whose chain.
        kind: ``run``, ``purge`` or ``erasure``.
        subject: Id of the run or the snapshot that it is about.
        body: What it says: plain JSON values.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:lock, hashtext(:tenant))"), {"lock": LOCK, "tenant": tenant_id}
        )
    newest = select(LINK.c.number, LINK.c.hash).where(LINK.c.tenant_id == tenant_id).order_by(LINK.c.number.desc())
    last = connection.execute(newest.limit(1)).one_or_none()
    link = seal(
        Link(
            tenant_id=tenant_id,
            number=last.number + 1 if last else 1,
            kind=kind,
            subject=subject,
            at=dt.datetime.now(dt.UTC),
            body=body,
            previous=last.hash if last else BEGINNING,
        )
    )
    connection.execute(insert(LINK).values(from_link(link)))


def seal(link: Link) -> Link:
    """Give a link its hash: of all that it says, and of the hash before it."""
    return msgspec.structs.replace(link, hash=hash_of(link))


def hash_of(link: Link) -> str:
    """Make the SHA-256 of a link."""
    said = {**from_link(link), "body": link.body}
    del said["hash"]
    return hashlib.sha256(encode_canonical(said)).hexdigest()


def first_break(links: Sequence[Link]) -> int | None:
    """Find the first link that does not follow from the one before it.

    Args:
        links: A whole chain, in order.

    Returns:
        Its number, counted from 1; ``None`` where the chain is unbroken.
    """
    previous = BEGINNING
    for number, link in enumerate(links, 1):
        if link.number != number or link.previous != previous or link.hash != hash_of(link):
            return number
        previous = link.hash
    return None


def from_link(link: Link) -> dict[str, object]:
    """Write a link as columns."""
    return {
        "tenant_id": link.tenant_id,
        "number": link.number,
        "kind": link.kind,
        "subject": link.subject,
        "at": from_moment(link.at),
        "body": encode_canonical(link.body),
        "previous": link.previous,
        "hash": link.hash,
    }


def to_link(row: Row[Any]) -> Link:
    """Read a link from its table row."""
    return Link(
        tenant_id=row.tenant_id,
        number=row.number,
        kind=row.kind,
        subject=row.subject,
        at=dt.datetime.fromisoformat(row.at),
        body=BODY.decode(row.body),
        previous=row.previous,
        hash=row.hash,
    )
