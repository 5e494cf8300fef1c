"""The `harness` command's first step, also as `python -m harness`."""

import gc
import sys


def entry() -> None:
    """Load the command and run it. Ctrl-C leaves quietly, also while it is still being loaded."""
    # Loading makes many objects and hardly any garbage; to look for it every 700 takes a tenth of the time.
    gc.set_threshold(20_000, 20, 20)
    try:
        from harness.cli import entry as command
    except KeyboardInterrupt:
        sys.exit(130)
    command()


if __name__ == "__main__":
    entry()
