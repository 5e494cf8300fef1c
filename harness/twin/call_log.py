"""The last calls that the platform answered, for its console; secrets are left out of it."""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from harness.twin.provenance import AnswerKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.responses import Response

    from harness.twin.platform import TwinPlatform
    from harness.twin.provenance import Provenance

_MOST_CALLS = 1000
_MOST_BYTES = 8192
_HIDDEN = "•••"
_SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-amz-security-token"}
)
_SECRET_NAME = (
    r"\w*secret\w*|\w*password|\w*passphrase|\w*access_?key|sas_?key|private_?key|service_?principal_?key"
    r"|connection_?string|(?:access|refresh|id|jwt|session)_?token"
)
# A body is cut after its first bytes, so that a text need not be closed.
_SECRET = re.compile(rf'("(?:{_SECRET_NAME})"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|\\?\Z)', re.IGNORECASE | re.DOTALL)
_FORM_SECRET = re.compile(rf"((?:^|[?&])(?:{_SECRET_NAME})=)[^&#\s]*", re.IGNORECASE)
_PART_SECRET = re.compile(rf'(name="(?:{_SECRET_NAME})"(?:\r?\n[^\r\n]+)*\r?\n\r?\n)[^\r\n]*', re.IGNORECASE)
_KEY_IN_TEXT = re.compile(r"(SharedAccessKey=|SharedAccessSignature [^\s\"]*sig=)[^;&\s\"]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedCall:
    """One call and its answer. `at_ms` is the platform's time, `elapsed_ms` how long the answer took.

    Of both bodies the first bytes are kept; `size` and `answer_size` are those of the whole ones.
    `route` is method and path as the platform has it, empty where none answered; `provenance` where it is
    known from how it answers, None for what is no part of the platform that is modelled. `records` are the
    numbers of the records that were there before it, and after; `left` is how many it left, by stream, of
    which some may be deleted since.
    """

    number: int
    service: str
    at_ms: int
    elapsed_ms: float
    records: tuple[int, int]
    left: Mapping[str, int]
    method: str
    target: str
    route: str
    provenance: Provenance | None
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    size: int
    answer_headers: tuple[tuple[str, str], ...]
    answer_body: bytes
    answer_size: int

    @property
    def path(self) -> str:
        """Path without the query."""
        return self.target.partition("?")[0]

    @property
    def line(self) -> str:
        """What tells a call from others, in lower case: status, method, target, service."""
        return f"{self.status} {self.method} {self.shown_target} {self.service}".lower()

    @property
    def shown_target(self) -> str:
        """Path and query, secrets hidden: the token endpoint takes its parameters there too."""
        return _FORM_SECRET.sub(rf"\1{_HIDDEN}", self.target)

    def shown_headers(self) -> list[tuple[str, str]]:
        """Headers of the request, what proves who calls hidden."""
        return _without_secrets(self.headers)

    def shown_answer_headers(self) -> list[tuple[str, str]]:
        """Headers of the answer, secrets hidden."""
        return _without_secrets(self.answer_headers)

    def shown_body(self) -> str:
        """Body of the request as text, secrets hidden."""
        return _text(self.body, self.size)

    def shown_answer(self) -> str:
        """Body of the answer as text, secrets hidden."""
        return _text(self.answer_body, self.answer_size)


class CallLog:
    """A window on the calls: the last ones whole, all of them as counts by path's first words."""

    def __init__(self, platform: TwinPlatform) -> None:
        self._platform = platform
        self._calls: deque[LoggedCall] = deque(maxlen=_MOST_CALLS)
        self._number = 0
        self.answered: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.by_source: Counter[AnswerKind] = Counter()

    @property
    def total(self) -> int:
        """How many calls there were."""
        return self._number

    def add(
        self,
        *,
        service: str,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        response: Response,
        elapsed_ms: float,
        route: str = "",
        provenance: Provenance | None = None,
        records: tuple[int, int] = (0, 0),
        left: Mapping[str, int] | None = None,
    ) -> None:
        """Keep a call. `service` is the name under which it is counted, `route` what answered."""
        self._number += 1
        self.answered[service] += 1
        refused = response.status_code >= 400
        if refused:
            self.refused[service] += 1
        if provenance is not None:
            self.by_source[AnswerKind(provenance.source, route, refused)] += 1
        content = bytes(response.body or b"")
        self._calls.append(
            LoggedCall(
                number=self._number,
                service=service,
                at_ms=self._platform.clock.now_ms(),
                elapsed_ms=elapsed_ms,
                records=records,
                left=left or {},
                method=method,
                target=target,
                route=route,
                provenance=provenance,
                status=response.status_code,
                headers=tuple(headers.items()),
                body=body[:_MOST_BYTES],
                size=len(body),
                answer_headers=tuple(response.headers.items()),
                answer_body=content[:_MOST_BYTES],
                answer_size=len(content),
            )
        )

    def numbered(self, number: int) -> LoggedCall | None:
        """Call of a number; None when it is forgotten, or was never there."""
        return next((one for one in self._calls if one.number == number), None)

    def found(self, asked: str, *, after: int = 0) -> list[LoggedCall]:
        """Look for calls with a text in their line, newest first, those above a number."""
        calls = self.latest(after=after)
        wanted = asked.lower()
        if not wanted:
            return calls
        return [one for one in calls if wanted in one.line]

    def latest(self, limit: int = _MOST_CALLS, *, after: int = 0) -> list[LoggedCall]:
        """Last calls, newest first, those above a number."""
        newest: Iterable[LoggedCall] = reversed(self._calls)
        return list(islice((one for one in newest if one.number > after), limit))


def _without_secrets(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, _hide(value) if name.lower() in _SECRET_HEADERS else value) for name, value in headers]


def _hide(value: str) -> str:
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {_HIDDEN}" if space else _HIDDEN


def _text(content: bytes, size: int) -> str:
    if not content:
        return ""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        if error.start < len(content) - 4 or size <= len(content):
            return f"{size} bytes that are not text"
        text = content[: error.start].decode()
    text = _SECRET.sub(rf'\1"{_HIDDEN}"', text)
    for pattern in (_FORM_SECRET, _PART_SECRET, _KEY_IN_TEXT):
        text = pattern.sub(rf"\1{_HIDDEN}", text)
    return f"{text}\n… {size - len(content)} bytes more" if size > len(content) else text
