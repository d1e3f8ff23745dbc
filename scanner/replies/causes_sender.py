"""Causes on the sender's side or in its credentials: no setting of the tenant shows them."""

from scanner.model.judgement import Remedy
from scanner.model.text import Text, say
from scanner.replies.causes_settings import MOVE_TO_OAUTH
from scanner.replies.entry import Cause


def _advise(text: Text, *, command: str = "", portal: str = "", undo: str = "") -> tuple[Remedy, ...]:
    """Make the one remedy of a cause that no gate knows."""
    return (Remedy(gate="", text=text, command=command, portal=portal, undo=undo),)


WRONG_PASSWORD = Cause(
    key="wrong_password",
    gate="",
    text=say(
        "User name or password is wrong: stale after a change, left over in one of several stored connections, or "
        "altered on its way (a $ that the configuration expands)."
    ),
    look_at=say("Sign-in log code 50126; the credentials as the sender really uses them."),
    remedies=_advise(
        say("Enter the current password in every place where the sender keeps it, and quote special characters."),
    ),
)

UNKNOWN_USER = Cause(
    key="unknown_user",
    gate="",
    text=say("The user name isn't known: an alias instead of the sign-in name, or a deleted account."),
    look_at=say("Sign-in log code 50034; userPrincipalName of the account."),
    remedies=_advise(say("Let the sender sign in with the user principal name.")),
)

ACCOUNT_LOCKED = Cause(
    key="account_locked",
    gate="",
    text=say("Too many failed tries locked the account, mostly a client that repeats an old password."),
    look_at=say("Sign-in log code 50053, and which address the tries come from."),
    remedies=_advise(
        say("Stop the client that keeps trying, then set a new password; the lock ends by itself after a while."),
        portal="Microsoft Entra admin center > Entra ID > Authentication methods > Password protection",
    ),
)

MALICIOUS_ADDRESS = Cause(
    key="malicious_address",
    gate="",
    text=say("The sender's public address has a bad reputation, so that its sign-ins are refused."),
    look_at=say("Sign-in log code 50053 with the failure reason for a malicious IP address."),
    remedies=_advise(say("Send from another public address, or let the provider of the address clear it.")),
)

ABUSE_LIMIT = Cause(
    key="abuse_limit",
    gate="",
    text=say("Too many messages in a short time: the service refuses the sender for a while (not documented)."),
    look_at=say("Whether the first messages pass and later ones fail."),
    remedies=_advise(say("Send more slowly, and use a bulk service for many messages.")),
)

CLIENT_SENDS_NO_AUTH = Cause(
    key="client_sends_no_auth",
    gate="",
    text=say("The client never signed in: no credentials are set, or none match the sender or server name."),
    look_at=say("The client's log: is there an AUTH command between EHLO and MAIL FROM?"),
    remedies=_advise(say("Turn authentication on in the client and give it the account's credentials.")),
)

STARTTLS_OFF = Cause(
    key="starttls_off",
    gate="",
    text=say("The client doesn't use STARTTLS, so the server offers it no AUTH."),
    look_at=say("The client's log: is there a STARTTLS command, and AUTH in the answer to the second EHLO?"),
    remedies=_advise(say("Set the client to STARTTLS (explicit TLS) on port 587, not to SSL on 465 or to none.")),
)

OAUTH_APP_REGISTRATION = Cause(
    key="oauth_app_registration",
    gate="",
    text=say(
        "The application isn't registered in Exchange for SMTP, is registered with the wrong object id, or lacks "
        "SMTP.SendAsApp with admin consent."
    ),
    look_at=say(
        "ObjectId of Get-ServicePrincipal must be that of the enterprise application, not that of the app registration."
    ),
    remedies=_advise(
        say("Register the service principal with the object id of the enterprise application. Allow an hour."),
        command="New-ServicePrincipal -AppId (client id) -ObjectId (object id of the enterprise application)",
        portal="Microsoft Entra admin center > Entra ID > Enterprise apps > (application) > Permissions",
        undo="Remove-ServicePrincipal -Identity (object id of the enterprise application)",
    ),
)

OAUTH_WRONG_IDENTITY = Cause(
    key="oauth_wrong_identity",
    gate="",
    text=say("The token was issued to another account than the one named as user, e.g. to the admin who consented."),
    look_at=say("upn or oid and scp or roles in the token, beside the user field of the XOAUTH2 string."),
    remedies=_advise(
        say("Get the token as the sending account, or give the signed-in account rights on the mailbox it names."),
    ),
)

