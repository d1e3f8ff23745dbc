"""The mail: both bodies, what is attached and what is left out, and headers that no text can break (trust T14)."""

import datetime as dt
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.config.delivery import domain_of
from scanner.delivery.interface import Parcel
from scanner.delivery.message import POLICY, compose, fit, mailbox_of, one_line
from scanner.errors import DeliveryError
from tests.delivery.conftest import MakeParcel

NOW = dt.datetime(2026, 12, 1, 6, tzinfo=dt.UTC)


def parsed(parcel: Parcel) -> EmailMessage:
    return message_from_bytes(compose(parcel, NOW), _class=EmailMessage, policy=default)


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_mail_has_both_bodies_and_names_what_is_attached(parcel: MakeParcel) -> None:
    message = parsed(parcel(pdf=2000, xlsx=100))
    assert [part.get_filename() for part in message.iter_attachments()] == ["report.pdf", "report.xlsx"]
    assert body(message, "plain").endswith("Attached: report.pdf, report.xlsx.\n")
    assert '<p style="margin:20px 0 0">Attached: report.pdf, report.xlsx.</p></html>' in body(message, "html")
    assert message["Auto-Submitted"] == "auto-generated"


def test_the_last_wanted_file_is_left_out_first_and_the_mail_says_so(parcel: MakeParcel) -> None:
    """The mail stays under 3 MB, whatever was asked for."""
    fitted = fit(parcel(pdf=1_500_000, xlsx=1_500_000))
    message = parsed(fitted)
    assert [part.get_filename() for part in message.iter_attachments()] == ["report.pdf"]
    assert "Not attached, because the mail would get too large: report.xlsx." in body(message, "plain")
    assert "report.xlsx" in body(message, "html")
    assert len(compose(fitted, NOW)) < 3_000_000


def test_a_mail_without_room_for_any_file_still_goes(parcel: MakeParcel) -> None:
    fitted = fit(parcel(pdf=4_000_000, xlsx=4_000_000))
    assert fitted.enclosures == ()
    assert fitted.left_out == ("report.pdf", "report.xlsx")


@pytest.mark.parametrize("size", [0, 1, 56, 57, 58, 1_000_000, 2_180_000, 2_190_000, 2_192_000, 2_200_000, 3_000_000])
def test_what_is_fitted_is_never_larger_than_it_may_be(parcel: MakeParcel, size: int) -> None:
    """Measured on the message itself, so that the estimate can be proven wrong."""
    fitted = fit(parcel(pdf=size))
    assert len(compose(fitted, NOW)) < 3_000_000
    assert bool(fitted.enclosures) == (size < 2_191_000)


@pytest.mark.parametrize(
    "hostile",
    [
        "Contoso\r\nBcc: evil@example.com",
        "a\nb",
        "\u2028Bcc: x@y.z",
        "x\x00y",
        "\u202eevil",
        "=?utf-8?q?=0AX-Evil:_1?=",
    ],
)
def test_no_name_can_begin_a_header(parcel: MakeParcel, hostile: str) -> None:
    """Line ends, direction marks and encoded newlines alike, whatever the version of Python decodes."""
    assert "=?" not in one_line(hostile)
    raw = compose(parcel(subject=hostile), NOW)
    head = raw.partition(b"\r\n\r\n")[0].decode()
    names = {line.partition(":")[0] for line in head.split("\r\n") if line[:1] not in {" ", "\t"}}
    assert names == {
        "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version",
        "Content-Type",
    }  # fmt: skip
    assert "\n" not in str(message_from_bytes(raw, policy=default)["Subject"])


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_a_subject_arrives_as_it_was_written(text: str) -> None:
    """In every script, and with every space of it: Python's own folding loses some."""
    subject = one_line(f"SMTP AUTH of Contoso: {text}")
    message = EmailMessage(policy=POLICY)
    message["Subject"] = subject
    assert str(message_from_bytes(message.as_bytes(), policy=default)["Subject"]) == subject


def test_a_ukrainian_subject_keeps_its_spaces(parcel: MakeParcel) -> None:
    subject = "SMTP AUTH of Contoso: 14 відправників перестануть працювати 31 грудня; 6 відправників не працюють зараз."
    assert parsed(parcel(subject=subject))["Subject"] == subject


@given(st.text())
def test_a_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


@pytest.mark.parametrize(
    "address",
    ["", "ops", "ops@", "@contoso.com", "a b@contoso.com", "ops@contoso", "ops@contoso.com\n", "ops@contoso.com,x@y.z",
     "=?utf-8?q?ops?=@contoso.com", '"ops"@contoso.com',
     "ops@-contoso.com", "ops@contoso..com", "ops@ex\u0430mple.com"],
)  # fmt: skip
def test_only_plain_addresses_are_sent_to(address: str) -> None:
    assert domain_of(address) == ""
    with pytest.raises(DeliveryError):
        mailbox_of(address)


@pytest.mark.parametrize("address", ["ops@contoso.com", "o'neil+smtp@mail.contoso.co.uk", "a@b.cd"])
def test_ordinary_addresses_are(address: str) -> None:
    assert str(mailbox_of(address)) == address


def test_the_same_report_for_the_same_recipient_and_period_has_the_same_id(parcel: MakeParcel) -> None:
    """So that a mail program shows one, should two ever be sent; another recipient's differs."""
    first, again, other = parsed(parcel()), parsed(parcel()), parsed(parcel(recipient="other@contoso.example"))
    assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]
