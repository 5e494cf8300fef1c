"""The operators of PQL on values.

A comparison with no value is false; a member of an array of objects is the array of the members, and compared
with a single value it is enough that one of them fits.
"""

from __future__ import annotations

import operator
from datetime import date
from typing import TYPE_CHECKING, Any

from harness.aep.pql.moments import TimeSpan, moment_of, stretch_of

if TYPE_CHECKING:
    from collections.abc import Callable

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
}
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def is_true(value: Any) -> bool:
    """Truth in PQL: true, or an array that is not empty (what a `select` finds)."""
    return value is True or (isinstance(value, list) and bool(value))


def is_number(value: Any) -> bool:
    """Whether a value counts: true and false do not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def equal(left: Any, right: Any) -> bool:
    """Whether two values are the same: one item of an array is enough, and times that touch."""
    if isinstance(left, list) and not isinstance(right, list):
        return any(equal(item, right) for item in left)
    if isinstance(right, list) and not isinstance(left, list):
        return any(equal(left, item) for item in right)
    if is_number(left) and is_number(right):
        return bool(left == right)
    if _is_time(left) or _is_time(right):
        one, other = stretch_of(left), stretch_of(right)
        return one is not None and other is not None and touches(one, other)
    return type(left) is type(right) and bool(left == right)


def touches(one: TimeSpan, other: TimeSpan) -> bool:
    """Whether two stretches of time have a moment in common."""
    if one.start == one.end:
        return other.start <= one.start and (one.start < other.end or one.start == other.start == other.end)
    if other.start == other.end:
        return touches(other, one)
    return one.start < other.end and other.start < one.end


def is_in(left: Any, right: Any) -> bool:
    """Whether a value, or one of an array of them, is among those of a list."""
    if not isinstance(right, list):
        return False
    if isinstance(left, list):
        return any(is_in(item, right) for item in left)
    return any(equal(left, item) for item in right)


def _is_time(value: Any) -> bool:
    return isinstance(value, date | TimeSpan)


def ordered(name: str, left: Any, right: Any) -> bool:
    """Compare by `<`, `<=`, `>` or `>=`; what has no order is false."""
    if isinstance(left, list):
        return any(ordered(name, item, right) for item in left)
    if isinstance(right, list):
        return any(ordered(name, left, item) for item in right)
    if is_number(left) and is_number(right):
        return ORDER[name](left, right)
    if _is_time(left) or _is_time(right) or (isinstance(left, str) and isinstance(right, str)):
        one, other = moment_of(left), moment_of(right)
        if one is not None and other is not None:
            return ORDER[name](one, other)
    if isinstance(left, str) and isinstance(right, str):
        return ORDER[name](left, right)
    return False


def calculate(name: str, left: Any, right: Any) -> Any:
    """Reckon with two numbers, or join two texts; None where there is no result."""
    if name == "+" and isinstance(left, str) and isinstance(right, str):
        return left + right
    if not is_number(left) or not is_number(right):
        return None
    try:
        return _ARITHMETIC[name](left, right)
    except (ZeroDivisionError, OverflowError):
        return None
