"""Replies about the connection as a whole."""

from scanner.model.judgement import Confidence
from scanner.model.text import say
from scanner.replies import causes_sender as sender
from scanner.replies import causes_service as service
from scanner.replies.entry import CatalogueEntry

TLS_TOO_OLD = CatalogueEntry(
    key="tls_too_old",
    code="421",
    enhanced="4.7.66",
    sentence=(
        "TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2. "
        "Visit https://aka.ms/smtp_auth_tls."
    ),
    stage="CONNECT",
    meaning=say("The client's TLS is too old for the regular endpoint."),
    causes=(sender.TLS_OLD,),
    sources=("S16", "zehm/sendEmail#1"),
    phrases=("TLS 1.0 and 1.1 are not supported",),
)

SUBMISSION_RATE = CatalogueEntry(
    key="submission_rate",
    code="421",
    enhanced="4.4.2",
    sentence="Message submission rate for this client has exceeded the configured limit",
    stage="CONNECT",
    meaning=say("Too many messages a minute; mostly the service only slows down instead of refusing."),
    causes=(service.RATE,),
    confidence=Confidence.LOW,
    sources=("S6", "T:69367911972 (WEAK)"),
    phrases=("Message submission rate",),
)

SESSION = (TLS_TOO_OLD, SUBMISSION_RATE)
