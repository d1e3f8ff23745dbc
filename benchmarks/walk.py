"""How close the walk through a tenant is to a bare reader of the same bytes, to the ideal schedule, and to Graph's SDK.

    python benchmarks/walk.py [--mailboxes N] [--rounds N] [--sdk-users N] [--rss-mailboxes N]

A server in a process of its own holds the simulated tenant's mailboxes and users as pages that are serialised and
packed beforehand. What is timed is the program's own reading, from the first request to the last page, with a sink that
drops the pages; the floor is a bare TLS socket that reads the same pages in the same order, and inflates them with zlib
where they are packed. Rounds are interleaved, the best of each is compared.

- ``ratio_to_floor``: Get-Mailbox, whole rows, gzip, no latency, serial.
- ``ratio_plain``: the same without gzip.
- ``ratio_trimmed``: Graph's users, gzip: rows of a third of the size, so that what a request costs weighs more.
- ``ratio_to_schedule``: Graph's users, 150 ms a page, gzip, parts read eight at a time, to their best schedule.
- ``times_sdk``: users per second against msgraph-sdk, which reads fewer users for real, in a virtual environment that
  is made from requirements/bench.lock (``--sdk-users 0`` leaves it out).
- ``rss_mib``: peak memory of a process that reads users, mailboxes and their CAS settings into a SQLite store;
  ``rss_growth``: the same to a tenth of the mailboxes.
"""

import argparse
import asyncio
import base64
import contextlib
import gzip
import heapq
import json
import os
import resource
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from scanner.model.reading import RawRows
    from scanner.sources.live import Target

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

TENANT = "11111111-2222-4333-8444-555555555555"
ROWS = 999
LATENCY = 0.15
ABREAST = 8
NEVER = 10**9  # rows from which a listing is read in parts
SDK_VENV = Path(tempfile.gettempdir()) / "smtp-posture-bench-sdk"
USERS = "/graph/v1.0/users"
INVOKE = f"/exchange/adminapi/beta/{TENANT}/InvokeCommand"
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{packed}\r\n"


# --- the server, in a process of its own ------------------------------------------------------------------------------


class Pages:
    """Answers, whole: by path and query without regard to how their options are written.

    Args:
        root: Address of the server.
        mailboxes: Size of the tenant.
        cmdlets: Whether mailboxes are served too.
    """

    def __init__(self, root: str, mailboxes: int, *, cmdlets: bool) -> None:
        from scanner.simulator import Scenario, build_population
        from scanner.simulator.exchange.rows import cas_mailbox_row, mailbox_row
        from scanner.simulator.graph.users import user_row

        self._root = root
        self._answers: dict[str, tuple[bytes, bytes]] = {}
        population = build_population(Scenario(mailboxes=mailboxes))
        names = tuple(wanted_fields())
        users = [user_row(account, names) for account in population.accounts]
        self._add_listing(f"{USERS}?", users)
        for beginning, some in by_beginning(users).items():
            self._add_listing(f"{USERS}?$filter={beginning}&", some)
        self._add_text(f"{USERS}/$count?", str(len(users)))
        if cmdlets:
            self._add_listing(f"{INVOKE}?Get-Mailbox", [mailbox_row(one) for one in population.mailboxes])
            self._add_listing(f"{INVOKE}?Get-CASMailbox", [cas_mailbox_row(one) for one in population.mailboxes])

    def find(self, target: str, body: bytes) -> tuple[bytes, bytes]:
        """Give an answer, plain and packed."""
        path, _, query = target.partition("?")
        options = parse_qs(query)
        place = f"&$skiptoken={options['$skiptoken'][0]}" if "$skiptoken" in options else ""
        if body.startswith(b'{"CmdletInput"'):
            return self._answers[f"{path}?{json.loads(body)['CmdletInput']['CmdletName']}{place}"]
        if "$filter" in options:
            beginning = options["$filter"][0].rpartition(",")[2].strip("')") or "'"
            key = f"{path}?$filter={beginning}&{place}"
            return self._answers.get(key) or make_answers(b'{"value":[]}')
        return self._answers.get(f"{path}?{place}") or self._answer_other(path)

    def _answer_other(self, path: str) -> tuple[bytes, bytes]:
        root = f"{self._root}/{TENANT}"
        claims = base64.urlsafe_b64encode(json.dumps({"tid": TENANT}).encode()).decode().rstrip("=")
        known = {
            f"/{TENANT}/v2.0/.well-known/openid-configuration": {
                "issuer": f"{root}/v2.0",
                "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
                "token_endpoint": f"{root}/oauth2/v2.0/token",
            },
            f"/{TENANT}/oauth2/v2.0/token": {"access_token": f"eyJhbGciOiJub25lIn0.{claims}.x", "expires_in": 3599},
        }
        return make_answers(json.dumps(known.get(path, {"value": []})).encode())

    def _add_listing(self, key: str, rows: Sequence[Mapping[str, object]]) -> None:
        path, query = key.split("?")
        beginning = query.removeprefix("$filter=").removesuffix("&")
        options = f"$filter=startswith(userPrincipalName,'{beginning}')&" if query.startswith("$filter") else ""
        for start in range(0, max(1, len(rows)), ROWS):
            content: dict[str, object] = {"@odata.context": f"{self._root}/$metadata"}
            if start + ROWS < len(rows):
                content["@odata.nextLink"] = f"{self._root}{path}?{options}$skiptoken={start + ROWS}"
            content["value"] = rows[start : start + ROWS]
            place = f"&$skiptoken={start}" if start else ""
            self._answers[f"{key}{place}"] = make_answers(json.dumps(content, separators=(",", ":")).encode())

    def _add_text(self, key: str, text: str) -> None:
        self._answers[key] = make_answers(text.encode(), "text/plain")


