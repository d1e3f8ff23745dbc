"""What `init` writes: the first configuration, a key with its certificate, and the script that registers the app."""

import base64
import datetime as dt
import json
import os
import re
import secrets
from pathlib import Path
from typing import Final, Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from scanner.app.sources import load_config
from scanner.config.tables import NO_TENANTS, TENANT_ID, CredentialKind
from scanner.content import find_content
from scanner.errors import ConfigurationError
from scanner.evidence.permissions import list_permissions
from scanner.model.frozen import Frozen
from scanner.replies.commands import quoted
from scanner.sources.live.credential import CERTIFICATE

PRIVATE: Final = 0o600
KEY_BITS: Final = 3072
LIFE: Final = dt.timedelta(days=365)
TENANT_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MARK: Final = "# <settings>"
BYTE_ORDER_MARK: Final = "\ufeff"  # without it Windows PowerShell reads the file in the local code page

# How Connect-MgGraph and Connect-ExchangeOnline call each cloud.
ENVIRONMENTS: Final = {
    "public": ("Global", "O365Default"),
    "gcc-high": ("USGov", "O365USGovGCCHigh"),
    "dod": ("USGovDoD", "O365USGovDoD"),
    "china": ("China", "O365China"),
}
CloudOfModules = Literal["public", "gcc-high", "dod", "china"]
ExchangeRight = Literal["role-group", "global-reader"]

# What each kind of credential takes beside client_id.
CREDENTIAL_LINES: Final[dict[str, str]] = {
    "certificate": "certificate_file = {file}      # private key and certificate in PEM; keep it to yourself",
    "secret": 'secret_file = "client-secret.txt"      # or secret_env; the secret itself never stands in this file',
    "federated": '# token_file = "…"      # AZURE_FEDERATED_TOKEN_FILE names it where this is not given',
    "managed-identity": "# client_id is for a user-assigned identity only",
    "device-code": "# You sign in with a browser at every scan; for scans by schedule take a certificate.",
}
CONFIG: Final = """\
# smtp-posture, written by `smtp-posture init`. Secrets never stand in this file.
# The README explains every key; `smtp-posture doctor` says what is wrong or lacks.

[store]
url = "sqlite:///smtp-posture.db"      # or postgresql+psycopg://USER@HOST/NAME
# keep_days = 400                      # `smtp-posture purge` removes what is older

[tenants.{name}]
id = {id}      # the tenant's id, or one of its domains
cloud = {cloud}      # public, gcc-high, dod or china

[tenants.{name}.credential]
kind = {kind}
client_id = {client_id}      # the registration script prints it
{line}

# [tenants.{name}.senders]
# source_ips = ["203.0.113.7"]         # public addresses of devices, for Conditional Access by location
# exports = ["smtp-auth-clients.csv"]  # the Exchange admin center's report "SMTP AUTH clients"
"""


class Wish(Frozen, frozen=True, kw_only=True):
    """What `init` is asked for.

    Attributes:
        name: The tenant's name in the configuration.
        tenant_id: Its id or a domain; may be empty, and is filled in later.
        client_id: The application's id; the same.
        cloud: The national cloud.
        kind: The kind of credential.
        exchange: How the application gets its right inside Exchange.
        app_name: How the application is called.
        config_file: Where the configuration goes.
        script_file: Where the script goes.
        certificate_file: Where key and certificate are, or go.
    """

    name: str
    tenant_id: str
    client_id: str
    cloud: CloudOfModules
    kind: CredentialKind
    exchange: ExchangeRight
    app_name: str
    config_file: Path
    script_file: Path
    certificate_file: Path


class Written(Frozen, frozen=True, kw_only=True):
    """What `init` left.

    Attributes:
        config: The configuration.
        script: The script.
        certificate: Key and certificate; ``None`` where the credential is of another kind.
        certificate_made: They were made just now.
        lacking: Keys of the configuration that are still to be filled in.
    """

    config: Path
    script: Path
    certificate: Path | None
    certificate_made: bool
    lacking: tuple[str, ...]


def write_first_files(wish: Wish, *, force: bool) -> Written:
    """Write the configuration and the script, and make a certificate where there is none.

    Args:
        wish: What is asked for.
        force: Write over a configuration and a script that are there; a key never is.

    Raises:
        ConfigurationError: Something is there already, can't be written, or is no name.
    """
    _refuse_odd_names(wish)
    if not force:
        _refuse_to_overwrite(wish.config_file, wish.script_file)
    made = wish.kind == "certificate" and not wish.certificate_file.exists()
    if made:
        write_private(wish.certificate_file, make_certificate(dt.datetime.now(tz=dt.UTC)), force=False)
    certificate = read_certificate(wish.certificate_file) if wish.kind == "certificate" else None
    write_private(wish.script_file, BYTE_ORDER_MARK + write_script(wish, certificate), force=force)
    write_private(wish.config_file, write_config(wish), force=force)
    given = {"id": wish.tenant_id, "client_id": wish.client_id or wish.kind == "managed-identity"}
    lacking = tuple(key for key, value in given.items() if not value)
    if not lacking:
        load_config(wish.config_file)
    return Written(
        config=wish.config_file,
        script=wish.script_file,
        certificate=wish.certificate_file if certificate else None,
        certificate_made=made,
        lacking=lacking,
    )


