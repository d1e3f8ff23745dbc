"""Looks at a store from outside: whether it can be used, and whether it will be brought forward first."""

from scanner.store.engine import examine, read_url
from scanner.store.schema import numbers
from scanner.store.troubles import explained


def examine_store(url: str) -> str:
    """Say in what state a store is, and change nothing.

    Args:
        url: As ``Store.open`` explains.

    Returns:
        A sentence.

    Raises:
        StoreError: It can't be used.
    """
    parsed = read_url(url)
    place = parsed.render_as_string(hide_password=True)
    with explained(place):
        version = examine(parsed)
    if not version.number:
        return f"{place} will be made by the first run."
    if version.is_newest:
        return f"{place} can be used; it is of this version ({version.number})."
    return f"{place} can be used; the next run brings it forward from version {version.number} to {numbers()[-1]}."
