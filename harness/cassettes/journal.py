"""The journal of a recording: what happened so far, on disk as soon as it happened.

A file of JSON lines beside the cassette: the first is the recording's metadata, each other an interaction,
the start of a clock, or the number of an earlier interaction that does not count any more. A process that is
killed leaves all lines it finished, and perhaps a piece of one.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from harness.cassettes.document import (
    NOT_UNDERSTOOD,
    MalformedCassette,
    interaction_document,
    interaction_of,
    metadata_document,
    metadata_of,
    start_document,
    start_of,
)
from harness.cassettes.interaction import Cassette, CassetteMetadata, ClockStart, Interaction
from harness.errors import InputError, Place, UsageError

FORMAT: Final = "harness-journal"
VERSION: Final = 1
SUFFIX: Final = ".journal"


def journal_path(cassette: Path) -> Path:
    """Return where the journal of a cassette is."""
    return cassette.with_name(cassette.name + SUFFIX)


class Journal:
    """An open journal. Not thread-safe: the recording that owns it has the lock."""

    def __init__(self, path: Path, metadata: CassetteMetadata) -> None:
        self.path: Final = path
        self.entries = 0
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        if os.fstat(self._descriptor).st_size == 0:
            self._write({FORMAT: VERSION, "metadata": metadata_document(metadata)})
        else:
            self._cut_torn_line()

    def append(self, interaction: Interaction) -> None:
        """Write one interaction; when this returns it survives the end of the process."""
        self._write({"interaction": interaction_document(interaction, json_safe=True)})
        self.entries += 1

    def start_clock(self, start: ClockStart) -> None:
        """Write when an attempt of a call began."""
        self._write({"clock": start_document(start)})

    def supersede(self, number: int) -> None:
        """Write that an interaction known before was recorded again and does not count any more."""
        self._write({"superseded": number})

    def interactions(self) -> Iterator[Interaction]:
        """Read the interactions back, from the first one on."""
        return (one for _, one in read(self.path) if isinstance(one, Interaction))

    def clocks(self) -> Iterator[ClockStart]:
        """Read the clock starts back."""
        return (one for _, one in read(self.path) if isinstance(one, ClockStart))

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
        rewritten = Journal(fresh, metadata)
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


Entry = CassetteMetadata | Interaction | ClockStart | int
"""The metadata, an interaction, the start of a clock, or the number of a superseded interaction."""


def read(path: Path) -> Iterator[tuple[int, Entry]]:
    """Read a journal: line numbers and what they hold; a torn last line is left out.

    Raises `InputError` when the file is no journal or a line of it is damaged.
    """
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.endswith(b"\n"):
                return
            try:
                yield number, _entry(json.loads(line.decode("utf-8", "surrogatepass")), number)
            except NOT_UNDERSTOOD as error:
                what = error.what if isinstance(error, MalformedCassette) else str(error)
                raise InputError(
                    f"this is not a journal of a recording, or a damaged one: {what}",
                    where=Place(file=str(path), field=f"line {number}"),
                    hint="it is left as it is; move it away to record again",
                ) from error


def _entry(document: Any, number: int) -> Entry:
    if not isinstance(document, dict):
        raise MalformedCassette("a mapping is expected", "")
    if number == 1:
        if document.get(FORMAT) != VERSION:
            raise MalformedCassette(f"{FORMAT!r} {VERSION} is missing", "")
        return metadata_of(document["metadata"])
    if "clock" in document:
        return start_of(document["clock"])
    if "superseded" in document:
        return int(document["superseded"])
    return interaction_of(document["interaction"])


def journal_cassette(path: Path) -> Cassette:
    """Read a journal as if it were a cassette. Raises `InputError`."""
    metadata = CassetteMetadata()
    interactions: list[Interaction] = []
    clocks: list[ClockStart] = []
    for _, entry in read(path):
        if isinstance(entry, Interaction):
            interactions.append(entry.numbered(len(interactions)))
        elif isinstance(entry, ClockStart):
            clocks.append(entry)
        elif isinstance(entry, CassetteMetadata):
            metadata = entry
    return Cassette(
        interactions=tuple(interactions),
        metadata=replace(metadata, clocks=tuple(clocks)),
        file=str(path),
    )
