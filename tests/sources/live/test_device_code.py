"""Signing in by a code that somebody enters: once for both services, silently afterwards, and never from the disk."""

import threading
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
import requests

from scanner.errors import ConfigurationError, SignInError
from scanner.evidence.permissions import as_delegated
from scanner.evidence.registry import SECTIONS
from scanner.model.section import SectionState
from scanner.model.text import say
from scanner.simulator import Population, SimulatedTenant
from scanner.sources.live import LiveSource, Target
from scanner.sources.live.credential import Account, TokenSession
from scanner.sources.live.patience import PassingError
from scanner.sources.live.request_log import RequestLog
from tests.sources.live.scene import QUICK, Shelf, keys_of, make_target, pick
from tests.support.configured import write_config
from tests.support.program import call

ASKED = {section.name for section in SECTIONS if section.ask is not None}
FOR_EVER = 10**6


def personal(tenant: SimulatedTenant) -> Target:
    return make_target(keys_of(tenant) | {"CREDENTIAL__KIND": "device-code"})


def read(tenant: SimulatedTenant, *names: str) -> Shelf:
    shelf = Shelf()
    source = LiveSource(personal(tenant), pick(*names) if names else SECTIONS, QUICK, attended=True)
    shelf.tenant = source.collect(shelf, shelf)
    return shelf


def set_person(tenant: SimulatedTenant, **manners: object) -> None:
    tenant.codes.person = msgspec.structs.replace(tenant.codes.person, **manners)


def open_account(tenant: SimulatedTenant, shown: list[str], session: TokenSession | None = None) -> Account:
    target = personal(tenant)
    return Account(target, session or TokenSession(target, QUICK, RequestLog(None)), shown.append)


def test_one_code_opens_both_services(small: Population) -> None:
    """All sections are read; the code and where to enter it are shown once; Exchange is anchored at the person."""
    with SimulatedTenant(small) as tenant:
        shelf = read(tenant)
        person = tenant.codes.person.name
        anchors = {visit.headers.get("x-anchormailbox") for visit in tenant.visits if visit.cmdlet}
    assert shelf.states(SectionState.COMPLETE) == ASKED
    assert len(shelf.sentences) == tenant.codes.given_out == 1
    assert "https://microsoft.com/devicelogin" in shelf.sentences[0]
    assert anchors == {f"UPN:{person}"}
    assert shelf.tenant.id == tenant.tenant_id
    assert all(record.reading for record in shelf.requests)


def test_nobody_there_is_a_configuration_error(small: Population) -> None:
    """No code is asked for."""
    with SimulatedTenant(small) as tenant:
        with pytest.raises(ConfigurationError, match="somebody at a terminal"):
            LiveSource(personal(tenant), SECTIONS, QUICK).collect(Shelf(), Shelf())
        assert tenant.codes.given_out == 0


@pytest.mark.parametrize(("right", "section"), [("Exchange.Manage", "mailboxes"), ("User.Read.All", "users")])
def test_a_scope_that_lacks_is_told_as_such(small: Population, right: str, section: str) -> None:
    with SimulatedTenant(small, without=[right]) as tenant:
        shelf = Shelf()
        LiveSource(personal(tenant), as_delegated(SECTIONS), QUICK, attended=True).collect(shelf, shelf)
    assert shelf.reports[section].state is SectionState.MISSING
    assert shelf.reports[section].permission == right


def test_who_declines_is_told(small: Population) -> None:
    with SimulatedTenant(small) as tenant:
        set_person(tenant, declines=True)
        with pytest.raises(SignInError, match="AADSTS65004") as caught:
            read(tenant, "security-defaults")
        assert tenant.codes.given_out == 1
    assert "declined" in caught.value.advice


def test_a_token_that_is_refused_is_renewed_without_a_person(small: Population) -> None:
    """For each service on its own; the answer is another token."""
    shown: list[str] = []
    with SimulatedTenant(small) as tenant:
        account = open_account(tenant, shown)
        first = {url: account.issue(url, "")["access_token"] for url in (tenant.graph_url, tenant.exchange_url)}
        assert account.issue(tenant.graph_url, "")["access_token"] == first[tenant.graph_url]
        account.forget()
        renewed = {url: account.issue(url, "")["access_token"] for url in (tenant.exchange_url, tenant.graph_url)}
    assert not set(first.values()) & set(renewed.values())
    assert len(shown) == 1


