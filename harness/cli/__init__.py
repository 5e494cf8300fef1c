"""The `harness` command: options to calls of `harness.api`, outcomes to exit codes."""

import errno
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Final, TextIO

from harness.cli.parser import ValueRefused, build_parser, parse
from harness.cli.terminal import Terminal
from harness.dialect import DIALECTS, EXACT, Dialect
from harness.errors import ExitCode, HarnessError, require_extra

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})


def main(argv: Sequence[str], terminal: Terminal) -> int:
    """Run one command. What the user can mend is printed to `terminal.err`; bugs propagate.

    The exit code is an `ExitCode`, or that of the command that `shadow` ran.
    """
    terminal = terminal.guarded()
    try:
        return _dispatched(argv, terminal)
    except HarnessError as error:
        terminal.err.write(f"error: {error}\n")
        return _exit_code(error, _dialect(argv))
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`harness run ... | head`); nothing more can be said.
        return ExitCode.FAILED
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        return _no_room(error, terminal.err)


def _dispatched(argv: Sequence[str], terminal: Terminal) -> int:
    """Run the command that the arguments name; only what it needs is imported."""
    options, reporter_options = parse(argv)
    match options.command:
        case "run":
            from harness.cli.run_command import run_command

            return run_command(options, reporter_options, terminal)
        case "load":
            require_extra("load", wanted="harness load")
            from harness.cli.load_command import load_command

            return load_command(options, reporter_options, terminal, argv)
        case "cassette":
            from harness.cli.cassette_command import cassette_command

            return cassette_command(options, terminal)
        case "drift":
            from harness.cli.drift_command import drift_command

            return drift_command(options, terminal)
        case "report":
            from harness.cli.report_command import report_command

            return report_command(options, reporter_options, terminal)
        case "compare":
            from harness.cli.compare_command import compare_command

            return compare_command(options, terminal)
        case "adopt":
            from harness.cli.adopt_command import adopt_command

            return adopt_command(options, terminal)
        case "shadow":
            from harness.cli.shadow_command import shadow_command

            return shadow_command(options, terminal)
        case "parity":
            from harness.cli.parity_command import parity_command

            return parity_command(options, terminal)
        case "list":
            from harness.cli.list_command import list_command

            return list_command(options, terminal)
        case "convert":
            from harness.cli.convert_command import convert_command

            return convert_command(options, terminal)
        case "lint":
            from harness.cli.lint_command import lint_command

            return lint_command(options, terminal)
        case "coverage":
            require_extra("contract", wanted="harness coverage")
            from harness.cli.coverage_command import coverage_command

            return coverage_command(options, terminal)
        case "infer":
            from harness.cli.infer_command import infer_command

            return infer_command(options, terminal)
        case "mock":
            from harness.cli.mock_command import mock_command

            return mock_command(options, reporter_options, terminal)
        case "serve":
            require_extra("aep", wanted="harness serve")
            from harness.cli.serve_command import serve_command

            return serve_command(options, terminal)
        case "init":
            from harness.cli.init_command import init_command

            return init_command(options, terminal)
        case "companion":
            from harness.cli.companion_command import companion_command

            return companion_command(options, terminal)
        case "completion":
            from harness.cli.completion_command import completion_command

            return completion_command(options, terminal)
        case _:
            build_parser().print_help(terminal.out)
            return ExitCode.USAGE


def _dialect(argv: Sequence[str]) -> Dialect:
    """Return the dialect that `--compat` names among arguments that could not be parsed."""
    joined = (one.removeprefix("--compat=") for one in argv if one.startswith("--compat="))
    apart = (value for one, value in pairwise(argv) if one == "--compat")
    return next((DIALECTS[name] for name in (*joined, *apart) if name in DIALECTS), EXACT)


def _exit_code(error: HarnessError, dialect: Dialect) -> ExitCode:
    if dialect.inputs.help_for_wrong_values and isinstance(error, ValueRefused):
        return ExitCode.PASSED
    return ExitCode.FAILED if dialect.run.one_failure_code else error.exit_code


def _no_room(error: OSError, err: TextIO) -> ExitCode:
    """Say that the machine has no room for what was to be written."""
    where = f"\n  --> {error.filename}" if error.filename else ""
    with suppress(OSError):
        err.write(f"error: cannot write: {error.strerror}{where}\n  make room, or write to another place\n")
    return ExitCode.USAGE


def entry(command: Callable[[Sequence[str], Terminal], int] | None = None) -> None:
    """Run a command, `harness` by default, with the arguments of this process and leave with its exit code.

    A bug shows its traceback.
    """
    if hasattr(signal, "SIGTERM"):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A stream that cannot spell a name (Windows, LANG=C) is no reason to break off.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = (command or main)(sys.argv[1:], Terminal())
        sys.stdout.flush()
    except KeyboardInterrupt:
        # A second one, while the first was being seen to.
        code = ExitCode.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.FAILED
    except OSError as error:
        if error.errno not in _NO_ROOM:
            code = _bug()
        else:
            # What stands in the buffer cannot be written, and Python tries once more when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = _no_room(error, sys.stderr)
    except Exception:  # noqa: BLE001 - whatever is left is a bug, and said to be one
        code = _bug()
    sys.exit(code)


def _bug() -> ExitCode:
    import traceback

    traceback.print_exc()
    sys.stderr.write("this is a bug in harness; please report it with the lines above\n")
    return ExitCode.BUG
