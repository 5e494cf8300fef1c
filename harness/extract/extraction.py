"""Taking values out of an answer: by JSONPath, from a header, by regular expression."""

import re
from typing import Any

from harness.collection.companion import CompanionScope, ExtractEntry
from harness.collection.javascript import as_text, to_json
from harness.errors import InputError
from harness.extract.answer import Answer, NoJson, outline
from harness.extract.jsonpath import JsonPath, PathError, compile_path
from harness.lazy_dataclass import dataclass


class MissingValue(Exception):
    """A value is not there, or there is more than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """A value for a variable. `expression` says where it came from.

    Objects and lists are JSON text, so that `{{name}}` writes them into a body as they were.
    """

    variable: str
    scope: CompanionScope
    expression: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A value that is not there, or not one; `message` says why."""

    variable: str
    expression: str
    message: str


@dataclass(frozen=True, slots=True)
class Extractor:
    """Takes one value out of answers."""

    entry: ExtractEntry
    path: JsonPath | None = None
    regex: re.Pattern[str] | None = None

    @property
    def expression(self) -> str:
        """Where the value comes from, in one line."""
        entry = self.entry
        source = {"path": entry.expression, "header": f"header {entry.expression}", "body": "body"}[
            entry.source
        ]
        return source if entry.regex is None else f"{source} by /{entry.regex}/"

    def take(self, answer: Answer) -> Extracted | Missed:
        """Take the value, or say why it cannot be taken."""
        try:
            value = self._value(answer)
        except (MissingValue, NoJson, PathError) as error:
            return Missed(variable=self.entry.variable, expression=self.expression, message=str(error))
        return Extracted(
            variable=self.entry.variable,
            scope=self.entry.scope,
            expression=self.expression,
            value=to_json(value) if isinstance(value, dict | list) else value,
        )

    def _value(self, answer: Answer) -> Any:
        name = self.entry.expression
        if self.path is not None:
            value = single(self.path, answer.json)
        elif self.entry.source == "header":
            value = answer.header(name)
            if value is None:
                raise MissingValue(f"the answer {answer.status} has no header {name}")
        else:
            value = answer.text
        if self.regex is None:
            return value
        found = self.regex.search(as_text(value))
        if found is None:
            where = {"path": name, "header": f"the header {name}", "body": "the body"}[self.entry.source]
            raise MissingValue(f"/{self.regex.pattern}/ matches nothing in {where}")
        return found[1] if self.regex.groups else found[0]


def compile_extractor(entry: ExtractEntry) -> Extractor:
    """Compile an entry of a companion file. Raises `InputError` at the entry's place."""
    path = compile_path(entry.expression, entry.place) if entry.source == "path" else None
    return Extractor(entry, path, compile_regex(entry.regex, entry) if entry.regex is not None else None)


def compile_regex(pattern: str, entry: ExtractEntry) -> re.Pattern[str]:
    """Compile a regular expression. Raises `InputError` at the entry's place."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise InputError(f"not a regular expression: {pattern!r}: {error}", where=entry.place) from error


def single(path: JsonPath, document: Any) -> Any:
    """Return the one value that a path selects. Raises an error that says what there is instead."""
    found = path.find(document)
    if not found:
        raise MissingValue(f"{path.expression} selects nothing: the answer is {outline(document)}")
    if len(found) > 1:
        places = ", ".join(match.path for match in found[:3]) + (", …" if len(found) > 3 else "")
        raise MissingValue(f"{path.expression} selects {len(found)} values, not one: {places}")
    return found[0].value
