"""Messages on their way out of this process: kept in the store until they are delivered.

A message is written in the transaction that called for it, so that what was acknowledged is exported
although the process is killed. Delivery is at least once: a message that was sent just before a kill is
sent again.
"""

from __future__ import annotations

import threading
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.twin.tenant import NOWHERE, Tenant
from harness.twin.wires.remote_sink import MOST_RECORDS, Message
from harness.twin.wires.sinks import Destination

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.twin.store import Record, Store
    from harness.twin.wires.remote_sink import RemoteSink
    from harness.twin.wires.sinks import DeliveryError

_STREAM = "outbox"
_ONE_QUEUE = ""


class Parcel(NamedTuple):
    """A composed message, where it goes, and for which flow."""

    tenant: Tenant
    flow: dict[str, Any]
    target_id: str
    destination: Destination
    partition_key: str
    data: str

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        rest = {name: value for name, value in self._asdict().items() if name != "tenant"}
        return {**self.tenant._asdict(), **rest, "destination": asdict(self.destination)}


class Outbox:
    """Delivers in a thread of its own, so that no answer waits for it; it begins with what was left over.

    To one destination messages with one partition key go in order, and many with different keys at once.
    `report` is told of every outcome, in the transaction that removes the message. With `keep`, what is not
    delivered when the outbox is closed is left for the next.
    """

    def __init__(
        self,
        store: Store,
        sink: RemoteSink,
        report: Callable[[Parcel, DeliveryError | None], None],
        *,
        keep: bool = False,
    ) -> None:
        self._store = store
        self._sink = sink
        self._report = report
        self._keep = keep
        self._changed = threading.Condition()
        self._put = store.count_records(NOWHERE, _STREAM, _ONE_QUEUE)
        self._done = 0
        self._closing = False
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="harness-aep-outbox", daemon=True)
        self._thread.start()

    def put(self, parcel: Parcel) -> None:
        """Have a message delivered once the transaction around this call is committed."""
        self._store.append(NOWHERE, _STREAM, _ONE_QUEUE, 0, parcel.document())
        with self._changed:
            self._put += 1
            self._changed.notify_all()

    def drain(self) -> None:
        """Return when everything put so far is delivered or given up."""
        with self._changed:
            wanted = self._put
            self._changed.wait_for(lambda: self._done >= wanted or self._ended)

    def close(self) -> None:
        """Deliver or leave what there is, without waiting for a destination that is not well."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._sink.hurry()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._work()
        finally:
            # Whoever waits for deliveries does not wait for a thread that is gone.
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._put > self._done)
                wanted, closing = self._put, self._closing
            # Waits for the end of a transaction that puts: the store is one door.
            while found := self._store.records(NOWHERE, _STREAM, _ONE_QUEUE, limit=MOST_RECORDS):
                for batch in _batches(found):
                    self._deliver(batch)
                    if self._leaving:
                        return
            with self._changed:
                self._done = max(self._done, wanted)
                self._changed.notify_all()
            if closing:
                return

    def _deliver(self, batch: list[tuple[int, Parcel]]) -> None:
        parcels = [parcel for _, parcel in batch]
        messages = [Message(one.partition_key, one.data.encode(errors="surrogatepass")) for one in parcels]
        outcomes = self._sink.deliver(parcels[0].destination, messages)
        leaving = self._leaving
        with self._store.transaction():
            for (number, parcel), outcome in zip(batch, outcomes, strict=True):
                if outcome is None or not leaving:
                    self._report(parcel, outcome)
                    self._store.remove_records([number])

    @property
    def _leaving(self) -> bool:
        """Whether what is not delivered now is left for the next outbox."""
        return self._closing and self._keep


def _batches(records: list[Record]) -> Iterator[list[tuple[int, Parcel]]]:
    """Messages of one destination with different partition keys, in the order in which they may go."""
    parcels = [(one.seq, _parcel(one.body)) for one in records]
    parcels.sort(key=lambda one: repr(asdict(one[1].destination)))
    for _, group in groupby(parcels, key=lambda one: one[1].destination):
        batch: dict[str, tuple[int, Parcel]] = {}
        for numbered in group:
            if numbered[1].partition_key in batch:
                yield list(batch.values())
                batch = {}
            batch[numbered[1].partition_key] = numbered
        yield list(batch.values())


def _parcel(body: dict[str, Any]) -> Parcel:
    own = {name: value for name, value in body.items() if name not in Tenant._fields}
    tenant = Tenant(body["org"], body["sandbox"])
    return Parcel(**{**own, "tenant": tenant, "destination": Destination(**body["destination"])})
