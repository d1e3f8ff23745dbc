"""Scenario files: what each key does, draws that repeat, and mistakes that are told where they are."""

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import requests

from scanner.errors import ConfigurationError
from scanner.simulator import Population, SimulatedTenant, load_faults, read_faults
from scanner.simulator.faults import find_scenarios
from tests.simulator.client import UNLIMITED, Client, Open

ORGANIZATION = 'when.path = "/graph/v1.0/organization"'
USERS = 'when.path = "/graph/v1.0/users"'
Play = Callable[[str], Client]


@pytest.fixture
def play(open_client: Open, small: Population) -> Play:
    return lambda text: open_client(SimulatedTenant(small, faults=read_faults(text)))


def fault(when: str, *then: str) -> str:
    return "\n".join(("[[faults]]", when, *(f"then.{line}" for line in then), ""))


def test_a_share_of_requests_is_throttled_and_says_how_long_to_wait(play: Play) -> None:
    share = f"{ORGANIZATION}\nwhen.probability = 0.3"
    client = play("seed = 3\n" + fault(share, 'answer = "throttled"', "retry_after = 2"))
    answers = [client.get("/organization") for _ in range(40)]
    throttled = [answer for answer in answers if answer.status_code == 429]
    assert 4 <= len(throttled) <= 20
    assert {answer.headers["Retry-After"] for answer in throttled} == {"2"}
    assert client.tenant.injected == {"fault 1": len(throttled)}
    assert throttled[0].json()["error"]["code"] == "TooManyRequests"


def test_the_same_seed_strikes_the_same_requests_in_whatever_order_they_come(play: Play) -> None:
    text = fault("when.probability = 0.5\nwhen.method = 'GET'\nwhen.path = '/graph/*'", 'answer = "unavailable"')
    paths = ["/organization", "/domains", "/groups", "/users", "/servicePrincipals"]

    def struck(seed: int, order: list[str]) -> set[tuple[str, int]]:
        client = play(f"seed = {seed}\n{text}")
        return {(path, turn) for turn in range(4) for path in order if client.get(path).status_code == 503}

    assert struck(1, paths) == struck(1, paths[::-1])
    assert struck(1, paths) != struck(2, paths)


def test_requests_are_counted_among_those_that_fit(play: Play) -> None:
    text = fault(f"{ORGANIZATION}\nwhen.nth = [2, 4]", "status = 500") + fault(
        f"{USERS}\nwhen.every = 2\nwhen.after = 2\nwhen.times = 1", "status = 502"
    )
    client = play(text)
    assert [client.get("/organization").status_code for _ in range(5)] == [200, 500, 200, 500, 200]
    assert [client.get("/users").status_code for _ in range(6)] == [200, 200, 200, 502, 200, 200]


def test_a_fault_can_be_for_one_cmdlet_and_one_page(play: Play) -> None:
    second = 'when.cmdlet = "Get-CAS*"\nwhen.page = 2'
    client = play("[service]\nrows = 25\n" + fault(second, 'answer = "page-expired"'))
    assert len(client.list_all("Get-Mailbox")) == 60
    first = client.invoke("Get-CASMailbox", UNLIMITED)
    answer = client.invoke("Get-CASMailbox", UNLIMITED, url=first.json()["@odata.nextLink"])
    assert (len(first.json()["value"]), answer.status_code) == (25, 400)
    assert "Expired or Invalid pagination request" in answer.text
    assert client.tenant.visits[-1].fault == "fault 1"


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("unavailable", 503, "<html>"),
        ("unknown-error", 403, "UnknownError"),
        ("permission-missing", 403, "Authorization_RequestDenied"),
        ("not-licensed", 403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant"),
        ("token-refused", 401, ""),
        ("throttled", 429, "TooManyRequests"),
    ],
)
def test_ready_answers_are_in_the_words_of_the_service(play: Play, name: str, status: int, words: str) -> None:
    answer = play(fault(ORGANIZATION, f'answer = "{name}"')).get("/organization")
    assert (answer.status_code, words in answer.text) == (status, True)


