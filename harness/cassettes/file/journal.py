"""The journal of a recording: what happened so far, on disk as soon as it happened.

A file of JSON lines beside the cassette: the first is the recording's metadata, each other an interaction,
the start of a clock, or the number of an earlier interaction that does not count any more. A recording that
keeps what a cassette holds begins with that: the journal alone says what the cassette will be. A process that
is killed leaves all lines it finished, and perhaps a piece of one.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import field, replace
from pathlib import Path
from typing import Any, Final, Self

from harness.cassettes.file.document import (
    NOT_UNDERSTOOD,
    Document,
    MalformedCassette,
    interaction_document,
    interaction_of,
    metadata_document,
    metadata_of,
    start_document,
    start_of,
)
from harness.cassettes.file.interaction import Cassette, CassetteMetadata, ClockStart, Interaction
from harness.cassettes.file.parts import PERS, Per
from harness.errors import InputError, Place, UsageError
from harness.lazy_dataclass import dataclass

FORMAT: Final = "harness-journal"
VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """How a journal begins.

    `kept` is how many of its first interactions are those of the cassette that is extended, `None` when the
    cassette is replaced; `per` how the cassette is kept.
    """

    metadata: CassetteMetadata = field(default_factory=CassetteMetadata)
    kept: int | None = None
    per: Per = "collection"


class Journal:
    """An open journal. Not thread-safe: the recording that owns it has the lock.

    `entries` are the interactions in it, `size` its bytes.
    """

    def __init__(self, path: Path, beginning: Beginning) -> None:
        self.path: Final = path
        self.entries = 0
        self.size = 0
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self.size = os.fstat(self._descriptor).st_size
        if self.size == 0:
            self._write(_beginning_document(beginning))
        else:
            self._cut_torn_line()

    @classmethod
    def over(
        cls, path: Path, beginning: Beginning, kept: Iterable[Interaction], clocks: Iterable[ClockStart]
    ) -> Self:
        """Open a new journal that begins with what a cassette holds: with all of it, or it is not there."""
        fresh = path.with_name(path.name + ".new")
        fresh.unlink(missing_ok=True)
        journal = cls(fresh, beginning)
        for one in kept:
            journal.append(one)
        for start in clocks:
            journal.start_clock(start)
        journal.close()
        fresh.replace(path)
        opened = cls(path, beginning)
        opened.entries = journal.entries
        return opened

    def append(self, interaction: Interaction, *, number: int | None = None) -> None:
        """Write one interaction, perhaps with another number; it survives the end of the process."""
        document = interaction_document(interaction)
        if number is not None:
            document["number"] = number
        self._write({"interaction": document})
        self.entries += 1

    def start_clock(self, start: ClockStart) -> None:
        """Write when an attempt of a call began."""
        self._write({"clock": start_document(start)})

    def supersede(self, number: int) -> None:
        """Write that an interaction known before was recorded again and does not count any more."""
        self._write({"superseded": number})

    def interactions(self) -> Iterator[Interaction]:
        """Read the interactions back, from the first one on."""
        return (one for _, one in read(self.path, passes=_CLOCK) if isinstance(one, Interaction))

    def entries_of_cassette(self) -> Iterator[Document]:
        """Read the interactions back as the entries of a cassette that they become."""
        with self.path.open("rb") as lines:
            for line in lines:
                if line.startswith(_INTERACTION) and line.endswith(b"\n"):
                    yield json.loads(line.decode("utf-8", "surrogatepass"))["interaction"]

    def clocks(self) -> Iterator[ClockStart]:
        """Read the clock starts back."""
        return (one for _, one in read(self.path, passes=_INTERACTION) if isinstance(one, ClockStart))

    def holds(self, spellings: tuple[bytes, ...]) -> bool:
        """Tell whether any of these byte strings is in the journal."""
        content = self.path.read_bytes()
        return any(spelling in content for spelling in spellings)

    def rewrite(
        self,
        metadata: CassetteMetadata,
        interaction: Callable[[Interaction], Interaction],
        start: Callable[[ClockStart], ClockStart],
    ) -> None:
        """Replace all that was written; the old journal is there until the new one is complete."""
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.unlink(missing_ok=True)
        rewritten = Journal(fresh, replace(beginning_of(self.path), metadata=metadata))
        for _, entry in read(self.path):
            if isinstance(entry, Interaction):
                rewritten.append(interaction(entry))
            elif isinstance(entry, ClockStart):
                rewritten.start_clock(start(entry))
            elif isinstance(entry, int):
                rewritten.supersede(entry)
        rewritten.close()
        os.close(self._descriptor)
        fresh.replace(self.path)
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND)
        self.size = rewritten.size

    def close(self) -> None:
        """Close the file, which stays."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def remove(self) -> None:
        """Close and delete the file: what it held is in the cassette now."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _write(self, entry: dict[str, Any]) -> None:
        line = (json.dumps(entry, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")
        self.size += len(line)
        view = memoryview(line)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError as error:
            raise UsageError(
                f"the recording cannot go on: {error.strerror}",
                where=str(self.path),
                hint="what it had finished is kept there; make room and go on with --resume",
            ) from error

    def _cut_torn_line(self) -> None:
        content = self.path.read_bytes()
        end = content.rfind(b"\n") + 1
        if end < len(content):
            os.ftruncate(self._descriptor, end)
            self.size = end


JournalEntry = Beginning | Interaction | ClockStart | int
"""The beginning, an interaction, the start of a clock, or the number of a superseded interaction."""


_CLOCK: Final = b'{"clock": '
_INTERACTION: Final = b'{"interaction": '
"""How lines of a journal begin."""


def read(path: Path, *, passes: bytes | None = None) -> Iterator[tuple[int, JournalEntry]]:
    """Read a journal: line numbers and what they hold; a torn last line is left out.

    Lines that begin with what it `passes` are not looked at. Raises `InputError` when the file is no journal
    or a line of it is damaged.
    """
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.endswith(b"\n"):
                return
            if passes is not None and line.startswith(passes):
                continue
            try:
                yield number, _entry(json.loads(line.decode("utf-8", "surrogatepass")), number)
            except NOT_UNDERSTOOD as error:
                what = error.what if isinstance(error, MalformedCassette) else str(error)
                raise InputError(
                    f"this is not a journal of a recording, or a damaged one: {what}",
                    where=Place(file=str(path), field=f"line {number}"),
                    hint="it is left as it is; move it away to record again",
                ) from error


def _entry(document: Any, number: int) -> JournalEntry:
    if not isinstance(document, dict):
        raise MalformedCassette("a mapping is expected", "")
    if number == 1:
        if document.get(FORMAT) != VERSION:
            raise MalformedCassette(f"{FORMAT!r} {VERSION} is missing", "")
        kept = document.get("kept")
        return Beginning(
            metadata=metadata_of(document["metadata"]),
            kept=None if kept is None else int(kept),
            per=next((per for per in PERS if per == document.get("per")), "collection"),
        )
    if "clock" in document:
        return start_of(document["clock"])
    if "superseded" in document:
        return int(document["superseded"])
    return interaction_of(document["interaction"])


def _beginning_document(beginning: Beginning) -> dict[str, Any]:
    document: dict[str, Any] = {FORMAT: VERSION, "metadata": metadata_document(beginning.metadata)}
    if beginning.kept is not None:
        document["kept"] = beginning.kept
    if beginning.per != "collection":
        document["per"] = beginning.per
    return document


def beginning_of(path: Path) -> Beginning:
    """Read how a journal begins. Raises `InputError`."""
    return next((entry for _, entry in read(path) if isinstance(entry, Beginning)), Beginning())


def journal_cassette(path: Path) -> Cassette:
    """Read a journal as the cassette that it would become. Raises `InputError`."""
    metadata = CassetteMetadata()
    interactions: list[Interaction] = []
    superseded: set[int] = set()
    clocks: list[ClockStart] = []
    for _, entry in read(path):
        match entry:
            case Interaction():
                interactions.append(entry)
            case ClockStart():
                clocks.append(entry)
            case Beginning():
                metadata = entry.metadata
            case _:
                superseded.add(entry)
    kept = (one for place, one in enumerate(interactions) if place not in superseded)
    numbered = tuple(one.numbered(number) for number, one in enumerate(kept))
    clocks_left = idle_clocks(clocks, numbered)
    return Cassette(interactions=numbered, metadata=replace(metadata, clocks=clocks_left), file=str(path))


def idle_clocks(clocks: Iterable[ClockStart], interactions: Iterable[Interaction]) -> tuple[ClockStart, ...]:
    """Return those starts of clocks that no interaction tells as well, or that tell of variables."""
    attached = {
        (one.context.call, one.context.iteration, one.context.attempt, one.clock_ms) for one in interactions
    }
    return tuple(
        one
        for one in clocks
        if one.variables or (one.call, one.iteration, one.attempt, one.start_ms) not in attached
    )
