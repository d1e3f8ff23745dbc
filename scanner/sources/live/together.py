"""Runs coroutines side by side; the first error ends them all and comes out as itself."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import TypeVar

ItemT = TypeVar("ItemT")


async def run_together(jobs: Iterable[Coroutine[None, None, None]]) -> None:
    """Run jobs side by side until all are done.

    Raises:
        Exception: The first error of a job, after the other jobs were cancelled.
    """
    try:
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(job)
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors


async def work_off(items: Iterable[ItemT], work: Callable[[ItemT], Awaitable[None]], *, abreast: int) -> None:
    """Do the same work for each item, some at a time, without making a task for each.

    Args:
        items: The items.
        work: The work.
        abreast: How many at a time.
    """
    remaining = iter(items)

    async def work_on() -> None:
        for item in remaining:
            await work(item)

    await run_together(work_on() for _ in range(abreast))
