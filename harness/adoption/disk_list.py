"""A list on disk, for what a run leaves one after another."""

import pickle
import tempfile
import weakref
from collections.abc import Iterator
from threading import Lock
from typing import BinaryIO, Generic, TypeVar, cast

One = TypeVar("One")


class DiskList(Generic[One]):
    """Values in their order, in a file that has no name and ends with the process. Threads may share it.

    Nobody else can write to that file, which is why pickle is safe here.
    """

    def __init__(self) -> None:
        self._file = cast("BinaryIO", tempfile.TemporaryFile(prefix="harness-"))  # noqa: SIM115 - kept open
        self._starts: list[int] = []
        self._lock = Lock()
        self._end = weakref.finalize(self, self._file.close)

    def append(self, value: One) -> None:
        """Add a value at the end."""
        with self._lock:
            self._starts.append(self._file.seek(0, 2))
            pickle.dump(value, self._file, protocol=pickle.HIGHEST_PROTOCOL)

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, number: int) -> One:
        with self._lock:
            self._file.seek(self._starts[number])
            return cast("One", pickle.load(self._file))  # noqa: S301 - written by this process alone

    def __iter__(self) -> Iterator[One]:
        for number in range(len(self._starts)):
            yield self[number]

    def close(self) -> None:
        """Give the file back; the values are gone."""
        self._end()
