"""Plays a scenario: decides for one request after the other what goes wrong with it."""

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from scanner.simulator.faults.answers import ask_to_wait, make_answer
from scanner.simulator.faults.budgets import Budgets
from scanner.simulator.faults.request import Recogniser, Request, link_of, token_of
from scanner.simulator.faults.scenario import Fault, Faults, Then
from scanner.simulator.faults.spoil import (
    came_after_empty,
    empty_page,
    fill,
    is_page,
    spoil_body,
    spoil_bytes,
    spoil_link,
    spoil_listing,
)
from scanner.simulator.tokens import Mint
from scanner.simulator.wire import Answer, Ask

Serve = Callable[[Ask], Answer]
_GRAPH = "graph"
_KEPT_ROWS = 50
"""Rows of a page that are kept to come again on the next one."""


class FaultEngine:
    """Stands between the server and the services.

    Args:
        faults: the scenario.
        mint: whose tokens and rights faults take away.
        recogniser: is told which links lead to which page.
        audiences: address of each service, by the first segment of its paths.
        places: what patterns of links and headers are filled with: `host`, `port`, `foreign`, `base`.
        clock: gives seconds.
    """

    def __init__(
        self,
        faults: Faults,
        *,
        mint: Mint,
        recogniser: Recogniser,
        audiences: Mapping[str, str],
        places: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._faults = faults
        self._mint = mint
        self._audiences = audiences
        self._places = places
        self._budgets = Budgets(faults.budgets, clock)
        self._recogniser = recogniser
        self._fitted: Counter[int] = Counter()
        self._struck: Counter[int] = Counter()
        self._rows_before: dict[str, Sequence[dict[str, Any]]] = {}
        self.injected: Counter[str] = Counter()

    def answer(self, ask: Ask, request: Request, serve: Serve, *, alone: bool = True) -> Answer:
        """Answer a request, or an item of a batch.

        Args:
            ask: the request; its path starts with the service.
            request: what it was recognised as.
            serve: answers it truly.
            alone: False for an item of a batch, which has no connection of its own that could break.

        Returns:
            The true answer, or what a fault makes of it.
        """
        explains = ask.path[0] == _GRAPH
        answer = self._budgets.spend(request, explains=explains)
        if answer is None:
            fault = self._choose(request, ask, alone=alone)
            answer = self._serve(ask, request, serve) if fault is None else self._play(fault, ask, request, serve)
            answer = _add_headers(answer, self._budgets.tell_use(request))
        else:
            self.injected[answer.fault] += 1
        return msgspec.structs.replace(answer, delay=answer.delay + self._draw_latency(request))

    def _choose(self, request: Request, ask: Ask, *, alone: bool) -> tuple[int, Fault] | None:
        """Find the first fault that strikes; all that fit count the request."""
        chosen: tuple[int, Fault] | None = None
        for at, fault in enumerate(self._faults.faults):
            if not request.fits(fault.when) or (fault.then.needs_connection and not alone):
                continue
            if fault.then.empty_page and came_after_empty(ask):
                continue
            self._fitted[at] += 1
            if chosen is None and self._strikes(at, fault, request):
                chosen = (at, fault)
        return chosen

    def _strikes(self, at: int, fault: Fault, request: Request) -> bool:
        when, number = fault.when, self._fitted[at]
        return (
            number > when.after
            and (not when.nth or number in when.nth)
            and (when.every is None or number % when.every == 0)
            and (when.times is None or self._struck[at] < when.times)
            and (when.probability >= 1 or self._draw(f"fault {at}", request) < when.probability)
        )

    def _play(self, chosen: tuple[int, Fault], ask: Ask, request: Request, serve: Serve) -> Answer:
        at, fault = chosen
        then, name = fault.then, fault.name or f"fault {at + 1}"
        self._struck[at] += 1
        self.injected[name] += 1
        self._take_away(then, ask)
        if then.answer is not None or then.status is not None:
            answer = make_answer(then, explains=ask.path[0] == _GRAPH)
        else:
            answer = self._serve(ask, request, serve, then)
        if then.empty_page and is_page(answer):
            answer = empty_page(ask, self._places["base"])
        answer = spoil_bytes(then, spoil_body(then, spoil_link(then, answer, ask, self._places)))
        wait = {} if then.retry_after is None else ask_to_wait(then.retry_after, then.retry_after_form)
        headers = {key: fill(value, ask, self._places) for key, value in then.headers.items()}
        return msgspec.structs.replace(
            _add_headers(answer, wait | headers),
            status=then.status or answer.status,
            delay=then.delay,
            fault=name,
        )

    def _serve(self, ask: Ask, request: Request, serve: Serve, then: Then | None = None) -> Answer:
        """Let the service answer, and remember what leads to the next page."""
        answer = serve(ask)
        self._recogniser.note(request, answer)
        before = self._rows_before.get(token_of(f"?{ask.target.partition('?')[2]}"), ())
        if token := token_of(link_of(answer)):
            self._rows_before[token] = _rows_of(answer)[-_KEPT_ROWS:]
        return spoil_listing(then, answer, before) if then else answer

    def _take_away(self, then: Then, ask: Ask) -> None:
        if then.drop:
            self._mint.drop(then.drop)
        if then.token and ask.path[0] in self._audiences:
            self._mint.revoke(self._audiences[ask.path[0]], challenge=then.token == "challenge")  # noqa: S105

    def _draw_latency(self, request: Request) -> float:
        service = self._faults.service
        return service.latency + (service.spread * self._draw("latency", request) if service.spread else 0.0)

    def _draw(self, what: str, request: Request) -> float:
        """Draw for a request: from itself and not from what came before, so that the order changes nothing."""
        return random.Random(f"{self._faults.seed}/{what}/{request.identity}/{request.attempt}").random()


def _rows_of(answer: Answer) -> list[dict[str, Any]]:
    rows = answer.content.get("value") if isinstance(answer.content, dict) else None
    return rows if isinstance(rows, list) else []


def _add_headers(answer: Answer, headers: Mapping[str, str]) -> Answer:
    return msgspec.structs.replace(answer, headers={**answer.headers, **headers}) if headers else answer
