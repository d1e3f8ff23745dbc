"""Signing in: what is refused is told with the platform's code and what to do, and no secret shows."""

import json
import logging
import socket
import traceback
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from scanner.errors import ConfigurationError, SignInError, SourceError
from scanner.model.section import SectionState
from scanner.simulator import Population, SimulatedTenant
from scanner.simulator.certificates import make_authority, make_client_identity
from scanner.sources.live.auth import read_claims
from tests.sources.live.conftest import Stranger
from tests.sources.live.scene import collect, go_on, keys_of, make_target, pick, secret_target_of, target_of
from tests.sources.live.stage import DISCOVERY, INVOKE, SECRET, TOKEN, Stage, as_json, in_turn, make_token, page

ONE = pick("security-defaults")
DEFAULTS = "/graph/v1.0/policies/identitySecurityDefaultsEnforcementPolicy"


def refuse_token(code: int, message: str) -> Callable[[], web.Response]:
    content = {"error": "invalid_client", "error_description": f"AADSTS{code}: {message}", "error_codes": [code]}
    return lambda: as_json(content, status=401)


def test_a_wrong_secret_is_told_with_code_and_advice(small: Population, caplog: pytest.LogCaptureFixture) -> None:
    """The platform's own words and what to do; the secret is in no message, traceback, repr or log."""
    caplog.set_level(logging.DEBUG)
    with SimulatedTenant(small) as tenant:
        target = secret_target_of(tenant, SECRET)
        with pytest.raises(SignInError) as caught:
            collect(target)
    assert "AADSTS7000215: Invalid client secret provided" in caught.value.message
    assert "Trace ID" not in caught.value.message
    assert "value, not its id" in caught.value.advice
    shown = "".join(traceback.format_exception(caught.value)) + repr(target) + caplog.text
    assert SECRET not in shown


def test_a_refused_secret_is_sent_once_per_service_only(small: Population) -> None:
    """Seventeen sections don't hammer the identity platform."""
    with SimulatedTenant(small) as tenant:
        with pytest.raises(SignInError):
            collect(secret_target_of(tenant, "wrong"))
        assert len([visit for visit in tenant.visits if visit.method == "POST"]) == 2


def test_an_unknown_tenant_is_told(small: Population) -> None:
    """The platform says so when it is asked where to sign in."""
    with SimulatedTenant(small) as tenant, pytest.raises(SignInError) as caught:
        collect(target_of(tenant, ID="nowhere.example"))
    assert "AADSTS90002" in caught.value.message
    assert "tenant's id" in caught.value.advice


def test_an_unknown_app_is_told(small: Population) -> None:
    """A wrong client_id is a matter of the configuration."""
    with SimulatedTenant(small) as tenant, pytest.raises(SignInError) as caught:
        collect(target_of(tenant, CREDENTIAL__CLIENT_ID="99999999-2222-4333-8444-555555555555"))
    assert "AADSTS700016" in caught.value.message
    assert "client_id" in caught.value.advice


def test_another_certificate_is_told(small: Population, tmp_path: Path) -> None:
    """A certificate that the app registration doesn't know."""
    other = make_client_identity().write(tmp_path / "other.pem")
    with SimulatedTenant(small) as tenant, pytest.raises(SignInError) as caught:
        collect(target_of(tenant, CREDENTIAL__CERTIFICATE_FILE=str(other)))
    assert "AADSTS700027" in caught.value.message
    assert "public part" in caught.value.advice


def test_an_encrypted_key_opens_with_its_passphrase(small: Population, tmp_path: Path) -> None:
    """The passphrase stands in a file; a newline at its end does no harm."""
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("canary-passphrase\n", encoding="utf-8")
    with SimulatedTenant(small) as tenant:
        sealed = _seal(tenant.certificate_file, tmp_path / "sealed.pem", b"canary-passphrase")
        keys = {
            "CREDENTIAL__CERTIFICATE_FILE": str(sealed),
            "CREDENTIAL__PASSPHRASE_FILE": str(passphrase),
        }
        shelf = collect(target_of(tenant, **keys), ONE)
        assert shelf.reports["security-defaults"].state is SectionState.COMPLETE
        del keys["CREDENTIAL__PASSPHRASE_FILE"]
        with pytest.raises(ConfigurationError, match="can't be opened") as caught:
            collect(target_of(tenant, **keys), ONE)
    assert "passphrase" in caught.value.advice


