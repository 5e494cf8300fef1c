"""Azure Event Hubs over the local sinks: `POST /_sinks/eventhubs/{namespace}/{hub}/messages`.

Sending is the service's own HTTPS call behind a shared access signature. Event Hubs has no HTTP call
to read; `GET` of the same path is the local platform's own, behind the same signature, or behind Basic
authentication with the key's name and the key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, unquote

from starlette.responses import Response

from harness.twin.clock import iso
from harness.twin.message import ServedRequest, answer, parse_json
from harness.twin.problem import Problem
from harness.twin.routing import Endpoint
from harness.twin.wires.sinks import LocalSinks

if TYPE_CHECKING:
    from harness.twin.platform import TwinPlatform

PATH = "/_sinks/eventhubs"
_MOST_MESSAGE = 1_048_576
_BATCH = "application/vnd.microsoft.servicebus.json"


def routes(platform: TwinPlatform) -> list[Endpoint]:
    """Endpoints of a hub."""
    hubs = platform.service(EventHubs)
    hub = f"{PATH}/{{namespace}}/{{hub}}"
    starts = (hub, f"{hub}/publishers/{{publisher}}", f"{hub}/partitions/{{partition}}")
    return [
        *(
            Endpoint(
                method="POST", path=f"{one}/messages", handler=hubs.send, door="open", limit=_MOST_MESSAGE
            )
            for one in starts
        ),
        Endpoint(method="GET", path=f"{hub}/messages", handler=hubs.read, door="open"),
    ]


def signature(resource: str, key: str, expires_s: int) -> str:
    """Sign a resource address as a SAS token does."""
    text = f"{quote_plus(resource.lower(), safe='')}\n{expires_s}"
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def sas_token(resource: str, key_name: str, key: str, expires_s: int) -> str:
    """Write the Authorization header for a resource; `expires_s` is epoch seconds."""
    sig = quote_plus(signature(resource, key, expires_s), safe="")
    return (
        f"SharedAccessSignature sr={quote_plus(resource.lower(), safe='')}"
        f"&sig={sig}&se={expires_s}&skn={key_name}"
    )


class EventHubs:
    """Sends and reads."""

    def __init__(self, platform: TwinPlatform) -> None:
        self._platform = platform
        self._sinks = platform.service(LocalSinks)

    def send(self, request: ServedRequest, _: object) -> Response:
        """`POST …/messages`: 201 without a body, for one message or, by its content type, a batch.

        The partition key is the publisher of the path, or that of `BrokerProperties`.
        """
        namespace, hub = request.params["namespace"], request.params["hub"]
        self._admit(request)
        self._hub(namespace, hub)
        publisher = request.params.get("publisher")
        if request.media_type == _BATCH:
            sent = _batch(request.body)
        else:
            broker = request.headers.get("brokerproperties", "")
            sent = [(_partition_key(broker), request.body.decode("utf-8", "replace"))]
        with self._platform.store.transaction():
            for key, text in sent:
                self._sinks.append("eventhubs", namespace, namespace, hub, publisher or key, text)
        return Response(None, 201)

    def read(self, request: ServedRequest, _: object) -> Response:
        """`GET …/messages?after=N`: what was sent to the hub, oldest first."""
        namespace, hub = request.params["namespace"], request.params["hub"]
        self._admit(request)
        self._hub(namespace, hub)
        after = request.query.number("after", 0)
        limit = request.query.number("limit", 1000, low=1)
        found = self._sinks.messages("eventhubs", namespace, namespace, hub, after=after, limit=limit)
        return answer(
            {
                "messages": [
                    {
                        "sequenceNumber": one.seq,
                        "enqueuedTimeUtc": iso(one.at, millis=True),
                        "partitionKey": one.body["partitionKey"],
                        "body": one.body["data"],
                    }
                    for one in found
                ]
            }
        )

    def _hub(self, namespace: str, hub: str) -> dict[str, Any]:
        stream = self._sinks.stream("eventhubs", namespace, namespace, hub)
        if stream is None:
            raise _error(404, f"The messaging entity '{namespace}:eventhub:{hub}' could not be found.")
        return stream

    def _admit(self, request: ServedRequest) -> None:
        header = request.headers.get("authorization", "")
        scheme, _, rest = header.partition(" ")
        namespace = request.params["namespace"]
        if not header:
            raise _error(401, "MissingToken: The Authorization header is missing.")
        if scheme == "Basic" and request.method == "GET":
            name, key = _basic(rest)
            if not self._sinks.opens("eventhubs", namespace, name, key):
                raise _error(401, "InvalidSignature: The key was not accepted.")
            return
        if scheme != "SharedAccessSignature":
            raise _error(401, "MalformedToken: The token is not a SharedAccessSignature.")
        self._check_signature(rest, request)

    def _check_signature(self, token: str, request: ServedRequest) -> None:
        fields = dict(part.partition("=")[::2] for part in token.strip().split("&"))
        if any(not fields.get(name) for name in ("sr", "sig", "se", "skn")) or not fields["se"].isdigit():
            raise _error(401, "MalformedToken: The token must have sr, sig, se and skn.")
        namespace, hub = request.params["namespace"], request.params["hub"]
        key = self._sinks.key("eventhubs", namespace, unquote(fields["skn"]))
        # The signature covers sr as it stands in the token.
        text = f"{fields['sr']}\n{fields['se']}".encode()
        expected = hmac.new((key or "").encode(), text, hashlib.sha256).digest()
        try:
            given = base64.b64decode(unquote(fields["sig"]), validate=True)
        except (ValueError, binascii.Error):
            given = b""
        if key is None or not hmac.compare_digest(expected, given):
            raise _error(401, "InvalidSignature: The token has an invalid signature.")
        if int(fields["se"]) < time.time():
            raise _error(401, "ExpiredToken: The token is expired.")
        resource = unquote(fields["sr"]).lower().partition("://")[2].partition("/")[2].strip("/")
        own = f"{PATH.strip('/')}/{namespace}/{hub}".lower()
        if not f"{own}/messages/".startswith(f"{resource}/"):
            raise _error(401, "InvalidAudience: The token is for another resource.")


def _partition_key(broker: str) -> str:
    import json

    try:
        properties = json.loads(broker) if broker else {}
    except ValueError:
        raise _error(400, "The BrokerProperties header is not JSON.") from None
    return str(properties.get("PartitionKey", "")) if isinstance(properties, dict) else ""


def _batch(body: bytes) -> list[tuple[str, str]]:
    """Read a batch, `[{Body, BrokerProperties?, UserProperties?}]`, as partition keys and texts."""
    import json

    try:
        given = parse_json(body)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
        raise _error(400, "A batch must be a JSON array of objects, each with a Body.")
    found = []
    for one in given:
        if not isinstance(one.get("Body"), str):
            raise _error(400, "Each message of a batch must have a Body, which is a text.")
        found.append((_partition_key(json.dumps(one.get("BrokerProperties") or {})), one["Body"]))
    return found


def _basic(text: str) -> tuple[str, str]:
    try:
        name, _, key = base64.b64decode(text.strip(), validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        return "", ""
    return name, key


def _error(status: int, detail: str) -> Problem:
    """Answer for a refused call: the members of the service's XML error, as JSON."""
    return Problem(status, {"Error": {"Code": status, "Detail": detail}})
