"""The functions of PQL: which there are, how many arguments they take, what they compute.

Functions that look at each item of an array with an expression (`filter`, `map`, `sum` …) are
listed here and computed by the evaluation, which knows the scope.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.aep.pql import tree
from harness.aep.pql.moments import moment_of
from harness.aep.pql.tokens import PqlError
from harness.aep.xdm.patterns import TooSlow, compile_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

FUNCTIONS = {
    "if": (3, 3),
    "date": (3, 3),
    "currentMonth": (0, 0),
    "currentYear": (0, 0),
    "currentDayOfMonth": (0, 0),
    "inSegment": (1, 1),
    "mapEntry": (2, 2),
}
"""Functions without a target: fewest and most arguments."""

ITEM_FUNCTIONS = {
    "filter": (1, 1),
    "map": (1, 1),
    "groupBy": (1, 1),
    "topN": (2, 2),
    "bottomN": (2, 2),
    "sum": (0, 1),
    "average": (0, 1),
    "min": (0, 1),
    "max": (0, 1),
}
"""Methods of arrays whose argument is an expression over each item."""


def check_call(call: tree.FunctionCall, position: int | None = None) -> None:
    """Raise PqlError for a function that does not exist or is given wrong arguments."""
    table = FUNCTIONS if call.target is None else {**ITEM_FUNCTIONS, **_ARITIES}
    if call.name not in table:
        kind = "function" if call.target is None else "method"
        raise PqlError(f"there is no {kind} {call.name!r}; there are {', '.join(sorted(table))}", position)
    low, high = table[call.name]
    count = len(call.arguments)
    if not low <= count <= high:
        wanted = str(low) if low == high else f"{low} to {high}"
        noun = "argument" if wanted == "1" else "arguments"
        verb = "is" if count == 1 else "are"
        raise PqlError(f"{call.name!r} takes {wanted} {noun}, {count} {verb} given", position)
    first = call.arguments[0] if call.arguments else None
    if call.name in ("matches", "regexGroup") and isinstance(first, tree.Literal):
        try:
            compile_pattern(str(first.value))
        except re.error as error:
            raise PqlError(f"{first.value!r} is not a regular expression: {error}", position) from None
    if call.name == "date" and all(isinstance(item, tree.Literal) for item in call.arguments):
        _check_date(call, position)


def _check_date(call: tree.FunctionCall, position: int | None) -> None:
    numbers = [item.value for item in call.arguments if isinstance(item, tree.Literal)]
    if not all(type(number) is int for number in numbers):
        raise PqlError("'date' takes year, month and day as whole numbers", position)
    year, month, day = numbers
    if moment_of(f"{year:04d}-{month:02d}-{day:02d}") is None:
        raise PqlError(f"{year}-{month}-{day} is not a date", position)


def _folded(compare: Callable[[str, str], bool]) -> Callable[..., bool]:
    def call(target: Any, other: Any, case_sensitive: Any = True) -> bool:
        if isinstance(target, list):
            return any(call(item, other, case_sensitive) for item in target)
        if not isinstance(target, str) or not isinstance(other, str):
            return False
        if case_sensitive is False:
            target, other = target.casefold(), other.casefold()
        return compare(target, other)

    return call


def _negated(positive: Callable[..., bool]) -> Callable[..., bool]:
    # A negated check on a value that is not there fails too, as Adobe documents for notIn.
    def call(target: Any, *arguments: Any) -> bool:
        return target is not None and not positive(target, *arguments)

    return call


def _equals(target: Any, other: Any, case_sensitive: Any = True) -> bool:
    if isinstance(target, str) and isinstance(other, str) and case_sensitive is False:
        return target.casefold() == other.casefold()
    return target is not None and type(target) is type(other) and target == other


def _regex(target: Any, pattern: Any) -> re.Match[str] | None:
    if not isinstance(target, str) or not isinstance(pattern, str):
        return None
    try:
        return compile_pattern(pattern).search(target)
    except (re.error, TooSlow):
        return None


def _group(target: Any, pattern: Any, number: Any = 0) -> str | None:
    found = _regex(target, pattern)
    if found is None or not isinstance(number, int) or not 0 <= number <= (found.re.groups or 0):
        return None
    return found.group(number)


def _like(target: Any, pattern: Any) -> bool:
    if not isinstance(target, str) or not isinstance(pattern, str):
        return False
    expression = "".join({"%": ".*", "_": "."}.get(character, re.escape(character)) for character in pattern)
    try:
        return compile_pattern(f"(?s){expression}").fullmatch(target) is not None
    except (re.error, TooSlow):
        return False


def _items(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def distinct(values: list[Any]) -> list[Any]:
    """Return the values without repetition, in their order."""
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def _part(name: str) -> Callable[[Any], int | None]:
    def call(target: Any) -> int | None:
        moment = moment_of(target)
        return None if moment is None else int(getattr(moment, name))

    return call


def _lookup(target: Any, key: Any) -> Any:
    return target.get(key) if isinstance(target, dict) and isinstance(key, str) else None


_contains = _folded(lambda text, part: part in text)
_starts = _folded(str.startswith)
_ends = _folded(str.endswith)

_METHODS: dict[str, tuple[int, int, Callable[..., Any]]] = {
    "contains": (1, 2, _contains),
    "doesNotContain": (1, 2, _negated(_contains)),
    "startsWith": (1, 2, _starts),
    "doesNotStartWith": (1, 2, _negated(_starts)),
    "endsWith": (1, 2, _ends),
    "doesNotEndWith": (1, 2, _negated(_ends)),
    "equals": (1, 2, _equals),
    "notEqualTo": (1, 2, _negated(_equals)),
    "like": (1, 1, _like),
    "matches": (1, 1, lambda target, pattern: _regex(target, pattern) is not None),
    "regexGroup": (1, 2, _group),
    "toLowerCase": (0, 0, lambda target: target.lower() if isinstance(target, str) else None),
    "toUpperCase": (0, 0, lambda target: target.upper() if isinstance(target, str) else None),
    "isNull": (0, 0, lambda target: target is None or target == []),
    "isNotNull": (0, 0, lambda target: target is not None and target != []),
    "intersects": (1, 1, lambda a, b: any(item in _items(b) for item in _items(a))),
    "intersection": (1, 1, lambda a, b: [item for item in _items(a) if item in _items(b)]),
    "subsetOf": (1, 1, lambda a, b: all(item in _items(b) for item in _items(a))),
    "supersetOf": (1, 1, lambda a, b: all(item in _items(a) for item in _items(b))),
    "includes": (1, 1, lambda target, item: item in _items(target)),
    "distinct": (0, 0, lambda target: distinct(_items(target))),
    "head": (0, 0, lambda target: next(iter(_items(target)), None)),
    "count": (0, 0, lambda target: len(_items(target))),
    "get": (1, 1, _lookup),
    "keys": (0, 0, lambda target: list(target) if isinstance(target, dict) else []),
    "values": (0, 0, lambda target: list(target.values()) if isinstance(target, dict) else []),
    "getMonth": (0, 0, _part("month")),
    "getYear": (0, 0, _part("year")),
    "getDayOfMonth": (0, 0, _part("day")),
}

_ARITIES = {name: (low, high) for name, (low, high, _) in _METHODS.items()}


def call_method(name: str, target: Any, arguments: list[Any]) -> Any:
    """Compute a method that needs nothing but its target and the values of its arguments."""
    return _METHODS[name][2](target, *arguments)
