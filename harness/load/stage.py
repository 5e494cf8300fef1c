"""How much load there is at which time: stages, Postman's profiles, files of stages."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.errors import InputError, UsageError

_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)?")
_SECONDS: Final[Mapping[str, float]] = {"ms": 0.001, "": 1, "s": 1, "m": 60, "h": 3600}
_RATE: Final = re.compile(r"(\d+(?:\.\d+)?)(?:/(s|m|min))?")

PROFILES: Final[Mapping[str, Sequence[tuple[float, float, float]]]] = {
    "fixed": ((1, 1, 1),),
    "ramp-up": ((0.25, 0.25, 0.25), (0.25, 0.25, 1), (0.5, 1, 1)),
    "spike": ((0.4, 0.1, 0.1), (0.1, 0.1, 1), (0.1, 1, 0.1), (0.4, 0.1, 0.1)),
    "peak": ((0.2, 0.2, 0.2), (0.2, 0.2, 1), (0.2, 1, 1), (0.2, 1, 0.2), (0.2, 0.2, 0.2)),
}
"""The profiles that Postman has: of each stage its share of the time, and of the load at begin and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A time in which the load goes in a line from one level to another: users, or runs a second."""

    seconds: float
    begin: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The stages of a load, one after another."""

    stages: tuple[Stage, ...]

    @property
    def seconds(self) -> float:
        """How long all of them take."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def most(self) -> float:
        """The highest level."""
        return max(max(stage.begin, stage.end) for stage in self.stages)

    def level(self, at: float) -> float:
        """Return the level at a time in seconds; after the end it is that of the end."""
        for stage in self.stages:
            if at < stage.seconds:
                return self.level_within(stage, at)
            at -= stage.seconds
        return self.stages[-1].end

    def arrivals(self, until: float) -> int:
        """Return how many arrivals are due before a time, with levels as arrivals a second."""
        area, begun = 0.0, 0.0
        for stage in self.stages:
            lasted = min(max(0.0, until - begun), stage.seconds)
            area += (stage.begin + self.level_within(stage, lasted)) / 2 * lasted
            begun += stage.seconds
        # Whole numbers that are not quite reached for rounding are not due yet.
        return math.ceil(area - 1e-9)

    @staticmethod
    def level_within(stage: Stage, at: float) -> float:
        """Return the level of a stage so long after its begin."""
        return stage.begin + (stage.end - stage.begin) * at / stage.seconds

    def arrival(self, number: int) -> float | None:
        """Return when an arrival (from 0) is due, with levels as arrivals a second; `None` if never."""
        wanted = float(number)
        begun = 0.0
        for stage in self.stages:
            whole = (stage.begin + stage.end) / 2 * stage.seconds
            if wanted < whole:
                return begun + _within(stage, wanted)
            wanted -= whole
            begun += stage.seconds
        return None


def _within(stage: Stage, wanted: float) -> float:
    """Solve for the time at which the area below a stage's line is what is wanted."""
    slope = (stage.end - stage.begin) / stage.seconds
    if abs(slope) < 1e-12:
        return wanted / stage.begin
    root = math.sqrt(max(0.0, stage.begin**2 + 2 * slope * wanted))
    return (root - stage.begin) / slope


def duration_of(text: str, where: str) -> float:
    """Read a time: `30s`, `5m`, `500ms`, `1h`; seconds without a unit."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{text!r} is no duration", where=where, hint="write 500ms, 30s, 5m or 1h")
    return float(found[1]) * _SECONDS[found[2] or ""]


def rate_of(text: str, where: str) -> float:
    """Read a rate: `200/s`, `30/min`; a second without a unit."""
    found = _RATE.fullmatch(text.strip())
    if found is None or not float(found[1]):
        raise UsageError(f"{text!r} is no rate", where=where, hint="write 200/s or 30/min")
    return float(found[1]) / (60 if found[2] in {"m", "min"} else 1)


def course_of(*, profile: str, level: float, ramp_s: float, seconds: float, by_rate: bool) -> Course:
    """Make a course of a profile's name, or of a file of stages; a ramp leads to the first level."""
    shares = PROFILES.get(profile)
    if shares is None:
        stages = _read(Path(profile), "rate" if by_rate else "users")
    else:
        stages = tuple(
            Stage(seconds=share * seconds, begin=level * begin, end=level * end)
            for share, begin, end in shares
        )
    if ramp_s:
        first = stages[0]
        if profile == "fixed":
            stages = (Stage(seconds=max(0.0, seconds - ramp_s), begin=level, end=level),)
        stages = (Stage(seconds=ramp_s, begin=0, end=first.begin), *stages)
    return Course(stages=tuple(stage for stage in stages if stage.seconds > 0))


def _read(path: Path, level: str) -> tuple[Stage, ...]:
    """Read `stages: [{duration: 30s, users: 10}]`; each goes in a line to its level."""
    import yaml

    where = str(path)
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        known = ", ".join(PROFILES)
        reason = getattr(error, "strerror", None) or "no text"
        raise InputError(
            f"cannot read the stages: {reason}", where=where, hint=f"name a YAML file, or one of {known}"
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError("the stages are not valid YAML", where=where, hint=str(error)) from error
    listed = document.get("stages") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not listed:
        raise InputError(
            "there are no stages",
            where=where,
            hint=f"write\n    stages:\n      - {{duration: 30s, {level}: 10}}",
        )
    stages: list[Stage] = []
    before = 0.0
    for number, entry in enumerate(listed, 1):
        place = f"{where}: stages, {number}"
        seconds, target = _entry(entry, level, place)
        if seconds:
            stages.append(Stage(seconds=seconds, begin=before, end=target))
        before = target
    if not stages or not max(max(stage.begin, stage.end) for stage in stages):
        raise InputError(
            "the stages make no load", where=where, hint="give one a duration and a level above 0"
        )
    return tuple(stages)


def _entry(entry: Any, level: str, place: str) -> tuple[float, float]:
    if not isinstance(entry, dict) or set(entry) != {"duration", level}:
        raise InputError(
            f"a stage has a duration and {level}, and nothing else",
            where=place,
            hint=f"write {{duration: 30s, {level}: 10}}",
        )
    seconds = duration_of(str(entry["duration"]), place)
    value = entry[level]
    if level == "rate" and isinstance(value, str):
        return seconds, rate_of(value, place)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e9:
        raise InputError(f"{level} has to be a number from 0", where=place)
    return seconds, float(value)
