"""A parcel as a mail message: both bodies, the enclosures, and headers that no name can break (trust.md T14)."""

import datetime as dt
import hashlib
import unicodedata
from collections.abc import Sequence
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from html import escape

from msgspec import structs

from scanner.config.delivery import domain_of
from scanner.delivery.interface import Enclosure, Parcel
from scanner.errors import DeliveryError

# Graph takes 4 MB a request and base64 adds a third (facts/apis.md §2.7); larger mail would need Mail.ReadWrite.
LARGEST = 3_000_000
PLACE_FOR_ENCLOSURES = "<!--enclosures-->"
NOTE_STYLE = "margin:20px 0 0"
# Base64 in a mail: 57 bytes become a line of 76 characters and its end; then the headers of the part.
BYTES_A_LINE, LINE, HEADERS = 57, 78, 512


class MailPolicy(EmailPolicy):
    """SMTP's policy, but for subjects: Python 3.11 loses the space where it begins an encoded word in a new line."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """Write one header as bytes."""
        if name != "Subject" or str(value).isascii():
            return super().fold_binary(name, value)
        folded = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {folded}{self.linesep}".encode("ascii")


POLICY = MailPolicy(**{name: getattr(SMTP, name) for name in ("linesep", "raise_on_defect", "max_line_length")})


def compose(parcel: Parcel, at: dt.datetime) -> bytes:
    """Write a parcel as a message.

    Args:
        parcel: What to write.
        at: When it is sent.

    Returns:
        The message with CRLF line ends, ready for DATA.

    Raises:
        DeliveryError: An address is no plain one, or a file can't be read.
    """
    message = EmailMessage(policy=POLICY)
    message["Subject"] = one_line(parcel.letter.subject)
    message["From"] = mailbox_of(parcel.sender, "smtp-posture")
    message["To"] = mailbox_of(parcel.recipient)
    message["Date"] = at
    message["Message-ID"] = message_id(parcel)
    message["Auto-Submitted"] = "auto-generated"
    notes = notes_on(parcel)
    message.set_content("\n\n".join((parcel.letter.text.rstrip(), *notes)) + "\n", cte="base64")
    message.add_alternative(with_notes(parcel.letter.html, notes), subtype="html", cte="base64")
    for enclosure in parcel.enclosures:
        kind, _, subtype = enclosure.media_type.partition("/")
        message.add_attachment(read(enclosure), maintype=kind, subtype=subtype, filename=enclosure.name)
    message["Content-Language"] = parcel.letter.language  # last: making it multipart would move it into the first part
    return message.as_bytes()


def mailbox_of(address: str, name: str = "") -> Address:
    """Read an address strictly.

    Raises:
        DeliveryError: It is no plain address.
    """
    if not domain_of(address):
        raise DeliveryError(f"{address!r} is no plain mail address.", "Correct it in the configuration.")
    user, _, domain = address.rpartition("@")
    return Address(display_name=name, username=user, domain=domain)


def one_line(text: str) -> str:
    """Take everything out of a header's text that could begin another header, or hide."""
    kept = "".join(" " if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else sign for sign in text)
    # What looks like an encoded word is decoded when it becomes a header: a line end in it would come back.
    return " ".join(kept.split()).replace("=?", "= ?")


def message_id(parcel: Parcel) -> str:
    """Give the id of a message: the same for the same report, recipient and period."""
    digest = hashlib.sha256(f"{parcel.mark}\n{parcel.recipient.lower()}".encode()).hexdigest()
    return f"<{digest[:40]}@{domain_of(parcel.sender)}>"


def notes_on(parcel: Parcel) -> Sequence[str]:
    """Say which files are in the mail, and which had to be left out."""
    attached = ", ".join(enclosure.name for enclosure in parcel.enclosures)
    left_out = ", ".join(parcel.left_out)
    return [
        sentence.replace("{files}", names)
        for sentence, names in ((parcel.letter.attached, attached), (parcel.letter.left_out, left_out))
        if names
    ]


def with_notes(page: str, notes: Sequence[str]) -> str:
    """Put the notes on files into the HTML body."""
    shown = "".join(f'<p style="{NOTE_STYLE}">{escape(note)}</p>' for note in notes)
    return page.replace(PLACE_FOR_ENCLOSURES, shown, 1)


def read(enclosure: Enclosure) -> bytes:
    """Read a file that goes along.

    Raises:
        DeliveryError: It can't be read.
    """
    try:
        return enclosure.path.read_bytes()
    except OSError as error:
        raise DeliveryError(f"{enclosure.path} can't be read: {error.strerror or error}.") from error


def fit(parcel: Parcel, largest: int = LARGEST) -> Parcel:
    """Leave out enclosures, the last first, until the mail is small enough.

    Args:
        parcel: With its enclosures in the order in which they are wanted.
        largest: Bytes that the whole message may have.

    Returns:
        The parcel that fits; it names what was left out.
    """
    enclosures, left_out = list(parcel.enclosures), list(parcel.left_out)
    bodies = size_in_mail(len(parcel.letter.text.encode())) + size_in_mail(len(parcel.letter.html.encode()))
    while enclosures and bodies + sum(size_in_mail(one.path.stat().st_size) for one in enclosures) > largest:
        left_out.insert(0, enclosures.pop().name)
    return structs.replace(parcel, enclosures=tuple(enclosures), left_out=tuple(left_out))


def size_in_mail(size: int) -> int:
    """Give the bytes that content of a size takes in a mail."""
    return -(-size // BYTES_A_LINE) * LINE + HEADERS
