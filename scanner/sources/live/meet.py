"""The first steps of every reading: sign in to both services, and learn who the tenant is."""

import asyncio
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """What the tokens say of a sign-in.

    Attributes:
        tenant_id: The tenant's id; empty where neither they nor the configuration give it.
        person: The sign-in name of who signed in; empty where the application itself did.
        claims: What each service's token says, by ``graph`` or ``exchange``.
        refusals: Why a service gave no token, by the same names.
    """

    tenant_id: str
    person: str
    claims: Mapping[str, Mapping[str, object]]
    refusals: Mapping[str, SourceError]


async def sign_in(tokens: TokenSource, target: Target) -> SignedIn:
    """Sign in to both services before anything is asked.

    Args:
        tokens: Where tokens come from.
        target: The tenant.

    Raises:
        SourceError: Neither service gets a token, or the token is for another tenant.
    """
    roots = {"graph": target.hosts.graph, "exchange": target.hosts.exchange}
    both = await asyncio.gather(*map(tokens.get, roots.values()), return_exceptions=True)
    claims = {name: read_claims(token) for name, token in zip(roots, both, strict=True) if isinstance(token, str)}
    if not claims:
        raise _first_error(both)
    said = next(iter(claims.values()))
    named = str(said.get("tid", "")).lower()
    wanted = target.tenant.lower()
    if GUID.fullmatch(wanted) and named and named != wanted:
        raise SourceError(
            f"The token is for tenant {named}, not for {wanted}.", "Correct the tenant's id in the configuration."
        )
    return SignedIn(
        tenant_id=named if GUID.fullmatch(named) else wanted if GUID.fullmatch(wanted) else "",
        person=str(said.get("upn") or said.get("preferred_username") or "") if "scp" in said else "",
        claims=claims,
        refusals={
            name: error.fatal or SourceError(str(error.reason))
            for name, error in zip(roots, both, strict=True)
            if isinstance(error, UnreadableError)
        },
    )


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


def open_exchange(wire: Wire, target: Target, signed_in: SignedIn, patience: Patience, announce: Announce) -> Exchange:
    """Open a tenant's Exchange; requests of a person are anchored at that person's mailbox (facts/apis.md §1.1).

    Args:
        wire: What sends requests.
        target: The tenant.
        signed_in: Who signed in.
        patience: How long to wait.
        announce: Is told why requests wait, and for how many seconds.
    """
    exchange = Exchange(
        wire,
        root=target.hosts.exchange,
        suffix=target.exchange_suffix,
        tenant=signed_in.tenant_id or target.tenant,
        patience=patience,
        announce=announce,
    )
    if signed_in.person:
        exchange.anchor = f"UPN:{signed_in.person}"
    return exchange


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