def test_a_key_of_another_certificate_is_a_configuration_error(small: Population, tmp_path: Path) -> None:
    """Better told here than by the identity platform."""
    key = make_client_identity().write(tmp_path / "one.pem").read_text().partition("-----BEGIN CERTIFICATE")[0]
    other = make_client_identity().certificate.public_bytes(Encoding.PEM).decode()
    (tmp_path / "mixed.pem").write_text(key + other, encoding="utf-8")
    with SimulatedTenant(small) as tenant, pytest.raises(ConfigurationError, match="does not belong"):
        collect(target_of(tenant, CREDENTIAL__CERTIFICATE_FILE=str(tmp_path / "mixed.pem")), ONE)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "holds no private key"),
        (b"-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n", "holds no certificate"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (None, "can't be read"),
    ],
)
def test_a_file_that_is_no_certificate_is_a_configuration_error(
    stage: Stage, tmp_path: Path, content: bytes | None, expected: str
) -> None:
    """The file is named."""
    file = tmp_path / "app.pem"
    if content is not None:
        file.write_bytes(content)
    keys = {"CREDENTIAL__KIND": "certificate", "CREDENTIAL__CERTIFICATE_FILE": str(file)}
    with pytest.raises(ConfigurationError, match=expected) as caught:
        collect(stage.target(**keys), ONE)
    assert "app.pem" in caught.value.message


def test_a_secret_that_is_not_there_is_a_configuration_error(stage: Stage, tmp_path: Path) -> None:
    """Neither an unset variable nor an empty file is a secret."""
    with pytest.raises(ConfigurationError, match="NO_SUCH_VARIABLE"):
        stage.target(CREDENTIAL__SECRET_ENV="NO_SUCH_VARIABLE")
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    keys = {"CREDENTIAL__SECRET_ENV": "", "CREDENTIAL__SECRET_FILE": str(tmp_path / "empty")}
    with pytest.raises(ConfigurationError, match="empty"):
        stage.target(**keys)


def test_a_federated_token_is_read_each_time(stage: Stage, tmp_path: Path) -> None:
    """The platform replaces the file while the tool runs."""
    file = tmp_path / "token"
    file.write_text("first-assertion", encoding="utf-8")

    def give_token(request: web.Request, turn: int) -> web.Response:
        file.write_text("second-assertion", encoding="utf-8")
        return as_json({"access_token": make_token(turn), "expires_in": 3599})

    stage.on(TOKEN, give_token)
    stage.on(DEFAULTS, in_turn(lambda: as_json({}, status=401), lambda: as_json({"isEnabled": True})))
    keys = {"CREDENTIAL__KIND": "federated", "CREDENTIAL__TOKEN_FILE": str(file), "CREDENTIAL__SECRET_ENV": ""}
    shelf = collect(stage.target(**keys), ONE)
    assert shelf.reports["security-defaults"].state is SectionState.COMPLETE
    sent = [parse_qs(visit.body)["client_assertion"][0] for visit in stage.visits_to(TOKEN)]
    assert sent[-1] == "second-assertion"


