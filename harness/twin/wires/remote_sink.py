"""Delivery over the network: Kinesis through botocore, Event Hubs through its HTTPS send.

An endpoint is an address in which `{region}` or `{namespace}` stand for the destination's own, such as
`https://kinesis.{region}.amazonaws.com` or `https://{namespace}.servicebus.windows.net`. A service
without an endpoint stays with the local sinks.
"""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.twin.wires.event_hubs import sas_token
from harness.twin.wires.sinks import DeliveryError, Destination, Sink

if TYPE_CHECKING:
    from collections.abc import Sequence

ATTEMPTS = 5
MOST_RECORDS = 500
"""Records that one PutRecords may hold."""
_MOST_BYTES = 5 * 1_048_576
_TIMEOUT_S = 10
_TOKEN_S = 3600
_PASSING = frozenset(
    {"ProvisionedThroughputExceededException", "LimitExceededException", "ThrottlingException"}
    | {"InternalFailure", "ServiceUnavailable", "KMSThrottlingException"}
)
_AGAIN = (408, 429, 500, 502, 503, 504)


class Message(NamedTuple):
    """One message; those with one partition key keep their order."""

    partition_key: str
    data: bytes


class RemoteSink:
    """Sends to the endpoints that are given, and to another sink for the rest.

    Attempts that fail for a reason that may pass are repeated with growing pauses, the first of
    `back_off_s` seconds.
    """

    def __init__(
        self,
        otherwise: Sink,
        *,
        kinesis: str | None = None,
        event_hubs: str | None = None,
        back_off_s: float = 0.2,
    ) -> None:
        self._otherwise = otherwise
        self._endpoints = {"kinesis": kinesis, "eventhubs": event_hubs}
        self._back_off_s = back_off_s
        self._clients: dict[tuple[str, ...], Any] = {}
        self._pool: Any = None
        self._hurried = threading.Event()

    def goes_out(self, service: str) -> bool:
        """Whether messages to a service leave this process."""
        return self._endpoints.get(service) is not None

    def send(self, destination: Destination, partition_key: str, data: bytes) -> None:
        """Deliver one message; DeliveryError when it is refused, or all attempts failed."""
        (error,) = self.deliver(destination, [Message(partition_key, data)])
        if error is not None:
            raise error

    def deliver(self, destination: Destination, messages: Sequence[Message]) -> list[DeliveryError | None]:
        """Deliver messages, at most `MOST_RECORDS`; gives for each None, or why it was not taken.

        What the service did not take is sent again, and only that. Messages with one partition key do not
        belong in one call: a repeated one would come behind a later one.
        """
        if destination.service == "kinesis" and self.goes_out("kinesis"):
            outcomes: list[DeliveryError | None] = []
            for part in _within(messages):
                outcomes += self._put_records(destination, part)
            return outcomes
        take = self._post if self.goes_out(destination.service) else self._otherwise.send
        return [_outcome(take, destination, *message) for message in messages]

    def answers(self, destination: Destination) -> bool:
        """Whether the credentials get in; an Event Hub is not asked, as it has no call without effect."""
        from botocore.exceptions import BotoCoreError, ClientError

        if destination.service != "kinesis":
            return True
        try:
            self._client(destination).list_streams()
        except (BotoCoreError, ClientError, ValueError):
            return False
        return True

    # Kinesis

    def _put_records(
        self, destination: Destination, messages: Sequence[Message]
    ) -> list[DeliveryError | None]:
        from botocore.exceptions import BotoCoreError, ClientError

        outcomes: list[DeliveryError | None] = [None] * len(messages)
        due = list(range(len(messages)))
        for attempt in range(ATTEMPTS):
            if not due or not self._pause(attempt):
                break
            records = [
                {"Data": messages[place].data, "PartitionKey": messages[place].partition_key} for place in due
            ]
            try:
                answer = self._client(destination).put_records(StreamName=destination.name, Records=records)
                told = _told(answer, len(due))
            except ClientError as error:
                whole = _refusal(error.response)
                outcomes = _with(outcomes, due, whole)
                status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
                if status < 500 and whole.code not in _PASSING:
                    break
            except (BotoCoreError, ValueError) as error:  # ValueError for an endpoint that is no address
                outcomes = _with(outcomes, due, DeliveryError(type(error).__name__, str(error)))
            except (AttributeError, LookupError, TypeError) as error:
                # botocore stumbles over what is no answer of Kinesis, as does who reads it after botocore.
                unread = DeliveryError(type(error).__name__, "what answered is not Kinesis")
                outcomes = _with(outcomes, due, unread)
            else:
                for place, outcome in zip(due, told, strict=True):
                    outcomes[place] = outcome
                due = [place for place in due if (no := outcomes[place]) is not None and no.code in _PASSING]
        return outcomes

    def _client(self, destination: Destination) -> Any:
        key = (destination.place, destination.key_name, destination.key)
        if key not in self._clients:
            import botocore.session
            from botocore.config import Config

            endpoint = (self._endpoints["kinesis"] or "").replace("{region}", destination.place)
            self._clients[key] = botocore.session.Session().create_client(
                "kinesis",
                region_name=destination.place,
                endpoint_url=endpoint,
                aws_access_key_id=destination.key_name,
                aws_secret_access_key=destination.key,
                config=Config(
                    retries={"total_max_attempts": 1},
                    connect_timeout=_TIMEOUT_S,
                    read_timeout=_TIMEOUT_S,
                ),
            )
        return self._clients[key]

    # Event Hubs

    def _post(self, destination: Destination, partition_key: str, data: bytes) -> None:
        import urllib3

        if self._pool is None:
            self._pool = urllib3.PoolManager(retries=False, timeout=_TIMEOUT_S)
        endpoint = (self._endpoints["eventhubs"] or "").replace("{namespace}", destination.place)
        resource = f"{endpoint.rstrip('/')}/{destination.name}"
        headers = {
            "authorization": sas_token(
                resource, destination.key_name, destination.key, int(time.time()) + _TOKEN_S
            ),
            "content-type": "application/json",
            "brokerproperties": json.dumps({"PartitionKey": partition_key}),
        }
        code, message = "", ""
        for attempt in range(ATTEMPTS):
            if not self._pause(attempt):
                break
            try:
                answer = self._pool.request("POST", f"{resource}/messages", body=data, headers=headers)
            except urllib3.exceptions.HTTPError as error:
                code, message = type(error).__name__, str(error)
                continue
            if answer.status in (200, 201):
                return
            code = f"{answer.status} {answer.reason}"
            message = answer.data.decode("utf-8", "replace")[:500]
            if answer.status not in _AGAIN:
                break
        raise DeliveryError(code, message)

    # both

    def _pause(self, attempt: int) -> bool:
        """Wait before an attempt; False when there is no time for a further one."""
        return not attempt or not self._hurried.wait(self._back_off_s * 2 ** (attempt - 1))

    def hurry(self) -> None:
        """Wait for nothing any more: what fails from now on is not tried again."""
        self._hurried.set()

    def close(self) -> None:
        """Close kept connections."""
        for client in self._clients.values():
            client.close()
        if self._pool is not None:
            self._pool.clear()


