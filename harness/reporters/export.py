"""Files that reporters write: where they go, and how a document grows without filling the memory."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final, Protocol

from harness.errors import InputError
from harness.runner.events import RunStarted

_MEMORY_LIMIT: Final = 1 << 20
_PIECE: Final = 1 << 16


def export_path(option: str | bool | None, default: str, cwd: Path, started_ms: float) -> Path:
    """Return the file to write, by newman's rules.

    `option` is the path the user gave, taken relative to `cwd`. Without one the file is
    `newman/<default>-<time>0<suffix>`; in a path that is a directory it has the same name.
    """
    name = Path(default)
    moment = datetime.fromtimestamp(started_ms / 1000, UTC).isoformat(timespec="milliseconds")
    stamp = re.sub(r"\D+", "-", moment.removesuffix("+00:00"))
    stamped = f"{name.stem}-{stamp}-0{name.suffix}"
    if not isinstance(option, str) or not option:
        return cwd / "newman" / stamped
    path = cwd / option
    if "\0" in option:
        raise InputError("no file can have this name", where=option)
    try:
        folder = path.is_dir() or option.endswith(("/", os.sep))
    except OSError as error:
        raise InputError(f"no file can have this name: {error.strerror}", where=option) from error
    return path / stamped if folder else path


def write_atomically(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    """Write a file so that it appears complete or not at all. Raises `InputError` when it cannot be.

    A link stays one: the file it leads to is written. A device or a pipe (`/dev/stdout`) is written to.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():
            with path.open("wb") as stream:
                write(stream)
            return
        target = path.resolve()
        partial = target.with_name(partial.name)
        with partial.open("wb") as file:
            write(file)
        partial.replace(target)
    except OSError as error:
        with suppress(OSError):
            partial.unlink()
        raise InputError(
            f"cannot write the report: {error.strerror or error}",
            where=str(path),
            hint="name another file, or make its folder writable",
        ) from error


class ReportFile:
    """A report that is one file: it is written once, when the run ends, from parts that wait on disk.

    `option` is the path that the user gave. `written` is the file, once there is one.
    """

    def __init__(self, option: str | bool | None, default: str, cwd: Path, *parts: "LargeText") -> None:
        self._option = option
        self._default = default
        self._cwd = cwd
        self._parts = parts
        self.written: Path | None = None

    def finish(self, started: RunStarted | None, write: Callable[[IO[bytes], RunStarted], None]) -> None:
        """Let `write` fill the file, unless no run ever started, and forget the parts.

        Raises `InputError` when the file cannot be written.
        """
        try:
            if started is not None and self.written is None:
                path = export_path(self._option, self._default, self._cwd, started.started_ms)
                write_atomically(path, lambda file: write(file, started))
                self.written = path
        finally:
            for part in self._parts:
                part.close()


class ByteSink(Protocol):
    """Something that bytes are written to."""

    def write(self, data: bytes, /) -> object:
        """Take bytes in."""
        ...


class LargeText:
    """Text that grows on disk once it is large, and is copied out in the end."""

    def __init__(self) -> None:
        self._file: tempfile.SpooledTemporaryFile[bytes] | None = None
        self._waiting: list[str] = []
        self._size = 0
        self.parts = 0

    def add(self, text: str | Iterable[str], separator: str = "") -> None:
        """Append a part, which may come in pieces, after the separator when it is not the first."""
        if self.parts and separator:
            self._waiting.append(separator)
        for piece in (text,) if isinstance(text, str) else text:
            self._waiting.append(piece)
            self._size += len(piece)
            if self._size >= _PIECE:
                self._write()
        self.parts += 1

    def _write(self) -> IO[bytes]:
        if self._file is None:
            self._file = tempfile.SpooledTemporaryFile(max_size=_MEMORY_LIMIT)  # noqa: SIM115 - kept open
        # A lone surrogate is what a script or a broken answer may hold; the file stays valid UTF-8.
        self._file.write("".join(self._waiting).encode("utf-8", "replace"))
        self._waiting = []
        self._size = 0
        return self._file

    def copy_to(self, target: ByteSink) -> None:
        """Write all parts to a file, or to what takes bytes like one."""
        if self.parts:
            file = self._write()
            file.seek(0)
            shutil.copyfileobj(file, target, 1 << 20)
            file.seek(0, os.SEEK_END)

    def close(self) -> None:
        """Forget the parts."""
        self._waiting = []
        if self._file is not None:
            self._file.close()
            self._file = None
