"""What clients say today where the recording said something else, told back to them in answers."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from harness.cassettes.compare.generated_values import made_up
from harness.client.message import ResolvedRequest, Response
from harness.client.url import split
from harness.secrets.placeholder import PREFIX

Leaf = tuple[str, Any, Any]
"""A place where two requests differ: the member's name, the recorded value, and today's."""

_WORD: Final = re.compile(r"[0-9A-Za-z]+(?:[-_][0-9A-Za-z]+)*")
_ANY: Final = re.compile(
    r"%[0-9A-Fa-f]{2}|\\(?:u[0-9A-Fa-f]{4}|.)|(?P<coded>\b(?:eyJ|W3)[0-9A-Za-z+/]{20,}={0,2})|"
    + _WORD.pattern,
    re.DOTALL,
)
"""Words, encoded ones (JSON in base64), and what is not to be taken for the beginning of a word."""

_PIECE: Final = re.compile(r"[0-9A-Za-z]+")
_SHORTEST: Final = 6
_MOST: Final = 20_000
_DEEPEST: Final = 60
_LONGEST_TEXT: Final = 100_000
"""Longer bodies that are neither JSON nor forms are files, in which nobody's names are looked for."""


@dataclass(slots=True)
class LiveValues:
    """Words that runs make up, recorded ones by today's and the other way round; the latest counts."""

    _today: dict[str, str] = field(default_factory=dict)
    _recorded: dict[str, str] = field(default_factory=dict)

    def learn(self, live: ResolvedRequest, recorded: ResolvedRequest) -> list[Leaf]:
        """Learn from a request and the recorded one that it is taken for; return where they differ."""
        leaves = [one for one in _leaves(live, recorded) if _differ(one)]
        for _, was, now in leaves:
            if isinstance(was, str) and isinstance(now, str):
                for word, other in _words(was, now):
                    self._put(word, other)
        return leaves

    def as_recorded(self, request: ResolvedRequest) -> ResolvedRequest:
        """Return a request with the words of the recording."""
        if not self._recorded:
            return request
        body = request.body
        return replace(
            request,
            url=_replaced(request.url, self._recorded),
            body=None if body is None else _replaced_bytes(body, self._recorded),
        )

    def as_today(self, response: Response) -> Response:
        """Return a recorded answer with today's words."""
        if not self._today:
            return response
        headers = tuple((name, _replaced(value, self._today)) for name, value in response.headers)
        return replace(response, headers=headers, body=_replaced_bytes(response.body, self._today))

    def clear(self) -> None:
        """Forget all."""
        self._today.clear()
        self._recorded.clear()

    def _put(self, recorded: str, today: str) -> None:
        if len(self._today) >= _MOST:
            self.clear()
        self._recorded.pop(self._today.get(recorded, ""), None)
        self._today[recorded] = today
        self._recorded[today] = recorded


