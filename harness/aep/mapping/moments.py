"""Functions of Data Prep's expressions about dates and times, whose formats are Java's."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

_PARTS = {
    "year": lambda at: at.year,
    "yyyy": lambda at: at.year,
    "yy": lambda at: at.year,
    "quarter": lambda at: (at.month - 1) // 3 + 1,
    "month": lambda at: at.month,
    "mm": lambda at: at.month,
    "dayofyear": lambda at: at.timetuple().tm_yday,
    "day": lambda at: at.day,
    "dd": lambda at: at.day,
    "week": lambda at: at.isocalendar()[1],
    "weekday": lambda at: at.isoweekday() % 7 + 1,
    "hour": lambda at: at.hour,
    "hh": lambda at: at.hour,
    "minute": lambda at: at.minute,
    "mi": lambda at: at.minute,
    "second": lambda at: at.second,
    "ss": lambda at: at.second,
    "millisecond": lambda at: at.microsecond // 1000,
}
_SETTERS = {
    "year": "year",
    "month": "month",
    "day": "day",
    "hour": "hour",
    "minute": "minute",
    "second": "second",
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
    "Z": "%z",
}
_TOKEN = re.compile(r"'[^']*'|yyyy|yy|MMMM|MMM|MM|M|dd|d|HH|H|hh|mm|ss|SSS|EEEE|E|XXX|Z|a|.", re.DOTALL)


def _python(form: str) -> str:
    found = (_JAVA.get(one, one.strip("'").replace("%", "%%")) for one in _TOKEN.findall(form[:80]))
    return "".join(found)


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000, tz=UTC)
    read = datetime.fromisoformat(str(value))
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _written(at: datetime) -> str:
    text = at.isoformat(timespec="milliseconds" if at.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def _formatted(value: Any, form: Any) -> str | None:
    if value is None:
        return None
    at = _moment(value)
    text = at.strftime(_python(str(form)).replace("%f", f"{at.microsecond // 1000:03d}"))
    return re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text) if "XXX" in str(form) else text


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


def _with_part(name: Any, value: Any, number: Any) -> str:
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
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name[:40]!r}") from None


def _diff(one: Any, two: Any) -> int:
    return round((_moment(one) - _moment(two)) / timedelta(milliseconds=1))


def _now() -> datetime:
    return datetime.now(tz=UTC)


MOMENTS: tuple[tuple[str, str, Callable[..., Any], int, int], ...] = (
    ("now()", "Date", lambda: _written(_now()), 0, 0),
    ("timestamp()", "Long", lambda: int(_now().timestamp() * 1000), 0, 0),
    ("format(date, format)", "String", _formatted, 2, 2),
    ("dformat(timestamp, format)", "String", _formatted, 2, 2),
    ("date(text, format, default)", "Date", _date, 1, 3),
    ("date_part(part, date)", "Integer", _part, 2, 2),
    ("set_date_part(part, date, number)", "Date", _with_part, 3, 3),
    ("make_date_time(year, month, day, hour, minute, second, nanos, zone)", "Date", _made, 7, 8),
    ("zone_date_to_utc(date)", "Date", lambda a: _written(_moment(a).astimezone(UTC)), 1, 1),
    ("date_diff(date, other)", "Long", _diff, 2, 2),
)
