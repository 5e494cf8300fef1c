"""What newman's JSON report tells of a run, with its calls on disk."""

import pickle
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from harness.adoption.compared_parts import Trouble, Variables
from harness.client.message import Failure, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class NewmanVisit:
    """One call of one iteration as newman tells it.

    `item` is the identity of the collection's item, `name` its name. `sent` counts the requests of the call;
    `request` is the last of them in newman's JSON, and the answer is its own. `body_told` is whether the
    report holds the answer's body. `ref` names the visit among newman's failures.
    """

    number: int
    item: str
    name: str
    position: int
    iteration: int
    ref: str
    sent: int
    request: Mapping[str, Any]
    response: Response | None = None
    failure: Failure | None = None
    body_told: bool = True
    assertions: tuple[tuple[str, str], ...] = ()
    troubles: tuple[Trouble, ...] = ()


class VisitSpool:
    """The visits of a run in their order, in a file that has no name and ends with the process.

    Nobody else can write to that file, which is why pickle is safe here.
    """

    def __init__(self) -> None:
        self._file = cast("BinaryIO", tempfile.TemporaryFile(prefix="harness-"))  # noqa: SIM115 - kept open
        self._starts: list[int] = []
        self._end = weakref.finalize(self, self._file.close)

    def append(self, visit: NewmanVisit) -> None:
        """Add a visit at the end."""
        self._starts.append(self._file.seek(0, 2))
        pickle.dump(visit, self._file, protocol=pickle.HIGHEST_PROTOCOL)

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, number: int) -> NewmanVisit:
        self._file.seek(self._starts[number])
        return cast("NewmanVisit", pickle.load(self._file))  # noqa: S301 - written by this process alone

    def __iter__(self) -> Iterator[NewmanVisit]:
        for number in range(len(self._starts)):
            yield self[number]

    def close(self) -> None:
        """Give the file back; the visits are gone."""
        self._end()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewmanItem:
    """An item of the collection that the report repeats: its path, and its content as comparable text."""

    path: tuple[str, ...]
    content: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewmanRun:
    """A run of newman, read from a report.

    `items` are those of the collection by their identity, in order. `environment` and `globals` are the
    variables as the run left them, `environment_id` and `environment_name` say whose they were. `troubles`
    are its failures by the `ref` of their visit, `unanswered` name and message of a request's. `failed` is
    whether there was any failure, `error` what ended the run early. `broken` says why the report could not be
    read to its end, empty when it could.
    """

    file: str
    collection_id: str = ""
    collection_name: str = ""
    items: Mapping[str, NewmanItem] = field(default_factory=dict)
    environment_id: str = ""
    environment_name: str = ""
    environment: Variables = field(default_factory=dict)
    globals: Variables = field(default_factory=dict)
    visits: VisitSpool = field(default_factory=VisitSpool)
    troubles: Mapping[str, tuple[Trouble, ...]] = field(default_factory=dict)
    unanswered: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    iterations: int = 1
    started_ms: float = 0.0
    failed: bool = False
    error: str | None = None
    broken: str = ""
