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
        "metrics": [{"name": GOOD, "filters": [], "aggregator": "sum"}, {"name": BAD, "aggregator": "sum"}],
        **changes,
    }


def test_what_happened_is_counted_by_hour(client: Any, dataset: str) -> None:
    good, bad = client.post(PATH, ask()).json()["metricResponses"]
    assert good["datapoints"][0]["dps"] == {"2024-05-15T12:00:00Z": 2.0}
    assert bad["datapoints"][0]["dps"] == {"2024-05-15T12:00:00Z": 1.0}
    assert (good["metric"], good["granularity"]) == (GOOD, "HOUR")


def counted(client: Any, name: str, value: str = "", **changes: Any) -> Any:
    one: dict[str, Any] = {"name": name, "aggregator": "sum"}
    if value:
        one["filters"] = [{"name": "dataSetId", "value": value}]
    answer = client.post(PATH, ask(metrics=[one], **changes)).json()
    return answer["metricResponses"][0]["datapoints"][0]["dps"]


def test_a_filter_and_the_range_select(client: Any, dataset: str) -> None:
    assert counted(client, GOOD, dataset) == {"2024-05-15T12:00:00Z": 2.0}
    assert counted(client, GOOD, "0" * 24) == {}
    assert counted(client, GOOD, dataset, end="2024-05-15T12:00:00Z") == {}
    assert counted(client, GOOD, dataset, granularity="MONTH") == {"2024-05-01T00:00:00Z": 2.0}


def test_several_datasets_are_counted_together_or_each_by_itself(client: Any, dataset: str) -> None:
    named = {"name": "dataSetId", "value": f"{dataset}|{'0' * 24}", "groupBy": True}
    metric = {"name": GOOD, "filters": [named], "aggregator": "sum", "downsample": "sum"}
    (found,) = client.post(PATH, ask(metrics=[metric])).json()["metricResponses"]
    assert found["filters"] == [named]
    assert found["datapoints"] == [
        {"groupBy": {"dataSetId": dataset}, "dps": {"2024-05-15T12:00:00Z": 2.0}},
        {"groupBy": {"dataSetId": "0" * 24}, "dps": {}},
    ]
    named["groupBy"] = False
    (found,) = client.post(PATH, ask(metrics=[metric])).json()["metricResponses"]
    assert found["datapoints"] == [{"groupBy": {}, "dps": {"2024-05-15T12:00:00Z": 2.0}}]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeseries.ingestion.dataset.new.count", 1.0),
        ("timeseries.ingestion.dataset.batchsuccess.count", 1.0),
        ("timeseries.ingestion.dataset.batchfailed.count", 1.0),
        ("timeseries.data.collection.validation.total.count", 3.0),
        ("timeseries.data.collection.validation.category.type.count", 1.0),
        ("timeseries.ingestion.dataset.dailysize", 2.0 * len('{"_exchangeinternal":{"a":"x"}}')),
        ("timeseries.ingestion.dataset.size", 2.0 * len('{"_exchangeinternal":{"a":"x"}}')),
    ],
)
def test_each_metric_counts_what_it_is_named_for(client: Any, dataset: str, name: str, value: float) -> None:
    assert counted(client, name) == {"2024-05-15T12:00:00Z": value}


def test_nothing_is_counted_that_did_not_happen(client: Any, dataset: str) -> None:
    for name in (
        "timeseries.data.collection.validation.category.presence.count",
        "timeseries.profiles.dataset.recordread.count",
        "timeseries.identity.dataset.recordsuccess.count",
    ):
        assert counted(client, name) == {}


def test_the_size_grows_while_the_daily_size_starts_anew(client: Any, lake: Any, dataset: str) -> None:
    before = counted(client, "timeseries.ingestion.dataset.size")["2024-05-15T12:00:00Z"]
    client.clock.advance(13 * 3_600_000)
    schema = client.get(f"/data/foundation/catalog/dataSets/{dataset}").json()[dataset]["schemaRef"]["id"]
    message = lake.message(schema, dataset, {lake.tenant: {"a": "z"}})
    client.post(f"/collection/{lake.inlet()}", message, bare=True)
    span = {"granularity": "DAY", "end": "2024-05-18T00:00:00Z"}
    assert counted(client, "timeseries.ingestion.dataset.size", **span) == {
        "2024-05-15T00:00:00Z": before,
        "2024-05-16T00:00:00Z": before * 1.5,
    }
    daily = counted(client, "timeseries.ingestion.dataset.dailysize", **span)
    assert daily["2024-05-16T00:00:00Z"] == before / 2


