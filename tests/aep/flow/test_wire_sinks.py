"""Delivery over loopback to a second platform, which stands for AWS and Azure."""

from __future__ import annotations

import base64
import json
import threading
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from harness.aep.flow.sink_variables import sink_variables
from harness.aep.serving.server import LocalPlatform
from harness.aep.settings import Settings
from harness.twin.tenant import Tenant
from harness.twin.wires.remote_sink import ATTEMPTS, Message, RemoteSink
from harness.twin.wires.sinks import DeliveryError, Destination, LocalSinks

if TYPE_CHECKING:
    from collections.abc import Iterator

KINESIS = Destination(service="kinesis", place="us-east-1", name="s", key_name="AKIA", key="secret")
HUB = Destination(service="eventhubs", place="n", name="h", key_name="send", key="secret")


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalPlatform]:
    with LocalPlatform(Settings()) as local:
        sinks = local.platform.service(LocalSinks)
        for one in (KINESIS, HUB):
            sinks.learn_key(one.service, one.place, one.key_name, one.key, "test")
            sinks.create(one.service, one.account, one.place, one.name)
        yield local


def sink(cloud: LocalPlatform, **options: Any) -> RemoteSink:
    return RemoteSink(
        cloud.platform.service(LocalSinks),
        kinesis=f"{cloud.base_url}/_sinks/kinesis/{{region}}",
        event_hubs=f"{cloud.base_url}/_sinks/eventhubs/{{namespace}}",
        back_off_s=0,
        **options,
    )


def arrived(cloud: LocalPlatform, to: Destination) -> list[tuple[str, str]]:
    found = cloud.platform.service(LocalSinks).messages(to.service, to.account, to.place, to.name)
    return [(one.body["partitionKey"], one.body["data"]) for one in found]


def test_a_message_reaches_kinesis_signed_by_botocore(cloud: LocalPlatform) -> None:
    wire = sink(cloud)
    assert wire.answers(KINESIS)
    before = len(arrived(cloud, KINESIS))
    wire.send(KINESIS, "k1", b'{"a": 1}')
    wire.send(KINESIS, "k1", b'{"a": 2}')
    wire.close()
    texts = [base64.b64decode(data).decode() for _, data in arrived(cloud, KINESIS)[before:]]
    assert texts == ['{"a": 1}', '{"a": 2}']


def test_a_message_reaches_an_event_hub_with_its_partition_key(cloud: LocalPlatform) -> None:
    wire = sink(cloud)
    wire.send(HUB, "k1", b'{"a": 1}')
    wire.close()
    assert arrived(cloud, HUB)[-1] == ("k1", '{"a": 1}')


@pytest.mark.parametrize(
    ("destination", "code"),
    [
        (
            Destination(service="kinesis", place="us-east-1", name="s", key_name="AKIA", key="x"),
            "InvalidSignatureException",
        ),
        (
            Destination(service="kinesis", place="us-east-1", name="nope", key_name="AKIA", key="secret"),
            "ResourceNotFoundException",
        ),
        (
            Destination(service="eventhubs", place="n", name="h", key_name="send", key="x"),
            "401 Unauthorized",
        ),
        (
            Destination(service="eventhubs", place="n", name="nope", key_name="send", key="secret"),
            "404 Not Found",
        ),
    ],
)
def test_a_refusal_is_an_error_with_the_words_of_the_service(
    cloud: LocalPlatform, destination: Destination, code: str
) -> None:
    wire = sink(cloud)
    with pytest.raises(DeliveryError) as caught:
        wire.send(destination, "k", b"{}")
    wire.close()
    assert caught.value.code == code


