"""The `harness` command's first step, also as `python -m harness`."""

import sys


def entry() -> None:
    """Load the command and run it. Ctrl-C leaves quietly, also while it is still being loaded."""
    try:
        from harness.cli import entry as command
    except KeyboardInterrupt:
        sys.exit(130)
    command()


if __name__ == "__main__":
    entry()
