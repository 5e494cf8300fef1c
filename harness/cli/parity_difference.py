"""What differs between two runs under parity.

Values that differ from run to run by themselves (UUIDs, times, long numbers, numbers behind a word such as
`ord-7301`, boundaries, nonces) are compared by their shape. The order of headers and the case of their
names do not count.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any, Final, TypeVar

from harness.adoption.recording_proxy import ProxiedRequest
from harness.cassettes.compare.answers import body_differences
from harness.cassettes.compare.generated_values import shape
from harness.cli.parity_outcome import ParityOutcome

_BOUNDARY: Final = re.compile(r'boundary="?([^";,\s]+)"?')
_VERSION: Final = re.compile(r"(PostmanRuntime/)[\d.]+")
_QUOTED: Final = re.compile(r'"[^"]*"')
_COMPACT_TIME: Final = re.compile(r"\b\d{8}T\d{6}Z\b")
# A part of a UUID, as scripts that want a short id cut it off.
_SHORT_ID: Final = re.compile(r"(?<![0-9A-Za-z])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,15}(?![0-9A-Za-z])")
# What a server counts up, behind the word for what it counts: ord-7301.
_NUMBERED: Final = re.compile(r"(?<![0-9A-Za-z_-])([A-Za-z]{2,16}[-_])\d{4,12}(?![0-9A-Za-z_-])")
_NOT_COMPARED: Final = frozenset({"connection", "proxy-connection"})

TableRow = tuple[str, str, str, str]
"""What is compared, where, newman's side, ours."""

One = TypeVar("One")


class ParityComparison:
    """Compares two runs; what matches one of the `masks` is taken for the same."""

    def __init__(self, masks: Sequence[re.Pattern[str]] = ()) -> None:
        self._masks = masks

    def rows(self, newman: ParityOutcome, ours: ParityOutcome) -> Iterator[TableRow]:
        """Yield what differs, a row for each place."""
        if newman.exit_code != ours.exit_code:
            yield "exit code", "", str(newman.exit_code), str(ours.exit_code)
        if newman.report != ours.report:
            told = {True: "written", False: "none"}
            yield "report", "", told[newman.report], told[ours.report]
            return
        yield from self._requests(newman.requests, ours.requests)
        if newman.tunnels or ours.tunnels:
            yield from self._aligned("request as reported", newman.reported, ours.reported)
        sides = (newman, ours)
        checks = [[(f"{call}: {name}", verdict) for call, name, verdict in one.assertions] for one in sides]
        yield from self._aligned("assertion", *checks)
        yield from self._aligned("failure", newman.failures, ours.failures)
        for key in dict.fromkeys((*newman.variables, *ours.variables)):
            theirs, mine = (_text(one.variables, key) for one in sides)
            if self._shape(mine) != self._shape(theirs):
                yield "variable", f"{key[0]} {key[1]}", theirs, mine

    def _shape(self, text: str) -> str:
        """Return a text with what may differ replaced by its kind."""
        for mask in self._masks:
            text = mask.sub("<mask>", text)
        told = _SHORT_ID.sub("<id>", shape(_COMPACT_TIME.sub("<time>", text)))
        return _NUMBERED.sub(r"\1<number>", told)

    def _aligned(
        self, what: str, newman: Sequence[tuple[str, str]], ours: Sequence[tuple[str, str]]
    ) -> Iterator[TableRow]:
        """Compare two lists of places and values; one more on a side does not shift what follows."""
        keys = [[self._shape(place) for place, _ in side] for side in (newman, ours)]
        for theirs, mine in _pairs(newman, ours, *keys):
            if theirs is None and mine is not None:
                yield what, mine[0], "-", mine[1]
            elif mine is None and theirs is not None:
                yield what, theirs[0], theirs[1], "-"
            elif theirs is not None and mine is not None and self._shape(theirs[1]) != self._shape(mine[1]):
                yield what, theirs[0], theirs[1], mine[1]

    def _requests(
        self, newman: Sequence[ProxiedRequest], ours: Sequence[ProxiedRequest]
    ) -> Iterator[TableRow]:
        keys = [[f"{one.method} {self._shape(one.url)}" for one in side] for side in (newman, ours)]
        for theirs, mine in _pairs(newman, ours, *keys):
            if theirs is None and mine is not None:
                yield "request", f"{mine.method} {mine.url}", "-", "sent"
            elif mine is None and theirs is not None:
                yield "request", f"{theirs.method} {theirs.url}", "sent", "-"
            elif theirs is not None and mine is not None:
                yield from self._request(theirs, mine)

    def _request(self, newman: ProxiedRequest, ours: ProxiedRequest) -> Iterator[TableRow]:
        place = f"{newman.method} {newman.url}"
        if newman.method != ours.method:
            yield "method", place, newman.method, ours.method
        if self._shape(newman.url) != self._shape(ours.url):
            yield "url", place, newman.url, ours.url
        sides = [self._headers(one) for one in (newman, ours)]
        for name in dict.fromkeys((*sides[0], *sides[1])):
            theirs, mine = (side.get(name, "-") for side in sides)
            if theirs != mine:
                yield f"header {name}", place, theirs, mine
        bodies = [self._body(one) for one in (newman, ours)]
        if bodies[0] != bodies[1]:
            for one in body_differences(bodies[1], bodies[0]):
                recorded = "-" if one.recorded is None else one.recorded
                yield one.pointer, place, recorded, "-" if one.sent is None else one.sent

    def _headers(self, request: ProxiedRequest) -> dict[str, str]:
        """Return what of the headers is compared, by name in lower case."""
        found: dict[str, str] = {}
        multipart = any(_BOUNDARY.search(value) for _, value in request.headers)
        for name, value in request.headers:
            key = name.lower()
            if key in _NOT_COMPARED or (key == "content-length" and multipart):
                continue
            plain = _VERSION.sub(r"\1<version>", _BOUNDARY.sub("boundary=<boundary>", value))
            if key == "authorization" and "=" in plain:
                # Nonces, timestamps and what is signed with them: the scheme and its parameters are compared.
                plain = _QUOTED.sub('"<value>"', plain)
            told = self._shape(plain)
            found[key] = f"{found[key]}, {told}" if key in found else told
        return found

    def _body(self, request: ProxiedRequest) -> bytes:
        """Return what of the body is compared."""
        boundary = next(
            (found[1] for _, value in request.headers if (found := _BOUNDARY.search(value))), None
        )
        body = request.body if boundary is None else request.body.replace(boundary.encode(), b"<boundary>")
        try:
            return self._shape(body.decode()).encode()
        except UnicodeDecodeError:
            return body


def _text(variables: Mapping[tuple[str, str], Any], key: tuple[str, str]) -> str:
    if key not in variables:
        return "-"
    value = variables[key]
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _pairs(
    newman: Sequence[One], ours: Sequence[One], newman_keys: Sequence[str], our_keys: Sequence[str]
) -> Iterator[tuple[One | None, One | None]]:
    """Pair what belongs together by its key; what is on one side only has no partner."""
    matcher = SequenceMatcher(None, newman_keys, our_keys, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag in {"equal", "replace"}:
            yield from zip_longest(newman[start:end], ours[first:last])
        elif tag == "delete":
            yield from ((one, None) for one in newman[start:end])
        else:
            yield from ((None, one) for one in ours[first:last])
