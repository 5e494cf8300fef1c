"""The values that options take, as types of the parser: what is none of them is an error of usage."""

import argparse
import re
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

MOST_PORTIONS: Final = 10_000
"""In how many parts something may be taken apart."""

MOST_DIGITS: Final = 12
"""How many digits a number may have: what has more is a slip, and beyond what clocks and counters take."""


_BASED: Final = re.compile(r"0x[0-9a-f]{1,9}|0o[0-7]{1,12}|0b[01]{1,30}", re.ASCII)
_DECIMAL: Final = re.compile(r"\+?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})(e[+-]?\d{1,3})?", re.ASCII)


def _whole(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


def _number(text: str) -> int | None:
    """Read a whole number in any way that JavaScript spells it (`2.0`, `1e3`, `0x10`); `None` for others."""
    spelled = text.strip().lower()
    if _BASED.fullmatch(spelled):
        return int(spelled, 0)
    if not _DECIMAL.fullmatch(spelled):
        return None
    from decimal import Decimal

    number = Decimal(spelled)
    if number.adjusted() >= MOST_DIGITS or number != number.to_integral_value():
        return None
    return int(number)


def positive(text: str) -> int:
    """Read a whole number above 0."""
    number = _number(text)
    if number is None or number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return number


def milliseconds(text: str) -> int:
    """Read a number of milliseconds."""
    number = _number(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of milliseconds")
    return number


def port(text: str) -> int:
    """Read a port; 0 is any free one."""
    if not _whole(text) or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: 0 to 65535")
    return int(text)


def percent(text: str) -> int:
    """Read a percentage above 0, with its sign or without."""
    number = text.removesuffix("%")
    if not _whole(number) or int(number) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a percentage above 0")
    return int(number)


def endpoint(text: str) -> str:
    """Read an http(s) address, in which `{region}` or `{namespace}` may stand for a destination's own."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or any(mark in text for mark in " ?#"):
        raise argparse.ArgumentTypeError(f"{text!r} is not an address such as http://127.0.0.1:5000")
    return text


def whole(text: str) -> int:
    """Read a whole number, of either sign."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def portion(text: str) -> tuple[int, int]:
    """Read which of how many parts is meant: `2/5`, counted from 1."""
    number, slash, count = text.partition("/")
    if slash and _whole(number) and _whole(count) and 1 <= int(number) <= int(count) <= MOST_PORTIONS:
        return int(number), int(count)
    raise argparse.ArgumentTypeError(f"{text!r} is not a part of several, such as 2/5")


def share(text: str) -> float:
    """Read a share of one: `0.05`, or `5%`."""
    try:
        number = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share: 0 to 1, or 0% to 100%")
    return number


def moment(text: str) -> int:
    """Read a time as milliseconds since 1970: ISO 8601, in UTC unless it says otherwise, or that number."""
    if text.isdecimal():
        return int(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 2024-05-15T12:00:00Z") from None
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
