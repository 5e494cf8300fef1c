"""What `pm.require` finds: packages on disk, in the folder `packages` beside a collection."""

import os
import re
from pathlib import Path
from typing import Final

from harness.collection.document import is_address

FOLDER: Final = "packages"

_NAME: Final = re.compile(
    r"(?:(?:npm|jsr):)?((?:@[\w-][\w.-]*/)?[\w-][\w.-]*?)(?:@[\w.^~*<>=+-]*)?", re.ASCII
)
"""A package as Postman names it: a registry, a scope, the name, a version."""

_MOST_BYTES: Final = 16 * 1024 * 1024


class ScriptPackages:
    """Reads packages by name: `packages/NAME.js`, else `packages/NAME/index.js`.

    The registry and version of a name are read, and say nothing of where it is. Nothing outside of the folder
    is read, whatever a name or a link in it says.
    """

    def __init__(self, collection: str) -> None:
        self.folder = None if not collection or is_address(collection) else _beside(collection)

    def __call__(self, name: str) -> str | list[str]:
        """Return the source of a package, or where it was looked for."""
        found = _NAME.fullmatch(name)
        if found is None or self.folder is None:
            return []
        looked = [self.folder / f"{found[1]}.js", self.folder / found[1] / "index.js"]
        for path in looked:
            source = self._source(path)
            if source is not None:
                return source
        return [path.as_posix() for path in looked]

    def _source(self, path: Path) -> str | None:
        assert self.folder is not None  # noqa: S101 - there is none without a folder
        try:
            real = path.resolve(strict=True)
            if not real.is_relative_to(self.folder.resolve()) or not real.is_file():
                return None
            if real.stat().st_size > _MOST_BYTES:
                return None
            return real.read_text(encoding="utf-8-sig", errors="replace")
        except OSError:
            return None


def _beside(collection: str) -> Path:
    path = Path(collection)
    if path.is_dir() and path.name in ("", ".."):
        path = Path(os.path.realpath(path))
    return path.parent / FOLDER
