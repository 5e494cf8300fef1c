"""One writer per cassette: a lock that the operating system takes back when its process ends in any way."""

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path

from harness.errors import UsageError


class FileLock:
    """Holds a lock file beside a cassette. Raises `UsageError` when another process or recording has it."""

    def __init__(self, cassette: Path) -> None:
        try:
            if cassette.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            self._path = cassette.with_name(cassette.name + ".lock")
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = self._acquire(cassette)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise UsageError(
                f"cannot record here: {reason}", where=str(cassette), hint="name a file that can be written"
            ) from error

    def _acquire(self, cassette: Path) -> int:
        while True:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            if not _lock(descriptor):
                os.close(descriptor)
                raise UsageError(
                    "another run is recording this cassette",
                    where=str(cassette),
                    hint="wait for it to end, or record to another file",
                )
            # The holder before us takes the file away when it is done: ours must still be the one named so.
            try:
                if os.path.samestat(os.fstat(descriptor), self._path.stat()):
                    return descriptor
            except FileNotFoundError:
                pass
            os.close(descriptor)

    def release(self) -> None:
        """Let others write."""
        if self._descriptor < 0:
            return
        if sys.platform == "win32":
            # An open file cannot be removed here; one that the next holder has opened stays.
            os.close(self._descriptor)
            with suppress(OSError):
                self._path.unlink()
        else:
            self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
        self._descriptor = -1


def _lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
