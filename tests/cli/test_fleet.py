"""``smtp-posture fleet`` as a user calls it, on simulated tenants over TLS."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from scanner.simulator import Scenario, SimulatedTenant, build_population
from tests.support.program import Done, call, start

SECRET = "canary-s3cr3t"


@pytest.fixture(scope="module")
def tenants() -> Iterator[dict[str, SimulatedTenant]]:
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(SimulatedTenant(build_population(Scenario(mailboxes=20 + seed, seed=seed))))
            for seed, name in enumerate(("fabrikam", "contoso"), start=3)
        }


@pytest.fixture
def workplace(tmp_path: Path, tenants: dict[str, SimulatedTenant], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a configuration of two tenants, and one that can't be signed in to."""
    tables = []
    for name, tenant in (*tenants.items(), ("wrong", tenants["contoso"])):
        (tmp_path / f"{name}.txt").write_text(SECRET if name == "wrong" else tenant.client_secret)
        tenant_id = "99999999-0000-4000-8000-000000000009" if name == "wrong" else tenant.tenant_id
        tables.append(
            f"""
[tenants.{name}]
id = "{tenant_id}"
cloud = "custom"
credential = {{ kind = "secret", client_id = "{tenant.client_id}", secret_file = "{name}.txt" }}
limits = {{ graph = 2000, conditional_access = 10, reports = 10, exchange = 100, message_trace = 10 }}
[tenants.{name}.endpoints]
authority = "{tenant.authority_url}"
graph = "{tenant.graph_url}"
exchange = "{tenant.exchange_url}"
ca_file = "{tenant.ca_file}"
"""
        )
    (tmp_path / "smtp-posture.toml").write_text("".join(tables))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def scan(workplace: Path, *options: str) -> Done:
    return start(workplace, "fleet", "scan", "--format", "json", *options)


def test_all_tenants_are_scanned_and_told(
    workplace: Path, tenants: dict[str, SimulatedTenant], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each has a folder of its own; one that can't be signed in to fails alone; no secret is anywhere."""
    done = scan(workplace, "--json", "--out", "runs", "--abreast", "2")
    assert done.code == 1, done.err
    told = {tenant["name"]: tenant for tenant in done.json()["tenants"]}
    assert {name: tenant["state"] for name, tenant in told.items()} == {
        "contoso": "done", "fabrikam": "done", "wrong": "failed",
    }  # fmt: skip
    for name, tenant in tenants.items():
        folder = workplace / "runs" / tenant.tenant_id / told[name]["run"]
        report = json.loads((folder / "report.json").read_text())
        assert report["tenant"]["id"] == tenant.tenant_id
        assert report["summary"]["mailboxes"] == told[name]["mailboxes"]
        assert told[name]["folder"] == str(folder)
    assert sorted(path.name for path in (workplace / "runs").iterdir()) == sorted(
        tenant.tenant_id for tenant in tenants.values()
    )
    for words in ("fabrikam: done, exit code 0, run ", "contoso: done, exit code 0, run ", "wrong: failed: "):
        assert f"smtp-posture: {words}" in done.err
    kept = b"".join(path.read_bytes() for path in workplace.rglob("*") if path.is_file() and path.suffix != ".txt")
    for secret in (SECRET, *(tenant.client_secret for tenant in tenants.values())):
        assert secret not in done.out + done.err
        assert secret.encode() not in kept
    shown = call(capsys, "fleet", "status", "--json")
    assert (shown.code, shown.json()) == (0, done.json())
    drawn = call(capsys, "fleet", "status", done.json()["fleet"][:12]).out
    assert "3 tenants: 2 done, 1 failed; " in drawn
    assert "contoso   done    0     " in drawn


def test_a_tenant_that_is_named_is_scanned_alone(workplace: Path, tenants: dict[str, SimulatedTenant]) -> None:
    done = scan(workplace, "--tenant", "contoso")
    assert done.code == 0, done.err
    assert "1 tenant: 1 done" in done.out
    assert [path.name for path in (workplace / "smtp-posture-runs").iterdir()] == [tenants["contoso"].tenant_id]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("scan", "--tenant", "nobody"), "No tenant 'nobody' is configured."),
        (("scan", "--format", "nonsense"), "'nonsense' is no format."),
        (("scan", "--lang", "xx"), "'xx'"),
        (("status",), "There is no fleet run latest."),
        (("status", "2026"), "There is no fleet run 2026."),
    ],
)
def test_a_mistake_is_told_before_anything_is_done(
    workplace: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    done = call(capsys, "fleet", *arguments)
    assert (done.code, said in done.err) == (2, True), done.err
    assert not (workplace / "smtp-posture-runs").exists()


def test_two_names_of_one_tenant_are_a_mistake(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It would be scanned twice."""
    config = workplace / "smtp-posture.toml"
    config.write_text(config.read_text() + config.read_text().replace("[tenants.", "[tenants.other-"))
    done = call(capsys, "fleet", "scan")
    assert done.code == 2
    assert "are one tenant" in done.err
    assert call(capsys, "fleet", "scan", "--tenant", "contoso", "--tenant", "nobody").code == 2


def test_without_tenants_there_is_nothing_to_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = call(capsys, "fleet", "scan")
    assert (done.code, "No tenant is configured." in done.err) == (2, True)
