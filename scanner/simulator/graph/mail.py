"""Mail that the scanner sends: accepted with 202 and kept, so that a test can read what a recipient would have got."""

import base64
import binascii

from scanner.simulator.graph.desk import Desk, Query
from scanner.simulator.graph.postbox import Posted
from scanner.simulator.graph.refusals import GraphRefusalError
from scanner.simulator.wire import Answer

_LARGEST = 4 * 1024 * 1024
"""Bytes of a request that Graph takes."""


def send_mail(desk: Desk, query: Query) -> Answer:
    """Answer `POST /users/{id}/sendMail` of a message in MIME; there is no id of the message in the answer."""
    (name,) = query.names
    if not _is_mailbox(desk, name):
        raise GraphRefusalError(404, "ErrorInvalidUser", f"The requested user '{name}' is invalid.")
    if len(query.ask.body) > _LARGEST:
        raise GraphRefusalError(413, "RequestEntityTooLarge", "The request exceeds the maximum size.")
    if query.ask.headers.get("content-type", "").partition(";")[0] != "text/plain":
        raise GraphRefusalError(400, "RequestBodyRead", "Only messages in MIME are simulated.")
    try:
        mime = base64.b64decode(query.ask.body, validate=True)
    except binascii.Error as error:
        raise GraphRefusalError(400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string.") from error
    desk.post.append(Posted(sender=name, mime=mime))
    return Answer(status=202)


def _is_mailbox(desk: Desk, name: str) -> bool:
    wanted = name.lower()
    accounts = desk.population.accounts
    return any(wanted in {account.id, account.upn.lower(), (account.mail or "").lower()} for account in accounts)
