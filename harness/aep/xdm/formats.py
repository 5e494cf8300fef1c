"""Formats of texts in schemas: for each a check that says what is wrong, in everit's words."""

from __future__ import annotations

import re
from datetime import date, datetime
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from harness.aep.xdm.patterns import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_DATE_TIME_FORMS = (
    "yyyy-MM-dd'T'HH:mm:ssZ",
    "yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,9}Z",
    "yyyy-MM-dd'T'HH:mm:ss[+-]HH:mm",
    "yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,9}[+-]HH:mm",
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*")
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_HOST_NAME = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_JSON_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*")


def _date_time(value: str) -> str | None:
    if _DATE_TIME.fullmatch(value) is not None:
        # Leap seconds are RFC 3339; datetime knows none.
        stamp = value[:19].upper()
        stamp = stamp[:17] + "59" if stamp.endswith(":60") else stamp
        try:
            datetime.fromisoformat(stamp)
        except ValueError:
            pass
        else:
            return None
    return f"is not a valid date-time. Expected [{', '.join(_DATE_TIME_FORMS)}]"


def _date(value: str) -> str | None:
    if _DATE.fullmatch(value) is not None:
        try:
            date.fromisoformat(value)
        except ValueError:
            pass
        else:
            return None
    return "is not a valid date. Expected [yyyy-MM-dd]"


def _email(value: str) -> str | None:
    return None if _EMAIL.fullmatch(value) else "is not a valid email address"


def _uri(value: str) -> str | None:
    return None if _URI.fullmatch(value) else "is not a valid URI"


def _ipv4(value: str) -> str | None:
    try:
        IPv4Address(value)
    except ValueError:
        return "is not a valid ipv4 address"
    return None


def _ipv6(value: str) -> str | None:
    try:
        IPv6Address(value)
    except ValueError:
        return "is not a valid ipv6 address"
    return None


def _time(value: str) -> str | None:
    match = _TIME.fullmatch(value)
    if match is not None and int(match[1]) < 24 and int(match[2]) < 60 and int(match[3]) < 60:
        return None
    return "is not a valid time. Expected [HH:mm:ssZ, HH:mm:ss.[0-9]{1,9}Z]"


def _host_name(value: str) -> str | None:
    good = len(value) <= 253 and _HOST_NAME.fullmatch(value)
    return None if good else "is not a valid hostname"


def _regular(value: str) -> str | None:
    try:
        compile_pattern(value)
    except (re.error, OverflowError, RecursionError):
        return "is not a valid regular expression"
    return None


def _json_pointer(value: str) -> str | None:
    return None if _JSON_POINTER.fullmatch(value) else "is not a valid JSON pointer"


FORMATS: dict[str, Callable[[str], str | None]] = {
    "date-time": _date_time,
    "date": _date,
    "time": _time,
    "email": _email,
    "hostname": _host_name,
    "uri": _uri,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "regex": _regular,
    "json-pointer": _json_pointer,
}
"""Formats that are checked; others are notes to the reader, as JSON Schema allows.

Among those is `uri-reference`, the format of every record's `_id`: the guides' own ids are any text.
"""
