"""A file holds the state of one platform, or is refused with the reason and left as it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from harness.twin.state_file import VERSION, DamagedState, UnusableState, open_state
from harness.twin.store import Store
from harness.twin.tenant import Tenant

if TYPE_CHECKING:
    from pathlib import Path

HERE = Tenant("org", "prod")


def written(file: Path) -> bytes:
    store = Store(file)
    for number in range(300):
        store.put(HERE, "kind", str(number), {"text": "x" * 200})
    store.close()
    return file.read_bytes()


def test_a_file_is_held_by_one_platform_alone(tmp_path: Path) -> None:
    file = tmp_path / "data.db"
    store = Store(file)
    with pytest.raises(UnusableState, match="another program has it open") as refused:
        Store(file)
    assert "stop the platform" in refused.value.hint
    store.close()
    Store(file).close()


def test_a_file_whose_end_was_lost_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    content = written(file)
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(DamagedState, match="damaged"):
        Store(file)


def test_a_file_whose_pages_were_overwritten_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    content = written(file)
    damaged = content[:8192] + bytes(16384) + content[24576:]
    file.write_bytes(damaged)
    with pytest.raises(DamagedState, match="damaged"):
        Store(file)
    assert file.read_bytes() == damaged


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    file.write_text("not a database, and longer than the head of one would be " * 20)
    with pytest.raises(sqlite3.DatabaseError, match="no database"):
        Store(file)


def test_a_file_that_is_empty_is_a_new_one(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    file.touch()
    store = Store(file)
    assert store.find(HERE, "kind") == []
    store.close()


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("CREATE TABLE accounts (name)")
    before = file.read_bytes()
    with pytest.raises(sqlite3.DatabaseError, match=r"another program's database.*accounts"):
        Store(file)
    assert file.read_bytes() == before


def test_a_state_that_a_newer_build_wrote_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    open_state(file, "").close()
    with closing(sqlite3.connect(file)) as newer:
        newer.execute(f"PRAGMA user_version={VERSION + 1}")
    with pytest.raises(UnusableState, match="a newer one wrote it"):
        open_state(file, "")
