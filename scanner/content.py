"""Finds the content that travels with the code: report templates and schedules."""

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).parent


def find_content(folder: Literal["reports", "schedules"]) -> Path:
    """Finds a content folder, in an installed wheel as in a source checkout.

    Args:
        folder: The name that the folder has at the top of the repository.

    Returns:
        The folder, as an existing path.

    Raises:
        FileNotFoundError: The installation is damaged: neither place holds the folder.
    """
    places = (_PACKAGE / "_content" / folder, _PACKAGE.parent / folder)
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError(f"{folder}/ is missing from this installation; looked at {places[0]} and {places[1]}")
