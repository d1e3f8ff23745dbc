"""Mail through Microsoft Graph's sendMail: it needs no SMTP AUTH to report on SMTP AUTH (facts/apis.md §2.7)."""

import base64
import datetime as dt
from collections.abc import Callable
from urllib.parse import quote

import msgspec
import requests

from scanner.delivery.http import Poster
from scanner.delivery.interface import Parcel
from scanner.delivery.message import compose
from scanner.errors import DeliveryError

ACCEPTED, FORBIDDEN, NOT_FOUND = 202, 403, 404
CODE_LENGTH = 80


class GraphRoute:
    """Sends as a mailbox of the tenant; the permission is Mail.Send.

    Args:
        root: Graph's root.
        token: Gives an access token for it.
        poster: Sends requests.
    """

    def __init__(self, root: str, token: Callable[[], str], poster: Poster) -> None:
        self._root = root
        self._token = token
        self._poster = poster

    def send(self, parcel: Parcel) -> str:
        """Send a parcel as MIME, which keeps both bodies.

        Raises:
            DeliveryError: It was certainly not accepted.
            UnconfirmedError: Nobody knows.
        """
        body = base64.b64encode(compose(parcel, dt.datetime.now(tz=dt.UTC)))
        url = f"{self._root}/v1.0/users/{quote(parcel.sender, safe='@')}/sendMail"
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "text/plain"}
        answer = self._poster.post("Microsoft Graph", url, body, headers)
        if answer.status_code != ACCEPTED:
            raise refused(answer, parcel.sender)
        return answer.headers.get("request-id", "")


def refused(answer: requests.Response, sender: str) -> DeliveryError:
    """Explain why Graph did not take a message."""
    advice = {
        FORBIDDEN: "Consent to the application permission Mail.Send, and see that it may send as that mailbox.",
        NOT_FOUND: f"Set `sender` to a mailbox of this tenant; {sender} is none.",
    }.get(answer.status_code, "Look the code up in Graph's documentation of sendMail.")
    return DeliveryError(f"Microsoft Graph refused the mail: {answer.status_code} {code_of(answer)}.", advice)


def code_of(answer: requests.Response) -> str:
    """Give the code of an error that Graph answered; "" where it gives none."""
    try:
        found = msgspec.json.decode(answer.content)["error"]["code"]
    except (msgspec.DecodeError, KeyError, TypeError):
        return ""
    return str(found)[:CODE_LENGTH]
