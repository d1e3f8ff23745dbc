"""Turns the configured credential into what MSAL takes; a session for it that trusts and waits as configured."""

import datetime as dt
import re
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, assert_never
from urllib.parse import urlsplit

import msal
import requests
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from scanner.errors import ConfigurationError, SignInError
from scanner.model.text import say
from scanner.sources.live.failure import quote
from scanner.sources.live.patience import ATTEMPTS_TO_CONNECT, PassingError, Patience, read_retry_after
from scanner.sources.live.request_log import RequestLog
from scanner.sources.live.target import Target, read_text

PRIVATE_KEY = re.compile(r"-----BEGIN ([A-Z ]*)PRIVATE KEY-----.+?-----END \1PRIVATE KEY-----", re.DOTALL)
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
PASSING = frozenset({429, 500, 502, 503, 504})


Prompt = Callable[[str], None]
"""Shows a sentence to somebody."""


class Issuer(Protocol):
    """Gives tokens; MSAL's applications behind one face."""

    def issue(self, resource: str, claims: str) -> Mapping[str, object]:
        """Give a token of the cache, or a new one.

        Args:
            resource: The service's root.
            claims: A claims challenge; empty for none.

        Returns:
            MSAL's answer: it holds ``access_token`` or ``error``.
        """

    def forget(self) -> None:
        """Drop the tokens of the cache."""


class Application:
    """An app registration that signs in with a certificate, a secret or a federated token.

    Args:
        target: The tenant.
        session: The session for all requests.

    Raises:
        ConfigurationError: The credential's files can't be used.
        ValueError: MSAL: the tenant is not known at this authority.
    """

    def __init__(self, target: Target, session: requests.Session) -> None:
        self._app = msal.ConfidentialClientApplication(
            target.credential.client_id,
            client_credential=_make_credential(target),
            authority=f"{target.hosts.authority}/{target.tenant}",
            instance_discovery=False,
            http_client=session,
        )
        refuse_other_hosts(self._app, target)

    def issue(self, resource: str, claims: str) -> Mapping[str, object]:
        """Give a token (see ``Issuer``)."""
        answer: Mapping[str, object] = self._app.acquire_token_for_client(
            [f"{resource}/.default"], claims_challenge=claims or None
        )
        return answer

    def forget(self) -> None:
        """Drop the tokens of the cache."""
        self._app.remove_tokens_for_client()


class ManagedIdentity:
    """The identity of the machine this runs on.

    Args:
        target: The tenant.
        session: The session for all requests.
    """

    def __init__(self, target: Target, session: requests.Session) -> None:
        client_id = target.credential.client_id
        self._identity = (
            msal.UserAssignedManagedIdentity(client_id=client_id) if client_id else msal.SystemAssignedManagedIdentity()
        )
        self._session = session
        self._client = self._make_client()

    def issue(self, resource: str, claims: str) -> Mapping[str, object]:
        """Give a token (see ``Issuer``)."""
        answer: Mapping[str, object] = self._client.acquire_token_for_client(
            resource=resource, claims_challenge=claims or None
        )
        return answer

    def forget(self) -> None:
        """Drop the tokens of the cache, by starting another one."""
        self._client = self._make_client()

    def _make_client(self) -> msal.ManagedIdentityClient:
        return msal.ManagedIdentityClient(self._identity, http_client=self._session)


