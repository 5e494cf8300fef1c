"""Finding the collection and the environment that a report is about among the files of a folder."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.adoption.json_stream import BrokenJson, JsonStream
from harness.errors import UsageError

_PASSED_OVER: Final = frozenset({"node_modules", "__pycache__", "venv"})
_WRAPPERS: Final = frozenset({"collection", "environment"})
_OF_COLLECTIONS: Final = frozenset({"item", "requests"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file of Postman's: its path, and the identity and the name that stand in it."""

    path: Path
    id: str
    name: str


class PostmanFiles:
    """The collections and environments in some files and folders, by identity and by name.

    `named` says that the one file was named, so that there is nothing to look for.
    """

    def __init__(self, places: Sequence[str], cwd: Path) -> None:
        self.collections: list[FoundFile] = []
        self.environments: list[FoundFile] = []
        self.named = False
        for place in places:
            path = cwd / place
            self.named = len(places) == 1 and path.is_file()
            if not path.exists():
                raise UsageError("there is no such file or folder", where=f"-c {place}")
            for file in _files(path):
                self._take(Path(os.path.relpath(file, cwd)) if not Path(place).is_absolute() else file, cwd)

    def _take(self, path: Path, cwd: Path) -> None:
        try:
            with (cwd / path).open("rb") as file:
                kind, identity, name = _identity(JsonStream(file))
        except (OSError, BrokenJson):
            return
        found = FoundFile(path=path, id=identity, name=name)
        if kind == "collection":
            self.collections.append(found)
        elif kind == "environment":
            self.environments.append(found)


def matching(files: Sequence[FoundFile], *, identity: str, name: str) -> list[FoundFile]:
    """Return the files of that identity, else those of that name; several when it is not clear which."""
    by_id = [one for one in files if identity and one.id == identity]
    if len(by_id) == 1:
        return by_id
    among = by_id or list(files)
    return [one for one in among if name and one.name == name] or by_id


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(one for one in folders if one not in _PASSED_OVER and not one.startswith("."))
        yield from (
            file
            for name in sorted(names)
            if name.lower().endswith(".json") and (file := Path(folder, name)).is_file()
        )


def _identity(stream: JsonStream) -> tuple[str, str, str]:
    """Tell what a document is, its identity and its name; nothing of a report of a run."""
    event, _ = stream.next()
    return _told(stream) if event == "start_map" else ("", "", "")


def _told(stream: JsonStream) -> tuple[str, str, str]:
    identity = name = kind = ""
    for member in stream.members():
        event, value = stream.next()
        if member == "info" and event == "start_map":
            info = stream.value(event, value)
            identity, name = str(info.get("_postman_id") or ""), str(info.get("name") or "")
        elif member in {"id", "name", "_postman_id"} and isinstance(value, str):
            identity, name = (identity, value or name) if member == "name" else (identity or value, name)
        elif member in _OF_COLLECTIONS and event == "start_array":
            kind = "collection"
            stream.skip(event)
        elif member == "values" and event == "start_array":
            kind = "environment"
            stream.skip(event)
        elif member in _WRAPPERS and event == "start_map":
            # As Postman's API answers; a report begins in the same way, and goes on.
            kind, identity, name = _told(stream)
        elif member == "run":
            return "", "", ""
        else:
            stream.skip(event)
    return kind, identity, name
