"""Exchange moves a listing to a regional host below its own: the whole reading, over real names and TLS."""

import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from scanner.errors import StoreError
from scanner.model.section import SectionState
from scanner.sources.live import Target
from tests.sources.live.scene import QUICK, Shelf, go_on, pick
from tests.sources.live.stage import EXCHANGE_HOST, INVOKE, REGIONAL_HOST, Stage, page

SECTIONS = pick("authentication-policies")
ELSEWHERE = "look-alike.example"


@pytest.fixture
def regions(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The names lead to the stage; to whom else, nobody asks."""
    resolve = socket.getaddrinfo

    def answer(host: str, port: Any, *args: Any, **options: Any) -> Any:
        if host not in {EXCHANGE_HOST, REGIONAL_HOST}:
            return resolve(host, port, *args, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", stage.port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return stage


class Interrupted(Shelf):
    """A sink that breaks after the first page."""

    def add_page(self, section: str, *args: Any, **options: Any) -> int:
        if self.kept:
            raise StoreError("The disk is full.")
        return super().add_page(section, *args, **options)


def target_of(stage: Stage) -> Target:
    target = stage.target()
    return replace(target, cloud="public", hosts=replace(target.hosts, exchange=f"https://{EXCHANGE_HOST}/exchange"))


def move(host: str) -> web.Response:
    return web.Response(status=307, headers={"Location": f"https://{host}{INVOKE}"})


def answer_regionally(link: str) -> Callable[[web.Request, int], web.Response]:
    """Move who comes to the common host; the regional one has two pages."""

    def answer(request: web.Request, _: int) -> web.Response:
        if request.host != REGIONAL_HOST:
            return move(REGIONAL_HOST)
        return page([{"Guid": "b"}]) if "skiptoken" in request.query_string else page([{"Guid": "a"}], link)

    return answer


def hosts_of(stage: Stage) -> list[str]:
    return [visit.headers["Host"] for visit in stage.visits_to(INVOKE)]


def test_a_listing_that_is_moved_goes_on_at_the_regional_host(regions: Stage) -> None:
    regions.on(INVOKE, answer_regionally(f"https://{REGIONAL_HOST}{INVOKE}?skiptoken=2"))
    shelf = go_on(Shelf(), target_of(regions), SECTIONS)
    assert shelf.reports["authentication-policies"].state is SectionState.COMPLETE
    assert [row["Guid"] for row in shelf.rows["authentication-policies"]] == ["a", "b"]
    assert hosts_of(regions) == [EXCHANGE_HOST, REGIONAL_HOST, REGIONAL_HOST]


def test_an_interrupted_listing_is_gone_on_with_at_the_host_it_was_moved_to(regions: Stage) -> None:
    """It does not ask the common host again."""
    regions.on(INVOKE, answer_regionally(f"https://{REGIONAL_HOST}{INVOKE}?skiptoken=2"))
    broken, shelf = Interrupted(), Shelf()
    with pytest.raises(StoreError, match="full"):
        go_on(broken, target_of(regions), SECTIONS, QUICK)
    shelf.kept, shelf.marks = broken.kept, broken.marks
    before = len(hosts_of(regions))
    go_on(shelf, target_of(regions), SECTIONS)
    assert [row["Guid"] for row in shelf.rows["authentication-policies"]] == ["a", "b"]
    assert hosts_of(regions)[before:] == [REGIONAL_HOST]


def test_a_link_back_to_the_common_host_is_not_followed(regions: Stage) -> None:
    """After a move only the regional host is the service."""
    regions.on(INVOKE, answer_regionally(f"https://{EXCHANGE_HOST}{INVOKE}?skiptoken=2"))
    report = go_on(Shelf(), target_of(regions), SECTIONS).reports["authentication-policies"]
    assert report.state is SectionState.PARTIAL
    assert "was not followed" in report.reason


def test_a_move_to_a_look_alike_is_not_followed(regions: Stage) -> None:
    regions.on(INVOKE, lambda _, __: move(f"{ELSEWHERE}.{EXCHANGE_HOST}.{ELSEWHERE}"))
    report = go_on(Shelf(), target_of(regions), SECTIONS).reports["authentication-policies"]
    assert report.state is SectionState.MISSING
    assert hosts_of(regions) == [EXCHANGE_HOST]
