"""What a refusal means, in plain words, with the permission that lacks (facts/apis.md §1.7, §1.9, §2.4)."""

from typing import Any

from scanner.evidence.section import Cmdlet, Section
from scanner.model.section import NO_LICENCE_CODES, NOT_LICENSED
from scanner.model.text import join, quote, say
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
            reason = say(
                "Exchange refused the app's token for {cmdlet}{said}: the application permission is missing",
                cmdlet=ask.name,
                said=said,
            )
            return UnreadableError(reason, permission=permission)
        case 403:
            reason = say("the app holds no role in Exchange that allows {cmdlet}{said}", cmdlet=ask.name, said=said)
            return UnreadableError(reason, permission=EXCHANGE_ROLE)
        case 400 if WRONG_ROLE in refused.message:
            reason = say("the app's directory role does not work with Exchange{said}", said=said)
            return UnreadableError(reason, permission=EXCHANGE_ROLE)
        case _:
            status = str(refused.status)
            return UnreadableError(
                say("Exchange refused {cmdlet} with {status}{said}", cmdlet=ask.name, status=status, said=said)
            )


def _explain_graph(refused: RefusedError, permission: str) -> UnreadableError:
    said = _quote(refused)
    if refused.code in NO_LICENCE_CODES:
        return UnreadableError(join("", [NOT_LICENSED, quote(said)]))
    match refused.status:
        case 401:
            return UnreadableError(say("Microsoft Graph refused the app's token{said}", said=said))
        case 403 if permission in refused.held:
            return UnreadableError(
                say(
                    "Microsoft Graph did not permit it{said}; the token holds {permission}: a licence or a further "
                    "permission may be missing",
                    said=said,
                    permission=permission,
                ),
                denied=True,
            )
        case 403:
            return UnreadableError(say("Microsoft Graph did not permit it{said}", said=said), permission=permission)
        case _:
            status = str(refused.status)
            return UnreadableError(say("Microsoft Graph refused it with {status}{said}", status=status, said=said))


def _quote(refused: RefusedError) -> str:
    words = ": ".join(filter(None, (refused.code, refused.message)))
    return f" ({words})" if words else ""
