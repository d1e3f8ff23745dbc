"""The 64 field samples of facts/smtp-auth.md §6, with the causes that the threads established."""

from enum import StrEnum
from typing import NamedTuple


class Status(StrEnum):
    """How sure the thread is of the cause."""

    CONFIRMED = "confirmed"
    STATED = "stated"
    UNKNOWN = "unknown"


class Sample(NamedTuple):
    """One sample.

    Attributes:
        number: Its number in the dossier.
        text: The line as quoted there; where it isn't quoted, what the person says.
        main: Key of the reply that tells most; empty where there is no reply in the text.
        causes: Keys of the established cause, any of which must be among the first two; several where the thread
            names one kind of cause only. Empty where it was never found.
        status: How sure the thread is.
    """

    number: int
    text: str
    main: str
    causes: tuple[str, ...]
    status: Status


CONFIRMED, STATED, UNKNOWN = Status
DOTNET = "The SMTP server requires a secure connection or the client was not authenticated. The server response was: "
NOT_AUTHENTICATED = "5.7.57 Client not authenticated to send mail. Error: "
UNSUCCESSFUL = "535 5.7.139 Authentication unsuccessful, "
MORE = " Visit https://aka.ms/smtp_auth_disabled for more information."
TENANT = f"{UNSUCCESSFUL}SmtpClientAuthentication is disabled for the Tenant.{MORE}"
MAILBOX = f"{UNSUCCESSFUL}SmtpClientAuthentication is disabled for the Mailbox.{MORE}"
DEFAULTS = f"{UNSUCCESSFUL}user is locked by your organization's security defaults policy. Contact your administrator."
CRITERIA = (
    f"{UNSUCCESSFUL}the request did not meet the criteria to be authenticated successfully. Contact your administrator."
)
INCORRECT = f"{UNSUCCESSFUL}the user credentials were incorrect."
GENERAL = "535 5.7.3 Authentication unsuccessful"
OLD_FORM = "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM"

