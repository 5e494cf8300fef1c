"""Comparing answers: what differs between two, by JSON pointer, less what is to be ignored."""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from harness.cassettes.compare.generated_values import Counterparts, names_identity, shape
from harness.cassettes.file.interaction import Interaction
from harness.cassettes.replay.miss import RecordingDifference, json_differences, request_differences
from harness.client.message import Headers, ResolvedRequest, Response

VOLATILE_HEADERS: Final = frozenset(
    {
        "age", "cf-ray", "connection", "content-encoding", "content-length", "date", "expires", "keep-alive",
        "last-modified", "server", "server-timing", "set-cookie", "transfer-encoding", "via",
        "x-correlation-id", "x-request-id", "x-runtime", "x-served-by",
    }
)  # fmt: skip
"""Headers that differ from answer to answer and say nothing about what was answered."""

DEFAULT_IGNORED: Final = tuple(f"headers/{name}" for name in sorted(VOLATILE_HEADERS))

_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_JWT: Final = re.compile(r"(eyJ[A-Za-z0-9_-]+)\.(eyJ[A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)")
_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MOST_COMPARED: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """What may differ: pointers (`body/createdAt`, `body/items/*/id`, `body/**/etag`, `headers/date`).

    `*` stands for one name or index, `**` for any number of them. Letters' case does not count in headers.
    With `generated` two values of one kind that systems make up are taken for the same, also as names of
    members, within other text, and in JSON, base64 and tokens inside of strings: UUIDs, times, digests,
    random tokens, long numbers; numbers from 1000 on, also behind a prefix (`ord-7301`), under names that end
    in `id`; and how long something took. One that occurs again must have become the same one again.
    """

    pointers: tuple[str, ...] = DEFAULT_IGNORED
    generated: bool = True
    patterns: tuple[re.Pattern[str], ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "patterns", tuple(_pattern(pointer) for pointer in self.pointers))

    def covers(self, difference: RecordingDifference) -> bool:
        """Tell whether a difference is to be ignored."""
        return any(pattern.fullmatch(difference.pointer) for pattern in self.patterns)


@cache
def _pattern(pointer: str) -> re.Pattern[str]:
    pieces = pointer.strip("/").split("/")
    spelled = "/".join({"*": "[^/]+", "**": ".+"}.get(piece, re.escape(piece)) for piece in pieces)
    # What is below an ignored place is ignored with it; `**` may also stand for nothing.
    spelled = spelled.replace("/.+/", "/(?:.+/)?")
    flags = re.IGNORECASE if pieces[0] == "headers" else re.NOFLAG
    return re.compile(f"{spelled}(?:/.*)?", flags)


