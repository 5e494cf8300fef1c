"""Values as JavaScript turns them into text, numbers and truth.

Postman's files are read by JavaScript, which converts where types differ; these are its rules
(https://tc39.es/ecma262/#sec-type-conversion), so that `1.50` becomes `1.5` here as it does there.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

MAX_SAFE_INTEGER: Final = 2**53 - 1

_DECIMAL = re.compile(r"[+-]?(?:Infinity|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)", re.ASCII)
_RADIX = re.compile(r"0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")
_SPACE: Final = " \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
_TRIMMED: Final = _SPACE + "\u2028\u2029\u202f\u205f\u3000\ufeff"


def trim(text: str) -> str:
    """Strip what `String.prototype.trim` strips, byte order marks included."""
    return text.strip(_TRIMMED)


def trim_end(text: str) -> str:
    """Strip the end as `String.prototype.trimEnd` does."""
    return text.rstrip(_TRIMMED)


def as_text(value: Any) -> str:
    """Convert as `String(value)` does: objects become `[object Object]`, lists their joined elements."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) <= MAX_SAFE_INTEGER else _float_text(_to_float(value))
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, Sequence):
        return ",".join("" if one is None else as_text(one) for one in value)
    return "[object Object]"


def as_number(value: Any) -> int | float:
    """Convert as `Number(value)` does; what is no number becomes NaN."""
    if isinstance(value, bool) or value is None:
        return int(bool(value))
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, Mapping):
        return math.nan
    text = trim(as_text(value))
    if not text:
        return 0
    if _RADIX.fullmatch(text):
        return number(int(text, 0))
    if _DECIMAL.fullmatch(text):
        return number(_parse_decimal(text))
    return math.nan


def parse_float(text: str) -> int | float:
    """Read the number that a text begins with, as `parseFloat` does; NaN when it begins with none."""
    found = _DECIMAL.match(trim(text))
    return number(_parse_decimal(found[0])) if found else math.nan


def as_boolean(value: Any) -> bool:
    """Convert as `Boolean(value)` does: every object is true, and so is the text `false`."""
    if isinstance(value, Mapping) or (isinstance(value, Sequence) and not isinstance(value, str)):
        return True
    return bool(value) and value == value


def number(value: float) -> int | float:
    """Return an `int` where JavaScript can tell it from its neighbours, otherwise the nearest double."""
    if isinstance(value, int):
        return value if abs(value) <= MAX_SAFE_INTEGER else _to_float(value)
    minus_zero = value == 0 and math.copysign(1, value) < 0
    whole = value.is_integer() and abs(value) <= MAX_SAFE_INTEGER
    return int(value) if whole and not minus_zero else value


def to_json(value: Any) -> str:
    """Write JSON as `JSON.stringify(value)` does: compact, numbers as JavaScript spells them."""
    if isinstance(value, Mapping):
        members = (f"{_quote(as_text(key))}:{to_json(one)}" for key, one in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, str):
        return _quote(value)
    if isinstance(value, Sequence):
        return "[" + ",".join(map(to_json, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return "null"
    return as_text(value)


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=not _whole(text))


def _whole(text: str) -> bool:
    """Whether a text has no lone surrogates, which JSON has to escape."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _parse_decimal(text: str) -> float:
    return float(text.replace("Infinity", "inf"))


def _to_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _float_text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + ("" if fraction == "0" else fraction)).lstrip("0")
    point = len(whole) + int(exponent or 0)
    if whole == "0":
        point = -(len(fraction) - len(fraction.lstrip("0"))) + int(exponent or 0)
    digits = digits.rstrip("0") or "0"
    sign = "-" if value < 0 else ""
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    power = point - 1
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'+' if power > 0 else '-'}{abs(power)}"