SAMPLES = (
    Sample(1, DOTNET + NOT_AUTHENTICATED + TENANT, "smtp_auth_disabled_tenant", ("switch_tenant",), STATED),
    Sample(
        2,
        f"{TENANT} [MN2PR05CA0004.namprd05.prod.outlook.com 2023-09-12T20:59:57.214Z 08DBB276B7E699C4]",
        "smtp_auth_disabled_tenant",
        ("switch_tenant",),
        STATED,
    ),
    Sample(
        3,
        f"Invalid login: {TENANT} [TY1PR01CA0183.jpnprd01.prod.outlook.com]",
        "smtp_auth_disabled_tenant",
        ("switch_tenant",),
        STATED,
    ),
    Sample(
        4,
        "SmtpClientAuthentication disabled for the Tenant, XOAUTH2 client",
        "smtp_auth_disabled_tenant",
        ("switch_tenant",),
        STATED,
    ),
    Sample(
        5,
        f"{NOT_AUTHENTICATED}{MAILBOX} HResult: -2146233088.",
        "smtp_auth_disabled_mailbox",
        ("switch_mailbox",),
        CONFIRMED,
    ),
    Sample(6, f"5.7.57 ... Error: {DEFAULTS}", "security_defaults", ("security_defaults",), CONFIRMED),
    Sample(7, f"Invalid login: {MAILBOX}", "smtp_auth_disabled_mailbox", ("switch_mailbox",), STATED),
    Sample(8, DEFAULTS, "security_defaults", ("security_defaults",), CONFIRMED),
    Sample(9, DEFAULTS, "security_defaults", ("security_defaults", "switch"), STATED),
    Sample(10, DEFAULTS, "security_defaults", ("security_defaults",), STATED),
    Sample(
        11,
        "Expected response code 235 but got code 535, with message 535 5.7.139 Authentication unsuccessful, "
        "SmtpClientAuthentication is disabled for the Tenant.",
        "smtp_auth_disabled_tenant",
        ("switch_tenant",),
        STATED,
    ),
    Sample(
        12,
        f"`530 5.7.57 Client not authenticated to send mail.` + `{CRITERIA}`",
        "criteria",
        ("location", "conditional_access"),
        STATED,
    ),
    Sample(
        13,
        f"{NOT_AUTHENTICATED}{UNSUCCESSFUL}account locked. Contact your administrator. "
        "[CH2PR19CA0002... 2026-08-28...]",
        "account_locked",
        ("account_locked",),
        CONFIRMED,
    ),
    Sample(
        14,
        f"`{INCORRECT}` then `... account locked. Contact your administrator.` (2026-09-08)",
        "credentials_incorrect",
        ("wrong_password",),
        STATED,
    ),
    Sample(
        15,
        f"5.7.57 ... Error: {UNSUCCESSFUL}account has an issue. Contact your administrator.",
        "account_issue",
        (),
        UNKNOWN,
    ),
    Sample(
        16,
        "`530 5.7.57 ...` + `... did not meet the criteria to be authenticated successfully`",
        "criteria",
        ("per_user_mfa",),
        STATED,
    ),
    Sample(
        17,
        "LOGIN: `535 5.7.139 ... did not meet the criteria ...`; "
        "XOAUTH2: `535 5.7.3 Authentication unsuccessful` (2023-08-22)",
        "criteria",
        ("conditional_access",),
        STATED,
    ),
    Sample(
        18,
        "app-only: `535 5.7.3 Authentication unsuccessful`; "
        "Basic: `535 5.7.139 ... did not meet the criteria ...` (2024-03-20)",
        "unauthenticated_5_7_3",
        ("oauth_app_registration",),
        STATED,
    ),
    Sample(
        19,
        f"XOAUTH2: `{GENERAL}` while IMAP and POP work",
        "unauthenticated_5_7_3",
        ("oauth_app_registration",),
        STATED,
    ),
    Sample(
        20,
        f"XOAUTH2 on a shared mailbox: `{GENERAL}` (2024-07-11)",
        "unauthenticated_5_7_3",
        ("oauth_wrong_identity", "oauth_app_rights"),
        STATED,
    ),
    Sample(21, GENERAL, "unauthenticated_5_7_3", ("oauth_wrong_identity",), CONFIRMED),
    Sample(22, GENERAL, "unauthenticated_5_7_3", ("security_defaults",), CONFIRMED),
    Sample(23, f"{GENERAL} with app password (Feb 2020)", "unauthenticated_5_7_3", ("security_defaults",), STATED),
    Sample(24, f"SMTP ERROR: Password command failed: {GENERAL} (2017-02-10)", "unauthenticated_5_7_3", (), UNKNOWN),
    Sample(
        25,
        f"Invalid login: {GENERAL} [SN4PR0601CA0002.namprd06.prod.outlook.com]",
        "unauthenticated_5_7_3",
        ("switch",),
        CONFIRMED,
    ),
    # Not quoted: the line of 25 at a later date.
    Sample(26, f"Invalid login: {GENERAL} (2024-09-08)", "unauthenticated_5_7_3", ("tls_old",), CONFIRMED),
    # Confirmed only that "SMTP settings" were changed: no cause can be told from that.
    Sample(
        27,
        "5.7.3 Authentication unsuccessful [SG2PR06CA0186.apcprd06.prod.outlook.com] (2020-07)",
        "unauthenticated_5_7_3",
        (),
        CONFIRMED,
    ),
    Sample(
        28,
        "5.7.3 Authentication unsuccessful [DB6P18901CA0015.EURP189.PROD.OUTLOOK.COM] (2018-09)",
        "unauthenticated_5_7_3",
        (),
        UNKNOWN,
    ),
    Sample(
        29,
        "AuthenticationInvalidCredentials: 5.7.3 Authentication unsuccessful "
        "[BN3PR03CA0067.namprd03.prod.outlook.com] (2018-04): works locally, fails from a cloud VM",
        "unauthenticated_5_7_3",
        ("location",),
        UNKNOWN,
    ),
    Sample(30, INCORRECT, "credentials_incorrect", ("wrong_password",), CONFIRMED),
    Sample(31, INCORRECT, "credentials_incorrect", ("wrong_password",), CONFIRMED),
    Sample(
        32,
        f"{UNSUCCESSFUL}basic authentication is disabled. [BM1P287CA0015.INDP287.PROD.OUTLOOK.COM] (2022-08-30)",
        "basic_disabled",
        ("authentication_policy",),
        STATED,
    ),
    Sample(
        33,
        f"{UNSUCCESSFUL}basic authentication is disabled. "
        "[PN0PR01CA0024.INDPRD01.PROD.OUTLOOK.COM 2025-01-26T18:54:30.055Z 08DD3DD7D75D7743]",
        "basic_disabled",
        ("consumer_account",),
        STATED,
    ),
    Sample(
        34,
        f"{DOTNET}{NOT_AUTHENTICATED}{UNSUCCESSFUL}basic authentication is disabled. "
        "[YT3PR01CA0122.CANPRD01.PROD.OUTLOOK.COM 2025-01-22T03:07:00.315Z 08DD393115E98C2B]",
        "basic_disabled",
        ("consumer_account",),
        STATED,
    ),
    Sample(
        35,
        "5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        "basic_disabled",
        ("authentication_policy", "service_block"),
        STATED,
    ),
    Sample(36, OLD_FORM, "client_not_authenticated", ("starttls_off",), CONFIRMED),
    Sample(37, OLD_FORM, "client_not_authenticated", ("starttls_off", "client_sends_no_auth"), STATED),
    Sample(
        38,
        "5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM "
        "[HK2PR0401CA0011.apcprd04.prod.outlook.com] (2019-12-26)",
        "client_not_authenticated",
        (),
        UNKNOWN,
    ),
    Sample(
        39,
        "530 5.7.57 Client not authenticated to send mail. [US22278CA0034.US7P278.PROD.OUTLOOK.COM 2024-10-24...]",
        "client_not_authenticated",
        ("client_sends_no_auth",),
        CONFIRMED,
    ),
    Sample(
        40,
        "530 5.7.57 Client not authenticated to send mail",
        "client_not_authenticated",
        ("client_sends_no_auth",),
        STATED,
    ),
    Sample(
        41,
        "530 5.7.57 Client not authenticated to send mail. "
        "[FR5P281CA0041.DEUP281.PROD.OUTLOOK.COM 2024-10-09T10:39:31.988Z 08DCE8162EC4E3C0]",
        "client_not_authenticated",
        ("client_sends_no_auth",),
        STATED,
    ),
    Sample(
        42,
        "`530 5.7.57`, then `451 4.7.0 ... PRX4` at AUTH",
        "temporary_prx4",
        ("client_codes_xoauth2_wrongly", "transient"),
        STATED,
    ),
    Sample(
        43,
        "(530, b'5.7.57 Client not authenticated to send mail. Error: 535 5.7.3 Authentication unsuccessful",
        "unauthenticated_5_7_3",
        ("client_codes_xoauth2_wrongly",),
        CONFIRMED,
    ),
    Sample(44, NOT_AUTHENTICATED + GENERAL, "unauthenticated_5_7_3", ("switch",), CONFIRMED),
    Sample(
        45,
        f"System.Net.Mail.SmtpException: {DOTNET}{NOT_AUTHENTICATED}{GENERAL} [FR0P281CA0108.DEUP281.PROD.OUTLOOK.COM]",
        "unauthenticated_5_7_3",
        (),
        UNKNOWN,
    ),
    Sample(
        46,
        "El servidor SMTP requiere una conexión segura o el cliente no se autenticó. La respuesta del servidor fue: "
        f"{NOT_AUTHENTICATED}{CRITERIA} "
        "[BN9PR03CA0716.namprd03.prod.outlook.com 2026-07-01T01:57:31.695Z 08DED6A3FAA75B29]",
        "criteria",
        ("conditional_access", "per_user_mfa"),
        UNKNOWN,
    ),
    Sample(47, "5.7.57", "client_not_authenticated", ("conditional_access",), CONFIRMED),
    Sample(
        48,
        "first `... disabled for the Tenant`, after enabling `... did not meet the criteria ...`",
        "smtp_auth_disabled_tenant",
        ("switch_tenant",),
        STATED,
    ),
    Sample(
        49,
        'Expected response code 250 but got code "550", with message "550 5.7.60 SMTP; Client does not have '
        "permissions to send as this sender [MW2PR1901MB2155.namprd19.prod.outlook.com]",
        "send_as_5_7_60",
        ("send_as",),
        CONFIRMED,
    ),
    Sample(50, "554 5.2.252 SendAsDenied; ... not allowed to send as ...", "send_as_5_2_252", ("send_as",), STATED),
    Sample(
        51,
        "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process "
        "message due to a permanent exception with message Cannot submit message.",
        "send_as_5_2_0",
        ("send_as",),
        STATED,
    ),
    Sample(52, "430 4.2.0 STOREDRV; mailbox logon failure", "mailbox_logon_failure", ("oauth_app_rights",), STATED),
    Sample(
        53,
        "Error: Message failed: 432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded "
        "[Hostname=DM5SPR00MB2471.namprd08.prod.outlook.com] (2018-09-24)",
        "thread_limit",
        ("concurrency",),
        STATED,
    ),
    Sample(
        54,
        "(432, '4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more "
        "information. [Hostname=OS0PR01MB6099.jpnprd01.prod.outlook.com]') (2021-07-10)",
        "concurrent_connections",
        ("concurrency",),
        STATED,
    ),
    Sample(55, "421 4.7.66 TLS 1.0 and 1.1 are not supported...", "tls_too_old", ("tls_old",), STATED),
    Sample(
        56,
        "504 5.7.4 Unrecognized authentication type [YQXPR0101CA0010.CANPRD01.PROD.OUTLOOK.COM]",
        "unrecognized_mechanism",
        ("mechanism",),
        CONFIRMED,
    ),
    Sample(
        57, "451 4.7.0 Temporary server error. Please try again later. PRX4", "temporary_prx4", ("transient",), UNKNOWN
    ),
    Sample(58, "new tenant cannot send", "", ("security_defaults",), STATED),
    Sample(59, "sends still fail after Security Defaults was turned off", "", ("switch", "switch_mailbox"), CONFIRMED),
    Sample(
        60,
        f"{GENERAL} [AM0PR10CA0036.EURPRD10.PROD.OUTLOOK.COM] (2020-05-05), Basic",
        "unauthenticated_5_7_3",
        (),
        UNKNOWN,
    ),
    Sample(
        61,
        "(535, b'5.7.139 Authentication unsuccessful, the user credentials were incorrect. "
        "[PH0PR07CA0004.namprd07.prod.outlook.com]') (2022-06-19)",
        "credentials_incorrect",
        (),
        UNKNOWN,
    ),
    Sample(
        62,
        "535 5.7.139 Autenticação malsucedida, a solicitação não atendeu aos critérios para ser autenticada com "
        "sucesso. Entre em contato com seu administrador. "
        "[MN2PR07CA0004.namprd07.prod.outlook.com 2024-08-13T18:27:55.030Z 08DCBB430284475F]",
        "unspecified_5_7_139",
        (),
        UNKNOWN,
    ),
    Sample(
        63,
        "5.7.57 Client not authenticated to send mail. The server response was: 5.7.53 SMTP; Client was rejected. "
        "Authenticated users only.",
        "client_not_authenticated",
        ("client_sends_no_auth",),
        UNKNOWN,
    ),
    Sample(
        64,
        f"{GENERAL} [SGXP274CA0016.SGPP274.PROD.OUTLOOK.COM 2025-03-20T11:25:21.972Z 08DD66EDEFB0DFDF] "
        "(OAuth tool, consumer accounts)",
        "unauthenticated_5_7_3",
        (),
        UNKNOWN,
    ),
)
