"""A cassette as one file, or as a file for each folder or call of its collection.

`shop.yaml` is the cassette of a collection; apart, the folder `Users / Admins` has `shop/Users/Admins.yaml`,
the call `Users / create` has `shop/Users/create.yaml`, and `shop.yaml` holds what has no file of its own. All
are read as one: a part that has no file yet is looked for in `shop.yaml`, so a cassette that was recorded as
one file replays, and is taken apart when it is recorded again.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import field, replace
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Final, Literal

from harness.cassettes.file.document import Document, call_of, numbered
from harness.cassettes.file.interaction import Cassette, CassetteMetadata, ClockStart, Interaction
from harness.cassettes.file.publish import write_atomically
from harness.collection.model import CallPath
from harness.errors import UsageError, choices
from harness.lazy_dataclass import dataclass

Per = Literal["collection", "folder", "call"]

PERS: Final[tuple[Per, ...]] = ("collection", "folder", "call")

_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_LONGEST: Final = 80
"""How many bytes of an author's name a file's name has, so that no file system refuses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Where a cassette is kept: at `path`, or apart beside it. `besides` are files that are only read."""

    path: Path
    per: Per = "collection"
    besides: tuple[Path, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.per not in PERS:
            raise UsageError(f"there is no cassette per {self.per!r}", hint=choices(self.per, PERS))

    @property
    def folder(self) -> Path | None:
        """The folder of the parts, `None` for a cassette in one piece, and for a path that names no file."""
        if self.per == "collection" or not self.path.name:
            return None
        return self.path.with_name(self.path.stem)

    def file_of(self, call: CallPath) -> Path:
        """Return the file that keeps what a call sends."""
        owner = {"collection": (), "folder": call[:-1], "call": call}[self.per]
        if not owner:
            return self.path
        folder = self.folder or self.path.parent
        return folder.joinpath(*map(_spelled, owner[:-1]), _spelled(owner[-1]) + self.path.suffix)

    def files(self) -> list[Path]:
        """Return the files there are, the cassette's own one first. Empty ones count as none, as in vcrpy."""
        found = [self.path]
        if self.folder is not None:
            found += sorted(self.folder.rglob(f"*{self.path.suffix}"))
        return [one for one in found if one.is_file() and one.stat().st_size]

    def exists(self) -> bool:
        """Whether there is anything to replay."""
        return bool(self.files()) or any(one.is_file() for one in self.besides)

    def lacks(self, calls: Iterable[CallPath]) -> bool:
        """Whether a call is of a part that was never recorded."""
        return any(not self.has(call) for call in calls)

    def has(self, call: CallPath) -> bool:
        """Whether the part of a call was recorded. A cassette in one piece has all parts."""
        return self.file_of(call).is_file() or self.path.is_file()

    def load(self) -> Cassette:
        """Read all files as one cassette. Raises `InputError` for a file that is not one."""
        from harness.cassettes.file.format import load

        if self.per == "collection" and not self.besides:
            return load(self.path)
        own = [(file, load(file)) for file in self.files()]
        besides = [load(file) for file in self.besides]
        known = {_key(file) for file, _ in own}
        pieces = [_owned(cassette, file, self, known) for file, cassette in own] + besides
        if not pieces:
            return load(self.path)
        return _joined(pieces, file=str(self.path))

    def sources(self, calls: Container[CallPath]) -> list[Path]:
        """Return the files there are that have what a call is answered from; one of another part may.

        Raises `InputError` for one that is no cassette.
        """
        from harness.cassettes.file.format import load

        files = self.files()
        if self.per == "collection":
            return files
        known = {_key(file) for file in files}
        own = ((file, _calls(_owned(load(file), file, self, known))) for file in files)
        return [file for file, found in own if any(call in calls for call in found)]

    def write(self, metadata: CassetteMetadata, entries: Callable[[], Iterator[Document]]) -> Path | None:
        """Put a cassette in its place, each file as a whole; files of other parts stay as they are.

        Taken apart, the cassette in one piece goes, unless it has calls that are not in what is written: then
        it stays, and is returned.
        """
        from harness.cassettes.file.format import dump, load

        if self.per == "collection":
            write_atomically(self.path, dump(metadata, entries, self.path))
            return None
        # Two names may be one to a file system that does not tell small letters from capital ones.
        parts: dict[str, _Part] = {}
        for entry in entries():
            self._part(parts, call_of(entry)).entries.append(entry)
        for start in metadata.clocks:
            self._part(parts, start.call)
        for part in parts.values():
            part.file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(part.file, dump(part.metadata(metadata), part.numbered, part.file))
        if _key(self.path) in parts or not self.path.is_file():
            return None
        written = {call for part in parts.values() for call in part.calls}
        if self.path.stat().st_size and not _calls(load(self.path)) <= written:
            return self.path
        self.path.unlink()
        return None

    def _part(self, parts: "dict[str, _Part]", call: CallPath) -> "_Part":
        file = self.file_of(call)
        part = parts.setdefault(_key(file), _Part(file=file))
        part.calls.add(call)
        return part


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What is to be written into one file."""

    file: Path
    calls: set[CallPath] = field(default_factory=set)
    entries: list[Document] = field(default_factory=list)

    def numbered(self) -> Iterator[Document]:
        return (numbered(one, number) for number, one in enumerate(self.entries))

    def metadata(self, whole: CassetteMetadata) -> CassetteMetadata:
        seeds = (whole.seeds[call] for call in self.calls if call in whole.seeds)
        return replace(
            whole,
            seed=next(seeds, whole.seed),
            seeds={},
            clocks=tuple(one for one in whole.clocks if one.call in self.calls),
        )


def _owned(cassette: Cassette, file: Path, parts: Parts, known: set[str]) -> Cassette:
    """Return of a file what is its own: not what another file is for and has."""

    def owns(call: CallPath) -> bool:
        owner = _key(parts.file_of(call))
        return owner == _key(file) or owner not in known

    return replace(
        cassette,
        interactions=tuple(one for one in cassette.interactions if owns(one.context.call)),
        metadata=replace(
            cassette.metadata, clocks=tuple(one for one in cassette.metadata.clocks if owns(one.call))
        ),
    )


def _joined(pieces: list[Cassette], *, file: str) -> Cassette:
    """Join cassettes in the order they were recorded in; the first one's metadata count."""
    all_metadata = [one.metadata for one in pieces]
    first = all_metadata[0]
    seeds = {
        call: one.metadata.seed
        for one in pieces
        for call in _calls(one)
        if one.metadata.seed is not None and one.metadata.seed != first.seed
    }
    interactions = sorted(chain.from_iterable(one.interactions for one in pieces), key=_moment)
    later = all_metadata[1:]
    clocks: tuple[ClockStart, ...] = tuple(chain.from_iterable(one.clocks for one in all_metadata))
    environment = dict(chain.from_iterable(one.environment.items() for one in reversed(all_metadata)))
    return Cassette(
        file=file,
        interactions=tuple(one.numbered(number) for number, one in enumerate(interactions)),
        metadata=replace(
            first,
            seed=first.seed,
            seeds=seeds,
            clock_ms=min((one.clock_ms for one in all_metadata if one.clock_ms is not None), default=None),
            complete=first.complete and all(one.complete for one in later),
            clocks=clocks,
            base_addresses={
                name: value for one in reversed(all_metadata) for name, value in one.base_addresses.items()
            },
            environment=environment,
            shapes={name: value for one in reversed(all_metadata) for name, value in one.shapes.items()},
        ),
    )


def _calls(cassette: Cassette) -> set[CallPath]:
    return {one.context.call for one in cassette.interactions} | {
        one.call for one in cassette.metadata.clocks
    }


def _moment(interaction: Interaction) -> tuple[float, str]:
    """Say when an interaction was recorded; the order of those that do not tell stays as it is."""
    return (interaction.clock_ms or 0.0, interaction.recorded_at)


def _key(file: Path) -> str:
    return str(file).casefold()


def _spelled(name: str) -> str:
    """Spell an author's name as that of a file, on any system; one that had to be changed stays its own."""
    spelled = _FORBIDDEN.sub("-", name).strip(" .")
    spelled = spelled.encode("utf-8", "replace")[:_LONGEST].decode("utf-8", "ignore")
    if spelled == name and not _RESERVED.fullmatch(spelled):
        return spelled
    mark = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=3).hexdigest()
    return f"{spelled or '_'}-{mark}"
