from __future__ import annotations

import json
from typing import Any

import pytest

from harness.aep.ingestion.landing import FAILED, LAKE
from harness.twin.tenant import Tenant

PROBLEM = "http://ns.adobe.com/adobecloud/problem/data-collection-service/inlet"
DENIED = "https://ns.adobe.com/adobecloud/problem/data-collection-service-authorization"


class Stream:
    """A dataset of profiles with an inlet, and records for it."""

    def __init__(self, lake: Any, *, authenticated: bool = False) -> None:
        self.lake = lake
        self.client = lake.client
        fields = {
            "id": {"type": "string", "format": "email"},
            "level": {"type": "string", "enum": ["Gold", "Silver"]},
            "points": {"type": "integer"},
        }
        self.schema = lake.schema(lake.mixin(fields), union=True)
        lake.identity(self.schema, f"/{lake.tenant}/id")
        self.dataset = lake.dataset(self.schema, profile=True)
        self.inlet = lake.inlet(authenticated=authenticated)

    def record(self, **fields: Any) -> dict[str, Any]:
        return {self.lake.tenant: {"id": "a@example.com", **fields}}

    def message(self, record: Any = None) -> dict[str, Any]:
        sent = self.record() if record is None else record
        return dict(self.lake.message(self.schema, self.dataset, sent))

    def send(self, message: Any = None, *, query: str = "?syncValidation=true", **options: Any) -> Any:
        sent = self.message() if message is None else message
        return self.client.post(f"/collection/{self.inlet}{query}", sent, bare=True, **options)

    def landed(self, stream: str = LAKE) -> list[Any]:
        found = self.client.platform.store.records(Tenant(self.client.settings.org_id, "prod"), stream)
        return [one.body for one in found]

    def where(self) -> str:
        return f"inletId: [{self.inlet}] imsOrgId: [{self.client.settings.org_id}]"


@pytest.fixture
def stream(lake: Any) -> Stream:
    return Stream(lake)


@pytest.mark.parametrize("name", ["syncValidation", "synchronousValidation"])
def test_a_good_record_passes_under_the_spelling_that_was_asked(stream: Stream, name: str) -> None:
    answer = stream.send(query=f"?{name}=true")
    assert answer.status == 200
    body = answer.json()
    assert body[name] == {"status": "pass"}
    assert body["inletId"] == stream.inlet
    assert body["receivedTimeMs"] == stream.client.clock.now_ms()
    assert body["xactionId"].startswith(f"{body['receivedTimeMs']}:")
    assert len(body["xactionId"].split(":")) == 3
    assert stream.landed() == [stream.record()]


@pytest.mark.parametrize("query", ["", "?syncValidation=false"])
def test_without_asking_validation_is_skipped(stream: Stream, query: str) -> None:
    assert stream.send(query=query).json()["syncValidation"] == {"skipped": True}
    assert stream.landed() == [stream.record()]


def test_a_record_that_breaks_its_schema_is_dropped_with_every_reason(stream: Stream) -> None:
    bad = {**stream.record(level="Tin", points="5"), "workEmail": "x"}
    answer = stream.send(stream.message(bad))
    assert answer.status == 400
    body = answer.json()
    assert body["type"] == PROBLEM
    assert body["status"] == 400
    assert body["title"] == "Invalid XDM Message Format"
    assert body["report"]["message"] == f"{stream.where()} Message is invalid"
    (tree,) = body["report"]["cause"]["_streamingValidation"]
    assert tree["message"] == "3 schema violations found"
    text = json.dumps(tree)
    assert "extraneous key [workEmail] is not permitted" in text
    assert "Tin is not a valid enum value" in text
    assert "expected type: Integer, found: String" in text
    assert f"#/{stream.lake.tenant}/level" in text
    assert stream.landed() == []


