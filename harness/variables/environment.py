"""Environments and globals: their files, what the command line and the system add, and their exports."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, Literal

from harness.collection.document import DocumentSource, Fetch, Spot, decode, is_address, read_bytes, read_json
from harness.collection.document_kind import document_kind
from harness.collection.javascript import as_text, to_json
from harness.collection.model import Variable
from harness.collection.variable import CONVERTING_TYPES, convert, misread, read_variables
from harness.dialect import EXACT, InputAnswers
from harness.errors import InputError, UsageError, choices
from harness.lazy_dataclass import dataclass
from harness.variables.scope import Scope

EnvironmentKind = Literal["environment", "globals"]

SYSTEM_PREFIX: Final = "HARNESS_VAR_"
"""How the names of OS variables begin that fill in environment values."""

MASK: Final = "********"
"""What exports hold in place of a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The variables of a file of environment or globals, all as authored; `scope` starts a run with them.

    `name` is the author's; `file` what the user called it; `warnings` what looks like a mistake in it.
    """

    kind: EnvironmentKind = "environment"
    name: str = ""
    id: str = ""
    file: str = ""
    variables: tuple[Variable, ...] = ()
    warnings: tuple[str, ...] = ()

    def scope(self) -> Scope:
        """Return a new scope that holds the variables."""
        return Scope(self.kind, self.variables, label=self.name, id=self.id)

    def with_system(self, environ: Mapping[str, str]) -> "Environment":
        """Fill in values from `HARNESS_VAR_<name>` of the system's variables.

        A name is looked for as it is, then in any case (Windows only has upper case). One that the file does
        not have is added as a secret, since credentials are what this is for.
        """
        given = {key.removeprefix(SYSTEM_PREFIX): value for key, value in environ.items() if _of_ours(key)}
        if not given:
            return self
        added: list[Variable] = []
        known = {variable.key for variable in self.variables}
        folded = {key.lower(): key for key in known}
        values: dict[str, str] = {}
        for name, value in given.items():
            key = name if name in known else folded.get(name.lower())
            if key is None:
                added.append(Variable(key=name, value=value, type="secret"))
            elif key not in given or name == key:
                values[key] = value
        filled = (_filled(variable, values) for variable in self.variables)
        return replace(self, variables=(*filled, *added))

    def with_values(self, values: Iterable[tuple[str, str]]) -> "Environment":
        """Set values as `--env-var` and `--global-var` do: the last of a name wins over all else."""
        scope = self.scope()
        for key, value in values:
            known = next((one for one in scope if one.key == key and not one.disabled), None)
            converted = convert((known.type or "any").lower(), value) if known is not None else value
            scope.set(key, converted)
        return replace(self, variables=tuple(scope.all()))


def load_environment(
    source: DocumentSource | Mapping[str, Any] | list[Any] | None,
    kind: EnvironmentKind = "environment",
    *,
    fetch: Fetch | None = None,
    file: str | None = None,
) -> Environment:
    """Load environment or globals from a path, an http(s) address, or a document already read.

    Takes Postman's files, a bare list of values, and either inside `{"environment": ...}` as Postman's API
    answers. Without a source there are no variables. Raises `InputError`.
    """
    if source is None:
        return Environment(kind=kind)
    if isinstance(source, Mapping | list):
        return _read(source, kind, file or "")
    source = _located(os.fspath(source), kind)
    name = file or source
    what = "the environment" if kind == "environment" else "the globals file"
    if name.lower().endswith((".yaml", ".yml")):
        from harness.variables.environment_yaml import environment_document

        document, notices = environment_document(decode(read_bytes(source, what, fetch)), name)
        environment = _read(document, kind, name)
        return replace(environment, warnings=(*environment.warnings, *(one.told for one in notices)))
    return _read(read_json(source, what, fetch), kind, name)


def _located(source: str, kind: EnvironmentKind) -> str:
    """Return the path of a source; a name that is no path may be that of a file of the workspace."""
    if not source or is_address(source) or Path(source).exists():
        return source
    from harness.collection.v3.workspace import environment_names, find_environment, find_globals

    found = (find_environment if kind == "environment" else find_globals)(source, Path())
    if found is not None:
        return str(found)
    names = environment_names(Path(), "environments" if kind == "environment" else "globals")
    if names and not Path(source).suffix:
        raise InputError(f"there is no such {kind} file", where=source, hint=choices(source, names))
    return source


def parse_assignment(text: str, option: str, *, answers: InputAnswers = EXACT.inputs) -> tuple[str, str]:
    """Read the `name=value` of an option; where the `answers` allow it, whatever is missing is empty."""
    key, equals, value = text.partition("=")
    if answers.whole_assignments and not (key and equals):
        raise UsageError(
            f"{option} needs name=value, not {text!r}",
            where=option,
            hint=f"an empty value is written {key}=" if key else "",
        )
    return key, value


def export_scope(
    scope: Scope,
    *,
    exported_at: str,
    exported_using: str,
    keeps_types: bool = True,
    mask: Callable[[str], str] | None = str,
) -> dict[str, Any]:
    """Write a scope as the document that newman exports.

    Without `keeps_types`, types that convert nothing read `any`. Secret variables are masked, and `mask`
    hides the secrets that others hold; `None` leaves all in clear.
    """
    entries = (_entry(variable, keeps_types=keeps_types, mask=mask) for variable in scope.all())
    return {
        "id": scope.id or _made_up_id(scope),
        "name": scope.label or scope.name,
        "values": list(entries),
        "_postman_variable_scope": scope.name,
        "_postman_exported_at": exported_at,
        "_postman_exported_using": exported_using,
    }


def _read(document: Any, kind: EnvironmentKind, file: str) -> Environment:
    spot = Spot(file)
    for _ in range(2):  # newman takes off two wrappers, but only what lies around no values
        inner = document.get(kind) if isinstance(document, Mapping) else None
        if isinstance(inner, Mapping | list) and "values" not in document:
            document, spot = inner, spot.at(kind)
    if isinstance(document, list):
        other = document_kind(document)
        if other:
            spot.refuse(f"this is no {kind}: it is {other}", "an entry has a `key` and a `value`")
        return Environment(kind=kind, file=file, variables=read_variables(document))
    if not isinstance(document, Mapping):
        spot.expect("an object with `values`", document)
    values = document.get("values")
    other = document_kind(document) if values is None else ""
    if other:
        spot.refuse(f"this is no {kind}: it is {other}", f"a Postman {kind} has `values`")
    if values is not None and not isinstance(values, list | Mapping):
        spot.at("values").expect("a list of variables", values)
    name, given_id = document.get("name"), document.get("id") or document.get("_postman_id")
    return Environment(
        kind=kind,
        name=as_text(name) if name else "",
        id=as_text(given_id) if given_id else "",
        file=file,
        variables=read_variables(values),
        warnings=tuple(_warnings(values, kind, file)),
    )


def _warnings(values: Any, kind: EnvironmentKind, file: str) -> Iterable[str]:
    place = f"{file}: " if file else ""
    if values is None:
        yield (
            f"{place}this sets no variables for the {kind}: it has no `values`, "
            'a list of {"key": NAME, "value": VALUE}'
        )
    elif isinstance(values, Mapping) and not _named(values):
        yield (
            f"{place}this sets no variables for the {kind}: "
            '`values` is an object, and no list of {"key": NAME, "value": VALUE}'
        )
    for number, value in enumerate(values if isinstance(values, list) else ()):
        if isinstance(value, Mapping) and value and not _named(value):
            yield f"{place}entry {number + 1} of `values` has no `key`: it sets no variable"
        if isinstance(value, Mapping) and value.get("enabled") is False and not value.get("disabled"):
            key = as_text(value.get("key"))
            yield f"{place}variable {key!r} is switched off, and is used all the same, as in newman"
    for text in misread(values):
        yield f"{place}{text}"


def _named(entry: Mapping[str, Any]) -> bool:
    return "key" in entry or "id" in entry


def _of_ours(key: str) -> bool:
    return key.startswith(SYSTEM_PREFIX) and key != SYSTEM_PREFIX


def _filled(variable: Variable, values: Mapping[str, str]) -> Variable:
    if variable.key not in values or variable.disabled:
        return variable
    return replace(variable, value=convert((variable.type or "any").lower(), values[variable.key]))


def _entry(variable: Variable, *, keeps_types: bool, mask: Callable[[str], str] | None) -> dict[str, Any]:
    kind = (variable.type or "any").lower()
    converting = kind in CONVERTING_TYPES
    value = variable.value
    if kind in ("array", "object") and not isinstance(value, str):
        value = to_json(value)
    if isinstance(value, float) and value != value:
        value = None  # as JSON writes what is no number
    if mask is not None and variable.secret:
        value = MASK
    elif mask is not None and isinstance(value, str):
        value = mask(value)
    about = dict(variable.about or {}) if mask is None else _masked(variable.about or {}, mask)
    system = about.pop("system", None)
    entry: dict[str, Any] = {**about, "type": kind if converting or keeps_types else "any"}
    if variable.given:
        entry["value"] = value
    entry["key"] = variable.key if mask is None else mask(variable.key)
    if variable.disabled:
        entry["disabled"] = True
    if system is not None:
        entry["system"] = system
    return entry


def _masked(told: Mapping[str, Any], mask: Callable[[str], str]) -> dict[str, Any]:
    return {
        name: mask(one) if isinstance(one, str) else _masked(one, mask) if isinstance(one, Mapping) else one
        for name, one in told.items()
    }


def _made_up_id(scope: Scope) -> str:
    digest = blake2b(f"{scope.name}/{scope.label}".encode("utf-8", "surrogatepass"), digest_size=16)
    text = digest.hexdigest()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
