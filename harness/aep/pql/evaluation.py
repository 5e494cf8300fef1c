"""Decide whether a profile qualifies for an expression.

A field that is not there has no value, and a comparison with no value is false (`!=` is true, as
the opposite of `=`; `notIn` is false, as Adobe documents). A member of an array of objects is the
array of the members; compared with a single value it is enough that one of them fits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, cast

from harness.aep.pql import tree
from harness.aep.pql.functions import call_method
from harness.aep.pql.moments import TimeSpan, floor, is_date, moment_of, shift, stretch_of
from harness.aep.pql.operators import ORDER, calculate, equal, is_in, is_number, is_true, ordered, touches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is evaluated: a merged profile, its events in time order, now, its memberships."""

    profile: dict[str, Any]
    events: list[dict[str, Any]] = field(default_factory=list)
    now_ms: int
    segments: frozenset[str] = frozenset()


def evaluate(root: tree.QueryNode, subject: Subject) -> bool:
    """Whether the subject qualifies."""
    return is_true(value_of(root, subject))


def value_of(root: tree.QueryNode, subject: Subject) -> Any:
    """Return what an expression is for a subject; None for no value."""
    now = datetime.fromtimestamp(subject.now_ms / 1000, tz=UTC)
    return _value(root, _Scope(subject=subject, now=now, names={}, item=None))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    subject: Subject
    now: datetime
    names: dict[str, Any]
    item: Any

    def bind(self, name: str, value: Any) -> _Scope:
        return _Scope(subject=self.subject, now=self.now, names={**self.names, name: value}, item=self.item)

    def inside(self, item: Any) -> _Scope:
        return _Scope(subject=self.subject, now=self.now, names=self.names, item=item)

    def look_up(self, name: str) -> Any:
        if name in self.names:
            return self.names[name]
        if isinstance(self.item, dict) and name in self.item:
            return self.item[name]
        if name == tree.ITEM and self.item is not None:
            return self.item
        if name == tree.EVENTS:
            return self.subject.events
        if name == "$1":
            return self.subject.profile
        return self.subject.profile.get(name)


def _value(node: tree.QueryNode, scope: _Scope) -> Any:
    match node:
        case tree.Literal(value=value):
            return value
        case tree.ListLiteral(items=items):
            return [_value(item, scope) for item in items]
        case tree.ObjectLiteral(names=names, values=values):
            return {name: _value(one, scope) for name, one in zip(names, values, strict=True)}
        case tree.Name(text=text):
            return scope.look_up(text)
        case tree.Member(target=target, name=name):
            return _member(_value(target, scope), name)
        case tree.Unary(operator="not", operand=operand):
            return not is_true(_value(operand, scope))
        case tree.Unary(operand=operand):
            number = _value(operand, scope)
            return -number if is_number(number) else None
        case tree.Binary():
            return _binary(node, scope)
        case tree.FunctionCall():
            return _call(node, scope)
        case tree.Quantified():
            return _quantified(node, scope)
        case tree.Let(variable=variable, value=value, body=body):
            return _value(body, scope.bind(variable, _value(value, scope)))
        case tree.Lambda(parameter=parameter, body=body):
            return _value(body, scope.bind(parameter, scope.subject.profile))
        case tree.TimeWord(word=word):
            return _time_word(word, scope.now)
        case tree.Period(which=which, unit=unit):
            return _period(which, unit, scope.now)
        case _:
            return _occurs(node, scope)


def _member(target: Any, name: str) -> Any:
    if isinstance(target, dict):
        return target.get(name)
    if isinstance(target, list):
        members: list[Any] = []
        for item in target:
            member = _member(item, name)
            if isinstance(member, list):
                members.extend(member)
            elif member is not None:
                members.append(member)
        return members
    return None


# operators


def _binary(node: tree.Binary, scope: _Scope) -> Any:
    left = _value(node.left, scope)
    match node.operator:
        case "and":
            return is_true(left) and is_true(_value(node.right, scope))
        case "or":
            return is_true(left) or is_true(_value(node.right, scope))
    right = _value(node.right, scope)
    match node.operator:
        case "=" | "!=":
            return equal(left, right) is (node.operator == "=")
        case "in":
            return is_in(left, right)
        case "notIn":
            return left is not None and isinstance(right, list) and not is_in(left, right)
        case "like":
            return call_method("like", left, [right])
        case "<" | "<=" | ">" | ">=":
            return ordered(node.operator, left, right)
        case _:
            return calculate(node.operator, left, right)


