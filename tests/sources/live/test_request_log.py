"""Requests are kept with the page that they bring, or soon: a killed program loses the last moment at most."""

import logging
import time
from collections.abc import Sequence

import pytest
from aiohttp import web

from scanner.errors import StoreError
from scanner.model.reading import Place, RequestRecord
from tests.sources.live.scene import Shelf, go_on, pick
from tests.sources.live.stage import Stage, in_turn, page

DOMAINS = "/graph/v1.0/domains"
ONE = pick("domains")


class Holding(Shelf):
    """Keeps requests as a store does: those that are held only with what is kept next."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[RequestRecord] = []

    def hold_requests(self, records: Sequence[RequestRecord]) -> None:
        self.held.extend(records)

    def add_requests(self, records: Sequence[RequestRecord]) -> None:
        super().add_requests([*self.held, *records])
        self.held.clear()

    def note_place(self, section: str, place: Place) -> None:
        super().note_place(section, place)
        self.add_requests([])


class Full(Holding):
    """Has no room for requests."""

    def add_requests(self, *_: object) -> None:
        raise StoreError("no space left", "Free some.")

    def note_place(self, section: str, place: Place) -> None:
        Shelf.note_place(self, section, place)


def test_a_request_that_brings_no_page_is_kept_while_its_service_is_waited_for(stage: Stage) -> None:
    shelf = Holding()
    kept: list[list[int]] = []

    def answer(_: web.Request, turn: int) -> web.Response:
        kept.append([record.status for record in shelf.requests if record.path == DOMAINS])
        return web.Response(status=429, headers={"Retry-After": "1"}) if turn == 0 else page([{"id": "1"}])

    stage.on(DOMAINS, answer)
    go_on(shelf, stage.target(), ONE)
    assert kept == [[], [429]]
    assert [record.status for record in shelf.requests if record.path == DOMAINS] == [429, 200]


def test_requests_that_can_not_be_kept_end_the_reading_as_that_error(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """Told once, by the reading itself, and not by the loop in between."""
    stage.on(DOMAINS, in_turn(lambda: web.Response(status=429, headers={"Retry-After": "1"}), lambda: page([])))
    begun = time.monotonic()
    with caplog.at_level(logging.ERROR), pytest.raises(StoreError, match="no space left"):
        go_on(Full(), stage.target(), ONE)
    assert time.monotonic() - begun > 1
    assert caplog.records == []