class Account:
    """Somebody who signs in by a code, once for all services; tokens stay in memory, and end with the program.

    Args:
        target: The tenant.
        session: The session for all requests.
        prompt: Shows somebody where to enter which code.

    Raises:
        ValueError: MSAL: the tenant is not known at this authority.
    """

    def __init__(self, target: Target, session: requests.Session, prompt: Prompt) -> None:
        self._app = msal.PublicClientApplication(
            target.credential.client_id,
            authority=f"{target.hosts.authority}/{target.tenant}",
            instance_discovery=False,
            http_client=session,
        )
        refuse_other_hosts(self._app, target)
        self._prompt = prompt
        self._lock = threading.Lock()
        self._flow: dict[str, Any] = {}
        self._fresh: set[str] = set()
        self._refusal: Mapping[str, object] = {}

    def issue(self, resource: str, claims: str) -> Mapping[str, object]:
        """Give a token (see ``Issuer``); the first one waits until somebody has entered the code.

        Who declined, or let the code expire, is not asked again.
        """
        scopes = [f"{resource}/.default"]
        with self._lock:
            answer = self._issue_silently(scopes, claims) or self._refusal or self._ask_somebody(scopes, claims)
            self._fresh.update(scopes)
            return answer

    def forget(self) -> None:
        """Take no token of the cache for the next request; who signed in stays known."""
        self._fresh.clear()

    def stop(self) -> None:
        """Wait no longer for somebody to enter the code, and show none any more."""
        self._refusal = self._refusal or {"error": "the program was ended"}
        self._flow["expires_at"] = 0

    def _issue_silently(self, scopes: list[str], claims: str) -> Mapping[str, object]:
        """Give a token without asking; nothing where somebody has to be asked."""
        for account in self._app.get_accounts():
            answer: Mapping[str, object] | None = self._app.acquire_token_silent(
                scopes, account, force_refresh=self._fresh.isdisjoint(scopes), claims_challenge=claims or None
            )
            return answer or {}
        return {}

    def _ask_somebody(self, scopes: list[str], claims: str) -> Mapping[str, object]:
        """Show a code and wait; after a break in the network, for the code that was shown already."""
        if self._flow.get("expires_at", 0) < time.time():
            self._flow = self._app.initiate_device_flow(scopes, claims_challenge=claims or None)
            if "user_code" not in self._flow:
                return self._flow
            page, code = quote(str(self._flow.get("verification_uri"))), quote(str(self._flow["user_code"]))
            service = urlsplit(scopes[0]).hostname
            self._prompt(f"To sign in to {service}, open {page} in a browser and enter the code {code}.")
        answer: Mapping[str, object] = self._app.acquire_token_by_device_flow(
            self._flow, claims_challenge=claims or None
        )
        self._flow = {}
        if "access_token" not in answer:
            self._refusal = answer
        return answer


def refuse_other_hosts(app: msal.ClientApplication, target: Target) -> None:
    """Refuse an authority that sends those who ask for tokens elsewhere.

    Raises:
        SignInError: It does.
    """
    endpoints = (app.authority.token_endpoint, app.authority.device_authorization_endpoint)
    if not all(str(endpoint).startswith(f"{target.hosts.authority}/") for endpoint in endpoints if endpoint):
        raise SignInError(
            f"{target.hosts.authority} names another host for tokens, which was not asked.",
            "Correct the authority, or look who answers in its place.",
        )


class TokenSession(requests.Session):
    """A session that ignores the environment, waits no longer than allowed, and lets only whole JSON through to MSAL.

    Args:
        target: Whom to trust and by which proxy to go.
        patience: How long to wait.
        log: Is told of every request.
    """

    def __init__(self, target: Target, patience: Patience, log: RequestLog) -> None:
        super().__init__()
        self.trust_env = False
        self.verify = str(target.ca_file) if target.ca_file else True
        self.max_redirects = 0
        self._timeout = (patience.connect, patience.silence)
        self._log = log
        if target.proxy:
            self.proxies = {"https": target.proxy}

    def request(self, method: str | bytes, url: str | bytes, *args: object, **options: object) -> requests.Response:
        """Send one request.

        Raises:
            PassingError: It may go better in a while. MSAL would keep such an answer, and log a broken one as it is.
        """
        options.setdefault("timeout", self._timeout)
        options["allow_redirects"] = False
        try:
            answer = self._send(method, url, *args, **options)
        except requests.exceptions.SSLError:
            raise
        except requests.exceptions.ConnectionError as error:
            reason = say("the sign-in host can't be reached: {error}", error=name_cause(error))
            raise PassingError(reason, attempts=ATTEMPTS_TO_CONNECT, unreachable=True) from error
        except requests.exceptions.RequestException as error:
            raise PassingError(say("the sign-in host did not answer: {error}", error=name_cause(error))) from error
        if answer.status_code in PASSING or not _is_json(answer):
            reason = say("the sign-in host answered {status} and no token", status=str(answer.status_code))
            raise PassingError(reason, wait=read_retry_after(answer.headers))
        return answer

    def _send(self, method: str | bytes, url: str | bytes, *args: object, **options: object) -> requests.Response:
        send: Callable[..., requests.Response] = super().request
        status, received = 0, 0
        try:
            answer = send(method, url, *args, **options)
            status, received = answer.status_code, answer.raw.tell()
            return answer
        finally:
            self._log.note(method=str(method), url=str(url), status=status, received=received)