def make_answers(body: bytes, kind: str = "application/json") -> tuple[bytes, bytes]:
    """Make an answer with its head, plain and packed."""
    packed = gzip.compress(body, 6)
    return (
        HEAD.format(kind=kind, length=len(body), packed="").encode() + body,
        HEAD.format(kind=kind, length=len(packed), packed="Content-Encoding: gzip\r\n").encode() + packed,
    )


def by_beginning(users: Sequence[Mapping[str, object]]) -> dict[str, list[Mapping[str, object]]]:
    """Sort users by the first sign of their name."""
    found: dict[str, list[Mapping[str, object]]] = defaultdict(list)
    for user in users:
        found[str(user["userPrincipalName"])[0].lower()].append(user)
    return found


def wanted_fields() -> list[str]:
    """Give the properties that the program asks of a user."""
    from scanner.evidence.registry import SECTIONS
    from scanner.evidence.section import GraphList

    asks = [section.ask for section in SECTIONS if section.name == "users"]
    return [name for ask in asks if isinstance(ask, GraphList) for name in ask.query["$select"].split(",")]


async def serve(folder: Path, door: socket.socket, pages: Pages, *, packs: bool, latency: float) -> None:
    """Answer on many connections until the process is ended."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                target = unquote(head.split(" ", 2)[1])
                length = next(
                    (int(line[15:]) for line in head.lower().split("\r\n") if line[:15] == "content-length:"), 0
                )
                body = await reader.readexactly(length)
                if latency and "/oauth2/" not in target:
                    await asyncio.sleep(latency)
                wants = packs and "gzip" in head.lower()
                writer.write(pages.find(target, body)[wants])
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, sock=door, ssl=context)
    sys.stdout.write(f"{door.getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


def run_server(arguments: argparse.Namespace) -> None:
    """Be the server."""
    folder, door = Path(arguments.folder), socket.create_server(("127.0.0.1", 0))
    pages = Pages(f"https://127.0.0.1:{door.getsockname()[1]}", arguments.mailboxes, cmdlets=arguments.cmdlets)
    asyncio.run(serve(folder, door, pages, packs=not arguments.plain, latency=arguments.latency))


@contextlib.contextmanager
def server(folder: Path, mailboxes: int, *options: str) -> Iterator[int]:
    """Start the server, wait for it, and give its port."""
    program = [sys.executable, __file__, "--role", "server", "--folder", str(folder)]
    process = subprocess.Popen([*program, "--mailboxes", str(mailboxes), *options], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


# --- the floor --------------------------------------------------------------------------------------------------------


def read_floor(folder: Path, port: int, listing: str, *, packs: bool = True) -> float:
    """Read all pages of a listing with a bare socket; give the seconds."""
    body = b"" if listing == "users" else b'{"CmdletInput":{"CmdletName":"Get-Mailbox","Parameters":{}}}'
    method = "POST" if body else "GET"
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="127.0.0.1") as wire:
        accept = "Accept-Encoding: gzip\r\n" if packs else ""
        head = f"HTTP/1.1\r\nHost: 127.0.0.1\r\n{accept}Content-Length: {len(body)}\r\n\r\n"
        target, buffer, begun = USERS if listing == "users" else INVOKE, bytearray(1 << 21), time.perf_counter()
        while target:
            wire.sendall(f"{method} {target} {head}".encode() + body)
            target = next_target(read_answer(wire, buffer, packs=packs))
        return time.perf_counter() - begun


def read_answer(wire: ssl.SSLSocket, buffer: bytearray, *, packs: bool) -> bytes:
    """Read one answer, and inflate it where it is packed."""
    got = bytearray()
    while b"\r\n\r\n" not in got:
        got += wire.recv(65536)
    head, _, rest = got.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    if len(buffer) < length:
        buffer.extend(bytes(length - len(buffer)))
    view, at = memoryview(buffer), len(rest)
    view[:at] = rest
    while at < length:
        at += wire.recv_into(view[at:length])
    return zlib.decompress(view[:length], 31) if packs else bytes(view[:4096])


def next_target(body: bytes) -> str:
    """Find the link to the next page, which stands before the rows."""
    _, found, rest = body[:4096].partition(b'"@odata.nextLink":"')
    if not found:
        return ""
    parts = urlsplit(rest.partition(b'"')[0].decode())
    return f"{parts.path}?{parts.query}"


# --- the program ------------------------------------------------------------------------------------------------------


class Drop:
    """A sink and a progress that keep nothing but a count."""

    def __init__(self) -> None:
        self.rows = 0

    def add_page(self, section: str, rows: "RawRows", *, tabular: bool = False, place: object = None) -> int:
        """Count the rows."""
        self.rows += rows.count
        return 0

    def report_of(self, section: str) -> None:
        """Give none: nothing is closed."""
        return

    def places(self, section: str) -> dict[str, bytes]:
        """Give none: nothing was begun."""
        return {}

    def pages(self, section: str) -> "Iterator[RawRows]":
        """Give none: nothing is kept."""
        return iter(())

    def page(self, section: str, number: int) -> "RawRows":
        """Give none: no row comes twice."""
        raise LookupError(section, number)

    def ignore(self, *_: object) -> None:
        """Do nothing."""
        return

    amend_page = note_place = settle = drop_part = meet = close_section = advance = end = wait = tell = remark = ignore
    hold_requests = add_requests = ignore


def target_of(folder: Path, port: int) -> "Target":
    """Give the tenant as the program's configuration names it."""
    from scanner.config import CredentialConfig, EndpointsConfig, TenantConfig
    from scanner.sources.live import Target

    root = f"https://127.0.0.1:{port}"
    config = TenantConfig(
        id=TENANT,
        cloud="custom",
        credential=CredentialConfig(kind="secret", client_id=TENANT, secret_env="S"),  # noqa: S106 -- a name
        endpoints=EndpointsConfig(
            authority=root, graph=f"{root}/graph", exchange=f"{root}/exchange", ca_file=folder / "ca.pem"
        ),
    )
    return Target.of(config, {"S": "x"})


