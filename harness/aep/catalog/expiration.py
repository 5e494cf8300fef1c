"""The expiration of rows that a dataset of events may have."""

from __future__ import annotations

import re
from typing import Any

from harness.aep import problem

STORES = ("adobe_lakeHouse", "adobe_unifiedProfile")
SHORTEST_DAYS = 7
_PERIOD = re.compile(r"P(?=\d)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?")
_DAYS = (365, 30, 7, 1)


def check_expiration(dataset: dict[str, Any], behavior: str) -> None:
    """Refuse an expiration of rows that a dataset cannot have; complete one that it can.

    It is under `extensions.{store}.rowExpiration.ttlValue`: a period of ISO 8601 or null, which sets the
    default again.
    """
    extensions = dataset.get("extensions", {})
    if not isinstance(extensions, dict):
        raise problem.bad_request("extensions must be an object")
    for store in STORES:
        held = extensions.get(store)
        expiration = held.get("rowExpiration") if isinstance(held, dict) else None
        if expiration is None:
            continue
        where = f"extensions.{store}.rowExpiration"
        if not isinstance(expiration, dict):
            raise problem.bad_request(f"{where} must be an object")
        if behavior != "time-series":
            raise problem.bad_request(f"{where} can only be set for a dataset of events")
        value = expiration.get("ttlValue")
        if value is not None and _days(value) < SHORTEST_DAYS:
            raise problem.bad_request(f"{where}.ttlValue must be a period of at least P{SHORTEST_DAYS}D")
        expiration["valueStatus"] = "default" if value is None else "custom"
        expiration["setBy"] = "service" if value is None else "user"
        expiration["updated"] = dataset.get("updated")


def _days(value: Any) -> int:
    match = _PERIOD.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return 0
    return sum(int(part) * days for part, days in zip(match.groups(), _DAYS, strict=True) if part)
