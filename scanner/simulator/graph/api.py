"""Microsoft Graph as the scanner's application sees it: authorization, routes, batches."""

import random
import uuid

import msgspec

from scanner.simulator.faults import FaultDice
from scanner.simulator.graph import refusals
from scanner.simulator.graph.batch import answer_batch
from scanner.simulator.graph.desk import Desk, Query
from scanner.simulator.graph.refusals import GraphRefusalError
from scanner.simulator.graph.routes import ROUTES
from scanner.simulator.tokens import Mint, TokenRefusedError
from scanner.simulator.wire import Answer, Ask

_BATCH = "$batch"
_VERSIONS = ("v1.0", "beta")


class GraphApi:
    """Answers requests to Graph.

    Args:
        desk: the tenant's state.
        mint: verifies tokens.
        dice: spoils some requests, and some items of batches.
    """

    def __init__(self, desk: Desk, mint: Mint, dice: FaultDice) -> None:
        self._desk = desk
        self._mint = mint
        self._dice = dice
        self._rng = random.Random(desk.faults.seed)

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
            return GraphRefusalError(401, "InvalidAuthenticationToken", str(error)).answer()
        except GraphRefusalError as refusal:
            return refusal.answer()

    def _answer_item(self, ask: Ask, roles: frozenset[str]) -> Answer:
        spoilt = self._dice.roll()
        if spoilt:
            return spoilt
        try:
            return self._serve(ask, roles)
        except GraphRefusalError as refusal:
            return refusal.answer()

    def _serve(self, ask: Ask, roles: frozenset[str]) -> Answer:
        version, *segments = ask.path
        if version not in _VERSIONS:
            raise GraphRefusalError(400, "BadRequest", f"Invalid version: {version}")
        for route in ROUTES:
            names = route.match(version, tuple(segments))
            if names is not None:
                if ask.method != "GET":
                    raise GraphRefusalError(405, "Request_BadRequest", "Specified HTTP method is not allowed.")
                if route.needs not in roles:
                    raise refusals.permission_is_missing()
                return route.serve(self._desk, Query(ask=ask, names=names, roles=roles))
        raise refusals.segment_is_unknown(segments[-1] if segments else "")
