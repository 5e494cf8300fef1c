"""Where a collection of format v3 begins, given a folder or a file of it."""

import os
from pathlib import Path

from harness.collection.v3.directory import definition_of, request_stem
from harness.errors import InputError

_WORKSPACE = (".git", ".postman")
"""What a directory has that no collection lies around of."""


def is_v3(source: str) -> bool:
    """Whether a path is a folder, or a request file of the format."""
    return request_stem(Path(source).name) is not None or Path(source).is_dir()


def root_of(source: str) -> tuple[str, str | None]:
    """Return the directory of the collection that a path is part of, and the path where it is not all of it.

    It is the uppermost directory that has a definition; without any, the uppermost of those around the path
    that hold requests one in the other. Raises `InputError` for a request file that is not there.
    """
    path = Path(source)
    folder = path
    if request_stem(path.name) is not None and not path.is_dir():
        if not path.is_file():
            raise InputError("the request file is not there", where=source)
        folder = path.parent
    root = _root(folder)
    if root == folder:
        return os.fspath(folder), None if folder == path else source
    return os.fspath(root), source


def _root(folder: Path) -> Path:
    """Go up from a folder, over directories without a definition to the last that has one."""
    root = folder
    defined = definition_of(os.fspath(folder)) is not None
    adjoining = not defined
    current = folder
    while not _is_workspace(current):
        parent = current.parent if current.parts and current.name not in ("", "..") else current / ".."
        if _same(parent, current) or _is_list_of_collections(parent):
            break
        current = parent
        if definition_of(os.fspath(current)) is not None:
            root, adjoining = current, False
        elif adjoining and _holds_requests(current):
            root = current
        else:
            adjoining = False
    return root


def _is_workspace(folder: Path) -> bool:
    return any((folder / name).exists() for name in _WORKSPACE)


def _is_list_of_collections(folder: Path) -> bool:
    """Whether a folder is `postman/collections`, whose folders are collections."""
    real = folder.resolve()
    return real.name == "collections" and real.parent.name == "postman"


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _holds_requests(folder: Path) -> bool:
    try:
        return any(request_stem(entry.name) is not None for entry in folder.iterdir())
    except OSError:
        return False
