"""Replies of the ways beside authenticated submission: relay, Direct Send, High Volume Email."""

from scanner.model.judgement import Confidence
from scanner.model.text import say
from scanner.replies import causes_service as service
from scanner.replies.entry import CatalogueEntry

RELAY_ACCESS_DENIED = CatalogueEntry(
    key="relay_access_denied",
    code="550",
    other_codes=("554",),
    enhanced="5.7.64",
    sentence="TenantAttribution; Relay Access Denied",
    stage="MAIL FROM",
    meaning=say("Sent to the MX host on port 25, but no inbound connector of the tenant matches the sender."),
    causes=(service.CONNECTOR,),
    sources=("S5",),
    phrases=("Relay Access Denied",),
)

DIRECT_SEND_REJECTED = CatalogueEntry(
    key="direct_send_rejected",
    code="550",
    enhanced="5.7.68",
    sentence="TenantInboundAttribution; Direct Send not allowed for this organization",
    stage="MAIL FROM",
    meaning=say("Sent to the MX host on port 25 without authentication, which the organization rejects."),
    causes=(service.DIRECT_SEND_REJECTED, service.CONNECTOR),
    sources=("S17",),
    phrases=("Direct Send not allowed", "TenantInboundAttribution"),
)

HVE_EXTERNAL_RECIPIENT = CatalogueEntry(
    key="hve_external_recipient",
    code="550",
    enhanced="5.5.105",
    stage="DATA",
    meaning=say("High Volume Email was asked to send to an external recipient. Its sentence isn't known."),
    causes=(service.HVE_EXTERNAL_RECIPIENT,),
    confidence=Confidence.MEDIUM,
    sources=("S14",),
)

RELAY = (RELAY_ACCESS_DENIED, DIRECT_SEND_REJECTED, HVE_EXTERNAL_RECIPIENT)
