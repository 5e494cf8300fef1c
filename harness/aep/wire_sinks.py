"""Delivery over the network: Kinesis through botocore, Event Hubs through its HTTPS send.

An endpoint is an address in which `{region}` or `{namespace}` stand for the destination's own, such as
`https://kinesis.{region}.amazonaws.com` or `https://{namespace}.servicebus.windows.net`. A service
without an endpoint stays with the local sinks.
"""

from __future__ import annotations

import json
import queue
import threading
import time
from typing import TYPE_CHECKING, Any

from harness.aep.event_hubs import sas_token
from harness.aep.sinks import DeliveryError, Destination, Sink

if TYPE_CHECKING:
    from collections.abc import Callable

ATTEMPTS = 4
_TIMEOUT_S = 10
_TOKEN_S = 3600
_PASSING = ("ProvisionedThroughputExceededException", "LimitExceededException")
_AGAIN = (408, 429, 500, 502, 503, 504)


class WireSink:
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

    def goes_out(self, service: str) -> bool:
        """Whether messages to a service leave this process."""
        return self._endpoints.get(service) is not None

    def send(self, destination: Destination, partition_key: str, data: bytes) -> None:
        """Deliver one message; DeliveryError when it is refused, or all attempts failed."""
        if not self.goes_out(destination.service):
            self._otherwise.send(destination, partition_key, data)
        elif destination.service == "kinesis":
            self._call(
                destination,
                "put_records",
                StreamName=destination.name,
                Records=[{"Data": data, "PartitionKey": partition_key}],
            )
        else:
            self._post(destination, partition_key, data)

    def answers(self, destination: Destination) -> bool:
        """Whether the credentials get in; an Event Hub is not asked, as it has no call without effect."""
        if destination.service != "kinesis":
            return True
        try:
            self._call(destination, "list_streams")
        except DeliveryError:
            return False
        return True

    # Kinesis

    def _call(self, destination: Destination, operation: str, **arguments: Any) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        code, message = "", ""
        for attempt in range(ATTEMPTS):
            self._pause(attempt)
            try:
                answer = getattr(self._client(destination), operation)(**arguments)
            except ClientError as error:
                code = str(error.response["Error"].get("Code", ""))
                message = str(error.response["Error"].get("Message", ""))
                status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
                if status < 500 and code not in (
                    "ProvisionedThroughputExceededException",
                    "LimitExceededException",
                ):
                    raise DeliveryError(code, message) from None
            except BotoCoreError as error:
                code, message = type(error).__name__, str(error)
            else:
                # PutRecords answers 200 although a record of it was not taken.
                failed = [one for one in answer.get("Records", []) if one.get("ErrorCode")]
                if not failed:
                    return
                code, message = failed[0]["ErrorCode"], failed[0].get("ErrorMessage", "")
        raise DeliveryError(code, message)

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
            self._pause(attempt)
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

    def _pause(self, attempt: int) -> None:
        if attempt:
            time.sleep(self._back_off_s * 2 ** (attempt - 1))

    def close(self) -> None:
        """Close kept connections."""
        for client in self._clients.values():
            client.close()
        if self._pool is not None:
            self._pool.clear()


class Outbox:
    """Does deliveries one after the other in a thread of its own, so that no answer waits for them.

    One thread keeps the order, for every profile and altogether.
    """

    def __init__(self) -> None:
        self._tasks: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, name="harness-aep-outbox", daemon=True)
        self._thread.start()

    def submit(self, task: Callable[[], None]) -> None:
        """Have a delivery done after those before it."""
        self._tasks.put(task)

    def drain(self) -> None:
        """Return when everything submitted so far is done."""
        self._tasks.join()

    def close(self) -> None:
        """Finish what was submitted and end the thread."""
        self._tasks.put(None)
        self._thread.join()

    def _work(self) -> None:
        while True:
            task = self._tasks.get()
            try:
                if task is None:
                    return
                task()
            finally:
                self._tasks.task_done()
