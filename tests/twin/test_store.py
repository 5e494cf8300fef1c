from __future__ import annotations

import threading
from shutil import copyfile
from typing import TYPE_CHECKING

import pytest

from harness.twin.store import Store
from harness.twin.tenant import Tenant

if TYPE_CHECKING:
    from pathlib import Path

HERE = Tenant("org", "prod")


def test_a_document_comes_back_as_it_was_put_and_cannot_be_changed_from_outside() -> None:
    store = Store()
    store.put(HERE, "kind", "1", {"a": [1]})
    first = store.get(HERE, "kind", "1")
    assert first == {"a": [1]}
    first["a"].append(2)
    assert store.get(HERE, "kind", "1") == {"a": [1]}


def test_a_list_keeps_the_order_of_creation_when_one_is_replaced() -> None:
    store = Store()
    for name in ("b", "a", "c"):
        store.put(HERE, "kind", name, {"id": name})
    store.put(HERE, "kind", "b", {"id": "b", "new": True})
    assert [one["id"] for one in store.find(HERE, "kind")] == ["b", "a", "c"]


def test_find_selects_by_fields() -> None:
    store = Store()
    store.put(HERE, "kind", "1", {"id": "1", "of": "x"})
    store.put(HERE, "kind", "2", {"id": "2", "of": "y"})
    assert [one["id"] for one in store.find(HERE, "kind", of="y")] == ["2"]


def test_versions_count_writes() -> None:
    store = Store()
    assert store.version(HERE, "kind", "1") == 0
    assert store.put(HERE, "kind", "1", {}) == 1
    assert store.put(HERE, "kind", "1", {}) == 2
    assert store.version(HERE, "kind", "1") == 2


def test_sandboxes_do_not_see_each_other() -> None:
    store = Store()
    store.put(Tenant("org", "prod"), "kind", "1", {})
    store.append(Tenant("org", "prod"), "stream", "k", 1, {})
    assert store.get(Tenant("org", "dev"), "kind", "1") is None
    assert store.find(Tenant("org", "dev"), "kind") == []
    assert store.records(Tenant("org", "dev"), "stream") == []


def test_clearing_a_sandbox_leaves_the_other_alone_and_tells_caches() -> None:
    store = Store()
    store.put(Tenant("org", "prod"), "kind", "1", {})
    store.put(Tenant("org", "dev"), "kind", "1", {})
    before = store.generation("kind")
    store.clear(Tenant("org", "dev"))
    assert store.get(Tenant("org", "dev"), "kind", "1") is None
    assert store.get(Tenant("org", "prod"), "kind", "1") == {}
    assert store.generation("kind") > before


def test_a_failed_transaction_leaves_nothing() -> None:
    store = Store()

    def half_done() -> None:
        with store.transaction():
            store.put(HERE, "kind", "1", {})
            with store.transaction():
                store.append(HERE, "stream", "k", 1, {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_done()
    assert store.get(HERE, "kind", "1") is None
    assert store.count_records(HERE, "stream") == 0


def test_records_come_in_order_and_after_a_number() -> None:
    store = Store()
    for index in range(4):
        store.append(HERE, "stream", "a" if index % 2 else "b", index, {"n": index})
    found = store.records(HERE, "stream", "a")
    assert [one.body["n"] for one in found] == [1, 3]
    assert [one.body["n"] for one in store.records(HERE, "stream", after=found[0].seq)] == [2, 3]
    assert len(store.records(HERE, "stream", limit=2)) == 2


def test_a_file_keeps_what_was_committed(tmp_path: Path) -> None:
    file = tmp_path / "data.db"
    store = Store(file)
    store.put(HERE, "kind", "1", {"kept": True})
    store.put_blob(HERE, "blob", b"\0\1")
    for part in tmp_path.glob("data.db*"):  # the first is not closed, as after a kill
        copyfile(part, tmp_path / f"left-{part.name}")
    again = Store(tmp_path / "left-data.db")
    assert again.get(HERE, "kind", "1") == {"kept": True}
    assert again.get_blob(HERE, "blob") == b"\0\1"
    again.close()
    store.close()


def test_several_threads_may_write() -> None:
    store = Store()

    def write(name: str) -> None:
        for index in range(50):
            with store.transaction():
                store.put(HERE, "kind", f"{name}{index}", {})

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.count(HERE, "kind") == 200


def test_many_documents_are_read_page_by_page_in_order(tmp_path: Path) -> None:
    store = Store(tmp_path / "state.db")
    with store.transaction():
        for number in range(2500):
            store.put(HERE, "kind", str(number), {"number": number})
    seen = []
    for one in store.each(HERE, "kind"):
        if one["number"] % 2:
            store.put(HERE, "kind", str(one["number"]), {**one, "seen": True})
        seen.append(one["number"])
    assert seen == list(range(2500))
    store.close()