def test_a_managed_identity_signs_in(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform's own endpoint gives the token, as App Service does; no secret is needed."""

    def give_token(request: web.Request, turn: int) -> web.Response:
        resource = request.query["resource"]
        expires = str(int(stage.now()) + 3599)
        token = {"access_token": make_token(turn), "expires_on": expires, "resource": resource, "token_type": "Bearer"}
        return as_json(token) if request.headers["X-IDENTITY-HEADER"] == "header" else web.Response(status=401)

    stage.on("/identity", give_token)
    stage.on(DEFAULTS, in_turn(lambda: as_json({}, status=401), lambda: as_json({"isEnabled": True})))
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{stage.root}/identity")
    monkeypatch.setenv("IDENTITY_HEADER", "header")
    keys = {"CREDENTIAL__KIND": "managed-identity", "CREDENTIAL__CLIENT_ID": "", "CREDENTIAL__SECRET_ENV": ""}
    shelf = collect(stage.target(**keys), ONE)
    assert shelf.reports["security-defaults"].state is SectionState.COMPLETE
    assert len(stage.visits_to("/identity")) == 3


def test_a_configured_proxy_is_used(stage: Stage, stranger: Stranger) -> None:
    """Nothing goes past it; a proxy that hangs up is told as a network matter."""
    with pytest.raises(SourceError, match="can't be reached"):
        collect(stage.target(PROXY=f"http://127.0.0.1:{stranger.port}"), ONE)
    assert stranger.callers
    assert stage.visits == []


@pytest.mark.parametrize(
    ("cloud", "login", "graph"),
    [
        ("public", "login.microsoftonline.com", "graph.microsoft.com"),
        ("gcc-high", "login.microsoftonline.us", "graph.microsoft.us"),
        ("dod", "login.microsoftonline.us", "dod-graph.microsoft.us"),
        ("china", "login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn"),
    ],
)
def test_each_cloud_has_its_hosts(cloud: str, login: str, graph: str) -> None:
    """They stand in one table."""
    target = make_target({"ID": "contoso.example", "CLOUD": cloud, "CREDENTIAL__KIND": "managed-identity"})
    assert (target.hosts.authority, target.hosts.graph) == (f"https://{login}", f"https://{graph}")
    assert target.hosts.exchange == f"https://{target.exchange_suffix}"


def test_a_device_code_is_refused_with_advice(stage: Stage) -> None:
    """It needs a person."""
    with pytest.raises(ConfigurationError) as caught:
        collect(stage.target(CREDENTIAL__KIND="device-code", CREDENTIAL__SECRET_ENV=""), ONE)
    assert "certificate" in caught.value.advice


def test_a_host_that_is_not_there_is_told() -> None:
    """Nobody listens on the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    root = f"https://127.0.0.1:{port}"
    keys = {
        "ID": "contoso.example",
        "CLOUD": "custom",
        "ENDPOINTS__AUTHORITY": root,
        "ENDPOINTS__GRAPH": root,
        "ENDPOINTS__EXCHANGE": root,
        "CREDENTIAL__KIND": "secret",
        "CREDENTIAL__CLIENT_ID": "app",
        "CREDENTIAL__SECRET_ENV": "S",
    }
    with pytest.raises(SourceError) as caught:
        collect(make_target(keys, {"S": "x"}))
    assert "can't be reached: ConnectionRefusedError" in caught.value.message
    assert "network" in caught.value.advice


def test_services_that_are_not_there_are_told(stage: Stage) -> None:
    """Sign-in works, but nobody listens at Graph and Exchange: there is nothing to report on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    keys = {
        "ENDPOINTS__GRAPH": f"https://127.0.0.1:{port}/graph",
        "ENDPOINTS__EXCHANGE": f"https://127.0.0.1:{port}/exchange",
    }
    with pytest.raises(SourceError, match="can't be reached"):
        collect(stage.target(**keys))


def test_one_service_that_is_not_there_leaves_the_other(stage: Stage) -> None:
    """Its sections are missing with their reason."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    stage.on(DEFAULTS, in_turn(lambda: as_json({"isEnabled": False})))
    target = stage.target(ENDPOINTS__EXCHANGE=f"https://127.0.0.1:{port}/exchange")
    shelf = collect(target, pick("security-defaults", "transport-config"))
    assert shelf.reports["security-defaults"].state is SectionState.COMPLETE
    assert "can't be reached" in shelf.reports["transport-config"].reason


def test_another_authority_is_not_trusted(small: Population, tmp_path: Path) -> None:
    """A certificate that ca_file didn't sign ends the reading before any secret is sent."""
    other = tmp_path / "ca.pem"
    other.write_bytes(make_authority().certificate.public_bytes(Encoding.PEM))
    with SimulatedTenant(small) as tenant:
        keys = keys_of(tenant) | {"ENDPOINTS__CA_FILE": str(other), "CREDENTIAL__KIND": "secret"}
        with pytest.raises(SourceError) as caught:
            collect(make_target(keys | {"CREDENTIAL__SECRET_ENV": "S"}, {"S": "x"}))
        assert tenant.visits == ()
    assert "not trusted" in caught.value.message
    assert "ca_file" in caught.value.advice


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_file_that_is_none_is_a_configuration_error(stage: Stage, tmp_path: Path, content: str | None) -> None:
    """It is named before anything is sent."""
    file = tmp_path / "own-ca.pem"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"own-ca\.pem"):
        collect(stage.target(ENDPOINTS__CA_FILE=str(file)), ONE)