class _Unwell(BaseHTTPRequestHandler):
    """Answers 503 a number of times, then well."""

    failures: ClassVar[int] = 0
    calls: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        type(self).calls.append(body)
        unwell = len(type(self).calls) <= type(self).failures
        content = (
            b"{}"
            if unwell
            else json.dumps(
                {"FailedRecordCount": 0, "Records": [{"ShardId": "s", "SequenceNumber": "1"}]}
            ).encode()
        )
        self.send_response(503 if unwell else 201 if "messages" in self.path else 200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


class _Stranger(BaseHTTPRequestHandler):
    """Answers what Kinesis never does."""

    status: ClassVar[int] = 200
    content: ClassVar[bytes] = b""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(self.status)
        self.send_header("content-length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Address of a server that answers while the context lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def unwell() -> Iterator[tuple[str, type[_Unwell]]]:
    handler = type("Handler", (_Unwell,), {"calls": [], "failures": 0})
    with serving(handler) as address:
        yield address, handler


@pytest.mark.parametrize("destination", [KINESIS, HUB])
def test_a_passing_failure_is_tried_again_and_a_lasting_one_given_up(
    cloud: LocalPlatform, unwell: tuple[str, type[_Unwell]], destination: Destination
) -> None:
    address, handler = unwell
    wire = RemoteSink(cloud.platform.service(LocalSinks), kinesis=address, event_hubs=address, back_off_s=0)
    handler.failures = ATTEMPTS - 1
    wire.send(destination, "k", b"{}")
    assert len(handler.calls) == ATTEMPTS
    handler.calls.clear()
    handler.failures = ATTEMPTS
    with pytest.raises(DeliveryError):
        wire.send(destination, "k", b"{}")
    assert len(handler.calls) == ATTEMPTS
    wire.close()


class _Busy(BaseHTTPRequestHandler):
    """A Kinesis that takes records but for those of the keys that are `throttled`, each so many times."""

    throttled: ClassVar[dict[str, int]] = {}
    calls: ClassVar[list[list[str]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        keys = [record["PartitionKey"] for record in body["Records"]]
        type(self).calls.append(keys)
        answers: list[dict[str, str]] = []
        for key in keys:
            left = self.throttled.get(key, 0)
            self.throttled[key] = left - 1
            refusal = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "slow down"}
            answers.append(refusal if left > 0 else {"ShardId": "s", "SequenceNumber": "1"})
        failed = sum("ErrorCode" in one for one in answers)
        content = json.dumps({"FailedRecordCount": failed, "Records": answers}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def busy() -> Iterator[tuple[str, type[_Busy]]]:
    handler = type("Handler", (_Busy,), {"calls": [], "throttled": {}})
    with serving(handler) as address:
        yield address, handler


def test_only_the_records_that_were_throttled_are_sent_again(
    cloud: LocalPlatform, busy: tuple[str, type[_Busy]]
) -> None:
    address, handler = busy
    wire = RemoteSink(cloud.platform.service(LocalSinks), kinesis=address, back_off_s=0)
    handler.throttled.update({"b": 2, "c": 1, "d": ATTEMPTS})
    outcomes = wire.deliver(KINESIS, [Message(key, b"{}") for key in "abcd"])
    wire.close()
    assert handler.calls == [list("abcd"), list("bcd"), list("bd"), *([["d"]] * (ATTEMPTS - 3))]
    assert outcomes[:3] == [None, None, None]
    assert outcomes[3] is not None
    assert outcomes[3].code == "ProvisionedThroughputExceededException"


def test_pauses_grow_and_end_when_there_is_no_time(
    cloud: LocalPlatform, busy: tuple[str, type[_Busy]]
) -> None:
    address, handler = busy
    wire = RemoteSink(cloud.platform.service(LocalSinks), kinesis=address, back_off_s=3600)
    handler.throttled["a"] = 1
    wire.hurry()
    (outcome,) = wire.deliver(KINESIS, [Message("a", b"{}")])
    wire.close()
    assert outcome is not None
    assert handler.calls == [["a"]]


def test_a_call_holds_no_more_than_kinesis_takes(cloud: LocalPlatform, busy: tuple[str, type[_Busy]]) -> None:
    address, handler = busy
    wire = RemoteSink(cloud.platform.service(LocalSinks), kinesis=address, back_off_s=0)
    wire.deliver(KINESIS, [Message(f"k{number}", b"x" * 1_000_000) for number in range(11)])
    wire.close()
    assert [len(keys) for keys in handler.calls] == [5, 5, 1]


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (200, b""),
        (200, b"<html>"),
        (200, b"{}"),
        (200, b"[]"),
        (200, b'{"Records":[]}'),
        (200, b'{"Records":null}'),
        (200, b'{"Records":["a","b"]}'),
        (400, b"[1]"),
        (400, b"\xff"),
        (400, b'{"__type":5}'),
    ],
)
def test_an_answer_that_is_not_of_kinesis_is_a_failed_delivery(
    cloud: LocalPlatform, status: int, content: bytes
) -> None:
    with serving(type("Handler", (_Stranger,), {"status": status, "content": content})) as address:
        wire = RemoteSink(cloud.platform.service(LocalSinks), kinesis=address, back_off_s=0)
        outcomes = wire.deliver(KINESIS, [Message("a", b"1"), Message("b", b"2")])
        wire.close()
    assert [type(one) for one in outcomes] == [DeliveryError, DeliveryError]


def test_a_hub_that_no_address_can_name_is_a_failed_delivery(cloud: LocalPlatform) -> None:
    wire = sink(cloud)
    (outcome,) = wire.deliver(replace(HUB, name="\udc80"), [Message("a", b"1")])
    wire.close()
    assert isinstance(outcome, DeliveryError)


def test_a_partition_key_of_half_a_character_has_an_outcome(cloud: LocalPlatform) -> None:
    wire = sink(cloud)
    for destination in (KINESIS, HUB):
        assert len(wire.deliver(destination, [Message("\udc80", b"1")])) == 1
    wire.close()


def test_keys_are_neither_logged_nor_shown(cloud: LocalPlatform, caplog: pytest.LogCaptureFixture) -> None:
    secret = "a-secret-that-is-not-to-be-seen"
    caplog.set_level("DEBUG")
    wire = sink(cloud)
    for one in (KINESIS, HUB):
        held = Destination(
            service=one.service, place=one.place, name=one.name, key_name=one.key_name, key=secret
        )
        with pytest.raises(DeliveryError) as caught:
            wire.send(held, "k", b"{}")
        assert secret not in f"{held} {caught.value}"
    wire.close()
    assert caplog.text
    assert secret not in caplog.text


def test_a_service_without_an_endpoint_stays_local(cloud: LocalPlatform) -> None:
    wire = RemoteSink(cloud.platform.service(LocalSinks), event_hubs="http://127.0.0.1:9")
    assert not wire.goes_out("kinesis")
    before = len(arrived(cloud, KINESIS))
    wire.send(KINESIS, "k", b"{}")
    assert len(arrived(cloud, KINESIS)) == before + 1


def test_a_platform_with_endpoints_exports_over_the_wire(
    cloud: LocalPlatform, make_client: Any, destinations: Any
) -> None:
    client = make_client(kinesis_endpoint=f"{cloud.base_url}/_sinks/kinesis/{{region}}")
    maker = type(destinations)(client=client)
    base = maker.kinesis_connection(accessKeyId="AKIA", secretKey="secret")
    wrong = maker.kinesis_connection(accessKeyId="AKIA", secretKey="other")
    path = "/data/foundation/flowservice/connections"
    assert client.get(f"{path}/{base}/test").json() == {"result": True}
    assert client.get(f"{path}/{wrong}/test").json() == {"result": False}
    segment = maker.segment("exists(identityMap)", continuous=False)
    flow = maker.flow(maker.target(base, stream="s", region="us-east-1"))
    maker.activate(flow, [segment], [])
    from harness.aep.identity.identities import Identity, RecordIdentities
    from harness.aep.profile.profiles import Profiles

    profiles = client.platform.service(Profiles)
    identity = Identity(namespace="Email", value="a@example.com")
    org = client.settings.org_id
    link = profiles.link(
        Tenant(org, "prod"), RecordIdentities(primary=identity, all=(identity,)), stitch=True
    )
    profiles.put_fragment(Tenant(org, "prod"), link.xid, "dataset", {}, "x", 0)
    before = len(arrived(cloud, KINESIS))
    client.post("/data/core/ups/segment/jobs", [{"segmentId": segment}])
    client.platform.settle()
    ((key, data),) = arrived(cloud, KINESIS)[before:]
    assert key == link.xid
    assert json.loads(base64.b64decode(data))["identityMap"] == {"email": [{"id": "a@example.com"}]}
    (run,) = client.get(f"/data/foundation/flowservice/runs?property=flowId=={flow}").json()["items"]
    assert run["metrics"]["statusSummary"] == {"status": "success"}


def test_of_a_service_elsewhere_a_collection_is_told_the_address_alone(make_client: Any) -> None:
    aws = "https://kinesis.{region}.amazonaws.com"
    told = sink_variables(make_client(kinesis_endpoint=aws).platform)
    assert {name: told[name] for name in told if name.startswith("KINESIS")} == {
        "KINESIS_ENDPOINT": "https://kinesis.{{KINESIS_REGION}}.amazonaws.com"
    }
    assert told["EVENTHUB_SAS_KEY_NAME"] == "send"
    azure = "https://{namespace}.servicebus.windows.net"
    told = sink_variables(make_client(eventhubs_endpoint=azure).platform)
    assert {name: told[name] for name in told if name.startswith("EVENTHUB")} == {
        "EVENTHUB_ENDPOINT": "https://{{EVENTHUB_NAMESPACE}}.servicebus.windows.net"
    }
    assert told["KINESIS_ENDPOINT"] == "http://aep.local/_sinks/kinesis/us-east-1"
