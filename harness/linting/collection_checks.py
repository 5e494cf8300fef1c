"""What holds for collections of all formats: variables that nothing defines, folders without requests."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.collection.model import Collection, Folder, Item
from harness.linting.file_lines import line_of
from harness.linting.finding import Finding
from harness.linting.script_site import ScriptSite
from harness.variables.dynamic import GENERATORS

_USED: Final = re.compile(r"\{\{([^{}]+)\}\}")
_VAULT: Final = "vault:"


def script_sites(collection: Collection) -> Iterator[ScriptSite]:
    """Walk the scripts of a collection that is one document."""

    def walk(entry: Folder | Item, path: str) -> Iterator[ScriptSite]:
        for script in entry.scripts:
            field = f"{path}, {script.event} script" if path else f"{script.event} script"
            yield ScriptSite(source=script.source, file=collection.file, field=field)
        if isinstance(entry, Folder):
            for child in entry.children:
                yield from walk(child, " / ".join(child.path))

    yield from walk(collection.root, "")


def check_empty_folders(folder: Folder, file: str) -> Iterator[Finding]:
    """Find folders whose tests no request runs."""
    tests = any("pm.test" in script.source for script in folder.scripts)
    if tests and not any(True for _ in folder.items()):
        yield Finding(
            rule_id="test-never-runs",
            message="the folder has tests, and no requests",
            file=folder.file or file,
            field=" / ".join(folder.path),
        )
    for child in folder.children:
        if isinstance(child, Folder):
            yield from check_empty_folders(child, file)


def check_variables(collection: Collection, known: frozenset[str], *, certain: bool) -> Iterator[Finding]:
    """Find variables that nothing defines; `certain` says that the files that a run has are all given."""
    for item in collection.items():
        where = " / ".join(item.path)
        texts = "\n".join(_texts(item.request.source or {}))
        for name, message, sure in undefined(texts, known):
            file = item.file or collection.file
            yield Finding(
                rule_id="undefined-variable",
                message=message,
                file=file,
                field=where,
                line=line_of(file, f"{{{{{name}}}}}"),
                raised="warning" if certain or sure else None,
            )


def undefined(text: str, known: frozenset[str]) -> Iterator[tuple[str, str, bool]]:
    """Give the variables of a text that nothing defines, with what to say, and whether that is certain."""
    for name in sorted(set(_USED.findall(text)) - known):
        if name.startswith("$"):
            if name not in GENERATORS and name[1:2].isalpha():
                yield name, f"there is no dynamic variable {name!r}", True
        elif not name.startswith(_VAULT):
            yield name, f"nothing defines the variable {name!r}", False


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            if key != "description":
                yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
