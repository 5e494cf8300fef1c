"""Functions of Data Prep's expressions.

Source: Adobe's guide to them; what each gives for null is assumed.
"""

from __future__ import annotations

import hashlib
import re
import uuid
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote_plus, unquote_plus, urlsplit

from harness.aep.mapping.moments import MOMENTS
from harness.aep.xdm.patterns import TooSlow, compile_pattern
from harness.twin.message import parse_json_text

if TYPE_CHECKING:
    from collections.abc import Callable

_MANY = 99
_LONGEST = 100_000


class FunctionError(Exception):
    """A function cannot be worked out for what it was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function: its category, how it is written, and how many arguments it takes."""

    category: str
    syntax: str
    returns: str
    body: Callable[..., Any]
    least: int
    most: int

    def takes(self, count: int) -> bool:
        """Whether it can be called with so many arguments."""
        return self.least <= count <= self.most

    def count(self) -> str:
        """Say how many arguments it takes."""
        if self.least == self.most:
            return str(self.least)
        return f"at least {self.least}" if self.most == _MANY else f"{self.least} to {self.most}"


def _search(pattern: Any, text: Any) -> re.Match[str] | None:
    try:
        found: re.Match[str] | None = compile_pattern(str(pattern)).search(str(text))
    except (re.error, TooSlow, OverflowError, RecursionError) as error:
        raise FunctionError(f"the regular expression {pattern!r}: {error}") from None
    return found


