"""Cron expressions of schedules: six or seven fields, at most one run a day.

Source: the appendix of the guide to `/config/schedules`, which describes Quartz' form: seconds, minutes,
hours, day of month, month, day of week (1 is Sunday), and perhaps years; `, - * / ? L W #`.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
_BOUNDS = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2099))
_NAMES: tuple[dict[str, int], ...] = ({}, {}, {}, {}, _MONTHS, _DAYS, {})
_RANGE = re.compile(r"(\*|\w+(?:-\w+)?)(?:/(\d+))?")
_LAST_DAY = re.compile(r"L(?:-(\d+))?")
_NEAREST = re.compile(r"(\d+)W")
_LAST_WEEKDAY = re.compile(r"(\w+)L")
_NTH_WEEKDAY = re.compile(r"(\w+)#([1-5])")
_FARTHEST_DAYS = 366 * 9
_LONGEST = 500
"""Characters of an expression; a year of days spelled one by one has no place in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """A time of day in UTC, and the days on which it comes."""

    second: int
    minute: int
    hour: int
    days: str
    months: frozenset[int]
    weekdays: str
    years: frozenset[int]

    def next_ms(self, after_ms: int) -> int | None:
        """Return the first run later than a time, epoch milliseconds; None when none comes in nine years."""
        after = datetime.fromtimestamp(after_ms / 1000, tz=UTC)
        for ahead in range(_FARTHEST_DAYS):
            day = after.date() + timedelta(days=ahead)
            if not self._comes_on(day):
                continue
            run = datetime(day.year, day.month, day.day, self.hour, self.minute, self.second, tzinfo=UTC)
            run_ms = int(run.timestamp()) * 1000
            if run_ms > after_ms:
                return run_ms
        return None

    def _comes_on(self, day: date) -> bool:
        return (
            day.year in self.years
            and day.month in self.months
            and (self.days == "?" or any(_is_day(part, day) for part in self.days.split(",")))
            and (self.weekdays == "?" or any(_is_weekday(part, day) for part in self.weekdays.split(",")))
        )


def parse_cron(text: Any) -> Cron:
    """Read an expression; ValueError says why it is not one, or that it runs more than once a day."""
    fields = text.upper().split() if isinstance(text, str) else []
    if len(fields) not in (6, 7):
        raise ValueError(f"schedule is not a cron expression of six or seven fields: {text!r}")
    if len(text) > _LONGEST:
        raise ValueError(f"schedule is longer than {_LONGEST} characters")
    try:
        times = [_numbers(fields[place], place) for place in range(3)]
        months = _numbers(fields[4], 4)
        years = _numbers(fields[6] if len(fields) == 7 else "*", 6)
        # A leap month has every day that a field can name.
        for part in fields[3].split(",") if fields[3] != "?" else ():
            _is_day(part, date(2024, 2, 1))
        for part in fields[5].split(",") if fields[5] != "?" else ():
            _is_weekday(part, date(2024, 2, 1))
    except ValueError as error:
        raise ValueError(f"schedule is not a cron expression: {text!r}: {error}") from None
    if any(len(one) > 1 for one in times):
        raise ValueError("A schedule runs at most once a day")
    (second,), (minute,), (hour,) = times
    return Cron(
        second=second,
        minute=minute,
        hour=hour,
        days=fields[3],
        months=months,
        weekdays=fields[5],
        years=years,
    )


def _numbers(field: str, place: int) -> frozenset[int]:
    return frozenset().union(*(_span(part, place) for part in field.split(",")))


def _span(part: str, place: int) -> frozenset[int]:
    """Numbers that `*`, `5`, `1-5`, `MON-FRI` or one of them with `/2` stands for."""
    low, high = _BOUNDS[place]
    match = _RANGE.fullmatch(part)
    if match is None:
        raise ValueError(f"{part!r} is not understood")
    first, _, last = match[1].partition("-")
    start = low if first == "*" else _number(first, place)
    end = _number(last, place) if last else high if first == "*" or match[2] else start
    step = int(match[2] or 1)
    if not step:
        raise ValueError(f"{part!r} has no step")
    if start > end:  # over the end of the week or the year
        return frozenset(range(start, high + 1, step)) | frozenset(range(low, end + 1, step))
    return frozenset(range(start, end + 1, step))


def _number(word: str, place: int) -> int:
    number = _NAMES[place].get(word, int(word) if word.isdecimal() and len(word) < 5 else -1)
    low, high = _BOUNDS[place]
    if not low <= number <= high:
        raise ValueError(f"{word!r} is not from {low} to {high}")
    return number


def _is_day(part: str, day: date) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    if part == "LW":
        return day.day == _nearest_weekday(day.replace(day=last))
    if (match := _LAST_DAY.fullmatch(part)) is not None:
        return day.day == last - int(match[1] or 0)
    if (match := _NEAREST.fullmatch(part)) is not None:
        wanted = _number(match[1], 3)
        return wanted <= last and day.day == _nearest_weekday(day.replace(day=wanted))
    return day.day in _span(part, 3)


def _nearest_weekday(day: date) -> int:
    """Day of the month of the weekday nearest to a day, in the same month."""
    if day.weekday() < 5:
        return day.day
    shift = -1 if day.weekday() == 5 else 1
    moved = day + timedelta(days=shift)
    return (moved if moved.month == day.month else day - timedelta(days=2 * shift)).day


def _is_weekday(part: str, day: date) -> bool:
    own = day.isoweekday() % 7 + 1
    if part == "L":
        return own == 7
    if (match := _NTH_WEEKDAY.fullmatch(part)) is not None:
        return own == _number(match[1], 5) and (day.day - 1) // 7 + 1 == int(match[2])
    if (match := _LAST_WEEKDAY.fullmatch(part)) is not None and part not in _DAYS:
        last = calendar.monthrange(day.year, day.month)[1]
        return own == _number(match[1], 5) and day.day > last - 7
    return own in _span(part, 5)
