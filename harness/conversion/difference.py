"""What differs between a collection and what came of it: the list of what a conversion lost."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

_ABSENT: Any = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedMember:
    """A member that is not the same afterwards. `pointer` is where it is in the original (RFC 6901)."""

    pointer: str
    message: str


def differences(before: Any, after: Any, pointer: str = "") -> Iterator[ChangedMember]:
    """Walk two documents, and name each member that is lost, added or changed; the order of keys is free."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in (*before, *(one for one in after if one not in before)):
            inner = f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
            yield from _member(before.get(key, _ABSENT), after.get(key, _ABSENT), inner)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, pointer)
    elif type(before) is not type(after) or before != after:
        yield ChangedMember(pointer=pointer, message=f"{shown(before)} becomes {shown(after)}")


def _member(before: Any, after: Any, pointer: str) -> Iterator[ChangedMember]:
    if after is _ABSENT:
        yield ChangedMember(pointer=pointer, message=f"{shown(before)} is lost")
    elif before is _ABSENT:
        yield ChangedMember(pointer=pointer, message=f"{shown(after)} is added")
    else:
        yield from differences(before, after, pointer)


def _lists(before: list[Any], after: list[Any], pointer: str) -> Iterator[ChangedMember]:
    if len(before) == len(after):
        for index, (left, right) in enumerate(zip(before, after, strict=True)):
            yield from differences(left, right, f"{pointer}/{index}")
        return
    texts = [[json.dumps(one, sort_keys=True) for one in side] for side in (before, after)]
    for _, start, end, other_start, other_end in SequenceMatcher(
        None, texts[0], texts[1], autojunk=False
    ).get_opcodes():
        left, right = before[start:end], after[other_start:other_end]
        for offset in range(max(len(left), len(right))):
            one = left[offset] if offset < len(left) else _ABSENT
            other = right[offset] if offset < len(right) else _ABSENT
            yield from _member(one, other, f"{pointer}/{start + offset}")


def shown(value: Any) -> str:
    """Name a value without telling it: it may be a secret."""
    match value:
        case str():
            return f"a text of {len(value)} characters"
        case bool() | None:
            return json.dumps(value)
        case int() | float():
            return f"the number {value}"
        case list():
            return f"a list of {len(value)}"
        case Mapping():
            return f"an object ({', '.join(map(str, list(value)[:6]))})" if value else "an empty object"
    return str(value)
