"""Reports into a folder, e.g. a share: one folder per tenant, run and language, whole or not at all."""

import os
import re
import shutil
from pathlib import Path

from scanner.delivery.interface import Parcel
from scanner.errors import DeliveryError

UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600


class FolderRoute:
    """Copies into the folder that the recipient names."""

    def send(self, parcel: Parcel) -> str:
        """Copy the enclosures and the letter's text.

        Raises:
            DeliveryError: It can't be written; nothing of it is left.
        """
        letter = parcel.letter
        goal = Path(parcel.recipient).joinpath(*map(safe, (letter.tenant_id, letter.run_id, letter.language)))
        temporary = goal.with_name(f".{goal.name}.part")
        try:
            shutil.rmtree(temporary, ignore_errors=True)
            make_private(temporary)
            for enclosure in parcel.enclosures:
                write(temporary / enclosure.name, enclosure.path.read_bytes())
            write(temporary / "summary.txt", f"{letter.subject}\n\n{letter.text}".encode())
            shutil.rmtree(goal, ignore_errors=True)
            temporary.rename(goal)
        except OSError as error:
            shutil.rmtree(temporary, ignore_errors=True)
            message = f"{goal} can't be written: {error.strerror or error}."
            raise DeliveryError(message, "See that the folder is there and may be written to.") from error
        return str(goal)


def safe(name: str) -> str:
    """Make a name that is one folder, never a path (trust.md T11)."""
    return UNSAFE.sub("-", name).strip(".") or "unknown"


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are not there, for the owner only."""
    for missing in (*reversed(folder.parents), folder):
        missing.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)


def write(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as out:
        out.write(content)
