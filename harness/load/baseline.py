"""An earlier load to compare with: what `load.json` holds of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.collection.model import CallPath
from harness.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierLoad:
    """The 95th percentiles of an earlier load in ms, by path; that of all calls under the empty one."""

    times: Mapping[CallPath, float | None]

    def p95(self, path: CallPath) -> float | None:
        """Return the percentile of a call, `None` when it was not measured."""
        return self.times.get(path)

    def gone(self, paths: Sequence[CallPath]) -> list[str]:
        """Return the names of calls that are not there any more."""
        known = {(), *paths}
        return [" / ".join(path) for path in self.times if path not in known]


def read_baseline(path: Path) -> EarlierLoad:
    """Read a baseline. Raises `InputError` for a file that is no `load.json`."""
    times: dict[CallPath, float | None] = {}
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        times[()] = _p95(document["total"])
        for call in document["calls"]:
            times[tuple(str(part) for part in call["path"])] = _p95(call)
    except OSError as error:
        raise InputError(
            f"cannot read the baseline: {error.strerror}", where=str(path), hint="name a load.json"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            "this is no report of a load",
            where=str(path),
            hint="name a file that `harness load -r json` wrote",
        ) from error
    return EarlierLoad(times=times)


def _p95(numbers: Mapping[str, Any]) -> float | None:
    value = numbers["p95_ms"]
    return None if value is None else float(value)
