"""The scanner's app registration, and the verification of what it signs in with."""

import hmac
from base64 import urlsafe_b64encode
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from scanner.simulator.login import refusals
from scanner.simulator.login.refusals import SignInRefusedError
from scanner.simulator.population.frozen import Frozen

_THUMBPRINTS: dict[str, hashes.HashAlgorithm] = {
    "x5t": hashes.SHA1(),  # noqa: S303 - a name for a certificate, not a proof
    "x5t#S256": hashes.SHA256(),
}
_NEEDED_CLAIMS = ("aud", "exp", "iss", "jti", "sub")


class Registration(Frozen, frozen=True, kw_only=True):
    """One application with a secret and a certificate."""

    client_id: str
    tenant_name: str
    """For messages."""
    secret: str
    certificate: x509.Certificate

    def verify_secret(self, client_id: str, secret: str) -> None:
        """Verify a client secret.

        Args:
            client_id: the application that asks.
            secret: what it gave.

        Raises:
            SignInRefusedError: unknown application, or wrong secret.
        """
        self.verify_client(client_id)
        if not hmac.compare_digest(secret.encode(), self.secret.encode()):
            raise refusals.secret_is_wrong(client_id)

    def verify_assertion(self, client_id: str, assertion: str, audience: str) -> None:
        """Verify a signed assertion: thumbprint, signature, audience, time, issuer and subject.

        Args:
            client_id: the application that asks.
            assertion: a JSON web token.
            audience: address of the token endpoint.

        Raises:
            SignInRefusedError: anything about it is wrong.
        """
        self.verify_client(client_id)
        if not self._carries_thumbprint(_read_header(assertion)):
            raise refusals.certificate_is_unknown()
        content = self._open_assertion(assertion, audience)
        if content["iss"] != client_id or content["sub"] != client_id:
            raise SignInRefusedError(700021, "Client assertion application identifier doesn't match 'client_id'.")

    def _open_assertion(self, assertion: str, audience: str) -> dict[str, Any]:
        key = self.certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise refusals.signature_is_wrong()
        options: jwt.types.Options = {"require": list(_NEEDED_CLAIMS)}
        try:
            return jwt.decode(assertion, key, algorithms=["RS256", "PS256"], audience=audience, options=options)
        except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as error:
            raise SignInRefusedError(700024, "Client assertion is not within its valid time range.") from error
        except jwt.InvalidAudienceError as error:
            message = "Client assertion audience claim does not match Realm issuer."
            raise SignInRefusedError(700023, message) from error
        except jwt.InvalidTokenError as error:
            raise refusals.signature_is_wrong() from error

    def verify_client(self, client_id: str) -> None:
        """Verify that the application is this one; of a public client that is all.

        Raises:
            SignInRefusedError: it is another one.
        """
        if client_id != self.client_id:
            raise refusals.application_is_unknown(client_id, self.tenant_name)

    def _carries_thumbprint(self, header: dict[str, Any]) -> bool:
        given = {name: header[name] for name in _THUMBPRINTS if name in header}
        return bool(given) and all(self._thumbprint(name) == value.rstrip("=") for name, value in given.items())

    def _thumbprint(self, name: str) -> str:
        return urlsafe_b64encode(self.certificate.fingerprint(_THUMBPRINTS[name])).decode().rstrip("=")


def _read_header(assertion: str) -> dict[str, Any]:
    try:
        return jwt.get_unverified_header(assertion)
    except jwt.InvalidTokenError as error:
        raise SignInRefusedError(50027, "JWT token is invalid or malformed.") from error
