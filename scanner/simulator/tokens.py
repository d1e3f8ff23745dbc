"""Access tokens of the simulated tenant: JSON web tokens, signed with a key that nobody else has."""

import secrets
import time
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import jwt
import msgspec

from scanner.simulator.population.frozen import Frozen

LIFETIME = 3599
"""Seconds that a token lives, as Entra's do."""
_WANTED = b'{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'
_CHALLENGE = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    f'error="insufficient_claims", claims="{b64encode(_WANTED).decode()}"'
)

_EXPIRED = "Lifetime validation failed, the token is expired."
_CANCELLED = (
    "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: "
    "TokenIssuedBeforeRevocationTimestamp"
)
_ONLY_SIGNATURE: jwt.types.Options = {"verify_exp": False, "verify_aud": False}


class TokenRefusedError(Exception):
    """A request came without a token that this resource accepts.

    Args:
        message: why.
        challenged: True if a token that was asked for with claims will do.
    """

    def __init__(self, message: str, *, challenged: bool = False) -> None:
        super().__init__(message)
        self.challenged = challenged

    @property
    def challenge(self) -> str:
        """The WWW-Authenticate header of a 401 that asks for claims (facts/apis.md §4.2)."""
        return _CHALLENGE if self.challenged else ""


class Claims(Frozen, frozen=True, kw_only=True):
    """What a resource reads from a token."""

    audience: str
    roles: frozenset[str]
    """Application permissions; where it acts for a person, scopes."""
    person: str = ""
    """The sign-in name of the person whom it acts for; empty where it is the application's own."""


class _Floor(Frozen, frozen=True, kw_only=True):
    """Which tokens of an audience are good for nothing any more."""

    last: int = 0
    """Number of the last token that was taken back."""
    challenge: bool = False
    answered: bool = True
    """A token was asked for with the claims of the challenge, since then."""


class Mint:
    """Issues tokens and reads its own again; takes tokens and rights back when told to.

    Args:
        tenant_id: goes into every token.
        client_id: the same.
        lifetime: seconds until a token expires.
    """

    def __init__(self, tenant_id: str, client_id: str, lifetime: int = LIFETIME) -> None:
        self._key = secrets.token_bytes(32)
        self._tenant_id = tenant_id
        self._client_id = client_id
        self._floors: dict[str, _Floor] = {}
        self._dropped: set[str] = set()
        self.issued = 0
        self.lifetime = lifetime

    def issue(self, claims: Claims, *, answers_challenge: bool = False) -> str:
        """Return a new token.

        Args:
            claims: its audience and roles.
            answers_challenge: it was asked for with the claims that a resource wants.

        Returns:
            The token.
        """
        now = int(time.time())
        self.issued += 1
        floor = self._floors.get(claims.audience)
        if floor and answers_challenge:
            self._floors[claims.audience] = msgspec.structs.replace(floor, answered=True)
        content: Mapping[str, Any] = {
            "aud": claims.audience,
            "appid": self._client_id,
            "tid": self._tenant_id,
            **_name_rights(claims),
            "iat": now,
            "nbf": now,
            "exp": now + self.lifetime,
            "uti": secrets.token_urlsafe(16),
            "serial": self.issued,
        }
        return jwt.encode(dict(content), self._key, algorithm="HS256")

    def read(self, authorization: str, audience: str) -> Claims:
        """Verify the token of a request.

        Args:
            authorization: the header's value.
            audience: the resource that was asked.

        Returns:
            What the token says, without the rights that are gone.

        Raises:
            TokenRefusedError: no token, or not ours, or expired, taken back, or for another resource.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenRefusedError("Access token is empty.")
        try:
            content = jwt.decode(token, self._key, algorithms=["HS256"], audience=audience)
        except jwt.ExpiredSignatureError as error:
            raise TokenRefusedError(_EXPIRED) from error
        except jwt.InvalidAudienceError as error:
            raise TokenRefusedError("Access token validation failure. Invalid audience.") from error
        except jwt.InvalidTokenError as error:
            raise TokenRefusedError("InvalidAuthenticationToken") from error
        self._refuse_taken_back(audience, content["serial"])
        rights = content.get("roles") or content.get("scp", "").split()
        return Claims(audience=audience, roles=frozenset(rights) - self._dropped, person=content.get("upn", ""))

    def number(self, authorization: str) -> int:
        """Return which of the issued tokens came with a request, counted from 1; 0 where it was none of them."""
        token = authorization.partition(" ")[2]
        try:
            content = jwt.decode(token, self._key, algorithms=["HS256"], options=_ONLY_SIGNATURE)
        except jwt.InvalidTokenError:
            return 0
        return int(content["serial"])

    def revoke(self, audience: str, *, challenge: bool) -> None:
        """Refuse every token that was issued for an audience so far.

        Args:
            audience: the resource.
            challenge: refuse with a claims challenge, and newer tokens too until one was asked for with claims.
        """
        self._floors[audience] = _Floor(last=self.issued, challenge=challenge, answered=not challenge)

    def drop(self, right: str) -> None:
        """Take a right away, also from tokens that name it."""
        self._dropped.add(right)

    def allows(self, right: str) -> bool:
        """Say whether a right was not taken away."""
        return right not in self._dropped

    def _refuse_taken_back(self, audience: str, serial: int) -> None:
        floor = self._floors.get(audience, _Floor())
        if serial > floor.last and floor.answered:
            return
        raise TokenRefusedError(_CANCELLED if floor.challenge else _EXPIRED, challenged=floor.challenge)


def _name_rights(claims: Claims) -> Mapping[str, object]:
    """Name what a token allows: an application's roles are a list, a person's scopes words in one string."""
    if claims.person:
        return {"scp": " ".join(sorted(claims.roles)), "upn": claims.person}
    return {"roles": sorted(claims.roles)}
