"""What differs between a collection and what came of it: the list of what a conversion lost."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

_ABSENT: Any = object()
MOST_COMPARED: Final = 400
"""How many pairs of entries are compared to find those that are most alike."""


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
        for index, one, other in _aligned(before[start:end], after[other_start:other_end]):
            yield from _member(one, other, f"{pointer}/{start + index}")


def _aligned(before: list[Any], after: list[Any]) -> Iterator[tuple[int, Any, Any]]:
    """Pair the entries of two lists without an equal one, so that those that are most alike meet.

    What is left over of the longer list is lost or added. The order stays. Long lists are paired by position.
    """
    if len(before) < len(after):
        for at, other, one in _aligned(after, before):
            yield min(at, len(before)), one, other
        return
    spare = len(before) - len(after)
    if not spare or not after or len(before) * len(after) > MOST_COMPARED:
        for index, one in enumerate(before):
            yield index, one, after[index] if index < len(after) else _ABSENT
        return
    # best[n] says how the first entries of `after` are paired when n of `before` were left over so far.
    best: list[tuple[int, tuple[int, ...]]] = [(0, tuple(range(left))) for left in range(spare + 1)]
    for at, other in enumerate(after):
        paired = [
            (cost + _distance(before[at + left], other), gone) for left, (cost, gone) in enumerate(best)
        ]
        best = paired[:1]
        for left in range(1, spare + 1):
            cost, gone = best[left - 1]
            best.append(min(paired[left], (cost, (*gone, at + left)), key=lambda one: one[0]))
    skipped = set(best[spare][1])
    rest = iter(after)
    for index, one in enumerate(before):
        yield index, one, _ABSENT if index in skipped else next(rest)


def _distance(before: Any, after: Any) -> int:
    """Count the members that differ."""
    return sum(1 for _ in differences(before, after))


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
