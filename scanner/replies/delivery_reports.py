"""Refusals that come later, in a non-delivery report."""

from scanner.model.text import say
from scanner.replies import causes_service as service
from scanner.replies.entry import CatalogueEntry

BAD_OUTBOUND_SENDER = CatalogueEntry(
    key="bad_outbound_sender",
    code="550",
    enhanced="5.1.8",
    sentence="Access denied, bad outbound sender",
    stage="NDR",
    meaning=say("The account is restricted as a source of spam."),
    causes=(service.SPAM_RESTRICTED,),
    sources=("S5",),
    phrases=("bad outbound sender",),
)

DAILY_RECIPIENTS = CatalogueEntry(
    key="daily_recipients",
    code="550",
    enhanced="5.1.90",
    sentence="Your message can't be sent because you've reached your daily limit for message recipients",
    stage="NDR",
    meaning=say("The mailbox has sent to as many recipients as it may in a day."),
    causes=(service.QUOTA, service.SPAM_RESTRICTED),
    sources=("S5",),
    phrases=("daily limit for message recipients",),
)

TENANT_OVER_THRESHOLD = CatalogueEntry(
    key="tenant_over_threshold",
    code="550",
    enhanced="5.7.705",
    sentence="Access denied, tenant has exceeded threshold",
    stage="NDR",
    meaning=say("The tenant as a whole has sent too much that looks like spam."),
    causes=(service.TENANT_REPUTATION, service.SPAM_RESTRICTED),
    sources=("S5",),
    phrases=("tenant has exceeded threshold",),
)

TRAFFIC_NOT_ACCEPTED = CatalogueEntry(
    key="traffic_not_accepted",
    code="550",
    enhanced="5.7.708",
    sentence="Access denied, traffic not accepted from this IP",
    stage="NDR",
    meaning=say("Outgoing mail of the tenant isn't trusted yet; common with new and trial tenants."),
    causes=(service.TENANT_REPUTATION,),
    sources=("S5",),
    phrases=("traffic not accepted from this IP",),
)

DELIVERY_REPORTS = (BAD_OUTBOUND_SENDER, DAILY_RECIPIENTS, TENANT_OVER_THRESHOLD, TRAFFIC_NOT_ACCEPTED)
