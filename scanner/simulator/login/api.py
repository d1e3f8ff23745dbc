"""OIDC discovery, the client credentials flow, and the device code flow."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from scanner.simulator.login import refusals
from scanner.simulator.login.person import CodeDesk
from scanner.simulator.login.refusals import SignInRefusedError
from scanner.simulator.login.registration import Registration
from scanner.simulator.tokens import Claims, Mint
from scanner.simulator.wire import Answer, Ask

_DISCOVERY = ("v2.0", ".well-known", "openid-configuration")
_TOKEN = ("oauth2", "v2.0", "token")
_CODE = ("oauth2", "v2.0", "devicecode")
_DEFAULT = "/.default"
_BY_CODE = "urn:ietf:params:oauth:grant-type:device_code"


class LoginApi:
    """The identity platform as one tenant's applications see it.

    Args:
        root: address of the authority, without a tenant.
        names: names under which the tenant can be asked for; the first is its id.
        registration: the one application that it knows.
        resources: roles granted, by resource address.
        codes: gives out codes to sign in with.
        mint: issues the tokens.
    """

    def __init__(
        self,
        *,
        root: str,
        names: tuple[str, ...],
        registration: Registration,
        resources: Mapping[str, frozenset[str]],
        codes: CodeDesk,
        mint: Mint,
    ) -> None:
        self._root = root
        self._names = names
        self._registration = registration
        self._resources = resources
        self._codes = codes
        self._mint = mint

    def answer(self, ask: Ask) -> Answer:
        """Answer one request.

        Args:
            ask: path `{tenant}/v2.0/.well-known/openid-configuration`, `{tenant}/oauth2/v2.0/token` or `…/devicecode`.

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
                case "POST", path if path == _CODE:
                    return self._give_out_code(dict(parse_qsl(ask.body.decode())))
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

    def _give_out_code(self, form: Mapping[str, str]) -> Answer:
        self._registration.verify_client(form.get("client_id", ""))
        return Answer(content=self._codes.give_out(form.get("scope", "")))

    def _issue(self, form: Mapping[str, str]) -> Answer:
        scope = form.get("scope", "")
        match form.get("grant_type", ""):
            case "client_credentials":
                self._verify(form)
                return self._answer_with_token(form, scope)
            case grant if grant == _BY_CODE:
                self._registration.verify_client(form.get("client_id", ""))
                scope = self._codes.redeem_code(form.get("device_code", ""))
            case "refresh_token":
                self._registration.verify_client(form.get("client_id", ""))
                self._codes.redeem_refresh_token(form.get("refresh_token", ""))
            case other:
                raise refusals.grant_is_unsupported(other)
        return self._answer_with_token(form, scope, self._codes)

    def _answer_with_token(self, form: Mapping[str, str], scope: str, codes: CodeDesk | None = None) -> Answer:
        resource = next((word.removesuffix(_DEFAULT) for word in scope.split() if word.endswith(_DEFAULT)), "")
        rights = codes.scopes if codes else self._resources
        if resource not in rights:
            raise refusals.scope_is_wrong(scope)
        claims = Claims(audience=resource, roles=rights[resource], person=codes.person.name if codes else "")
        content = {
            "token_type": "Bearer",
            "expires_in": self._mint.lifetime,
            "ext_expires_in": self._mint.lifetime,
            "access_token": self._mint.issue(claims, answers_challenge="claims" in form),
            **(codes.identify(resource) if codes else {}),
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
