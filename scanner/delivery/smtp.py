"""Mail through an SMTP server: a relay inside the house, or submission with an OAuth token."""

import datetime as dt
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from scanner.config.delivery import SmtpConfig
from scanner.delivery.interface import Parcel
from scanner.delivery.message import compose
from scanner.errors import DeliveryError, UnconfirmedError

TIME = 60.0  # seconds for each answer
TAKEN = 250
SHOWN = 200


class SmtpRoute:
    """Sends through one server.

    Args:
        server: The server.
        token: Gives an access token, where it wants one.
    """

    def __init__(self, server: SmtpConfig, token: Callable[[], str]) -> None:
        self._server = server
        self._token = token

    def send(self, parcel: Parcel) -> str:
        """Send a parcel; once its last byte is out, only the server's answer tells whether it was taken.

        Raises:
            DeliveryError: It was certainly not accepted.
            UnconfirmedError: Nobody knows.
        """
        content = compose(parcel, dt.datetime.now(tz=dt.UTC))
        with self._explained(), self._connected() as connection:
            self._sign_in(connection, parcel.sender)
            self._need(connection.mail(parcel.sender))
            self._need(connection.rcpt(parcel.recipient))
            answer = self._hand_over(connection, content)
        return self._need(answer)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        host, port = self._server.host, self._server.port
        context = ssl.create_default_context(cafile=self._server.ca_file)
        connection = (
            smtplib.SMTP_SSL(host, port, timeout=TIME, context=context)
            if self._server.security == "tls"
            else smtplib.SMTP(host, port, timeout=TIME)
        )
        try:
            if self._server.security == "starttls":
                connection.starttls(context=context)
            connection.ehlo_or_helo_if_needed()
            yield connection
        finally:
            connection.close()

    def _sign_in(self, connection: smtplib.SMTP, sender: str) -> None:
        if self._server.auth == "xoauth2":
            words = f"user={sender}\x01auth=Bearer {self._token()}\x01\x01"
            connection.auth("XOAUTH2", lambda challenge=None: "" if challenge else words)

    def _hand_over(self, connection: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
        try:
            return connection.data(content)
        except smtplib.SMTPDataError:  # it did not want to begin
            raise
        except (OSError, smtplib.SMTPException) as error:
            raise UnconfirmedError(f"{self._server.host} gave no answer, and may have accepted it.") from error

    def _need(self, answer: tuple[int, bytes]) -> str:
        code, said = answer
        if code != TAKEN:
            raise DeliveryError(f"{self._server.host} refused the mail: {code} {shown(said)}")
        return shown(said)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what smtplib raises into errors for readers."""
        try:
            yield
        except smtplib.SMTPResponseException as error:
            said = shown(error.smtp_error)
            raise DeliveryError(f"{self._server.host} refused: {error.smtp_code} {said}") from error
        except smtplib.SMTPException as error:
            raise DeliveryError(f"{self._server.host}: {shown(str(error))}.") from error
        except OSError as error:
            advice = "Look at host, port, security and ca_file in [delivery.smtp]."
            raise DeliveryError(f"{self._server.host} can't be reached: {error}.", advice) from error


def shown(said: bytes | str) -> str:
    """Give what a server said as one short line."""
    text = said.decode("utf-8", errors="replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:SHOWN]
