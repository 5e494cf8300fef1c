"""From method and path to a handler.

The words of a path are compared before they are decoded, so an id that holds an encoded slash
(a schema's `$id`) stays one word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from urllib.parse import unquote

from harness.twin import problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response

    from harness.twin.message import ServedRequest

Handler: TypeAlias = "Callable[[ServedRequest, Any], Response | Awaitable[Response]]"
"""Takes the request and who calls: each platform has its own idea of a caller."""


_BLANKS = re.compile(r"(?:%20|%09| )+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One call of a service.

    `path` is written with `{name}` for a word that varies and `{name...}` for the rest of the path.
    `any_case` compares the fixed words without regard to case. `door` says who is let in:
    `gateway` demands the platform's headers, `open` demands nothing and gives an anonymous caller,
    `harness` and `console` are for this machine alone, and what is asked of the console is not logged.
    `limit` is the most bytes a body may have. `in_sandbox` is false for what belongs to the whole
    organisation: the sandbox that a caller names is not looked at, and may not exist (yet).
    """

    method: str
    path: str
    handler: Handler
    door: Literal["gateway", "open", "harness", "console"] = "gateway"
    any_case: bool = False
    json_only: bool = False
    limit: int | None = None
    in_sandbox: bool = True


@dataclass(slots=True)
class _Node:
    words: dict[str, _Node] = field(default_factory=dict)
    folded: dict[str, _Node] = field(default_factory=dict)
    any_word: _Node | None = None
    rest: _Node | None = None
    endpoints: dict[str, tuple[Endpoint, tuple[str, ...]]] = field(default_factory=dict)


class Router:
    """All endpoints of a platform, as a tree of path words."""

    def __init__(self) -> None:
        self._root = _Node()
        self.endpoints: list[Endpoint] = []

    def add(self, endpoint: Endpoint) -> None:
        """Add one; ValueError when method and path are taken."""
        node, names = self._root, []
        for word in filter(None, endpoint.path.split("/")):
            if word.startswith("{") and word.endswith("...}"):
                names.append(word[1:-4])
                node.rest = node = node.rest or _Node()
            elif word.startswith("{"):
                names.append(word[1:-1])
                node.any_word = node = node.any_word or _Node()
            elif endpoint.any_case:
                node = node.folded.setdefault(word.lower(), _Node())
            else:
                node = node.words.setdefault(word, _Node())
        if endpoint.method in node.endpoints:
            raise ValueError(f"two handlers for {endpoint.method} {endpoint.path}")
        node.endpoints[endpoint.method] = (endpoint, tuple(names))
        self.endpoints.append(endpoint)

    def match(self, method: str, raw_path: str) -> tuple[Endpoint, dict[str, str]]:
        """Endpoint and decoded parameters; the problem 404 or 405 when there is none.

        Blanks at the end of a path mean nothing, but to a sink, where they may belong to a name: they slip
        into addresses unseen, and published collections have them.
        """
        meant = raw_path if raw_path.startswith("/_") else _BLANKS.sub("", raw_path)
        words = [word for word in meant.split("/") if word]
        allowed: set[str] = set()
        found = self._search(self._root, words, 0, [], method, allowed)
        if found is None and method == "HEAD":
            found = self._search(self._root, words, 0, [], "GET", allowed)
        if found is not None:
            return found
        if allowed:
            raise problem.method_not_allowed(method, unquote(raw_path), sorted(allowed))
        raise problem.no_such_path(method, unquote(raw_path))

    def _search(
        self,
        node: _Node,
        words: list[str],
        at: int,
        values: list[str],
        method: str,
        allowed: set[str],
    ) -> tuple[Endpoint, dict[str, str]] | None:
        if at == len(words):
            hit = node.endpoints.get(method)
            if hit is None:
                allowed.update(node.endpoints)
                return None
            endpoint, names = hit
            return endpoint, dict(zip(names, values, strict=True))
        word = words[at]
        below = (node.words.get(word), node.folded.get(word.lower()) if node.folded else None)
        for child in below:
            if child is not None:
                found = self._search(child, words, at + 1, values, method, allowed)
                if found is not None:
                    return found
        if node.any_word is not None:
            found = self._search(node.any_word, words, at + 1, [*values, unquote(word)], method, allowed)
            if found is not None:
                return found
        if node.rest is not None:
            rest = "/".join(unquote(word) for word in words[at:])
            return self._search(node.rest, words, len(words), [*values, rest], method, allowed)
        return None
