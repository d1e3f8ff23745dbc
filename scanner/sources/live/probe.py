"""Tries every permission for real: the cheapest request of each section, and what the tokens say they allow."""

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import quote as escape

from scanner.errors import SignInError, SourceError
from scanner.evidence.section import (
    Ask,
    Cmdlet,
    GraphList,
    GraphLog,
    GraphObject,
    PerUser,
    ReferencedGroups,
    Section,
    SenderTraces,
)
from scanner.model.section import NOT_LICENSED
from scanner.model.tenant import Tenant
from scanner.model.text import NOTHING, Text, quote
from scanner.sources.live.clocks import Clocks
from scanner.sources.live.cmdlets import BAD_REQUEST
from scanner.sources.live.credential import Prompt
from scanner.sources.live.exchange import Exchange
from scanner.sources.live.explain import explain
from scanner.sources.live.failure import RefusedError, UnreadableError
from scanner.sources.live.graph import Graph
from scanner.sources.live.harvest import feeds_groups, feeds_traces, feeds_users
from scanner.sources.live.http import open_wire
from scanner.sources.live.lane import Announce
from scanner.sources.live.log import narrow
from scanner.sources.live.meet import open_exchange, read_tenant, sign_in
from scanner.sources.live.patience import Patience
from scanner.sources.live.privilege import DirectoryRole, Holding
from scanner.sources.live.request_log import RequestLog
from scanner.sources.live.target import Target
from scanner.sources.live.traces import WINDOW

NOT_FOUND = 404
GROUPS_TRIED = 3  # one group may hide its members from a reader who is permitted
NOBODY = "00000000-0000-4000-8000-000000000000"


