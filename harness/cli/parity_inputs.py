"""What another runner is given in place of inputs that only this one reads.

A folder of format v3 becomes a file of format v2.1, environments and globals in YAML, or named as a workspace
names them, become JSON.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from harness.cli.terminal import Terminal
from harness.collection.document import is_address
from harness.collection.load import load_collection, whole_collection
from harness.conversion.convert import as_v21
from harness.errors import UsageError
from harness.reporters.units import counted
from harness.variables.environment import EnvironmentKind, load_environment

_KINDS: Final[dict[str, EnvironmentKind]] = {
    "-e": "environment", "--environment": "environment", "-g": "globals", "--globals": "globals",
}  # fmt: skip


@contextmanager
def others_inputs(
    collection: str, flags: Sequence[str], name: str, terminal: Terminal
) -> Iterator[tuple[str, list[str]]]:
    """Give a collection and options as the runner of a name reads them; what is written for it goes again.

    Raises `UsageError` for a part of a folder of format v3, which has no file of its own.
    """
    with TemporaryDirectory(prefix="harness-parity-") as written:
        folder = Path(written)
        yield _collection(collection, folder, name, terminal), list(_flags(flags, folder))


def _collection(collection: str, folder: Path, name: str, terminal: Terminal) -> str:
    whole = whole_collection(collection)
    if not Path(terminal.cwd, whole).is_dir():
        return collection
    if load_collection(collection).target is not None:
        raise UsageError(
            "parity compares whole collections",
            where=collection,
            hint=f"name {whole!r}, and choose a part of it with --folder or -i",
        )
    converted = as_v21(whole)
    file = folder / f"{Path(whole).name}.postman_collection.json"
    file.write_text(json.dumps(converted.document), "utf-8")
    lost = f", {counted(len(converted.lost), 'member')} lost" if converted.lost else ""
    terminal.err.write(f"{name} is given a file of format v2.1 of {collection}{lost}\n")
    return str(file)


def _flags(flags: Sequence[str], folder: Path) -> Iterator[str]:
    kind: EnvironmentKind | None = None
    for position, word in enumerate(flags):
        option, equals, value = word.partition("=")
        if kind is not None:
            yield _readable(word, kind, folder / f"{position}.json")
            kind = None
        elif equals and option in _KINDS:
            yield f"{option}={_readable(value, _KINDS[option], folder / f'{position}.json')}"
        else:
            kind = _KINDS.get(word)
            yield word


def _readable(source: str, kind: EnvironmentKind, target: Path) -> str:
    """Return a file that every runner reads: the one given, or one in JSON."""
    if is_address(source) or (Path(source).is_file() and not source.lower().endswith((".yaml", ".yml"))):
        return source
    environment = load_environment(source, kind)
    values = [
        {
            "key": one.key,
            "value": one.value,
            "type": one.type or "default",
            "enabled": not one.disabled,
        }
        for one in environment.variables
    ]
    target.write_text(json.dumps({"name": environment.name, "values": values}), "utf-8")
    return str(target)
