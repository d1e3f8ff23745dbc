"""How the reading of one section fails, and how a single request is refused."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import msgspec

from scanner.errors import SourceError
from scanner.model.text import Text

LONGEST_QUOTE = 300  # characters of a provider's message that are shown
NOT_PRINTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


class UnreadableError(Exception):
    """A section can't be read, or not to its end.

    Args:
        reason: Why, in plain words.
        permission: The permission that lacks; empty where none does.
        denied: The service does not permit it, for lack of that permission or of something else.
        fatal: What to raise if no section could be read at all; ``None`` where that would be no reason to stop.
    """

    def __init__(
        self, reason: Text, *, permission: str = "", denied: bool = False, fatal: SourceError | None = None
    ) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.permission = permission
        self.denied = denied or bool(permission)
        self.fatal = fatal


class RefusedError(Exception):
    """The service answered a request with something else than success.

    Args:
        status: HTTP status.
        headers: The answer's headers, looked up without regard to case.
        body: The answer's body, unpacked; empty where it could not be.
        held: Permissions that the refused token names; none where it can't be read.
    """

    def __init__(
        self, status: int, headers: Mapping[str, str], body: bytes, held: Collection[str] = frozenset()
    ) -> None:
        super().__init__(f"refused with {status}")
        self.status = status
        self.headers = headers
        self.held = held
        self._refusal = _decode(body)

    @property
    def code(self) -> str:
        """The provider's error code; empty where it gave none."""
        return quote(self._refusal.code)

    @property
    def message(self) -> str:
        """The provider's message, the most telling one first (facts/apis.md §1.9); never a stack trace."""
        return quote(self._refusal.message)


def quote(text: str) -> str:
    """Make a provider's text fit for one line of a report: no control characters, not endless."""
    line = NOT_PRINTED.sub(" ", text).strip()
    return line if len(line) <= LONGEST_QUOTE else f"{line[:LONGEST_QUOTE]}…"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    code: str = ""
    message: str = ""


def _decode(body: bytes) -> _Refusal:
    """Read an error body defensively: HTML, NUL bytes and odd shapes all happen."""
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Refusal()
    error = _inner(decoded, "error")
    return _Refusal(code=_word(error, "code"), message=_choose_message(error))


def _choose_message(error: Mapping[str, object]) -> str:
    details = error.get("details")
    first = details[0] if isinstance(details, list) and details else {}
    candidates = (
        _word(_inner(_inner(error, "innererror"), "internalexception"), "message"),
        _word(first, "message").rpartition("|")[2],
        _word(error, "message"),
    )
    return next(filter(None, candidates), "")


def _inner(value: object, key: str) -> Mapping[str, object]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _word(value: object, key: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""