def _extract(text: Any, pattern: Any) -> list[str]:
    match = None if text is None else _search(pattern, text)
    return [] if match is None else [match[0], *(one or "" for one in match.groups())]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _on_text(work: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else work(_text(value))


def _digest(name: str) -> Callable[..., Any]:
    def digested(value: Any, charset: Any = "utf-8") -> str | None:
        data = None if value is None else _text(value).encode(str(charset))
        return None if data is None else hashlib.new(name, data, usedforsecurity=False).hexdigest()

    return digested


def _padded(value: Any, size: Any, fill: Any, *, left: bool) -> str | None:
    if value is None:
        return None
    text, wanted, pad = _text(value), min(int(size), _LONGEST), _text(fill) or " "
    missing = max(0, wanted - len(text))
    made = (pad * (missing // len(pad) + 1))[:missing]
    return made + text if left else text + made


def _replaced(text: Any, old: Any, new: Any) -> str | None:
    if text is None:
        return None
    whole, part, other = _text(text), _text(old), _text(new)
    if not part:
        return whole
    if len(whole) + whole.count(part) * len(other) > _LONGEST:
        raise FunctionError(f"the text would be longer than {_LONGEST} characters")
    return whole.replace(part, other)


def _explode(text: Any, separator: Any = " ") -> list[str]:
    return [] if text is None else _text(text).split(_text(separator) or None)


def _join(separator: Any, parts: Any) -> str:
    return _text(separator).join(_text(one) for one in (parts if isinstance(parts, list) else [parts]))


def _substr(text: Any, start: Any, size: Any = None) -> str | None:
    if text is None:
        return None
    whole, at = _text(text), int(start)
    return whole[at:] if size is None else whole[at : at + max(0, int(size))]


def _parts(*pairs: Any) -> dict[str, Any]:
    return {_text(name): value for name, value in zip(pairs[::2], pairs[1::2], strict=False)}


def _from_text(text: Any, fields: Any = "\n", pairs: Any = "=") -> dict[str, str]:
    split = (one.partition(_text(pairs)) for one in _text(text).split(_text(fields) or "\n"))
    return {name.strip(): value.strip() for name, sign, value in split if sign}


def _from_json(text: Any) -> Any:
    try:
        return parse_json_text(_text(text))
    except (ValueError, RecursionError):
        raise FunctionError(f"{_text(text)[:40]!r} is not JSON") from None


def _number(value: Any) -> int | float:
    text = _text(value)
    return float(text) if re.search(r"[.eE]", text) else int(text)


def _extreme(pick: Callable[..., Any]) -> Callable[..., Any]:
    def picked(*values: Any) -> Any:
        flat = [x for one in values for x in (one if isinstance(one, list) else [one]) if x is not None]
        return pick(flat) if flat else None

    return picked


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _chosen(value: Any, *rest: Any) -> Any:
    for key, result in zip(rest[::2], rest[1::2], strict=False):
        if value == key:
            return result
    return rest[-1] if len(rest) % 2 else None


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and len(value) == 0)


def _url(part: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def read(text: Any) -> Any:
        return None if text is None else part(urlsplit(_text(text)))

    return read


def _query(text: Any, *names: Any) -> Any:
    found = {name: values[0] for name, values in parse_qs(urlsplit(_text(text)).query).items()}
    return found.get(_text(names[0])) if names else found


def _rows() -> list[tuple[str, str, str, Callable[..., Any], int, int]]:
    """Category, syntax, return type, body, least and most arguments."""
    text, array, objects, logic, number = "string", "array", "object", "logical", "numeric"
    return [
        (text, "concat(a, …)", "String", lambda *a: "".join(_text(one) for one in a), 1, _MANY),
        (text, "explode(text, separator)", "Array", _explode, 1, 2),
        (text, "split(text, separator)", "Array", _explode, 2, 2),
        (text, "join(separator, parts)", "String", _join, 2, 2),
        (text, "instr(text, part)", "Integer", lambda a, b: _text(a).find(_text(b)), 2, 2),
        (
            text,
            "replacestr(text, old, new)",
            "String",
            _replaced,
            3,
            3,
        ),
        (text, "substr(text, start, length)", "String", _substr, 2, 3),
        (text, "lower(text)", "String", _on_text(str.lower), 1, 1),
        (text, "lcase(text)", "String", _on_text(str.lower), 1, 1),
        (text, "upper(text)", "String", _on_text(str.upper), 1, 1),
        (text, "ucase(text)", "String", _on_text(str.upper), 1, 1),
        (text, "trim(text)", "String", _on_text(str.strip), 1, 1),
        (text, "ltrim(text)", "String", _on_text(str.lstrip), 1, 1),
        (text, "rtrim(text)", "String", _on_text(str.rstrip), 1, 1),
        (text, "lpad(text, length, fill)", "String", lambda a, b, c=" ": _padded(a, b, c, left=True), 2, 3),
        (text, "rpad(text, length, fill)", "String", lambda a, b, c=" ": _padded(a, b, c, left=False), 2, 3),
        (text, "left(text, length)", "String", lambda a, b: _substr(a, 0, b), 2, 2),
        (text, "right(text, length)", "String", lambda a, b: _text(a)[-int(b) :] if int(b) > 0 else "", 2, 2),
        (text, "equals(a, b)", "Boolean", lambda a, b: _text(a) == _text(b), 2, 2),
        (text, "equalsIgnoreCase(a, b)", "Boolean", lambda a, b: _text(a).lower() == _text(b).lower(), 2, 2),
        (text, "extract_regex(text, pattern)", "Array", _extract, 2, 2),
        (
            text,
            "matches_regex(text, pattern)",
            "Boolean",
            lambda a, b: _search(f"^(?:{b})$", _text(a)) is not None,
            2,
            2,
        ),
        ("hashing", "sha1(text, charset)", "String", _digest("sha1"), 1, 2),
        ("hashing", "sha256(text, charset)", "String", _digest("sha256"), 1, 2),
        ("hashing", "sha512(text, charset)", "String", _digest("sha512"), 1, 2),
        ("hashing", "md5(text, charset)", "String", _digest("md5"), 1, 2),
        (
            "hashing",
            "crc32(text, charset)",
            "Long",
            lambda a, c="utf-8": zlib.crc32(_text(a).encode(str(c))),
            1,
            2,
        ),
        ("url", "get_url_protocol(url)", "String", _url(lambda url: url.scheme), 1, 1),
        ("url", "get_url_host(url)", "String", _url(lambda url: url.hostname), 1, 1),
        (
            "url",
            "get_url_port(url)",
            "Integer",
            _url(lambda url: url.port if url.port is not None else -1),
            1,
            1,
        ),
        (
            "url",
            "get_url_path(url)",
            "String",
            _url(lambda url: url.path + (f"?{url.query}" if url.query else "")),
            1,
            1,
        ),
        ("url", "get_url_query_str(url, anchor)", "Map", lambda a, _b=None: _query(a), 1, 2),
        ("url", "get_url_encoded(url)", "String", lambda a: quote_plus(_text(a)), 1, 1),
        ("url", "get_url_decoded(url)", "String", lambda a: unquote_plus(_text(a)), 1, 1),
        (
            objects,
            "size_of(value)",
            "Integer",
            lambda a: len(a) if isinstance(a, str | list | dict) else 0,
            1,
            1,
        ),
        (objects, "is_empty(value)", "Boolean", _empty, 1, 1),
        (objects, "to_object(name, value, …)", "Map", _parts, 2, _MANY),
        (objects, "str_to_object(text, fields, pairs)", "Map", _from_text, 1, 3),
        (
            objects,
            "contains_key(object, name)",
            "Boolean",
            lambda a, b: isinstance(a, dict) and _text(b) in a,
            2,
            2,
        ),
        (objects, "is_set(value)", "Boolean", lambda a: a is not None, 1, 1),
        (objects, "nullify()", "Null", lambda: None, 0, 0),
        (objects, "get_keys(object)", "Array", lambda a: list(a) if isinstance(a, dict) else [], 1, 1),
        (
            objects,
            "get_values(object, name)",
            "String",
            lambda a, b: a.get(_text(b)) if isinstance(a, dict) else None,
            2,
            2,
        ),
        (objects, "json_to_object(text)", "Map", _from_json, 1, 1),
        (
            array,
            "coalesce(a, …)",
            "Any",
            lambda *a: next((one for one in a if one is not None), None),
            1,
            _MANY,
        ),
        (array, "first(list)", "Any", lambda a: next(iter(_list(a)), None), 1, 1),
        (array, "last(list)", "Any", lambda a: next(iter(_list(a)[::-1]), None), 1, 1),
        (array, "add_to_array(list, a, …)", "Array", lambda a, *b: [*_list(a), *b], 1, _MANY),
        (
            array,
            "join_arrays(list, other, …)",
            "Array",
            lambda *a: [x for one in a for x in _list(one)],
            1,
            _MANY,
        ),
        (
            array,
            "to_array(includeNulls, a, …)",
            "Array",
            lambda n, *a: [x for x in a if n is True or x is not None],
            1,
            _MANY,
        ),
        (logic, "decode(value, key, result, …, default)", "Any", _chosen, 3, _MANY),
        (logic, "iif(condition, yes, no)", "Any", lambda a, b, c: b if a is True else c, 3, 3),
        (number, "min(a, …)", "Any", _extreme(min), 1, _MANY),
        (number, "max(a, …)", "Any", _extreme(max), 1, _MANY),
        ("conversion", "to_bigint(text)", "Long", lambda a: int(_number(a)), 1, 1),
        ("conversion", "to_integer(text)", "Integer", lambda a: int(_number(a)), 1, 1),
        ("conversion", "to_decimal(text)", "Double", lambda a: float(_number(a)), 1, 1),
        ("conversion", "to_float(text)", "Float", lambda a: float(_number(a)), 1, 1),
        ("special", "uuid()", "String", lambda: str(uuid.uuid4()), 0, 0),
        ("special", "guid()", "String", lambda: str(uuid.uuid4()), 0, 0),
        *((("date", *row)) for row in MOMENTS),
    ]


FUNCTIONS: dict[str, Function] = {
    syntax.partition("(")[0]: Function(
        category=category, syntax=syntax, returns=returns, body=body, least=least, most=most
    )
    for category, syntax, returns, body, least, most in _rows()
}
