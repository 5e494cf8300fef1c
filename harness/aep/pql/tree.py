"""The nodes of a parsed expression."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENTS = "xEvent"
"""PQL reserves this word for the array of experience events of a profile."""

ITEM = "this"
"""PQL's word for the item that a method of an array is looking at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """A string, number, boolean or null."""

    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLiteral:
    """An array literal."""

    items: tuple[QueryNode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectLiteral:
    """An object literal, `{"name": value}`."""

    names: tuple[str, ...]
    values: tuple[QueryNode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLambda:
    """`(Key, Group) => body`, over the entries of what `groupBy` gives."""

    key: str
    group: str
    body: QueryNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A bare name: a variable in scope, `xEvent`, `this` item, a field of the profile; or `$1`."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of an object."""

    target: QueryNode
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unary:
    """`not` or `-`."""

    operator: str
    operand: QueryNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary:
    """A comparison, a connective, arithmetic, membership or `like`."""

    operator: str
    left: QueryNode
    right: QueryNode


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionCall:
    """A function, or with a target a method of it."""

    name: str
    target: QueryNode | None
    arguments: tuple[QueryNode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """`variable from source where condition`."""

    variable: str
    source: QueryNode
    condition: QueryNode | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantified:
    """`select`, `exists` or `forall` over bindings, each of which sees those before it."""

    quantifier: str
    bindings: tuple[Binding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Let:
    """A value stored under a name for the body."""

    variable: str
    value: QueryNode
    body: QueryNode


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWord:
    """`now`, `today`, `yesterday` or `tomorrow`."""

    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """`this`, `last` or `next` and a unit such as `week`."""

    which: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OccursWithin:
    """`timestamp occurs <comparison> <amount> <unit> <direction> <reference>`."""

    timestamp: QueryNode
    comparison: str
    amount: int
    unit: str
    direction: str
    reference: QueryNode


@dataclass(frozen=True, slots=True, kw_only=True)
class OccursTo:
    """`timestamp occurs before|after|on <reference>`."""

    timestamp: QueryNode
    direction: str
    reference: QueryNode


@dataclass(frozen=True, slots=True, kw_only=True)
class OccursBetween:
    """`timestamp occurs between <low> and <high>`, both included."""

    timestamp: QueryNode
    low: QueryNode
    high: QueryNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Lambda:
    """`(Profile) => body`."""

    parameter: str
    body: QueryNode


QueryNode = (
    Literal
    | ListLiteral
    | Name
    | Member
    | Unary
    | Binary
    | FunctionCall
    | Quantified
    | Let
    | TimeWord
    | Period
    | OccursWithin
    | OccursTo
    | OccursBetween
    | Lambda
    | ObjectLiteral
    | EntryLambda
)


def parts(node: Any) -> tuple[Any, ...]:
    """Return the nodes and bindings directly under a node."""
    found: list[Any] = []
    for field in fields(node):
        value = getattr(node, field.name)
        members = value if isinstance(value, tuple) else (value,)
        found.extend(member for member in members if hasattr(member, "__dataclass_fields__"))
    return tuple(found)


def join(operator: str, operands: list[QueryNode]) -> QueryNode:
    """Connect operands by `and` or `or`, in their order and as a flat tree."""
    if len(operands) == 1:
        return operands[0]
    middle = (len(operands) + 1) // 2
    return Binary(
        operator=operator,
        left=join(operator, operands[:middle]),
        right=join(operator, operands[middle:]),
    )


def references_events(node: Any) -> bool:
    """Whether the expression looks at the experience events of a profile."""
    if isinstance(node, Name):
        return node.text == EVENTS
    return any(references_events(part) for part in parts(node))


def references_segments(node: Any) -> bool:
    """Whether the expression looks at the segments that a profile is in."""
    if isinstance(node, FunctionCall) and node.name == "inSegment":
        return True
    return any(references_segments(part) for part in parts(node))


def named_segments(node: Any) -> Iterator[str]:
    """Ids of the segments that the expression names, each as often as it does."""
    if isinstance(node, FunctionCall) and node.name == "inSegment":
        for argument in node.arguments:
            if isinstance(argument, Literal) and isinstance(argument.value, str):
                yield argument.value
    for part in parts(node):
        yield from named_segments(part)