def test_the_primary_identity_is_mandatory_and_only_while_it_is_one(stream: Stream) -> None:
    record = {stream.lake.tenant: {"points": 1}}
    answer = stream.send(stream.message(record))
    (tree,) = answer.json()["report"]["cause"]["_streamingValidation"]
    assert tree["message"] == "required key [id] not found"
    assert stream.send(stream.message({})).status == 400
    base = "/data/foundation/schemaregistry/tenant/descriptors"
    (identity,) = stream.client.get(base).json()["xdm:descriptorIdentity"]
    stream.client.delete(f"{base}/{identity['@id']}")
    assert stream.send(stream.message(record)).status == 200


def test_a_change_of_the_schema_reaches_validation(stream: Stream) -> None:
    record = stream.record(extra="x")
    assert stream.send(stream.message(record)).status == 400
    mixins = "/data/foundation/schemaregistry/tenant/mixins"
    (group,) = stream.client.get(mixins).json()["results"]
    path = f"/definitions/own/properties/{stream.lake.tenant}/properties/extra"
    stream.client.patch(
        f"{mixins}/{group['meta:altId']}",
        [{"op": "add", "path": path, "value": {"type": "string"}}],
    )
    assert stream.send(stream.message(record)).status == 200


def test_an_asynchronous_failure_goes_to_an_error_batch_of_the_dataset(stream: Stream) -> None:
    answer = stream.send(stream.message(stream.record(level="Tin")), query="")
    assert answer.status == 200
    assert stream.landed() == []
    (failed,) = stream.landed(FAILED)
    assert failed["record"] == stream.record(level="Tin")
    found = stream.client.get(
        f"/data/foundation/catalog/batches?dataSet={stream.dataset}&status=failure"
    ).json()
    ((batch),) = found.values()
    assert batch["failedRecordCount"] == 1
    dataset = stream.client.get(f"/data/foundation/catalog/dataSets/{stream.dataset}").json()
    assert dataset[stream.dataset]["lastBatchStatus"] == "failure"


def test_what_streamed_in_is_a_batch_of_the_dataset(stream: Stream) -> None:
    for _ in range(3):
        stream.send()
    found = stream.client.get(f"/data/foundation/catalog/batches?dataSet={stream.dataset}").json()
    ((batch),) = found.values()
    assert (batch["status"], batch["recordCount"]) == ("success", 3)
    stream.client.clock.advance(15 * 60 * 1000)
    stream.send()
    assert len(stream.client.get("/data/foundation/catalog/batches").json()) == 2


def without(message: dict[str, Any], *path: str) -> dict[str, Any]:
    copied = json.loads(json.dumps(message))
    node = copied
    for word in path[:-1]:
        node = node[word]
    del node[path[-1]]
    return dict(copied)


@pytest.mark.parametrize(
    "path",
    [
        ("header",),
        ("body",),
        ("body", "xdmEntity"),
        ("body", "xdmMeta"),
        ("header", "schemaRef"),
        ("header", "datasetId"),
    ],
)
def test_an_envelope_that_lacks_something_has_an_unknown_format(
    stream: Stream, path: tuple[str, ...]
) -> None:
    answer = stream.send(without(stream.message(), *path), query="")
    assert answer.status == 400
    report = answer.json()["report"]
    assert report == {"message": f"{stream.where()} Message has unknown xdm format"}


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'"x"'])
def test_what_is_no_message_has_an_unknown_format(stream: Stream, content: bytes) -> None:
    answer = stream.send(content, headers={"content-type": "application/json"})
    assert answer.status == 400
    assert "unknown xdm format" in answer.json()["report"]["message"]


def test_another_schema_than_the_datasets_has_an_unknown_format(stream: Stream) -> None:
    other = stream.lake.schema(title="Other")
    for message in (
        stream.lake.message(other, stream.dataset, stream.record()),
        {**stream.message(), "header": stream.lake.message(other, stream.dataset, {})["header"]},
    ):
        answer = stream.send(message)
        assert "unknown xdm format" in answer.json()["report"]["message"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/vnd.adobe.xed-full+json;version=1", 200),
        ("application/vnd.adobe.xed-full+json;version=1.0", 200),
        ("application/vnd.adobe.xed-full-notext+json; version=1.0", 200),
        ("application/vnd.adobe.xed+json;version=1", 200),
        ("application/vnd.adobe.xed-full+json;version=2", 400),
        ("application/vnd.adobe.xed-full+json", 400),
        ("application/json", 400),
        ("", 400),
        (None, 400),
        (5, 400),
    ],
)
def test_a_schema_reference_says_its_version(stream: Stream, kind: Any, status: int) -> None:
    message = stream.message()
    ref = {"id": stream.schema} if kind is None else {"id": stream.schema, "contentType": kind}
    message["header"] = {**message["header"], "schemaRef": ref}
    answer = stream.send(message)
    assert answer.status == status, answer.body
    if status == 400:
        assert answer.json()["report"]["message"].endswith("Message has unknown xdm format")


