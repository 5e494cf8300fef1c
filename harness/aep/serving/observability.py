"""Observability Insights: counts, over time, of what happened on the platform.

Sources: the guide to the endpoint `/metrics` (metrics, version 2, error codes) and Adobe's description
of the API (version 1).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.aep.catalog.datasets import tag_enabled
from harness.aep.catalog.lake import FAILED, LAKE
from harness.aep.ingestion.batches import REQUIRED, Batches
from harness.aep.problem import Problem
from harness.twin.clock import iso
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint
from harness.twin.store import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_PATH = "/data/infrastructure/observability/insights/metrics"
_STEPS_MS = {
    "MINUTE": 60_000,
    "HOUR": 3_600_000,
    "DAY": 86_400_000,
}
_DAYS_BY_DEFAULT = 30
_MOST_METRICS = 6
_AGGREGATORS: dict[str, Callable[[list[float]], float]] = {
    "sum": sum,
    "zimsum": sum,
    "avg": lambda values: sum(values) / len(values),
    "min": min,
    "mimmin": min,
    "max": max,
    "mimmax": max,
    "count": lambda values: float(len(values)),
    "first": lambda values: values[0],
    "last": lambda values: values[-1],
}
"""Functions of OpenTSDB, to whose documentation the guide refers."""
_CATEGORIES = {
    "type": "type",
    "required": "presence",
    "enum": "enum",
    "const": "enum",
    "pattern": "pattern",
    "format": "format",
    "minimum": "range",
    "maximum": "range",
    "exclusiveMinimum": "range",
    "exclusiveMaximum": "range",
    "minLength": "range",
    "maxLength": "range",
    "minItems": "range",
    "maxItems": "range",
}
"""Category of a violation by the keyword of JSON Schema that was broken; any other is unclassified."""


class Count(NamedTuple):
    """Something that happened, and how much of it."""

    at_ms: int
    dataset_id: str
    amount: float


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

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET …/metrics?metric=…&id=…&dateRange=START/END`: version 1, by day, the newest day first."""
        query = request.query
        names = [name for text in query.all("metric") for name in text.split(",") if name]
        if not names:
            raise self._refuse(caller, "The query parameter metric is required.")
        if len(names) > _MOST_METRICS:
            raise self._refuse(caller, f"At most {_MOST_METRICS} metrics can be asked for at once.")
        ids = [one for text in query.all("id") for one in text.split(",") if one]
        end = self._platform.clock.now_ms() + 1
        start = end - _DAYS_BY_DEFAULT * _STEPS_MS["DAY"]
        if span := query.get("dateRange"):
            first, _, last = span.partition("/")
            start, end = self._range(caller, first, last)
        days: dict[str, dict[str, float]] = {}
        for name in names:
            found = [one for one in self._counts(caller, name) if not ids or one.dataset_id in ids]
            for day, amount in _points(name, found, start, end, "DAY", "sum").items():
                days.setdefault(day, {})[name] = amount
        items = [{"timestamp": day, "metrics": days[day]} for day in sorted(days, reverse=True)]
        return answer(
            {
                "id": ",".join(ids) or None,
                "imsOrgId": caller.tenant.org,
                "timeseries": {"granularity": "DAY", "items": items, "_page": None, "_links": None},
                "stats": {},
            }
        )

    def query(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST …/metrics {start, end, granularity?, metrics: [{name, filters?, aggregator}]}`: version 2."""
        wanted = request.document()
        start, end = self._range(caller, wanted.get("start"), wanted.get("end"))
        step = str(wanted.get("granularity", "DAY")).upper()
        if step not in {*_STEPS_MS, "MONTH"}:
            raise self._refuse(caller, "granularity must be MINUTE, HOUR, DAY or MONTH.")
        metrics = wanted.get("metrics")
        if not isinstance(metrics, list) or not metrics:
            raise self._refuse(caller, "metrics must be a non-empty array.")
        responses = [self._response(caller, one, start, end, step) for one in metrics]
        return answer({"metricResponses": responses})

    def _response(self, caller: Caller, metric: Any, start: int, end: int, step: str) -> dict[str, Any]:
        if not isinstance(metric, dict):
            raise self._refuse(caller, "Every metric must be an object.")
        aggregators = {}
        for part in ("aggregator", "downsample"):
            aggregators[part] = metric.get(part, "sum")
            if not isinstance(aggregators[part], str) or aggregators[part] not in _AGGREGATORS:
                raise self._refuse(caller, f"The {part} must be one of {', '.join(_AGGREGATORS)}.")
        if "aggregator" not in metric:
            raise self._refuse(caller, "Every metric must have an aggregator.")
        found = list(self._counts(caller, metric.get("name")))
        groups: list[dict[str, Any]] = []
        filters = metric.get("filters") or []
        if not isinstance(filters, list):
            raise self._refuse(caller, "filters must be an array.")
        separate = False
        for one in filters:
            ids = self._ids(caller, one)
            found = [count for count in found if count.dataset_id in ids]
            separate = separate or one.get("groupBy") is True
            groups = [{"dataSetId": dataset_id} for dataset_id in ids]
        function = aggregators["downsample"] if "downsample" in metric else aggregators["aggregator"]
        points = []
        for group in groups if separate else [{}]:
            own = [one for one in found if not group or one.dataset_id == group["dataSetId"]]
            points.append({"groupBy": group, "dps": _points(metric["name"], own, start, end, step, function)})
        return {"metric": metric["name"], "filters": filters, "datapoints": points, "granularity": step}

    def _ids(self, caller: Caller, condition: Any) -> list[str]:
        """Datasets that a filter names; several stand in one value, with bars between them."""
        if not isinstance(condition, dict) or not isinstance(condition.get("value"), str):
            raise self._refuse(caller, "Every filter must be an object with a name and a value.")
        # The guide writes dataSetId in its examples, dataSets and dataSetID in its text.
        if str(condition.get("name")).lower() not in ("datasetid", "datasets", "dataset"):
            raise self._refuse(caller, f"The filter {condition.get('name')!r} is not dataSetId.")
        return [one for one in condition["value"].split("|") if one]

    # what is counted

    def _counts(self, caller: Caller, name: Any) -> Iterator[Count]:
        count = METRICS.get(name) if isinstance(name, str) else None
        if count is None:
            known = ", ".join(METRICS)
            raise self._refuse(caller, f"Invalid metric {name!r}: those counted here are {known}.")
        return count(self, caller)

    def _records(self, caller: Caller, *streams: str, tag: str = "") -> Iterator[tuple[str, int, Any]]:
        """Dataset, time and body of records, those of datasets with a tag only."""
        store = self._platform.store
        tagged = {
            one["id"] for one in store.find(caller.tenant, "dataset") if not tag or tag_enabled(one, tag)
        }
        for batch in self._batches.all(caller.tenant):
            dataset_id = batch["relatedObjects"][0]["id"]
            if tag and dataset_id not in tagged:
                continue
            for stream in streams:
                for record in store.records(caller.tenant, stream, batch["id"]):
                    yield dataset_id, record.at, record.body

    def new_datasets(self, caller: Caller) -> Iterator[Count]:
        """Datasets that were created."""
        for dataset in self._platform.store.find(caller.tenant, "dataset"):
            yield Count(dataset["created"], dataset["id"], 1)

    def batches(self, caller: Caller, *statuses: str, tag: str = "") -> Iterator[Count]:
        """Batches that came to an end."""
        tagged = {
            one["id"]
            for one in self._platform.store.find(caller.tenant, "dataset")
            if not tag or tag_enabled(one, tag)
        }
        for batch in self._batches.all(caller.tenant):
            dataset_id = batch["relatedObjects"][0]["id"]
            if batch["status"] in statuses and (not tag or dataset_id in tagged):
                yield Count(batch["updated"], dataset_id, 1)

    def records(self, caller: Caller, *streams: str, tag: str = "") -> Iterator[Count]:
        """Count records of streams of the data lake."""
        for dataset_id, at_ms, _ in self._records(caller, *streams, tag=tag):
            yield Count(at_ms, dataset_id, 1)

    def sizes(self, caller: Caller) -> Iterator[Count]:
        """Bytes of the records ingested, as JSON."""
        for dataset_id, at_ms, body in self._records(caller, LAKE):
            yield Count(at_ms, dataset_id, len(encode(body).encode()))

    def violations(self, caller: Caller, category: str) -> Iterator[Count]:
        """Count records refused for a violation of a category."""
        for dataset_id, at_ms, body in self._records(caller, FAILED):
            if category in _broken(body):
                yield Count(at_ms, dataset_id, 1)

    # mistakes

    def _range(self, caller: Caller, first: Any, last: Any) -> tuple[int, int]:
        start, end = self._moment(caller, first), self._moment(caller, last)
        if start > end:
            raise self._refuse(caller, "Start date cannot be after end date.")
        return start, end

    def _moment(self, caller: Caller, text: Any) -> int:
        try:
            moment = datetime.fromisoformat(str(text))
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            return int(moment.timestamp() * 1000)
        except (ValueError, OverflowError):
            raise self._refuse(caller, f"{text!r} is not a date and time (ISO 8601).") from None

    def _refuse(self, caller: Caller, why: str) -> Problem:
        """`INSGHT-1000-400`, the code of the guide for a bad request payload."""
        from harness.aep.access.sandboxes import Sandboxes

        sandbox = self._platform.service(Sandboxes).describe(caller.tenant)
        code = "INSGHT-1000-400"
        return Problem(
            400,
            {
                "type": f"http://ns.adobe.com/aep/errors/{code}",
                "title": f"Bad Request - {why}",
                "status": 400,
                "report": {
                    "tenantInfo": {
                        "sandboxName": sandbox["sandboxName"],
                        "sandboxId": sandbox["sandboxId"],
                        "imsOrgId": caller.tenant.org,
                    },
                    "additionalContext": None,
                },
                "error-chain": [
                    {
                        "serviceId": "INSGHT",
                        "errorCode": code,
                        "invokingServiceId": "INSGHT",
                        "unixTimeStampMs": self._platform.clock.now_ms(),
                    }
                ],
            },
        )


def _violating(category: str) -> Callable[[Observability, Caller], Iterator[Count]]:
    return lambda own, caller: own.violations(caller, category)


_INGESTION, _PROFILES = "timeseries.ingestion.dataset", "timeseries.profiles.dataset"
_IDENTITY, _VALIDATION = "timeseries.identity.dataset", "timeseries.data.collection.validation"
_SIZE = f"{_INGESTION}.size"
METRICS: dict[str, Callable[[Observability, Caller], Iterator[Count]]] = {
    f"{_INGESTION}.new.count": lambda own, caller: own.new_datasets(caller),
    _SIZE: lambda own, caller: own.sizes(caller),
    f"{_INGESTION}.dailysize": lambda own, caller: own.sizes(caller),
    f"{_INGESTION}.recordsuccess.count": lambda own, caller: own.records(caller, LAKE),
    f"{_INGESTION}.recordfailed.count": lambda own, caller: own.records(caller, FAILED),
    f"{_INGESTION}.batchsuccess.count": lambda own, caller: own.batches(caller, "success", "active"),
    f"{_INGESTION}.batchfailed.count": lambda own, caller: own.batches(caller, "failure", "failed"),
    f"{_VALIDATION}.total.count": lambda own, caller: own.records(caller, LAKE, FAILED),
    **{
        f"{_VALIDATION}.category.{category}.count": _violating(category)
        for category in (*dict.fromkeys(_CATEGORIES.values()), "unclassified")
    },
    f"{_IDENTITY}.recordsuccess.count": lambda own, caller: own.records(caller, LAKE, tag="unifiedIdentity"),
    f"{_PROFILES}.recordread.count": lambda own, caller: own.records(caller, LAKE, tag="unifiedProfile"),
    f"{_PROFILES}.batchsuccess.count": lambda own, caller: own.batches(
        caller, "success", "active", tag="unifiedProfile"
    ),
}
"""Metrics that are counted here, by the names that Observability Insights has for them."""


def _points(
    name: str, found: Iterable[Count], start: int, end: int, step: str, function: str
) -> dict[str, float]:
    """Values by the start of the interval they fall into, those from `start` to before `end`.

    The size of a dataset is all that was ingested up to then.
    """
    buckets: dict[str, list[float]] = {}
    total = 0.0
    for one in sorted(found):
        total += one.amount
        if start <= one.at_ms < end:
            held = buckets.setdefault(_floor(one.at_ms, step), [])
            if name == _SIZE:
                held[:] = [total]
            else:
                held.append(one.amount)
    return {key: float(_AGGREGATORS[function](values)) for key, values in buckets.items()}


def _floor(moment: int, step: str) -> str:
    if step == "MONTH":
        return iso(moment)[:7] + "-01T00:00:00Z"
    size = _STEPS_MS[step]
    return iso(moment - moment % size)


def _broken(body: Any) -> set[str]:
    """Categories of the violations for which a record was refused."""
    found: set[str] = set()
    errors = body.get("_errors", {}) if isinstance(body, dict) else {}
    if not isinstance(errors, dict):
        # A row of a file, whose reasons are texts.
        return {"presence"} if body.get("code") == REQUIRED else {"unclassified"}
    nodes = list(errors.get("_streamingValidation") or [])
    while nodes:
        node = nodes.pop()
        causes = node.get("causingExceptions") or []
        nodes.extend(causes)
        if not causes:
            found.add(_CATEGORIES.get(node.get("keyword"), "unclassified"))
    return found
