"""Cron expressions of scheduled queries: minute, hour, day of month, month, day of week (0 is Sunday)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_PART = re.compile(r"(\*|\d{1,2}(?:-\d{1,2})?)(?:/(\d{1,2}))?")
_FARTHEST_DAYS = 366 * 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Crontab:
    """The minutes at which a query runs, in UTC. Where date and weekday are both named, either will do."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int] | None
    months: frozenset[int]
    weekdays: frozenset[int] | None

    def next_ms(self, after_ms: int) -> int | None:
        """Return the first run later than a time, epoch milliseconds; None when none comes in five years."""
        after = datetime.fromtimestamp(after_ms / 1000, tz=UTC)
        for ahead in range(_FARTHEST_DAYS):
            day = (after + timedelta(days=ahead)).replace(hour=0, minute=0, second=0, microsecond=0)
            if not self._comes_on(day):
                continue
            for hour in sorted(self.hours):
                for minute in sorted(self.minutes):
                    run = int(day.replace(hour=hour, minute=minute).timestamp()) * 1000
                    if run > after_ms:
                        return run
        return None

    def _comes_on(self, day: datetime) -> bool:
        if day.month not in self.months:
            return False
        fitting = []
        if self.days is not None:
            fitting.append(day.day in self.days)
        if self.weekdays is not None:
            fitting.append(day.isoweekday() % 7 in self.weekdays)
        return any(fitting) or not fitting


def parse_crontab(text: str) -> Crontab | None:
    """Read five fields; None for what is no such expression."""
    fields = text.split()
    if len(fields) != len(_BOUNDS):
        return None
    sets = [_field(field, *bounds) for field, bounds in zip(fields, _BOUNDS, strict=True)]
    minutes, hours, days, months, weekdays = sets
    if minutes is None or hours is None or days is None or months is None or weekdays is None:
        return None
    return Crontab(
        minutes=minutes,
        hours=hours,
        days=None if fields[2] == "*" else days,
        months=months,
        weekdays=None if fields[4] == "*" else frozenset(one % 7 for one in weekdays),
    )


def _field(text: str, low: int, high: int) -> frozenset[int] | None:
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            return None
        step = int(match[2] or 1)
        if match[1] == "*":
            first, last = low, high
        else:
            begin, _, end = match[1].partition("-")
            first, last = int(begin), int(end or (high if match[2] else begin))
        if not low <= first <= last <= high or step == 0:
            return None
        found.update(range(first, last + 1, step))
    return frozenset(found)
