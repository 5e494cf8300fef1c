"""Putting a finished file in its place."""

import os
from collections.abc import Iterable
from pathlib import Path


def write_atomically(path: Path, pieces: Iterable[str]) -> None:
    """Write a file so that there is the old one or the new one at any moment, never a piece.

    A link stays one: the file it leads to is written. A device or a pipe (`/dev/stdout`) is written to.
    Folders that are not there are made, as for every file that a command is told to write.
    Raises `OSError`, which names the file also when it is the disk that is full.
    """
    try:
        _write(path, pieces)
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise


def _write(path: Path, pieces: Iterable[str]) -> None:
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.writelines(pieces)
        return
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        with temporary.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