@pytest.mark.parametrize("text", ["NaN", "1e999", '"\\ud800"'])
def test_what_json_does_not_have_is_refused(stream: Stream, text: str) -> None:
    content = json.dumps(stream.message(stream.record(points=123456))).replace("123456", text).encode()
    answer = stream.send(content, headers={"content-type": "application/json"})
    assert (answer.status, answer.json()["title"]) == (400, "Invalid XDM Message Format")


def test_another_organisation_is_refused_and_an_absent_one_filled_in(stream: Stream) -> None:
    message = stream.message()
    message["header"]["imsOrgId"] = "FFFFFFFFFFFFFFFFFFFFFFFF@AdobeOrg"
    answer = stream.send(message)
    assert answer.status == 400
    assert answer.json()["report"]["message"] == (
        f"{stream.where()} Message has an absent or wrong ims org in the header"
    )
    assert stream.send(without(stream.message(), "header", "imsOrgId")).status == 200


def test_an_unknown_inlet_is_not_found(stream: Stream) -> None:
    answer = stream.client.post(f"/collection/{'0' * 64}", stream.message(), bare=True)
    assert (answer.status, answer.json()["type"]) == (404, PROBLEM)


def test_an_inlet_of_one_sandbox_does_not_see_the_datasets_of_another(stream: Stream) -> None:
    stream.client.sandbox = "dev"
    inlet = stream.lake.inlet()
    answer = stream.client.post(f"/collection/{inlet}", stream.message(), bare=True)
    assert answer.status == 400


def test_the_alias_on_the_platforms_host_is_the_same(stream: Stream) -> None:
    url = f"/data/foundation/import/collection/{stream.inlet}?syncValidation=true"
    assert stream.client.post(url, stream.message(), bare=True).status == 200
    url = f"/data/foundation/import/collection/batch/{stream.inlet}"
    messages = {"messages": [stream.message()]}
    assert stream.client.post(url, messages, bare=True).status == 207


def test_another_content_type_is_415(stream: Stream) -> None:
    answer = stream.send(headers={"content-type": "text/plain"})
    assert answer.status == 415


def test_a_message_over_the_limit_is_refused_before_it_is_read(stream: Stream) -> None:
    for announced in ("1048577", "9" * 30):
        answer = stream.send(headers={"content-length": announced})
        assert answer.status == 413
        assert answer.headers["connection"] == "close"
        assert answer.json() == {
            "type": PROBLEM,
            "status": 413,
            "title": "Payload Too Large",
            "report": {"message": "The body is larger than 1048576 bytes"},
        }


def test_sixty_synchronous_validations_a_minute_are_allowed(stream: Stream) -> None:
    assert {stream.send().status for _ in range(60)} == {200}
    answer = stream.send()
    assert answer.status == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert stream.send(query="").status == 200
    stream.client.clock.advance(60_000)
    assert stream.send().status == 200


def test_a_location_without_synchronous_validation_is_501(make_client: Any, lake: Any) -> None:
    client = make_client(sync_validation_supported=False)
    lake.client = client
    assert Stream(lake).send().status == 501


# authenticated inlets


@pytest.fixture
def guarded(lake: Any) -> Stream:
    return Stream(lake, authenticated=True)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (None, "Ims service token is empty"),
        ("", "Ims service token is empty"),
        ("Bearer ", "Ims service token is empty"),
        ("Bearer nonsense", "Ims service token is invalid"),
        ("nonsense", "Ims service token is invalid"),
    ],
)
def test_an_authenticated_inlet_wants_a_token(guarded: Stream, header: str | None, reason: str) -> None:
    answer = guarded.send(headers={"authorization": header})
    assert answer.status == 401
    assert answer.json() == {
        "type": DENIED,
        "status": "401",
        "title": "Authorization",
        "report": {"message": f"[{guarded.inlet}] {reason}"},
    }
    assert guarded.landed() == []


