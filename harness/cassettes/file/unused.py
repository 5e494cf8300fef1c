"""Cassettes that lie beside those in use and that nothing uses any more."""

import json
import re
from collections.abc import Collection as Container
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_SUFFIXES: Final = {".yaml", ".yml", ".json"}
_OWNER: Final = re.compile(r'\s*"?collection_file"?:\s*(.+?),?\s*$')
_END: Final = re.compile(r'"?interactions"?:')
_OURS: Final = re.compile(r'\s*"?harness"?:')


def idle_cassettes(
    used: Container[Path], collections: Container[Path], *, apart: Container[Path] = ()
) -> list[Path]:
    """Return recordings of ours beside `used` ones that are made from `collections`, or from none there is.

    One that was made from a collection that is there, and none of those named, may well be used elsewhere.
    `apart` are folders of which all recordings are parts of cassettes in use. All paths are resolved ones.
    """
    beside = {file for folder in {one.parent for one in used} for file in _cassettes(folder, "*")}
    parts = {file for folder in apart for file in _cassettes(folder, "**/*")}
    others = (beside | parts).difference(used)
    return sorted(one for one in others if _is_idle(one, collections, is_part=one in parts))


def _cassettes(folder: Path, pattern: str) -> Iterator[Path]:
    if folder.is_dir():
        yield from (one for one in folder.glob(pattern) if one.suffix in _SUFFIXES and one.is_file())


def _is_idle(cassette: Path, collections: Container[Path], *, is_part: bool) -> bool:
    owner: Path | None = None
    ours = False
    for line in _head(cassette):
        ours = ours or _OURS.match(line) is not None
        told = _OWNER.match(line)
        if told is not None:
            owner = (cassette.parent / _plain(told[1])).resolve()
    return ours and (is_part or owner is None or owner in collections or not owner.is_file())


def _head(cassette: Path) -> Iterator[str]:
    """Yield the lines before the interactions, which tell whose a cassette is."""
    try:
        with cassette.open(encoding="utf-8") as file:
            for line in file:
                if _END.match(line):
                    return
                yield line
    except (OSError, UnicodeDecodeError):
        return


def _plain(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text.strip("'")