def test_waiting_ends_when_it_is_stopped(small: Population) -> None:
    """As at Ctrl-C: nothing hangs until the code has expired, and whoever waited behind shows no code of its own."""
    answers: list[Mapping[str, object]] = []
    shown: list[str] = []
    with SimulatedTenant(small) as tenant:
        set_person(tenant, hesitates=FOR_EVER)
        account = open_account(tenant, shown)
        urls = (tenant.graph_url, tenant.exchange_url)
        waiting = [threading.Thread(target=lambda url=url: answers.append(account.issue(url, ""))) for url in urls]
        for thread in waiting:
            thread.start()
        while not shown:
            time.sleep(0.01)
        account.stop()
        for thread in waiting:
            thread.join(5)
            assert not thread.is_alive()
    assert [answer["error"] for answer in answers] == ["authorization_pending"] * 2
    assert len(shown) == 1


def test_a_break_in_the_network_shows_no_second_code(small: Population) -> None:
    """The code that is being entered stays good."""
    shown: list[str] = []
    with SimulatedTenant(small) as tenant:
        set_person(tenant, hesitates=0)
        target = personal(tenant)
        account = open_account(tenant, shown, Breaking(target, QUICK, RequestLog(None)))
        with pytest.raises(PassingError):
            account.issue(tenant.graph_url, "")
        assert account.issue(tenant.graph_url, "")["access_token"]
    assert len(shown) == 1


class Breaking(TokenSession):
    """A session that breaks at the first question whether the code was entered."""

    broken = False

    def request(self, method: str | bytes, url: str | bytes, *args: object, **options: object) -> requests.Response:
        if str(url).endswith("/token") and not self.broken:
            self.broken = True
            raise PassingError(say("the connection broke or timed out ({error})", error="ConnectionError"))
        return super().request(method, url, *args, **options)


def test_a_scan_at_a_terminal_leaves_no_token_on_the_disk(
    small: Population, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code is on stderr, the result on stdout; neither files nor streams hold a token."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("scanner.cli.commands.is_attended", lambda: True)
    with SimulatedTenant(small) as tenant:
        config = write_config(tmp_path, tenant, "device-code")
        done = call(capsys, "scan", "--config", str(config), "--format", "json")
        refresh = tenant.codes._refresh
    assert done.code == 0
    assert "enter the code" in done.err
    assert "enter the code" not in done.out
    kept = (
        b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()) + (done.out + done.err).encode()
    )
    assert refresh
    assert not [token for token in refresh if token.encode() in kept]
    assert b"eyJ" not in kept


def test_without_a_terminal_scans_schedules_and_fleets_end_with_2(
    small: Population, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with SimulatedTenant(small) as tenant:
        config = str(write_config(tmp_path, tenant, "device-code"))
        for command in (("scan",), ("schedule", "run", "monthly-audit"), ("schedule", "serve"), ("fleet", "scan")):
            done = call(capsys, *command, "--config", config)
            assert done.code == 2, done
            assert "somebody at a terminal" in done.err
        told = call(capsys, "doctor", "--config", config)
        assert told.code == 2
        assert "somebody at a terminal" in told.out
        assert tenant.codes.given_out == 0


def test_the_doctor_asks_somebody_and_names_scopes(
    small: Population, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("scanner.cli.doctor.is_attended", lambda: True)
    with SimulatedTenant(small, without=["Exchange.Manage"], also=["Directory.ReadWrite.All"]) as tenant:
        done = call(capsys, "doctor", "--config", str(write_config(tmp_path, tenant, "device-code")), "--json")
    found = done.json()
    assert done.code == 4
    assert "enter the code" in done.err
    lacking = {one["section"]: one["lacking"] for one in found["sections"] if one["state"] == "missing"}
    assert set(lacking.values()) == {"Exchange.Manage"}
    assert [token["delegated"] for token in found["tokens"]] == [True, True]
    assert found["tokens"][0]["beyond_reading"] == ["Directory.ReadWrite.All"]
