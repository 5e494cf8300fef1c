"""Which operation of a description a request is for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from harness.contract.openapi.operation import Operation

_PORTS: Final = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
_LOCAL: Final = re.compile(r"(?:localhost|(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?")
_VARIABLE: Final = re.compile(r"\{([^{}]*)\}")
_MOST_SHARED: Final = 3
"""How many templates of one segment share a text by all the ways there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A request's operation, with the texts that stand in its path where the template has names."""

    operation: Operation
    path_values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMatch:
    """Why a request is for no operation, in words."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    """A path of one server: `host` is `None` where any host will do."""

    host: re.Pattern[str] | None
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    rank: tuple[tuple[int, ...], int]
    operations: Mapping[str, Operation]


class OperationFinder:
    """Finds the operation of a request: its server, then the path that is most specific, then the method.

    `servers` are addresses under which the service runs beside those that the description names. A local
    address that no server names stands for any of them.
    """

    def __init__(self, operations: Sequence[Operation], base: str, servers: Sequence[str] = ()) -> None:
        by_place: dict[tuple[str, str], dict[str, Operation]] = {}
        for operation in operations:
            for server in operation.servers:
                url = urljoin(base, server) if "://" in base else server
                by_place.setdefault((url, operation.path), {})[operation.method] = operation
            for server in servers:
                by_place.setdefault((server, operation.path), {})[operation.method] = operation
        routes = [_route(server, path, found) for (server, path), found in by_place.items()]
        self._routes = sorted(routes, key=lambda route: route.rank)
        self._hosts = {route.host for route in routes if route.host is not None}
        self._memory: dict[tuple[str, str], Match | NoMatch] = {}

    def find(self, method: str, url: str) -> Match | NoMatch:
        """Return a request's operation, or why it has none."""
        parts = urlsplit(url)
        known = self._memory.get((method, url))
        if known is not None:
            return known
        found = self._find(method, _host(parts.scheme, parts.netloc), parts.path or "/")
        if len(self._memory) < 1000:
            self._memory[method, url] = found
        return found

    def _find(self, method: str, host: str, path: str) -> Match | NoMatch:
        listed = any(one.fullmatch(host) for one in self._hosts)
        local = not listed and _LOCAL.fullmatch(host) is not None
        others: dict[str, None] = {}
        for route in self._routes:
            if route.host is not None and not local and not route.host.fullmatch(host):
                continue
            found = route.pattern.fullmatch(path)
            if found is None:
                continue
            operation = route.operations.get(method.upper())
            if operation is not None:
                values = dict(zip(route.names, found.groups(), strict=True))
                return Match(operation=operation, path_values=values)
            others |= dict.fromkeys(route.operations)
        if others:
            return NoMatch(why=f"the path has only {', '.join(others)}")
        if not listed and not local and self._hosts and not self._hostless():
            return NoMatch(why=f"{host} is none of its servers")
        return NoMatch(why="there is no such path")

    def _hostless(self) -> bool:
        return any(route.host is None for route in self._routes)


def _route(server: str, path: str, operations: Mapping[str, Operation]) -> _Route:
    scheme, separator, rest = server.partition("://")
    if separator:
        authority, slash, base = rest.partition("/")
        host = re.compile(_pattern(_host(scheme, authority)), re.IGNORECASE)
        base = slash + base
    else:
        host, base = None, server
    base = "/" + base.strip("/") if base.strip("/") else ""
    names = tuple(_VARIABLE.findall(path))
    pattern = re.compile(_pattern(base) + "".join(_segments(path)))
    # Literal segments before templates, from the left; then the longer base.
    kinds = tuple(_kind(one) for one in path.split("/"))
    return _Route(
        host=host,
        pattern=pattern,
        names=names,
        rank=((-len(base), *kinds), -len(path)),
        operations=operations,
    )


def _kind(segment: str) -> int:
    if "{" not in segment:
        return 0
    return 2 if _VARIABLE.fullmatch(segment) else 1


def _segments(path: str) -> Iterator[str]:
    """Make the pieces of a path's pattern.

    With many templates side by side in one segment each takes as little as it can, for good: any path is then
    matched or not in a moment, where trying all ways to share a long one out would take for ever.
    """
    first, *rest = _VARIABLE.split(path)[::2]
    yield re.escape(first)
    crowded = _most_side_by_side(rest) > _MOST_SHARED
    for index, literal in enumerate(rest):
        ends_segment = "/" in literal or index == len(rest) - 1
        if crowded and not ends_segment:
            yield f"(?>([^/?#]+?){re.escape(literal)})"
        else:
            yield f"([^/?#]+){re.escape(literal)}"


def _most_side_by_side(literals: Sequence[str]) -> int:
    """Count the templates of the segment that has most, given what stands behind each template."""
    most = count = 0
    for literal in literals:
        count += 1
        most = max(most, count)
        if "/" in literal:
            count = 0
    return most


def _pattern(text: str) -> str:
    """Make a pattern of a server's address, in which `{a|b}` is one of these and `{}` anything."""
    end, parts = 0, []
    for found in _VARIABLE.finditer(text):
        parts.append(re.escape(text[end : found.start()]))
        words = found[1].split("|") if found[1] else []
        parts.append("(?:" + "|".join(map(re.escape, words)) + ")" if words else "[^/]+")
        end = found.end()
    parts.append(re.escape(text[end:]))
    return "".join(parts)


def _host(scheme: str, netloc: str) -> str:
    """Return host and port, without the port that goes without saying, nor a user."""
    host = netloc.rpartition("@")[2].lower()
    port = _PORTS.get(scheme.lower())
    return host.removesuffix(f":{port}") if port else host
