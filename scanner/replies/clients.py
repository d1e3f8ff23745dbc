"""What well-known mail clients make of a reply before a person sees it."""

from scanner.model.frozen import Frozen
from scanner.replies.entry import CatalogueEntry


class Shown(Frozen, frozen=True, kw_only=True):
    """What one client shows.

    Attributes:
        client: The client library, untranslated.
        text: The message as it stands in its log or on its screen.
    """

    client: str
    text: str


_DOTNET_530 = (
    "The SMTP server requires a secure connection or the client was not authenticated. The server response was: "
)

# {line} is the whole reply, {code} its three digits, {rest} what follows them, {literal} that as Python bytes.
_AT_SIGN_IN = (
    (
        ".NET SmtpClient",
        f"{_DOTNET_530}5.7.57 Client not authenticated to send mail. Error: {{line}}",
    ),
    ("nodemailer", "Invalid login: {line}"),
    ("Python smtplib", "smtplib.SMTPAuthenticationError: ({code}, {literal})"),
    ("PHPMailer", "SMTP ERROR: Password command failed: {line}"),
    ("Symfony Mailer", 'Expected response code "235" but got code "{code}", with message "{line}".'),
    ("JavaMail", "javax.mail.AuthenticationFailedException: {line}"),
    ("MailKit", "MailKit.Security.AuthenticationException: AuthenticationInvalidCredentials: {rest}"),
    ("Postfix", "SASL authentication failed; server smtp.office365.com[203.0.113.5] said: {line}"),
    ("msmtp", "msmtp: authentication failed (method LOGIN)\nmsmtp: server message: {line}"),
)

_AT_MAIL_FROM = (
    (
        ".NET SmtpClient",
        f"{_DOTNET_530}{{rest}}",
    ),
    ("nodemailer", "Mail command failed: {line}"),
    ("Python smtplib", "smtplib.SMTPSenderRefused: ({code}, {literal}, 'scanner@example.com')"),
    ("PHPMailer", "SMTP ERROR: MAIL FROM command failed: {line}"),
    ("Symfony Mailer", 'Expected response code "250" but got code "{code}", with message "{line}".'),
    ("JavaMail", "com.sun.mail.smtp.SMTPSendFailedException: {line}"),
    ("MailKit", "MailKit.Net.Smtp.SmtpCommandException: {rest}"),
    ("Postfix", "host smtp.office365.com[203.0.113.5] said: {line} (in reply to MAIL FROM command)"),
    ("msmtp", "msmtp: envelope from address not accepted by the server\nmsmtp: server message: {line}"),
)

_AFTER_DATA = (
    (".NET SmtpClient", "Transaction failed. The server response was: {rest}"),
    ("nodemailer", "Message failed: {line}"),
    ("Python smtplib", "smtplib.SMTPDataError: ({code}, {literal})"),
    ("PHPMailer", "SMTP ERROR: DATA END command failed: {line}"),
    ("Symfony Mailer", 'Expected response code "250" but got code "{code}", with message "{line}".'),
    ("JavaMail", "com.sun.mail.smtp.SMTPSendFailedException: {line}"),
    ("MailKit", "MailKit.Net.Smtp.SmtpCommandException: {rest}"),
    ("Postfix", "host smtp.office365.com[203.0.113.5] said: {line} (in reply to end of DATA command)"),
    ("msmtp", "msmtp: the server did not accept the mail\nmsmtp: server message: {line}"),
)

_AT_CONNECT = (
    (".NET SmtpClient", "Service not available, closing transmission channel. The server response was: {rest}"),
    ("nodemailer", "Invalid greeting. response={line}"),
    ("Python smtplib", "smtplib.SMTPServerDisconnected: {line}"),
    ("Symfony Mailer", 'Expected response code "220" but got code "{code}", with message "{line}".'),
    ("JavaMail", "javax.mail.MessagingException: {line}"),
    ("MailKit", "MailKit.Net.Smtp.SmtpCommandException: {rest}"),
    ("Postfix", "host smtp.office365.com[203.0.113.5] refused to talk to me: {line}"),
)

_IN_A_REPORT = (("Non-delivery report", "Remote Server returned '{line}'"),)

_BY_STAGE = {
    "AUTH": _AT_SIGN_IN,
    "MAIL FROM": _AT_MAIL_FROM,
    "DATA": _AFTER_DATA,
    "CONNECT": _AT_CONNECT,
    "NDR": _IN_A_REPORT,
}


def shown_by_clients(entry: CatalogueEntry) -> tuple[Shown, ...]:
    """Give what the clients make of the reply; nothing for codes of the sign-in log, which no client sees."""
    rest = entry.line.removeprefix(entry.code).lstrip()
    places = {"line": entry.line, "code": entry.code, "rest": rest, "literal": repr(rest.encode())}
    templates = _BY_STAGE.get(entry.stage, ())
    return tuple(Shown(client=client, text=template.format_map(places)) for client, template in templates)
