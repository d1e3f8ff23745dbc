"""The configuration file: what it may say, and how its mistakes are told."""

import datetime as dt
import pickle
from pathlib import Path

import pytest

from scanner.config import Config, Secret, StoreConfig, load
from scanner.errors import ConfigurationError, ExitCode

TODAY = dt.date(2026, 11, 23)

WHOLE = """\
[store]
url = "postgresql+psycopg://posture:hunter2@db/posture"

[tenants.contoso]
id = "contoso.example"
cloud = "custom"

[tenants.contoso.credential]
kind = "certificate"
client_id = "e6000000-0000-4000-8000-000000000001"
certificate_file = "keys/app.pem"

[tenants.contoso.endpoints]
authority = "https://127.0.0.1:8443"
graph = "https://127.0.0.1:8443/graph"
exchange = "https://127.0.0.1:8443/exchange"
ca_file = "/etc/ca.pem"

[tenants.contoso.senders]
source_ips = ["203.0.113.7", "2001:db8::7"]

[[tenants.contoso.waivers]]
mailbox = "scanner@contoso.example"
flag = "exposed"
reason = "a scanner that can do no better"
owner = "Ada"
expires = 2027-03-31

[[tenants.contoso.waivers]]
mailbox = "press@contoso.example"
flag = "would_fail"
reason = "goes away"
owner = "Bob"
expires = 2026-11-23
"""

BRIEF = '[tenants.contoso]\nid = "contoso.example"\n[tenants.contoso.credential]\nkind = "managed-identity"\n'


def read(folder: Path, text: str, **environment: str) -> Config:
    file = folder / "posture.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, environment, today=TODAY)


def read_mistake(folder: Path, text: str, **environment: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(folder, text, **environment)
    assert caught.value.exit_code == ExitCode.USAGE
    return f"{caught.value.message} {caught.value.advice}"


def test_every_table_of_the_contract_is_read(tmp_path: Path) -> None:
    """The file of design.md §8 gives typed values."""
    tenant = read(tmp_path, WHOLE).tenants["contoso"]
    assert tenant.credential.certificate_file == tmp_path / "keys/app.pem"
    assert tenant.endpoints is not None
    assert tenant.endpoints.ca_file == Path("/etc/ca.pem")
    assert [str(address) for address in tenant.senders.addresses] == ["203.0.113.7", "2001:db8::7"]
    assert [waiver.expires for waiver in tenant.waivers] == [dt.date(2027, 3, 31), TODAY]


def test_nothing_given_is_a_configuration_too() -> None:
    """Without a file and without variables the defaults hold."""
    assert load(None, {}) == Config(store=StoreConfig(url="sqlite:///smtp-posture.db"), tenants={})


def test_any_key_can_come_from_the_environment(tmp_path: Path) -> None:
    """A variable wins over the file, and finds the file's key without regard to case."""
    config = read(
        tmp_path,
        BRIEF.replace("contoso]", "Contoso-Ltd]").replace("contoso.credential", "Contoso-Ltd.credential"),
        SMTP_POSTURE__STORE__URL="sqlite:///other.db",
        SMTP_POSTURE__TENANTS__CONTOSO_LTD__ID="fabrikam.example",
        smtp_posture__tenants__contoso_ltd__senders__source_ips='["203.0.113.7"]',
        SMTP_POSTURE_SECRET="not a key of ours",
    )
    tenant = config.tenants["Contoso-Ltd"]
    assert (config.store.url, tenant.id) == ("sqlite:///other.db", "fabrikam.example")
    assert tenant.senders.source_ips == ("203.0.113.7",)


def test_the_environment_alone_is_enough() -> None:
    """No file is needed where variables say everything."""
    config = load(
        None,
        {
            "SMTP_POSTURE__TENANTS__CONTOSO__ID": "contoso.example",
            "SMTP_POSTURE__TENANTS__CONTOSO__CREDENTIAL__KIND": "secret",
            "SMTP_POSTURE__TENANTS__CONTOSO__CREDENTIAL__CLIENT_ID": "app",
            "SMTP_POSTURE__TENANTS__CONTOSO__CREDENTIAL__SECRET_ENV": "APP_SECRET",
            "SMTP_POSTURE__TENANTS__CONTOSO__WAIVERS": '[{mailbox = "a@b.example", flag = "exposed", reason = "r", '
            'owner = "o", expires = 2027-01-01}]',
        },
        today=TODAY,
    )
    assert config.tenants["contoso"].waivers[0].owner == "o"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('client_id = "e', 'clientid = "e', ["line 10", "tenants.contoso.credential.clientid", "'client_id'"]),
        ("[store]", "[stores]", ["line 1", "stores: unknown key", "'store'"]),
        ('certificate_file = "keys/app.pem"', 'secret = "x"', ["line 11", "secret", "never stands"]),
        ('kind = "certificate"', 'kind = "magic"', ["line 9", "credential.kind", "Invalid enum value"]),
        ('kind = "certificate"', 'kind = "secret"', ["credential.secret_file", "exactly one"]),
        ('id = "contoso.example"', 'id = "contoso/../x"', ["line 5", "tenants.contoso.id"]),
        ('id = "contoso.example"', 'id = "common"', ["line 5", "tenants.contoso.id"]),
        ('id = "contoso.example"', "id = 7", ["line 5", "Expected `str`, got `int`"]),
        ('graph = "https', 'graph = "http', ["line 15", "endpoints.graph", "https://"]),
        ("https://127.0.0.1:8443/exchange", "https://u:p@127.0.0.1/", ["line 16", "without user"]),
        ("https://127.0.0.1:8443/exchange", "https://127.0.0.1:port/", ["line 16", "https://"]),
        ('cloud = "custom"', 'cloud = "public"', ["line 13", "endpoints", 'cloud = "custom"']),
        ('"203.0.113.7"', '"203.0.113.700"', ["line 20", "source_ips", "203.0.113.700"]),
        ('flag = "would_fail"', 'flag = "fine"', ["line 31", "waivers[1].flag", "fine"]),
        ('owner = "Bob"', 'owner = " "', ["line 33", "waivers[1].owner", "empty"]),
        ("expires = 2026-11-23", "expires = 2026-11-22", ["line 34", "expired on 2026-11-22", "Bob"]),
        ("expires = 2026-11-23", "", ["line 29", "missing required field `expires`"]),
        ('client_id = "e6000000-0000-4000-8000-000000000001"', "", ["line 8", "credential.client_id", "missing"]),
        ('certificate_file = "keys/app.pem"', "", ["line 8", "credential.certificate_file", "PEM"]),
        ("certificate_file", 'passphrase_file = "x"\npassphrase_env = "X"\ncertificate_file', ["passphrase_env"]),
        ('cloud = "custom"', 'cloud = "custom"\nproxy = "socks://x"', ["line 7", "proxy", "http://"]),
        ('cloud = "custom"', 'cloud = "custom"\nproxy = "http://u:p@x"', ["line 7", "proxy", "without user"]),
        ("https://127.0.0.1:8443/exchange", "https://[::1/", ["line 16", "https://"]),
        ("https://127.0.0.1:8443/exchange", "https://127.0.0.1:99999999/", ["line 16", "https://"]),
        ('certificate_file = "keys/app.pem"', "certificate_file = 7", ["line 11", "Expected a path, got `int`"]),
        ("[store]", "[store", ["not valid TOML", "line 1"]),
        ("[store]", 'tenants = "x"\n[store]', ["Cannot overwrite", "line 5"]),
    ],
)
def test_a_mistake_is_told_with_line_key_and_expectation(
    tmp_path: Path, old: str, new: str, expected: list[str]
) -> None:
    """Whoever made the mistake finds its place without searching."""
    message = read_mistake(tmp_path, WHOLE.replace(old, new, 1))
    assert "posture.toml" in message
    assert [part for part in expected if part not in message] == [], message


