from __future__ import annotations

from typing import Any

import pytest

CATALOG = "/data/foundation/catalog"


def expiration(client: Any, dataset: str, value: Any) -> Any:
    body = {"extensions": {"adobe_lakeHouse": {"rowExpiration": {"ttlValue": value}}}}
    return client.patch(f"{CATALOG}/v2/dataSets/{dataset}", body)


def test_rows_of_events_expire_when_they_are_told_to(client: Any, lake: Any) -> None:
    made = lake.dataset(lake.schema(of=lake.event_class))
    limits = client.get(f"{CATALOG}/ttl/{made}").json()["extensions"]["adobe_lakeHouse"]["rowExpiration"]
    assert limits["minValue"] == "P7D"
    told = expiration(client, made, "P3M")
    assert told.status == 200
    assert told.json()[made]["extensions"]["adobe_lakeHouse"]["rowExpiration"]["ttlValue"] == "P3M"
    held = client.get(f"{CATALOG}/dataSets/{made}").json()[made]["extensions"]["adobe_lakeHouse"]
    assert held["rowExpiration"]["valueStatus"] == "custom"
    assert held["rowExpiration"]["setBy"] == "user"
    assert expiration(client, made, None).status == 200
    found = client.get(f"{CATALOG}/ttl/{made}").json()["extensions"]["adobe_lakeHouse"]["rowExpiration"]
    assert found["valueStatus"] == "default"


@pytest.mark.parametrize("value", ["P6D", "P", "3 months", 5, "PT5H", "P" + "9" * 9 + "D"])
def test_a_period_that_is_none_or_too_short_is_refused(client: Any, lake: Any, value: Any) -> None:
    assert expiration(client, lake.dataset(lake.schema(of=lake.event_class)), value).status == 400


def test_rows_of_records_do_not_expire(client: Any, lake: Any) -> None:
    made = lake.dataset(lake.schema())
    assert expiration(client, made, "P3M").status == 400
    assert client.get(f"{CATALOG}/ttl/{made}").status == 400
    assert client.get(f"{CATALOG}/ttl/none").status == 404
