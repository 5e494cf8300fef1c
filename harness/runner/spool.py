"""Results of calls kept on disk while a run goes on, so that its memory does not grow with its requests."""

import pickle
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, cast, overload

from harness.runner.plan import Call
from harness.runner.results import CallResult


class _Writer(pickle.Pickler):
    """Pickles results; calls, which the plan keeps anyway, are written as their place in it."""

    def __init__(self, file: BinaryIO, places: dict[int, int]) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._places = places

    def persistent_id(self, obj: Any) -> int | None:
        """Name a call of the plan by its place."""
        return self._places.get(id(obj)) if isinstance(obj, Call) else None


class _SpoolReader(pickle.Unpickler):
    def __init__(self, file: BinaryIO, calls: tuple[Call, ...]) -> None:
        super().__init__(file)
        self._calls = calls

    def persistent_load(self, pid: Any) -> Call:
        """Find a call by its place."""
        call: Call = self._calls[pid]
        return call


class Spool(Sequence[CallResult]):
    """A list of call results on disk, in a file that has no name and ends with the process.

    Nobody else can write to that file, which is why pickle is safe here.
    """

    def __init__(self, calls: tuple[Call, ...]) -> None:
        self._calls = calls
        self._places = {id(call): place for place, call in enumerate(calls)}
        self._file = cast("BinaryIO", tempfile.TemporaryFile(prefix="harness-"))  # noqa: SIM115 - kept open
        self._starts: list[int] = []
        self._end = weakref.finalize(self, self._file.close)

    def append(self, result: CallResult) -> None:
        """Add a result at the end."""
        self._starts.append(self._file.seek(0, 2))
        _Writer(self._file, self._places).dump(result)

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, index: int) -> CallResult: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[CallResult]: ...
    def __getitem__(self, index: int | slice) -> CallResult | Sequence[CallResult]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        self._file.seek(self._starts[index])
        return cast("CallResult", _SpoolReader(self._file, self._calls).load())

    def __iter__(self) -> Iterator[CallResult]:
        for index in range(len(self._starts)):
            yield self[index]

    def close(self) -> None:
        """Give the file back; the results are gone."""
        self._end()
