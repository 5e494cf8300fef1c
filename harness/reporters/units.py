"""Durations, sizes and shares as people read them, in newman's spelling."""

from collections.abc import Mapping
from typing import Final

from harness.runner.results import RunSummary, Tally

_UNITS: Final = ("B", "kB", "MB", "GB", "TB")
# What facts of a run that are numbers are numbers of.
_NOUNS: Final[Mapping[str, str]] = {"recorded": "interaction"}


def duration(ms: float, micro: str = "µs") -> str:
    """Spell a duration given in milliseconds: `420µs`, `45ms`, `2.3s`, `1m 5.2s`, `2h 3m`.

    `micro` is how a microsecond is spelled.
    """
    if 0 < ms < 1:
        return f"{int(ms * 1000)}{micro}"
    if ms < 1998:
        return f"{int(ms)}ms"
    minutes, seconds = divmod(ms / 1000, 60)
    if minutes < 1:
        return f"{_short(seconds)}s"
    hours, minutes = divmod(int(minutes), 60)
    if hours:
        return f"{hours}h {minutes}m"
    return f"{minutes}m {_short(seconds)}s"


def size(count: int) -> str:
    """Spell a number of bytes: `250B`, `1.05kB`, `12.4MB`; a kilobyte has 1000."""
    value, unit = float(count), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{count}B" if unit == 0 else f"{_short(round(value, 2), 2)}{_UNITS[unit]}"


def percent(share: float) -> str:
    """Spell a share from 0 to 1: `0%`, `0.04%`, `33.33%`, `80%`."""
    return f"{_short(share * 100, 2)}%"


def counted(count: int, noun: str) -> str:
    """Spell a number of things: `1 call`, `2 calls`, `20,000 calls`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def failed_told(summary: RunSummary) -> str:
    """Say in a few words what a run failed of: how many failures, or what options do not let pass."""
    if summary.failures or not summary.rejections:
        return counted(len(summary.failures), "failure")
    return f"failed: {', '.join(summary.rejections)}"


def fact_told(told: str, name: str, value: object) -> str:
    """Put the value of a fact of a run into the words for it; a number of things with their noun."""
    noun = _NOUNS.get(name)
    return told.format(counted(value, noun) if noun is not None and isinstance(value, int) else value)


def tallied(tally: Tally, noun: str) -> str:
    """Spell what a tally counts, as the table of a run does: `3 calls`, `3 calls (1 skipped)`."""
    told = counted(tally.total - tally.skipped, noun)
    return f"{told} ({tally.skipped} skipped)" if tally.skipped else told


def _short(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}".rstrip("0").rstrip(".")
