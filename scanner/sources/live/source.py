"""The live tenant as a source of evidence."""

import asyncio
import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from scanner.errors import SourceError
from scanner.evidence.section import Section
from scanner.model.tenant import Tenant
from scanner.sources.interface import LastingSink, Progress
from scanner.sources.live.auth import TokenSource, read_claims
from scanner.sources.live.exchange import Exchange
from scanner.sources.live.failure import RefusedError, UnreadableError
from scanner.sources.live.graph import Graph
from scanner.sources.live.harvest import Harvest
from scanner.sources.live.http import Wire, open_wire
from scanner.sources.live.ledger import Ledger
from scanner.sources.live.patience import Patience
from scanner.sources.live.request_log import RequestLog
from scanner.sources.live.target import Target
from scanner.sources.live.walk import Walk

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class LiveSource:
    """Reads a tenant through Graph and Exchange, once.

    Args:
        target: The tenant and how to sign in.
        sections: What to read.
        patience: How long to wait, and how much to accept.
    """

    def __init__(self, target: Target, sections: Sequence[Section[Any]], patience: Patience | None = None) -> None:
        self._target = target
        self._sections = sections
        self._patience = patience or Patience()

    @property
    def origin(self) -> str:
        """What is read: the tenant where it answers, and the sections."""
        hosts = self._target.hosts
        names = ",".join(sorted(section.name for section in self._sections))
        return f"{self._target.tenant.lower()} {hosts.authority} {hosts.graph} {hosts.exchange} {names}"

    @property
    def known(self) -> Tenant:
        """The tenant as far as its configuration says who it is."""
        wanted = self._target.tenant.lower()
        tenant_id = wanted if GUID.fullmatch(wanted) else ""
        return Tenant(id=tenant_id, domain=self._configured_domain(), cloud=self._target.cloud)

    def collect(self, sink: LastingSink, progress: Progress) -> Tenant:
        """Read every section into the sink, from where an interrupted run left off.

        The sink is called from this thread only.

        Returns:
            The tenant that was read.

        Raises:
            ConfigurationError: The credential's or the authority's file can't be used.
            SignInError: The identity platform refused the credential.
            SourceError: No service can be reached, or the token is for another tenant.
        """
        return asyncio.run(self._collect(sink, progress))

    async def _collect(self, sink: LastingSink, progress: Progress) -> Tenant:
        deadline = asyncio.get_running_loop().time() + self._patience.walk
        log = RequestLog(sink)
        try:
            async with open_wire(self._target, self._patience, log) as (wire, tokens):
                graph = Graph(wire, self._target.hosts.graph, self._patience, progress.wait)
                tenant = await self._meet(graph, tokens, deadline)
                sink.meet(tenant)
                harvest = Harvest()
                ledgers = [Ledger(section, sink, progress, harvest) for section in self._sections]
                exchange = self._open_exchange(wire, tenant, progress)
                await Walk(graph, exchange, ledgers, harvest, self._patience).read_all(deadline)
        finally:
            log.flush()
        return tenant

    async def _meet(self, graph: Graph, tokens: TokenSource, deadline: float) -> Tenant:
        """Sign in and read who the tenant is.

        Raises:
            SourceError: That did not succeed in the time for the whole reading.
        """
        try:
            async with asyncio.timeout_at(deadline):
                return await self._read_tenant(graph, await self._sign_in(tokens))
        except TimeoutError as error:
            message = "The time allowed for the whole reading ran out before anything was read."
            raise SourceError(message, "Look at the network; then run it again.") from error

    def _open_exchange(self, wire: Wire, tenant: Tenant, progress: Progress) -> Exchange:
        return Exchange(
            wire,
            root=self._target.hosts.exchange,
            suffix=self._target.exchange_suffix,
            tenant=tenant.id or self._target.tenant,
            patience=self._patience,
            announce=progress.wait,
        )

    async def _sign_in(self, tokens: TokenSource) -> str:
        """Sign in to both services before anything is asked.

        Returns:
            The tenant's id as the token says it; empty where it doesn't.

        Raises:
            SourceError: Neither service gets a token, or the token is for another tenant.
        """
        hosts = self._target.hosts
        both = await asyncio.gather(tokens.get(hosts.graph), tokens.get(hosts.exchange), return_exceptions=True)
        issued = [token for token in both if isinstance(token, str)]
        if not issued:
            raise _first_error(both)
        named = str(read_claims(issued[0]).get("tid", "")).lower()
        wanted = self._target.tenant.lower()
        if GUID.fullmatch(wanted) and named and named != wanted:
            raise SourceError(
                f"The token is for tenant {named}, not for {wanted}.", "Correct the tenant's id in the configuration."
            )
        return named if GUID.fullmatch(named) else wanted if GUID.fullmatch(wanted) else ""

    async def _read_tenant(self, graph: Graph, tenant_id: str) -> Tenant:
        """Read who the tenant is; without the right to, its id has to do."""
        try:
            answer = await graph.get("/v1.0/organization", {"$select": "id,displayName,verifiedDomains"})
        except (RefusedError, UnreadableError):
            answer = {}
        found = answer.get("value")
        organization = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
        name = organization.get("displayName")
        return Tenant(
            id=tenant_id or str(organization.get("id") or "").lower(),
            domain=_choose_domain(organization.get("verifiedDomains")) or self._configured_domain(),
            name=name if isinstance(name, str) else "",
            cloud=self._target.cloud,
            collected_at=dt.datetime.now(tz=dt.UTC),
        )

    def _configured_domain(self) -> str:
        wanted = self._target.tenant.lower()
        return "" if GUID.fullmatch(wanted) else wanted


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
