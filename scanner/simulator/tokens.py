"""Access tokens of the simulated tenant: JSON web tokens, signed with a key that nobody else has."""

import secrets
import time
from collections.abc import Mapping
from typing import Any

import jwt

from scanner.simulator.population.frozen import Frozen

LIFETIME = 3599
"""Seconds that a token lives, as Entra's do."""


class TokenRefusedError(Exception):
    """A request came without a token that this resource accepts."""


class Claims(Frozen, frozen=True, kw_only=True):
    """What a resource reads from a token."""

    audience: str
    roles: frozenset[str]
    """Application permissions."""


class Mint:
    """Issues tokens and reads its own again.

    Args:
        tenant_id: goes into every token.
        client_id: the same.
        lifetime: seconds until a token expires.
    """

    def __init__(self, tenant_id: str, client_id: str, lifetime: int = LIFETIME) -> None:
        self._key = secrets.token_bytes(32)
        self._tenant_id = tenant_id
        self._client_id = client_id
        self.lifetime = lifetime

    def issue(self, claims: Claims) -> str:
        """Return a new token.

        Args:
            claims: its audience and roles.

        Returns:
            The token.
        """
        now = int(time.time())
        content: Mapping[str, Any] = {
            "aud": claims.audience,
            "appid": self._client_id,
            "tid": self._tenant_id,
            "roles": sorted(claims.roles),
            "iat": now,
            "nbf": now,
            "exp": now + self.lifetime,
            "uti": secrets.token_urlsafe(16),
        }
        return jwt.encode(dict(content), self._key, algorithm="HS256")

    def read(self, authorization: str, audience: str) -> Claims:
        """Verify the token of a request.

        Args:
            authorization: the header's value.
            audience: the resource that was asked.

        Returns:
            What the token says.

        Raises:
            TokenRefusedError: no token, or not ours, or expired, or for another resource.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenRefusedError("Access token is empty.")
        try:
            content = jwt.decode(token, self._key, algorithms=["HS256"], audience=audience)
        except jwt.ExpiredSignatureError as error:
            raise TokenRefusedError("Lifetime validation failed, the token is expired.") from error
        except jwt.InvalidAudienceError as error:
            raise TokenRefusedError("Access token validation failure. Invalid audience.") from error
        except jwt.InvalidTokenError as error:
            raise TokenRefusedError("InvalidAuthenticationToken") from error
        return Claims(audience=audience, roles=frozenset(content["roles"]))