def test_retry_after_can_be_a_date(play: Play) -> None:
    then = ('answer = "throttled"', "retry_after = 5", 'retry_after_form = "date"')
    answer = play(fault(ORGANIZATION, *then)).get("/organization")
    wait = parsedate_to_datetime(answer.headers["Retry-After"]).timestamp() - time.time()
    assert 3.9 < wait < 6.1


def test_status_headers_and_body_can_be_anything(play: Play) -> None:
    then = (
        "status = 418",
        "headers = {Date = 'Thu, 01 Jan 1970 00:00:00 GMT', X-Where = 'https://localhost:{port}{path}'}",
        "text = 'short and stout'",
        'content_type = "text/plain"',
    )
    client = play(fault(ORGANIZATION, *then))
    answer = client.get("/organization")
    assert (answer.status_code, answer.text, answer.headers["Content-Type"]) == (418, "short and stout", "text/plain")
    assert answer.headers["Date"].startswith("Thu, 01 Jan 1970")
    assert answer.headers["X-Where"] == f"https://localhost:{client.tenant.port}/graph/v1.0/organization"


def test_words_of_the_body_become_others(play: Play) -> None:
    client = play(fault('when.path = "*/policies"', "replace = {'\"enabled\"' = '\"enabledOnMars\"'}"))
    states = {policy["state"] for policy in client.walk("/identity/conditionalAccess/policies")}
    assert "enabledOnMars" in states
    assert "enabled" not in states


def test_an_answer_comes_late(play: Play) -> None:
    client = play(fault(ORGANIZATION, "delay = 0.3") + "[service]\nlatency = 0.1\n")
    assert client.get("/organization").elapsed.total_seconds() > 0.4
    assert 0.1 < client.get("/domains").elapsed.total_seconds() < 0.3


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ("close", requests.ConnectionError),
        ("reset", requests.ConnectionError),
        ("cut", requests.exceptions.ChunkedEncodingError),
        ("stall", requests.exceptions.ReadTimeout),
        ("bad-gzip", requests.exceptions.ContentDecodingError),
        ("cut-gzip", requests.JSONDecodeError),
        ("truncate", requests.JSONDecodeError),
    ],
)
def test_an_answer_breaks_on_its_way(play: Play, how: str, error: type[Exception]) -> None:
    client = play(fault(f"{USERS}\nwhen.nth = [1]", f'transport = "{how}"'))
    bearer = client.bearer(client.tenant.graph_url)
    url = f"{client.tenant.graph_url}/v1.0/users"
    with pytest.raises(error):
        client.http.get(url, headers=bearer, timeout=1).json()
    assert client.get("/users").json()["value"]


def test_a_link_leads_where_the_scenario_says(play: Play) -> None:
    def link(name: str) -> object:
        client = play(fault(USERS, f'link = "{name}"'))
        places = {str(client.tenant.port): "PORT", str(client.tenant.stranger.port): "STRANGER"}
        found = client.get("/users?$top=5").json()["@odata.nextLink"]
        for port, word in places.items():
            found = found.replace(port, word) if isinstance(found, str) else found
        return found.partition("skiptoken")[0] if isinstance(found, str) else found

    assert link("foreign-host") == "https://localhost:STRANGER/graph/v1.0/users?$top=5&$"
    assert link("foreign-port") == "https://127.0.0.1:STRANGER/graph/v1.0/users?$top=5&$"
    assert link("userinfo-host") == "https://127.0.0.1:PORT@localhost:STRANGER/graph/v1.0/users?$top=5&$"
    assert link("relative") == "/graph/v1.0/users?$top=5&$"
    assert link("repeat") == link("first") == "https://127.0.0.1:PORT/graph/v1.0/users?$top=5"
    assert link("http://{host}{path}") == "http://127.0.0.1/graph/v1.0/users"
    assert link("not-text") == 7


def test_a_listing_ends_early_loses_rows_and_repeats_them(play: Play) -> None:
    def users(*then: str, when: str = USERS) -> list[str]:
        return [row["id"] for row in play(fault(when, *then)).walk("/users?$top=40")]

    every = users("delay = 0.0001")
    assert users("end_listing = true") == every[:40]
    assert users("lose_rows = 1") == [*every[:39], *every[40:79], *every[80:-1]]
    assert users("duplicate_rows = 2", when=f"{USERS}\nwhen.page = 2")[40:43] == [*every[38:40], every[40]]
    assert users("duplicate_rows = 1")[:2] == [every[0], every[0]]
    assert users("empty_list = true") == []