def test_version_one_counts_by_day_and_puts_the_newest_first(client: Any, dataset: str) -> None:
    url = (
        f"{PATH}?metric={GOOD}&metric={BAD}&id={dataset}&dateRange=2024-05-01T00:00:00Z/2024-06-01T00:00:00Z"
    )
    assert client.get(url).json() == {
        "id": dataset,
        "imsOrgId": client.settings.org_id,
        "timeseries": {
            "granularity": "DAY",
            "items": [{"timestamp": "2024-05-15T00:00:00Z", "metrics": {GOOD: 2.0, BAD: 1.0}}],
            "_page": None,
            "_links": None,
        },
        "stats": {},
    }


def test_version_one_looks_at_the_last_thirty_days_when_no_range_is_given(client: Any, dataset: str) -> None:
    assert len(client.get(f"{PATH}?metric={GOOD}").json()["timeseries"]["items"]) == 1
    client.clock.advance(31 * 86_400_000)
    fresh = {"authorization": f"Bearer {client.platform.tokens.issue(client.settings.organisation)}"}
    assert client.get(f"{PATH}?metric={GOOD}", headers=fresh).json()["timeseries"]["items"] == []


def test_a_mistake_is_answered_in_the_services_own_problem_body(client: Any) -> None:
    body = client.post(PATH, ask(start="2024-06-01T00:00:00Z")).json()
    assert (body["type"], body["status"]) == ("http://ns.adobe.com/aep/errors/INSGHT-1000-400", 400)
    assert body["title"] == "Bad Request - Start date cannot be after end date."
    assert body["report"]["tenantInfo"]["imsOrgId"] == client.settings.org_id
    assert body["report"]["tenantInfo"]["sandboxName"] == "prod"
    assert body["error-chain"][0]["errorCode"] == "INSGHT-1000-400"


@pytest.mark.parametrize(
    "change",
    [
        {"start": "now"},
        {"end": None},
        {"granularity": "EON"},
        {"metrics": []},
        {"metrics": "all"},
        {"metrics": ["x"]},
        {"metrics": [{"name": "x", "aggregator": "sum"}]},
        {"metrics": [{"name": GOOD}]},
        {"metrics": [{"name": GOOD, "aggregator": "mode"}]},
        {"metrics": [{"name": GOOD, "aggregator": ["sum"]}]},
        {"metrics": [{"name": [GOOD], "aggregator": "sum"}]},
        {"metrics": [{"name": GOOD, "aggregator": "sum", "downsample": "mode"}]},
        {"metrics": [{"name": GOOD, "aggregator": "sum", "filters": [{"name": "colour", "value": "x"}]}]},
        {"metrics": [{"name": GOOD, "aggregator": "sum", "filters": [{"name": "dataSetId"}]}]},
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(client: Any, change: dict[str, Any]) -> None:
    answer = client.post(PATH, ask(**change))
    assert (answer.status, answer.json()["error-chain"][0]["errorCode"]) == (400, "INSGHT-1000-400")


@pytest.mark.parametrize(
    "query", ["", "?metric=x", f"?metric={GOOD}&dateRange=x", "?" + "&".join([f"metric={GOOD}"] * 7)]
)
def test_version_one_refuses_what_it_cannot_answer(client: Any, query: str) -> None:
    answer = client.get(PATH + query)
    assert (answer.status, answer.json()["error-chain"][0]["errorCode"]) == (400, "INSGHT-1000-400")


def test_rows_of_files_that_were_refused_are_counted_by_their_codes(client: Any, lake: Any) -> None:
    dataset = lake.dataset(lake.schema(of=lake.event_class))
    imports = "/data/foundation/import/batches"
    batch = client.post(imports, {"datasetId": dataset, "inputFormat": {"format": "json"}}).json()["id"]
    octets = {"content-type": "application/octet-stream"}
    target = f"{imports}/{batch}/datasets/{dataset}/files/a.json"
    client.put(target, b'{"_id": "1"}\n{', headers=octets)
    client.post(f"{imports}/{batch}?action=COMPLETE")
    for category in ("presence", "unclassified"):
        name = f"timeseries.data.collection.validation.category.{category}.count"
        assert counted(client, name) == {"2024-05-15T12:00:00Z": 1.0}
