"""Bytes in a JSON document as newman writes them: a list of numbers, which may be millions."""

import json
from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

from harness.lazy_dataclass import dataclass

_STEP: Final = 1 << 16
_NUMBERS: Final = tuple(str(number) for number in range(256))


@dataclass(frozen=True, slots=True)
class Octets:
    """The bytes of a body, to be told as numbers; they are masked before."""

    data: bytes

    def spelled(self) -> Iterator[str]:
        """Spell the list in pieces: as a whole it takes many times the room of the bytes."""
        yield "["
        for at in range(0, len(self.data), _STEP):
            yield "," * (at > 0) + ",".join(map(_NUMBERS.__getitem__, self.data[at : at + _STEP]))
        yield "]"


def dumped(value: Any) -> Iterator[str]:
    """Spell a JSON value in pieces; there may be `Octets` in it, other values of no JSON type are text."""
    # A text that nobody can have written holds the place of the numbers.
    place = uuid4().hex
    found: list[Octets] = []

    def stand_in(one: Any) -> str:
        if not isinstance(one, Octets):
            return str(one)
        found.append(one)
        return place

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=stand_in)
    first, *rest = text.split(f'"{place}"')
    yield first
    for octets, part in zip(found, rest, strict=True):
        yield from octets.spelled()
        yield part