def _within(messages: Sequence[Message]) -> list[list[Message]]:
    """Cut messages so that each part is no more than PutRecords takes."""
    parts: list[list[Message]] = []
    size = 0
    for message in messages:
        own = len(message.data) + len(message.partition_key.encode(errors="surrogatepass"))
        if not parts or len(parts[-1]) == MOST_RECORDS or size + own > _MOST_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(message)
        size += own
    return parts


def _told(answer: Any, count: int) -> list[DeliveryError | None]:
    """Read what became of each record: PutRecords answers 200 although records of it were not taken."""
    records = answer["Records"]
    if len(records) != count:
        raise LookupError(f"{len(records)} records are answered for {count}")
    codes = [(one.get("ErrorCode"), one.get("ErrorMessage") or "") for one in records]
    return [DeliveryError(code, message) if code else None for code, message in codes]


def _outcome(take: Any, destination: Destination, partition_key: str, data: bytes) -> DeliveryError | None:
    try:
        take(destination, partition_key, data)
    except DeliveryError as error:
        return error
    except ValueError as error:  # a name that no address can hold
        return DeliveryError(type(error).__name__, str(error))
    return None


def _refusal(answer: Any) -> DeliveryError:
    return DeliveryError(str(answer["Error"].get("Code", "")), str(answer["Error"].get("Message", "")))


def _with(
    outcomes: list[DeliveryError | None], places: list[int], error: DeliveryError
) -> list[DeliveryError | None]:
    changed = outcomes.copy()
    for place in places:
        changed[place] = error
    return changed
