"""The live tenant as a source of evidence."""

import asyncio
from collections.abc import Sequence
from typing import Any

from scanner.errors import SourceError
from scanner.evidence.section import Section
from scanner.model.tenant import Tenant
from scanner.model.text import NOTHING, Text, say
from scanner.sources.interface import LastingSink, Progress
from scanner.sources.live.auth import TokenSource
from scanner.sources.live.clocks import Clocks
from scanner.sources.live.graph import Graph
from scanner.sources.live.harvest import Harvest
from scanner.sources.live.http import open_wire
from scanner.sources.live.ledger import Ledger
from scanner.sources.live.meet import GUID, SignedIn, configured_domain, open_exchange, read_tenant, sign_in
from scanner.sources.live.patience import Patience
from scanner.sources.live.privilege import Holding
from scanner.sources.live.request_log import RequestLog
from scanner.sources.live.target import Target
from scanner.sources.live.walk import Walk

PRIVILEGE = "privilege"
REQUESTS = "requests"


class LiveSource:
    """Reads a tenant through Graph and Exchange, once.

    Args:
        target: The tenant and how to sign in.
        sections: What to read.
        patience: How long to wait, and how much to accept.
        attended: Somebody is there who can enter a code.
    """

    def __init__(
        self,
        target: Target,
        sections: Sequence[Section[Any]],
        patience: Patience | None = None,
        *,
        attended: bool = False,
    ) -> None:
        self._attended = attended
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
        return Tenant(id=tenant_id, domain=configured_domain(self._target), cloud=self._target.cloud)

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
        prompt = progress.tell if self._attended else None

        def remark(subject: str, sentence: Text) -> None:
            sink.remark(subject, sentence)
            progress.tell(str(sentence))

        try:
            async with open_wire(self._target, self._patience, log, Clocks(remark), prompt) as (wire, tokens):
                graph = Graph(wire, self._target.hosts.graph, self._patience, progress.wait)
                signed_in, tenant = await self._meet(graph, tokens, deadline)
                sink.meet(tenant)
                if more := _word_writing(signed_in):
                    remark(PRIVILEGE, more)
                else:
                    sink.remark(PRIVILEGE, NOTHING)  # an interrupted run may have signed in with more
                harvest = Harvest()
                ledgers = [Ledger(section, sink, progress, harvest) for section in self._sections]
                if any(one.marks or one.is_closed for one in ledgers):  # a killed run takes its last requests with it
                    sink.remark(REQUESTS, _word_gone_on())
                exchange = open_exchange(wire, self._target, signed_in, self._patience, progress.wait)
                await Walk(graph, exchange, ledgers, harvest, self._patience).read_all(deadline)
        finally:
            log.flush()
        return tenant

    async def _meet(self, graph: Graph, tokens: TokenSource, deadline: float) -> tuple[SignedIn, Tenant]:
        """Sign in and read who the tenant is.

        Raises:
            SourceError: That did not succeed in the time for the whole reading.
        """
        try:
            async with asyncio.timeout_at(deadline):
                signed_in = await sign_in(tokens, self._target)
                return signed_in, await read_tenant(graph, self._target, signed_in.tenant_id)
        except TimeoutError as error:
            message = "The time allowed for the whole reading ran out before anything was read."
            raise SourceError(message, "Look at the network; then run it again.") from error


def _word_gone_on() -> Text:
    return say(
        "The reading was interrupted and gone on with: at least as many requests were sent as are counted here, since "
        "the last ones before it broke off may not have been noted."
    )


def _word_writing(signed_in: SignedIn) -> Text:
    """Say where a token allows more than reading (trust.md T19); nothing where none does."""
    holdings = (Holding.of(service, said) for service, said in signed_in.claims.items())
    names = tuple(name for holding in holdings for name in holding.writing)
    if not names:
        return NOTHING
    return say(
        "The credential that read the tenant allows more than reading: {permissions}. Nothing was written with it.",
        permissions=names,
    )
