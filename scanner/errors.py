"""The errors of smtp-posture: one small tree; each knows its exit code and what the reader can do."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its caller (published in the README)."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    FLAGGED = 3
    INCOMPLETE = 4


class PostureError(Exception):
    """Something that stops the work and that the user should read.

    Args:
        message: What happened, in one sentence.
        advice: What the reader can do about it, in one sentence; may be empty.
    """

    exit_code = ExitCode.FAILURE

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class ConfigurationError(PostureError):
    """A configuration or an argument that can't be used."""

    exit_code = ExitCode.USAGE


class SourceError(PostureError):
    """Evidence can't be read at all: no folder, no sign-in, no such host."""


class SignInError(SourceError):
    """The identity platform refused the credential."""


class StoreError(PostureError):
    """The store can't be opened, read or written."""


class RunNotFoundError(PostureError):
    """No run, or no mailbox of a run, under that name."""

    exit_code = ExitCode.USAGE


class RenderError(PostureError):
    """One report format could not be made; the others are not affected."""


class DeliveryError(PostureError):
    """A report was certainly not accepted by the other side."""


class UnconfirmedError(DeliveryError):
    """Nobody knows whether the other side accepted a report: it is not sent again by itself."""
