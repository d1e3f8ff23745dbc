"""The identity platform's refusals, with the codes and words that it really uses."""

import datetime as dt
import uuid

from scanner.simulator.wire import Answer

_UNAUTHORIZED = 401
_BAD_REQUEST = 400


class SignInRefusedError(Exception):
    """A token request that is refused.

    Args:
        code: number of the AADSTS code.
        message: the sentence after it.
        error: OAuth's name for the refusal.
        status: HTTP status.
    """

    def __init__(self, code: int, message: str, *, error: str = "invalid_client", status: int = _UNAUTHORIZED) -> None:
        super().__init__(f"AADSTS{code}: {message}")
        self.code = code
        self.error = error
        self.status = status

    def answer(self) -> Answer:
        """Return the refusal as the endpoint words it."""
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        timestamp = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%SZ}"
        tail = f" Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}"
        content = {
            "error": self.error,
            "error_description": f"{self}{tail}",
            "error_codes": [self.code],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.code}",
        }
        return Answer(status=self.status, content=content)


def secret_is_wrong(client_id: str) -> SignInRefusedError:
    """Return the refusal of a wrong client secret."""
    message = (
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
        f"not the client secret ID, for a secret added to app '{client_id}'."
    )
    return SignInRefusedError(7000215, message)


def certificate_is_unknown() -> SignInRefusedError:
    """Return the refusal of an assertion that names another certificate."""
    message = (
        "The certificate with identifier used to sign the client assertion is not registered on application. "
        "[Reason - The key was not found.]"
    )
    return SignInRefusedError(700027, message)


def signature_is_wrong() -> SignInRefusedError:
    """Return the refusal of an assertion that another key signed."""
    return SignInRefusedError(700027, "Client assertion failed signature validation.")


def application_is_unknown(client_id: str, tenant: str) -> SignInRefusedError:
    """Return the refusal of an application that the tenant does not know."""
    message = (
        f"Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the "
        "application has not been installed by the administrator of the tenant or consented to by any user in the "
        "tenant. You may have sent your authentication request to the wrong tenant."
    )
    return SignInRefusedError(700016, message, error="unauthorized_client", status=_BAD_REQUEST)


def tenant_is_unknown(tenant: str) -> SignInRefusedError:
    """Return the refusal of a tenant that does not exist."""
    message = (
        f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant."
    )
    return SignInRefusedError(90002, message, error="invalid_request", status=_BAD_REQUEST)


def scope_is_wrong(scope: str) -> SignInRefusedError:
    """Return the refusal of a scope that is not a known resource's default."""
    message = (
        f"The provided value for the input parameter 'scope' is not valid. Client credential flows must have a scope "
        f"value with /.default suffixed to the resource identifier (application ID URI). Scope: {scope}"
    )
    return SignInRefusedError(1002012, message, error="invalid_scope", status=_BAD_REQUEST)


def credential_is_missing() -> SignInRefusedError:
    """Return the refusal of a request with neither secret nor assertion."""
    message = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
    return SignInRefusedError(7000218, message)


def code_is_pending() -> SignInRefusedError:
    """Return the refusal of a code that nobody has entered yet."""
    message = "OAuth 2.0 device flow error. Authorization is pending. Continue polling."
    return SignInRefusedError(70016, message, error="authorization_pending", status=_BAD_REQUEST)


def code_is_declined() -> SignInRefusedError:
    """Return the refusal of a code whose request was declined."""
    message = "User declined to consent to access the app."
    return SignInRefusedError(65004, message, error="authorization_declined", status=_BAD_REQUEST)


def code_is_wrong() -> SignInRefusedError:
    """Return the refusal of a code that was not given out, or was used."""
    message = "The provided value for the input parameter 'device_code' is not valid."
    return SignInRefusedError(70019, message, error="bad_verification_code", status=_BAD_REQUEST)


def refresh_token_is_wrong() -> SignInRefusedError:
    """Return the refusal of a refresh token that is none."""
    message = "The provided grant has expired due to it being revoked, a fresh auth token is needed."
    return SignInRefusedError(50173, message, error="invalid_grant", status=_BAD_REQUEST)


def grant_is_unsupported(grant: str) -> SignInRefusedError:
    """Return the refusal of another flow than client credentials."""
    message = f"The app requested an unsupported grant type '{grant}'."
    return SignInRefusedError(70003, message, error="unsupported_grant_type", status=_BAD_REQUEST)
