"""Reading a JSON document piece by piece, in memory that does not grow with it. The only door to ijson.

newman writes the bytes of a body as a list of numbers, one to a line: a list that has only such numbers is
read as `bytes`, at one byte each.
"""

from collections.abc import Callable, Iterator
from typing import IO, Any, Final

import ijson

from harness.errors import misread

_DEEPEST: Final = 300
_BOM: Final = b"\xef\xbb\xbf"
_OPENING: Final = frozenset({"start_map", "start_array"})

Take = Callable[[Any], object]
"""Is handed a value that was read."""


class BrokenJson(ValueError):
    """A document that is no JSON, or ends too early (`truncated`)."""

    def __init__(self, what: str, *, truncated: bool = False) -> None:
        super().__init__(what)
        self.truncated = truncated


class JsonStream:
    """A JSON document that is read once, from its beginning to its end."""

    def __init__(self, file: IO[bytes]) -> None:
        head = file.read(len(_BOM))
        rest = _Rest(b"" if head == _BOM else head, file)
        self._events: Iterator[tuple[str, Any]] = iter(
            ijson.basic_parse(rest, use_float=True, buf_size=1 << 18)
        )

    def next(self) -> tuple[str, Any]:
        """Return the next event. Raises `BrokenJson`."""
        try:
            return next(self._events)
        except StopIteration:
            raise BrokenJson("it ends too early", truncated=True) from None
        except ijson.IncompleteJSONError as error:
            raise BrokenJson(_reason(error), truncated=True) from error
        except (ijson.JSONError, UnicodeDecodeError, ValueError, OverflowError) as error:
            raise BrokenJson(_reason(error)) from error

    def members(self) -> Iterator[str]:
        """Yield the names of an object's members; the value of each is to be read before the next name.

        The event that opens the object was read before.
        """
        while True:
            event, name = self.next()
            if event == "end_map":
                return
            yield str(name)

    def elements(self) -> Iterator[tuple[str, Any]]:
        """Yield the event that begins each element of a list, whose rest is to be read before the next."""
        while True:
            event, value = self.next()
            if event == "end_array":
                return
            yield event, value

    def value(self, event: str, value: Any, depth: int = 0) -> Any:
        """Read the rest of a value that begins with an event."""
        if depth > _DEEPEST:
            raise BrokenJson("it is nested too deeply")
        if event == "start_map":
            return {name: self.value(*self.next(), depth + 1) for name in self.members()}
        if event == "start_array":
            return self._list(depth)
        return value

    def skip(self, event: str) -> None:
        """Pass over the rest of a value that begins with an event."""
        open_ones = event in _OPENING
        depth = int(open_ones)
        while depth:
            event, _ = self.next()
            if event in _OPENING:
                depth += 1
            elif event in {"end_map", "end_array"}:
                depth -= 1

    def _list(self, depth: int) -> Any:
        octets = bytearray()
        found: list[Any] = []
        events, append = self._events, octets.append
        event, value = self.next()
        try:
            # This loop sees each byte of each body.
            while event == "number" and type(value) is int:
                append(value)
                event, value = next(events)
        except ValueError:
            # A number that is no byte; the event is still to be taken in.
            pass
        except (StopIteration, ijson.JSONError):
            raise BrokenJson("it ends too early", truncated=True) from None
        if event == "end_array":
            return bytes(octets) if octets else found
        found.extend(octets)
        while event != "end_array":
            found.append(self.value(event, value, depth + 1))
            event, value = self.next()
        return found


class _Rest:
    """A file whose first bytes were read already; it may be a pipe."""

    def __init__(self, head: bytes, file: IO[bytes]) -> None:
        self._head = head
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        if not self._head or size == 0:
            return self._file.read(size)
        head, self._head = self._head, b""
        return head


def _reason(error: Exception) -> str:
    """Return the first line of what the parser says; the others point into the document."""
    if isinstance(error, UnicodeDecodeError):
        return misread(error)
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)
    return text.partition("\n")[0].strip() or type(error).__name__
