"""Where something stands in a file of a collection, when only its text is known."""

from pathlib import Path
from typing import Final

from harness.collection.v3.directory import definition_of, read_file
from harness.errors import InputError

_YAML: Final = (".yaml", ".yml")


def authored_in(path: str) -> str:
    """Return the file that says what a folder is: its definition. A file is itself."""
    definition = definition_of(path) if Path(path).is_dir() else None
    return path if definition is None else f"{path}/{definition}"


def line_of(file: str, text: str) -> int | None:
    """Return the line of a YAML file in which a text stands first, counted from 1.

    Other files hold a whole collection, in which the first place says nothing.
    """
    if not text or not file.lower().endswith(_YAML):
        return None
    try:
        lines = read_file(file).decode("utf-8", "replace").splitlines()
    except (OSError, InputError):
        return None
    return next((number for number, line in enumerate(lines, 1) if text in line), None)
