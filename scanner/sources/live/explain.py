"""What a refusal means, in plain English, with the permission that lacks (facts/apis.md §1.7, §1.9, §2.4)."""

from typing import Any

from scanner.evidence.section import Cmdlet, Section
from scanner.model.section import NO_LICENCE_CODES, NOT_LICENSED
from scanner.sources.live.failure import RefusedError, UnreadableError

EXCHANGE_ROLE = "Exchange role such as Global Reader or View-Only Organization Management"
WRONG_ROLE = "role assigned to application isn't supported"


def explain(refused: RefusedError, section: Section[Any]) -> UnreadableError:
    """Say why a section can't be read.

    Args:
        refused: What the service answered.
        section: The section that was asked for.

    Returns:
        The failure of the section.
    """
    if isinstance(section.ask, Cmdlet):
        return _explain_exchange(refused, section.ask, section.permission)
    return _explain_graph(refused, section.permission)


def _explain_exchange(refused: RefusedError, ask: Cmdlet, permission: str) -> UnreadableError:
    said = _quote(refused)
    match refused.status:
        case 401:
            reason = f"Exchange refused the app's token for {ask.name}{said}: the application permission is missing"
            return UnreadableError(reason, permission=permission)
        case 403:
            reason = f"the app holds no role in Exchange that allows {ask.name}{said}"
            return UnreadableError(reason, permission=EXCHANGE_ROLE)
        case 400 if WRONG_ROLE in refused.message:
            reason = f"the app's directory role does not work with Exchange{said}"
            return UnreadableError(reason, permission=EXCHANGE_ROLE)
        case _:
            return UnreadableError(f"Exchange refused {ask.name} with {refused.status}{said}")


def _explain_graph(refused: RefusedError, permission: str) -> UnreadableError:
    said = _quote(refused)
    if refused.code in NO_LICENCE_CODES:
        return UnreadableError(f"{NOT_LICENSED}{said}")
    match refused.status:
        case 401:
            return UnreadableError(f"Microsoft Graph refused the app's token{said}")
        case 403:
            return UnreadableError(f"Microsoft Graph did not permit it{said}", permission=permission)
        case _:
            return UnreadableError(f"Microsoft Graph refused it with {refused.status}{said}")


def _quote(refused: RefusedError) -> str:
    words = ": ".join(filter(None, (refused.code, refused.message)))
    return f" ({words})" if words else ""
