"""One POST to a service that takes reports, and what its answer means: accepted, certainly not, or nobody knows."""

import datetime as dt
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_base
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NameResolutionError, NewConnectionError, SSLError

from scanner import __version__
from scanner.errors import DeliveryError, UnconfirmedError

TIME_TO_CONNECT, TIME_TO_ANSWER = 10.0, 60.0  # seconds
TRIES = 4
LONGEST_WAIT = 60.0
BUSY = frozenset({429, 503})
# An error of a gateway or a server may come after the message was taken.
DOUBTFUL = frozenset({500, 502, 504})
NEVER_CONNECTED = (ConnectTimeoutError, NameResolutionError, NewConnectionError, SSLError)


class _BusyError(DeliveryError):
    """The service is busy or can't be reached: trying again can't send twice."""

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message, "Look at the network, or wait; then run the schedule again.")
        self.wait = wait


class _Pause(wait_base):
    """As long as the service asks for, else longer each time."""

    def __call__(self, retry_state: RetryCallState) -> float:
        outcome = retry_state.outcome
        error = outcome.exception() if outcome else None
        asked = error.wait if isinstance(error, _BusyError) else 0.0
        return min(asked or 2.0 ** (retry_state.attempt_number - 1), LONGEST_WAIT)


class Poster:
    """Posts without proxies or passwords of the environment, and follows no redirects.

    Args:
        ca_file: The authority that is trusted; the system's where ``None``.
        proxy: Address of an HTTP proxy; "" for none.
    """

    def __init__(self, ca_file: Path | None = None, proxy: str = "") -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = str(ca_file) if ca_file else True
        self._session.headers["User-Agent"] = f"smtp-posture/{__version__}"
        if proxy:
            self._session.proxies = {"https": proxy}

    def post(self, what: str, url: str, body: bytes, headers: Mapping[str, str]) -> requests.Response:
        """Post once, and again only where the service certainly took nothing.

        Args:
            what: The service as readers know it: its address may be a secret.
            url: Where to.
            body: What.
            headers: With the content's type.

        Returns:
            The answer, of whatever status but the busy and the doubtful ones.

        Raises:
            DeliveryError: It was certainly not accepted.
            UnconfirmedError: Nobody knows.
        """
        trying = Retrying(
            retry=retry_if_exception_type(_BusyError), stop=stop_after_attempt(TRIES), wait=_Pause(), reraise=True
        )
        return trying(self._post, what, url, body, headers)

    def _post(self, what: str, url: str, body: bytes, headers: Mapping[str, str]) -> requests.Response:
        answer = self._try(url, body, headers)
        match answer:
            case requests.Response() if answer.status_code in BUSY:
                raise _BusyError(f"{what} is busy ({answer.status_code}).", read_wait(answer.headers))
            case requests.Response() if answer.status_code in DOUBTFUL:
                raise UnconfirmedError(f"{what} answered {answer.status_code}, and may have accepted it.")
            case requests.Response():
                return answer
            case True:
                raise _BusyError(f"{what} can't be reached.", 0.0)
            case False:
                raise UnconfirmedError(f"{what} gave no answer, and may have accepted it.")

    def _try(self, url: str, body: bytes, headers: Mapping[str, str]) -> requests.Response | bool:
        """Post; where no answer comes, tell whether nothing was sent: the library's error holds the address."""
        try:
            return self._session.post(
                url,
                data=body,
                headers=dict(headers),
                timeout=(TIME_TO_CONNECT, TIME_TO_ANSWER),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return _never_connected(error)


def _never_connected(error: requests.RequestException) -> bool:
    """Tell whether no byte of the request can have reached the service."""
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.SSLError):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NEVER_CONNECTED)


def read_wait(headers: Mapping[str, str]) -> float:
    """Read Retry-After, in seconds or as a date; 0 where there is none."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - dt.datetime.now(tz=dt.UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0
