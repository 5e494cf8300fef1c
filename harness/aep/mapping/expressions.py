"""The expression language of Data Prep: fields by dots, functions, operators as in Java.

Source: Adobe's guide to the functions of Data Prep.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.aep.mapping.function import FunctionError
from harness.aep.mapping.functions import FUNCTIONS
from harness.aep.mapping.rows import at_path
from harness.aep.mapping.scope import MACHINE, MappingScope, Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    Worked: TypeAlias = Callable[[MappingScope], Any]

RESERVED = frozenset(
    {
        "new",
        "mod",
        "or",
        "break",
        "var",
        "lt",
        "for",
        "false",
        "while",
        "eq",
        "gt",
        "div",
        "not",
        "null",
        "continue",
        "else",
        "and",
        "ne",
        "true",
        "le",
        "if",
        "ge",
        "return",
    }
)
"""Words that a field of the same name is told from by `${…}`."""
_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<quoted>\$\{[^}]*\})|(?P<name>[A-Za-z_][\w]*(?:\.[A-Za-z_]\w*|\[(?:\d+|\*)\])*)"""
    r"""|\.\s*(?P<method>[A-Za-z_]\w*)(?=\s*\()|\.\s*(?P<member>[A-Za-z_]\w*)"""
    r"""|(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:(),\[\]{}]))"""
)
_LONGEST, _DEEPEST = 8192, 60
_BINARY: tuple[dict[str, str], ...] = (
    {"||": "or", "or": "or"},
    {"&&": "and", "and": "and"},
    {"==": "==", "eq": "==", "!=": "!=", "ne": "!="},
    {"<": "<", "lt": "<", "<=": "<=", "le": "<=", ">": ">", "gt": ">", ">=": ">=", "ge": ">="},
    {"+": "+", "-": "-"},
    {"*": "*", "/": "/", "div": "/", "%": "%", "mod": "%"},
)


class ExpressionError(Exception):
    """An expression that cannot be read, or cannot be worked out for a row."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression."""

    worked: Worked

    def value(self, row: Mapping[str, Any], surroundings: Surroundings = MACHINE) -> Any:
        """Work it out for a row; ExpressionError when that cannot be done."""
        try:
            return self.worked(MappingScope(row=dict(row), surroundings=surroundings))
        except RecursionError:
            raise ExpressionError("the expression is nested too deeply") from None


def parse(text: str) -> Expression:
    """Read an expression; ExpressionError says what is wrong and where."""
    if len(text) > _LONGEST:
        raise ExpressionError(f"the expression is longer than {_LONGEST} characters")
    return Expression(_ExpressionParser(_tokens(text)).whole())


