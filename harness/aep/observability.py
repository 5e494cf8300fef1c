"""Observability Insights: counts, over time, of what happened on the platform."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.batches import Batches
from harness.aep.clock import iso
from harness.aep.landing import FAILED, LAKE
from harness.aep.message import Request, answer
from harness.aep.routing import Endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from harness.aep.gateway import Caller
    from harness.aep.platform import Platform

_PATH = "/data/infrastructure/observability/insights/metrics"
_STEPS_MS = {
    "MINUTE": 60_000,
    "HOUR": 3_600_000,
    "DAY": 86_400_000,
}
METRICS = (
    "timeseries.ingestion.dataset.new.count",
    "timeseries.ingestion.dataset.recordsuccess.count",
    "timeseries.ingestion.dataset.recordfailed.count",
    "timeseries.ingestion.dataset.batchsuccess.count",
    "timeseries.ingestion.dataset.batchfailed.count",
    "timeseries.data.collection.validation.total.count",
)
"""Metrics that are counted here, by the names that Observability Insights has for them."""


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service, in both versions."""
    calls = Observability(platform)
    return [
        Endpoint(method="GET", path=_PATH, handler=calls.read),
        Endpoint(method="POST", path=_PATH, handler=calls.query),
    ]


class Observability:
    """Counts from the stored records, batches and datasets."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._batches = platform.service(Batches)

    def read(self, request: Request, caller: Caller) -> Response:
        """`GET …/metrics?metric=…&id=…&dateRange=START/END`, the older version: by day."""
        names = [name for text in request.query.all("metric") for name in text.split(",") if name]
        if not names:
            raise problem.bad_request("metric is required")
        ids = [one for text in request.query.all("id") for one in text.split(",") if one]
        start, end = 0, self._platform.clock.now_ms() + 1
        span = request.query.get("dateRange")
        if span:
            first, _, last = span.partition("/")
            start, end = _moment(first), _moment(last)
        shown = [
            {"metric": name, "timeseries": self._counted(caller, name, ids, start, end, "DAY")}
            for name in map(_known, names)
        ]
        return answer({"timeseries": shown})

    def query(self, request: Request, caller: Caller) -> Response:
        """`POST …/metrics {start, end, granularity, metrics: [{name, filters}]}`."""
        wanted = request.document()
        start, end = _moment(wanted.get("start")), _moment(wanted.get("end"))
        granularity = str(wanted.get("granularity", "DAY")).upper()
        if granularity not in {*_STEPS_MS, "MONTH"}:
            raise problem.bad_request("granularity must be MINUTE, HOUR, DAY or MONTH")
        metrics = wanted.get("metrics")
        if not isinstance(metrics, list) or not metrics:
            raise problem.bad_request("metrics must be a non-empty array")
        responses = []
        for metric in metrics:
            if not isinstance(metric, dict):
                raise problem.bad_request("every metric must be an object")
            name = _known(metric.get("name"))
            filters = [one for one in metric.get("filters", []) if isinstance(one, dict)]
            ids = [one["value"] for one in filters if one.get("name") == "dataSetId" and one.get("value")]
            points = self._counted(caller, name, ids, start, end, granularity)
            responses.append(
                {
                    "metric": name,
                    "filters": filters,
                    "datapoints": [{"groupBy": {}, "dps": points}],
                    "granularity": granularity,
                }
            )
        return answer({"metricResponses": responses})

    def _counted(
        self, caller: Caller, name: str, ids: list[str], start: int, end: int, step: str
    ) -> dict[str, float]:
        points: dict[str, float] = {}
        for moment in sorted(self._moments(caller, name, ids)):
            if start <= moment < end:
                key = _floor(moment, step)
                points[key] = points.get(key, 0.0) + 1
        return points

    def _moments(self, caller: Caller, name: str, ids: list[str]) -> Iterator[int]:
        store = self._platform.store
        if name.endswith("dataset.new.count"):
            for dataset in store.find(caller.org, caller.sandbox, "dataset"):
                if not ids or dataset["id"] in ids:
                    yield dataset["created"]
            return
        for batch in self._batches.all(caller.org, caller.sandbox):
            if ids and batch["relatedObjects"][0]["id"] not in ids:
                continue
            if "batch" in name:
                wanted = "success" if "success" in name else "failure"
                if batch["status"] == wanted:
                    yield batch["updated"]
                continue
            streams = {
                "recordsuccess": (LAKE,),
                "recordfailed": (FAILED,),
                "total": (LAKE, FAILED),
            }[name.split(".")[-2]]
            for stream in streams:
                for record in store.records(caller.org, caller.sandbox, stream, batch["id"]):
                    yield record.at


def _known(name: Any) -> str:
    if name not in METRICS:
        raise problem.bad_request(f"The metric {name!r} is not counted; {', '.join(METRICS)} are")
    return str(name)


def _floor(moment: int, step: str) -> str:
    if step == "MONTH":
        return iso(moment)[:7] + "-01T00:00:00Z"
    size = _STEPS_MS[step]
    return iso(moment - moment % size)


def _moment(text: Any) -> int:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise problem.bad_request(f"{text!r} is not a date and time (RFC 3339)") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)
