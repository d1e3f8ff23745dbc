"""One small object per mailbox user, twenty to a batch, a few batches under way."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from scanner.evidence.section import PerUser
from scanner.sources.live.explain import explain
from scanner.sources.live.failure import RefusedError, UnreadableError
from scanner.sources.live.graph import BatchItem, Graph
from scanner.sources.live.ledger import Ledger
from scanner.sources.live.patience import PassingError, Patience, keep_trying
from scanner.sources.live.together import work_off

ABREAST = 4
USERS_OF_A_BATCH = 20  # Graph's limit (facts/apis.md §2.8)
USERS_OF_A_PAGE = 500  # rows that go to the sink together
PASSING = frozenset({424, 429, 500, 502, 503, 504})


async def read_per_user(graph: Graph, ask: PerUser, ids: Sequence[str], ledger: Ledger, patience: Patience) -> None:
    """Read one object per user into a ledger.

    Args:
        graph: The tenant's Graph.
        ask: What to ask of each user.
        ids: The users' ids.
        ledger: The section's account.
        patience: How long to wait.

    Raises:
        UnreadableError: The first users were all refused: a permission lacks, and nobody else is asked.
    """
    ledger.expected = len(ids)
    reader = _UserReader(graph, ask, ledger, patience)
    first, rest = ids[:USERS_OF_A_BATCH], ids[USERS_OF_A_BATCH:]
    await reader.read(first)
    if ids and not ledger.count and reader.denial:
        raise reader.denial
    await work_off(_cut(rest, USERS_OF_A_PAGE), reader.read, abreast=ABREAST)
    if ledger.count < len(ids):
        because = f": {reader.last_reason}" if reader.last_reason else ""
        ledger.doubt(f"{len(ids) - ledger.count} of {len(ids)} users could not be read{because}")


class _UserReader:
    def __init__(self, graph: Graph, ask: PerUser, ledger: Ledger, patience: Patience) -> None:
        self._graph = graph
        self._ask = ask
        self._ledger = ledger
        self._patience = patience
        self.denial: UnreadableError | None = None
        self.last_reason = ""

    async def read(self, ids: Sequence[str]) -> None:
        """Read some users and pass them on as one page."""
        rows: list[dict[str, object]] = []
        for batch in _cut(ids, USERS_OF_A_BATCH):
            rows += await self._read_batch(batch)
        if rows:
            self._ledger.keep(rows)

    async def _read_batch(self, ids: Sequence[str]) -> list[dict[str, object]]:
        """Read twenty users; those whose answer may come later are asked again, the others are not."""
        rows: list[dict[str, object]] = []
        pending = list(ids)

        async def ask_pending() -> None:
            answers = await self._graph.batch(self._ask.version, [self._path(user) for user in pending])
            settled = {int(item.id): item for item in answers if item.id.isdecimal() and item.status not in PASSING}
            rows.extend(self._settle(pending, settled))
            waits = [item.wait for item in answers if item.status in PASSING and item.wait]
            pending[:] = [user for at, user in enumerate(pending) if at not in settled]
            if pending:
                reason = "Microsoft Graph kept asking to wait or failing"
                raise PassingError(reason, wait=max(waits, default=None), attempts=None)

        try:
            await keep_trying(self._patience)(ask_pending)
        except PassingError as error:
            self.last_reason = error.reason
        except UnreadableError as error:
            self.last_reason = error.reason
        except RefusedError as refused:
            self._note(refused)
        return rows

    def _settle(self, users: Sequence[str], answers: Mapping[int, BatchItem]) -> Iterator[dict[str, object]]:
        for at, item in answers.items():
            if at < len(users) and item.status == 200 and isinstance(item.body, dict):  # noqa: PLR2004 - OK
                yield {**item.body, "id": users[at]}
            else:
                self._note(item.as_refusal())

    def _note(self, refused: RefusedError) -> None:
        failure = explain(refused, self._ledger.section)
        self.last_reason = failure.reason
        if refused.status in {401, 403}:
            self.denial = failure

    def _path(self, user: str) -> str:
        return self._ask.path.replace("{id}", quote(user, safe=""))


def _cut(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