def _tokens(text: str) -> list[tuple[str, str, int]]:
    found: list[tuple[str, str, int]] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise ExpressionError(f"{text[at : at + 20]!r} is not understood at {at}")
        found.append((match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
        at = match.end()
    return found


class _ExpressionParser:
    def __init__(self, tokens: list[tuple[str, str, int]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def whole(self) -> Worked:
        found = self._choice()
        if self._at < len(self._tokens):
            _, text, at = self._tokens[self._at]
            raise ExpressionError(f"{text!r} is not expected at {at}")
        return found

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self, sign: str) -> bool:
        if self._peek() == sign and self._tokens[self._at][0] in ("sign", "name"):
            self._at += 1
            return True
        return False

    def _need(self, sign: str) -> None:
        if not self._take(sign):
            raise ExpressionError(f"{sign!r} is expected before {self._peek() or 'the end'!r}")

    def _choice(self) -> Worked:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ExpressionError("the expression is nested too deeply")
        condition = self._level(0)
        if self._take("?"):
            yes = self._choice()
            self._need(":")
            no = self._choice()
            self._depth -= 1
            return lambda scope: yes(scope) if _true(condition(scope)) else no(scope)
        self._depth -= 1
        return condition

    def _level(self, level: int) -> Worked:
        if level == len(_BINARY):
            return self._unary()
        left = self._level(level + 1)
        while self._at < len(self._tokens) and self._tokens[self._at][0] in ("sign", "name"):
            operator = _BINARY[level].get(self._peek())
            if operator is None:
                break
            self._at += 1
            left = _joined(operator, left, self._level(level + 1))
        return left

    def _unary(self) -> Worked:
        minus, negated = False, False
        while self._peek() in ("-", "!", "not"):
            minus, negated = minus ^ (self._peek() == "-"), negated ^ (self._peek() != "-")
            self._at += 1
        inner = self._primary()
        if minus:
            return lambda scope: -_number(inner(scope))
        return (lambda scope: not _true(inner(scope))) if negated else inner

    def _primary(self) -> Worked:
        found = self._operand()
        while self._at < len(self._tokens):
            kind, text, at = self._tokens[self._at]
            if kind not in ("method", "member") and (kind, text) != ("sign", "["):
                break
            self._at += 1
            if kind == "method":
                self._need("(")
                found = self._call(text, at, receiver=found)
            elif kind == "member":
                found = _member(found, text)
            else:
                found = _picked(found, self._choice())
                self._need("]")
        return found

    def _operand(self) -> Worked:
        if self._at >= len(self._tokens):
            raise ExpressionError("the expression ends too early")
        kind, text, at = self._tokens[self._at]
        self._at += 1
        match kind:
            case "number":
                number = float(text) if "." in text else int(text)
                return lambda _: number
            case "text":
                held = re.sub(r"\\(.)", r"\1", text[1:-1])
                return lambda _: held
            case "quoted":
                path = text[2:-1]
                return lambda scope: at_path(scope.row, path)
            case "name":
                return self._named(text, at)
        if text == "(":
            inner = self._choice()
            self._need(")")
            return inner
        if text == "[":
            items = self._list("]")
            return lambda scope: [one(scope) for one in items]
        if text == "{":
            return self._object()
        raise ExpressionError(f"{text!r} is not expected at {at}")

    def _list(self, end: str) -> list[Worked]:
        """Read expressions with commas between them, and the sign that ends them."""
        found: list[Worked] = []
        while not self._take(end):
            if found:
                self._need(",")
            found.append(self._choice())
        return found

    def _object(self) -> Worked:
        """Read `{"name": expression, …}`."""
        fields: list[tuple[Worked, Worked]] = []
        while not self._take("}"):
            if fields:
                self._need(",")
            name = self._choice()
            self._need(":")
            fields.append((name, self._choice()))
        return lambda scope: {str(name(scope)): value(scope) for name, value in fields}

    def _named(self, text: str, at: int) -> Worked:
        if self._take("("):
            path, _, method = text.rpartition(".")
            if not path:
                return self._call(text, at)
            return self._call(method, at, receiver=lambda scope: at_path(scope.row, path))
        constants: dict[str, Any] = {"true": True, "false": False, "null": None}
        if text in constants:
            constant = constants[text]
            return lambda _: constant
        if text in RESERVED:
            raise ExpressionError(f"{text!r} is a reserved word; a field of that name is ${{{text}}}")
        return lambda scope: at_path(scope.row, text)

    def _call(self, name: str, at: int, receiver: Worked | None = None) -> Worked:
        """Read the arguments of `name(…)`, or of `receiver.name(…)`, whose first one is the receiver."""
        arguments = [*([] if receiver is None else [receiver]), *self._list(")")]
        function = FUNCTIONS.get(name)
        if function is None:
            raise ExpressionError(f"there is no function {name!r} (at {at})")
        if not function.takes(len(arguments)):
            raise ExpressionError(f"{name} takes {function.count()} arguments, not {len(arguments)}")

        def called(scope: MappingScope) -> Any:
            try:
                values = (argument(scope) for argument in arguments)
                return _finite(function.body(*((scope,) if function.scoped else ()), *values))
            except FunctionError as error:
                raise ExpressionError(f"{name}: {error}") from None
            except (ValueError, TypeError, AttributeError, ArithmeticError, LookupError, OSError) as error:
                raise ExpressionError(f"{name} cannot be worked out: {error}") from None

        return called


def _member(holder: Worked, name: str) -> Worked:
    """Read `holder.name`."""

    def worked_out(scope: MappingScope) -> Any:
        held = holder(scope)
        return held.get(name) if isinstance(held, dict) else None

    return worked_out


def _picked(holder: Worked, key: Worked) -> Worked:
    """Read `holder[key]`: an item by its number, or a field by its name; null for what is not there."""

    def worked_out(scope: MappingScope) -> Any:
        held, wanted = holder(scope), key(scope)
        if isinstance(held, dict):
            return held.get(str(wanted))
        if not isinstance(held, list):
            return None
        number = _number(wanted)
        return held[int(number)] if 0 <= number < len(held) else None

    return worked_out


def _joined(operator: str, left: Worked, right: Worked) -> Worked:
    if operator == "or":
        return lambda scope: _true(left(scope)) or _true(right(scope))
    if operator == "and":
        return lambda scope: _true(left(scope)) and _true(right(scope))

    def worked_out(scope: MappingScope) -> Any:
        try:
            return _finite(_worked_out(operator, left(scope), right(scope)))
        except OverflowError:
            raise ExpressionError("a number is too large") from None

    return worked_out


def _worked_out(operator: str, one: Any, two: Any) -> Any:
    if operator == "==":
        return one == two
    if operator == "!=":
        return one != two
    if operator == "+" and (isinstance(one, str) or isinstance(two, str)):
        return ("" if one is None else str(one)) + ("" if two is None else str(two))
    if operator in ("<", "<=", ">", ">=") and isinstance(one, str) and isinstance(two, str):
        return _compared(operator, one, two)
    first, second = _number(one), _number(two)
    match operator:
        case "+":
            return first + second
        case "-":
            return first - second
        case "*":
            return first * second
        case "/" | "%":
            if second == 0:
                raise ExpressionError("a number is divided by zero")
            return first / second if operator == "/" else first % second
    return _compared(operator, first, second)


def _compared(operator: str, one: Any, two: Any) -> bool:
    if operator.startswith("<"):
        return bool(one < two or (operator == "<=" and one == two))
    return bool(one > two or (operator == ">=" and one == two))


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise ExpressionError("a number is too large")
    return value


def _true(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _number(value: Any) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        return float(value) if "." in str(value) else int(value)
    except (TypeError, ValueError):
        raise ExpressionError(f"{value!r} is not a number") from None
