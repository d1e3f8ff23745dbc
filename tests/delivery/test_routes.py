"""Every way out against a real server on loopback: accepted, refused, and the cases in which nobody knows."""

import base64
import datetime as dt
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography.hazmat.primitives.serialization import Encoding

from scanner.config.delivery import SmtpConfig, WebhookConfig
from scanner.config.secret import Secret
from scanner.delivery.folder import FolderRoute
from scanner.delivery.graph import GraphRoute
from scanner.delivery.http import Poster, read_wait
from scanner.delivery.smtp import SmtpRoute
from scanner.delivery.webhook import WebhookRoute
from scanner.errors import DeliveryError, UnconfirmedError
from scanner.simulator.certificates import make_authority, make_server_identity
from tests.delivery.conftest import MakeParcel

Script = list[tuple[int, dict[str, str]] | None]


class Listener:
    """A TLS server that answers as it was told, once per request; ``None`` closes the connection without a word."""

    def __init__(self, folder: Path, script: Script) -> None:
        authority = make_authority()
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(authority.certificate.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(make_server_identity(authority).write(folder / "server.pem"))
        self.taken: list[tuple[str, dict[str, str], bytes]] = []
        taken = self.taken

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                taken.append((self.path, dict(self.headers), body))
                answer = script.pop(0)
                if answer is None:
                    self.close_connection = True
                    self.connection.close()
                    return
                self.send_response(answer[0])
                for name, value in answer[1].items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a closed connection is meant
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.root = f"https://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def listen(tmp_path: Path) -> Iterator[Callable[..., Listener]]:
    open_ones: list[Listener] = []

    def begin(*script: tuple[int, dict[str, str]] | None) -> Listener:
        open_ones.append(Listener(tmp_path, list(script)))
        return open_ones[-1]

    yield begin
    for listener in open_ones:
        listener.close()


def graph(listener: Listener) -> GraphRoute:
    return GraphRoute(listener.root, lambda: "a-token", Poster(listener.ca_file))


def test_graph_takes_the_mail(listen: Callable[..., Listener], parcel: MakeParcel) -> None:
    listener = listen((202, {"request-id": "r-1"}))
    assert graph(listener).send(parcel()) == "r-1"
    ((path, headers, _),) = listener.taken
    assert path == "/v1.0/users/reports@contoso.example/sendMail"
    assert headers["Authorization"] == "Bearer a-token"
    assert headers["Content-Type"] == "text/plain"


@pytest.mark.parametrize("busy", [429, 503])
def test_a_busy_graph_is_asked_again_when_it_says(
    listen: Callable[..., Listener], parcel: MakeParcel, busy: int
) -> None:
    listener = listen((busy, {"Retry-After": "0"}), (202, {}))
    graph(listener).send(parcel())
    assert len(listener.taken) == 2


@pytest.mark.parametrize("doubtful", [500, 502, 504, None])
def test_what_may_have_been_taken_is_not_sent_again(
    listen: Callable[..., Listener], parcel: MakeParcel, doubtful: int | None
) -> None:
    """There is no idempotency key (facts/apis.md §2.7): a retry could mail twice."""
    listener = listen(None if doubtful is None else (doubtful, {}), (202, {}))
    with pytest.raises(UnconfirmedError):
        graph(listener).send(parcel())
    assert len(listener.taken) == 1


@pytest.mark.parametrize(("status", "advice"), [(403, "Mail.Send"), (404, "`sender`")])
def test_a_refusal_says_what_to_do(
    listen: Callable[..., Listener], parcel: MakeParcel, status: int, advice: str
) -> None:
    with pytest.raises(DeliveryError) as told:
        graph(listen((status, {}))).send(parcel())
    assert not isinstance(told.value, UnconfirmedError)
    assert advice in told.value.advice


def test_a_redirect_is_not_followed_with_the_token(listen: Callable[..., Listener], parcel: MakeParcel) -> None:
    listener = listen((302, {"Location": "https://evil.example/"}))
    with pytest.raises(DeliveryError, match="302"):
        graph(listener).send(parcel())


def test_a_distrusted_certificate_sends_nothing(
    listen: Callable[..., Listener], parcel: MakeParcel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the environment names the authority that would trust it (performance.md, traps)."""
    listener = listen((202, {}))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(listener.ca_file))
    monkeypatch.setattr("scanner.delivery.http.TRIES", 1)
    with pytest.raises(DeliveryError) as told:
        GraphRoute(listener.root, lambda: "a-token", Poster()).send(parcel())
    assert not isinstance(told.value, UnconfirmedError)
    assert listener.taken == []


def test_retry_after_as_a_date() -> None:
    later = dt.datetime.now(tz=dt.UTC) + dt.timedelta(seconds=30)
    assert 25 < read_wait({"Retry-After": later.strftime("%a, %d %b %Y %H:%M:%S GMT")}) <= 30
    assert read_wait({"Retry-After": "7"}) == 7
    assert read_wait({"Retry-After": "soon"}) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_of(controller: Controller) -> int:
    server: Any = controller.server
    return int(server.sockets[0].getsockname()[1])


class Postbox:
    """An SMTP server's handler that keeps what it got."""

    def __init__(self, answer: str = "250 2.0.0 queued as 42") -> None:
        self.answer = answer
        self.taken: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        self.taken.append(envelope)
        return self.answer


@pytest.fixture
def smtp() -> Iterator[Callable[..., tuple[Postbox, int]]]:
    controllers: list[Controller] = []

    def begin(answer: str = "250 2.0.0 queued as 42", **options: Any) -> tuple[Postbox, int]:
        postbox = Postbox(answer)
        controller = Controller(postbox, hostname="127.0.0.1", port=free_port(), **options)
        controller.start()
        controllers.append(controller)
        return postbox, port_of(controller)

    yield begin
    for controller in controllers:
        controller.stop()


def relay(port: int) -> SmtpRoute:
    return SmtpRoute(SmtpConfig(host="127.0.0.1", port=port, security="none"), lambda: "unused")


def test_a_relay_takes_the_mail(smtp: Callable[..., tuple[Postbox, int]], parcel: MakeParcel) -> None:
    postbox, port = smtp()
    assert relay(port).send(parcel(pdf=1000)) == "2.0.0 queued as 42"
    (envelope,) = postbox.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("reports@contoso.example", ["ops@contoso.example"])
    content = envelope.content
    assert isinstance(content, bytes)
    message = message_from_bytes(content, policy=default)
    assert message["Subject"] == "SMTP AUTH of Contoso: 2 senders are failing now."


def test_a_relay_that_refuses_after_data(smtp: Callable[..., tuple[Postbox, int]], parcel: MakeParcel) -> None:
    _, port = smtp("554 5.7.1 no relaying here")
    with pytest.raises(DeliveryError, match=r"554 5\.7\.1 no relaying here") as told:
        relay(port).send(parcel())
    assert not isinstance(told.value, UnconfirmedError)


def test_a_relay_that_is_not_there(parcel: MakeParcel) -> None:
    with pytest.raises(DeliveryError, match="can't be reached"):
        relay(1).send(parcel())


def test_a_relay_that_hangs_up_after_data_leaves_it_unconfirmed(
    smtp: Callable[..., tuple[Postbox, int]], parcel: MakeParcel
) -> None:
    """The last byte was out: it may have been taken."""

    class HangsUp(Postbox):
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
            transport: Any = server.transport
            transport.abort()
            return "250 never said"

    controller = Controller(HangsUp(), hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        with pytest.raises(UnconfirmedError):
            relay(port_of(controller)).send(parcel())
    finally:
        controller.stop()


def test_submission_with_a_token(smtp: Callable[..., tuple[Postbox, int]], parcel: MakeParcel, tmp_path: Path) -> None:
    """XOAUTH2 over STARTTLS, as Exchange Online takes it; the token is seen by the server, and never in clear text."""
    authority = make_authority()
    (tmp_path / "ca.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(make_server_identity(authority).write(tmp_path / "server.pem"))
    seen: list[bytes] = []

    class Mechanism(Postbox):
        async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: ARG002, N802
            seen.append(base64.b64decode(args[1]))
            return AuthResult(success=True, auth_data=LoginPassword(b"u", b"p"))

    handler = Mechanism()
    controller = Controller(
        handler, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True, auth_required=True
    )
    controller.start()
    try:
        server = SmtpConfig(host="127.0.0.1", port=port_of(controller), auth="xoauth2", ca_file=tmp_path / "ca.pem")
        SmtpRoute(server, lambda: "the-token").send(parcel())
    finally:
        controller.stop()
    assert seen == [b"user=reports@contoso.example\x01auth=Bearer the-token\x01\x01"]
    assert len(handler.taken) == 1


def test_a_folder_gets_the_files_for_its_owner_only(parcel: MakeParcel, tmp_path: Path) -> None:
    goal = Path(FolderRoute().send(parcel(recipient=str(tmp_path / "share"), pdf=10)))
    assert sorted(path.name for path in goal.iterdir()) == ["report.pdf", "summary.txt"]
    assert {path.stat().st_mode & 0o777 for path in goal.iterdir()} == {0o600}
    assert goal.stat().st_mode & 0o777 == 0o700
    assert goal.parent.parent.parent == tmp_path / "share"


def test_a_tenant_id_is_never_a_path(parcel: MakeParcel, tmp_path: Path) -> None:
    """Trust T11."""
    from msgspec import structs  # noqa: PLC0415

    made = parcel(recipient=str(tmp_path / "share"))
    hostile = structs.replace(made, letter=structs.replace(made.letter, tenant_id="../../etc", run_id=".."))
    goal = Path(FolderRoute().send(hostile))
    assert goal.resolve().is_relative_to(tmp_path / "share")


def test_a_folder_that_can_not_be_written_leaves_nothing(parcel: MakeParcel, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DeliveryError, match="can't be written"):
        FolderRoute().send(parcel(recipient=str(tmp_path / "file" / "share")))


@pytest.mark.parametrize("kind", ["teams", "slack"])
def test_a_webhook_gets_a_card_without_addresses(
    listen: Callable[..., Listener], parcel: MakeParcel, kind: Any
) -> None:
    """A channel has readers that nobody chose: it gets the summary, and the name of no mailbox."""
    listener = listen((200, {}))
    channel = WebhookConfig(kind=kind, url_env="X")
    route = WebhookRoute(channel, Secret(f"{listener.root}/hook?sig=secret"), Poster(listener.ca_file))
    assert route.send(parcel(recipient="operations")) == "200"
    ((path, _, body),) = listener.taken
    assert path == "/hook?sig=secret"
    assert "2 senders are failing now." in body.decode()
    assert "scanner@contoso.example" not in body.decode()
    assert json.loads(body)


def test_the_address_of_a_webhook_is_in_no_error(parcel: MakeParcel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.delivery.http.TRIES", 1)
    route = WebhookRoute(
        WebhookConfig(kind="slack", url_env="X"), Secret("https://127.0.0.1:1/hook/canary-secret"), Poster()
    )
    with pytest.raises(DeliveryError) as told:
        route.send(parcel(recipient="operations"))
    assert "canary" not in f"{told.value} {told.value.advice} {told.value.__cause__} {told.value.__context__}"