def test_an_empty_page_leads_to_the_true_one(play: Play) -> None:
    client = play(fault(f"{USERS}\nwhen.page = 2", "empty_page = true"))
    pages = [client.get("/users?$top=60").json()]
    while link := pages[-1].get("@odata.nextLink"):
        pages.append(client.follow(link).json())
    assert [len(page["value"]) for page in pages][:3] == [60, 0, len(pages[2]["value"])]
    assert sum(len(page["value"]) for page in pages) == len(client.tenant.population.accounts)


def test_properties_are_left_out_of_every_row(play: Play) -> None:
    rows = play(fault('when.cmdlet = "Get-CASMailbox"', 'omit = ["Guid"]')).list_all("Get-CASMailbox")
    assert not any(key.partition("@")[0] == "Guid" for row in rows for key in row)
    assert all("PopEnabled" in row for row in rows)


def test_all_tokens_expire_at_once_and_a_new_one_opens(play: Play) -> None:
    client = play(fault(f"{ORGANIZATION}\nwhen.nth = [2]", 'token = "expire"'))
    url, old = f"{client.tenant.graph_url}/v1.0/organization", client.bearer(client.tenant.graph_url)
    exchange = client.bearer(client.tenant.exchange_url)
    assert [client.http.get(url, headers=old).status_code for _ in range(3)] == [200, 401, 401]
    assert client.get("/organization").status_code == 200
    invoke = f"{client.tenant.exchange_url}/adminapi/beta/{client.tenant.tenant_id}/InvokeCommand"
    body = {"CmdletInput": {"CmdletName": "Get-TransportConfig", "Parameters": {}}}
    assert client.http.post(invoke, json=body, headers=exchange).status_code == 200
    assert client.tenant.visits[-1].token == 2
    assert client.tenant.tokens_issued == 3


def test_a_challenge_holds_until_a_token_is_asked_for_with_its_claims(play: Play) -> None:
    client = play(fault(f"{ORGANIZATION}\nwhen.nth = [1]", 'token = "challenge"'))
    refused = client.get("/organization")
    assert refused.status_code == 401
    assert 'error="insufficient_claims"' in refused.headers["WWW-Authenticate"]
    assert client.get("/organization").status_code == 401
    form = {
        "grant_type": "client_credentials",
        "client_id": client.tenant.client_id,
        "client_secret": client.tenant.client_secret,
        "scope": f"{client.tenant.graph_url}/.default",
        "claims": '{"access_token": {}}',
    }
    url = f"{client.tenant.authority_url}/{client.tenant.tenant_id}/oauth2/v2.0/token"
    token = client.http.post(url, data=form).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.http.get(f"{client.tenant.graph_url}/v1.0/organization", headers=bearer).status_code == 200


@pytest.mark.parametrize(
    ("right", "status"), [("Organization.Read.All", 403), ("ExchangeRole", 403), ("Exchange.ManageAsApp", 401)]
)
def test_a_right_is_gone_from_one_request_on(play: Play, right: str, status: int) -> None:
    client = play(fault('when.path = "/graph/v1.0/domains"', f'drop = "{right}"'))

    def ask() -> int:
        if right == "Organization.Read.All":
            return client.get("/organization").status_code
        return client.invoke("Get-Mailbox").status_code

    assert ask() == 200
    client.get("/domains")
    assert ask() == status


def test_rights_are_missing_from_the_start(play: Play) -> None:
    client = play('[tenant]\nwithout = ["Domain.Read.All", "ExchangeRole"]')
    assert (client.get("/domains").status_code, client.invoke("Get-Mailbox").status_code) == (403, 403)


def test_items_of_a_batch_fail_one_by_one(play: Play) -> None:
    share = f"{ORGANIZATION}\nwhen.probability = 0.3"
    client = play("seed = 5\n" + fault(share, 'answer = "throttled"', "retry_after = 1"))
    responses = client.batch(*["/organization"] * 20, version="v1.0").json()["responses"]
    assert {one["status"] for one in responses} == {200, 429}
    assert {one["headers"]["Retry-After"] for one in responses if one["status"] == 429} == {"1"}


