"""`run --watch`: the same run again whenever a file changes that it reads."""

import argparse
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from harness.api.preparation import companion_of
from harness.cli.run_config import run_config
from harness.cli.terminal import Terminal
from harness.collection.companion import ENDINGS, companion_beside, stem_of
from harness.collection.document import is_address
from harness.collection.load import whole_collection
from harness.errors import ExitCode, HarnessError
from harness.reporters.outside_text import clean
from harness.reporters.units import counted

_EVERY_S: Final = 0.5
_NAMED: Final = 3
_READ: Final = ("environment", "globals", "iteration_data", "replay", "openapi")
_WRITTEN: Final = ("export_environment", "export_globals", "export_collection", "record")

State = dict[Path, tuple[int, int]]
"""When each file was last written, in nanoseconds, and its size; what is not there is missing."""


def watch(
    run: Callable[[], ExitCode],
    options: argparse.Namespace,
    terminal: Terminal,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> ExitCode:
    """Run, and run again after each change, until Ctrl-C; the exit code is that of the last run.

    A file that is changed while the run goes on counts, unless the run itself writes it.
    """
    while True:
        before = state_of(watched_paths(options, terminal))
        try:
            code = run()
        except HarnessError as error:
            terminal.err.write(f"error: {error}\n")
            code = error.exit_code
        if code is ExitCode.INTERRUPTED:
            return code
        told = counted(len(before), "file")
        terminal.err.write(f"watching {told}, Ctrl-C ends\n")
        terminal.err.flush()
        try:
            changed = _wait(before, options, terminal, sleep)
        except KeyboardInterrupt:
            return code
        names = [clean(_near(path, terminal.cwd)) for path in sorted(changed)]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        terminal.err.write(f"\nchanged: {', '.join(names[:_NAMED])}{more}\n")


def watched_paths(options: argparse.Namespace, terminal: Terminal) -> set[Path]:
    """Return the files and folders that a run reads: collections, companions, and what they and options name.

    What the run itself writes is left out.
    """
    found: set[Path] = set()
    for collection in options.collections:
        if is_address(collection):
            continue
        found.update(_around(Path(collection)))
        try:
            companion = companion_of(run_config(collection, options, terminal))
        except HarnessError:
            continue  # the run says so; its file is watched
        named = (companion.environment, companion.globals, companion.openapi)
        found.update(Path(one) for one in named if one is not None and not is_address(one))
    given = (getattr(options, name, None) for name in _READ)
    found.update(Path(one) for one in given if isinstance(one, str) and one and not is_address(one))
    written = (getattr(options, name, None) for name in _WRITTEN)
    found.difference_update(Path(one) for one in written if isinstance(one, str))
    return {terminal.cwd / one for one in found}


def state_of(paths: Iterable[Path]) -> State:
    """Look at files, and at all files in folders."""
    state: State = {}
    for path in paths:
        for file in _files(path):
            try:
                status = file.stat()
            except OSError:
                continue
            state[file] = (status.st_mtime_ns, status.st_size)
    return state


def _around(collection: Path) -> Iterator[Path]:
    """Name a collection's file or folder, and its companion, be it there or not."""
    try:
        whole = Path(whole_collection(str(collection)))
    except HarnessError:
        whole = collection
    yield whole
    beside = companion_beside(whole)
    if beside is not None:
        yield beside
    elif whole.name not in ("", ".."):
        yield whole.with_name((whole.name if whole.is_dir() else stem_of(whole.name)) + ENDINGS[0])


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    try:
        for inner in path.iterdir():
            if not inner.name.startswith(".") and not inner.is_symlink():
                yield from _files(inner)
    except OSError:
        return


def _wait(
    before: State, options: argparse.Namespace, terminal: Terminal, sleep: Callable[[float], None]
) -> set[Path]:
    """Wait for a change, and until whoever writes has done; return what changed."""
    while (now := state_of(watched_paths(options, terminal))) == before:
        sleep(_EVERY_S)
    while True:
        sleep(_EVERY_S)
        later = state_of(watched_paths(options, terminal))
        if later == now:
            break
        now = later
    return {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}


def _near(path: Path, cwd: Path) -> str:
    return str(path.relative_to(cwd) if path.is_relative_to(cwd) else path)
