"""Ready answers by name, in the words of the services (facts/apis.md §1.9, §2; facts/examples)."""

import datetime as dt
import email.utils
from collections.abc import Callable, Mapping

from scanner.simulator.exchange import refusals as exchange
from scanner.simulator.faults.scenario import ReadyAnswer, Then, Waiting
from scanner.simulator.graph.refusals import GraphRefusalError, permission_is_missing
from scanner.simulator.wire import Answer

_HTML: Mapping[str, str] = {"Content-Type": "text/html"}


def make_answer(then: Then, *, explains: bool) -> Answer:
    """Make the answer that takes the place of the service's.

    Args:
        then: what the fault says.
        explains: True if the service says in a body why it throttles, as Graph does and Exchange does not.

    Returns:
        The answer; a status alone is an HTML page, as front doors send it.
    """
    if then.answer is not None:
        return throttled(explains=explains) if then.answer == "throttled" else _READY[then.answer]()
    return Answer(status=then.status or 200, raw=f"<html>{then.status}</html>".encode(), headers=_HTML)


def throttled(*, explains: bool) -> Answer:
    """Return a 429 that does not say how long to wait."""
    if not explains:
        return Answer(status=429)
    return GraphRefusalError(429, "TooManyRequests", "Too many requests. Please try again later.").answer()


def ask_to_wait(seconds: float, form: Waiting) -> dict[str, str]:
    """Return the Retry-After header in one of its forms.

    Args:
        seconds: how long; a date is rounded up to a whole second.
        form: number, date, or no header.
    """
    match form:
        case "none":
            return {}
        case "seconds":
            return {"Retry-After": f"{seconds:g}"}
        case "date":
            moment = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds + 1)
            return {"Retry-After": email.utils.format_datetime(moment.replace(microsecond=0), usegmt=True)}


def _unavailable() -> Answer:
    return Answer(status=503, raw=b"<html>Service unavailable</html>", headers=_HTML)


def _unlicensed() -> Answer:
    message = "Neither tenant is B2C or tenant doesn't have premium license"
    return GraphRefusalError(403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", message).answer()


_READY: Mapping[ReadyAnswer, Callable[[], Answer]] = {
    "unavailable": _unavailable,
    "unknown-error": lambda: GraphRefusalError(403, "UnknownError", "").answer(),
    "page-expired": exchange.page_is_expired,
    "role-missing": exchange.role_is_missing,
    "permission-missing": lambda: permission_is_missing().answer(),
    "not-licensed": _unlicensed,
    "token-refused": exchange.token_is_refused,
}
