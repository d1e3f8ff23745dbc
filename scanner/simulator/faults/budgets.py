"""Throttling as the services do it: so many requests in so much time, and 429 for what is beyond."""

import math
from collections import deque
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

from scanner.simulator.faults.answers import ask_to_wait, throttled
from scanner.simulator.faults.request import Request
from scanner.simulator.faults.scenario import Budget
from scanner.simulator.wire import Answer

_WARNING = 0.8
"""Share of a limit from which on Graph tells how much of it is used."""


class Budgets:
    """Counts requests against limits.

    Args:
        budgets: the limits.
        clock: gives seconds.
    """

    def __init__(self, budgets: Sequence[Budget], clock: Callable[[], float]) -> None:
        self._accounts = [(budget, deque[float]()) for budget in budgets]
        self._clock = clock

    def spend(self, request: Request, *, explains: bool) -> Answer | None:
        """Count a request.

        Args:
            request: the request.
            explains: as for `make_answer`.

        Returns:
            The 429, or None if it may pass.
        """
        now = self._clock()
        held = [(budget, spent) for budget, spent in self._accounts if fnmatchcase(request.path, budget.path)]
        for budget, spent in held:
            while spent and spent[0] <= now - budget.seconds:
                spent.popleft()
            if len(spent) >= budget.requests:
                wait = math.ceil(spent[0] + budget.seconds - now)
                answer = throttled(explains=explains)
                return Answer(
                    status=answer.status,
                    content=answer.content,
                    headers={**answer.headers, **ask_to_wait(wait, budget.retry_after)},
                    fault=f"budget {budget.path}",
                )
        for _, spent in held:
            spent.append(now)
        return None

    def tell_use(self, request: Request) -> dict[str, str]:
        """Return the header that says how much of a limit is used; empty while there is plenty."""
        shares = [
            len(spent) / budget.requests
            for budget, spent in self._accounts
            if budget.percentage and fnmatchcase(request.path, budget.path)
        ]
        used = max(shares, default=0.0)
        return {"x-ms-throttle-limit-percentage": f"{used:.1f}"} if used >= _WARNING else {}
