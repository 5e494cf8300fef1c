"""Resolving the names in what an author wrote, whatever its shape."""

from collections.abc import Callable, Mapping
from typing import Any

Resolve = Callable[[str], str]
"""Replaces `{{name}}` in a text, and leaves what it does not know."""


def resolve_deep(value: Any, resolve: Resolve) -> Any:
    """Resolve every text inside of a JSON value, but not the keys of its objects."""
    match value:
        case str():
            return resolve(value) if "{{" in value else value
        case Mapping():
            return {key: resolve_deep(part, resolve) for key, part in value.items()}
        case list() | tuple():
            return [resolve_deep(part, resolve) for part in value]
        case _:
            return value
