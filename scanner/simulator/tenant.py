"""The simulated tenant: the three services behind one address, with the tenant's truth beside them."""

import datetime as dt
import secrets
import tempfile
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding

from scanner.simulator.certificates import make_authority, make_client_identity, make_server_identity
from scanner.simulator.diary import Diary
from scanner.simulator.door import Door, Told
from scanner.simulator.eac import export_clients
from scanner.simulator.exchange import ExchangeApi
from scanner.simulator.faults import Faults
from scanner.simulator.faults.engine import FaultEngine, Serve
from scanner.simulator.faults.request import Recogniser
from scanner.simulator.graph import GraphApi
from scanner.simulator.graph.desk import Desk
from scanner.simulator.ledger import Ledger, Visit
from scanner.simulator.login import CodeDesk, LoginApi, Person, Registration
from scanner.simulator.paging import Bookmarks
from scanner.simulator.permissions import (
    ALL_RIGHTS,
    EXCHANGE_RBAC,
    EXCHANGE_ROLES,
    GRAPH_ROLES,
    MAIL_ROLES,
    MANAGE_AS_PERSON,
)
from scanner.simulator.places import place_at
from scanner.simulator.population import Population
from scanner.simulator.server import HOST, TlsServer
from scanner.simulator.stranger import Stranger
from scanner.simulator.tokens import LIFETIME, Mint
from scanner.simulator.truth import MailServer, Method, Submission
from scanner.simulator.wire import Answer, Ask

if TYPE_CHECKING:
    from scanner.simulator.graph.postbox import Posted

_EXCHANGE_PREFIX, _GRAPH_PREFIX = "exchange", "graph"
_SECRET_LIFE = dt.timedelta(days=180)
_HOME = "192.0.2.10"
"""An address that no named location holds."""


