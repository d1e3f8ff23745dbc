"""Somebody who signs in with a code: the device authorization flow, and tokens that act for that person."""

import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping

import jwt
import msgspec

from scanner.simulator.login import refusals
from scanner.simulator.population.frozen import Frozen

_LIFE = 900
_INTERVAL = 1
"""Seconds between two questions of a client; Entra asks for 5."""


class Person(Frozen, frozen=True, kw_only=True):
    """Who enters the code, and what becomes of it."""

    id: str
    name: str
    """The sign-in name."""
    hesitates: int = 1
    """How often a client asks before the code is entered."""
    declines: bool = False


class CodeDesk:
    """Gives out codes, and tells who entered them.

    Args:
        person: who enters them.
        issuer: address that signs id tokens.
        client_id: the application that they are for.
        tenant_id: the tenant.
        scopes: what they may do through it, by resource address.
    """

    def __init__(
        self, person: Person, *, issuer: str, client_id: str, tenant_id: str, scopes: Mapping[str, frozenset[str]]
    ) -> None:
        self.scopes = scopes
        self.person = person
        self.given_out = 0
        self._issuer = issuer
        self._client_id = client_id
        self._tenant_id = tenant_id
        self._asked: dict[str, int] = {}
        self._wanted: dict[str, str] = {}
        self._refresh: set[str] = set()

    def give_out(self, scope: str) -> dict[str, object]:
        """Return a new code, as the endpoint words it.

        Args:
            scope: what it is for.
        """
        code = secrets.token_urlsafe(24)
        self._asked[code] = 0
        self._wanted[code] = scope
        self.given_out += 1
        shown = secrets.token_hex(4).upper()
        page = "https://microsoft.com/devicelogin"
        return {
            "user_code": shown,
            "device_code": code,
            "verification_uri": page,
            "expires_in": _LIFE,
            "interval": _INTERVAL,
            "message": f"To sign in, use a web browser to open the page {page} and enter the code {shown}.",
        }

    def redeem_code(self, code: str) -> str:
        """Accept a code that was entered.

        Args:
            code: what the client was given.

        Returns:
            The scope that it was asked for with.

        Raises:
            SignInRefusedError: it was not entered yet, was declined, or never given out.
        """
        if code not in self._asked:
            raise refusals.code_is_wrong()
        self._asked[code] += 1
        if self._asked[code] <= self.person.hesitates:
            raise refusals.code_is_pending()
        if self.person.declines:
            raise refusals.code_is_declined()
        del self._asked[code]
        return self._wanted.pop(code)

    def redeem_refresh_token(self, token: str) -> None:
        """Accept a refresh token, for any resource.

        Args:
            token: what came with an access token.

        Raises:
            SignInRefusedError: it is none of ours.
        """
        if token not in self._refresh:
            raise refusals.refresh_token_is_wrong()

    def identify(self, resource: str) -> Mapping[str, object]:
        """Return what comes beside an access token: who signed in, and how to get further tokens.

        Args:
            resource: what the token is for.
        """
        refresh = secrets.token_urlsafe(32)
        self._refresh.add(refresh)
        now = int(time.time())
        who = {
            "aud": self._client_id,
            "iss": self._issuer,
            "iat": now,
            "nbf": now,
            "exp": now + _LIFE,
            "oid": self.person.id,
            "sub": self.person.id,
            "tid": self._tenant_id,
            "preferred_username": self.person.name,
        }
        info = msgspec.json.encode({"uid": self.person.id, "utid": self._tenant_id})
        return {
            "scope": f"{resource}/.default",
            "refresh_token": refresh,
            "id_token": jwt.encode(who, secrets.token_bytes(32), algorithm="HS256"),
            "client_info": urlsafe_b64encode(info).decode().rstrip("="),
        }
