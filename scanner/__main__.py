"""Makes `python -m scanner` the same program as `smtp-posture`."""

import sys

from scanner.cli import main

if __name__ == "__main__":
    sys.exit(main())