def test_a_custom_cloud_without_endpoints_is_refused(tmp_path: Path) -> None:
    """There would be no host to ask."""
    assert "endpoints" in read_mistake(
        tmp_path, BRIEF.replace("[tenants.contoso.c", 'cloud="custom"\n[tenants.contoso.c')
    )


def test_a_table_that_is_none_is_refused(tmp_path: Path) -> None:
    """`tenants` holds tables."""
    assert "expected a table" in read_mistake(tmp_path, 'tenants = "contoso"')


def test_a_bad_variable_is_named(tmp_path: Path) -> None:
    """A value from the environment is told with its variable, not with a line of the file."""
    message = read_mistake(tmp_path, BRIEF, SMTP_POSTURE__TENANTS__CONTOSO__CLOUD="moon")
    assert "SMTP_POSTURE__TENANTS__CONTOSO__CLOUD" in message
    assert "line" not in message.split(":")[0]


@pytest.mark.parametrize("variable", ["SMTP_POSTURE__TENANTS__CONTOSO__ID__X", "SMTP_POSTURE____ID"])
def test_a_variable_that_leads_nowhere_is_refused(tmp_path: Path, variable: str) -> None:
    """It would be ignored in silence otherwise."""
    assert variable in read_mistake(tmp_path, BRIEF, **{variable: "x"})


def test_a_broken_list_in_a_variable_is_refused(tmp_path: Path) -> None:
    """The error shows how a list is written."""
    message = read_mistake(tmp_path, BRIEF, SMTP_POSTURE__TENANTS__CONTOSO__SENDERS__SOURCE_IPS="[1.2.3.4]")
    assert "TOML list" in message


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A wrong path is no empty configuration."""
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml can't be read"):
        load(tmp_path / "nowhere.toml", {})


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """UTF-16 from Notepad is told as such."""
    file = tmp_path / "posture.toml"
    file.write_bytes(BRIEF.encode("utf-16"))
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        load(file, {})


def test_a_secret_never_shows_itself(tmp_path: Path) -> None:
    """Neither a secret nor the store's password is in a repr, and a secret can't be pickled."""
    secret = Secret("canary")
    assert "canary" not in f"{secret} {secret!r}"
    assert secret.reveal() == "canary"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert "hunter2" not in repr(read(tmp_path, WHOLE))
