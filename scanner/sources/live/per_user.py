"""One small object per mailbox user, twenty to a batch, a few batches under way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from scanner.evidence.section import PerUser
from scanner.model.text import NOTHING, Text, join, say
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
        RefusedError: Graph refused a whole batch.
        UnreadableError: The first users were all refused, so that nobody else is asked; or no usable answer came.
    """
    ledger.expected = len(ids)
    reader = _UserReader(graph, ask, ledger, patience)
    await reader.read(ids[:USERS_OF_A_BATCH])
    if ids and not ledger.count and reader.denial:
        raise reader.denial
    await work_off(_cut(ids, USERS_OF_A_PAGE, USERS_OF_A_BATCH), reader.read, abreast=ABREAST)
    if ledger.count < len(ids):
        ledger.doubt(_word_doubt(len(ids) - ledger.count, len(ids), reader.last_reason))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Later:
    """Users to ask again, and the seconds that Graph asked to wait before."""

    users: Sequence[str]
    wait: float


class _UserReader:
    def __init__(self, graph: Graph, ask: PerUser, ledger: Ledger, patience: Patience) -> None:
        self._graph = graph
        self._ask = ask
        self._ledger = ledger
        self._patience = patience
        self.denial: UnreadableError | None = None
        self.last_reason = NOTHING

    async def read(self, ids: Sequence[str]) -> None:
        """Read some users and pass them on as one page; those whose answer may come later are asked again.

        Users that an earlier run read are not asked for.

        Raises:
            RefusedError: Graph refused a whole batch.
            UnreadableError: No usable answer came in time. What came before is passed on all the same.
        """
        rows: list[dict[str, object]] = []
        known = self._ledger.keys.find(ids)
        pending = [user for at, user in enumerate(ids) if at not in known]

        async def ask_pending() -> None:
            later = [await self._ask_batch(batch, rows) for batch in _cut(tuple(pending), USERS_OF_A_BATCH)]
            pending[:] = [user for one in later for user in one.users]
            if pending:
                reason = say("Microsoft Graph kept asking to wait or failing")
                raise PassingError(reason, wait=max(one.wait for one in later), attempts=None)

        try:
            await keep_trying(self._patience, ask_pending)
        except PassingError as error:
            raise UnreadableError(error.reason) from error
        finally:
            if rows:
                self._ledger.keep(rows)

    async def _ask_batch(self, users: Sequence[str], rows: list[dict[str, object]]) -> _Later:
        """Ask for twenty users, add the rows that came, and give back those to ask again."""
        answers = await self._graph.batch(self._ask.version, [self._path(user) for user in users])
        settled = {int(item.id): item for item in answers if item.id.isdecimal() and item.status not in PASSING}
        rows.extend(self._settle(users, settled))
        return _Later(
            users=[user for at, user in enumerate(users) if at not in settled],
            wait=max((item.wait for item in answers if item.status in PASSING), default=0.0),
        )

    def _settle(self, users: Sequence[str], answers: Mapping[int, BatchItem]) -> Iterator[dict[str, object]]:
        for at, item in answers.items():
            if at < len(users) and item.status == 200 and isinstance(item.body, dict):  # noqa: PLR2004 - OK
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
