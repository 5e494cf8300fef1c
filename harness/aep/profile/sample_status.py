"""Profile preview: how many profiles there are, and how they spread over datasets and namespaces.

Source: the guide to the endpoint `/previewsamplestatus`. Everything is counted when it is asked for,
so the sample is the whole.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.catalog.datasets import Catalog
from harness.aep.identity.namespaces import Namespaces
from harness.aep.profile.profiles import Profiles, ProfileView
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

_BASE = "/data/core/ups/previewsamplestatus"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    status = platform.service(SampleStatus)
    table = (
        ("GET", "", status.read),
        ("GET", "/report/dataset", status.by_dataset),
        ("GET", "/report/namespace", status.by_namespace),
        ("GET", "/report/dataset/overlap", status.dataset_overlap),
        ("GET", "/report/namespace/overlap", status.namespace_overlap),
        ("GET", "/report/unknownProfiles", status.unknown),
    )
    return [Endpoint(method=method, path=_BASE + path, handler=handler) for method, path, handler in table]


class SampleStatus:
    """Counts of the profiles under the default merge policy."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def read(self, _: ServedRequest, caller: Caller) -> Response:
        """`GET /previewsamplestatus`."""
        profiles = self._platform.service(Profiles)
        policy = profiles.policy(caller.tenant)
        total = fragments = 0
        for view in self._views(caller):
            total += 1
            fragments += len(profiles.fragments(caller.tenant, view.xids))
        strategy = "timestampOrdered" if policy is None else policy["attributeMerge"]["type"]
        stamp = self._now().strftime("%Y-%m-%d %H:%M:%S.0")
        return answer(
            {
                "numRowsToRead": str(total),
                "sampleJobRunning": {"status": False, "submissionTimestamp": stamp},
                "cosmosDocCount": f'"{fragments}"',
                "totalFragmentCount": fragments,
                "lastSuccessfulBatchTimestamp": '"null"',
                "streamingDriven": '"true"',
                "totalRows": str(total),
                "lastBatchId": '"null"',
                "status": "TASK_FINISHED",
                "samplingRatio": 1.0,
                "mergeStrategy": f"{strategy}_auto",
                "lastSampledTimestamp": stamp,
            }
        )

    def by_dataset(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /previewsamplestatus/report/dataset?date=`."""
        stamp = self._report_time(request)
        total, counts = 0, Counter[str]()
        for view in self._views(caller):
            total += 1
            counts.update(dict.fromkeys(view.sources, 1))
        catalog = self._platform.service(Catalog)
        data = []
        for dataset in catalog.datasets(caller.tenant):
            count = counts[dataset["id"]]
            if count:
                data.append(
                    {
                        **_counted(count, total),
                        "name": dataset["name"],
                        "description": dataset.get("description", ""),
                        "value": dataset["id"],
                        "streamingIngestionEnabled": "",
                        "createdUser": dataset["createdUser"],
                        "reportTimestamp": stamp,
                    }
                )
        return answer({"data": data, "reportTimestamp": stamp})

    def by_namespace(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /previewsamplestatus/report/namespace?date=`."""
        stamp = self._report_time(request)
        total = 0
        profiles: Counter[str] = Counter()
        identities: Counter[str] = Counter()
        for view in self._views(caller):
            total += 1
            codes = [one.namespace.lower() for one in view.identities]
            identities.update(codes)
            profiles.update(set(codes))
        data = [
            {
                **_counted(profiles[code], total),
                "reportTimestamp": stamp,
                "fullIDsFragmentCount": identities[code],
                "code": namespace["code"],
                "value": str(namespace["id"]),
            }
            for namespace in self._platform.service(Namespaces).all(caller.tenant)
            if profiles[code := namespace["code"].lower()]
        ]
        return answer({"data": data, "reportTimestamp": stamp})

    def dataset_overlap(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /previewsamplestatus/report/dataset/overlap`: people by the datasets that they are in."""
        stamp = self._report_time(request)
        total, data = 0, Counter[str]()
        for view in self._views(caller):
            total += 1
            if view.sources:
                data[",".join(sorted(set(view.sources)))] += 1
        return answer({"data": _combinations(data, total), "reportTimestamp": stamp})

    def namespace_overlap(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /previewsamplestatus/report/namespace/overlap`: people by their namespaces."""
        stamp = self._report_time(request)
        spelled = {
            one["code"].lower(): one["code"] for one in self._platform.service(Namespaces).all(caller.tenant)
        }
        total, data = 0, Counter[str]()
        for view in self._views(caller):
            total += 1
            codes = {one.namespace.lower() for one in view.identities}
            data[",".join(sorted(spelled.get(one, one) for one in codes))] += 1
        return answer({"data": _combinations(data, total), "reportTimestamp": stamp})

    def unknown(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /previewsamplestatus/report/unknownProfiles`: people of whom only events are known."""
        stamp = self._report_time(request)
        counts = Counter(bool(view.entity) for view in self._views(caller))
        data = {
            "totalNumberOfProfiles": counts.total(),
            "unknownProfiles": {"totalNumberOfProfiles": counts[False]},
        }
        return answer({"data": data, "reportTimestamp": stamp})

    def _views(self, caller: Caller) -> Iterator[ProfileView]:
        """Profiles under the default policy, one at a time, however many there are."""
        profiles = self._platform.service(Profiles)
        policy = profiles.policy(caller.tenant)
        return iter(()) if policy is None else profiles.everyone(caller.tenant, policy)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._platform.clock.now_ms() / 1000, tz=UTC)

    def _report_time(self, request: ServedRequest) -> str:
        """Time of the report; there is one of today, and 404 for every other day."""
        now = self._now()
        asked = request.query.get("date")
        if asked:
            if _DATE.fullmatch(asked) is None:
                raise problem.bad_request("date must have the form YYYY-MM-DD")
            if asked != now.strftime("%Y-%m-%d"):
                raise problem.not_found(f"There is no report of {asked}")
        return now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}"


def _combinations(counts: Counter[str], total: int) -> list[dict[str, Any]]:
    """List combinations as rows, the most frequent first: some editions of the guide show an object."""
    return [{"value": value, **_counted(count, total)} for value, count in counts.most_common()]


def _counted(count: int, total: int) -> dict[str, Any]:
    share = round(count / total, 6) if total else 0
    return {
        "sampleCount": count,
        "samplePercentage": share,
        "fullIDsCount": count,
        "fullIDsPercentage": share,
    }
