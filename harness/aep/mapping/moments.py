"""Functions of Data Prep's expressions about dates and times, whose formats are Java's."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.aep.mapping.scope import MappingScope

_READ: dict[str, Callable[[datetime], int]] = {
    "year yyyy yy": lambda at: at.year,
    "quarter qq q": lambda at: (at.month - 1) // 3 + 1,
    "month mm m": lambda at: at.month,
    "dayofyear dy y": lambda at: at.timetuple().tm_yday,
    "day dd d": lambda at: at.day,
    "week ww w": lambda at: at.isocalendar()[1],
    "weekday dw": lambda at: at.isoweekday() % 7 + 1,
    "hour hh hh24": lambda at: at.hour,
    "hh12": lambda at: (at.hour + 11) % 12 + 1,
    "minute mi n": lambda at: at.minute,
    "second ss s": lambda at: at.second,
    "millisecond ms": lambda at: at.microsecond // 1000,
}
_PARTS = {name: read for names, read in _READ.items() for name in names.split()}
_SETTERS = {
    name: names.split()[0]
    for names in ("year yyyy yy", "month mm m", "day dd d", "hour hh", "minute mi n", "second ss s")
    for name in names.split()
}
_JAVA = {
    "yyyy": "%Y",
    "yy": "%y",
    "MMMM": "%B",
    "MMM": "%b",
    "MM": "%m",
    "M": "%m",
    "dd": "%d",
    "d": "%d",
    "HH": "%H",
    "H": "%H",
    "hh": "%I",
    "mm": "%M",
    "ss": "%S",
    "SSS": "%f",
    "a": "%p",
    "EEEE": "%A",
    "E": "%a",
    "XXX": "%z",
    "XX": "%z",
    "X": "%z",
    "Z": "%z",
}
_TOKEN = re.compile(r"'[^']*'|yyyy|yy|MMMM|MMM|MM|M|dd|d|HH|H|hh|mm|ss|SSS|EEEE|E|XXX|XX|X|Z|a|.", re.DOTALL)
_ZONES = {
    "PST": -8,
    "PDT": -7,
    "MST": -7,
    "MDT": -6,
    "CST": -6,
    "CDT": -5,
    "EST": -5,
    "EDT": -4,
    "WET": 0,
    "BST": 1,
    "CET": 1,
    "CEST": 2,
    "EET": 2,
    "EEST": 3,
    "JST": 9,
    "AEST": 10,
    "AEDT": 11,
}
"""Hours from UTC of the short names that are written after a date."""


def _python(form: str) -> str:
    found = (_JAVA.get(one, one.strip("'").replace("%", "%%")) for one in _TOKEN.findall(form[:80]))
    return "".join(found)


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000, tz=UTC)
    text, _, zone = str(value).rpartition(" ")
    if text and re.fullmatch(r"[A-Z]{2,5}|[A-Z][A-Za-z_]+/[A-Za-z_/]+", zone):
        return datetime.fromisoformat(text).replace(tzinfo=_zone(zone))
    read = datetime.fromisoformat(str(value))
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _written(at: datetime) -> str:
    text = at.isoformat(timespec="milliseconds" if at.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def _formatted(value: Any, form: Any) -> str | None:
    if value is None:
        return None
    at = _moment(value)
    return "".join(_token_text(at, token) for token in _TOKEN.findall(str(form)[:80]))


def _token_text(at: datetime, token: str) -> str:
    """Write one token of a Java format; Java's `X` is `Z` in UTC."""
    if token.startswith("X"):
        offset = at.strftime("%z")
        if offset == "+0000":
            return "Z"
        return f"{offset[:3]}:{offset[3:]}" if token == "XXX" else offset[: 3 if token == "X" else 5]
    if token == "SSS":
        return f"{at.microsecond // 1000:03d}"
    directive = _JAVA.get(token)
    return token.strip("'") if directive is None else at.strftime(directive)


def _date(value: Any, form: Any = None, default: Any = None) -> str | None:
    if value in (None, ""):
        return None if default is None else _written(_moment(default))
    try:
        at = _moment(value) if form is None else datetime.strptime(str(value), _python(str(form)))  # noqa: DTZ007
    except ValueError:
        if default is None:
            raise
        at = _moment(default)
    return _written(at if at.tzinfo else at.replace(tzinfo=UTC))


def _part(name: Any, value: Any) -> int:
    return int(_PARTS[str(name).lower()](_moment(value)))


def _with_part(name: Any, number: Any, value: Any) -> str:
    changed: dict[str, Any] = {_SETTERS[str(name).lower()]: int(number)}
    return _written(_moment(value).replace(**changed))


def _made(*parts: Any) -> str:
    *numbers, zone = parts if len(parts) == 8 else (*parts, "UTC")
    year, month, day, hour, minute, second, nanos = (int(one) for one in numbers)
    at = datetime(year, month, day, hour, minute, second, nanos // 1000, tzinfo=_zone(str(zone)))
    return _written(at.astimezone(UTC))


def _zone(name: str) -> timezone | ZoneInfo:
    if name.upper() in ("UTC", "Z", "GMT"):
        return UTC
    if name in _ZONES:
        return timezone(timedelta(hours=_ZONES[name]))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name[:40]!r}") from None


def _diff(one: Any, two: Any) -> int:
    return round((_moment(one) - _moment(two)) / timedelta(milliseconds=1))


def _now(scope: MappingScope) -> str:
    return _written(datetime.fromtimestamp(scope.surroundings.now_ms() // 1000, tz=UTC))


SCOPED = frozenset({"now", "timestamp"})
"""Those that ask the platform's clock."""
MOMENTS: tuple[tuple[str, str, Callable[..., Any], int, int], ...] = (
    ("now()", "Date", _now, 0, 0),
    ("timestamp()", "Long", lambda scope: scope.surroundings.now_ms(), 0, 0),
    ("format(date, format)", "String", _formatted, 2, 2),
    ("dformat(timestamp, format)", "String", _formatted, 2, 2),
    ("date(text, format, default)", "Date", _date, 1, 3),
    ("date_part(part, date)", "Integer", _part, 2, 2),
    ("set_date_part(part, value, date)", "Date", _with_part, 3, 3),
    ("make_date_time(year, month, day, hour, minute, second, nanos, zone)", "Date", _made, 7, 8),
    ("make_timestamp(year, month, day, hour, minute, second, nanos, zone)", "Date", _made, 7, 8),
    ("zone_date_to_utc(date)", "Date", lambda a: _written(_moment(a).astimezone(UTC)), 1, 1),
    (
        "zone_date_to_zone(date, zone)",
        "Date",
        lambda a, b: _written(_moment(a).astimezone(_zone(str(b)))),
        2,
        2,
    ),
    ("date_diff(date, other)", "Long", _diff, 2, 2),
)
