"""A TLS server that answers as a test tells it to: one address for sign-in, Graph and Exchange."""

import base64
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from aiohttp import web
from cryptography.hazmat.primitives.serialization import Encoding

from scanner.simulator.certificates import make_authority, make_server_identity
from scanner.simulator.server import HOST, TlsServer
from scanner.sources.live import Target
from tests.sources.live.scene import make_target

TENANT = "11111111-2222-4333-8444-555555555555"
INVOKE = f"/exchange/adminapi/beta/{TENANT}/InvokeCommand"
EXCHANGE_HOST, REGIONAL_HOST = "exchange.example", "eur01.exchange.example"
TOKEN = f"/{TENANT}/oauth2/v2.0/token"
DISCOVERY = f"/{TENANT}/v2.0/.well-known/openid-configuration"
SECRET = "canary-secret-7f3a9c"

Scene = Callable[[web.Request, int], web.StreamResponse | Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Visit:
    at: float
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: str


class Stage:
    """Scripted answers by path; a path that was given none answers as an empty list."""

    def __init__(self, folder: Path) -> None:
        authority = make_authority()
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(authority.certificate.public_bytes(Encoding.PEM))
        certificate = make_server_identity(authority, EXCHANGE_HOST, REGIONAL_HOST).write(folder / "server.pem")
        self._server = TlsServer(self._answer, str(certificate))
        self._scenes: dict[str, Scene] = {}
        self._turns: Counter[str] = Counter()
        self.visits: list[Visit] = []

    def __enter__(self) -> Self:
        self._server.__enter__()
        self.port = self._server.port
        self.root = f"https://{HOST}:{self.port}"
        self.on(DISCOVERY, lambda _, __: as_json(self.discovery()))
        self.on(TOKEN, lambda _, turn: as_json({"access_token": make_token(turn), "expires_in": 3599}))
        return self

    def __exit__(self, *error: object) -> None:
        self._server.__exit__(None, None, None)

    def discovery(self) -> dict[str, str]:
        root = f"{self.root}/{TENANT}"
        return {
            "issuer": f"{root}/v2.0",
            "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
            "token_endpoint": f"{self.root}{TOKEN}",
        }

    def on(self, path: str, scene: Scene) -> None:
        """Answer a path with a scene, which is told how many requests for that path came before."""
        self._scenes[path] = scene

    def has(self, path: str) -> bool:
        """A path was given a scene."""
        return path in self._scenes

    def scene(self, path: str) -> Scene:
        """The scene that a path has."""
        return self._scenes[path]

    def on_batch(self, path: str) -> None:
        """Answer the requests of a batch as they would be answered alone, in reverse order; all are visits."""
        root = path.removesuffix("/$batch")

        def answer(request: web.Request, _: int) -> web.Response:
            items = json.loads(self.visits[-1].body)["requests"]
            return as_json({"responses": [self._answer_item(request, root, item) for item in items][::-1]})

        self.on(path, answer)

    def _answer_item(self, request: web.Request, root: str, item: Mapping[str, Any]) -> dict[str, object]:
        path, _, query = f"{root}{item['url']}".partition("?")
        self.visits.append(Visit(time.monotonic(), item["method"], path, query, item.get("headers", {}), ""))
        turn = self._turns[path]
        self._turns[path] += 1
        made = self._scenes[path](request, turn) if path in self._scenes else web.Response(status=404)
        assert isinstance(made, web.Response)
        text = made.text or ""
        body = json.loads(text) if made.content_type == "application/json" and text else text
        return {"id": item["id"], "status": made.status, "headers": dict(made.headers), "body": body}

    def target(self, **keys: str) -> Target:
        known = {
            "ID": TENANT,
            "CLOUD": "custom",
            "ENDPOINTS__AUTHORITY": self.root,
            "ENDPOINTS__GRAPH": f"{self.root}/graph",
            "ENDPOINTS__EXCHANGE": f"{self.root}/exchange",
            "ENDPOINTS__CA_FILE": str(self.ca_file),
            "CREDENTIAL__KIND": "secret",
            "CREDENTIAL__CLIENT_ID": "22222222-2222-4333-8444-555555555555",
            "CREDENTIAL__SECRET_ENV": "APP_SECRET",
        }
        return make_target(known | keys, {"APP_SECRET": SECRET})

    def visits_to(self, path: str) -> list[Visit]:
        return [visit for visit in self.visits if visit.path == path]

    def raw_queries(self, path: str) -> list[str]:
        """The query strings that reached a path, exactly as they were sent."""
        return [visit.query for visit in self.visits_to(path)]

    def now(self) -> float:
        """The server's clock, in seconds since 1970."""
        return time.time()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = (await request.read()).decode()
        self.visits.append(
            Visit(
                time.monotonic(),
                request.method,
                request.path,
                request.rel_url.raw_query_string,
                request.headers.copy(),
                body,
            )
        )
        turn = self._turns[request.path]
        self._turns[request.path] += 1
        made = self._scenes.get(request.path, _empty)(request, turn)
        return await made if isinstance(made, Awaitable) else made


def _empty(request: web.Request, _: int) -> web.Response:
    if request.path.endswith("/$count"):
        return web.Response(text="0")
    return as_json({"value": []})


def as_json(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        body=json.dumps(content).encode(), status=status, content_type="application/json", headers=headers
    )


def page(rows: list[Any], link: object = None, **more: object) -> web.Response:
    return as_json({"value": rows, **({"@odata.nextLink": link} if link is not None else {}), **more})


def in_turn(*answers: Callable[[], web.StreamResponse]) -> Scene:
    """Give one answer after the other, the last one for ever."""
    return lambda _, turn: answers[min(turn, len(answers) - 1)]()


def cmdlet_of(visit: Visit) -> tuple[str, dict[str, Any]]:
    given = json.loads(visit.body)["CmdletInput"]
    return given["CmdletName"], given["Parameters"]


def make_token(turn: int) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"tid": TENANT, "n": turn}).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{claims}.canary-token-signature"
