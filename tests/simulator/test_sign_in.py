"""The identity platform: what it accepts, and with which code it refuses the rest."""

import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from scanner.simulator import Population, SimulatedTenant
from tests.simulator.client import Client, Open


def _with_certificate(tenant: SimulatedTenant) -> dict[str, str]:
    pem = tenant.certificate_file.read_text()
    return {"private_key": pem, "public_certificate": pem}


def _with_thumbprint(tenant: SimulatedTenant) -> dict[str, str]:
    certificate = x509.load_pem_x509_certificate(tenant.certificate_file.read_bytes())
    return {
        "private_key": tenant.certificate_file.read_text(),
        "thumbprint": certificate.fingerprint(hashes.SHA1()).hex(),  # noqa: S303 - what MSAL calls a thumbprint
    }


def _assert(tenant: SimulatedTenant, key: rsa.RSAPrivateKey | None = None, /, **changes: object) -> dict[str, object]:
    """Make an assertion of our own, with something wrong about it."""
    pem = tenant.certificate_file.read_bytes()
    certificate = x509.load_pem_x509_certificate(pem)
    claims = {
        "aud": f"{tenant.authority_url}/{tenant.tenant_id}/oauth2/v2.0/token",
        "iss": tenant.client_id,
        "sub": tenant.client_id,
        "jti": str(uuid.uuid4()),
        "exp": int(time.time()) + 600,
        **changes,
    }
    thumbprint = urlsafe_b64encode(certificate.fingerprint(hashes.SHA256())).decode().rstrip("=")
    registered = serialization.load_pem_private_key(pem, None)
    assert isinstance(registered, rsa.RSAPrivateKey)
    signed = jwt.encode(claims, key or registered, algorithm="PS256", headers={"x5t#S256": thumbprint})
    return {"client_assertion": lambda: signed}


def test_a_secret_gives_a_token_for_each_resource_with_its_roles(client: Client) -> None:
    tokens = {
        resource: jwt.decode(client.sign_in(resource)["access_token"], options={"verify_signature": False})
        for resource in (client.tenant.graph_url, client.tenant.exchange_url)
    }
    assert tokens[client.tenant.exchange_url]["roles"] == ["Exchange.ManageAsApp"]
    assert "Policy.Read.All" in tokens[client.tenant.graph_url]["roles"]
    assert all(token["aud"] == resource for resource, token in tokens.items())


@pytest.mark.parametrize("credential", [_with_certificate, _with_thumbprint])
def test_a_certificate_signs_in_in_both_forms_that_msal_knows(
    client: Client, credential: Callable[[SimulatedTenant], dict[str, str]]
) -> None:
    assert "access_token" in client.sign_in(client.tenant.graph_url, credential(client.tenant))


def test_an_assertion_of_our_own_is_accepted_when_nothing_is_wrong_with_it(client: Client) -> None:
    assert "access_token" in client.sign_in(client.tenant.graph_url, _assert(client.tenant))


def test_an_assertion_signed_with_another_key_is_refused(client: Client) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert client.sign_in(client.tenant.graph_url, _assert(client.tenant, key))["error_codes"] == [700027]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": 1_700_000_000}, 700024),
        ({"aud": "https://login.microsoftonline.com/other/oauth2/v2.0/token"}, 700023),
        ({"iss": "another-application"}, 700021),
    ],
)
def test_an_assertion_is_refused_for_its_time_audience_or_issuer(
    client: Client, changes: dict[str, object], code: int
) -> None:
    assert client.sign_in(client.tenant.graph_url, _assert(client.tenant, **changes))["error_codes"] == [code]


def test_a_certificate_that_was_never_registered_is_refused(
    client: Client, open_client: Open, small: Population
) -> None:
    stranger = open_client(SimulatedTenant(small))
    refusal = client.sign_in(client.tenant.graph_url, _with_certificate(stranger.tenant))
    assert refusal["error_description"].startswith("AADSTS700027: The certificate with identifier")


def test_a_wrong_secret_is_refused_in_the_words_of_entra(client: Client) -> None:
    refusal = client.sign_in(client.tenant.graph_url, "wrong")
    assert refusal["error"] == "invalid_client"
    assert refusal["error_description"].startswith("AADSTS7000215: Invalid client secret provided.")


def test_an_unknown_application_is_refused(client: Client) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": str(uuid.uuid4()),
        "client_secret": client.tenant.client_secret,
        "scope": f"{client.tenant.graph_url}/.default",
    }
    answer = client.http.post(f"{client.tenant.authority_url}/contoso.example/oauth2/v2.0/token", data=form)
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [700016])


def test_an_unknown_tenant_is_refused_at_discovery(client: Client) -> None:
    url = f"{client.tenant.authority_url}/nobody.example/v2.0/.well-known/openid-configuration"
    answer = client.http.get(url)
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [90002])


def test_a_scope_of_an_unknown_resource_is_refused(client: Client) -> None:
    assert client.sign_in("https://graph.microsoft.com")["error"] == "invalid_scope"


def test_a_token_opens_only_the_resource_it_was_issued_for(client: Client) -> None:
    wrong = client.bearer(client.tenant.exchange_url)
    answer = client.http.get(f"{client.tenant.graph_url}/v1.0/organization", headers=wrong)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")


def test_an_expired_token_opens_nothing(open_client: Open, small: Population) -> None:
    client = open_client(SimulatedTenant(small, token_lifetime=-5))
    assert client.get("/organization").status_code == 401
    assert client.invoke("Get-Mailbox").status_code == 401


def test_without_a_token_nothing_opens(client: Client) -> None:
    assert client.http.get(f"{client.tenant.graph_url}/v1.0/users").status_code == 401


def test_the_server_is_trusted_only_through_its_own_authority(client: Client) -> None:
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        client.http.get(f"{client.tenant.graph_url}/v1.0/users", verify=True)


def test_key_files_are_readable_by_their_owner_only(client: Client) -> None:
    assert client.tenant.certificate_file.stat().st_mode & 0o077 == 0