def test_a_foreign_token_endpoint_gets_no_secret(stage: Stage, stranger: Stranger) -> None:
    """What the sign-in host names as token endpoint must be its own."""
    foreign = {"token_endpoint": f"https://127.0.0.1:{stranger.port}/token"}
    stage.on(DISCOVERY, lambda _, __: as_json(stage.discovery() | foreign))
    with pytest.raises(SignInError, match="names another host for tokens"):
        collect(stage.target(), ONE)
    assert stranger.callers == []


def test_a_token_of_another_tenant_is_refused(stage: Stage) -> None:
    """Nothing of one tenant reaches another's report."""
    other = "99999999-2222-4333-8444-555555555555"
    for path in (DISCOVERY, TOKEN):
        stage.on(path.replace("11111111-2222-4333-8444-555555555555", other), stage.scene(path))
    with pytest.raises(SourceError, match="not for 99999999"):
        collect(stage.target(ID=other), ONE)


def test_a_stumbling_sign_in_host_is_asked_again(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """503, throttling and a cut-off answer pass; the token in the cut-off answer is not logged."""
    caplog.set_level(logging.DEBUG)
    cut_off = f'{{"access_token": "{make_token(0)}", "expi'
    stage.on(
        TOKEN,
        in_turn(
            lambda: web.Response(status=503, text="<html>"),
            lambda: as_json({}, status=429),
            lambda: web.Response(text=cut_off, content_type="application/json"),
            lambda: as_json({"access_token": make_token(1), "expires_in": 3599}),
        ),
    )
    stage.on(DEFAULTS, in_turn(lambda: as_json({"isEnabled": True})))
    assert collect(stage.target(), ONE).reports["security-defaults"].state is SectionState.COMPLETE
    assert "canary-token" not in caplog.text
    assert SECRET not in caplog.text


def test_a_service_without_consent_is_missing_alone(stage: Stage) -> None:
    """Exchange gets no token; Graph is read all the same, and the reason names the code."""
    good = {"access_token": make_token(0), "expires_in": 3599}

    def give_token(_: web.Request, __: int) -> web.Response:
        wanted = parse_qs(stage.visits[-1].body)["scope"][0]
        return as_json(good) if "graph" in wanted else refuse_token(500011, "The resource principal was not found")()

    stage.on(TOKEN, give_token)
    stage.on(DEFAULTS, in_turn(lambda: as_json({"isEnabled": True})))
    shelf = collect(stage.target(), pick("security-defaults", "transport-config"))
    assert shelf.reports["security-defaults"].state is SectionState.COMPLETE
    assert "AADSTS500011" in shelf.reports["transport-config"].reason


def test_an_expired_token_is_renewed_once_for_all(stage: Stage) -> None:
    """Several requests find the same token expired; one renewal serves them."""
    for_exchange: list[str] = []

    def give_token(_: web.Request, turn: int) -> web.Response:
        if "exchange" in parse_qs(stage.visits[-1].body)["scope"][0]:
            for_exchange.append(f"Bearer {make_token(turn)}")
        return as_json({"access_token": make_token(turn), "expires_in": 3599})

    def answer(request: web.Request, _: int) -> web.Response:
        stale = request.headers["Authorization"] == for_exchange[0]
        return web.Response(status=401) if stale else page([{"Guid": "1"}])

    stage.on(TOKEN, give_token)
    stage.on(INVOKE, answer)
    sections = pick("transport-config", "organization-config", "authentication-policies")
    shelf = collect(stage.target(), sections)
    assert {report.state for report in shelf.reports.values()} == {SectionState.COMPLETE}
    assert len(for_exchange) == 2


@pytest.mark.parametrize(("challenges", "state"), [(1, SectionState.COMPLETE), (2, SectionState.COMPLETE), (9, None)])
def test_claims_challenges_are_answered_twice_at_most(
    stage: Stage, challenges: int, state: SectionState | None
) -> None:
    """The challenge goes to the identity platform; endless challenges end with their reason."""
    challenge = {"WWW-Authenticate": 'Bearer realm="", error="insufficient_claims", claims="eyJhIjoxfQ=="'}
    body = {"error": {"code": "InvalidAuthenticationToken", "message": f"Revoked Bearer {make_token(7)}"}}
    scenes = [lambda: as_json(body, status=401, headers=challenge)] * challenges
    stage.on(DEFAULTS, in_turn(*scenes, lambda: as_json({"isEnabled": True})))
    report = collect(stage.target(), ONE).reports["security-defaults"]
    assert report.state is (state or SectionState.MISSING)
    assert len(stage.visits_to(DEFAULTS)) == min(challenges, 2) + 1
    asked = [parse_qs(visit.body).get("claims", [""])[0] for visit in stage.visits_to(TOKEN)]
    assert [claims for claims in asked if claims] == ['{"a":1}'] * min(challenges, 2)
    if state is None:
        assert "Revoked" in report.reason
        assert "canary" not in report.reason


def test_a_challenge_that_does_not_come_first_is_answered(stage: Stage) -> None:
    """A service may name other ways to sign in, in headers of their own."""

    def challenge() -> web.Response:
        refused = web.Response(status=401)
        refused.headers.add("WWW-Authenticate", 'Basic realm=""')
        refused.headers.add("WWW-Authenticate", 'Bearer error="insufficient_claims", claims="eyJhIjoxfQ=="')
        return refused

    stage.on(DEFAULTS, in_turn(challenge, lambda: as_json({"isEnabled": True})))
    assert collect(stage.target(), ONE).reports["security-defaults"].state is SectionState.COMPLETE
    asked = [parse_qs(visit.body).get("claims", [""])[0] for visit in stage.visits_to(TOKEN)]
    assert [claims for claims in asked if claims] == ['{"a":1}']


@pytest.mark.parametrize("name", ["WWW-Authenticate", "www-authenticate"])
@pytest.mark.parametrize("challenged", [False, True])
@pytest.mark.parametrize("share", [1, 2])
def test_a_token_that_is_refused_within_a_batch_is_renewed(
    stage: Stage,
    name: str,
    challenged: bool,  # noqa: FBT001 - a case
    share: int,
) -> None:
    """The batch itself was answered with 200: each of its requests is looked at, and all are asked again."""
    mailboxes = [{"Guid": f"g{number}", "ExternalDirectoryObjectId": f"u{number}"} for number in range(45)]
    stage.on(INVOKE, lambda *_: page(mailboxes))
    head = {name: 'Bearer error="insufficient_claims", claims="eyJhIjoxfQ=="'} if challenged else None
    refused = {"status": 401, "headers": head, "body": {"error": {"code": "InvalidAuthenticationToken"}}}
    stale: list[str] = []

    def answer(request: web.Request, turn: int) -> web.Response:
        token = request.headers["Authorization"]
        if turn == 1:
            stale.append(token)
        good = {"status": 200, "body": {"perUserMfaState": "disabled"}}
        items = json.loads(stage.visits[-1].body)["requests"]
        answers = [refused if token in stale and at % share == 0 else good for at in range(len(items))]
        return as_json({"responses": [{"id": item["id"], **one} for item, one in zip(items, answers, strict=True)]})

    stage.on("/graph/beta/$batch", answer)
    report = collect(stage.target(), pick("mailboxes", "per-user-mfa")).reports["per-user-mfa"]
    assert (report.state, report.count) == (SectionState.COMPLETE, 45)
    assert len(stage.visits_to(TOKEN)) == 3, "one for each service, and one renewal for all batches"
    asked = [parse_qs(visit.body).get("claims", [""])[0] for visit in stage.visits_to(TOKEN)]
    assert [claims for claims in asked if claims] == (['{"a":1}'] if challenged else [])


def test_endless_refusals_within_a_batch_end_with_their_reason(stage: Stage) -> None:
    """Two rounds of claims, and then what the service said; the others of the batch are kept."""
    stage.on(INVOKE, lambda *_: page([{"Guid": f"g{n}", "ExternalDirectoryObjectId": f"u{n}"} for n in range(4)]))
    head = {"WWW-Authenticate": 'Bearer error="insufficient_claims", claims="eyJhIjoxfQ=="'}
    refused = {"status": 401, "headers": head, "body": {"error": {"code": "InvalidAuthenticationToken"}}}
    good = {"status": 200, "headers": {"Retry-After": 3}, "body": {"perUserMfaState": "disabled"}}
    answers = [{"id": str(number), **(refused if number == 1 else good)} for number in range(4)]
    stage.on("/graph/beta/$batch", lambda *_: as_json({"responses": answers}))
    report = collect(stage.target(), pick("mailboxes", "per-user-mfa")).reports["per-user-mfa"]
    assert (report.state, report.count) == (SectionState.PARTIAL, 3)
    assert "1 of 4 users could not be read: Microsoft Graph refused the app's token" in report.reason
    assert len(stage.visits_to("/graph/beta/$batch")) == 3


def test_a_plain_refusal_of_the_token_is_renewed_once(stage: Stage) -> None:
    """A second 401 is final."""
    stage.on(DEFAULTS, in_turn(lambda: web.Response(status=401)))
    report = collect(stage.target(), ONE).reports["security-defaults"]
    assert report.state is SectionState.MISSING
    assert len(stage.visits_to(DEFAULTS)) == 2


@pytest.mark.parametrize("token", ["", "a.b", "a.!!!.c", "a.bm90IGpzb24.c", "a.W10.c"])
def test_a_token_that_says_nothing_of_itself_is_no_error(token: str) -> None:
    """Tokens are opaque to a client; their claims are for display."""
    assert read_claims(token) == {}


def _seal(file: Path, sealed: Path, passphrase: bytes) -> Path:
    content = file.read_bytes()
    key = load_pem_private_key(content, None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))
    sealed.write_bytes(locked + content[content.index(b"-----BEGIN CERTIFICATE") :])
    return sealed


def test_what_a_credential_may_beyond_reading_is_remarked_and_taken_back(small: Population) -> None:
    """A run that goes on with a smaller credential says so no longer."""
    with SimulatedTenant(small, also=["Directory.ReadWrite.All"]) as tenant:
        shelf = collect(target_of(tenant), ONE)
    assert "Directory.ReadWrite.All" in shelf.remarks["privilege"]
    assert shelf.remarks["privilege"] in shelf.sentences
    with SimulatedTenant(small) as tenant:
        go_on(shelf, target_of(tenant), ONE)
    assert "privilege" not in shelf.remarks
