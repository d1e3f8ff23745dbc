"""From a due time to mail that a person can read: ``schedule run`` against the simulated tenant, and what breaks."""

import contextlib
import datetime as dt
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.cli import main
from scanner.delivery.graph import GraphRoute
from scanner.simulator import Scenario, SimulatedTenant, build_population

NOW = ("--now", "2026-12-01T06:00")


@pytest.fixture(scope="module")
def tenant() -> Iterator[SimulatedTenant]:
    with SimulatedTenant(build_population(Scenario(mailboxes=40, seed=5))) as running:
        yield running


@pytest.fixture
def workplace(tmp_path: Path, tenant: SimulatedTenant, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with two recipients, one of whom reads Ukrainian, and a folder."""
    sender = next(account.upn for account in tenant.population.accounts if account.enabled)
    (tmp_path / "schedules").mkdir()
    (tmp_path / "secret.txt").write_text(tenant.client_secret)
    (tmp_path / "schedules" / "monthly-audit.toml").write_text(
        f'title = "Audit"\nformats = ["json", "xlsx"]\nout = "runs"\n[when]\nday = 1\n'
        f'[[recipients]]\nto = "{tmp_path}/share"\nroute = "folder"\n'
    )
    (tmp_path / "smtp-posture.toml").write_text(f"""
[delivery]
sender = "{sender}"
allowed_domains = ["contoso.com"]
[tenants.contoso]
id = "{tenant.tenant_id}"
cloud = "custom"
credential = {{ kind = "secret", client_id = "{tenant.client_id}", secret_file = "secret.txt" }}
[tenants.contoso.limits]
conditional_access = 10
reports = 10
exchange = 100
message_trace = 10
[tenants.contoso.endpoints]
authority = "{tenant.authority_url}"
graph = "{tenant.graph_url}"
exchange = "{tenant.exchange_url}"
ca_file = "{tenant.ca_file}"
[[tenants.contoso.recipients]]
to = "Ops@contoso.com"
[[tenants.contoso.recipients]]
to = "ua@contoso.com"
lang = "uk"
""")
    monkeypatch.chdir(tmp_path)
    tenant.post.clear()
    return tmp_path


def run(*options: str) -> int:
    return main(["schedule", "run", "monthly-audit", *NOW, *options])


def deliveries(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["schedule", "deliveries", "--json"]) == 0
    return {item["recipient"]: item for item in json.loads(capsys.readouterr().out)}


def test_a_due_schedule_mails_each_recipient_once_in_the_own_language(
    workplace: Path, tenant: SimulatedTenant, capsys: pytest.CaptureFixture[str]
) -> None:
    """Trust R10: however often it is called, one run and one mail per recipient and period."""
    assert [run() for _ in range(3)] == [0, 0, 0]
    assert "was run already" in capsys.readouterr().err
    assert len(list(workplace.glob("runs/*/report.json"))) == 1
    mails = {posted.message["To"]: posted.message for posted in tenant.post}
    assert sorted(mails) == ["ops@contoso.com", "ua@contoso.com"]
    assert len(tenant.post) == 2
    english, ukrainian = mails["ops@contoso.com"], mails["ua@contoso.com"]
    assert "SMTP AUTH of" in english["Subject"]
    assert [part.get_filename() for part in english.iter_attachments()] == ["smtp-posture-report-2026-12-01.xlsx"]
    body = ukrainian.get_body(("html",))
    assert body is not None
    assert 'lang="uk"' in body.get_content()
    (shared,) = workplace.glob("share/*/*/en/*.xlsx")
    assert shared.stat().st_mode & 0o777 == 0o600
    assert {item["state"] for item in deliveries(capsys).values()} == {"sent"}


def test_the_report_is_judged_for_the_day_of_the_period(workplace: Path) -> None:
    assert run() == 0
    (report,) = workplace.glob("runs/*/report.json")
    assert json.loads(report.read_text())["run"]["as_of"] == "2026-12-01"


def test_a_dry_run_sends_nothing_and_writes_the_mail(workplace: Path, tenant: SimulatedTenant) -> None:
    assert run("--dry-run") == 0
    assert tenant.post == []
    assert not (workplace / "share").exists()
    mails = sorted(workplace.glob("runs/not-sent/*.eml"))
    assert len(mails) == 2
    assert {path.stat().st_mode & 0o777 for path in mails} == {0o600}
    assert run() == 0
    assert len(tenant.post) == 2


def test_a_crash_between_accepted_and_recorded_is_shown_and_not_repeated(
    workplace: Path, tenant: SimulatedTenant, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trust R11, with a real process that dies right after Graph took the mail."""
    child = os.fork()
    if not child:
        monkeypatch.setattr(GraphRoute, "send", send_and_die)
        run()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    monkeypatch.setattr("scanner.app.deliver.LONGEST_SENDING", dt.timedelta(0))
    assert run() == 1
    kept = deliveries(capsys)
    assert kept["ops@contoso.com"]["state"] == "unconfirmed"
    assert kept["ua@contoso.com"]["state"] == "sent"
    assert run() == 1
    assert [posted.message["To"] for posted in tenant.post] == ["ops@contoso.com", "ua@contoso.com"]
    assert main(["schedule", "list"]) == 0
    assert "graph to ops@contoso.com: unconfirmed" in capsys.readouterr().out


SEND = GraphRoute.send


def send_and_die(route: GraphRoute, parcel: Any) -> str:
    SEND(route, parcel)
    os._exit(9)


def test_a_mail_that_was_refused_is_tried_again_by_the_next_call(
    workplace: Path, tenant: SimulatedTenant, capsys: pytest.CaptureFixture[str]
) -> None:
    """The scan is not: its period is done."""
    config = workplace / "smtp-posture.toml"
    text = config.read_text()
    config.write_text(text.replace('sender = "', 'sender = "nobody-'))
    assert run() == 1
    assert tenant.post == []
    assert "ErrorInvalidUser" in deliveries(capsys)["ops@contoso.com"]["reason"]
    config.write_text(text)
    assert run() == 0
    assert len(tenant.post) == 2
    assert len(list(workplace.glob("runs/*/report.json"))) == 1


def test_an_altered_report_does_not_leave(
    workplace: Path, tenant: SimulatedTenant, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files are compared with their manifest before each delivery."""
    assert run("--dry-run") == 0
    (folder,) = workplace.glob("runs/2*")
    with (folder / "report.xlsx").open("ab") as book:
        book.write(b"x")
    assert run() == 1
    kept = deliveries(capsys)
    assert all("not as it was written" in item["reason"] for item in kept.values())
    assert tenant.post == []


def test_a_report_of_another_tenant_does_not_leave(
    workplace: Path, tenant: SimulatedTenant, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Trust T15: whoever swaps a whole run folder, manifest and all, is noticed."""
    assert run("--dry-run") == 0
    (folder,) = workplace.glob("runs/2*")
    with SimulatedTenant(build_population(Scenario(mailboxes=5, seed=9))) as other:
        config = (workplace / "smtp-posture.toml").read_text()
        for mine, theirs in (
            (tenant.tenant_id, other.tenant_id), (tenant.authority_url, other.authority_url),
            (str(tenant.ca_file), str(other.ca_file)), (tenant.client_id, other.client_id),
        ):  # fmt: skip
            config = config.replace(mine, theirs)
        (tmp_path / "secret.txt").write_text(other.client_secret)
        (tmp_path / "other.toml").write_text(config)
        assert run("--dry-run", "--config", "other.toml") == 0
    (foreign,) = set(workplace.glob("runs/2*")) - {folder}
    shutil.rmtree(folder)
    shutil.move(foreign, folder)
    (tmp_path / "secret.txt").write_text(tenant.client_secret)
    assert run() == 1
    assert tenant.post == []
    assert "another tenant or time" in deliveries(capsys)["ops@contoso.com"]["reason"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Ops@contoso.com", "ops@evil.example", "its domain is not among allowed_domains"),
        ("Ops@contoso.com", "ops at contoso", "is no plain mail address"),
        ('lang = "uk"', 'lang = "xx"', "'xx'"),
        ("sender = ", "#sender = ", "Mail needs a sender."),
        ('lang = "uk"', 'route = "webhook"', "there is no such webhook"),
        ('lang = "uk"', 'route = "smtp"', "The route smtp needs a server."),
        ('lang = "uk"', 'route = "fax"', "tenants.contoso.recipients[1].route"),
    ],
)
def test_a_recipient_that_can_not_be_sent_to_is_told_before_anything_is_read(
    workplace: Path, tenant: SimulatedTenant, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    config = workplace / "smtp-posture.toml"
    config.write_text(config.read_text().replace(old, new))
    before = len(tenant.visits)
    assert run() == 2
    assert said in capsys.readouterr().err
    assert len(tenant.visits) == before


def test_runs_older_than_the_schedule_keeps_them_are_taken_away(workplace: Path) -> None:
    """With their files in every language; other tenants' and younger runs stay."""
    assert run() == 0
    (first,) = workplace.glob("runs/2*")
    assert (first / "letter.uk.json").exists()
    with contextlib.closing(sqlite3.connect(workplace / "smtp-posture.db")) as database, database:
        database.execute("UPDATE run SET started = '2026-01-01T00:00:00.000000+00:00'")
    schedule = workplace / "schedules" / "monthly-audit.toml"
    schedule.write_text("keep = 100\n" + schedule.read_text())
    assert run("--again") == 0
    assert not first.exists()
    assert len(list(workplace.glob("runs/2*"))) == 1


def test_no_secret_is_in_the_store_in_a_report_or_in_what_is_said(
    workplace: Path, tenant: SimulatedTenant, capsys: pytest.CaptureFixture[str]
) -> None:
    """Trust R18: the client secret, a token, and the address of a webhook that can't be reached."""
    (workplace / "hook.txt").write_text("https://127.0.0.1:1/hook/canary-of-the-webhook")
    config = workplace / "smtp-posture.toml"
    config.write_text(
        config.read_text().replace('lang = "uk"', 'route = "webhook"').replace('"ua@contoso.com"', '"teams"')
        + '[delivery.webhooks.teams]\nkind = "teams"\nurl_file = "hook.txt"\n'
    )
    assert run() == 1
    shown = capsys.readouterr()
    kept = [path for path in workplace.rglob("*") if path.is_file() and path.name not in {"hook.txt", "secret.txt"}]
    texts = [shown.out.encode(), shown.err.encode(), *(path.read_bytes() for path in kept)]
    for canary in (b"canary-of-the-webhook", tenant.client_secret.encode(), b"Bearer ey", b"eyJ0eXAi", b"eyJhbGci"):
        assert not any(canary in text for text in texts), canary


def test_an_incomplete_run_says_so_in_the_subject(workplace: Path) -> None:
    """Nobody may take it for the whole truth."""
    with SimulatedTenant(build_population(Scenario(mailboxes=20, seed=5)), without={"Policy.Read.All"}) as poor:
        sender = next(account.upn for account in poor.population.accounts if account.enabled)
        config = workplace / "smtp-posture.toml"
        config.write_text(f"""
[delivery]
sender = "{sender}"
[tenants.contoso]
id = "{poor.tenant_id}"
cloud = "custom"
credential = {{ kind = "certificate", client_id = "{poor.client_id}", certificate_file = "{poor.certificate_file}" }}
[tenants.contoso.endpoints]
authority = "{poor.authority_url}"
graph = "{poor.graph_url}"
exchange = "{poor.exchange_url}"
ca_file = "{poor.ca_file}"
[[tenants.contoso.recipients]]
to = "ops@contoso.com"
""")
        assert run() == 4
        (posted,) = poor.post
    assert posted.message["Subject"].startswith("[INCOMPLETE] ")
