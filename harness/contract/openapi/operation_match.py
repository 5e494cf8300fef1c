"""Which operation of a description a request is for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

from harness.contract.openapi.operation import ApiOperation

_PORTS: Final = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
_LOCAL: Final = re.compile(r"(?:localhost|(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?")
_VARIABLE: Final = re.compile(r"\{([^{}]*)\}")
_MOST_SHARED: Final = 3
"""How many templates of one segment share a text by all the ways there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationMatch:
    """A request's operation, with the texts that stand in its path where the template has names."""

    operation: ApiOperation
    path_values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoMatch:
    """Why a request is for no operation, in words."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    """A path of one server: `host` is `None` where any will do, `pattern` is behind `base`."""

    host: "_Template | None"
    base: "_Template"
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    rank: tuple[tuple[int, ...], int]
    operations: Mapping[str, ApiOperation]


class OperationFinder:
    """Finds the operation of a request: its server, then the path that is most specific, then the method.

    `servers` are addresses under which the service runs beside those that the description names. A local
    address that no server names stands for any of them.
    """

    def __init__(self, operations: Sequence[ApiOperation], base: str, servers: Sequence[str] = ()) -> None:
        by_place: dict[tuple[str, str], dict[str, ApiOperation]] = {}
        for operation in operations:
            for server in operation.servers:
                url = urljoin(base, server) if "://" in base else server
                by_place.setdefault((url, operation.path), {})[operation.method] = operation
            for server in servers:
                by_place.setdefault((server, operation.path), {})[operation.method] = operation
        routes = [_route(server, path, found) for (server, path), found in by_place.items()]
        self._routes = sorted(routes, key=lambda route: route.rank)
        self._hosts = {route.host for route in routes if route.host is not None}
        self._memory: dict[tuple[str, str], OperationMatch | NoMatch] = {}

    def find(self, method: str, url: str) -> OperationMatch | NoMatch:
        """Return a request's operation, or why it has none."""
        parts = urlsplit(url)
        known = self._memory.get((method, url))
        if known is not None:
            return known
        found = self._find(method, _host(parts.scheme, parts.netloc), parts.path or "/")
        if len(self._memory) < 1000:
            self._memory[method, url] = found
        return found

    def _find(self, method: str, host: str, path: str) -> OperationMatch | NoMatch:
        listed = any(one.fits(host) for one in self._hosts)
        local = not listed and _LOCAL.fullmatch(host) is not None
        others: dict[str, None] = {}
        for route in self._routes:
            if route.host is not None and not local and not route.host.fits(host):
                continue
            ends = route.base.ends(path)
            found = next((one for end in ends if (one := route.pattern.fullmatch(path, end))), None)
            if found is None:
                continue
            operation = route.operations.get(method.upper())
            if operation is not None:
                values = dict(zip(route.names, found.groups(), strict=True))
                return OperationMatch(operation=operation, path_values=values)
            others |= dict.fromkeys(route.operations)
        if others:
            return NoMatch(why=f"the path has only {', '.join(others)}")
        if not listed and not local and self._hosts and not self._hostless():
            return NoMatch(why=f"{host} is none of its servers")
        return NoMatch(why="there is no such path")

    def _hostless(self) -> bool:
        return any(route.host is None for route in self._routes)


def _route(server: str, path: str, operations: Mapping[str, ApiOperation]) -> _Route:
    scheme, separator, rest = server.partition("://")
    if separator:
        authority, slash, base = rest.partition("/")
        host = _template(_host(scheme, authority).lower())
        base = slash + base
    else:
        host, base = None, server
    base = "/" + base.strip("/") if base.strip("/") else ""
    names = tuple(_VARIABLE.findall(path))
    pattern = re.compile("".join(_segments(path)))
    # Literal segments before templates, from the left; then the longer base.
    kinds = tuple(_kind(one) for one in path.split("/"))
    return _Route(
        host=host,
        base=_template(base),
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


@dataclass(frozen=True, slots=True)
class _Template:
    """A part of a server's address: texts, lists of which one stands there, and `None` for anything.

    Where it may end is found step by step: trying all ways to share a text out would take for ever.
    """

    pieces: tuple[str | tuple[str, ...] | None, ...]

    def ends(self, text: str) -> list[int]:
        """Return where in a text it may end that begins with it, the longest first."""
        ends = {0}
        for piece in self.pieces:
            if piece is None:
                ends = _anything_behind(text, ends)
            else:
                words = (piece,) if isinstance(piece, str) else piece
                ends = {end + len(one) for end in ends for one in words if text.startswith(one, end)}
        return sorted(ends, reverse=True)

    def fits(self, text: str) -> bool:
        """Tell whether a text is all of it."""
        return len(text) in self.ends(text)


def _anything_behind(text: str, begins: set[int]) -> set[int]:
    """Return where one character or more of the same segment may end."""
    ends: set[int] = set()
    for begin in sorted(begins):
        if begin + 1 in ends:
            continue  # what may end there may end wherever this one may
        slash = text.find("/", begin)
        ends |= set(range(begin + 1, (len(text) if slash < 0 else slash) + 1))
    return ends


def _template(text: str) -> _Template:
    """Read a server's address, in which `{a|b}` is one of these and `{}` anything."""
    end = 0
    pieces: list[str | tuple[str, ...] | None] = []
    for found in _VARIABLE.finditer(text):
        pieces += (text[end : found.start()], tuple(found[1].split("|")) if found[1] else None)
        end = found.end()
    pieces.append(text[end:])
    return _Template(tuple(one for one in pieces if one != ""))


def _host(scheme: str, netloc: str) -> str:
    """Return host and port, without the port that goes without saying, nor a user."""
    host = netloc.rpartition("@")[2].lower()
    port = _PORTS.get(scheme.lower())
    return host.removesuffix(f":{port}") if port else host
