from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any
from urllib.parse import quote_plus

import pytest

PATH = "/_sinks/eventhubs/hubs/profiles/messages"
RESOURCE = "http://aep.local/_sinks/eventhubs/hubs/profiles"


def token(
    *, resource: str = RESOURCE, name: str = "send", key: str = "azure-key", lasts: int = 86_400
) -> dict[str, str]:
    """A SAS token as Azure's documentation computes it."""
    expires = int(time.time()) + lasts
    encoded = quote_plus(resource)
    digest = hmac.new(key.encode(), f"{encoded}\n{expires}".encode(), hashlib.sha256).digest()
    sig = quote_plus(base64.b64encode(digest).decode())
    return {"authorization": f"SharedAccessSignature sr={encoded}&sig={sig}&se={expires}&skn={name}"}


@pytest.fixture
def hub(client: Any, destinations: Any) -> Any:
    destinations.target(destinations.event_hubs_connection(), destinations.event_hubs)
    return client


def test_what_is_sent_to_a_hub_is_read_from_it(hub: Any) -> None:
    headers = {**token(), "brokerproperties": '{"PartitionKey": "p"}'}
    sent = hub.post(PATH, b'{"a": 1}', bare=True, headers=headers)
    assert (sent.status, sent.body) == (201, b"")
    hub.post(PATH, b"two", bare=True, headers=token())
    messages = hub.get(PATH, bare=True, headers=token()).json()["messages"]
    assert [(one["body"], one["partitionKey"]) for one in messages] == [('{"a": 1}', "p"), ("two", "")]
    after = messages[0]["sequenceNumber"]
    rest = hub.get(f"{PATH}?after={after}", bare=True, headers=token()).json()["messages"]
    assert [one["body"] for one in rest] == ["two"]


def test_the_key_itself_reads_with_basic_authentication_but_does_not_send(hub: Any) -> None:
    headers = {"authorization": "Basic " + base64.b64encode(b"send:azure-key").decode()}
    assert hub.get(PATH, bare=True, headers=headers).json() == {"messages": []}
    assert hub.post(PATH, b"x", bare=True, headers=headers).status == 401
    wrong = {"authorization": "Basic " + base64.b64encode(b"send:wrong").decode()}
    assert hub.get(PATH, bare=True, headers=wrong).status == 401


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({}, "MissingToken"),
        ({"authorization": "Bearer x"}, "MalformedToken"),
        ({"authorization": "SharedAccessSignature sr=x"}, "MalformedToken"),
        (token(key="wrong"), "InvalidSignature"),
        (token(name="nobody"), "InvalidSignature"),
        (token(lasts=-1), "ExpiredToken"),
        (token(resource="http://aep.local/_sinks/eventhubs/hubs/other"), "InvalidAudience"),
        (token(resource="http://aep.local/_sinks/eventhubs/hubs/prof"), "InvalidAudience"),
    ],
)
def test_a_token_that_does_not_fit_is_401(hub: Any, headers: dict[str, str], detail: str) -> None:
    for answer in (
        hub.post(PATH, b"x", bare=True, headers=headers),
        hub.get(PATH, bare=True, headers=headers),
    ):
        assert answer.status == 401
        assert answer.json()["Error"]["Detail"].startswith(detail)


def test_a_token_of_the_namespace_opens_its_hubs_and_an_unknown_hub_is_404(hub: Any) -> None:
    whole = token(resource="http://aep.local/_sinks/eventhubs/hubs")
    assert hub.post(PATH, b"x", bare=True, headers=whole).status == 201
    unknown = PATH.replace("profiles", "nope")
    assert hub.post(unknown, b"x", bare=True, headers=whole).status == 404


def test_a_batch_a_publisher_and_a_partition_are_sent_to(hub: Any) -> None:
    kind = {"content-type": "application/vnd.microsoft.servicebus.json"}
    batch = [{"Body": "one", "BrokerProperties": {"PartitionKey": "p"}}, {"Body": "two"}]
    assert hub.post(f"{PATH}?timeout=60", batch, bare=True, headers={**token(), **kind}).status == 201
    for place in ("publishers/device-7", "partitions/0"):
        path = PATH.replace("/messages", f"/{place}/messages")
        assert hub.post(path, place.encode(), bare=True, headers=token()).status == 201
    messages = hub.get(PATH, bare=True, headers=token()).json()["messages"]
    assert [(one["body"], one["partitionKey"]) for one in messages] == [
        ("one", "p"),
        ("two", ""),
        ("publishers/device-7", "device-7"),
        ("partitions/0", ""),
    ]
    for wrong in ({}, [], [{"Body": 5}], [1]):
        assert hub.post(PATH, wrong, bare=True, headers={**token(), **kind}).status == 400
