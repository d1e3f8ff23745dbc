"""Causes on the service's side: limits, reputation, federation, relay. No gate shows them."""

from scanner.model.judgement import Remedy
from scanner.model.text import say
from scanner.replies.causes_settings import MOVE_TO_OAUTH
from scanner.replies.entry import Cause

SERVICE_BLOCK = Cause(
    key="service_block",
    gate="",
    text=say("Microsoft turned Basic off for the tenant by itself, which no policy or setting of the tenant shows."),
    look_at=say("Messages of the Message center; a help request with the Basic authentication diagnostic."),
    remedies=(
        MOVE_TO_OAUTH,
        Remedy(
            gate="",
            text=say("Ask the diagnostic of the admin center to turn Basic for SMTP on again, while that is offered."),
            portal="Microsoft 365 admin center > Support > Help & support > Diag: Enable Basic Auth in EXO",
        ),
    ),
)

FEDERATION = Cause(
    key="federation",
    gate="",
    text=say("The federation server of the domain can't be reached or isn't set up for HTTPS."),
    look_at=say("AD FS or other identity provider of the domain, its public address and its certificate."),
    remedies=(
        Remedy(gate="", text=say("Repair the federation server, or change the domain to managed authentication.")),
    ),
)

PASS_THROUGH_AGENT = Cause(
    key="pass_through_agent",
    gate="",
    text=say("The pass-through authentication agent on premises doesn't answer or refuses (logon hours, clock)."),
    look_at=say("Microsoft Entra Connect health, and the agents' event logs."),
    remedies=(
        Remedy(
            gate="",
            text=say("Repair the agents; three are recommended."),
            portal="Microsoft Entra admin center > Entra ID > Entra Connect > Pass-through authentication",
        ),
    ),
)

HVE = Cause(
    key="hve",
    gate="",
    text=say("The High Volume Email endpoint refuses Basic: Security Defaults or an authentication policy forbid it."),
    look_at=say("Security Defaults, and AllowBasicAuthSmtp of the authentication policy of the HVE account."),
    remedies=(MOVE_TO_OAUTH,),
)

HVE_EXTERNAL_RECIPIENT = Cause(
    key="hve_external_recipient",
    gate="",
    text=say("High Volume Email is for internal recipients only, and a recipient is external."),
    look_at=say("The recipients of the message."),
    remedies=(Remedy(gate="", text=say("Use Azure Communication Services Email or another way for outside mail.")),),
)

QUOTA = Cause(
    key="quota",
    gate="",
    text=say("The mailbox has reached its limit of 10,000 recipients a day."),
    look_at=say("Messages sent by the mailbox in the last 24 hours (message trace)."),
    remedies=(
        Remedy(gate="", text=say("Wait 24 hours, spread the sending, or use High Volume Email or Azure's service.")),
    ),
)

RATE = Cause(
    key="rate",
    gate="",
    text=say("More than 30 messages a minute from one mailbox."),
    look_at=say("The pace of the sender."),
    remedies=(Remedy(gate="", text=say("Send more slowly, and try again after a pause.")),),
)

CONCURRENCY = Cause(
    key="concurrency",
    gate="",
    text=say("More than three connections send for one mailbox at the same time."),
    look_at=say("How many threads or devices send with this account."),
    remedies=(Remedy(gate="", text=say("Send over one connection, and try again after a pause.")),),
)

MAILBOX_FULL = Cause(
    key="mailbox_full",
    gate="",
    text=say("The sending mailbox is full, often of its own copies in Sent Items."),
    look_at=say("Get-MailboxStatistics of the mailbox."),
    remedies=(
        Remedy(
            gate="",
            text=say("Empty Sent Items, or keep no copies of what is submitted over SMTP."),
            command="Set-Mailbox -Identity {address} -MessageCopyForSMTPClientSubmissionEnabled $false",
            undo="Set-Mailbox -Identity {address} -MessageCopyForSMTPClientSubmissionEnabled $true",
        ),
    ),
)

SPAM_RESTRICTED = Cause(
    key="spam_restricted",
    gate="",
    text=say("The account is restricted as a source of spam, mostly because somebody else uses it."),
    look_at=say("Restricted entities, and the account's sign-ins and sent messages."),
    remedies=(
        Remedy(
            gate="",
            text=say("Secure the account first, then lift the restriction."),
            portal="Microsoft Defender portal > Email & collaboration > Review > Restricted entities",
        ),
    ),
)

TENANT_REPUTATION = Cause(
    key="tenant_reputation",
    gate="",
    text=say("The tenant, often new or on trial, has used up its trust for outgoing mail."),
    look_at=say("Age and licences of the tenant, and what it has sent in the last days."),
    remedies=(Remedy(gate="", text=say("Stop the sending that caused it, and open a support case.")),),
)

CONNECTOR = Cause(
    key="connector",
    gate="",
    text=say("The relay isn't matched to a connector: its address or certificate isn't the one of the connector."),
    look_at=say("Get-InboundConnector: SenderIPAddresses, TlsSenderCertificateName; the sender's public address."),
    remedies=(
        Remedy(
            gate="",
            text=say("Enter the sender's fixed public address or its certificate in the inbound connector."),
            command="Set-InboundConnector -Identity (connector) -SenderIPAddresses (addresses)",
            portal="Exchange admin center > Mail flow > Connectors",
            undo=say("Set the former addresses again."),
        ),
    ),
)

DIRECT_SEND_REJECTED = Cause(
    key="direct_send_rejected",
    gate="",
    text=say("The organization rejects Direct Send: mail in its own name without authentication."),
    look_at=say("RejectDirectSend of Get-OrganizationConfig."),
    remedies=(
        Remedy(
            gate="",
            text=say("Make an inbound connector for the sender, or let it submit with authentication."),
            portal="Exchange admin center > Mail flow > Connectors",
        ),
        Remedy(
            gate="",
            text=say(
                "Allow Direct Send again: this opens the way for forged internal mail. It takes about 30 minutes."
            ),
            command="Set-OrganizationConfig -RejectDirectSend $false",
            undo="Set-OrganizationConfig -RejectDirectSend $true",
        ),
    ),
)

SERVICE = (
    SERVICE_BLOCK,
    FEDERATION,
    PASS_THROUGH_AGENT,
    HVE,
    HVE_EXTERNAL_RECIPIENT,
    QUOTA,
    RATE,
    CONCURRENCY,
    MAILBOX_FULL,
    SPAM_RESTRICTED,
    TENANT_REPUTATION,
    CONNECTOR,
    DIRECT_SEND_REJECTED,
)
