"""OIDC discovery and the client credentials flow."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from scanner.simulator.login import refusals
from scanner.simulator.login.refusals import SignInRefusedError
from scanner.simulator.login.registration import Registration
from scanner.simulator.tokens import Claims, Mint
from scanner.simulator.wire import Answer, Ask

_DISCOVERY = ("v2.0", ".well-known", "openid-configuration")
_TOKEN = ("oauth2", "v2.0", "token")
_DEFAULT = "/.default"


class LoginApi:
    """The identity platform as one tenant's applications see it.

    Args:
        root: address of the authority, without a tenant.
        names: names under which the tenant can be asked for; the first is its id.
        registration: the one application that it knows.
        resources: roles granted, by resource address.
        mint: issues the tokens.
    """

    def __init__(
        self,
        *,
        root: str,
        names: tuple[str, ...],
        registration: Registration,
        resources: Mapping[str, frozenset[str]],
        mint: Mint,
    ) -> None:
        self._root = root
        self._names = names
        self._registration = registration
        self._resources = resources
        self._mint = mint

    def answer(self, ask: Ask) -> Answer:
        """Answer one request.

        Args:
            ask: path `{tenant}/v2.0/.well-known/openid-configuration` or `{tenant}/oauth2/v2.0/token`.

        Returns:
            The discovery document, a token, or a refusal in AADSTS terms.
        """
        tenant, *rest = ask.path
        try:
            if tenant.lower() not in self._names:
                raise refusals.tenant_is_unknown(tenant)
            match ask.method, tuple(rest):
                case "GET", path if path == _DISCOVERY:
                    return Answer(content=self._describe())
                case "POST", path if path == _TOKEN:
                    return self._issue(dict(parse_qsl(ask.body.decode())))
        except SignInRefusedError as refusal:
            return refusal.answer()
        return Answer(status=404)

    def _describe(self) -> dict[str, object]:
        realm = f"{self._root}/{self._names[0]}"
        return {
            "issuer": f"{realm}/v2.0",
            "authorization_endpoint": f"{realm}/oauth2/v2.0/authorize",
            "token_endpoint": f"{realm}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{realm}/oauth2/v2.0/devicecode",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "response_types_supported": ["code", "token"],
            "subject_types_supported": ["pairwise"],
        }

    def _issue(self, form: Mapping[str, str]) -> Answer:
        if form.get("grant_type") != "client_credentials":
            raise refusals.grant_is_unsupported(form.get("grant_type", ""))
        self._verify(form)
        scope = form.get("scope", "")
        resource = scope.removesuffix(_DEFAULT)
        if not scope.endswith(_DEFAULT) or resource not in self._resources:
            raise refusals.scope_is_wrong(scope)
        content = {
            "token_type": "Bearer",
            "expires_in": self._mint.lifetime,
            "ext_expires_in": self._mint.lifetime,
            "access_token": self._mint.issue(
                Claims(audience=resource, roles=self._resources[resource]), answers_challenge="claims" in form
            ),
        }
        return Answer(content=content, headers={"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})

    def _verify(self, form: Mapping[str, str]) -> None:
        client_id = form.get("client_id", "")
        if "client_assertion" in form:
            endpoint = f"{self._root}/{self._names[0]}/oauth2/v2.0/token"
            self._registration.verify_assertion(client_id, form["client_assertion"], endpoint)
        elif "client_secret" in form:
            self._registration.verify_secret(client_id, form["client_secret"])
        else:
            raise refusals.credential_is_missing()