# functions


def _call(node: tree.FunctionCall, scope: _Scope) -> Any:
    if node.target is None:
        return _function(node, scope)
    target = _value(node.target, scope)
    if node.name == "map" and isinstance(target, dict):
        return _mapped_entries(target, node.arguments[0], scope)
    if node.name in _ITEM_FUNCTIONS:
        items = target if isinstance(target, list) else [] if target is None else [target]
        return _ITEM_FUNCTIONS[node.name](items, node.arguments, scope)
    return call_method(node.name, target, [_value(item, scope) for item in node.arguments])


def _function(node: tree.FunctionCall, scope: _Scope) -> Any:
    match node.name:
        case "if":
            test, then, otherwise = node.arguments
            return _value(then if is_true(_value(test, scope)) else otherwise, scope)
        case "date":
            try:
                return date(*(_value(item, scope) for item in node.arguments))
            except (TypeError, ValueError, OverflowError):
                return None
        case "mapEntry":
            key, value = (_value(item, scope) for item in node.arguments)
            return (key, value)
        case "currentMonth":
            return scope.now.month
        case "currentYear":
            return scope.now.year
        case "currentDayOfMonth":
            return scope.now.day
        case _:
            return _value(node.arguments[0], scope) in scope.subject.segments


def _filter(items: list[Any], arguments: tuple[tree.QueryNode, ...], scope: _Scope) -> list[Any]:
    return [item for item in items if is_true(_value(arguments[0], scope.inside(item)))]


def _mapped(items: list[Any], arguments: tuple[tree.QueryNode, ...], scope: _Scope) -> list[Any]:
    return [_value(arguments[0], scope.inside(item)) for item in items]


def _mapped_entries(groups: dict[str, Any], argument: tree.QueryNode, scope: _Scope) -> Any:
    """Map what `groupBy` gives: to another map by entries, or to an array of what each group gives."""
    if not isinstance(argument, tree.EntryLambda):
        return [_value(argument, scope.inside(group)) for group in groups.values()]
    inner = (
        scope.bind(argument.key, key).bind(argument.group, group).inside(group)
        for key, group in groups.items()
    )
    pairs = (_value(argument.body, one) for one in inner)
    return {str(pair[0]): pair[1] for pair in pairs if isinstance(pair, tuple)}


def _group(items: list[Any], arguments: tuple[tree.QueryNode, ...], scope: _Scope) -> dict[str, Any]:
    groups: dict[str, Any] = {}
    for item in items:
        groups.setdefault(str(_value(arguments[0], scope.inside(item))), []).append(item)
    return groups


def _ranked(
    items: list[Any], arguments: tuple[tree.QueryNode, ...], scope: _Scope, *, highest: bool
) -> list[Any]:
    keyed = [(_rank(_value(arguments[0], scope.inside(item))), item) for item in items]
    ranked = sorted((pair for pair in keyed if pair[0] is not None), key=_first, reverse=highest)
    amount = _value(arguments[1], scope)
    return [item for _, item in ranked][: amount if isinstance(amount, int) else 0]


def _first(pair: tuple[Any, Any]) -> Any:
    return pair[0]


def _rank(value: Any) -> float | None:
    """Where a number or a time stands among others; None for what has no order."""
    if is_number(value):
        return cast("float", value)
    moment = moment_of(value)
    return None if moment is None else moment.timestamp()


def _extreme(items: list[Any], arguments: tuple[tree.QueryNode, ...], scope: _Scope, *, highest: bool) -> Any:
    values = _mapped(items, arguments, scope) if arguments else items
    ranked = [(rank, value) for value in values if (rank := _rank(value)) is not None]
    if not ranked:
        return None
    return (max if highest else min)(ranked, key=_first)[1]


def _numbers(items: list[Any], arguments: tuple[tree.QueryNode, ...], scope: _Scope) -> list[Any]:
    values = _mapped(items, arguments, scope) if arguments else items
    return [value for value in values if is_number(value)]


_ITEM_FUNCTIONS: dict[str, Callable[[list[Any], tuple[tree.QueryNode, ...], _Scope], Any]] = {
    "filter": _filter,
    "map": _mapped,
    "groupBy": _group,
    "topN": lambda items, by, scope: _ranked(items, by, scope, highest=True),
    "bottomN": lambda items, by, scope: _ranked(items, by, scope, highest=False),
    "sum": lambda items, of, scope: _total(_numbers(items, of, scope)),
    "average": lambda items, of, scope: _average(_numbers(items, of, scope)),
    "min": lambda items, of, scope: _extreme(items, of, scope, highest=False),
    "max": lambda items, of, scope: _extreme(items, of, scope, highest=True),
}


