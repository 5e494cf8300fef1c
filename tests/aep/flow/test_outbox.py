"""Messages wait in the store, go in order for each profile, and survive what becomes of the process."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from harness.aep.flow.outbox import Outbox, Parcel
from harness.twin.store import Store
from harness.twin.tenant import NOWHERE, Tenant
from harness.twin.wires.remote_sink import Message, RemoteSink
from harness.twin.wires.sinks import DeliveryError, Destination

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

STREAM = Destination(service="kinesis", place="us-east-1", name="s", key_name="AKIA", key="secret")
OTHER = Destination(service="kinesis", place="us-east-1", name="t", key_name="AKIA", key="secret")


class Wire(RemoteSink):
    """Takes what it is given, but for the keys that it refuses."""

    def __init__(self, refused: str = "") -> None:
        super().__init__(self)
        self.refused = refused
        self.taken: list[list[tuple[str, str, bytes]]] = []

    def deliver(self, destination: Destination, messages: Sequence[Message]) -> list[DeliveryError | None]:
        self.taken.append([(destination.name, *message) for message in messages])
        return [DeliveryError("No", "refused") if key == self.refused else None for key, _ in messages]


@pytest.fixture
def store() -> Iterator[Store]:
    held = Store()
    yield held
    held.close()


def parcel(key: str, data: str, destination: Destination = STREAM) -> Parcel:
    return Parcel(Tenant("org", "prod"), {"id": "flow"}, "target", destination, key, data)


def test_one_key_keeps_its_order_and_different_keys_go_together(store: Store) -> None:
    wire, told = Wire(), []
    outbox = Outbox(store, wire, lambda one, outcome: told.append((one.data, outcome)))
    with store.transaction():
        for key, data in (("a", "1"), ("b", "2"), ("a", "3"), ("c", "4"), ("a", "5")):
            outbox.put(parcel(key, data))
        outbox.put(parcel("a", "6", OTHER))
    outbox.drain()
    outbox.close()
    assert wire.taken == [
        [("s", "a", b"1"), ("s", "b", b"2")],
        [("s", "a", b"3"), ("s", "c", b"4")],
        [("s", "a", b"5")],
        [("t", "a", b"6")],
    ]
    assert told == [(data, None) for data in "123456"]


def test_what_is_refused_is_told_with_the_reason_and_not_kept(store: Store) -> None:
    told: list[tuple[str, Any]] = []
    outbox = Outbox(store, Wire("b"), lambda one, outcome: told.append((one.data, outcome)))
    with store.transaction():
        outbox.put(parcel("a", "1"))
        outbox.put(parcel("b", "2"))
    outbox.drain()
    outbox.close()
    assert [(data, outcome and outcome.code) for data, outcome in told] == [("1", None), ("2", "No")]
    assert store.records(NOWHERE, "outbox") == []


def test_what_was_not_committed_is_not_delivered(store: Store) -> None:
    wire = Wire()
    outbox = Outbox(store, wire, lambda *_: None)

    def put_and_fail() -> None:
        with store.transaction():
            outbox.put(parcel("a", "1"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        put_and_fail()
    outbox.drain()
    outbox.close()
    assert wire.taken == []


def test_what_a_killed_process_left_is_delivered_by_the_next(tmp_path: Path) -> None:
    file = tmp_path / "platform.db"
    killed = Store(file)
    killed.append(NOWHERE, "outbox", "", 0, parcel("a", "1").document())
    killed.close()
    store, wire = Store(file), Wire()
    outbox = Outbox(store, wire, lambda *_: None)
    outbox.drain()
    outbox.close()
    assert wire.taken == [[("s", "a", b"1")]]
    assert store.records(NOWHERE, "outbox") == []
    store.close()


def test_what_was_not_delivered_when_it_closed_is_left_for_the_next(store: Store) -> None:
    class Slow(Wire):
        """Refuses all; is closed while it delivers."""

        def __init__(self) -> None:
            super().__init__("a")
            self.asked, self.go_on = threading.Event(), threading.Event()

        def hurry(self) -> None:
            super().hurry()
            self.go_on.set()

        def deliver(
            self, destination: Destination, messages: Sequence[Message]
        ) -> list[DeliveryError | None]:
            self.asked.set()
            assert self.go_on.wait(60)
            return super().deliver(destination, messages)

    told: list[str] = []
    slow = Slow()
    outbox = Outbox(store, slow, lambda one, _: told.append(one.data), keep=True)
    with store.transaction():
        for data in ("1", "2", "3"):
            outbox.put(parcel("a", data))
    assert slow.asked.wait(60)
    outbox.close()
    wire = Wire()
    following = Outbox(store, wire, lambda one, _: told.append(one.data), keep=True)
    following.drain()
    following.close()
    assert [data for batch in wire.taken for _, _, data in batch] == [b"1", b"2", b"3"]
    assert told == ["1", "2", "3"]


def test_more_than_one_call_takes_goes_in_several(store: Store) -> None:
    wire = Wire()
    outbox = Outbox(store, wire, lambda *_: None)
    with store.transaction():
        for number in range(1200):
            outbox.put(parcel(f"k{number}", json.dumps(number)))
    outbox.drain()
    outbox.close()
    assert [len(batch) for batch in wire.taken] == [500, 500, 200]


class Broken(Wire):
    def deliver(self, destination: Destination, messages: Sequence[Message]) -> list[DeliveryError | None]:
        raise RuntimeError(f"{destination.name} {len(messages)}")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_nobody_waits_for_an_outbox_that_broke(store: Store) -> None:
    outbox = Outbox(store, Broken(), lambda _, __: None)
    with store.transaction():
        outbox.put(parcel("a", "1"))
    waiting = threading.Thread(target=outbox.drain, daemon=True)
    waiting.start()
    waiting.join(10)
    assert not waiting.is_alive()
    outbox.close()
    assert store.count_records(NOWHERE, "outbox", "") == 1
