"""What Exchange Online answers to AUTH: 535, and what stands in its place."""

from scanner.model.judgement import Confidence
from scanner.model.text import say
from scanner.replies import causes_sender as sender
from scanner.replies import causes_service as service
from scanner.replies import causes_settings as settings
from scanner.replies.entry import CatalogueEntry

_DISABLED = "Visit https://aka.ms/smtp_auth_disabled for more information."

SMTP_AUTH_DISABLED_TENANT = CatalogueEntry(
    key="smtp_auth_disabled_tenant",
    code="535",
    enhanced="5.7.139",
    sentence=f"Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. {_DISABLED}",
    meaning=say("Authenticated SMTP is off for the organization and the mailbox follows it. It stops OAuth as well."),
    causes=(settings.SWITCH_TENANT,),
    sources=("S1", "S2", "T:69046662300", "simonrob/email-oauth2-proxy#193", "harishkrupo/oauth2ms#20"),
    phrases=("disabled for the Tenant",),
)

SMTP_AUTH_DISABLED_MAILBOX = CatalogueEntry(
    key="smtp_auth_disabled_mailbox",
    code="535",
    enhanced="5.7.139",
    sentence=f"Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. {_DISABLED}",
    meaning=say(
        "Authenticated SMTP is off for this mailbox. One unofficial source says that a block inherited from the "
        "organization may read so too. It stops OAuth as well."
    ),
    causes=(settings.SWITCH_MAILBOX, settings.SWITCH_TENANT, sender.CONSUMER_ACCOUNT),
    sources=("S1", "S2", "T:6075603236", "T:59175296410", "msgwing/ZeroSMTP docs/ERROR-MESSAGES.md (WEAK)"),
    phrases=("disabled for the Mailbox",),
)

SECURITY_DEFAULTS = CatalogueEntry(
    key="security_defaults",
    code="535",
    enhanced="5.7.139",
    sentence=(
        "Authentication unsuccessful, user is locked by your organization's security defaults policy. "
        "Contact your administrator."
    ),
    meaning=say("Security Defaults refuse Basic. The account isn't locked out, although the sentence says so."),
    causes=(settings.SECURITY_DEFAULTS, settings.SWITCH),
    sources=("S8", "T:6075603236", "T:17837885817", "T:59676912598"),
    phrases=("security defaults policy", "locked by your organization"),
)

CRITERIA = CatalogueEntry(
    key="criteria",
    code="535",
    enhanced="5.7.139",
    sentence=(
        "Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. "
        "Contact your administrator."
    ),
    meaning=say("The password is right, but a sign-in policy isn't met: Conditional Access, MFA or location."),
    causes=(
        settings.CONDITIONAL_ACCESS,
        settings.PER_USER_MFA,
        settings.LOCATION,
        settings.SECURITY_DEFAULTS,
        settings.AUTHENTICATION_POLICY,
        sender.WRONG_PASSWORD,
    ),
    confidence=Confidence.MEDIUM,
    sources=("S9", "T:43386831339", "T:63511202216", "T:4903955032", "T:56275153686 (WEAK)", "T:66721441441 (WEAK)"),
    phrases=("not meet the criteria", "criteria to be authenticated"),
)

CREDENTIALS_INCORRECT = CatalogueEntry(
    key="credentials_incorrect",
    code="535",
    enhanced="5.7.139",
    sentence="Authentication unsuccessful, the user credentials were incorrect.",
    meaning=say(
        "User name or password is wrong. Where MFA is enforced, the ordinary password may be called wrong too."
    ),
    causes=(
        sender.WRONG_PASSWORD,
        settings.PER_USER_MFA,
        sender.UNKNOWN_USER,
        settings.PASSWORD_EXPIRED,
        sender.ABUSE_LIMIT,
    ),
    sources=("freescout-help-desk/freescout#4930", "T:66970926876", "T:69850739015"),
    phrases=("credentials were incorrect",),
)

