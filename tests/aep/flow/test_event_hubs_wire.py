"""Exports to an Event Hubs endpoint that checks the signature of each message itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote_plus, unquote

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS = "/data/foundation/flowservice/runs"
KEY = "the+key/of=hubs"


class _Hub(BaseHTTPRequestHandler):
    """`POST /{hub}/messages` behind a shared access signature; `answers` come before it takes any."""

    answers: ClassVar[list[int]] = []
    taken: ClassVar[list[tuple[str, dict[str, Any]]]] = []
    wrong: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        type(self).wrong += self.faults()
        status = self.answers.pop(0) if self.answers else 201
        if status == 201:
            broker = json.loads(self.headers["brokerproperties"])
            type(self).taken.append((broker["PartitionKey"], json.loads(body)))
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def faults(self) -> list[str]:
        """What is wrong with a message, by the rules for SAS tokens."""
        scheme, _, token = self.headers["authorization"].partition(" ")
        fields = dict(part.partition("=")[::2] for part in token.split("&"))
        own = f"http://{self.headers['host']}/profiles"
        signed = f"{fields['sr']}\n{fields['se']}".encode()
        expected = base64.b64encode(hmac.new(KEY.encode(), signed, hashlib.sha256).digest()).decode()
        now = time.time()
        held = {
            "scheme": scheme == "SharedAccessSignature",
            "fields": list(fields) == ["sr", "sig", "se", "skn"],
            "sr": fields["sr"] == quote_plus(own, safe=""),
            "sig": unquote(fields["sig"]) == expected,
            "se": now < int(fields["se"]) <= now + 86_400,
            "skn": fields["skn"] == "send",
            "path": self.path == "/profiles/messages",
            "content-type": self.headers["content-type"] == "application/json",
        }
        return [name for name, right in held.items() if not right]

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def hub() -> Iterator[tuple[str, type[_Hub]]]:
    handler = type("Handler", (_Hub,), {"answers": [], "taken": [], "wrong": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", handler
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def client(make_client: Any, hub: tuple[str, type[_Hub]]) -> Any:
    return make_client(eventhubs_endpoint=hub[0])


@pytest.fixture
def flow(people: Any, destinations: Any) -> str:
    """Id of a flow to the hub that exports who is gold."""
    base = destinations.event_hubs_connection(sasKey=KEY)
    made = destinations.flow(destinations.target(base, destinations.event_hubs))
    segment = destinations.segment(f'{people.lake.tenant}.level = "gold"')
    assert destinations.activate(made, [segment], ["person.name.firstName"]).status == 200
    return str(made)


def counts(client: Any, flow: str) -> tuple[int, int]:
    (run,) = client.get(f"{RUNS}?property=flowId=={flow}").json()["items"]
    summary = run["metrics"]["recordSummary"]
    return summary["outputRecordCount"], summary["failedRecordCount"]


def test_a_message_is_signed_as_the_service_demands(
    people: Any, flow: str, hub: tuple[str, type[_Hub]]
) -> None:
    people.profile("a@example.com", first="Ann", level="gold")
    people.client.platform.settle()
    ((key, message),) = hub[1].taken
    assert hub[1].wrong == []
    assert key == people.entity("a@example.com")["entityId"]
    assert message["person"] == {"name": {"firstName": "Ann"}}
    assert message["identityMap"] == {"email": [{"id": "a@example.com"}]}
    assert counts(people.client, flow) == (1, 0)


@pytest.mark.usefixtures("flow", "hub")
def test_the_console_counts_what_went_over_the_network(people: Any) -> None:
    people.profile("a@example.com", first="Ann", level="gold")
    people.profile("b@example.com", first="Bob", level="gold")
    people.client.platform.settle()
    page = people.client.get("/_console/flows", bare=True).body.decode()
    assert "hubs / profiles, over the network" in page
    assert "<b>2</b> arrived" in page


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_endpoint_that_is_busy_is_asked_again(
    people: Any, flow: str, hub: tuple[str, type[_Hub]], status: int
) -> None:
    hub[1].answers += [status]
    people.profile("a@example.com", level="gold")
    people.client.platform.settle()
    assert len(hub[1].taken) == 1
    assert counts(people.client, flow) == (1, 0)


@pytest.mark.parametrize(("status", "reason"), [(401, "Unauthorized"), (404, "Not Found")])
def test_a_refusal_is_a_dead_letter_at_once(
    people: Any, flow: str, hub: tuple[str, type[_Hub]], status: int, reason: str
) -> None:
    hub[1].answers += [status]
    people.profile("a@example.com", level="gold")
    people.client.platform.settle()
    assert hub[1].taken == []
    (letter,) = people.client.get(f"/_harness/dead-letters/{flow}", bare=True).json()["deadLetters"]
    assert letter["error"]["code"] == f"{status} {reason}"
    assert letter["message"]["identityMap"] == {"email": [{"id": "a@example.com"}]}
    assert counts(people.client, flow) == (0, 1)


def test_settling_waits_for_deliveries_last(make_client: Any) -> None:
    platform = make_client().platform
    order: list[str] = []
    platform.at_settle(lambda: order.append("deliveries"), last=True)
    platform.at_settle(lambda: order.append("records"))
    platform.settle()
    assert order == ["records", "deliveries"]
