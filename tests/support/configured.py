"""A configuration file that reads a simulated tenant."""

from pathlib import Path

from scanner.simulator import SimulatedTenant


def write_config(
    folder: Path, tenant: SimulatedTenant, kind: str = "certificate", *, store: Path | None = None
) -> Path:
    """Write a configuration that signs in to a simulated tenant.

    Args:
        folder: Where it is written, and a secret beside it.
        tenant: The tenant, running.
        kind: "certificate", "secret" or "device-code".
        store: The store's file; ``store.db`` in the folder where it is not given.
    """
    secret = folder / "secret.txt"
    secret.write_text(tenant.client_secret)
    credential = {
        "certificate": f'certificate_file = "{tenant.certificate_file}"',
        "secret": f'secret_file = "{secret}"',
        "device-code": "",
    }[kind]
    path = folder / "smtp-posture.toml"
    path.write_text(
        f"""
[store]
url = "sqlite:///{store or folder / "store.db"}"
[tenants.simulated]
id = "{tenant.tenant_id}"
cloud = "custom"
[tenants.simulated.credential]
kind = "{kind}"
client_id = "{tenant.client_id}"
{credential}
[tenants.simulated.limits]
graph = 2000
conditional_access = 10
reports = 10
exchange = 100
[tenants.simulated.endpoints]
authority = "{tenant.authority_url}"
graph = "{tenant.graph_url}"
exchange = "{tenant.exchange_url}"
ca_file = "{tenant.ca_file}"
"""
    )
    return path
