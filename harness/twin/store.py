"""Documents and records of every service in one SQLite database.

A document is a JSON object under (organisation, sandbox, kind, id). A record is one line of an
append-only stream. Bodies that come out are fresh: changing one changes nothing stored.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from harness.twin.state_file import open_state
from harness.twin.tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


Json: TypeAlias = Any
"""A JSON value. This package is the JSON edge: its documents stay JSON."""

_PAGE = 1000
_RECENT = 1024
"""Bodies kept at hand, as text: what follows from one record reads the same few documents over and over."""
_LONGEST_RECENT = 16_384

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

_TABLES = """
CREATE TABLE IF NOT EXISTS document (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  org TEXT NOT NULL, sandbox TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1, body TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS document_key ON document (kind, id, org, sandbox);
CREATE INDEX IF NOT EXISTS document_list ON document (org, sandbox, kind, seq);
CREATE TABLE IF NOT EXISTS record (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  org TEXT NOT NULL, sandbox TEXT NOT NULL, stream TEXT NOT NULL, key TEXT NOT NULL,
  at INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS record_key ON record (org, sandbox, stream, key, seq);
CREATE TABLE IF NOT EXISTS blob (
  org TEXT NOT NULL, sandbox TEXT NOT NULL, id TEXT NOT NULL, content BLOB NOT NULL,
  PRIMARY KEY (id, org, sandbox)
);
"""


class Found(NamedTuple):
    """A document found by its id alone, with the place it lives in."""

    tenant: Tenant
    body: dict[str, Json]


class Record(NamedTuple):
    """A line of a stream. `at` is epoch ms, `seq` grows with every record of the platform."""

    seq: int
    key: str
    at: int
    body: Json


class Followed(NamedTuple):
    """A record with where it is: in whose stream, and which one."""

    seq: int
    tenant: Tenant
    stream: str
    key: str
    at: int
    body: Json


def encode(value: Json) -> str:
    """Compact JSON text."""
    return _ENCODER.encode(value)


class Store:
    """The one door to SQLite. Safe to call from several threads; calls are serialised.

    A write outside `transaction()` is committed before the call returns. With a file, the journal
    is WAL: what was committed survives the process being killed. The file is held alone as long as the store
    is open: two platforms over one state would not see each other's changes. Raises what `open_state` does.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._generations: defaultdict[str, int] = defaultdict(int)
        self._recent: dict[tuple[str, str, Tenant], str | None] = {}
        self._database = open_state(file, _TABLES)
        self._appended = self._last_record()

    def _last_record(self) -> int:
        found = self._database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'record'").fetchone()
        return 0 if found is None else int(found[0])

    def close(self) -> None:
        """Close the database; later calls fail."""
        with self._lock:
            self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Nested transactions join the outer one."""
        with self._lock:
            if self._depth == 0:
                self._database.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._database.execute("ROLLBACK")
                    self._recent.clear()
                    for kind in list(self._generations):
                        self._generations[kind] += 1
                raise
            self._depth -= 1
            if self._depth == 0:
                self._database.execute("COMMIT")

    def last_written(self) -> int:
        """Count what was ever written, documents and records; 0 for a new store."""
        with self._lock:
            found = self._database.execute("SELECT coalesce(sum(seq), 0) FROM sqlite_sequence").fetchone()
        return int(found[0])

    def generation(self, kind: str) -> int:
        """Count the writes to documents of a kind, so that a cache knows when it is stale."""
        return self._generations[kind]

    # documents

    def put(self, tenant: Tenant, kind: str, id: str, body: dict[str, Json]) -> int:
        """Insert or replace; a replaced document keeps its place in the list. Gives its version."""
        text = encode(body)
        with self._lock:
            self._generations[kind] += 1
            row = self._database.execute(
                "INSERT INTO document (org, sandbox, kind, id, body) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (kind, id, org, sandbox)"
                " DO UPDATE SET body = excluded.body, version = version + 1 RETURNING version",
                (*tenant, kind, id, text),
            ).fetchall()
            self._keep((kind, id, tenant), text)
            return int(row[0][0])

    def get(self, tenant: Tenant, kind: str, id: str) -> dict[str, Json] | None:
        """Return one document, or None."""
        key = (kind, id, tenant)
        with self._lock:
            if key in self._recent:
                text = self._recent[key]
            else:
                row = self._database.execute(
                    "SELECT body FROM document WHERE kind = ? AND id = ? AND org = ? AND sandbox = ?",
                    (kind, id, *tenant),
                ).fetchone()
                text = None if row is None else row[0]
                self._keep(key, text)
        return None if text is None else json.loads(text)

    def _keep(self, key: tuple[str, str, Tenant], text: str | None) -> None:
        if len(self._recent) >= _RECENT:
            self._recent.clear()
        if text is None or len(text) <= _LONGEST_RECENT:
            self._recent[key] = text
        else:
            self._recent.pop(key, None)

    def version(self, tenant: Tenant, kind: str, id: str) -> int:
        """How often a document was written; 0 when there is none."""
        with self._lock:
            row = self._database.execute(
                "SELECT version FROM document WHERE kind = ? AND id = ? AND org = ? AND sandbox = ?",
                (kind, id, *tenant),
            ).fetchone()
        return 0 if row is None else int(row[0])

    def anywhere(self, kind: str, id: str) -> Found | None:
        """Find a document by kind and id in whatever organisation and sandbox it is."""
        with self._lock:
            row = self._database.execute(
                "SELECT org, sandbox, body FROM document WHERE kind = ? AND id = ? LIMIT 1",
                (kind, id),
            ).fetchone()
        return None if row is None else Found(Tenant(row[0], row[1]), json.loads(row[2]))

    def find(self, tenant: Tenant, kind: str, **equal: Json) -> list[dict[str, Json]]:
        """All documents of a kind in the order they were created, with top-level fields equal to."""
        with self._lock:
            rows = self._database.execute(
                "SELECT body FROM document WHERE org = ? AND sandbox = ? AND kind = ? ORDER BY seq",
                (*tenant, kind),
            ).fetchall()
        found = [json.loads(row[0]) for row in rows]
        if equal:
            wanted = equal.items()
            found = [body for body in found if all(body.get(key) == value for key, value in wanted)]
        return found

    def each(self, tenant: Tenant, kind: str) -> Iterator[dict[str, Json]]:
        """Documents of a kind in the order they were created, a page at a time, however many there are.

        What is written meanwhile may be seen or not.
        """
        after = 0
        while True:
            with self._lock:
                rows = self._database.execute(
                    "SELECT seq, body FROM document WHERE org = ? AND sandbox = ? AND kind = ? AND seq > ?"
                    " ORDER BY seq LIMIT ?",
                    (*tenant, kind, after, _PAGE),
                ).fetchall()
            for _, body in rows:
                yield json.loads(body)
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def everywhere(self, kind: str) -> list[Found]:
        """All documents of a kind in all organisations and sandboxes."""
        with self._lock:
            rows = self._database.execute(
                "SELECT org, sandbox, body FROM document WHERE kind = ? ORDER BY seq", (kind,)
            ).fetchall()
        return [Found(Tenant(row[0], row[1]), json.loads(row[2])) for row in rows]

    def count(self, tenant: Tenant, kind: str) -> int:
        """Count the documents of a kind."""
        with self._lock:
            row = self._database.execute(
                "SELECT count(*) FROM document WHERE org = ? AND sandbox = ? AND kind = ?",
                (*tenant, kind),
            ).fetchone()
        return int(row[0])

    def delete(self, tenant: Tenant, kind: str, id: str) -> bool:
        """Remove one document; False when there was none."""
        with self._lock:
            self._generations[kind] += 1
            self._recent.pop((kind, id, tenant), None)
            done = self._database.execute(
                "DELETE FROM document WHERE kind = ? AND id = ? AND org = ? AND sandbox = ?",
                (kind, id, *tenant),
            )
            return done.rowcount > 0

    def clear(self, tenant: Tenant) -> None:
        """Remove everything of one sandbox, as a reset does."""
        with self.transaction():
            self._recent.clear()
            kinds = self._database.execute(
                "SELECT DISTINCT kind FROM document WHERE org = ? AND sandbox = ?", tenant
            ).fetchall()
            for table in ("document", "record", "blob"):
                self._database.execute(
                    f"DELETE FROM {table} WHERE org = ? AND sandbox = ?",  # noqa: S608 - fixed names
                    tenant,
                )
            for (kind,) in kinds:
                self._generations[kind] += 1

    # records

    def append(self, tenant: Tenant, stream: str, key: str, at: int, body: Json) -> int:
        """Add a record to a stream; gives its sequence number."""
        with self._lock:
            done = self._database.execute(
                "INSERT INTO record (org, sandbox, stream, key, at, body) VALUES (?, ?, ?, ?, ?, ?)",
                (*tenant, stream, key, at, encode(body)),
            )
            self._appended = int(done.lastrowid or 0)
            return self._appended

    @property
    def appended(self) -> int:
        """Sequence number of the record that was added last; 0 before the first."""
        return self._appended

    def between(self, after: int, until: int, streams: Iterable[str], *, limit: int) -> list[Followed]:
        """Read records of some streams, wherever they are, numbered above `after` and up to `until`."""
        wanted = tuple(streams)
        marks = ", ".join("?" * len(wanted))
        with self._lock:
            rows = self._database.execute(
                "SELECT seq, org, sandbox, stream, key, at, body FROM record"  # noqa: S608 - marks alone
                f" WHERE seq > ? AND seq <= ? AND stream IN ({marks}) ORDER BY seq LIMIT ?",
                (after, until, *wanted, limit),
            ).fetchall()
        return [
            Followed(
                seq=row[0],
                tenant=Tenant(row[1], row[2]),
                stream=row[3],
                key=row[4],
                at=row[5],
                body=json.loads(row[6]),
            )
            for row in rows
        ]

    def counted(self, after: int, until: int) -> dict[str, int]:
        """Count records numbered above `after` and up to `until`, by stream."""
        with self._lock:
            rows = self._database.execute(
                "SELECT stream, COUNT(*) FROM record WHERE seq > ? AND seq <= ? GROUP BY stream",
                (after, until),
            ).fetchall()
        return dict(rows)

    def records(
        self,
        tenant: Tenant,
        stream: str,
        key: str | None = None,
        *,
        after: int = 0,
        limit: int = -1,
    ) -> list[Record]:
        """Read a stream (and key) in order: the records with a sequence number above `after`."""
        by_key = "" if key is None else " AND key = ?"
        with self._lock:
            rows = self._database.execute(
                "SELECT seq, key, at, body FROM record WHERE org = ? AND sandbox = ?"  # noqa: S608 - no input
                f" AND stream = ?{by_key} AND seq > ? ORDER BY seq LIMIT ?",
                (*tenant, stream, *(() if key is None else (key,)), after, limit),
            ).fetchall()
        return [Record(row[0], row[1], row[2], json.loads(row[3])) for row in rows]

    def latest_records(
        self, tenant: Tenant, stream: str, key: str | None = None, *, limit: int = 20
    ) -> list[Record]:
        """Read the last records of a stream (and key), newest first."""
        by_key = "" if key is None else " AND key = ?"
        with self._lock:
            rows = self._database.execute(
                "SELECT seq, key, at, body FROM record WHERE org = ? AND sandbox = ?"  # noqa: S608 - no input
                f" AND stream = ?{by_key} ORDER BY seq DESC LIMIT ?",
                (*tenant, stream, *(() if key is None else (key,)), limit),
            ).fetchall()
        return [Record(row[0], row[1], row[2], json.loads(row[3])) for row in rows]

    def latest(self, tenant: Tenant, kind: str, *, limit: int = 20) -> list[dict[str, Json]]:
        """Return the documents of a kind that were created last, newest first."""
        with self._lock:
            rows = self._database.execute(
                "SELECT body FROM document WHERE org = ? AND sandbox = ? AND kind = ?"
                " ORDER BY seq DESC LIMIT ?",
                (*tenant, kind, limit),
            ).fetchall()
        return [json.loads(row[0]) for row in rows]

    def count_records(self, tenant: Tenant, stream: str, key: str | None = None) -> int:
        """Count the records of a stream (and key)."""
        by_key = "" if key is None else " AND key = ?"
        with self._lock:
            row = self._database.execute(
                f"SELECT count(*) FROM record WHERE org = ? AND sandbox = ? AND stream = ?{by_key}",  # noqa: S608 - no input
                (*tenant, stream, *(() if key is None else (key,))),
            ).fetchone()
        return int(row[0])

    def forget_records(self, tenant: Tenant, stream: str, key: str) -> int:
        """Remove the records of one key; gives how many there were."""
        with self._lock:
            done = self._database.execute(
                "DELETE FROM record WHERE org = ? AND sandbox = ? AND stream = ? AND key = ?",
                (*tenant, stream, key),
            )
            return done.rowcount

    def remove_records(self, numbers: Iterable[int]) -> None:
        """Remove records by their sequence numbers."""
        with self._lock:
            self._database.executemany("DELETE FROM record WHERE seq = ?", ((one,) for one in numbers))

    # files

    def put_blob(self, tenant: Tenant, id: str, content: bytes) -> None:
        """Keep bytes under an id."""
        with self._lock:
            self._database.execute(
                "INSERT OR REPLACE INTO blob (org, sandbox, id, content) VALUES (?, ?, ?, ?)",
                (*tenant, id, content),
            )

    def get_blob(self, tenant: Tenant, id: str) -> bytes | None:
        """Return bytes kept under an id, or None."""
        with self._lock:
            row = self._database.execute(
                "SELECT content FROM blob WHERE id = ? AND org = ? AND sandbox = ?",
                (id, *tenant),
            ).fetchone()
        return None if row is None else bytes(row[0])

    def delete_blob(self, tenant: Tenant, id: str) -> None:
        """Remove bytes kept under an id."""
        with self._lock:
            self._database.execute("DELETE FROM blob WHERE id = ? AND org = ? AND sandbox = ?", (id, *tenant))

    # tables of a service's own

    def define(self, statements: str) -> None:
        """Run `CREATE TABLE/INDEX IF NOT EXISTS` of a service that needs its own tables."""
        with self._lock:
            self._database.executescript(statements)

    def rows(self, sql: str, values: Iterable[Json] = ()) -> list[tuple[Json, ...]]:
        """Run one statement with bound values and give all rows."""
        with self._lock:
            return self._database.execute(sql, tuple(values)).fetchall()
