"""JSONPath as JavaScript: an expression becomes calls of three small functions.

Names, indexes, wildcards, filters with comparisons, `&&` and `||`, and jsonpath-ng's `sub` and `keys` have a
form; descendants, slices and functions have none.
"""

import json
import re
from typing import Final

SELECTORS: Final = """\
  const own = (value, key) => Object.prototype.hasOwnProperty.call(value, key);
  const isObject = (value) => value !== null && typeof value === 'object';
  const child = (values, key) => values.flatMap((value) => {
    if (!isObject(value) || Array.isArray(value) !== (typeof key === 'number')) return [];
    const at = typeof key === 'number' && key < 0 ? value.length + key : key;
    return own(value, at) ? [value[at]] : [];
  });
  const all = (values) => values.flatMap((value) => (isObject(value) ? Object.values(value) : []));
  const keys = (values) => values.flatMap((value) => (isObject(value) ? Object.keys(value) : []));
"""
"""The functions that the expressions call."""

_NAME: Final = re.compile(r"[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*")
_INTEGER: Final = re.compile(r"-?\d+")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_TEXT: Final = re.compile(r"'((?:\\.|[^'\\])*)'|\"((?:\\.|[^\"\\])*)\"")
_SUB: Final = re.compile(r"`sub\(/((?:\\.|[^/])*)/,\s*([^)]*)\)`")
_WORD: Final = re.compile(r"true|false|null")
_COMPARED: Final = {"==": "===", "!=": "!==", "<=": "<=", ">=": ">=", "<": "<", ">": ">"}


class NoScript(Exception):
    """The expression has a part that has no form in JavaScript here."""


def path_script(expression: str) -> str:
    """Return JavaScript for the list of what an expression selects in `body`. Raises `NoScript`."""
    reader = _PathReader(expression.strip())
    written = reader.path("[body]", "$")
    if reader.at != len(reader.text):
        raise NoScript(expression)
    return written


class _PathReader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def take(self, token: str) -> bool:
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def need(self, token: str) -> None:
        self.blanks()
        if not self.take(token):
            raise NoScript(self.text)

    def path(self, written: str, root: str) -> str:
        self.need(root)
        while True:
            if self.text.startswith("..", self.at):
                raise NoScript(self.text)
            if self.take("."):
                written = self.after_dot(written)
            elif self.take("["):
                self.blanks()
                written = self.bracket(written)
                self.need("]")
            else:
                return written

    def after_dot(self, written: str) -> str:
        if self.take("*"):
            return f"all({written})"
        if self.take("`keys`"):
            return f"keys({written})"
        if (found := self.match(_SUB)) is not None:
            pattern, replacement = (json.dumps(one) for one in (found[1], found[2]))
            return (
                f"{written}.map((value) => String(value).replace(new RegExp({pattern}, 'g'), {replacement}))"
            )
        if (found := self.match(_NAME)) is not None:
            return f"child({written}, {json.dumps(found[0])})"
        raise NoScript(self.text)

    def bracket(self, written: str) -> str:
        if self.take("*"):
            return f"all({written})"
        if self.take("?"):
            return f"all({written}).filter((at) => {self.either()})"
        if (found := self.match(_TEXT)) is not None:
            return f"child({written}, {_quoted(found)})"
        if (found := self.match(_INTEGER)) is not None:
            return f"child({written}, {found[0]})"
        raise NoScript(self.text)

    def either(self) -> str:
        sides = [self.both()]
        while self.spaced("||"):
            sides.append(self.both())
        return f"({' || '.join(sides)})"

    def both(self) -> str:
        sides = [self.test()]
        while self.spaced("&&"):
            sides.append(self.test())
        return f"({' && '.join(sides)})"

    def spaced(self, token: str) -> bool:
        self.blanks()
        return self.take(token)

    def test(self) -> str:
        if self.spaced("!"):
            return f"!{self.test()}"
        if self.spaced("("):
            inner = self.either()
            self.need(")")
            return inner
        left, is_path = self.operand()
        self.blanks()
        operator = next((one for one in _COMPARED if self.take(one)), None)
        if operator is None:
            if not is_path:
                raise NoScript(self.text)
            return f"{left}.length > 0"
        right, right_is_path = self.operand()
        sides = [f"{one}[0]" if path else one for one, path in ((left, is_path), (right, right_is_path))]
        return f"{sides[0]} {_COMPARED[operator]} {sides[1]}"

    def operand(self) -> tuple[str, bool]:
        self.blanks()
        if self.text.startswith("@", self.at):
            return self.path("[at]", "@"), True
        if self.text.startswith("$", self.at):
            return self.path("[body]", "$"), True
        if (found := self.match(_TEXT)) is not None:
            return _quoted(found), False
        found = self.match(_WORD) or self.match(_NUMBER)
        if found is None:
            raise NoScript(self.text)
        return found[0], False


def _quoted(found: re.Match[str]) -> str:
    """Write a text of JSONPath, whose escapes are those of JSON, as one of JavaScript."""
    inner = found[1].replace("\\'", "'").replace('"', '\\"') if found[1] is not None else found[2]
    try:
        return json.dumps(json.loads(f'"{inner}"'))
    except ValueError as error:
        raise NoScript(found[0]) from error
