"""Answers out of a recording, for any client, in any order."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from harness.cassettes.compare.generated_values import shape
from harness.cassettes.file.canonical import canonical_body, canonical_url
from harness.cassettes.file.interaction import Cassette, Interaction
from harness.cassettes.replay.miss import request_differences
from harness.client.message import ResolvedRequest, Response
from harness.client.url import split
from harness.contract.mock.live_values import Leaf, LiveValues, echoed
from harness.contract.mock.path_parameter import path_shape, with_path
from harness.contract.mock.resources import CHANGING, MockResources, made_path
from harness.secrets.placeholder import PREFIX

_PLACEHOLDER: Final = re.compile(re.escape(PREFIX) + r"[A-Za-z0-9_]+")
_TOLD: Final = 12
_HOST_NAME: Final = re.compile(r"(?!\d+(?:\.\d+){3}$)[0-9a-z](?:[0-9a-z.-]{0,250}[0-9a-z])?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A recorded interaction, as requests are held against it."""

    one: Interaction
    host: str
    path: str
    exact: str
    alike: str
    pattern: re.Pattern[str] | None


_Index = dict[tuple[str, str], list[_Known]]
"""Interactions by host (empty for any) and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A request that nothing recorded answers; `gone` one for what was deleted."""

    document: dict[str, Any]
    gone: bool = False


