"""Moments and stretches of time, as `occurs` compares them. All of it is UTC."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

_PLURALS = {
    "century": ("centuries",),
    "millennium": ("millennia",),
}
_UNITS = (
    "millisecond",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "year",
    "decade",
    "century",
    "millennium",
)
UNITS = {word: unit for unit in _UNITS for word in (unit, *_PLURALS.get(unit, (unit + "s",)))}
"""Every word for a unit of time, with the unit it means."""

_MONTHS = {"month": 1, "year": 12, "decade": 120, "century": 1200, "millennium": 12000}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSpan:
    """A stretch of time from `start` up to but without `end`; for an instant, both are the same."""

    start: datetime
    end: datetime


def moment_of(value: Any) -> datetime | None:
    """Read a value as a moment: RFC 3339 text, a date, epoch milliseconds; None when it is not."""
    match value:
        case datetime():
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        case date():
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        case bool():
            return None
        case int() | float():
            try:
                return datetime.fromtimestamp(value / 1000, tz=UTC)
            except (OverflowError, OSError, ValueError):
                return None
        case str() if len(value) >= 10 and value[4:5] == "-":
            try:
                return moment_of(datetime.fromisoformat(value))
            except ValueError:
                return None
        case _:
            return None


def is_date(value: Any) -> bool:
    """Whether the value names a whole day."""
    if isinstance(value, str):
        return len(value) == 10 and moment_of(value) is not None
    return isinstance(value, date) and not isinstance(value, datetime)


def stretch_of(value: Any) -> TimeSpan | None:
    """Read a value as a stretch: a date is its day, a moment an instant."""
    if isinstance(value, TimeSpan):
        return value
    moment = moment_of(value)
    if moment is None:
        return None
    return TimeSpan(start=moment, end=shift(moment, 1, "day") if is_date(value) else moment)


def shift(moment: datetime, amount: int, unit: str) -> datetime:
    """Move a moment by calendar units; a day that the month lacks becomes its last."""
    try:
        if unit in _MONTHS:
            months = moment.year * 12 + moment.month - 1 + amount * _MONTHS[unit]
            year, month = divmod(months, 12)
            day = min(moment.day, calendar.monthrange(year, month + 1)[1])
            return moment.replace(year=year, month=month + 1, day=day)
        return moment + timedelta(**{f"{unit}s": amount})
    except (OverflowError, ValueError, calendar.IllegalMonthError):
        edge = datetime.min if amount < 0 else datetime.max  # noqa: DTZ901 - made aware below
        return edge.replace(tzinfo=UTC)


def floor(moment: datetime, unit: str) -> datetime:
    """Return the start of the unit that the moment lies in; weeks start on Monday."""
    moment = moment.astimezone(UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    match unit:
        case "millisecond":
            return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        case "second":
            return moment.replace(microsecond=0)
        case "minute":
            return moment.replace(second=0, microsecond=0)
        case "hour":
            return moment.replace(minute=0, second=0, microsecond=0)
        case "day":
            return midnight
        case "week":
            return midnight - timedelta(days=midnight.weekday())
        case "month":
            return midnight.replace(day=1)
        case _:
            years = _MONTHS[unit] // 12
            return midnight.replace(year=max(moment.year // years * years, 1), month=1, day=1)
