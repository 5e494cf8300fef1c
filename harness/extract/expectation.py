"""Expectations held against an answer: status, headers, and JSONPath equals, matches, exists, type, count."""

import re
from collections.abc import Callable
from typing import Any

from harness.collection.companion import ExpectEntry
from harness.collection.javascript import as_text
from harness.extract.answer import Answer, NoJson, outline, shown
from harness.extract.extraction import MissingValue, single
from harness.extract.json_types import json_type
from harness.extract.jsonpath import JsonPath, PathError, compile_path
from harness.lazy_dataclass import dataclass

Resolve = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one expectation. `name` is the expectation in words; the rest is empty when it held."""

    name: str
    passed: bool
    message: str = ""
    expected: str | None = None
    actual: str | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """Holds one expectation against answers."""

    entry: ExpectEntry
    path: JsonPath | None = None

    def hold(self, answer: Answer, resolve: Resolve) -> Outcome:
        """Hold it against an answer; `resolve` replaces `{{name}}` in what is wanted."""
        entry = self.entry
        templated = isinstance(entry.wanted, str) and "{{" in entry.wanted
        wanted = resolve(entry.wanted) if templated else _resolved(entry.wanted, resolve)
        name = self._name(wanted)
        try:
            problem = self._problem(answer, wanted, templated=templated)
        except (MissingValue, NoJson, PathError) as error:
            problem = _Problem(str(error))
        if problem is None:
            return Outcome(name=name, passed=True)
        return Outcome(
            name=name,
            passed=False,
            message=problem.message,
            expected=problem.expected,
            actual=problem.actual,
        )

    def _name(self, wanted: Any) -> str:
        entry = self.entry
        if entry.subject == "status":
            return "status is " + " or ".join(map(str, wanted))
        target = entry.target if entry.subject == "path" else f"header {entry.target}"
        match entry.check:
            case "exists":
                return f"{target} exists" if wanted else f"{target} does not exist"
            case "type":
                return f"{target} is of type {wanted}"
            case "count":
                return f"{target} selects {wanted}"
            case "matches":
                return f"{target} matches /{wanted}/"
            case _:
                return f"{target} equals {shown(wanted)}"

    def _problem(self, answer: Answer, wanted: Any, *, templated: bool) -> "_Problem | None":
        entry = self.entry
        if entry.subject == "status":
            fits = any(_status_fits(answer.status, one) for one in wanted)
            listed = " or ".join(map(str, wanted))
            return None if fits else _differs("the status", listed, str(answer.status))
        if self.path is not None and entry.check in ("exists", "count"):
            return self._selection_problem(self.path, answer.json, wanted)
        if self.path is not None:
            value, what = single(self.path, answer.json), entry.target
        else:
            value, what = answer.header(entry.target), f"the header {entry.target}"
            if entry.check == "exists":
                present = value is not None
                return None if present is wanted else _differs(what, _presence(wanted), _presence(present))
            if value is None:
                raise MissingValue(f"the answer {answer.status} has no header {entry.target}")
        match entry.check:
            case "matches":
                return _pattern_problem(what, wanted, value)
            case "type":
                return (
                    None
                    if _is_of_type(value, wanted)
                    else _differs(f"the type of {what}", wanted, _type(value))
                )
            case _:
                loose = templated or entry.subject == "header"
                if same(wanted, value) or (loose and _scalar(value) and as_text(wanted) == as_text(value)):
                    return None
                return _differs(what, shown(wanted), shown(value))

    def _selection_problem(self, path: JsonPath, document: Any, wanted: Any) -> "_Problem | None":
        count = len(path.find(document))
        what = path.expression
        if self.entry.check == "count":
            if count == wanted:
                return None
            return _Problem(f"{what} selects {count} values, not {wanted}", str(wanted), str(count))
        if (count > 0) is wanted:
            return None
        if wanted:
            message = f"{what} selects nothing: the answer is {outline(document)}"
            return _Problem(message, _presence(True), _presence(False))
        return _differs(what, _presence(False), _presence(True))


@dataclass(frozen=True, slots=True)
class _Problem:
    message: str
    expected: str | None = None
    actual: str | None = None


def compile_expectation(entry: ExpectEntry) -> Expectation:
    """Compile an entry of a companion file. Raises `InputError` at the entry's place."""
    return Expectation(entry, compile_path(entry.target, entry.place) if entry.subject == "path" else None)


def same(wanted: Any, value: Any) -> bool:
    """Compare JSON values: 1 is 1.0, but true is not 1, and members may be in any order."""
    if isinstance(wanted, bool) or isinstance(value, bool):
        return wanted is value
    if isinstance(wanted, dict) and isinstance(value, dict):
        return wanted.keys() == value.keys() and all(same(one, value[key]) for key, one in wanted.items())
    if isinstance(wanted, list) and isinstance(value, list):
        return len(wanted) == len(value) and all(map(same, wanted, value))
    return bool(wanted == value)


def _resolved(wanted: Any, resolve: Resolve) -> Any:
    """Resolve the texts inside of a list or an object that is wanted."""
    match wanted:
        case str():
            return resolve(wanted)
        case dict():
            return {key: _resolved(one, resolve) for key, one in wanted.items()}
        case list():
            return [_resolved(one, resolve) for one in wanted]
        case _:
            return wanted


def _differs(what: str, expected: str, actual: str) -> _Problem:
    return _Problem(f"{what}: expected {expected}, found {actual}", expected, actual)


def _presence(present: bool) -> str:
    return "to be there" if present else "to be absent"


def _status_fits(status: int, wanted: int | str) -> bool:
    return status == wanted if isinstance(wanted, int) else status // 100 == int(wanted[0])


def _pattern_problem(what: str, pattern: str, value: Any) -> _Problem | None:
    if not _scalar(value):
        return _Problem(f"{what} is {outline(value)}, not a text to match", f"/{pattern}/", shown(value))
    try:
        found = re.search(pattern, as_text(value))
    except re.error as error:
        return _Problem(f"not a regular expression: /{pattern}/: {error}")
    return None if found else _differs(what, f"a match of /{pattern}/", shown(value))


def _scalar(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _type(value: Any) -> str:
    return "integer" if isinstance(value, float) and value.is_integer() else json_type(value)


def _is_of_type(value: Any, wanted: str) -> bool:
    kind = _type(value)
    return kind == wanted or (wanted == "number" and kind == "integer")
