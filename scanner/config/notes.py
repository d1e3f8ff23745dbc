"""Owner notes: a TOML file in which owners say of their senders what no evidence tells; every mistake says where."""

import difflib
import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from scanner.config.complaint import read_complaint
from scanner.config.lines import KeyPath, find_line
from scanner.config.table import Table
from scanner.errors import ConfigurationError
from scanner.model.notes import OwnerNote, Progress

EXPECTED = {
    "senders": "[[senders]] tables, one a sender",
    "mailbox": "the address that the sender signs in or sends as",
    "device": "text, e.g. the model of a printer",
    "application": "text",
    "owner": "text: who answers for it",
    "oauth": "true if it can sign in with OAuth, false if it can't",
    "alert_only": "true or false",
    "internal_only": "true or false",
    "seasonal": "true or false",
    "fixed_address": "true or false",
    "progress": "in_work, blocked or done",
    "note": "text",
}


class SenderNote(Table, frozen=True, kw_only=True):
    """One sender; its keys are the TOML keys, and mean what they mean in ``OwnerNote``."""

    mailbox: str
    device: str = ""
    application: str = ""
    owner: str = ""
    oauth: bool | None = None
    alert_only: bool | None = None
    internal_only: bool | None = None
    seasonal: bool | None = None
    fixed_address: bool | None = None
    progress: Literal["in_work", "blocked", "done"] | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no address.

        Raises:
            ValueError: It has no @; the first word is the key.
        """
        if "@" not in self.mailbox.strip().strip("@"):
            raise ValueError(f"`mailbox` {self.mailbox!r} is no address")


class NotesFile(Table, frozen=True, kw_only=True):
    """The whole file."""

    senders: tuple[SenderNote, ...] = ()


def load_notes(file: Path) -> tuple[OwnerNote, ...]:
    """Read owner notes.

    Args:
        file: A TOML file with one ``[[senders]]`` table for each sender.

    Returns:
        The notes, in the order of the file.

    Raises:
        ConfigurationError: Anything is wrong with it; the message says in which line, and what was expected.
    """
    text = _read(file)
    try:
        notes = msgspec.convert(tomllib.loads(text), NotesFile)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file} is not valid TOML: {error}.", "Mend the file at that place.") from error
    except msgspec.ValidationError as error:
        path, what = read_complaint(str(error))
        raise _mistake(file, text, path, what) from error
    seen: dict[str, int] = {}
    for place, sender in enumerate(notes.senders):
        first = seen.setdefault(sender.mailbox.strip().lower(), place)
        if first != place:
            line = find_line(text, ("senders", first, "mailbox"))
            raise _mistake(file, text, ("senders", place, "mailbox"), f"{sender.mailbox} stands in line {line} already")
    return tuple(_note(sender) for sender in notes.senders)


def _note(sender: SenderNote) -> OwnerNote:
    return OwnerNote(
        mailbox=sender.mailbox.strip().lower(),
        device=sender.device,
        application=sender.application,
        owner=sender.owner,
        oauth=sender.oauth,
        alert_only=sender.alert_only,
        internal_only=sender.internal_only,
        seasonal=sender.seasonal,
        fixed_address=sender.fixed_address,
        progress=Progress(sender.progress) if sender.progress else None,
        note=sender.note,
    )


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        message = f"The owner notes {file} can't be read: {error.strerror or error}."
        raise ConfigurationError(message, "Name another file with owner_notes or --owner-notes.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"The owner notes {file} are not UTF-8.", "Save the file as UTF-8.") from error


def _mistake(file: Path, text: str, path: KeyPath, what: str) -> ConfigurationError:
    line = find_line(text, path) or find_line(text, (*path, 0))  # the latter finds an array of tables
    place = f"{file}, line {line}" if line else f"{file}"
    key = str(path[-1]) if path else ""
    spelled = ".".join(str(part) for part in path if isinstance(part, str)) or "the file"
    if key in EXPECTED:
        advice = f"Expected: {EXPECTED[key]}."
    else:
        nearest = difflib.get_close_matches(key, EXPECTED, n=1)
        advice = f"Did you mean {nearest[0]!r}?" if nearest else f"Known keys: {', '.join(EXPECTED)}."
    return ConfigurationError(f"{place}: {spelled}: {what}.", advice)