def read_program(folder: Path, port: int, listing: str, *, large: int = NEVER) -> tuple[float, int]:
    """Read a listing as a scan does; give the seconds from the first request on, and how many rows came."""
    return asyncio.run(walk(folder, port, listing, large))


async def walk(folder: Path, port: int, listing: str, large: int) -> tuple[float, int]:
    """Sign in, then walk."""
    from scanner.evidence.registry import SECTIONS
    from scanner.sources.live import Patience
    from scanner.sources.live.clocks import Clocks
    from scanner.sources.live.exchange import Exchange
    from scanner.sources.live.graph import Graph
    from scanner.sources.live.harvest import Harvest
    from scanner.sources.live.http import open_wire
    from scanner.sources.live.ledger import Ledger
    from scanner.sources.live.limits import Limits
    from scanner.sources.live.request_log import RequestLog
    from scanner.sources.live.walk import Walk

    target, sink = target_of(folder, port), Drop()
    patience = Patience(large=large, limits=Limits())
    async with open_wire(target, patience, RequestLog(sink), Clocks(lambda *_: None)) as (wire, tokens):
        hosts, harvest = target.hosts, Harvest()
        graph = Graph(wire, hosts.graph, patience, sink.wait)
        exchange = Exchange(wire, root=hosts.exchange, suffix="", tenant=TENANT, patience=patience, announce=sink.wait)
        await tokens.get(hosts.exchange)
        await graph.count("/v1.0/users")  # opens the connection, as the floor's is open
        ledgers = [Ledger(section, sink, sink, harvest) for section in SECTIONS if section.name == listing]
        whole = Walk(graph, exchange, ledgers, harvest, patience)
        begun = time.perf_counter()
        await whole.read_all(asyncio.get_running_loop().time() + 3600)
        return time.perf_counter() - begun, sink.rows