def open_issuer(target: Target, session: requests.Session, prompt: Prompt | None) -> Issuer:
    """Open what gives tokens for the configured kind of credential.

    Args:
        target: The tenant.
        session: The session for all requests.
        prompt: Shows somebody where to enter which code; ``None`` where nobody is there.

    Raises:
        ConfigurationError: The credential's files can't be used, or its kind can't be used without a person.
        ValueError: MSAL: the tenant is not known at this authority.
    """
    match target.credential.kind:
        case "certificate" | "secret" | "federated":
            return Application(target, session)
        case "managed-identity":
            return ManagedIdentity(target, session)
        case "device-code":
            if prompt is None:
                raise nobody_there()
            return Account(target, session, prompt)
    assert_never(target.credential.kind)


def read_certificate_end(target: Target) -> dt.datetime | None:
    """Read when the certificate that a tenant is signed in to with ends; ``None`` where it is none.

    Raises:
        ConfigurationError: The credential's file can't be used.
    """
    if target.credential.kind != "certificate":
        return None
    certificate = x509.load_pem_x509_certificate(_read_certificate(target)["public_certificate"].encode())
    return certificate.not_valid_after_utc


def nobody_there() -> ConfigurationError:
    """Make the error of a device code where nobody could enter it."""
    return ConfigurationError(
        "A device code needs somebody at a terminal, at every sign-in: tokens are never kept on disk.",
        "Use a certificate for what runs by itself; `smtp-posture init` makes one.",
    )


def name_cause(error: BaseException) -> str:
    """Name what lies at the bottom of a chain of errors; its text may hold addresses, so only its name is given."""
    inner = error.__cause__ or error.__context__
    while inner is not None:
        error, inner = inner, inner.__cause__ or inner.__context__
    return type(error).__name__


def _make_credential(target: Target) -> object:
    match target.credential.kind:
        case "secret":
            return target.secret.reveal() if target.secret else ""
        case "federated":
            return {"client_assertion": lambda: _read_assertion(target)}
        case _:
            return _read_certificate(target)


def _read_assertion(target: Target) -> str:
    """Read the token each time it is asked for: the platform replaces the file."""
    return read_text(target.token_file, "federated token").strip() if target.token_file else ""


def _read_certificate(target: Target) -> Mapping[str, str]:
    file = target.credential.certificate_file
    if file is None:
        raise ConfigurationError("The credential has no certificate.", "Set certificate_file.")
    text = read_text(file, "certificate")
    key, certificate = PRIVATE_KEY.search(text), CERTIFICATE.search(text)
    if not key or not certificate:
        lacking = "certificate" if key else "private key"
        raise ConfigurationError(
            f"{file} holds no {lacking} in PEM form.",
            "Put the private key and its certificate into one PEM file; `openssl pkcs12 -nodes` makes one of a PFX.",
        )
    _refuse_other_key(target, file, key[0], certificate[0])
    parts = {"private_key": key[0], "public_certificate": certificate[0]}
    return parts | {"passphrase": target.passphrase.reveal()} if target.passphrase else parts


def _refuse_other_key(target: Target, file: Path, key_text: str, certificate_text: str) -> None:
    """Refuse a key that can't be opened or isn't the certificate's: the identity platform would say less."""
    passphrase = target.passphrase.reveal().encode() if target.passphrase else None
    try:
        key = serialization.load_pem_private_key(key_text.encode(), passphrase)
        certificate = x509.load_pem_x509_certificate(certificate_text.encode())
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise ConfigurationError(
            f"The private key or the certificate in {file} can't be opened.",
            "Where the key is encrypted, set passphrase_file or passphrase_env; otherwise take the passphrase out.",
        ) from error
    if key.public_key() != certificate.public_key():
        raise ConfigurationError(
            f"The private key in {file} does not belong to the first certificate there.",
            "Put the app's own certificate first.",
        )


def _is_json(answer: requests.Response) -> bool:
    try:
        answer.json()
    except requests.exceptions.JSONDecodeError:
        return False
    return True
