"""File systems in memory, to be filled up or closed; they need root, other users close folders by their mode."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOM = 64 * 2**20


@contextmanager
def small_disk(place: Path) -> Iterator[Callable[[str], None]]:
    """Mount a file system in memory; what is given changes its options, such as ``size=65536`` or ``ro``."""
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "smtp-posture-trial", place], check=True)
    try:
        yield lambda options: _remount(place, options)
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@contextmanager
def closed_folder(place: Path) -> Iterator[Callable[[], None]]:
    """Let nobody write to a folder, root included; what is given opens it again."""
    if os.geteuid() != 0:
        place.mkdir(exist_ok=True)
        place.chmod(0o500)
        yield lambda: place.chmod(0o700)
        place.chmod(0o700)
        return
    with small_disk(place) as remount:
        remount("ro")
        yield lambda: remount("rw")


def can_mount(folder: Path) -> bool:
    """Tell whether this process may mount file systems."""
    try:
        with small_disk(folder / "trial"):
            return True
    except (subprocess.CalledProcessError, FileNotFoundError):
        return False


def _remount(place: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", place], check=True)
