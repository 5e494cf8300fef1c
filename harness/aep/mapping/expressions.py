"""The expression language of Data Prep: fields by dots, functions, operators as in Java.

Source: Adobe's guide to the functions of Data Prep.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.aep.mapping.functions import FUNCTIONS, FunctionError
from harness.aep.mapping.rows import at_path

if TYPE_CHECKING:
    from collections.abc import Callable

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
    r"""|(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:(),]))"""
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
    """A parsed expression; `value` works it out for a row."""

    value: Callable[[dict[str, Any]], Any]


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

    def whole(self) -> Callable[[dict[str, Any]], Any]:
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

    def _choice(self) -> Callable[[dict[str, Any]], Any]:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ExpressionError("the expression is nested too deeply")
        condition = self._level(0)
        if self._take("?"):
            yes = self._choice()
            self._need(":")
            no = self._choice()
            self._depth -= 1
            return lambda row: yes(row) if _true(condition(row)) else no(row)
        self._depth -= 1
        return condition

    def _level(self, level: int) -> Callable[[dict[str, Any]], Any]:
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

    def _unary(self) -> Callable[[dict[str, Any]], Any]:
        minus, negated = False, False
        while self._peek() in ("-", "!", "not"):
            minus, negated = minus ^ (self._peek() == "-"), negated ^ (self._peek() != "-")
            self._at += 1
        inner = self._primary()
        if minus:
            return lambda row: -_number(inner(row))
        return (lambda row: not _true(inner(row))) if negated else inner

    def _primary(self) -> Callable[[dict[str, Any]], Any]:
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
                return lambda row: at_path(row, path)
            case "name":
                return self._named(text, at)
        if text == "(":
            inner = self._choice()
            self._need(")")
            return inner
        raise ExpressionError(f"{text!r} is not expected at {at}")

    def _named(self, text: str, at: int) -> Callable[[dict[str, Any]], Any]:
        if self._take("("):
            return self._call(text, at)
        constants: dict[str, Any] = {"true": True, "false": False, "null": None}
        if text in constants:
            constant = constants[text]
            return lambda _: constant
        if text in RESERVED:
            raise ExpressionError(f"{text!r} is a reserved word; a field of that name is ${{{text}}}")
        return lambda row: at_path(row, text)

    def _call(self, name: str, at: int) -> Callable[[dict[str, Any]], Any]:
        arguments: list[Callable[[dict[str, Any]], Any]] = []
        while not self._take(")"):
            if arguments:
                self._need(",")
            arguments.append(self._choice())
        function = FUNCTIONS.get(name)
        if function is None:
            raise ExpressionError(f"there is no function {name!r} (at {at})")
        if not function.takes(len(arguments)):
            raise ExpressionError(f"{name} takes {function.count()} arguments, not {len(arguments)}")

        def called(row: dict[str, Any]) -> Any:
            try:
                return _finite(function.body(*(argument(row) for argument in arguments)))
            except FunctionError as error:
                raise ExpressionError(f"{name}: {error}") from None
            except (ValueError, TypeError, AttributeError, ArithmeticError, LookupError, OSError) as error:
                raise ExpressionError(f"{name} cannot be worked out: {error}") from None

        return called


def _joined(
    operator: str, left: Callable[[dict[str, Any]], Any], right: Callable[[dict[str, Any]], Any]
) -> Callable[[dict[str, Any]], Any]:
    if operator == "or":
        return lambda row: _true(left(row)) or _true(right(row))
    if operator == "and":
        return lambda row: _true(left(row)) and _true(right(row))

    def worked_out(row: dict[str, Any]) -> Any:
        try:
            return _finite(_worked_out(operator, left(row), right(row)))
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
