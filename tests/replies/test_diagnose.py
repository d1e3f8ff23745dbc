"""What a diagnosis says about single replies, codes and pastes."""

import pytest

from scanner.replies.diagnose import Diagnosis, diagnose
from scanner.replies.signs import Sign
from tests.replies.samples import (
    CRITERIA,
    DEFAULTS,
    DOTNET,
    GENERAL,
    INCORRECT,
    NOT_AUTHENTICATED,
    TENANT,
    UNSUCCESSFUL,
)


def keys(diagnosis: Diagnosis) -> list[str]:
    return [reply.entry.key for reply in diagnosis.found]


def causes(text: str) -> list[str]:
    return [cause.key for cause in diagnose(text).causes]


def notes(text: str) -> str:
    return "\n".join(str(note) for note in diagnose(text).notes)


def test_a_reply_of_dotnet_is_taken_apart() -> None:
    tail = " [MN2PR05CA0004.namprd05.prod.outlook.com 2023-09-12T20:59:57.214Z 08DBB276B7E699C4]"
    diagnosis = diagnose(DOTNET + NOT_AUTHENTICATED + TENANT + tail)
    outer, inner = diagnosis.found
    assert (outer.entry.key, outer.code, outer.enhanced) == ("client_not_authenticated", "", "5.7.57")
    assert (inner.code, inner.enhanced, inner.embedded_in) == ("535", "5.7.139", "client_not_authenticated")
    assert (
        inner.matched == "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant"
    )
    assert (diagnosis.server, diagnosis.server_date) == ("MN2PR05CA0004.namprd05.prod.outlook.com", "2023-09-12")
    assert diagnosis.exchange_online is True
    assert not diagnosis.fallback
    assert not diagnosis.unknown.message


@pytest.mark.parametrize(
    ("code", "main", "first"),
    [
        ("5.7.139", "unspecified_5_7_139", "switch"),
        ("5.7.3", "unauthenticated_5_7_3", "oauth_wrong_identity"),
        ("535", "unspecified_5_7_139", "switch"),
        ("530", "client_not_authenticated", "switch"),
        ("432", "thread_limit", "concurrency"),
        ("550", "send_as_5_7_60", "send_as"),
        ("5.7.60", "send_as_5_7_60", "send_as"),
        ("5.5.105", "hve_external_recipient", "hve_external_recipient"),
        ("code=535, enhanced=5.7.30", "basic_retired", "retirement"),
    ],
)
def test_a_code_alone_is_a_fallback(code: str, main: str, first: str) -> None:
    diagnosis = diagnose(code)
    assert diagnosis.main
    assert (diagnosis.main.key, diagnosis.causes[0].key, diagnosis.fallback) == (main, first, True)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("53003", "conditional_access"),
        ("AADSTS530035: …", "security_defaults"),
        ("error 50053", "account_locked"),
        ("AADSTS7000222", "oauth_app_state"),
        ("80012", "pass_through_agent"),
    ],
)
def test_codes_of_the_sign_in_log_are_known(text: str, first: str) -> None:
    diagnosis = diagnose(text)
    assert diagnosis.causes[0].key == first
    assert not diagnosis.fallback


def test_a_code_of_the_sign_in_log_beside_a_reply_names_the_cause() -> None:
    diagnosis = diagnose(f"{GENERAL}; sign-in log: AADSTS530035")
    assert diagnosis.main
    assert diagnosis.main.key == "unauthenticated_5_7_3"
    assert diagnosis.causes[0].key == "security_defaults"


def test_a_bare_number_beside_a_reply_is_not_a_code_of_the_sign_in_log() -> None:
    assert keys(diagnose(f"line 53003: {GENERAL}")) == ["unauthenticated_5_7_3"]


def test_an_unknown_number_is_nothing() -> None:
    assert not diagnose("12345 AADSTS99999 587 235").found


