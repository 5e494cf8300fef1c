"""Comparing answers: what differs between two responses, by JSON pointer, less what is to be ignored."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from harness.cassettes.interaction import Interaction
from harness.cassettes.miss import Difference, json_differences
from harness.client.message import Headers, Response

VOLATILE_HEADERS: Final = frozenset(
    {
        "age", "cf-ray", "connection", "content-encoding", "content-length", "date", "expires", "keep-alive",
        "last-modified", "server", "server-timing", "set-cookie", "transfer-encoding", "via",
        "x-correlation-id", "x-request-id", "x-runtime", "x-served-by",
    }
)  # fmt: skip
"""Headers that differ from answer to answer and say nothing about what was answered."""

_GENERATED: Final = {
    "<uuid>": re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"),
    "<time>": re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"),
    "<digest>": re.compile(r"(?<![0-9A-Za-z])(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{16,}(?![0-9A-Za-z])"),
    "<number>": re.compile(r"(?<!\d)\d{10,19}(?:\.\d+)?(?!\d)"),
}

DEFAULT_IGNORED: Final = tuple(f"headers/{name}" for name in sorted(VOLATILE_HEADERS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """What may differ: pointers (`body/createdAt`, `body/items/*/id`, `body/**/etag`, `headers/date`).

    `*` stands for one name or index, `**` for any number of them. Letters' case does not count in headers.
    With `generated` two values of one shape that systems make up are taken for the same: UUIDs, times,
    digests, long numbers, also within other text.
    """

    pointers: tuple[str, ...] = DEFAULT_IGNORED
    generated: bool = True
    patterns: tuple[re.Pattern[str], ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "patterns", tuple(_pattern(pointer) for pointer in self.pointers))

    def covers(self, difference: Difference) -> bool:
        """Tell whether a difference is to be ignored."""
        sent, recorded = difference.sent, difference.recorded
        if self.generated and sent is not None and recorded is not None and shape(sent) == shape(recorded):
            return True
        return any(pattern.fullmatch(difference.pointer) for pattern in self.patterns)


def shape(text: str) -> str:
    """Return a text with what systems make up replaced by its kind."""
    for kind, pattern in _GENERATED.items():
        text = pattern.sub(kind, text)
    return text


@cache
def _pattern(pointer: str) -> re.Pattern[str]:
    pieces = pointer.strip("/").split("/")
    spelled = "/".join({"*": "[^/]+", "**": ".+"}.get(piece, re.escape(piece)) for piece in pieces)
    # What is below an ignored place is ignored with it; `**` may also stand for nothing.
    spelled = spelled.replace("/.+/", "/(?:.+/)?")
    flags = re.IGNORECASE if pieces[0] == "headers" else re.NOFLAG
    return re.compile(f"{spelled}(?:/.*)?", flags)


def response_differences(new: Response, old: Response, ignore: Ignore) -> tuple[Difference, ...]:
    """Return what differs between a new answer (`sent` in the differences) and an old one (`recorded`)."""
    return tuple(one for one in _all_differences(new, old) if not ignore.covers(one))


def outcome_differences(new: Interaction, old: Interaction, ignore: Ignore) -> tuple[Difference, ...]:
    """Compare what came of two requests, of which either may have failed."""
    if new.response is not None and old.response is not None:
        return response_differences(new.response, old.response, ignore)
    mine, theirs = _outcome(new), _outcome(old)
    return () if mine == theirs else (Difference(pointer="outcome", sent=mine, recorded=theirs),)


def _outcome(one: Interaction) -> str:
    if one.response is not None:
        return f"status {one.response.status}"
    return f"failure {one.failure.kind}" if one.failure is not None else "nothing"


def _all_differences(new: Response, old: Response) -> Iterator[Difference]:
    if new.status != old.status:
        yield Difference(pointer="status", sent=str(new.status), recorded=str(old.status))
    mine, theirs = _by_name(new.headers), _by_name(old.headers)
    for name in sorted(mine.keys() | theirs.keys()):
        if mine.get(name) != theirs.get(name):
            yield Difference(pointer=f"headers/{name}", sent=mine.get(name), recorded=theirs.get(name))
    if new.body != old.body:
        yield from body_differences(new.body, old.body)


def body_differences(new: bytes, old: bytes) -> Iterator[Difference]:
    """Return what differs between two bodies: by JSON pointer, by line of text, or as a whole."""
    mine, theirs = _json(new), _json(old)
    if mine is not None and theirs is not None:
        yield from json_differences(mine[0], theirs[0], "body")
        return
    try:
        lines, others = new.decode().splitlines(), old.decode().splitlines()
    except UnicodeDecodeError:
        yield Difference(pointer="body", sent=f"{len(new)} bytes", recorded=f"{len(old)} bytes")
        return
    for number in range(max(len(lines), len(others))):
        line = lines[number] if number < len(lines) else None
        other = others[number] if number < len(others) else None
        if line != other:
            yield Difference(pointer=f"body/line {number + 1}", sent=line, recorded=other)


def _json(body: bytes) -> tuple[Any] | None:
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


def summarize(differences: Iterable[Difference]) -> str:
    """Return the differences as lines."""
    return "\n".join(f"  {one.pointer}: {one.sent!r} was {one.recorded!r}" for one in differences)
