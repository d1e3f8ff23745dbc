"""What a session that isn't signed in gets at MAIL FROM."""

from scanner.model.judgement import Confidence
from scanner.model.text import say
from scanner.replies import causes_sender as sender
from scanner.replies import causes_settings as settings
from scanner.replies.entry import CatalogueEntry

CLIENT_NOT_AUTHENTICATED = CatalogueEntry(
    key="client_not_authenticated",
    code="530",
    enhanced="5.7.57",
    sentence="Client not authenticated to send mail.",
    stage="MAIL FROM",
    meaning=say(
        "The session isn't signed in. Where the client tried and went on, the refusal of AUTH stands after Error: "
        "and is the real diagnosis; where nothing follows, the client probably never tried."
    ),
    causes=(
        sender.CLIENT_SENDS_NO_AUTH,
        sender.STARTTLS_OFF,
        settings.SWITCH,
        settings.SECURITY_DEFAULTS,
        settings.CONDITIONAL_ACCESS,
        settings.PER_USER_MFA,
        sender.WRONG_PASSWORD,
    ),
    confidence=Confidence.MEDIUM,
    sources=("S5", "glowroot/glowroot#226", "tarickb/sasl-xoauth2#96", "simonrob/email-oauth2-proxy#315"),
    phrases=(
        "Client not authenticated to send mail",
        "Client was not authenticated to send anonymous mail",
    ),
    stands_for_code=True,
)

AUTHENTICATED_USERS_ONLY = CatalogueEntry(
    key="authenticated_users_only",
    code="530",
    enhanced="5.7.53",
    sentence="SMTP; Client was rejected. Authenticated users only.",
    stage="MAIL FROM",
    meaning=say("The session isn't signed in. Seen once, inside another reply."),
    causes=(sender.CLIENT_SENDS_NO_AUTH, sender.STARTTLS_OFF),
    confidence=Confidence.LOW,
    sources=("T:13599845204",),
    phrases=("Authenticated users only",),
)

MAIL_FROM = (CLIENT_NOT_AUTHENTICATED, AUTHENTICATED_USERS_ONLY)