ACCOUNT_LOCKED = CatalogueEntry(
    key="account_locked",
    code="535",
    enhanced="5.7.139",
    sentence="Authentication unsuccessful, account locked. Contact your administrator.",
    meaning=say("Too many failed tries: stop the client that repeats them before anything else."),
    causes=(sender.ACCOUNT_LOCKED, sender.WRONG_PASSWORD, sender.MALICIOUS_ADDRESS),
    sources=("S10", "T:63458520043", "T:63302001108", "T:69850739015"),
    phrases=("account locked",),
)

BASIC_DISABLED = CatalogueEntry(
    key="basic_disabled",
    code="535",
    enhanced="5.7.139",
    sentence="Authentication unsuccessful, basic authentication is disabled.",
    meaning=say("Basic is blocked for this account; an app password doesn't help, since it is Basic too."),
    causes=(
        settings.AUTHENTICATION_POLICY,
        sender.CONSUMER_ACCOUNT,
        service.SERVICE_BLOCK,
        settings.RETIREMENT,
    ),
    confidence=Confidence.MEDIUM,
    sources=("S3", "rpremraj/mailR#107", "nodemailer/nodemailer#1714", "odysseus-dev/odysseus#197"),
    phrases=("basic authentication is disabled",),
)

ACCOUNT_ISSUE = CatalogueEntry(
    key="account_issue",
    code="535",
    enhanced="5.7.139",
    sentence="Authentication unsuccessful, account has an issue. Contact your administrator.",
    meaning=say("Something about the account itself; what exactly was never found."),
    causes=(settings.SIGN_IN_BLOCKED, settings.UNLICENSED, settings.PASSWORD_EXPIRED, sender.MALICIOUS_ADDRESS),
    confidence=Confidence.LOW,
    sources=("T:68782528717",),
    phrases=("account has an issue",),
)

FEDERATED_STS_UNREACHABLE = CatalogueEntry(
    key="federated_sts_unreachable",
    code="535",
    enhanced="5.7.139",
    sentence="Authentication unsuccessful, federated STS service was unreachable.",
    meaning=say("The domain is federated, and its federation server didn't answer."),
    causes=(service.FEDERATION,),
    sources=("S5",),
    phrases=("federated STS service was unreachable", "STS service was unreachable"),
)

FEDERATED_STS_NOT_HTTPS = CatalogueEntry(
    key="federated_sts_not_https",
    code="535",
    enhanced="5.7.139",
    sentence="Authentication unsuccessful, the federated STS URL does not support HTTPS.",
    meaning=say("The domain is federated, and the address of its federation server isn't HTTPS."),
    causes=(service.FEDERATION,),
    sources=("S5",),
    phrases=("federated STS URL does not support HTTPS", "STS URL does not support"),
)

ORGANIZATION_DISALLOWS = CatalogueEntry(
    key="organization_disallows",
    code="535",
    enhanced="5.7.139",
    sentence=("Authentication unsuccessful, the organization configuration doesn't allow this authentication request."),
    meaning=say("The High Volume Email endpoint doesn't accept Basic in this organization."),
    causes=(service.HVE, settings.SECURITY_DEFAULTS, settings.AUTHENTICATION_POLICY),
    sources=("S14",),
    phrases=("organization configuration doesn't allow", "allow this authentication request"),
)

UNSPECIFIED_5_7_139 = CatalogueEntry(
    key="unspecified_5_7_139",
    code="535",
    enhanced="5.7.139",
    sentence="Authentication unsuccessful.",
    meaning=say("Refused without a sentence that says why: this code has at least eleven of them."),
    causes=(
        settings.SWITCH,
        settings.CONDITIONAL_ACCESS,
        settings.SECURITY_DEFAULTS,
        sender.WRONG_PASSWORD,
        settings.PER_USER_MFA,
        settings.AUTHENTICATION_POLICY,
        sender.ACCOUNT_LOCKED,
        sender.CONSUMER_ACCOUNT,
        settings.SIGN_IN_BLOCKED,
        service.FEDERATION,
    ),
    confidence=Confidence.LOW,
    sources=("S5",),
    stands_for_code=True,
)

