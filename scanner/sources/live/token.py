"""One access token, for those who deliver what a reading found."""

import asyncio

from scanner.errors import SourceError
from scanner.sources.live.auth import TokenSource
from scanner.sources.live.failure import UnreadableError
from scanner.sources.live.patience import Patience
from scanner.sources.live.request_log import RequestLog
from scanner.sources.live.target import Target


def issue_token(target: Target, resource: str, patience: Patience | None = None) -> str:
    """Sign in to a tenant once.

    Args:
        target: The tenant.
        resource: The service's root.
        patience: How long to wait.

    Returns:
        An access token for the service.

    Raises:
        SourceError: There is none to be had.
    """
    tokens = TokenSource(target, patience or Patience(), RequestLog(None))
    try:
        return asyncio.run(tokens.get(resource))
    except UnreadableError as error:
        raise error.fatal or SourceError(f"No token for {resource}: {error.reason}.") from error
    finally:
        tokens.close()