def _total(numbers: list[Any]) -> Any:
    try:
        return sum(numbers)
    except OverflowError:
        return None


def _average(numbers: list[Any]) -> float | None:
    total = _total(numbers)
    try:
        return total / len(numbers) if numbers and total is not None else None
    except OverflowError:
        return None


# quantifiers


def _quantified(node: tree.Quantified, scope: _Scope) -> Any:
    first = node.bindings[0].variable
    match node.quantifier:
        case "exists":
            return any(True for _ in _combinations(node.bindings, scope))
        case "select":
            found = [inner.names[first] for inner in _combinations(node.bindings, scope)]
            return [item for at, item in enumerate(found) if item not in found[:at]]
        case _:
            return _for_all(node.bindings, scope)


def _sources(binding: tree.Binding, scope: _Scope) -> Iterator[tuple[_Scope, bool]]:
    source = _value(binding.source, scope)
    items = source if isinstance(source, list) else [] if source is None else [source]
    for item in items:
        inner = scope.bind(binding.variable, item)
        yield inner, binding.condition is None or is_true(_value(binding.condition, inner))


def _combinations(bindings: tuple[tree.Binding, ...], scope: _Scope) -> Iterator[_Scope]:
    if not bindings:
        yield scope
        return
    for inner, fits in _sources(bindings[0], scope):
        if fits:
            yield from _combinations(bindings[1:], inner)


def _for_all(bindings: tuple[tree.Binding, ...], scope: _Scope) -> bool:
    if not bindings:
        return True
    return all(fits and _for_all(bindings[1:], inner) for inner, fits in _sources(bindings[0], scope))


# time


def _time_word(word: str, now: datetime) -> datetime | date:
    if word == "now":
        return now
    days = {"today": 0, "yesterday": -1, "tomorrow": 1}[word]
    return shift(floor(now, "day"), days, "day").date()


def _period(which: str, unit: str, now: datetime) -> TimeSpan:
    start = shift(floor(now, unit), {"this": 0, "last": -1, "next": 1}[which], unit)
    return TimeSpan(start=start, end=shift(start, 1, unit))


def _occurs(node: tree.QueryNode, scope: _Scope) -> bool:
    match node:
        case tree.OccursWithin(timestamp=timestamp, reference=reference):
            moment, anchor = (stretch_of(_value(part, scope)) for part in (timestamp, reference))
            if moment is None or anchor is None:
                return False
            return _within(node, moment.start, anchor.start)
        case tree.OccursTo(timestamp=timestamp, direction=direction, reference=reference):
            moment, anchor = (stretch_of(_value(part, scope)) for part in (timestamp, reference))
            if moment is None or anchor is None:
                return False
            match direction:
                case "before":
                    return moment.start < anchor.start
                case "after":
                    return moment.start >= anchor.end and moment.start > anchor.start
                case _:
                    return touches(moment, anchor)
        case tree.OccursBetween(timestamp=timestamp, low=low, high=high):
            moment, first, last = (stretch_of(_value(part, scope)) for part in (timestamp, low, high))
            if moment is None or first is None or last is None:
                return False
            if last.start == last.end:
                return first.start <= moment.start <= last.end
            return first.start <= moment.start < last.end
        case _:
            raise AssertionError(node)


def _within(node: tree.OccursWithin, moment: datetime, anchor: datetime) -> bool:
    sides = {"before": (-1,), "after": (1,), "from": (-1, 1)}[node.direction]
    return any(_within_on_side(node, moment, anchor, side) for side in sides)


def _within_on_side(node: tree.OccursWithin, moment: datetime, anchor: datetime, side: int) -> bool:
    """Compare the distance on one side of the anchor; `=` means in the same calendar unit."""
    if (moment - anchor).total_seconds() * side < 0:
        return False
    boundary = shift(anchor, side * node.amount, node.unit)
    if node.comparison in ("=", "!="):
        same = floor(moment, node.unit) == floor(boundary, node.unit)
        return same is (node.comparison == "=")
    # Farther from the anchor is earlier on the side before it, later on the side after it.
    near, far = (moment, boundary) if side > 0 else (boundary, moment)
    return ORDER[node.comparison](near, far)


__all__ = ["Subject", "evaluate", "is_date", "is_true", "value_of"]
