"""Many small GETs of Graph, twenty to a batch; what may be answered later is asked again (facts/apis.md §2.8)."""

from collections.abc import Iterator, Sequence

from scanner.model.text import say
from scanner.sources.live.failure import UnreadableError
from scanner.sources.live.graph import THROTTLED, BatchItem, Graph
from scanner.sources.live.patience import ATTEMPTS, PassingError, Patience, keep_trying

REQUESTS_OF_A_BATCH = 20  # Graph's limit
PASSING = frozenset({424, THROTTLED, 500, 502, 503, 504})


class Batches:
    """The reading of some paths, batch by batch.

    Args:
        graph: The tenant's Graph.
        patience: How long to wait.
        version: ``v1.0`` or ``beta``.
        paths: Paths below the version.

    Attributes:
        answers: What was answered for good so far, refusals too, by the position of the path.
    """

    def __init__(self, graph: Graph, patience: Patience, version: str, paths: Sequence[str]) -> None:
        self.answers: dict[int, BatchItem] = {}
        self._graph = graph
        self._patience = patience
        self._version = version
        self._paths = paths

    async def ask(self) -> None:
        """Ask until each path is answered for good.

        An answer that asks to wait, that may pass or that did not come at all is asked for again, and it alone. What
        was answered until then stays, also where this fails.

        Raises:
            RefusedError: Graph refused a whole batch.
            UnreadableError: Answers did not come in the time that patience gives.
        """
        try:
            await keep_trying(self._patience, self._ask_pending)
        except PassingError as error:
            raise UnreadableError(error.reason) from error

    async def _ask_pending(self) -> None:
        pending = [at for at in range(len(self._paths)) if at not in self.answers]
        later = [item for part in _cut(pending) for item in await self._ask_batch(part)]
        if len(self.answers) < len(self._paths):
            raise PassingError(
                say("Microsoft Graph kept asking to wait or failing"),
                wait=max((item.wait for item in later), default=0.0),
                attempts=None if any(item.status == THROTTLED for item in later) else ATTEMPTS,
            )

    async def _ask_batch(self, positions: Sequence[int]) -> list[BatchItem]:
        """Ask for twenty paths, keep what was answered for good, and give what may be answered otherwise later."""
        items = await self._graph.batch(self._version, [self._paths[at] for at in positions])
        asked = {str(number): at for number, at in enumerate(positions)}
        known = [item for item in items if item.id in asked]
        self.answers |= {asked[item.id]: item for item in known if not self._may_pass(item)}
        return [item for item in known if self._may_pass(item)]

    def _may_pass(self, item: BatchItem) -> bool:
        """Tell whether asking again may help; Graph's 403 UnknownError comes and goes (facts/apis.md §6 no. 22)."""
        return item.status in PASSING or (item.status == 403 and self._graph.as_refusal(item).code == "UnknownError")  # noqa: PLR2004 - Forbidden


def _cut(positions: Sequence[int]) -> Iterator[Sequence[int]]:
    return (positions[at : at + REQUESTS_OF_A_BATCH] for at in range(0, len(positions), REQUESTS_OF_A_BATCH))
