"""Rules that a load has to keep: `p95<500ms`, `failed<1%`, `Orders / Read order: p99<1s`."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from harness.errors import UsageError, choices
from harness.load.tally import LoadTally

_RULE: Final = re.compile(
    r"(?:(?P<path>.*\S)\s*:\s+)?(?P<measure>p\d+(?:\.\d+)?|failed|requests_per_s)\s*"
    r"(?P<sign><=|>=|<|>)\s*(?P<value>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|%|/s)?",
    re.DOTALL,
)
_SIGNS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_UNITS: Final[Mapping[str, Mapping[str, float]]] = {
    "percentile": {"ms": 1, "s": 1000},
    "failed": {"%": 0.01, "": 1},
    "requests_per_s": {"/s": 1, "": 1},
}
"""What a value in each unit is multiplied by, for each kind of measure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One rule: of all calls, or of those at or below `path`. `limit` is in ms, a share, or requests/s."""

    rule: str
    path: tuple[str, ...]
    measure: str
    sign: str
    limit: float

    def value(self, tally: LoadTally, seconds: float) -> float | None:
        """Return what was measured, `None` when there were no requests."""
        if not tally.requests:
            return None
        if self.measure == "failed":
            return tally.failures / tally.requests
        if self.measure == "requests_per_s":
            return tally.requests / seconds if seconds else None
        return tally.times.percentile(float(self.measure[1:]))

    def holds(self, value: float | None) -> bool:
        """Tell whether a measured value keeps the rule; what was not measured keeps none."""
        return value is not None and _SIGNS[self.sign](value, self.limit)


def threshold_of(rule: str, paths: Iterable[tuple[str, ...]]) -> Threshold:
    """Read a rule. `paths` are those of the calls there are; raises `UsageError` for one that fits none."""
    found = _RULE.fullmatch(rule.strip())
    if found is None:
        raise UsageError(
            f"{rule!r} is no threshold",
            where="--threshold",
            hint="write p95<500ms, failed<1%, requests_per_s>100 or 'Folder / Call: p99<1s'",
        )
    measure, unit = found["measure"], found["unit"] or ""
    units = _UNITS["percentile" if measure.startswith("p") else measure]
    if unit not in units:
        told = " or ".join(name or "no unit" for name in units)
        raise UsageError(f"{measure} is measured in {told}", where=f"--threshold {rule!r}")
    if measure.startswith("p") and float(measure[1:]) > 100:
        raise UsageError(f"{measure} is beyond p100", where=f"--threshold {rule!r}")
    path: tuple[str, ...] = ()
    if found["path"] is not None:
        path = _path_of(found["path"], rule, set(paths))
    return Threshold(
        rule=rule.strip(),
        path=path,
        measure=measure,
        sign=found["sign"],
        limit=float(found["value"]) * units[unit],
    )


def _path_of(text: str, rule: str, paths: set[tuple[str, ...]]) -> tuple[str, ...]:
    """Find the call or folder that a rule names."""
    known = {" / ".join(path[:depth]): path[:depth] for path in paths for depth in range(1, len(path) + 1)}
    if text not in known:
        raise UsageError(
            f"there is no call or folder {text!r} in what is run",
            where=f"--threshold {rule!r}",
            hint=choices(text, sorted(known)),
        )
    return known[text]
