"""Where it is known from how the platform answers: in its document, in its journal, at a run's end."""

from __future__ import annotations

from typing import Any

import pytest

from harness.aep.serving.provenance import KNOWN, known_of, provenance_of
from harness.aep.serving.services import every_endpoint
from harness.twin.provenance import ValueSource


def test_every_call_of_aep_is_in_the_table(client: Any) -> None:
    missing = [
        f"{one.method} {one.path}"
        for one in every_endpoint(client.platform)
        if one.door not in ("harness", "console") and known_of(one.method, one.path) is None
    ]
    assert missing == []


def test_every_row_says_more_than_its_source() -> None:
    for row in KNOWN:
        assert row.answers.detail, row
        assert row.refusals is None or row.refusals.detail, row


@pytest.mark.parametrize(
    ("method", "path", "refused", "source"),
    [
        ("GET", "/data/foundation/schemaregistry/stats", False, ValueSource.DOCUMENTED),
        ("GET", "/data/foundation/catalog/dataSets/{id}", False, ValueSource.DOCUMENTED),
        ("GET", "/data/foundation/catalog/dataSets/{id}", True, ValueSource.ASSUMED),
        ("POST", "/ee/v1/interact", False, ValueSource.CLIENT),
        ("GET", "/_sinks/eventhubs/{namespace}/{hub}/messages", False, ValueSource.ASSUMED),
        ("POST", "/_sinks/eventhubs/{namespace}/{hub}/messages", False, ValueSource.DOCUMENTED),
        ("GET", "/somewhere/else", False, ValueSource.ASSUMED),
    ],
)
def test_a_call_is_known_by_the_longest_start(
    method: str, path: str, refused: bool, source: ValueSource
) -> None:
    assert provenance_of(method, path, refused=refused).source is source


def test_the_document_says_it_of_answers_and_of_refusals(client: Any) -> None:
    paths = client.get("/openapi.json", bare=True).json()["paths"]
    for path, operations in paths.items():
        for operation in operations.values():
            for response in operation["responses"].values():
                assert response["x-provenance"]["source"] in {one.value for one in ValueSource}, path


def test_answers_are_counted_by_what_they_are_known_from(client: Any) -> None:
    client.get("/data/foundation/catalog/dataSets")
    client.get("/data/foundation/catalog/dataSets/none")
    told = client.get("/_harness/provenance", bare=True).json()
    assert told["answers"] == 2
    assert told["sources"] == {"observed": 0, "client": 0, "documented": 1, "assumed": 1}
    assert told["assumed"] == [
        {"call": "GET /data/foundation/catalog/dataSets/{id}", "answers": 1, "refusals": 1}
    ]
