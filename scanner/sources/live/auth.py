"""Tokens: asked for before every request, renewed once per expiry, never shown."""

import asyncio
import base64
import binascii
import re
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import msal
import msgspec
import requests

from scanner.errors import SignInError, SourceError
from scanner.model.text import Text
from scanner.model.text import quote as words
from scanner.sources.live.credential import Account, Issuer, Prompt, TokenSession, open_issuer
from scanner.sources.live.failure import UnreadableError, quote
from scanner.sources.live.patience import PassingError, Patience, keep_trying
from scanner.sources.live.privilege import Holding
from scanner.sources.live.request_log import RequestLog
from scanner.sources.live.target import Target

CODE = re.compile(r"AADSTS(\d+)")
TRACES = re.compile(r"(?:\s*Trace ID:|[\r\n]).*", re.DOTALL)
TOKEN_LIKE = re.compile(r"eyJ[\w-]{8,}(?:\.[\w-]*)*|(?i:bearer)\s+[\w.~+/=-]+")
UNSEEN = "…"
MSAL_MARGIN = 300  # seconds before its end from which MSAL replaces a token

# What to do about what the identity platform says (its own list of AADSTS codes; facts/apis.md §4, §5).
ADVICE: Mapping[str, str] = {
    "50034": "Look whether the account exists in this tenant.",
    "53003": "A Conditional Access policy blocks it, for workload identities or device codes: exclude it there.",
    "70016": "Nobody entered the code in time: run it again.",
    "65004": "Whoever entered the code declined: run it again.",
    "65001": "Let an admin consent to the app's permissions.",
    "90002": "Correct the tenant's id or domain in the configuration, and its cloud.",
    "500011": "Let an admin consent to the app's permission on this service.",
    "650057": "Add the permission on this service to the app registration and consent to it.",
    "700016": "Correct client_id, or consent to the app in this tenant.",
    "700024": "Set this machine's clock: the signed request was outside its time.",
    "700027": "Upload the certificate's public part to the app registration, or use the one that is there.",
    "900023": "Correct the tenant's id or domain in the configuration.",
    "7000112": "Enable the app's enterprise application in this tenant.",
    "7000215": "Give the client secret's value, not its id, and see that it was copied whole.",
    "7000218": "Allow public client flows in the app registration, which a device code needs.",
    "7000222": "The client secret has expired: make a new one, or better a certificate.",
}
OTHER_ADVICE = "Look the code up at https://login.microsoftonline.com/error, then correct credential and tenant."