def echoed(response: Response, leaves: list[Leaf]) -> Response:
    """Return an answer that repeats what was sent today, where the recorded one repeats what was sent."""
    told = {(name, _key(was)): now for name, was, now in leaves if name}
    if not told:
        return response
    try:
        document = json.loads(response.body)
    except (ValueError, RecursionError):
        return response
    made = _told(document, "", told, 0)
    if made == document:
        return response
    return replace(response, body=json.dumps(made, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _told(value: Any, name: str, told: dict[tuple[str, str], Any], depth: int) -> Any:
    if depth > _DEEPEST:
        return value
    match value:
        case dict():
            return {key: _told(one, key, told, depth + 1) for key, one in value.items()}
        case list():
            return [_told(one, name, told, depth + 1) for one in value]
        case _:
            return told.get((name, _key(value)), value)


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _differ(leaf: Leaf) -> bool:
    _, was, now = leaf
    return bool(was != now) and not (isinstance(was, str) and PREFIX in was)


def _leaves(live: ResolvedRequest, recorded: ResolvedRequest) -> Iterator[Leaf]:
    mine, theirs = split(live.url), split(recorded.url)
    here, there = mine.path.split("/"), theirs.path.split("/")
    if len(here) == len(there):
        yield from (("", unquote(was), unquote(now)) for now, was in zip(here, there, strict=True))
    yield from _pairs(mine.query or "", theirs.query or "", named=False)
    if live.body and recorded.body and live.body != recorded.body:
        yield from _bodies(live, recorded)


def _bodies(live: ResolvedRequest, recorded: ResolvedRequest) -> Iterator[Leaf]:
    mine, theirs = live.body or b"", recorded.body or b""
    try:
        document, other = json.loads(mine), json.loads(theirs)
    except (ValueError, RecursionError):
        pass
    else:
        yield from _values(document, other, "", 0)
        return
    now, was = mine.decode("utf-8", "replace"), theirs.decode("utf-8", "replace")
    if "x-www-form-urlencoded" in (live.header("content-type") or "").lower():
        yield from _pairs(now, was, named=True)
    elif max(len(now), len(was)) <= _LONGEST_TEXT:
        yield "", was, now


def _pairs(now: str, was: str, *, named: bool) -> Iterator[Leaf]:
    here, there = parse_qsl(now, keep_blank_values=True), parse_qsl(was, keep_blank_values=True)
    for (name, value), (other, known) in zip(here, there, strict=False):
        if name == other:
            yield (name if named else ""), known, value


def _values(now: Any, was: Any, name: str, depth: int) -> Iterator[Leaf]:
    if depth > _DEEPEST:
        return
    match was, now:
        case dict(), dict():
            for key, one in was.items():
                if key in now:
                    yield from _values(now[key], one, key, depth + 1)
        case list(), list():
            for one, other in zip(was, now, strict=False):
                yield from _values(other, one, name, depth + 1)
        case (dict() | list(), _) | (_, dict() | list()):
            return
        case _:
            yield name, was, now


def _words(was: str, now: str) -> Iterator[tuple[str, str]]:
    """Yield the words in which two texts differ that are telling enough to be looked for elsewhere."""
    theirs, mine = _WORD.findall(_without_times(was)), _WORD.findall(_without_times(now))
    if len(theirs) != len(mine):
        return
    for word, other in zip(theirs, mine, strict=True):
        if word == other:
            continue
        if _are_telling(word, other):
            yield word, other
        for piece, part in zip_longest(_PIECE.findall(word), _PIECE.findall(other), fillvalue=""):
            if piece != part and piece != word and _are_telling(piece, part):
                yield piece, part


def _without_times(text: str) -> str:
    """Take times out: one that is told in two forms would be today's in one of them alone."""
    kept: list[str] = []
    at = 0
    for kind, _, start, end in made_up(text):
        if kind in ("time", "number"):
            kept += (text[at:start], " ")
            at = end
    return "".join((*kept, text[at:]))


def _are_telling(word: str, other: str) -> bool:
    """Tell whether two words are of the same make: a random one may have no digits by chance."""
    if len(word) == len(other) >= _SHORTEST:
        return _is_telling(word) or _is_telling(other)
    return _is_telling(word) and _is_telling(other)


def _is_telling(word: str) -> bool:
    """Tell whether a word was made up, or is long and has digits: words of a language recur by chance."""
    return len(word) >= _SHORTEST and (any(map(str.isdigit, word)) or next(made_up(word), None) is not None)


def _replaced(text: str, words: dict[str, str]) -> str:
    def other(found: re.Match[str]) -> str:
        word = found[0]
        if found["coded"]:
            return _recoded(word, words)
        known = words.get(word)
        if known is not None:
            return known
        if "-" not in word and "_" not in word:
            return word
        return _PIECE.sub(lambda piece: words.get(piece[0], piece[0]), word)

    return _ANY.sub(other, text)


def _recoded(coded: str, words: dict[str, str]) -> str:
    """Replace words in base64."""
    try:
        inner = base64.b64decode(coded, validate=True).decode()
    except ValueError:
        return coded
    made = _replaced(inner, words)
    return coded if made == inner else base64.b64encode(made.encode()).decode()


def _replaced_bytes(body: bytes, words: dict[str, str]) -> bytes:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return body
    return _replaced(text, words).encode()
