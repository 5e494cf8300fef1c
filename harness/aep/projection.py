"""A part of an entity, by the paths of its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def project(entity: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Return only the members at dotted paths."""
    projected: dict[str, Any] = {}
    for field in fields:
        source: Any = entity
        target = projected
        names = field.split(".")
        for name in names[:-1]:
            source = source.get(name) if isinstance(source, dict) else None
            if not isinstance(source, dict):
                break
            target = target.setdefault(name, {})
        if isinstance(source, dict) and names[-1] in source:
            target[names[-1]] = source[names[-1]]
    return projected
