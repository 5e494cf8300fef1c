"""What holds for collections of all formats: variables that nothing defines, and secrets in clear."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.collection.model import Collection, Folder, Item, Variable
from harness.linting.finding import Finding
from harness.linting.script_site import ScriptSite
from harness.secrets.names import secret_name

_USED: Final = re.compile(r"\{\{([^{}]+)\}\}")
_SECRET_PARAMS: Final = frozenset(
    {"password", "token", "secret", "clientSecret", "secretKey", "value", "accessToken"}
)
"""Parameters of an auth that hold a secret."""


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


def check_variables(collection: Collection, defined: frozenset[str], *, certain: bool) -> Iterator[Finding]:
    """Find variables that nothing defines; `certain` says that the files that a run has are all given."""
    known = defined | {variable.key for variable in collection.variables}
    for item in collection.items():
        missing = sorted(
            {
                name
                for text in _texts(item.request.source or {})
                for name in _USED.findall(text)
                if name not in known and not name.startswith("$")
            }
        )
        for name in missing:
            yield Finding(
                rule_id="undefined-variable",
                message=f"nothing defines the variable {name!r}",
                file=item.file or collection.file,
                field=" / ".join(item.path),
                raised="warning" if certain else None,
            )


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


def check_secrets(collection: Collection) -> Iterator[Finding]:
    """Find secrets that are written out in variables, auth, headers and parameters."""
    yield from variables_in_clear(collection.variables, collection.file)

    def walk(entry: Folder | Item, file: str) -> Iterator[Finding]:
        own = entry.file or file
        where = " / ".join(entry.path)
        auth = entry.auth if isinstance(entry, Folder) else entry.request.auth
        if auth is not None:
            for key, value in auth.params.items():
                if key in _SECRET_PARAMS and _in_clear(value):
                    yield _secret(own, f"{where}, auth.{key}" if where else f"auth.{key}")
        if isinstance(entry, Item):
            url = entry.request.url
            for kind, pairs in (("header", entry.request.headers), ("query", url.query)):
                for pair in pairs:
                    if secret_name(pair.key) and _in_clear(pair.value):
                        yield _secret(own, f"{where}, {kind} {pair.key}")
        else:
            for child in entry.children:
                yield from walk(child, file)

    yield from walk(collection.root, collection.file)


def variables_in_clear(variables: tuple[Variable, ...], file: str) -> Iterator[Finding]:
    """Find variables that hold a secret."""
    for variable in variables:
        if (variable.secret or secret_name(variable.key)) and _in_clear(variable.value):
            yield _secret(file, f"variable {variable.key}")


def _secret(file: str, field: str) -> Finding:
    return Finding(rule_id="secret-in-clear", message="a secret is written out", file=file, field=field)


def _in_clear(value: Any) -> bool:
    """Whether a value is more than a template, a scheme (`Bearer {{token}}`) or a place to fill in."""
    if not isinstance(value, str) or "{{" in value:
        return False
    text = value.strip()
    return bool(text) and not (text.startswith("<") and text.endswith(">")) and len(text) > 1
