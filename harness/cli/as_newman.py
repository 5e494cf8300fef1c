"""The command `newman` of the container image: newman's command line, run as `harness run --compat newman`.

    python -m harness.cli.as_newman run shop.json -e ci.json

A job that names an image and calls `newman run` switches by the image. What newman says of itself — version,
help, what is no command of it — is said in its words, and with its exit codes.
"""

from collections.abc import Sequence
from typing import Final

from harness.cli import entry, main
from harness.cli.newman_command import VERSION
from harness.cli.terminal import Terminal
from harness.errors import ExitCode
from harness.version import __version__

HELP: Final = """\
Usage: newman [options] [command]

Options:
  -v, --version               output the version number
  -h, --help                  display help for command

Commands:
  run [options] <collection>  Initiate a Postman Collection run from a given
                              URL or path

To get available options for a command:
  newman <command> -h
"""
_VERSION: Final = frozenset({"-v", "--version"})
_HELP: Final = frozenset({"-h", "--help"})


def newman(argv: Sequence[str], terminal: Terminal) -> int:
    """Do what newman's command line says, and return newman's exit code."""
    said = terminal.guarded()
    if not argv:
        said.err.write(HELP)
        return ExitCode.FAILED
    # newman looks for its own options among those of the command, too, wherever they stand.
    if not _VERSION.isdisjoint(argv):
        said.out.write(f"{VERSION}\n")
        said.err.write(f"harness {__version__} in place of newman {VERSION}\n")
        return ExitCode.PASSED
    match argv:
        case ["run", *given]:
            return main(["run", "--compat", "newman", *given], terminal)
        case [first, *_] if first in _HELP:
            said.out.write(HELP)
            return ExitCode.PASSED
        case [first, *_] if first.startswith("-"):
            said.err.write(f"error: unknown option '{first}'\n")
            return ExitCode.FAILED
        case _:
            said.err.write(f"error: invalid command `{','.join(argv)}`\n\n")
            said.out.write(HELP)
            return ExitCode.PASSED


if __name__ == "__main__":
    entry(newman)