def test_an_expired_token_is_refused_with_its_own_reason(guarded: Stream) -> None:
    minted = guarded.client.post("/_harness/token", {"ttl_s": 0}, bare=True).json()
    answer = guarded.send(headers={"authorization": f"Bearer {minted['access_token']}"})
    assert answer.status == 401
    message = answer.json()["report"]["message"]
    assert message == f"[{guarded.inlet}] Ims service token is expired"


def test_a_good_token_opens_it_with_or_without_the_scheme(guarded: Stream) -> None:
    token = guarded.client.token
    for header in (f"Bearer {token}", f"bearer {token}", token):
        assert guarded.send(headers={"authorization": header}).status == 200


def test_an_open_inlet_takes_a_record_with_a_bad_token(stream: Stream) -> None:
    assert stream.send(headers={"authorization": "Bearer nonsense"}).status == 200


# several messages


def test_each_message_of_several_has_its_own_answer_in_order(stream: Stream) -> None:
    other = stream.message()
    other["header"]["imsOrgId"] = "x@AdobeOrg"
    messages = [
        stream.message(),
        without(stream.message(), "body"),
        other,
        stream.message(stream.record(level="Tin")),
        stream.message(),
    ]
    answer = stream.client.post(f"/collection/batch/{stream.inlet}", {"messages": messages}, bare=True)
    assert answer.status == 207
    body = answer.json()
    batch = body["batchId"]
    assert body["inletId"] == stream.inlet
    assert body["responses"] == [
        {"xactionId": f"{batch}:0"},
        {"statusCode": 400, "message": f"{stream.where()} Message has unknown xdm format"},
        {
            "statusCode": 400,
            "message": f"{stream.where()} Message has an absent or wrong ims org in the header",
        },
        {"xactionId": f"{batch}:3"},
        {"xactionId": f"{batch}:4"},
    ]
    assert len(stream.landed()) == 2
    assert len(stream.landed(FAILED)) == 1


def test_several_messages_must_be_an_array(stream: Stream) -> None:
    for body in ({}, {"messages": []}, {"messages": "x"}, []):
        answer = stream.client.post(f"/collection/batch/{stream.inlet}", body, bare=True)
        assert answer.status == 400, body


def test_requests_and_messages_a_second_can_be_bounded(make_client: Any, lake: Any) -> None:
    limits = {"collection_requests_per_second": 3, "collection_messages_per_second": 5}
    stream = Stream(type(lake)(client=make_client(**limits)))
    assert [stream.send(query="").status for _ in range(4)] == [200, 200, 200, 429]
    answer = stream.send(query="")
    assert (answer.headers["retry-after"], answer.json()["title"]) == ("1", "Too Many Requests")
    assert "At most 3 requests a second" in answer.json()["report"]["message"]
    stream.client.clock.advance(1000)
    several = {"messages": [stream.message()] * 3}
    target = f"/collection/batch/{stream.inlet}"
    assert stream.client.post(target, several, bare=True).status == 207
    answer = stream.client.post(target, several, bare=True)
    assert "At most 5 messages a second" in answer.json()["report"]["message"]
    assert len(stream.landed()) == 6


def test_a_strict_platform_bounds_as_adobe_does(make_client: Any, lake: Any) -> None:
    client = make_client(strict=True, sync_validation_per_minute=5000)
    client.sandbox = "prod"
    stream = Stream(type(lake)(client=client))
    message = stream.client.post(f"/collection/{stream.inlet}", {"x": 1}, bare=True)
    assert message.status == 400
    statuses = [
        stream.client.post(f"/collection/{stream.inlet}", {"x": 1}, bare=True).status for _ in range(1000)
    ]
    assert (statuses[:999], statuses[999]) == ([400] * 999, 429)