def test_unknown_text_is_said_to_be_unknown() -> None:
    diagnosis = diagnose("The printer is out of paper.")
    assert diagnosis.main is None
    assert not diagnosis.causes
    assert str(diagnosis.unknown) == "No SMTP reply was recognised in this text."
    assert diagnosis.exchange_online is None


def test_an_unknown_enhanced_code_falls_back_on_the_code_before_it() -> None:
    diagnosis = diagnose("535 5.7.999 Something new")
    assert str(diagnosis.unknown) == "The catalogue doesn't know the code 5.7.999."
    assert diagnosis.fallback
    assert diagnosis.main
    assert diagnosis.main.code == "535"


def test_an_unknown_enhanced_code_is_not_guessed_at_where_its_code_has_many_meanings() -> None:
    diagnosis = diagnose("550 5.7.520 Access denied")
    assert diagnosis.main is None
    assert str(diagnosis.unknown) == "The catalogue doesn't know the code 5.7.520."


@pytest.mark.parametrize(
    "text", ["535 5.7.\n139", "535 5.\n> 7.139", "Step 5.\n535 5.7.139", "on 2026-11-20.\n535 5.7.139"]
)
def test_a_code_that_is_wrapped_in_its_middle_is_read(text: str) -> None:
    (found,) = diagnose(text).found
    assert (found.code, found.enhanced) == ("535", "5.7.139")


def test_an_escaped_apostrophe_is_no_user_name() -> None:
    assert Sign.DOMAIN_USER not in diagnose(DEFAULTS.replace("'", "\\u0027")).signs


def test_a_version_number_is_no_code() -> None:
    assert not diagnose("MailKit 4.7.1 on 5.15.0").found


def test_a_far_enhanced_code_does_not_belong_to_an_earlier_code() -> None:
    found = diagnose(f"535{' and much text between' * 5} 5.7.60").found
    assert [(reply.code, reply.enhanced) for reply in found] == [("", "5.7.60")]


def test_a_line_cut_before_the_difference_names_both() -> None:
    diagnosis = diagnose(f"{UNSUCCESSFUL}SmtpClientAuthentication is disabled for the")
    assert keys(diagnosis) == ["smtp_auth_disabled_tenant", "smtp_auth_disabled_mailbox"]
    assert [cause.key for cause in diagnosis.causes[:2]] == ["switch_tenant", "switch_mailbox"]
    assert "cut before the words" in str(diagnosis.notes)


def test_a_line_cut_after_the_difference_names_one() -> None:
    assert keys(diagnose(f"{UNSUCCESSFUL}the request did not")) == ["criteria"]


def test_a_sentence_without_its_code_is_known() -> None:
    assert keys(diagnose("the user credentials were incorrect")) == ["credentials_incorrect"]
    assert keys(diagnose("Authentication unsuccessful")) == ["unauthenticated_5_7_3"]


def test_the_words_of_a_client_are_not_taken_for_the_general_reply() -> None:
    assert keys(diagnose(f"Authentication unsuccessful! (535, b'{INCORRECT[4:]}')")) == ["credentials_incorrect"]


def test_a_sentence_beats_a_code_of_the_same_reply() -> None:
    diagnosis = diagnose(f"5.7.57 … later: 530 5.7.57 Client not authenticated to send mail. 5.7.57 again {GENERAL}")
    assert [reply.by_code_only for reply in diagnosis.found] == [False, False]


def test_a_reply_before_the_refusal_at_mail_from_is_not_embedded_in_it() -> None:
    first, second = diagnose(f"{INCORRECT} Error: 530 5.7.57 Client not authenticated to send mail.").found
    assert (first.embedded_in, second.embedded_in) == ("", "")


