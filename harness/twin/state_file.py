"""The SQLite database that a platform keeps its state in: whether a file can be one, and if not, why."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

VERSION = 1
"""The version of a state file, kept as SQLite's `user_version`. 0 stands in files from before it was kept."""

_PATIENCE_S = 2.0
"""How long a file that is in use is waited for: its platform may just be ending."""
_FILE_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-16000", "wal_autocheckpoint=16000")
"""Ids are random, so each document dirties another page of the index: pages wait longer in cache and journal
and are written once for many documents. Bounds: 16 MB of memory, 64 MB of journal. Once the index is
larger than both, each new document reads and writes a page of its own: so landing slows as the file grows."""


class UnusableState(sqlite3.DatabaseError):
    """A file in which no state can be kept; `hint` is what its owner can do."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint


class DamagedState(UnusableState):
    """The file holds a database that was cut short or overwritten; what it says cannot be relied on."""

    def __init__(self, reason: str) -> None:
        hint = "put a copy of it back, or move it away to start with an empty platform"
        super().__init__(f"the file is damaged ({reason})", hint)


_ELSEWHERE = "name a file that is not there yet, or one that a platform wrote"
_REASONS = {
    sqlite3.SQLITE_BUSY: (
        "another program has it open",
        "stop the platform that keeps its state there, or name another file",
    ),
    sqlite3.SQLITE_NOTADB: ("it is no database", _ELSEWHERE),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "name a file in a folder that can be written to"),
    sqlite3.SQLITE_READONLY: (
        "it cannot be written to",
        "let it and its folder be written to, or name another",
    ),
}
"""Why SQLite opens no state, in words, and what helps."""


def open_state(file: Path | None, tables: str) -> sqlite3.Connection:
    """Open a database with `tables` (statements that make those not there yet); without a file in memory.

    A file is held alone as long as the connection is open. Raises `UnusableState` for a file that cannot be
    opened, or is none of a store's; `DamagedState` for one that SQLite finds damaged.
    """
    try:
        database = sqlite3.connect(
            ":memory:" if file is None else str(file),
            check_same_thread=False,
            isolation_level=None,
            cached_statements=256,
            timeout=_PATIENCE_S,
        )
    except sqlite3.Error as error:
        raise _unusable(error) from error
    try:
        if file is not None:
            database.execute("PRAGMA locking_mode=EXCLUSIVE")
            _check_whole(database)
            _check_owner(database)
            for pragma in _FILE_PRAGMAS:
                database.execute(f"PRAGMA {pragma}")
            _check_version(database)
        database.executescript(tables)
    except sqlite3.Error as error:
        database.close()
        if isinstance(error, UnusableState):
            raise
        raise _unusable(error) from error
    return database


def _unusable(error: sqlite3.Error) -> UnusableState:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return UnusableState(*_REASONS.get(code, (str(error), _ELSEWHERE)))


def _check_whole(database: sqlite3.Connection) -> None:
    """Have SQLite look at every page: a platform must not start over a state that answers with errors."""
    try:
        (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        found = str(error)
    if found != "ok":
        raise DamagedState(found.splitlines()[-1])


def _check_owner(database: sqlite3.Connection) -> None:
    """Leave another program's database alone."""
    found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    names = sorted(str(name) for (name,) in found)
    if names and "record" not in names:
        shown = ", ".join(names[:3])
        raise UnusableState(f"it is another program's database (it has the tables {shown})", _ELSEWHERE)


def _check_version(database: sqlite3.Connection) -> None:
    (found,) = database.execute("PRAGMA user_version").fetchone()
    if found > VERSION:
        message = f"its state is of version {found}, and this build reads {VERSION}: a newer one wrote it"
        raise UnusableState(message, "use the build that wrote it, or name another file")
    database.execute(f"PRAGMA user_version={VERSION}")
