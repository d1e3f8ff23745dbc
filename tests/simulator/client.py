"""A client that talks to a simulated tenant the way a scanner does: MSAL, its own authority, no proxies."""

from collections.abc import Callable, Mapping
from typing import Any

import msal
import requests

from scanner.simulator import SimulatedTenant

UNLIMITED = {"ResultSize": "Unlimited"}
ANCHOR = "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@contoso.onmicrosoft.example"


class Client:
    """Talks to a simulated tenant the way a scanner does."""

    def __init__(self, tenant: SimulatedTenant) -> None:
        self.tenant = tenant
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.verify = str(tenant.ca_file)

    def sign_in(self, resource: str, credential: object = None) -> dict[str, Any]:
        application = msal.ConfidentialClientApplication(
            self.tenant.client_id,
            authority=f"{self.tenant.authority_url}/{self.tenant.tenant_id}",
            client_credential=credential or self.tenant.client_secret,
            instance_discovery=False,
            http_client=self.http,
        )
        answer: dict[str, Any] = application.acquire_token_for_client([f"{resource}/.default"])
        return answer

    def bearer(self, resource: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.sign_in(resource)['access_token']}"}

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.follow(f"{self.tenant.graph_url}/v1.0{path}", **headers)

    def follow(self, url: str, **headers: str) -> requests.Response:
        return self.http.get(url, headers={**self.bearer(self.tenant.graph_url), **headers})

    def walk(self, path: str) -> list[dict[str, Any]]:
        page = self.get(path).json()
        rows: list[dict[str, Any]] = page["value"]
        while link := page.get("@odata.nextLink"):
            page = self.follow(link).json()
            rows += page["value"]
        return rows

    def batch(self, *paths: str, version: str = "beta") -> requests.Response:
        items = [{"id": str(at), "method": "GET", "url": path} for at, path in enumerate(paths)]
        url = f"{self.tenant.graph_url}/{version}/$batch"
        return self.http.post(url, json={"requests": items}, headers=self.bearer(self.tenant.graph_url))

    def invoke(
        self, cmdlet: str, parameters: Mapping[str, object] | None = None, *, url: str = "", anchor: str = ANCHOR
    ) -> requests.Response:
        root = f"{self.tenant.exchange_url}/adminapi/beta/{self.tenant.tenant_id}/InvokeCommand"
        headers = self.bearer(self.tenant.exchange_url)
        if anchor:
            headers["X-AnchorMailbox"] = anchor
        body = {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters or {}}}
        return self.http.post(url or root, json=body, headers=headers, stream=True)

    def list_all(self, cmdlet: str, **parameters: object) -> list[dict[str, Any]]:
        wanted = {**UNLIMITED, **parameters}
        page = self.invoke(cmdlet, wanted).json()
        rows: list[dict[str, Any]] = page["value"]
        while link := page.get("@odata.nextLink"):
            page = self.invoke(cmdlet, wanted, url=link).json()
            rows += page["value"]
        return rows


Open = Callable[[SimulatedTenant], Client]
"""Enters a tenant for the length of one test."""