class SimulatedTenant:
    """A tenant that can be scanned over TLS, for as long as it is entered as a context.

    Args:
        population: what is in it.
        without: rights to take away: Graph permissions by name, `Exchange.ManageAsApp`, or `ExchangeRole` for the
            role inside Exchange.
        also: Graph permissions that it holds beside those that reading needs.
        faults: what goes wrong on purpose.
        token_lifetime: seconds until a token expires.
        now: when its senders' diary ends; the present where not given.

    Raises:
        ValueError: a right in `without` is none of the simulated ones.
    """

    def __init__(
        self,
        population: Population,
        *,
        without: Iterable[str] = (),
        also: Iterable[str] = (),
        faults: Faults | None = None,
        token_lifetime: int = LIFETIME,
        now: dt.datetime | None = None,
    ) -> None:
        self._now = now or dt.datetime.now(dt.UTC)
        self._faults = faults or Faults()
        self._without = frozenset(without) | frozenset(self._faults.tenant.without)
        if unknown := self._without - ALL_RIGHTS:
            raise ValueError(f"not a right of the simulated tenant: {', '.join(sorted(unknown))}")
        self._also = frozenset(also)
        account = population.accounts[0]
        self._person = Person(id=account.id, name=account.upn)
        self.population = population
        self.tenant_id = population.tenant_id
        self.client_id = population.client_id
        self.client_secret = secrets.token_urlsafe(30)
        self.secret_ends = self._now + _SECRET_LIFE
        self._mint = Mint(self.tenant_id, self.client_id, token_lifetime)
        if EXCHANGE_RBAC in self._without:
            self._mint.drop(EXCHANGE_RBAC)
        self._recogniser = Recogniser()
        self.ledger = Ledger()
        self.stranger = Stranger()
        self._exits = ExitStack()
        self.post: list[Posted] = []

    def __enter__(self) -> Self:
        """Make certificates, start the server, and learn its address."""
        with ExitStack() as exits:
            self.folder = Path(exits.enter_context(tempfile.TemporaryDirectory(prefix="simulated-tenant-")))
            exits.enter_context(self.stranger)
            service = self._faults.service
            door = Door(self._answer, self.ledger, packs=service.gzip, ahead=service.clock)
            server = exits.enter_context(TlsServer(door.handle, self._write_certificates()))
            self.port = server.port
            self.base_url = f"https://{HOST}:{server.port}"
            self._open_services()
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server and remove the certificates."""
        self._exits.close()

    @property
    def authority_url(self) -> str:
        """Root of the identity platform; MSAL's authority is this, a slash, and the tenant id."""
        return self.base_url

    @property
    def graph_url(self) -> str:
        """Root of Graph; paths go on with `/v1.0` or `/beta`."""
        return f"{self.base_url}/{_GRAPH_PREFIX}"

    @property
    def exchange_url(self) -> str:
        """Root of Exchange; paths go on with `/adminapi/beta/{tenant}`."""
        return f"{self.base_url}/{_EXCHANGE_PREFIX}"

    @property
    def ca_file(self) -> Path:
        """PEM file of the authority that signed the server's certificate."""
        return self.folder / "ca.pem"

    @property
    def certificate_file(self) -> Path:
        """PEM file with the key and certificate that the application may sign in with."""
        return self.folder / "client.pem"

    @property
    def visits(self) -> tuple[Visit, ...]:
        """All requests so far, in the order in which they were answered."""
        return self.ledger.visits

    @property
    def injected(self) -> Counter[str]:
        """How often each fault struck so far, by its name."""
        return self._engine.injected

    @property
    def tokens_issued(self) -> int:
        """How many access tokens were given out."""
        return self._mint.issued

    def submit(self, mailbox: str, method: str = "basic", *, source_ip: str = _HOME, risk: str = "none") -> Submission:
        """Send a message through the tenant's mail server, as far as AUTH.

        Args:
            mailbox: its key, its address, or the local part of its address.
            method: `basic`, `oauth_delegated` or `oauth_app`.
            source_ip: where it comes from.
            risk: sign-in risk: none, low, medium or high.

        Returns:
            How it ends.

        Raises:
            KeyError: no such mailbox.
            ValueError: no such method, or not an address.
        """
        found = self.population.mailbox(mailbox)
        return self._mail_server.submit(found, Method(method), place_at(source_ip), risk)

    @cached_property
    def clients_export(self) -> Path:
        """CSV file of the report "SMTP AUTH clients", as its Exchange admin center would export it now."""
        name, content = export_clients(self.diary)
        path = self.folder / name
        path.write_text(content, encoding="utf-8-sig")
        return path

    @cached_property
    def diary(self) -> Diary:
        """What its senders did lately, until now."""
        return Diary(self.population, self._now)

    @cached_property
    def _mail_server(self) -> MailServer:
        return MailServer(self.population)

    def _write_certificates(self) -> str:
        authority = make_authority()
        self.ca_file.write_bytes(authority.certificate.public_bytes(Encoding.PEM))
        client = make_client_identity()
        client.write(self.certificate_file)
        self._certificate = client.certificate
        return str(make_server_identity(authority).write(self.folder / "server.pem"))

    def _open_services(self) -> None:
        scenario = self.population.scenario
        self.codes = CodeDesk(
            self._person,
            issuer=f"{self.authority_url}/{self.tenant_id}/v2.0",
            client_id=self.client_id,
            tenant_id=self.tenant_id,
            scopes={
                self.graph_url: GRAPH_ROLES - self._without | self._also,
                self.exchange_url: frozenset({MANAGE_AS_PERSON}) - self._without,
            },
        )
        self._login = LoginApi(
            root=self.authority_url,
            names=(self.tenant_id, scenario.domain, self.population.initial_domain),
            registration=Registration(
                client_id=self.client_id,
                tenant_name=scenario.name,
                secret=self.client_secret,
                certificate=self._certificate,
            ),
            resources={
                self.graph_url: (GRAPH_ROLES | MAIL_ROLES) - self._without | self._also,
                self.exchange_url: EXCHANGE_ROLES - self._without,
            },
            codes=self.codes,
            mint=self._mint,
        )
        rows = self._faults.service.rows
        desk = Desk(
            root=self.graph_url,
            population=self.population,
            bookmarks=Bookmarks(),
            diary=self.diary,
            rows=rows,
            post=self.post,
            secret_hint=self.client_secret[:3],
            secret_ends=self.secret_ends,
        )
        self._graph = GraphApi(desk, self._mint, self._answer_item, self._faults.seed)
        self._exchange = ExchangeApi(root=self.exchange_url, population=self.population, mint=self._mint, rows=rows)
        self._engine = FaultEngine(
            self._faults,
            mint=self._mint,
            recogniser=self._recogniser,
            audiences={_GRAPH_PREFIX: self.graph_url, _EXCHANGE_PREFIX: self.exchange_url},
            places={
                "host": HOST,
                "port": str(self.port),
                "foreign": str(self.stranger.port),
                "base": self.base_url,
            },
        )

    def _answer(self, ask: Ask) -> Told:
        request = self._recogniser.recognise(ask)
        answer = self._engine.answer(ask, request, self._serve)
        return Told(answer=answer, request=request, token=self._mint.number(ask.headers.get("authorization", "")))

    def _answer_item(self, item: Ask, serve: Serve) -> Answer:
        """Answer one item of a batch; what its path leaves out is that it is Graph's."""
        version, target = item.path[0], item.target.lstrip("/")
        path = (_GRAPH_PREFIX, *item.path)
        whole = msgspec.structs.replace(item, path=path, target=f"/{_GRAPH_PREFIX}/{version}/{target}")
        request = self._recogniser.recognise(whole)
        return self._engine.answer(whole, request, lambda ask: serve(_below(ask)), alone=False)

    def _serve(self, ask: Ask) -> Answer:
        match ask.path[0]:
            case "graph":
                return self._graph.answer(_below(ask))
            case "exchange":
                return self._exchange.answer(_below(ask))
            case _:
                return self._login.answer(ask)


def _below(ask: Ask) -> Ask:
    return msgspec.structs.replace(ask, path=ask.path[1:])