def measure_memory(arguments: argparse.Namespace) -> None:
    """Read users, mailboxes and CAS settings into a store, and print the peak memory."""
    from scanner.evidence.registry import SECTIONS
    from scanner.model.tenant import Tenant
    from scanner.sources.live import LiveSource, Patience
    from scanner.sources.live.limits import Limits
    from scanner.store import Store

    folder = Path(arguments.folder)
    sections = [section for section in SECTIONS if section.name in {"users", "mailboxes", "cas-mailboxes"}]
    source = LiveSource(target_of(folder, arguments.port), sections, Patience(limits=Limits()))
    begun = time.perf_counter()
    with Store.open(f"sqlite:///{folder}/rss-{arguments.mailboxes}.db") as store:
        writer = store.begin_snapshot(Tenant())
        writer.finish(source.collect(writer, Drop()))  # type: ignore[arg-type]
        counts = {name: report.count for name, report in store.sections(writer.snapshot_id).items()}
    assert min(counts.values()) >= arguments.mailboxes, counts
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{peak:.0f} {time.perf_counter() - begun:.1f}\n")


def peak_of(folder: Path, mailboxes: int) -> tuple[float, float]:
    """Give the peak memory in MiB, and the seconds, of a process that reads into a store."""
    with server(folder, mailboxes, "--cmdlets") as port:
        program = [sys.executable, __file__, "--role", "memory", "--folder", str(folder), "--port", str(port)]
        ended = subprocess.run([*program, "--mailboxes", str(mailboxes)], check=True, capture_output=True, text=True)
    peak, seconds = map(float, ended.stdout.split())
    return peak, seconds


# --- the SDK ----------------------------------------------------------------------------------------------------------


