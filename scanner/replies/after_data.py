"""What comes after DATA: the sign-in was accepted, the message is not."""

from scanner.model.judgement import Confidence
from scanner.model.text import say
from scanner.replies import causes_sender as sender
from scanner.replies import causes_service as service
from scanner.replies import causes_settings as settings
from scanner.replies.entry import CatalogueEntry

SEND_AS_5_7_60 = CatalogueEntry(
    key="send_as_5_7_60",
    code="550",
    other_codes=("554",),
    enhanced="5.7.60",
    sentence="SMTP; Client does not have permissions to send as this sender",
    stage="DATA",
    meaning=say("The sign-in was accepted, but the From address isn't the sender's to use."),
    causes=(settings.SEND_AS,),
    sources=("S5", "S7", "WWBN/AVideo#1017", "PHPMailer/PHPMailer#1231"),
    phrases=("permissions to send as this sender",),
)

SEND_AS_5_2_252 = CatalogueEntry(
    key="send_as_5_2_252",
    code="554",
    enhanced="5.2.252",
    sentence="SendAsDenied; scanner@example.com not allowed to send as invoices@example.com",
    stage="DATA",
    meaning=say("The sign-in was accepted, but the From address isn't the sender's to use."),
    causes=(settings.SEND_AS,),
    sources=("gophish/gophish#2900", "gophish/gophish#2670"),
    phrases=("SendAsDenied", "not allowed to send as"),
)

SEND_AS_5_2_0 = CatalogueEntry(
    key="send_as_5_2_0",
    code="554",
    enhanced="5.2.0",
    sentence=(
        "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due "
        "to a permanent exception with message Cannot submit message."
    ),
    stage="DATA",
    meaning=say("The sign-in was accepted, but the From address isn't the sender's to use. Once it went by on retry."),
    causes=(settings.SEND_AS, sender.TRANSIENT),
    sources=("MicrosoftDocs/OfficeDocs-Support#1187", "Notifuse/notifuse#250", "jstedfast/MailKit#1176"),
    phrases=("SendAsDeniedException", "MapiExceptionSendAsDenied"),
)

MAILBOX_LOGON_FAILURE = CatalogueEntry(
    key="mailbox_logon_failure",
    code="430",
    enhanced="4.2.0",
    sentence="STOREDRV; mailbox logon failure",
    stage="DATA",
    meaning=say("The application signed in, but has no rights on the mailbox it sends as."),
    causes=(sender.OAUTH_APP_RIGHTS,),
    sources=("simonrob/email-oauth2-proxy#271",),
    phrases=("mailbox logon failure",),
)

THREAD_LIMIT = CatalogueEntry(
    key="thread_limit",
    code="432",
    enhanced="4.3.2",
    sentence="STOREDRV.ClientSubmit; sender thread limit exceeded",
    stage="DATA",
    meaning=say("Too many connections send for one mailbox at the same time (older wording)."),
    causes=(service.CONCURRENCY,),
    sources=("S6", "v2board/v2board#148"),
    phrases=("sender thread limit exceeded",),
    stands_for_code=True,
)

CONCURRENT_CONNECTIONS = CatalogueEntry(
    key="concurrent_connections",
    code="432",
    enhanced="4.3.2",
    sentence="Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.",
    stage="DATA",
    meaning=say("Too many connections send for one mailbox at the same time."),
    causes=(service.CONCURRENCY,),
    sources=("S6", "sabuhish/fastapi-mail#75", "nodemailer/nodemailer#1613"),
    phrases=("Concurrent connections limit exceeded",),
)

SUBMISSION_QUOTA = CatalogueEntry(
    key="submission_quota",
    code="554",
    enhanced="5.2.0",
    sentence="STOREDRV.Submission.Exception:SubmissionQuotaExceededException",
    stage="DATA",
    meaning=say("The mailbox has sent to as many recipients as it may in a day."),
    causes=(service.QUOTA,),
    sources=("S5", "S6", "MicrosoftDocs/OfficeDocs-Support#1150"),
    phrases=("SubmissionQuotaExceeded",),
)

SUBMISSION_QUOTA_5_2_2 = CatalogueEntry(
    key="submission_quota_5_2_2",
    code="554",
    other_codes=("550",),
    enhanced="5.2.2",
    sentence="Submission quota exceeded",
    stage="NDR",
    meaning=say("The mailbox has sent to as many recipients as it may in a day."),
    causes=(service.QUOTA,),
    sources=("S5", "S6"),
    phrases=("Submission quota exceeded",),
)

MAILBOX_FULL = CatalogueEntry(
    key="mailbox_full",
    code="554",
    other_codes=("552",),
    enhanced="5.2.2",
    sentence="mailbox full",
    stage="DATA",
    meaning=say("The sending mailbox is full: its copy of the message can't be kept."),
    causes=(service.MAILBOX_FULL,),
    confidence=Confidence.MEDIUM,
    sources=("S6",),
    phrases=("mailbox full", "mailbox is full"),
)

AFTER_DATA = (
    SEND_AS_5_7_60,
    SEND_AS_5_2_252,
    SEND_AS_5_2_0,
    MAILBOX_LOGON_FAILURE,
    THREAD_LIMIT,
    CONCURRENT_CONNECTIONS,
    SUBMISSION_QUOTA,
    SUBMISSION_QUOTA_5_2_2,
    MAILBOX_FULL,
)
