"""Makes `python -m scanner` the same program as `smtp-posture`."""

from scanner.cli import main

if __name__ == "__main__":
    main()