class ProbeState(StrEnum):
    """What a probe showed."""

    READABLE = "readable"
    MISSING = "missing"
    NOT_LICENSED = "not_licensed"
    UNKNOWN = "unknown"  # no usable answer came
    FROM_FILES = "from_files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """The probe of one section.

    Attributes:
        section: The section.
        state: What it showed.
        reason: Why it is not readable; empty where it is.
        permission: The permission or Exchange role that lacks; empty where none does.
    """

    section: Section[Any]
    state: ProbeState
    reason: Text = NOTHING
    permission: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probing:
    """What a tenant showed.

    Attributes:
        tenant: Who it is.
        holdings: What the tokens say they allow, one for each service that gave one.
        refusals: Why a service gave no token, by ``graph`` or ``exchange``.
        probes: One for each section, in the order of the registry.
        roles: The directory roles assigned to the application or the person itself; ``None`` where they can't be read.
        named: The name of the tenant can be read.
        secret_ends: When the client secret ends; ``None`` where that is not known.
    """

    tenant: Tenant
    holdings: tuple[Holding, ...]
    refusals: Mapping[str, SourceError]
    probes: tuple[Probe, ...]
    roles: tuple[DirectoryRole, ...] | None
    named: bool
    secret_ends: dt.datetime | None


async def probe_tenant(
    target: Target,
    sections: Sequence[Section[Any]],
    patience: Patience,
    announce: Announce,
    prompt: Prompt | None = None,
) -> Probing:
    """Sign in and try what a reading would need.

    Args:
        target: The tenant.
        sections: What a reading would read.
        patience: How long to wait.
        announce: Is told why requests wait, and for how many seconds.
        prompt: Shows somebody where to enter which code; ``None`` where nobody is there.

    Returns:
        What it showed.

    Raises:
        ConfigurationError: The credential's or the authority's file can't be used.
        SourceError: Neither service gives a token, or the token is for another tenant.
    """
    unheard = Clocks(lambda _subject, _sentence: None)  # `reach` compares the clocks, before anybody signs in
    async with open_wire(target, patience, RequestLog(None), unheard, prompt) as (wire, tokens):
        signed_in = await sign_in(tokens, target)
        graph = Graph(wire, target.hosts.graph, patience, announce)
        tenant = await read_tenant(graph, target, signed_in.tenant_id)
        exchange = open_exchange(wire, target, signed_in, patience, announce)
        return Probing(
            tenant=tenant,
            holdings=tuple(Holding.of(service, said) for service, said in signed_in.claims.items()),
            refusals=signed_in.refusals,
            probes=tuple(await Prober(graph, exchange, tenant).probe_all(sections)),
            roles=await _read_roles(graph, target, signed_in.claims.get("graph", {})),
            named=bool(tenant.name),
            secret_ends=await _read_secret_end(graph, target),
        )


class Prober:
    """Asks for one row of each section.

    Args:
        graph: The tenant's Graph.
        exchange: The tenant's Exchange.
        tenant: Who it is.
    """

    def __init__(self, graph: Graph, exchange: Exchange, tenant: Tenant) -> None:
        self._graph = graph
        self._exchange = exchange
        self._domain = tenant.domain or "invalid"
        self._users: list[str] = []

    async def probe_all(self, sections: Sequence[Section[Any]]) -> list[Probe]:
        """Probe all sections: first those that stand alone, then those that ask for what others name.

        Returns:
            One probe for each section, in the order in which they were given.
        """
        alone = [section for section in sections if not _feeders(section)]
        found = {probe.section.name: probe for probe in await asyncio.gather(*map(self._probe, alone))}
        later = [self._probe_fed(section, tuple(found.values())) for section in sections if section.name not in found]
        found |= {probe.section.name: probe for probe in await asyncio.gather(*later)}
        return [found[section.name] for section in sections]

    async def _probe_fed(self, section: Section[Any], found: Sequence[Probe]) -> Probe:
        """Probe a section that asks for what others name; where none of these is readable, it would be missing too."""
        feeds = _feeders(section)
        sources = [probe for probe in found if feeds and feeds(probe.section.ask)]
        if not sources or any(probe.state is ProbeState.READABLE for probe in sources):
            return await self._probe(section)
        names = ", ".join(probe.section.name for probe in sources)
        return Probe(
            section=section,
            state=sources[0].state,
            reason=quote(f"nothing to ask for: {names} can't be read"),
            permission=next((probe.permission for probe in sources if probe.permission), ""),
        )

    async def _probe(self, section: Section[Any]) -> Probe:
        if section.ask is None:
            return Probe(section=section, state=ProbeState.FROM_FILES)
        try:
            await self._ask(section.ask)
        except RefusedError as refused:
            return _lacking(section, explain(refused, section))
        except UnreadableError as error:
            return _lacking(section, error, unknown=not isinstance(error.fatal, SignInError))
        return Probe(section=section, state=ProbeState.READABLE)

    async def _ask(self, ask: Ask) -> None:
        match ask:
            case Cmdlet():
                self._note_users(await self._run(ask), "ExternalDirectoryObjectId")
            case GraphList(path=path, query=query):
                self._note_users(await self._list(path, query), "id" if path.endswith("/users") else "")
            case GraphObject(path=path):
                await self._graph.get(path)
            case GraphLog():
                await self._list(ask.path, narrow(ask, ask.kinds[0], *_last(dt.timedelta(hours=1))))
            case SenderTraces(path=path):
                await self._list(path, self._trace_query())
            case PerUser():
                await self._get_of_user(ask)
            case ReferencedGroups():
                await self._list_members()

    async def _run(self, ask: Cmdlet) -> list[dict[str, object]]:
        limited = {**ask.parameters, "ResultSize": 1} if "ResultSize" in ask.parameters else ask.parameters
        return (await self._exchange.open_listing(replace(ask, parameters=limited)).read_alone()).decode()

    async def _list(self, path: str, query: Mapping[str, str]) -> list[dict[str, object]]:
        """Ask for one object; as a reading does, where the collection knows no $top."""
        try:
            return (await self._graph.open_listing(path, {**query, "$top": "1"}).read()).decode()
        except RefusedError as refused:
            if refused.status != BAD_REQUEST:
                raise
        return (await self._graph.open_listing(path, query).read()).decode()

    async def _get_of_user(self, ask: PerUser) -> None:
        """Ask about one user; about nobody where no id is known: the right is looked at first (INFERRED)."""
        user = next(iter(self._users), NOBODY)
        try:
            await self._graph.get(f"/{ask.version}{ask.path.format(id=escape(user, safe=''))}")
        except RefusedError as refused:
            if refused.status != NOT_FOUND:
                raise

    async def _list_members(self) -> None:
        query = {"$select": "id", "$top": str(GROUPS_TRIED)}
        groups = (await self._graph.open_listing("/v1.0/groups", query).read()).decode()
        refusals: list[RefusedError] = []
        for group in groups:
            try:
                await self._list(f"/v1.0/groups/{escape(str(group.get('id')), safe='')}/transitiveMembers", {})
            except RefusedError as refused:
                refusals.append(refused)
        if refusals and len(refusals) == len(groups):
            raise refusals[0]

    def _trace_query(self) -> dict[str, str]:
        start, end = _last(WINDOW)
        window = f"receivedDateTime ge {start:%Y-%m-%dT%H:%M:%SZ} and receivedDateTime le {end:%Y-%m-%dT%H:%M:%SZ}"
        return {"$filter": f"{window} and senderAddress eq 'postmaster@{self._domain}'"}

    def _note_users(self, rows: Sequence[Mapping[str, object]], key: str) -> None:
        self._users.extend(str(row[key]) for row in rows if row.get(key))


def _feeders(section: Section[Any]) -> Any:  # noqa: ANN401 -- a predicate, or nothing
    match section.ask:
        case ReferencedGroups():
            return feeds_groups
        case PerUser():
            return feeds_users
        case SenderTraces():
            return feeds_traces
        case _:
            return None


def _lacking(section: Section[Any], error: UnreadableError, *, unknown: bool = False) -> Probe:
    licensed = str(NOT_LICENSED) not in str(error.reason)
    refused = ProbeState.UNKNOWN if unknown else ProbeState.MISSING
    return Probe(
        section=section,
        state=refused if licensed else ProbeState.NOT_LICENSED,
        reason=error.reason,
        permission=error.permission,
    )


def _last(window: dt.timedelta) -> tuple[dt.datetime, dt.datetime]:
    now = dt.datetime.now(tz=dt.UTC)
    return now - window, now


async def _read_roles(graph: Graph, target: Target, claims: Mapping[str, object]) -> tuple[DirectoryRole, ...] | None:
    """Read the directory roles of whoever signed in; what comes through a group is not seen."""
    try:
        principal = claims.get("oid") or await _find_principal(graph, target)
        query = {"$filter": f"principalId eq '{principal}'", "$expand": "roleDefinition"}
        page = await graph.open_listing("/v1.0/roleManagement/directory/roleAssignments", query).read()
    except (RefusedError, UnreadableError):
        return None
    definitions = [row.get("roleDefinition") for row in page.decode()]
    return tuple(
        DirectoryRole(template_id=str(one.get("templateId") or "").lower(), name=str(one.get("displayName") or ""))
        for one in definitions
        if isinstance(one, dict)
    )


async def _find_principal(graph: Graph, target: Target) -> object:
    client = escape(target.credential.client_id, safe="")
    return (await graph.get(f"/v1.0/servicePrincipals(appId='{client}')", {"$select": "id"})).get("id")


async def _read_secret_end(graph: Graph, target: Target) -> dt.datetime | None:
    """Read when the client secret ends: the registration lists its secrets, each by its first three letters."""
    if target.secret is None:
        return None
    client = escape(target.credential.client_id, safe="")
    try:
        app = await graph.get(f"/v1.0/applications(appId='{client}')", {"$select": "passwordCredentials"})
    except (RefusedError, UnreadableError):
        return None
    listed = app.get("passwordCredentials")
    secrets = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    ours = [one for one in secrets if one.get("hint") and target.secret.reveal().startswith(str(one["hint"]))]
    return min(filter(None, (_read_moment(one.get("endDateTime")) for one in ours)), default=None)


def _read_moment(value: object) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None