def test_both_worlds_of_one_paste_are_named() -> None:
    text = f"LOGIN: `535 5.7.139 ... did not meet the criteria ...`; XOAUTH2: `{GENERAL}`"
    assert causes(text)[:2] == ["conditional_access", "oauth_app_registration"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (f"{GENERAL} (old device, TLS 1.0)", "tls_old"),
        (f"{GENERAL} after we turned off security defaults", "switch"),
        (f"{GENERAL} in a new tenant", "security_defaults"),
        (f"{GENERAL} works locally, fails from a cloud host", "location"),
        (f"{CRITERIA} It works from the office.", "location"),
        (f"{GENERAL} with client credentials", "oauth_app_registration"),
        (f"{GENERAL} bearer", "oauth_app_registration"),
        (f"{GENERAL} AUTH LOGIN", "switch"),
        (f"{GENERAL} [AM0PR10CA0036.EURPRD10.PROD.OUTLOOK.COM]", "switch"),
        (f"{GENERAL} [AM0PR10CA0036.EURPRD10.PROD.OUTLOOK.COM 2019-05-05T00:00:00.000Z 08D]", "switch"),
        (f"{GENERAL} [AM0PR10CA0036.EURPRD10.PROD.OUTLOOK.COM 2025-05-05T00:00:00.000Z 08D]", "oauth_wrong_identity"),
        (f"{GENERAL} in March 2018", "switch"),
        (f"{GENERAL} for CONTOSO\\scanner", "on_premises"),
        (f"{GENERAL} 220 mail.example.com ESMTP Postfix", "wrong_host"),
        (f"{UNSUCCESSFUL}basic authentication is disabled. me@hotmail.com", "consumer_account"),
    ],
)
def test_what_stands_around_a_reply_sharpens_the_order(text: str, first: str) -> None:
    diagnosis = diagnose(text)
    assert diagnosis.causes[0].key == first
    assert len(diagnosis.causes) > 2


def test_the_reason_of_the_order_is_given() -> None:
    assert "smtplib" in str(diagnose(f"(530, b'{NOT_AUTHENTICATED}{GENERAL}').").because)
    assert diagnose(DEFAULTS).because == ()


def test_a_domain_in_front_of_the_user_is_on_premises_unless_the_server_is_exchange_online() -> None:
    text = f"{GENERAL} CONTOSO\\scanner"
    assert "on premises" in notes(text)
    assert "on premises" not in notes(f"{text} smtp.office365.com")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (DOTNET + NOT_AUTHENTICATED + TENANT, "usually wrong"),
        (f"Die Serverantwort war: {NOT_AUTHENTICATED}{TENANT}", "usually wrong"),
        (DEFAULTS, "isn't locked out"),
        ("535 5.7.8 Username and Password not accepted. gsmtp", "isn't a reply of Exchange Online"),
        (f"{UNSUCCESSFUL}basic authentication is disabled.", "app password doesn't help"),
        (f"{TENANT} XOAUTH2", "stops OAuth as well"),
        (f"{GENERAL} me@outlook.com", "have no tenant"),
        (f"{TENANT} then {CRITERIA}", "blocks are stacked"),
        ("535", "Only the code"),
    ],
)
def test_misleading_words_are_explained(text: str, note: str) -> None:
    assert note in notes(text)


def test_another_server_is_named_as_such() -> None:
    assert diagnose("535 5.7.8 Username and Password not accepted. gsmtp").exchange_online is False
    assert diagnose("535-5.7.8 Username and Password not accepted").exchange_online is False


def test_only_the_beginning_of_a_very_long_text_is_read() -> None:
    assert "only its beginning" in notes(GENERAL + " " * 300_000)


def test_a_name_in_brackets_that_is_no_server_stays() -> None:
    diagnosis = diagnose(f"[warning] {GENERAL} [example.com]")
    assert diagnosis.server == ""


def test_tags_and_soft_breaks_are_taken_away() -> None:
    text = f"{UNSUCCESSFUL}<b>SmtpClientAuthen=\ntication</b> is disabled<br/>for the Mail=\r\nbox"
    assert keys(diagnose(text)) == ["smtp_auth_disabled_mailbox"]


def test_signs_are_named() -> None:
    assert set(diagnose(f"Invalid login: {GENERAL} XOAUTH2").signs) >= {Sign.NODEMAILER, Sign.XOAUTH2}