class AnswerComparison:
    """Compares the answers of one run with those of another, and learns which made-up values correspond."""

    def __init__(self, ignore: Ignore | None = None) -> None:
        self.ignore: Final = ignore or Ignore()
        self._counterparts = Counterparts()

    def learn(self, pairs: Iterable[tuple[Interaction, Interaction]]) -> None:
        """Learn from all pairs of new and old before any is judged.

        An id may be used before the answer that says whose it is.
        """
        for new, old in pairs:
            self.outcomes(new, old)

    def became(self) -> Iterator[tuple[str, str]]:
        """Yield each made-up value that was learnt, as recorded and as it is now."""
        yield from self._counterparts.pairs()

    def outcomes(self, new: Interaction, old: Interaction) -> tuple[RecordingDifference, ...]:
        """Compare what came of two requests, of which either may have failed."""
        if new.response is not None and old.response is not None:
            return self.responses(new.response, old.response)
        mine, theirs = _outcome(new), _outcome(old)
        return () if mine == theirs else (RecordingDifference(pointer="outcome", sent=mine, recorded=theirs),)

    def requests(self, new: ResolvedRequest, old: ResolvedRequest) -> tuple[RecordingDifference, ...]:
        """Return what differs in two requests besides made-up values, with pointers below `request/`."""
        found = (
            replace(one, pointer=f"request/{one.pointer}")
            for one in request_differences(new, new.url, old)
            if not (self.ignore.generated and one.sent and one.recorded)
            or not self._same_text(one.sent, one.recorded)
        )
        return tuple(one for one in found if not self.ignore.covers(one))

    def responses(self, new: Response, old: Response) -> tuple[RecordingDifference, ...]:
        """Return what differs: `sent` is what the new answer has, `recorded` the old one."""
        return tuple(one for one in self._responses(new, old) if not self.ignore.covers(one))

    def _responses(self, new: Response, old: Response) -> Iterator[RecordingDifference]:
        if new.status != old.status:
            yield RecordingDifference(pointer="status", sent=str(new.status), recorded=str(old.status))
        mine, theirs = _by_name(new.headers), _by_name(old.headers)
        for name in sorted(mine.keys() | theirs.keys()):
            one, other = mine.get(name), theirs.get(name)
            if one != other and not (one and other and self._same_text(one, other)):
                yield RecordingDifference(pointer=f"headers/{name}", sent=one, recorded=other)
        if new.body != old.body:
            yield from self._bodies(new.body, old.body)

    def _bodies(self, new: bytes, old: bytes) -> Iterator[RecordingDifference]:
        if not self.ignore.generated:
            yield from body_differences(new, old)
            return
        mine, theirs = _json(new), _json(old)
        if mine is not None and theirs is not None:
            try:
                yield from list(self._values(mine[0], theirs[0], "body", ""))
            except RecursionError:
                yield RecordingDifference(
                    pointer="body", sent=f"{len(new)} bytes", recorded=f"{len(old)} bytes"
                )
            return
        for one in body_differences(new, old):
            if one.sent is None or one.recorded is None:
                yield one
            else:
                yield from self._texts(one.sent, one.recorded, one)

    def _same_text(self, live: str, recorded: str) -> bool:
        return self.ignore.generated and self._counterparts.same_text(live, recorded)

    def _values(self, mine: Any, theirs: Any, pointer: str, name: str) -> Iterator[RecordingDifference]:
        """Compare two JSON values; `name` is that of the member they are of, or that their list is of."""
        if isinstance(mine, dict) and isinstance(theirs, dict):
            yield from self._members(mine, theirs, pointer)
        elif isinstance(mine, list) and isinstance(theirs, list):
            theirs = self._reordered(mine, theirs)
            for place, (one, other) in enumerate(zip(mine, theirs, strict=False)):
                yield from self._values(one, other, f"{pointer}/{place}", name)
            least = min(len(mine), len(theirs))
            for place, value in enumerate(mine[least:], least):
                yield _difference(f"{pointer}/{place}", sent=value)
            for place, value in enumerate(theirs[least:], least):
                yield _difference(f"{pointer}/{place}", recorded=value)
        elif isinstance(mine, str) and isinstance(theirs, str):
            if mine != theirs and not self._counterparts.same_numbered(name, mine, theirs):
                whole = RecordingDifference(pointer=pointer, sent=_spelled(mine), recorded=_spelled(theirs))
                yield from self._texts(mine, theirs, whole)
        elif _is_number(mine) and _is_number(theirs):
            if mine != theirs and not self._counterparts.same_number(name, mine, theirs):
                yield RecordingDifference(pointer=pointer, sent=_spelled(mine), recorded=_spelled(theirs))
        else:
            yield from json_differences(mine, theirs, pointer)

    def _texts(self, mine: str, theirs: str, whole: RecordingDifference) -> Iterator[RecordingDifference]:
        """Compare two texts that are not equal: by what is in them when both hold a document."""
        if self._counterparts.told(theirs) == mine:
            return
        held, others = opened(mine), opened(theirs)
        if held is not None and others is not None and held[0] == others[0]:
            kind, inner, other = held[0], held[1], others[1]
            yield from self._values(inner, other, f"{whole.pointer}/({kind})", "")
        elif not self._counterparts.same_text(mine, theirs):
            yield whole

    def _members(
        self, mine: dict[str, Any], theirs: dict[str, Any], pointer: str
    ) -> Iterator[RecordingDifference]:
        names = {name: name for name in mine if name in theirs}
        names |= self._renamed(
            {name: value for name, value in mine.items() if name not in names},
            {name: value for name, value in theirs.items() if name not in names},
        )
        was = set(names.values())
        for name, value in mine.items():
            below = _below(pointer, name)
            if name in names:
                yield from self._values(value, theirs[names[name]], below, name)
            else:
                yield _difference(below, sent=value)
        for name, value in theirs.items():
            if name not in was:
                yield _difference(_below(pointer, name), recorded=value)

    def _renamed(self, mine: dict[str, Any], theirs: dict[str, Any]) -> dict[str, str]:
        """Find the recorded names of members whose names are made up; the live names are the keys."""
        names: dict[str, str] = {}
        for name in theirs:
            told = self._counterparts.told(name)
            if told in mine:
                names[told] = name
        was = set(names.values())
        waiting: dict[str, list[str]] = {}
        for name in mine:
            if name not in names and shape(name) != name:
                waiting.setdefault(shape(name), []).append(name)
        for name, value in theirs.items():
            candidates = waiting.get(shape(name), []) if name not in was else []
            if candidates:
                distances = {one: _distance(mine[one], value) for one in candidates[:_MOST_COMPARED]}
                best = min(distances, key=distances.__getitem__)
                if self._same_text(best, name):
                    candidates.remove(best)
                    names[best] = name
        return names

    def _reordered(self, mine: list[Any], theirs: list[Any]) -> list[Any]:
        """Put a recorded list into the live order where what it is ordered by was made up."""
        if len(mine) != len(theirs) or len(mine) < 2:
            return theirs
        places: dict[str, int] = {}
        for place, value in enumerate(mine):
            for word in _identities(value):
                places.setdefault(word, place)
        order: dict[int, Any] = {}
        for value in theirs:
            told = next((self._counterparts.told(word) for word in _identities(value)), None)
            if told is None or told not in places or places[told] in order:
                return theirs
            order[places[told]] = value
        if len(order) != len(mine):
            return theirs
        return [order[place] for place in range(len(mine))]