OAUTH_APP_RIGHTS = Cause(
    key="oauth_app_rights",
    gate="",
    text=say("The application or signed-in account has no rights on the mailbox that it sends as."),
    look_at=say("Get-MailboxPermission of the mailbox: is the service principal or the account listed?"),
    remedies=_advise(
        say("Give the service principal full access to the mailbox that it signs in to."),
        command="Add-MailboxPermission -Identity {address} -User (service principal) -AccessRights FullAccess",
        undo="Remove-MailboxPermission -Identity {address} -User (service principal) -AccessRights FullAccess",
    ),
)

OAUTH_APP_STATE = Cause(
    key="oauth_app_state",
    gate="",
    text=say("The application can't get a token: no consent, disabled, unknown in this tenant, or a secret expired."),
    look_at=say("The answer of the token endpoint, and the application's secrets, certificates and consent."),
    remedies=_advise(
        say("Grant consent, enable the application or renew its secret or certificate."),
        portal="Microsoft Entra admin center > Entra ID > App registrations > (application)",
    ),
)

CLIENT_CODES_XOAUTH2_WRONGLY = Cause(
    key="client_codes_xoauth2_wrongly",
    gate="",
    text=say("The client builds or sends the XOAUTH2 string wrongly, or goes on although it was refused."),
    look_at=say("The decoded string: user=(address)^Aauth=Bearer (token)^A^A, encoded in Base64 once."),
    remedies=_advise(say("Send the string as initial response of AUTH XOAUTH2, and stop when the answer isn't 235.")),
)

CONSUMER_ACCOUNT = Cause(
    key="consumer_account",
    gate="",
    text=say("It is a personal Outlook.com, Hotmail or Live account: Basic ended there on 16 September 2024."),
    look_at=say("The domain of the address that signs in."),
    remedies=(MOVE_TO_OAUTH,),
)

ON_PREMISES = Cause(
    key="on_premises",
    gate="",
    text=say("The reply is from an Exchange server on premises, where other rules hold."),
    look_at=say("The server's banner: Exchange Online names itself (…).prod.outlook.com."),
    remedies=_advise(say("Sign in as the server expects it (DOMAIN\\user), or send to smtp.office365.com.")),
)

WRONG_HOST = Cause(
    key="wrong_host",
    gate="",
    text=say("The client talks to another mail service, not to Exchange Online."),
    look_at=say("The server name that is set in the client, and the server's banner."),
    remedies=_advise(say("Set the server to smtp.office365.com, port 587, STARTTLS.")),
)

TLS_OLD = Cause(
    key="tls_old",
    gate="",
    text=say("The client speaks TLS 1.0 or 1.1 only."),
    look_at=say("TLS version in the SMTP AUTH clients report; TLS settings and age of the client's library."),
    remedies=_advise(
        say("Update the client. For devices that can't: allow legacy TLS and use smtp-legacy.office365.com."),
        command="Set-TransportConfig -AllowLegacyTLSClients $true",
        portal="Exchange admin center > Settings > Mail flow > Turn on use of legacy TLS clients",
        undo="Set-TransportConfig -AllowLegacyTLSClients $false",
    ),
)

MECHANISM = Cause(
    key="mechanism",
    gate="",
    text=say("The client insists on AUTH PLAIN, or sends AUTH before STARTTLS; only LOGIN and XOAUTH2 are offered."),
    look_at=say("AUTH line in the answer to EHLO after STARTTLS, and the AUTH command that the client sends."),
    remedies=_advise(say("Set the client to LOGIN (Basic) or XOAUTH2 (OAuth), after STARTTLS.")),
)

TRANSIENT = Cause(
    key="transient",
    gate="",
    text=say("A passing fault of the service."),
    look_at=say("Whether the same sign-in succeeds later; Microsoft 365 admin center > Health > Service health."),
    remedies=_advise(say("Try again later, with growing pauses.")),
)

SENDER = (
    WRONG_PASSWORD,
    UNKNOWN_USER,
    ACCOUNT_LOCKED,
    MALICIOUS_ADDRESS,
    ABUSE_LIMIT,
    CLIENT_SENDS_NO_AUTH,
    STARTTLS_OFF,
    OAUTH_APP_REGISTRATION,
    OAUTH_WRONG_IDENTITY,
    OAUTH_APP_RIGHTS,
    OAUTH_APP_STATE,
    CLIENT_CODES_XOAUTH2_WRONGLY,
    CONSUMER_ACCOUNT,
    ON_PREMISES,
    WRONG_HOST,
    TLS_OLD,
    MECHANISM,
    TRANSIENT,
)