class RecordedAnswers:
    """Finds the recorded answer to a request.

    Looked for is what is equal, then what differs in values that were drawn or secret, then what is for the
    same kind of path. Of several the first that was not given since the last change of the resource; the last
    one is repeated. The recording begins anew when its first request comes again after its last.
    """

    def __init__(self, cassettes: Iterable[Cassette]) -> None:
        self._known: list[_Known] = []
        self.hosts: Final[set[str]] = set()
        self._origins: re.Pattern[str] | None = None
        self._by_exact: _Index = {}
        self._by_alike: _Index = {}
        self._by_path: _Index = {}
        self._by_shape: _Index = {}
        self._with_secrets: list[_Known] = []
        # Of paths whose resources are made by POST it is known which there are.
        self._made: set[str] = set()
        self._given = bytearray()
        self._resources = MockResources()
        self._live = LiveValues()
        self._echoes: dict[str, list[Leaf]] = {}
        for cassette in cassettes:
            for one in cassette.interactions:
                self.add(one)

    @property
    def names(self) -> frozenset[str]:
        """The names of the recorded hosts, without their ports."""
        found = (urlsplit(f"//{host}").hostname for host in self.hosts)
        return frozenset(one for one in found if one and is_host_name(one))

    def add(self, interaction: Interaction) -> None:
        """Take in one more interaction, behind all others."""
        known = _known(interaction.numbered(len(self._known)))
        self._known.append(known)
        self._given.append(0)
        if known.host not in self.hosts:
            self.hosts.add(known.host)
            self._origins = _origins(self.hosts)
        method = known.one.request.method
        self._file(self._by_exact, known.exact, known)
        self._file(self._by_alike, known.alike, known)
        self._file(self._by_path, f"{method} {known.path}", known)
        self._file(self._by_shape, f"{method} {path_shape(known.path)}?{_query(known.one.request)}", known)
        if known.pattern:
            self._with_secrets.append(known)
        if method == "POST" and (path := made_path(known.path, known.one)) is not None:
            self._made.add(path_shape(path))

    @staticmethod
    def _file(index: _Index, key: str, known: _Known) -> None:
        """File an interaction under its host, and for those who name no recorded one."""
        index.setdefault((known.host, key), []).append(known)
        index.setdefault(("", key), []).append(known)

    def _filed(self, index: _Index, key: str, host: str) -> Sequence[_Known]:
        return index.get((host if host in self.hosts else "", key), ())

    def answer(self, request: ResolvedRequest) -> Interaction | Unknown:
        """Return what answers a request. `request.url` is absolute, its host that of the `Host` header."""
        sent = request
        request = self._live.as_recorded(sent)
        host, path, exact, alike = _keys(request)
        group = self._group(request, host, path, exact, alike)
        if group and group[0].one.number == 0 and self._given and self._given[-1]:
            self._begin_anew()
        if path in self._resources.gone and request.method not in CHANGING:
            found = self._after_change(group, path)
            if found is None:
                return Unknown(document={"error": "this was deleted", "path": path}, gone=True)
        elif request.method in CHANGING:
            if not group:
                return self._unknown(request)
            found = self._next(group)
        else:
            found = self._after_change(group, path)
            if found is None and request.method == "GET" and path in self._resources.state:
                return self._stated(sent, path)
            if found is None and not group:
                return self._unknown(request)
            found = found or self._next(group)
        return self._told(sent, found, path)

    def _stated(self, sent: ResolvedRequest, path: str) -> Interaction:
        """Answer with what a resource is since its last change, after which no GET was recorded."""
        headers = (("Content-Type", "application/json"),)
        body = json_body(self._resources.state[path])
        response = self._hosted(Response(status=200, reason="OK", headers=headers, body=body), sent.url)
        return Interaction(request=sent, response=response)

    def _told(self, sent: ResolvedRequest, found: _Known, path: str) -> Interaction:
        """Return a recorded interaction as it answers what was sent, which may have other values."""
        one = self._give(found, path)
        leaves = self._live.learn(sent, one.request)
        changed = sent.method in CHANGING
        if not changed:
            one = with_path(one, found.path, path)
        if one.response is None:
            return one
        target = made_path(path, one) if sent.method == "POST" else path
        if changed and target is not None:
            self._echoes[target] = leaves
        elif not changed:
            leaves = self._echoes.get(path, [])
        response = self._live.as_today(echoed(one.response, leaves))
        if changed and target is not None:
            self._resources.settle(target, sent, response)
        response = self._hosted(response, sent.url)
        return one if response is one.response else replace(one, response=response)

    def _hosted(self, response: Response, url: str) -> Response:
        """Return an answer whose addresses lead to where the client asked, when that is no recorded host."""
        asked = split(url)
        if self._origins is None or (asked.netloc.lower() in self.hosts):
            return response
        own = f"{asked.scheme}://{asked.netloc}"
        headers = tuple((name, self._origins.sub(own, value)) for name, value in response.headers)
        body = response.body
        if b"://" in body:
            body = self._origins.sub(own, body.decode("utf-8", "surrogateescape")).encode(
                "utf-8", "surrogateescape"
            )
        return replace(response, headers=headers, body=body)

    def _group(
        self, request: ResolvedRequest, host: str, path: str, exact: str, alike: str
    ) -> Sequence[_Known]:
        """Return the recorded interactions that a request is nearest to, in their order."""
        for index, key in ((self._by_exact, exact), (self._by_alike, alike)):
            if mine := self._filed(index, key, host):
                return mine
        text = f"{request.method} {alike}"
        hidden = self._of_host(self._with_secrets, host)
        if secret := [one for one in hidden if one.pattern and one.pattern.fullmatch(text)]:
            return secret
        same_path = self._filed(self._by_path, f"{request.method} {path}", host)
        # Without a body there is nothing else that could differ; with one, some other is better than none.
        if same_path and request.method not in ("GET", "HEAD"):
            return same_path
        if request.method not in CHANGING and not same_path and path_shape(path) in self._made:
            return ()
        shaped = self._filed(self._by_shape, f"{request.method} {path_shape(path)}?{_query(request)}", host)
        gone = self._resources.gone
        return [one for one in shaped if one.path not in gone] if gone else shaped

    def _of_host(self, group: Sequence[_Known], host: str) -> Sequence[_Known]:
        """Leave out other hosts, where the request names one that was recorded."""
        return [one for one in group if one.host == host] if host in self.hosts else group

    def _next(self, group: Sequence[_Known]) -> _Known:
        return next((one for one in group if not self._given[one.one.number]), group[-1])

    def _after_change(self, group: Sequence[_Known], path: str) -> _Known | None:
        """Return what was recorded after the last change of a resource, `None` where nothing was."""
        changed = self._resources.changed.get(path)
        if changed is None:
            # What the recording made itself was there before it only where it was asked for before.
            return None
        later = [one for one in group if one.one.number > changed]
        changes = [
            one.one.number
            for method in ("PUT", "PATCH", "DELETE")
            for one in self._filed(self._by_path, f"{method} {path}", "")
            if one.one.number > changed
        ]
        until = [one for one in later if not changes or one.one.number < min(changes)]
        return self._next(until) if until else None

    def _give(self, known: _Known, path: str) -> Interaction:
        self._given[known.one.number] = 1
        if known.one.request.method in CHANGING:
            self._resources.change(path, known.one)
        return known.one

    def _begin_anew(self) -> None:
        self._given = bytearray(len(self._known))
        self._resources.clear()
        self._live.clear()
        self._echoes.clear()

    def _unknown(self, request: ResolvedRequest) -> Unknown:
        """Tell the nearest interaction, and what differs."""
        path = split(request.url).path
        document: dict[str, Any] = {
            "error": "nothing recorded answers this request",
            "request": {"method": request.method, "path": path},
        }
        if self._known:
            nearest = max(self._known, key=lambda one: _likeness(one, request.method, path)).one
            differences = request_differences(request, request.url, nearest.request)
            document["nearest"] = {
                "interaction": nearest.number + 1,
                "call": " / ".join(nearest.context.call),
                "method": nearest.request.method,
                "url": nearest.request.url,
                "differences": [str(one) for one, _ in zip(differences, range(_TOLD), strict=False)],
            }
        return Unknown(document=document)


