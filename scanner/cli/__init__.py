"""Arguments in, exit code out."""

import sys
from collections.abc import Sequence

from scanner.errors import ExitCode, PostureError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        arguments: Command-line arguments; those of the process where they are not given.

    Returns:
        The exit code; messages for people are on stderr, results on stdout.
    """
    from scanner.cli.program import run

    try:
        return int(run(sys.argv[1:] if arguments is None else arguments))
    except PostureError as error:
        from scanner.cli.terminal import complain

        complain(error)
        return int(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; nothing is left half-written.\n")
        return int(ExitCode.FAILURE)
    except BrokenPipeError:
        sys.stderr.close()
        return int(ExitCode.FAILURE)