def make_sdk_venv() -> Path:
    """Make a virtual environment with msgraph-sdk, pinned; give its interpreter."""
    python = SDK_VENV / "bin" / "python"
    if not python.exists():
        uv = Path(sys.executable).parent / "uv"
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, SDK_VENV], check=True)
        lock = ROOT / "requirements" / "bench.lock"
        install = [uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", lock]
        subprocess.run(install, check=True)
    return python


def run_sdk(arguments: argparse.Namespace) -> None:
    """Read the users with msgraph-sdk, page by page, and print the seconds and how many came."""
    import httpx
    from kiota_abstractions.authentication import AnonymousAuthenticationProvider
    from msgraph import GraphRequestAdapter, GraphServiceClient
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder
    from msgraph_core import GraphClientFactory

    async def read() -> tuple[float, int]:
        context = ssl.create_default_context(cafile=Path(arguments.folder) / "ca.pem")
        client = GraphClientFactory.create_with_default_middleware(
            client=httpx.AsyncClient(verify=context, timeout=600)
        )
        adapter = GraphRequestAdapter(AnonymousAuthenticationProvider(), client=client)
        adapter.base_url = f"https://127.0.0.1:{arguments.port}/graph/v1.0"
        graph = GraphServiceClient(request_adapter=adapter)
        parameters = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(
            select=arguments.fields.split(","), top=ROWS
        )
        options = UsersRequestBuilder.UsersRequestBuilderGetRequestConfiguration(query_parameters=parameters)
        await graph.users.count.get()  # opens the connection
        begun, seen = time.perf_counter(), 0
        page = await graph.users.get(request_configuration=options)
        while page is not None:
            seen += len(page.value or [])
            link = page.odata_next_link
            page = await graph.users.with_url(link).get() if link else None
        return time.perf_counter() - begun, seen

    seconds, seen = asyncio.run(read())
    sys.stdout.write(f"{seconds:.3f} {seen}\n")


def sdk_rate(folder: Path, users: int) -> float:
    """Give how many users per second the SDK reads."""
    python = make_sdk_venv()
    with server(folder, users) as port:
        program = [python, __file__, "--role", "sdk", "--folder", folder, "--port", str(port)]
        environment = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        fields = ["--fields", ",".join(wanted_fields())]
        ended = subprocess.run([*program, *fields], check=True, capture_output=True, text=True, env=environment)
    seconds, seen = map(float, ended.stdout.split())
    print(f"msgraph-sdk: {seen:.0f} users in {seconds:.1f} s")
    return seen / seconds


# --- the comparison ---------------------------------------------------------------------------------------------------


def compare(folder: Path, port: int, listing: str, rounds: int, *, packs: bool) -> tuple[float, float]:
    """Run the floor and the program in turn, and give the best seconds of each."""
    floors, programs = [], []
    for _ in range(rounds):
        floors.append(read_floor(folder, port, listing, packs=packs))
        programs.append(read_program(folder, port, listing)[0])
    return min(floors), min(programs)


def ideal_seconds(sizes: Sequence[int]) -> float:
    """Give the best time in which eight can read parts of some sizes, the longest first, at one latency a page."""
    free = [0] * ABREAST
    for size in sorted(sizes, reverse=True):
        heapq.heappush(free, heapq.heappop(free) + size)
    return max(free) * LATENCY


def part_pages(mailboxes: int) -> list[int]:
    """Give how many pages each part of the users has; one that has none is one request."""
    from scanner.simulator import Scenario, build_population
    from scanner.sources.live.walk import BEGINNINGS

    users = [{"userPrincipalName": account.upn} for account in build_population(Scenario(mailboxes=mailboxes)).accounts]
    found = by_beginning(users)
    return [max(1, -(-len(found.get(sign, [])) // ROWS)) for sign in BEGINNINGS]


def make_certificates(folder: Path) -> None:
    """Make an authority and the server's certificate."""
    from cryptography.hazmat.primitives.serialization import Encoding

    from scanner.simulator.certificates import make_authority, make_server_identity

    authority = make_authority()
    (folder / "ca.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    make_server_identity(authority).write(folder / "server.pem")


def run(arguments: argparse.Namespace) -> dict[str, str]:
    """Measure everything."""
    answers: dict[str, str] = {}
    rounds = arguments.rounds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_certificates(folder)
        for key, listing, *options in (
            ("ratio_to_floor", "mailboxes", "--cmdlets"),
            ("ratio_plain", "mailboxes", "--cmdlets", "--plain"),
            ("ratio_trimmed", "users"),
        ):
            with server(folder, arguments.mailboxes, *options) as port:
                floor, program = compare(folder, port, listing, rounds, packs="--plain" not in options)
            print(f"{key}: floor {floor:.3f} s, program {program:.3f} s")
            answers |= {key: f"{program / floor:.2f}"}
        rate = arguments.mailboxes / program
        with server(folder, arguments.mailboxes, "--latency", str(LATENCY)) as port:
            parts = min(read_program(folder, port, "users", large=1)[0] for _ in range(rounds))
        ideal = ideal_seconds(part_pages(arguments.mailboxes))
        print(f"150 ms: ideal {ideal:.2f} s, program {parts:.2f} s")
        answers |= {"ratio_to_schedule": f"{parts / ideal:.2f}"}
        if arguments.sdk_users:
            answers |= {"times_sdk": f"{rate / sdk_rate(folder, arguments.sdk_users):.0f}"}
        small, _ = peak_of(folder, arguments.rss_mailboxes // 10)
        peak, seconds = peak_of(folder, arguments.rss_mailboxes)
        print(f"into a store: {arguments.rss_mailboxes} mailboxes in {seconds:.1f} s, {peak:.0f} MiB")
        answers |= {"rss_mib": f"{peak:.0f}", "rss_growth": f"{peak / small:.2f}"}
    return answers


def main() -> None:
    """Run one role; without one, everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mailboxes", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sdk-users", type=int, default=2_000)
    parser.add_argument("--rss-mailboxes", type=int, default=250_000)
    parser.add_argument("--role", default="", help=argparse.SUPPRESS)
    parser.add_argument("--folder", default="", help=argparse.SUPPRESS)
    parser.add_argument("--fields", default="", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--latency", type=float, default=0.0, help=argparse.SUPPRESS)
    parser.add_argument("--plain", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--cmdlets", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    roles = {"server": run_server, "memory": measure_memory, "sdk": run_sdk}
    if arguments.role:
        roles[arguments.role](arguments)
        return
    print(" ".join(f"{key}={value}" for key, value in run(arguments).items()))


if __name__ == "__main__":
    main()