UNAUTHENTICATED_5_7_3 = CatalogueEntry(
    key="unauthenticated_5_7_3",
    code="535",
    enhanced="5.7.3",
    sentence="Authentication unsuccessful",
    meaning=say(
        "The general refusal. Until about 2021 it stood for nearly every cause; since then it is mostly seen with "
        "OAuth, but is documented for Basic as well."
    ),
    causes=(
        sender.OAUTH_WRONG_IDENTITY,
        settings.SECURITY_DEFAULTS,
        sender.OAUTH_APP_REGISTRATION,
        settings.SWITCH,
        settings.CONDITIONAL_ACCESS,
        settings.PER_USER_MFA,
        sender.OAUTH_APP_RIGHTS,
        sender.CLIENT_CODES_XOAUTH2_WRONGLY,
        sender.WRONG_PASSWORD,
        settings.AUTHENTICATION_POLICY,
        settings.SIGN_IN_BLOCKED,
        sender.TLS_OLD,
    ),
    confidence=Confidence.LOW,
    sources=("S5", "S7", "tarickb/sasl-xoauth2#43", "tarickb/sasl-xoauth2#69", "jstedfast/MailKit#1126"),
    phrases=("Authentication unsuccessful",),
    stands_for_code=True,
)

BASIC_RETIRED = CatalogueEntry(
    key="basic_retired",
    code="550",
    enhanced="5.7.30",
    sentence="Basic authentication is not supported for Client Submission.",
    meaning=say(
        "Basic is removed for good. Announced by Microsoft; at which stage it comes isn't documented, and it isn't "
        "promised for the default-off of December 2026."
    ),
    causes=(settings.RETIREMENT,),
    confidence=Confidence.MEDIUM,
    sources=("S15",),
    phrases=("Basic authentication is not supported for Client Submission", "not supported for Client Submission"),
)

TEMPORARY_PRX4 = CatalogueEntry(
    key="temporary_prx4",
    code="451",
    enhanced="4.7.0",
    sentence="Temporary server error. Please try again later. PRX4",
    meaning=say("A passing fault where Exchange Online hands the sign-in on; malformed XOAUTH2 got it too."),
    causes=(sender.TRANSIENT, sender.CLIENT_CODES_XOAUTH2_WRONGLY),
    confidence=Confidence.MEDIUM,
    sources=("harishkrupo/oauth2ms#5", "jstedfast/MailKit#566"),
    phrases=("Temporary server error", "PRX4"),
)

UNRECOGNIZED_MECHANISM = CatalogueEntry(
    key="unrecognized_mechanism",
    code="504",
    enhanced="5.7.4",
    sentence="Unrecognized authentication type",
    meaning=say("The client used a mechanism that isn't offered, PLAIN mostly, or AUTH before STARTTLS."),
    causes=(sender.MECHANISM, sender.STARTTLS_OFF),
    sources=("mattermost/mattermost#954", "mikel/mail#1357", "binwiederhier/ntfy#1020"),
    phrases=("Unrecognized authentication type",),
)

NOT_EXCHANGE_ONLINE = CatalogueEntry(
    key="not_exchange_online",
    code="535",
    enhanced="5.7.8",
    sentence="Authentication credentials invalid",
    meaning=say("Exchange Online doesn't use this code: it is from Gmail or another server."),
    causes=(sender.WRONG_HOST, sender.WRONG_PASSWORD),
    sources=("RFC 4954", "T:69407542390"),
    phrases=("Authentication credentials invalid", "Username and Password not accepted"),
)

AUTHENTICATION = (
    SMTP_AUTH_DISABLED_TENANT,
    SMTP_AUTH_DISABLED_MAILBOX,
    SECURITY_DEFAULTS,
    CRITERIA,
    CREDENTIALS_INCORRECT,
    ACCOUNT_LOCKED,
    BASIC_DISABLED,
    ACCOUNT_ISSUE,
    FEDERATED_STS_UNREACHABLE,
    FEDERATED_STS_NOT_HTTPS,
    ORGANIZATION_DISALLOWS,
    UNSPECIFIED_5_7_139,
    UNAUTHENTICATED_5_7_3,
    BASIC_RETIRED,
    TEMPORARY_PRX4,
    UNRECOGNIZED_MECHANISM,
    NOT_EXCHANGE_ONLINE,
)
