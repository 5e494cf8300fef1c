"""The files of a collection: which directory is a folder, which file a request.

What a path is after links are followed decides: a link that leads outside of the collection, or back to a
directory that it lies in, is not followed, and noted.
"""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from harness.collection.v3.fields import Notes
from harness.errors import InputError, Place

REQUEST_ENDINGS: Final = (".request.yaml", ".request.yml")
RESOURCES: Final = ".resources"
DEFINITIONS: Final = ("definition.yaml", "definition.yml")

MOST_ENTRIES: Final = 1_000_000
"""How many directory entries are looked at before a folder is taken for something else."""

DEEPEST: Final = 100

MOST_BYTES: Final = 512 * 1024 * 1024
"""The largest file that is read."""

# A pipe that nobody writes to is opened without waiting for somebody.
_TO_READ: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass(slots=True, kw_only=True)
class Directory:
    """A directory of a collection. `path` is what the user can open; files are named without it."""

    path: str
    name: str
    definition: str | None = None
    requests: list[str] = field(default_factory=list)
    folders: list["Directory"] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether neither the directory nor one below it says anything about a collection."""
        return self.definition is None and not self.requests and not self.folders


def request_stem(name: str) -> str | None:
    """Return the name of a request file without its ending, `None` for another file."""
    for ending in REQUEST_ENDINGS:
        if name.endswith(ending):
            return name.removesuffix(ending)
    return None


def definition_of(directory: str) -> str | None:
    """Return the definition of a directory, as a path in it."""
    for name in DEFINITIONS:
        if os.path.lexists(f"{directory}/{RESOURCES}/{name}"):
            return f"{RESOURCES}/{name}"
    return None


def scan(root: str) -> tuple[Directory, Notes]:
    """Find all folders and requests below a directory, without reading a file."""
    scanner = _Scanner(root)
    name = Path(scanner.real).name
    return scanner.directory(root, name, scanner.real, ()), scanner.notes


class _Scanner:
    def __init__(self, root: str) -> None:
        self.root = root
        self.real = os.path.realpath(root)
        self.notes = Notes(root)
        self.seen = 0

    def directory(self, path: str, name: str, real: str, above: tuple[str, ...]) -> Directory:
        if len(above) > DEEPEST:
            raise InputError(f"folders are nested more than {DEEPEST} deep", where=path)
        found = Directory(path=path, name=name)
        try:
            with os.scandir(path) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self.leave_out(path, f"the folder cannot be read: {error.strerror}")
            return found
        self.seen += len(listed)
        if self.seen > MOST_ENTRIES:
            raise InputError(
                f"the folder holds more than {MOST_ENTRIES} files",
                where=self.root,
                hint="name the folder of one collection",
            )
        here = (*above, real)
        for entry in listed:
            if entry.name == RESOURCES:
                if not _is_directory(entry):
                    self.leave_out(entry.path, "it is no folder, and so holds no definition; it is left out")
                elif self.belongs(entry, here):
                    found.definition = self.definition(path)
            elif _is_directory(entry):
                if self.belongs(entry, here):
                    below = os.path.realpath(entry.path) if entry.is_symlink() else f"{real}/{entry.name}"
                    inner = self.directory(f"{path}/{entry.name}", entry.name, below, here)
                    if not inner.empty:
                        found.folders.append(inner)
                    elif request_stem(entry.name) is not None:
                        self.leave_out(
                            entry.path, "a request is a file, and this is a folder; it is left out"
                        )
            elif request_stem(entry.name) is not None and self.belongs(entry, here):
                found.requests.append(entry.name)
        return found

    def definition(self, path: str) -> str | None:
        found = definition_of(path)
        if found is None and not os.access(f"{path}/{RESOURCES}", os.X_OK):
            # What may not be looked into may hold a definition: reading it says why it cannot be read.
            return f"{RESOURCES}/{DEFINITIONS[0]}"
        if found is None or not Path(path, found).is_symlink():
            return found
        if self.within(f"{path}/{found}"):
            return found
        self.leave_out(f"{path}/{found}", "the link leads outside of the collection; it is not followed")
        return None

    def belongs(self, entry: os.DirEntry[str], above: tuple[str, ...]) -> bool:
        """Whether an entry is part of the collection: no link, or one that stays inside and is no circle."""
        if not entry.is_symlink():
            return True
        real = os.path.realpath(entry.path)
        if not self.within(entry.path):
            self.leave_out(entry.path, "the link leads outside of the collection; it is not followed")
            return False
        if real in above:
            self.leave_out(entry.path, "the link leads back to a folder that it lies in; it is not followed")
            return False
        return True

    def within(self, path: str) -> bool:
        real = os.path.realpath(path)
        return real == self.real or real.startswith(self.real.rstrip(os.sep) + os.sep)

    def leave_out(self, path: str, message: str) -> None:
        notes = Notes(path)
        notes.leave_out(None, "", message)
        self.notes.notices += notes.notices


def _is_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def read_file(path: str) -> bytes:
    """Read a file to its end. Raises `OSError`, and `InputError` for what has no end: a device, a pipe."""
    handle = os.open(path, _TO_READ)
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise InputError("it is no regular file", where=Place(file=path))
        if found.st_size > MOST_BYTES:
            raise InputError(f"it is larger than {MOST_BYTES >> 20} MB", where=Place(file=path))
        parts = []
        while part := os.read(handle, max(found.st_size + 1, 8192)):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(handle)