def _known(one: Interaction) -> _Known:
    host, path, exact, alike = _keys(one.request)
    text = f"{one.request.method} {alike}"
    return _Known(
        one=one,
        host=host,
        path=path,
        exact=exact,
        alike=alike,
        pattern=_with_any_secret(text) if "<secret>" in text or PREFIX in text else None,
    )


def _keys(request: ResolvedRequest) -> tuple[str, str, str, str]:
    """Return host, path, and what has to be equal: all, and all but what systems make up."""
    url = canonical_url(request.url)
    rest = url.partition("://")[2]
    host, slash, target = rest.partition("/")
    target = slash + target
    text = f"{target}\n{canonical_body(request)}"
    return host, target.partition("?")[0], f"{request.method} {text}", f"{request.method} {shape(text)}"


def _with_any_secret(text: str) -> re.Pattern[str]:
    """Make a pattern that takes any text for a secret.

    What stands between two is looked for once, where it first comes: that finds a match if there is one, and
    no text is tried in all the ways to share it out.
    """
    first, *rest = map(re.escape, re.split(_PLACEHOLDER.pattern + "|<secret>", text))
    between = "".join(f"(?>.+?{one})" for one in rest[:-1])
    last = f".+{rest[-1]}" if rest else ""
    return re.compile(first + between + last, re.DOTALL)


def _query(request: ResolvedRequest) -> str:
    return split(request.url).query or ""


def is_host_name(text: str) -> bool:
    """Tell whether a recorded host can be the name of one: it may hold a variable that had no value."""
    return _HOST_NAME.fullmatch(text) is not None


def _origins(hosts: Iterable[str]) -> re.Pattern[str] | None:
    """Make a pattern that finds the beginning of addresses of these hosts, the longest first."""
    words = "|".join(re.escape(one) for one in sorted(hosts, key=len, reverse=True) if one)
    return re.compile(rf"https?://(?:{words})(?![\w.:-])", re.IGNORECASE) if words else None


def _likeness(one: _Known, method: str, path: str) -> float:
    mine, theirs = path.split("/"), one.path.split("/")
    same = sum(a == b for a, b in zip(mine, theirs, strict=False))
    return 2 * same / max(len(mine), len(theirs)) + (one.one.request.method == method)


def json_body(document: dict[str, Any]) -> bytes:
    """Write an answer of the mock's own."""
    return json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8", "replace")
