"""Identities of a record: what its schema's descriptors and its `identityMap` say it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An id within a namespace; the code's case does not tell two namespaces apart."""

    namespace: str
    value: str

    @property
    def key(self) -> tuple[str, str]:
        """What two equal identities have in common."""
        return self.namespace.lower(), self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityField:
    """An identity descriptor: where in a record the id stands, as a JSON Pointer."""

    path: str
    namespace: str
    primary: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordIdentities:
    """All identities of a record without repetition; `primary` is None when it has none."""

    primary: Identity | None
    all: tuple[Identity, ...]


def identities_of(record: dict[str, Any], fields: Iterable[IdentityField]) -> RecordIdentities:
    """Read the identities of a record.

    The primary one is that of the primary descriptor, else the one that `identityMap` marks as
    primary, else the only one there is.
    """
    found: list[Identity] = []
    primary: Identity | None = None
    for field in fields:
        for value in _values(record, field.path):
            identity = Identity(namespace=field.namespace, value=value)
            found.append(identity)
            if field.primary and primary is None:
                primary = identity
    marked: Identity | None = None
    for namespace, entries in _entries(record.get("identityMap")):
        for entry in entries:
            given = entry.get("id")
            if not isinstance(given, str) or not given:
                continue
            identity = Identity(namespace=namespace, value=given)
            found.append(identity)
            if entry.get("primary") is True and marked is None:
                marked = identity
    unique = tuple({identity.key: identity for identity in reversed(found)}.values())[::-1]
    primary = primary or marked or (unique[0] if len(unique) == 1 else None)
    return RecordIdentities(primary=primary, all=unique)


def identity_map(identities: Iterable[Identity]) -> dict[str, list[dict[str, str]]]:
    """Write identities as XDM's `identityMap`, with lower-case namespace codes as keys."""
    written: dict[str, list[dict[str, str]]] = {}
    for identity in identities:
        written.setdefault(identity.namespace.lower(), []).append({"id": identity.value})
    return dict(sorted(written.items()))


def _entries(value: Any) -> list[tuple[str, list[dict[str, Any]]]]:
    if not isinstance(value, dict):
        return []
    return [
        (namespace, [entry for entry in entries if isinstance(entry, dict)])
        for namespace, entries in value.items()
        if isinstance(entries, list)
    ]


def _values(record: Any, path: str) -> list[str]:
    """Ids at a path; on the way through an array, those of each item."""
    nodes = [record]
    for token in path.strip("/").split("/"):
        name = token.replace("~1", "/").replace("~0", "~")
        found: list[Any] = []
        for node in nodes:
            for item in node if isinstance(node, list) else [node]:
                found.extend([item[name]] if isinstance(item, dict) and name in item else [])
        nodes = found
    flat = [item for node in nodes for item in (node if isinstance(node, list) else [node])]
    return [text for item in flat if (text := _text(item))]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return ""
    return str(value).strip() if isinstance(value, str | int) else ""
