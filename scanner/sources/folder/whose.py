"""Reads ``tenant.json``: whose evidence the folder holds."""

import re

from scanner.evidence.row import Row, parse_time
from scanner.model.tenant import Tenant
from scanner.model.text import Text, say
from scanner.sources.folder.item import printable

ID = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")  # a GUID or a domain name


def tenant_of(row: Row, problems: list[Text]) -> Tenant:
    """Read the tenant.

    Args:
        row: What ``tenant.json`` holds.
        problems: Takes what can't be used.
    """
    collected = row.word("collectedAt")
    moment = parse_time(collected)
    if collected and moment is None:
        problems.append(say("tenant.json: collectedAt is no time: {value}.", value=printable(collected)))
    return Tenant(
        id=_id_of(row, problems),
        domain=row.word("domain"),
        name=row.word("displayName"),
        cloud=row.word("cloud").lower(),
        collected_at=moment,
    )


def left_out(row: Row) -> dict[str, str]:
    """Read why sections are not in the folder, as whoever exported it says in ``missing``.

    Args:
        row: What ``tenant.json`` holds.

    Returns:
        The reason by the section's name.
    """
    reasons = row.raw("missing")
    if not isinstance(reasons, dict):
        return {}
    return {name.lower(): printable(reason) for name, reason in reasons.items() if isinstance(reason, str) and reason}


def _id_of(row: Row, problems: list[Text]) -> str:
    tenant_id = row.id("id")
    if ID.fullmatch(tenant_id):
        return tenant_id
    problems.append(say("tenant.json gives no tenant id (a GUID): the report can't say whose evidence this is."))
    return ""
