"""The first steps of every reading: sign in to both services, and learn who the tenant is."""

import asyncio
import datetime as dt
import re
from collections.abc import Sequence

from scanner.errors import SourceError
from scanner.model.tenant import Tenant
from scanner.sources.live.auth import TokenSource, read_claims
from scanner.sources.live.exchange import Exchange
from scanner.sources.live.failure import RefusedError, UnreadableError
from scanner.sources.live.graph import Graph
from scanner.sources.live.http import Wire
from scanner.sources.live.lane import Announce
from scanner.sources.live.patience import Patience
from scanner.sources.live.target import Target

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def sign_in(tokens: TokenSource, target: Target) -> str:
    """Sign in to both services before anything is asked.

    Args:
        tokens: Where tokens come from.
        target: The tenant.

    Returns:
        The tenant's id as the token says it; empty where it doesn't.

    Raises:
        SourceError: Neither service gets a token, or the token is for another tenant.
    """
    hosts = target.hosts
    both = await asyncio.gather(tokens.get(hosts.graph), tokens.get(hosts.exchange), return_exceptions=True)
    issued = [token for token in both if isinstance(token, str)]
    if not issued:
        raise _first_error(both)
    named = str(read_claims(issued[0]).get("tid", "")).lower()
    wanted = target.tenant.lower()
    if GUID.fullmatch(wanted) and named and named != wanted:
        raise SourceError(
            f"The token is for tenant {named}, not for {wanted}.", "Correct the tenant's id in the configuration."
        )
    return named if GUID.fullmatch(named) else wanted if GUID.fullmatch(wanted) else ""


async def read_tenant(graph: Graph, target: Target, tenant_id: str) -> Tenant:
    """Read who the tenant is; without the right to, its id has to do.

    Args:
        graph: The tenant's Graph.
        target: The tenant as it is configured.
        tenant_id: Its id, where the token says it.
    """
    try:
        answer = await graph.get("/v1.0/organization", {"$select": "id,displayName,verifiedDomains"})
    except (RefusedError, UnreadableError):
        answer = {}
    found = answer.get("value")
    organization = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
    name = organization.get("displayName")
    return Tenant(
        id=tenant_id or str(organization.get("id") or "").lower(),
        domain=_choose_domain(organization.get("verifiedDomains")) or configured_domain(target),
        name=name if isinstance(name, str) else "",
        cloud=target.cloud,
        collected_at=dt.datetime.now(tz=dt.UTC),
    )


def configured_domain(target: Target) -> str:
    """Give the domain that the configuration names the tenant by; empty where it gives its id."""
    wanted = target.tenant.lower()
    return "" if GUID.fullmatch(wanted) else wanted


def open_exchange(wire: Wire, target: Target, tenant_id: str, patience: Patience, announce: Announce) -> Exchange:
    """Open a tenant's Exchange.

    Args:
        wire: What sends requests.
        target: The tenant.
        tenant_id: Its id; the configured name where it is empty.
        patience: How long to wait.
        announce: Is told why requests wait, and for how many seconds.
    """
    return Exchange(
        wire,
        root=target.hosts.exchange,
        suffix=target.exchange_suffix,
        tenant=tenant_id or target.tenant,
        patience=patience,
        announce=announce,
    )


def _first_error(outcomes: Sequence[str | BaseException]) -> BaseException:
    for outcome in outcomes:
        if isinstance(outcome, UnreadableError) and outcome.fatal:
            return outcome.fatal
    return next(outcome for outcome in outcomes if isinstance(outcome, BaseException))


def _choose_domain(domains: object) -> str:
    """Choose the default domain of a list of verified ones; the first where none is."""
    named = [one for one in domains if isinstance(one, dict)] if isinstance(domains, list) else []
    ordered = sorted(named, key=lambda one: one.get("isDefault") is not True)
    return str(ordered[0].get("name") or "") if ordered else ""