def test_a_budget_is_one_second_for_the_whole_tenant(play: Play) -> None:
    limit = 'path = "/graph/*/identity/conditionalAccess/*"\nrequests = 1\nseconds = 1\nretry_after = "none"\n'
    client = play(f"[[budgets]]\n{limit}")
    first, second = (client.get("/identity/conditionalAccess/policies") for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 429)
    assert "Retry-After" not in second.headers
    assert client.get("/identity/conditionalAccess/namedLocations").status_code == 429
    assert client.get("/organization").status_code == 200
    time.sleep(1)
    assert client.get("/identity/conditionalAccess/namedLocations").status_code == 200


def test_a_budget_tells_how_much_of_it_is_used_and_when_there_is_more(play: Play) -> None:
    client = play('[[budgets]]\npath = "/graph/*"\nrequests = 5\nseconds = 60\npercentage = true')
    answers = [client.get("/organization") for _ in range(6)]
    told = [answer.headers.get("x-ms-throttle-limit-percentage") for answer in answers]
    assert told == [None, None, None, "0.8", "1.0", None]
    assert 50 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_a_stranger_counts_whoever_connects(play: Play) -> None:
    client = play(fault(USERS, 'link = "foreign-host"'))
    with pytest.raises(requests.ConnectionError):
        client.walk("/users?$top=5")
    assert client.tenant.stranger.calls > 0


def test_who_comes_too_early_is_found_out(play: Play) -> None:
    client = play(fault(f"{ORGANIZATION}\nwhen.nth = [1]", 'answer = "throttled"', "retry_after = 0.5"))
    client.get("/organization")
    client.get("/domains")
    assert list(client.tenant.ledger.early()) == []
    client.get("/organization")
    assert [visit.path for visit in client.tenant.ledger.early()] == ["/graph/v1.0/organization"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seeed = 1", "my.toml, line 1: seeed: unknown key. | Did you mean 'seed'?"),
        ("[[faults]]\nthen.status = 9", "my.toml, line 2: faults[1].then.status: Expected int >= 200"),
        (
            "[[faults]]\nthen.delay = 1\n\n[[faults]]\nwhen.probability = 2\nthen.delay = 1",
            "my.toml, line 5: faults[2].when.probability: Expected float <= 1.0. | Expected: a number from 0 to 1.",
        ),
        ("[[faults]]\nthen.answer = 'no'", "faults[1].then.answer: Invalid enum value 'no'. | Expected: one of"),
        ("[[faults]]\nwhen.page = 1", "my.toml, line 1: faults[1].then: Object missing required field then."),
        ("[[faults]]\nthen = {}", "my.toml, line 2: faults[1].then: it says nothing."),
        ("[[faults]]\nthen.drop = 'Mail.Erase'", "then.drop: drop 'Mail.Erase' is no right of the simulated tenant."),
        ("[[faults]]\nthen.link = 'foregin'", "then.link: link 'foregin' is no known link"),
        ("[tenant]\nwithout = ['X']", "my.toml, line 2: tenant.without: without 'X' is no right"),
        ("[[budgets]]\npath = '*'\nrequests = 1", "budgets[1].seconds: Object missing required field seconds."),
        ("faults = 1", "my.toml, line 1: faults: Expected array, got int. | Expected: an array of tables."),
        ("a = ", "my.toml is not valid TOML"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_was_expected(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_faults(text, "my.toml")
    assert said in f"{caught.value.message} | {caught.value.advice}"


def test_a_scenario_that_is_not_there_names_the_ready_ones() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_faults("nowhere.toml")
    assert "throttled" in caught.value.advice


@pytest.mark.parametrize("name", sorted(find_scenarios()))
def test_a_ready_scenario_can_be_read_and_says_what_it_shows(name: str) -> None:
    assert load_faults(name).title


def test_a_scenario_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("seed = 9\n[tenant]\nmailboxes = 70\n")
    faults = load_faults(str(file))
    assert (faults.seed, faults.tenant.mailboxes) == (9, 70)
