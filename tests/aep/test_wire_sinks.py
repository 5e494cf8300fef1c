"""Delivery over loopback to a second platform, which stands for AWS and Azure."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from harness.aep.server import LocalPlatform
from harness.aep.settings import Settings
from harness.aep.sinks import DeliveryError, Destination, LocalSinks
from harness.aep.wire_sinks import ATTEMPTS, WireSink

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


def sink(cloud: LocalPlatform, **options: Any) -> WireSink:
    return WireSink(
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


@pytest.fixture
def unwell() -> Iterator[tuple[str, type[_Unwell]]]:
    handler = type("Handler", (_Unwell,), {"calls": [], "failures": 0})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", handler
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("destination", [KINESIS, HUB])
def test_a_passing_failure_is_tried_again_and_a_lasting_one_given_up(
    cloud: LocalPlatform, unwell: tuple[str, type[_Unwell]], destination: Destination
) -> None:
    address, handler = unwell
    wire = WireSink(cloud.platform.service(LocalSinks), kinesis=address, event_hubs=address, back_off_s=0)
    handler.failures = ATTEMPTS - 1
    wire.send(destination, "k", b"{}")
    assert len(handler.calls) == ATTEMPTS
    handler.calls.clear()
    handler.failures = ATTEMPTS
    with pytest.raises(DeliveryError):
        wire.send(destination, "k", b"{}")
    assert len(handler.calls) == ATTEMPTS
    wire.close()


def test_a_service_without_an_endpoint_stays_local(cloud: LocalPlatform) -> None:
    wire = WireSink(cloud.platform.service(LocalSinks), event_hubs="http://127.0.0.1:9")
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
    from harness.aep.identities import Identity, RecordIdentities
    from harness.aep.profiles import Profiles

    profiles = client.platform.service(Profiles)
    identity = Identity(namespace="Email", value="a@example.com")
    org = client.settings.org_id
    link = profiles.link(org, "prod", RecordIdentities(primary=identity, all=(identity,)), stitch=True)
    profiles.put_fragment(org, "prod", link.xid, "dataset", {}, "x", 0)
    before = len(arrived(cloud, KINESIS))
    client.post("/data/core/ups/segment/jobs", [{"segmentId": segment}])
    client.platform.settle()
    ((key, data),) = arrived(cloud, KINESIS)[before:]
    assert key == link.xid
    assert json.loads(base64.b64decode(data))["identityMap"] == {"email": [{"id": "a@example.com"}]}
    (run,) = client.get(f"/data/foundation/flowservice/runs?property=flowId=={flow}").json()["items"]
    assert run["metrics"]["statusSummary"] == {"status": "success"}
