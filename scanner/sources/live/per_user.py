"""One small object per mailbox user, twenty to a batch, a few batches under way."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from scanner.evidence.section import PerUser
from scanner.model.text import NOTHING, Text, join, say
from scanner.sources.live.batches import REQUESTS_OF_A_BATCH, Batches
from scanner.sources.live.explain import explain
from scanner.sources.live.failure import RefusedError, UnreadableError
from scanner.sources.live.graph import BatchItem, Graph
from scanner.sources.live.ledger import Ledger
from scanner.sources.live.patience import Patience
from scanner.sources.live.together import work_off

ABREAST = 4
USERS_OF_A_PAGE = 500  # rows that go to the sink together


async def read_per_user(graph: Graph, ask: PerUser, ids: Sequence[str], ledger: Ledger, patience: Patience) -> None:
    """Read one object per user into a ledger.

    Args:
        graph: The tenant's Graph.
        ask: What to ask of each user.
        ids: The users' ids.
        ledger: The section's account.
        patience: How long to wait.

    Raises:
        RefusedError: Graph refused a whole batch.
        UnreadableError: The first users were all refused, so that nobody else is asked; or no usable answer came.
    """
    ledger.expected = len(ids)
    reader = _UserReader(graph, ask, ledger, patience)
    await reader.read(ids[:REQUESTS_OF_A_BATCH])
    if ids and not ledger.count and reader.denial:
        raise reader.denial
    await work_off(_cut(ids, USERS_OF_A_PAGE, REQUESTS_OF_A_BATCH), reader.read, abreast=ABREAST)
    if ledger.count < len(ids):
        ledger.doubt(_word_doubt(len(ids) - ledger.count, len(ids), reader.last_reason))


class _UserReader:
    def __init__(self, graph: Graph, ask: PerUser, ledger: Ledger, patience: Patience) -> None:
        self._graph = graph
        self._ask = ask
        self._ledger = ledger
        self._patience = patience
        self.denial: UnreadableError | None = None
        self.last_reason = NOTHING

    async def read(self, ids: Sequence[str]) -> None:
        """Read some users and pass them on as one page; users that an earlier run read are not asked for.

        Raises:
            RefusedError: Graph refused a whole batch.
            UnreadableError: No usable answer came in time. What came before is passed on all the same.
        """
        known = self._ledger.keys.find(ids)
        users = [user for at, user in enumerate(ids) if at not in known]
        batches = Batches(self._graph, self._patience, self._ask.version, [self._path(user) for user in users])
        try:
            await batches.ask()
        finally:
            rows = list(self._settle(users, batches.answers))
            if rows:
                self._ledger.keep(rows)

    def _settle(self, users: Sequence[str], answers: Mapping[int, BatchItem]) -> Iterator[dict[str, object]]:
        for at, item in answers.items():
            if item.status == 200 and isinstance(item.body, dict) and "error" not in item.body:  # noqa: PLR2004 - OK
                yield {**item.body, "id": users[at]}
            else:
                self._note(self._graph.as_refusal(item))

    def _note(self, refused: RefusedError) -> None:
        failure = explain(refused, self._ledger.section)
        self.last_reason = failure.reason
        if refused.status in {401, 403}:
            self.denial = failure

    def _path(self, user: str) -> str:
        return self._ask.path.replace("{id}", quote(user, safe=""))


def _word_doubt(lacking: int, users: int, reason: Text) -> Text:
    words = say("{lacking} of {users} users could not be read", lacking=lacking, users=users)
    return join(": ", [words, reason])


def _cut(ids: Sequence[str], size: int, start: int = 0) -> Iterator[Sequence[str]]:
    return (ids[at : at + size] for at in range(start, len(ids), size))
