"""Whether the services' hosts answer at all, and how their clocks differ from this machine's. No token is sent."""

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp

from scanner.sources.live.http import open_session
from scanner.sources.live.patience import Patience
from scanner.sources.live.target import Target

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One host of a tenant's services.

    Attributes:
        name: The host, with its port where that is not the usual one.
        serves: What for: ``sign-in``, ``Microsoft Graph`` or ``Exchange Online``.
        failure: Why it can't be reached; empty where it answered, whatever it said.
        skew: Seconds that this machine's clock is behind the host's, to the second; ``None`` where it gave no Date.
    """

    name: str
    serves: str
    failure: str = ""
    skew: float | None = None


async def reach(target: Target, patience: Patience, clock: Clock) -> tuple[Host, ...]:
    """Ask the root of each host for anything.

    Args:
        target: The tenant.
        patience: How long to wait.
        clock: This machine's clock.

    Returns:
        The hosts, in the order in which a reading needs them.

    Raises:
        ConfigurationError: The trusted authority's file can't be read.
    """
    hosts = target.hosts
    named = (
        ("sign-in", hosts.authority),
        ("Microsoft Graph", hosts.graph),
        ("Exchange Online", hosts.exchange),
    )
    async with open_session(target, patience) as session:
        return tuple(await asyncio.gather(*(_ask(session, serves, root, clock) for serves, root in named)))


async def _ask(session: aiohttp.ClientSession, serves: str, root: str, clock: Clock) -> Host:
    name = urlsplit(root).netloc
    before = clock()
    try:
        async with session.get(f"{root}/", allow_redirects=False) as response:
            skew = _measure(response.headers.get("Date", ""), before, clock())
    except aiohttp.ClientSSLError:
        return Host(name=name, serves=serves, failure="its certificate is not trusted")
    except (aiohttp.ClientError, TimeoutError) as error:
        cause = getattr(error, "os_error", None) or error
        return Host(name=name, serves=serves, failure=f"it does not answer ({type(cause).__name__})")
    return Host(name=name, serves=serves, skew=skew)


def _measure(date: str, before: dt.datetime, after: dt.datetime) -> float | None:
    """Compare a Date header, which counts whole seconds, with the time in which the request was under way."""
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return None
    if theirs.tzinfo is None:
        return None
    if before - dt.timedelta(seconds=1) <= theirs <= after:
        return 0.0
    return round((theirs - (after if theirs > after else before)).total_seconds())
