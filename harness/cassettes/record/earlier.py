"""What an earlier recording left: a cassette to go on from, or the journal of one that was interrupted."""

from pathlib import Path

from harness.cassettes.file.interaction import Cassette, Interaction
from harness.cassettes.file.journal import Beginning, beginning_of, read
from harness.cassettes.file.journal_path import journal_path
from harness.cassettes.file.parts import Parts
from harness.errors import UsageError


class UnfinishedRecording(UsageError):
    """An interrupted recording of the cassette is still there, and nobody said what becomes of it."""


def settle_journal(path: Path, *, resume: bool, discard: bool) -> None:
    """Throw a journal away where nothing could be lost by it, or as asked; leave it to be resumed.

    Raises `UnfinishedRecording` when it holds calls and neither is asked for.
    """
    journal = journal_path(path)
    if not journal.exists() or resume:
        return
    if discard:
        journal.unlink()
        return
    finished = sum(isinstance(entry, Interaction) for _, entry in read(journal))
    finished -= beginning_of(journal).kept or 0
    if finished <= 0:
        # The run ended before its first answer: there is nothing that could be lost.
        journal.unlink()
        return
    raise UnfinishedRecording(
        f"an interrupted recording of this cassette holds {finished} finished interactions",
        where=str(journal),
        hint="continue it with --resume, or throw it away with --discard",
    )


def kept_of(base: Cassette | None, parts: Parts) -> Beginning:
    """Return how a journal begins that goes on from a cassette, or from none."""
    if base is None:
        return Beginning(per=parts.per)
    return Beginning(metadata=base.metadata, kept=len(base.interactions), per=parts.per)


def resumed(path: Path) -> tuple[Beginning, list[Interaction], set[int]] | None:
    """Return how a journal begins, its interactions, and which of them do not count any more."""
    journal = journal_path(path)
    if not journal.exists():
        return None
    beginning = Beginning()
    interactions: list[Interaction] = []
    superseded: set[int] = set()
    for _, entry in read(journal):
        match entry:
            case Interaction():
                interactions.append(entry.numbered(len(interactions)))
            case Beginning():
                beginning = entry
            case int():
                superseded.add(entry)
            case _:
                pass
    return beginning, interactions, superseded
