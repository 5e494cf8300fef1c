from __future__ import annotations

from typing import Any

import pytest

PATH = "/data/infrastructure/observability/insights/metrics"
GOOD = "timeseries.ingestion.dataset.recordsuccess.count"
BAD = "timeseries.ingestion.dataset.recordfailed.count"


@pytest.fixture
def dataset(client: Any, lake: Any) -> str:
    schema = lake.schema(lake.mixin({"a": {"type": "string"}}))
    made, inlet = lake.dataset(schema), lake.inlet()
    for value in ("x", "y", 5):
        record = {lake.tenant: {"a": value}}
        client.post(f"/collection/{inlet}", lake.message(schema, made, record), bare=True)
    return str(made)


def ask(**changes: Any) -> dict[str, Any]:
    return {
        "start": "2024-05-15T00:00:00Z",
        "end": "2024-05-16T00:00:00Z",
        "granularity": "hour",
        "metrics": [{"name": GOOD, "filters": []}, {"name": BAD}],
        **changes,
    }


def test_what_happened_is_counted_by_hour(client: Any, dataset: str) -> None:
    good, bad = client.post(PATH, ask()).json()["metricResponses"]
    assert good["datapoints"][0]["dps"] == {"2024-05-15T12:00:00Z": 2.0}
    assert bad["datapoints"][0]["dps"] == {"2024-05-15T12:00:00Z": 1.0}
    assert (good["metric"], good["granularity"]) == (GOOD, "HOUR")


def test_a_filter_and_the_range_select(client: Any, dataset: str) -> None:
    def counted(value: str, **changes: Any) -> Any:
        one = {"name": GOOD, "filters": [{"name": "dataSetId", "value": value}]}
        answer = client.post(PATH, ask(metrics=[one], **changes)).json()
        return answer["metricResponses"][0]["datapoints"][0]["dps"]

    assert counted(dataset) == {"2024-05-15T12:00:00Z": 2.0}
    assert counted("0" * 24) == {}
    assert counted(dataset, end="2024-05-15T12:00:00Z") == {}
    assert counted(dataset, granularity="MONTH") == {"2024-05-01T00:00:00Z": 2.0}


def test_the_older_version_counts_by_day(client: Any, dataset: str) -> None:
    url = f"{PATH}?metric={GOOD}&id={dataset}&dateRange=2024-05-01T00:00:00Z/2024-06-01T00:00:00Z"
    (series,) = client.get(url).json()["timeseries"]
    assert series == {"metric": GOOD, "timeseries": {"2024-05-15T00:00:00Z": 2.0}}


@pytest.mark.parametrize(
    "change",
    [{"start": "now"}, {"granularity": "EON"}, {"metrics": []}, {"metrics": [{"name": "x"}]}],
)
def test_a_question_that_cannot_be_answered_is_refused(client: Any, change: dict[str, Any]) -> None:
    assert client.post(PATH, ask(**change)).status == 400
    assert client.get(PATH).status == 400