def write_config(wish: Wish) -> str:
    """Write the configuration: valid as soon as the ids stand in it."""
    file = _toml(os.path.relpath(wish.certificate_file, wish.config_file.parent))
    return CONFIG.format(
        name=wish.name,
        id=_toml(wish.tenant_id),
        cloud=_toml(wish.cloud),
        kind=_toml(wish.kind),
        client_id=_toml(wish.client_id),
        line=CREDENTIAL_LINES[wish.kind].format(file=file),
    )


def write_script(wish: Wish, certificate: x509.Certificate | None) -> str:
    """Write the registration script: its text is fixed, what was asked for stands in one table of quoted words."""
    body = (find_content("reports") / "powershell" / "app-registration.ps1").read_text(encoding="utf-8")
    return body.replace(MARK, _write_settings(wish, certificate), 1)


def _write_settings(wish: Wish, certificate: x509.Certificate | None) -> str:
    delegated = wish.kind == "device-code"
    permissions = list_permissions(delegated=delegated)
    graph, exchange = ENVIRONMENTS[wish.cloud]
    public = certificate.public_bytes(serialization.Encoding.DER) if certificate else b""
    thumbprint = certificate.fingerprint(hashes.SHA1()) if certificate else b""  # noqa: S303 -- a name, not a proof
    forms = (thumbprint.hex().upper(), base64.b64encode(thumbprint).decode()) if certificate else ()
    settings = {
        "TenantId": quoted(wish.tenant_id or "organizations"),
        "AppName": quoted(wish.app_name),
        "ExchangeRight": quoted("RoleGroup" if wish.exchange == "role-group" else "GlobalReader"),
        "Delegated": "$true" if delegated else "$false",
        "ManagedIdentity": "$true" if wish.kind == "managed-identity" else "$false",
        "GraphEnvironment": quoted(graph),
        "ExchangeEnvironment": quoted(exchange),
        "Certificate": quoted(base64.b64encode(public).decode()),
        "Thumbprints": _list(forms),
        "Graph": _list(permissions.graph),
        "Exchange": _list(permissions.exchange),
    }
    return "\n".join(("$Settings = @{", *(f"    {key} = {value}" for key, value in settings.items()), "}"))


def _list(words: tuple[str, ...]) -> str:
    inner = ",".join(f"\n        {quoted(word)}" for word in words)
    return f"@({inner}\n    )" if words else "@()"


def make_certificate(now: dt.datetime) -> str:
    """Make an RSA key and a self-signed certificate for it, as MSAL signs with.

    Returns:
        Both, in PEM form.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "smtp-posture")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + LIFE)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (private + certificate.public_bytes(serialization.Encoding.PEM)).decode()


def read_certificate(file: Path) -> x509.Certificate:
    """Read the public part of a PEM file; the private key is not looked at.

    Raises:
        ConfigurationError: There is none.
    """
    try:
        found = CERTIFICATE.search(file.read_text(encoding="utf-8-sig"))
        return x509.load_pem_x509_certificate(found[0].encode() if found else b"")
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{file} holds no certificate in PEM form.", "Name another file with --certificate-file."
        ) from error


def write_private(path: Path, text: str, *, force: bool) -> None:
    """Write a file that only its owner reads; it is whole under its name, or not there.

    Raises:
        ConfigurationError: It is there already, or can't be written.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE), "w", encoding="utf-8") as out:
            out.write(text)
        if force:
            draft.replace(path)
        else:
            path.hardlink_to(draft)  # unlike a renaming, this never takes the place of a file
    except FileExistsError as error:
        raise _there_already(path) from error
    except OSError as error:
        raise ConfigurationError(
            f"{path} can't be written: {error.strerror}.", "Choose another place, or let this user write there."
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def _refuse_to_overwrite(*files: Path) -> None:
    for file in files:
        if file.exists():
            raise _there_already(file)


def _there_already(file: Path) -> ConfigurationError:
    return ConfigurationError(f"{file} is there already.", "Name another file, or write over it with --force.")


def _refuse_odd_names(wish: Wish) -> None:
    if not TENANT_NAME.fullmatch(wish.name):
        raise ConfigurationError(f"--name: {wish.name!r} is no name.", "Take letters, digits, - and _, e.g. contoso.")
    if not wish.app_name.isprintable() or not wish.app_name.strip():
        raise ConfigurationError("--app-name: it has to be one line of text.", "Give e.g. smtp-posture.")
    if wish.tenant_id and (not TENANT_ID.fullmatch(wish.tenant_id) or wish.tenant_id.lower() in NO_TENANTS):
        raise ConfigurationError(
            f"--tenant-id: {wish.tenant_id!r} is no tenant.", "Give its id, a GUID, or one of its domains."
        )
    if wish.client_id and not GUID.fullmatch(wish.client_id):
        raise ConfigurationError(f"--client-id: {wish.client_id!r} is no id.", "Give the application's id, a GUID.")


def _toml(text: str) -> str:
    """Write a basic string: JSON's form is TOML's as well, apart from one mark."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
