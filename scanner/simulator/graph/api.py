"""Microsoft Graph as the scanner's application sees it: authorization, routes, batches."""

import random
import uuid
from collections.abc import Callable

import msgspec

from scanner.simulator.graph import refusals
from scanner.simulator.graph.batch import answer_batch
from scanner.simulator.graph.desk import Desk, Query
from scanner.simulator.graph.refusals import GraphRefusalError
from scanner.simulator.graph.routes import ROUTES
from scanner.simulator.tokens import Mint, TokenRefusedError
from scanner.simulator.wire import Answer, Ask

_BATCH = "$batch"
_VERSIONS = ("v1.0", "beta")
Around = Callable[[Ask, Callable[[Ask], Answer]], Answer]
"""Answers an item of a batch, with what else may happen to it."""


class GraphApi:
    """Answers requests to Graph.

    Args:
        desk: the tenant's state.
        mint: verifies tokens.
        around: stands around each item of a batch.
        seed: decides the order of a batch's answers.
    """

    def __init__(self, desk: Desk, mint: Mint, around: Around, seed: int) -> None:
        self._desk = desk
        self._mint = mint
        self._around = around
        self._rng = random.Random(seed)

    def answer(self, ask: Ask) -> Answer:
        """Answer one request.

        Args:
            ask: path with the version first.

        Returns:
            Content or an error body, with the ids by which support would find the request.
        """
        answer = self._authorize(ask)
        ids = {"request-id": str(uuid.uuid4())}
        if given := ask.headers.get("client-request-id"):
            ids["client-request-id"] = given
        return msgspec.structs.replace(answer, headers={**ids, **answer.headers})

    def _authorize(self, ask: Ask) -> Answer:
        try:
            roles = self._mint.read(ask.headers.get("authorization", ""), self._desk.root).roles
            if ask.method == "POST" and ask.path[1:] == (_BATCH,):
                return answer_batch(ask, lambda item: self._answer_item(item, roles), self._rng)
            return self._serve(ask, roles)
        except TokenRefusedError as error:
            answer = GraphRefusalError(401, "InvalidAuthenticationToken", str(error)).answer()
            challenge = {"WWW-Authenticate": error.challenge} if error.challenge else {}
            return msgspec.structs.replace(answer, headers={**answer.headers, **challenge})
        except GraphRefusalError as refusal:
            return refusal.answer()

    def _answer_item(self, ask: Ask, roles: frozenset[str]) -> Answer:
        def serve(item: Ask) -> Answer:
            try:
                return self._serve(item, roles)
            except GraphRefusalError as refusal:
                return refusal.answer()

        return self._around(ask, serve)

    def _serve(self, ask: Ask, roles: frozenset[str]) -> Answer:
        version, *segments = ask.path
        if version not in _VERSIONS:
            raise GraphRefusalError(400, "BadRequest", f"Invalid version: {version}")
        for route in ROUTES:
            names = route.match(version, tuple(segments))
            if names is not None:
                if ask.method != route.method:
                    raise GraphRefusalError(405, "Request_BadRequest", "Specified HTTP method is not allowed.")
                if route.needs not in roles:
                    raise refusals.permission_is_missing()
                return route.serve(self._desk, Query(ask=ask, names=names, roles=roles))
        raise refusals.segment_is_unknown(segments[-1] if segments else "")
