from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from harness.aep.serving.openapi import description
from harness.aep.serving.request_bodies import BODIES, FORMS
from harness.aep.serving.services import every_endpoint, service_of

DATA = settings(
    max_examples=1000,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["", "a.b", "/a/0/-", "2024-02-30", "2024-05-15T12:00:00Z", "a = 1", "email", "@type"]),
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def test_it_is_served_to_everybody_and_describes_every_endpoint(client: Any) -> None:
    answer = client.get("/openapi.json", bare=True)
    assert answer.status == 200
    document = answer.json()
    assert document["openapi"].startswith("3.0")
    assert document["servers"] == [{"url": "http://aep.local"}]
    described = {(method.upper(), path) for path, found in document["paths"].items() for method in found}
    for endpoint in every_endpoint(client.platform):
        path = endpoint.path.replace("...", "")
        wanted = endpoint.door not in ("harness", "console") and path != "/openapi.json"
        assert ((endpoint.method, path) in described) is wanted, (endpoint.method, path)


def test_names_of_operations_are_unique_and_parameters_complete(client: Any) -> None:
    paths = description(client.platform, "http://x")["paths"]
    operations = [operation for found in paths.values() for operation in found.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    for path, found in paths.items():
        for operation in found.values():
            given_names = [one["name"] for one in operation["parameters"] if one["in"] == "path"]
            assert all(f"{{{name}}}" in path for name in given_names)
            assert path.count("{") == len(given_names)
            assert operation["summary"]
            assert operation["tags"] == [service_of(path)]


def test_every_schema_is_one_and_belongs_to_an_endpoint(client: Any) -> None:
    known = {(one.method, one.path) for one in every_endpoint(client.platform)}
    for key, schema in {**BODIES, **FORMS}.items():
        assert key in known
        Draft202012Validator.check_schema(schema)


def test_every_call_of_a_service_that_takes_json_says_what_it_takes(client: Any) -> None:
    without = ("/action", "/import/batches/{batch}", "/credentials", "/children", "/schedules/{id}/runs")
    untold = [
        (one.method, one.path)
        for one in every_endpoint(client.platform)
        if one.method in ("POST", "PUT", "PATCH")
        and one.door == "gateway"
        and (one.method, one.path) not in BODIES
        and not one.path.endswith(without)
        and "/files/" not in one.path
    ]
    assert untold == []


@pytest.fixture
def known(people: Any, destinations: Any) -> dict[str, Any]:
    """A platform with something of everything: its client, and the ids there are."""
    client = people.client
    people.profile("a@example.com", first="Ann", crm="1", level="gold")
    people.event("a@example.com", "e1", "2024-05-01T00:00:00Z")
    segment = destinations.segment(f'{people.lake.tenant}.level = "gold"')
    flow = destinations.flow()
    destinations.activate(flow, [segment], ["person.name.firstName"])
    stream = client.post("/metadata/namespaces/edge/datasets/datastreams/records", {"title": "t"}).json()
    store, org = client.platform.store, client.settings.org_id
    rows = store.rows("SELECT id FROM document WHERE org = ?", (org,))
    ids = [one for (one,) in rows] + [stream["_system"]["id"], people.inlet, "prod", "dev", "tenant", "none"]
    assert len(ids) > 30
    return {"client": client, "ids": ids, "operations": _operations(client)}


def _operations(client: Any) -> list[tuple[str, str, dict[str, Any]]]:
    paths = description(client.platform, "http://x")["paths"]
    return [
        (method.upper(), path, operation)
        for path, found in paths.items()
        for method, operation in found.items()
        # What empties the sandboxes would leave the rest with nothing to find.
        if not (method in ("put", "delete") and path.startswith("/data/foundation/sandbox-management"))
    ]


def values(schema: dict[str, Any], ids: list[str]) -> st.SearchStrategy[Any]:
    """Values of a schema, with ids that are there, and now and then something else in their place."""
    if "enum" in schema:
        right: st.SearchStrategy[Any] = st.sampled_from(schema["enum"])
    elif schema.get("type") == "object":
        fields = schema.get("properties", {})
        needed = {name: values(fields[name], ids) for name in schema.get("required", [])}
        others = {name: values(one, ids) for name, one in fields.items() if name not in needed}
        right = st.fixed_dictionaries(needed, optional=others) | st.dictionaries(st.text(max_size=5), JSON)
    elif schema.get("type") == "array":
        right = st.lists(values(schema.get("items", {}), ids), max_size=3)
    elif schema.get("type") == "string":
        right = (
            st.sampled_from(ids)
            | st.text(max_size=20)
            | st.sampled_from(["a = 1", "name", "_xdm.context.profile"])
        )
    elif schema.get("type") == "integer":
        right = st.integers(-1, 1000)
    elif schema.get("type") == "boolean":
        right = st.booleans()
    else:
        right = JSON
    return st.integers(0, 9).flatmap(lambda draw: JSON if draw == 0 else right)


def test_nothing_that_is_sent_makes_it_fail(known: dict[str, Any]) -> None:
    from urllib.parse import quote, urlencode

    client, ids = known["client"], known["ids"]
    words = st.sampled_from(ids) | st.text(min_size=1, max_size=12)
    seen: dict[int, int] = {}

    @DATA
    @given(st.data())
    def fuzz(data: st.DataObject) -> None:
        method, path, operation = data.draw(st.sampled_from(known["operations"]))
        query: list[tuple[str, str]] = []
        headers: dict[str, str] = {}
        for parameter in operation["parameters"]:
            name = parameter["name"]
            if parameter["in"] == "path":
                choices = parameter["schema"].get("enum")
                word = data.draw(st.sampled_from(choices) if choices else words)
                path = path.replace(f"{{{name}}}", quote(word, safe="") or "x")
            elif parameter["in"] == "query" and data.draw(st.booleans()):
                query.append(
                    (
                        name,
                        data.draw(st.integers(-5, 50).map(str) | words | st.sampled_from(["a==b", "asc:x"])),
                    )
                )
        body: Any = None
        content = operation.get("requestBody", {}).get("content", {})
        for media, described in content.items():
            if media.endswith("json"):
                body = data.draw(values(described["schema"], ids))
                headers["content-type"] = media
            elif described["schema"].get("format") == "binary":
                body = data.draw(st.binary(max_size=50))
                headers["content-type"] = media
            else:
                given_form = data.draw(
                    st.dictionaries(st.sampled_from(["grant_type", "client_id", "x"]), words)
                )
                body, headers["content-type"] = urlencode(given_form).encode(), media
            break
        accept = data.draw(
            st.sampled_from(["*/*", "application/vnd.adobe.xed-full+json; version=1", "x;=", ""])
        )
        headers["accept"] = accept
        if data.draw(st.booleans()):
            headers["if-match"] = data.draw(st.sampled_from(["*", '"1"', "1.0.0"]))
        if method == "POST" and not content and data.draw(st.booleans()):
            body = data.draw(JSON)
        target = f"{path}?{urlencode(query)}" if query else path
        answer = client.call(method, target, body, headers=headers)
        seen[answer.status] = seen.get(answer.status, 0) + 1
        assert answer.status < 500, (method, target, body, headers, answer.body)

    fuzz()
    # Enough of it got past the first checks to mean something.
    assert sum(count for status, count in seen.items() if status < 300) > sum(seen.values()) / 10