class TokenSource:
    """Gives the tokens of one tenant.

    Args:
        target: The tenant.
        patience: How long to wait.
        log: Is told of every request.
        prompt: Shows somebody where to enter which code; ``None`` where nobody is there.
    """

    def __init__(self, target: Target, patience: Patience, log: RequestLog, prompt: Prompt | None = None) -> None:
        self._target = target
        self._patience = patience
        self._desks: dict[str, _Desk] = {}
        self._session = TokenSession(target, patience, log)
        self._prompt = prompt
        self._account: Account | None = None
        self._opening = threading.Lock()

    async def get(self, resource: str) -> str:
        """Give a token that is good now.

        Args:
            resource: The service's root.

        Raises:
            UnreadableError: There is none to be had; ``fatal`` says what the identity platform said.
        """
        return await self._desk(resource).get()

    async def renew(self, resource: str, refused: str, claims: str) -> str:
        """Give another token than the one that a service refused; one renewal serves all who ask.

        Args:
            resource: The service's root.
            refused: The token that it refused.
            claims: Its claims challenge; empty for none.

        Raises:
            UnreadableError: There is none to be had.
        """
        return await self._desk(resource).renew(refused, claims)

    def held(self, resource: str) -> Collection[str]:
        """Name the permissions that the token for a service says it holds; none where it can't be read."""
        return Holding.of("", read_claims(self._desk(resource).token)).permissions

    def redact(self, text: str) -> str:
        """Take secrets out of a text that comes from a service."""
        secrets = (self._target.secret, self._target.passphrase)
        for secret in filter(None, secrets):
            text = text.replace(secret.reveal(), UNSEEN)
        return TOKEN_LIKE.sub(UNSEEN, text)

    def close(self) -> None:
        """Close the connections, and wait for nobody any longer."""
        if self._account:
            self._account.stop()
        self._session.close()

    def _desk(self, resource: str) -> "_Desk":
        if resource not in self._desks:
            self._desks[resource] = _Desk(self, resource)
        return self._desks[resource]

    async def issue(self, issuer: Issuer | None, resource: str, claims: str) -> "Issued":
        """Ask for a token, again where that may help.

        Args:
            issuer: Who gives it; opened where ``None``.
            resource: The service's root.
            claims: A claims challenge; empty for none.

        Returns:
            The token, and who gave it.

        Raises:
            UnreadableError: There is none to be had.
        """
        try:
            return await keep_trying(self._patience, asyncio.to_thread, self._ask, issuer, resource, claims)
        except PassingError as error:
            raise _unreadable(self._unreachable(error.reason)) from error
        except SourceError as error:
            raise _unreadable(error) from error

    def _ask(self, issuer: Issuer | None, resource: str, claims: str) -> "Issued":
        try:
            opened = issuer or self._open()
            answer = opened.issue(resource, claims)
        except requests.exceptions.SSLError as error:
            raise self._distrusted() from error
        except (ValueError, msal.ManagedIdentityError) as error:
            raise self._refused(str(error.__context__ or error)) from error
        token = answer.get("access_token")
        if isinstance(token, str) and token:
            seconds = answer.get("expires_in")
            return Issued(issuer=opened, token=token, seconds=float(seconds) if isinstance(seconds, int) else 0.0)
        raise self._refused(str(answer.get("error_description") or answer.get("error") or "nothing"))

    def _open(self) -> Issuer:
        """Open what gives tokens: one for each service, but one for both where somebody signs in."""
        with self._opening:
            opened = self._account or open_issuer(self._target, self._session, self._prompt)
            if isinstance(opened, Account):
                self._account = opened
            return opened

    def _refused(self, said: str) -> SignInError:
        code = CODE.search(said)
        telling = TRACES.sub("", said[code.start() :] if code else said)
        shown = quote(self.redact(telling))
        advice = ADVICE.get(code[1], OTHER_ADVICE) if code else OTHER_ADVICE
        return SignInError(f"Sign-in to tenant {self._target.tenant} was refused: {shown}", advice)

    def _unreachable(self, reason: Text) -> SourceError:
        return SourceError(
            f"Sign-in at {self._target.hosts.authority} failed: {reason}.",
            "Look at the network, the name service and the proxy setting; then run it again.",
        )

    def _distrusted(self) -> SourceError:
        return SourceError(
            f"The certificate of {self._target.hosts.authority} is not trusted.",
            "Set ca_file to the authority that signed it, if that is your own; otherwise somebody stands in between.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A token.

    Attributes:
        issuer: Who gave it.
        token: The token.
        seconds: How long it is good; 0 where that is not known.
    """

    issuer: Issuer
    token: str
    seconds: float


class _Desk:
    """The tokens for one service."""

    def __init__(self, source: TokenSource, resource: str) -> None:
        self._source = source
        self._resource = resource
        self._lock = asyncio.Lock()
        self._issuer: Issuer | None = None
        self.token = ""
        self._good_until = 0.0
        self._failure: UnreadableError | None = None

    async def get(self) -> str:
        if time.monotonic() < self._good_until:
            return self.token
        async with self._lock:
            if time.monotonic() < self._good_until:  # somebody else was faster
                return self.token
            return await self._issue("")

    async def renew(self, refused: str, claims: str) -> str:
        async with self._lock:
            if self.token != refused:
                return self.token
            if self._issuer:
                await asyncio.to_thread(self._issuer.forget)
            return await self._issue(claims)

    async def _issue(self, claims: str) -> str:
        """Ask once; a refusal is remembered, so that a wrong secret is not tried again by every section."""
        if self._failure:
            raise self._failure
        try:
            issued = await self._source.issue(self._issuer, self._resource, claims)
        except UnreadableError as error:
            self._failure = error
            raise
        self._issuer, self.token = issued.issuer, issued.token
        self._good_until = time.monotonic() + issued.seconds - MSAL_MARGIN
        return self.token


def read_claims(token: str) -> Mapping[str, object]:
    """Read what a token says of itself, for display only: its signature is not looked at.

    Args:
        token: An access token.

    Returns:
        Its claims; empty where it can't be read.
    """
    payload = token.split(".")[1] if token.count(".") == 2 else ""  # noqa: PLR2004 - header, payload, signature
    try:
        decoded = msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return decoded if isinstance(decoded, dict) else {}


def _unreadable(error: SourceError) -> UnreadableError:
    return UnreadableError(words(error.message), fatal=error)