def _identities(value: Any) -> Iterator[str]:
    """Yield what says which one an element of a list is, when that was made up."""
    words = value.items() if isinstance(value, dict) else [("id", value)]
    for name, word in words:
        if isinstance(word, str) and (names_identity(name) or name == "$id") and shape(word) != word:
            yield word


def _distance(mine: Any, theirs: Any) -> int:
    """Count what differs in kind."""
    return sum(map(_unlike, json_differences(mine, theirs, "")))


def _unlike(difference: RecordingDifference) -> bool:
    sent, recorded = difference.sent, difference.recorded
    return sent is None or recorded is None or shape(sent) != shape(recorded)


def opened(text: str) -> tuple[str, Any] | None:
    """Return the document that a text holds, and how it holds it."""
    token = _JWT.fullmatch(text)
    if token is not None:
        head, claims = opened(token.group(1)), opened(token.group(2))
        if head is not None and claims is not None:
            return "token", {"header": head[1], "claims": claims[1]}
    if text[:1] in {"{", "["}:
        found = _json(text)
        return ("json", found[0]) if found is not None else None
    if _BASE64.fullmatch(text) is None:
        return None
    digits = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        inner = base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    if _NO_TEXT.search(inner):
        return None
    found = _json(inner) if inner[:1] in {"{", "["} else None
    return ("base64", found[0] if found is not None else inner)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _below(pointer: str, name: str) -> str:
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"


_NOTHING: Final = object()


def _difference(pointer: str, *, sent: Any = _NOTHING, recorded: Any = _NOTHING) -> RecordingDifference:
    return RecordingDifference(
        pointer=pointer,
        sent=None if sent is _NOTHING else _spelled(sent),
        recorded=None if recorded is _NOTHING else _spelled(recorded),
    )


def _spelled(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _outcome(one: Interaction) -> str:
    if one.response is not None:
        return f"status {one.response.status}"
    return f"failure {one.failure.kind}" if one.failure is not None else "nothing"


def body_differences(new: bytes, old: bytes) -> Iterator[RecordingDifference]:
    """Return what differs between two bodies: by JSON pointer, by line of text, or as a whole."""
    mine, theirs = _json(new), _json(old)
    if mine is not None and theirs is not None:
        yield from json_differences(mine[0], theirs[0], "body")
        return
    try:
        lines, others = new.decode().splitlines(), old.decode().splitlines()
    except UnicodeDecodeError:
        yield RecordingDifference(pointer="body", sent=f"{len(new)} bytes", recorded=f"{len(old)} bytes")
        return
    for number in range(max(len(lines), len(others))):
        line = lines[number] if number < len(lines) else None
        other = others[number] if number < len(others) else None
        if line != other:
            yield RecordingDifference(pointer=f"body/line {number + 1}", sent=line, recorded=other)


def _json(body: bytes | str) -> tuple[Any] | None:
    try:
        return (json.loads(body),)
    except (ValueError, RecursionError):
        return None


def _by_name(headers: Headers) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        values[key] = f"{values[key]}, {value}" if key in values else value
    return values
