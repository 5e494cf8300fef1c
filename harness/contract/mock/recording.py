"""Answers out of a recording, for any client, in any order."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from harness.cassettes.compare.generated_values import shape
from harness.cassettes.file.canonical import canonical_body, canonical_url
from harness.cassettes.file.interaction import Cassette, Interaction
from harness.cassettes.replay.miss import request_differences
from harness.client.message import ResolvedRequest, Response
from harness.client.url import split
from harness.contract.mock.live_values import Leaf, LiveValues, echoed
from harness.contract.mock.path_parameter import path_shape, with_path
from harness.contract.mock.resources import CHANGING, Resources, made_path
from harness.secrets.placeholder import PREFIX

_PLACEHOLDER: Final = re.compile(re.escape(PREFIX) + r"[A-Za-z0-9_]+")
_TOLD: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A recorded interaction, as requests are held against it."""

    one: Interaction
    host: str
    path: str
    exact: str
    alike: str
    pattern: re.Pattern[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A request that nothing recorded answers; `gone` one for what was deleted."""

    document: dict[str, Any]
    gone: bool = False


class Recording:
    """Finds the recorded answer to a request.

    Looked for is what is equal, then what differs in values that were drawn or secret, then what is for the
    same kind of path. Of several the first that was not given since the last change of the resource; the last
    one is repeated. The recording begins anew when its first request comes again after its last.
    """

    def __init__(self, cassettes: Iterable[Cassette]) -> None:
        interactions = [one for cassette in cassettes for one in cassette.interactions]
        self._known = [_known(one.numbered(number)) for number, one in enumerate(interactions)]
        self.hosts: Final = frozenset(one.host for one in self._known)
        self._by_exact = _grouped((one.exact, one) for one in self._known)
        self._by_alike = _grouped((one.alike, one) for one in self._known)
        self._by_path = _grouped((f"{one.one.request.method} {one.path}", one) for one in self._known)
        self._by_shape = _grouped(
            (f"{one.one.request.method} {path_shape(one.path)}", one) for one in self._known
        )
        self._with_secrets = [one for one in self._known if one.pattern]
        # Of paths whose resources are made by POST it is known which there are.
        self._made = {
            path_shape(path)
            for one in self._known
            if one.one.request.method == "POST" and (path := made_path(one.path, one.one)) is not None
        }
        self._origins = _origins(self.hosts)
        self._given = bytearray(len(self._known))
        self._resources = Resources()
        self._live = LiveValues()
        self._echoes: dict[str, list[Leaf]] = {}

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
        elif not group:
            return self._unknown(request)
        elif request.method in CHANGING:
            found = self._next(group)
        else:
            found = self._after_change(group, path) or self._next(group)
        return self._told(sent, found, path)

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
        for group in (self._by_exact.get(exact, ()), self._by_alike.get(alike, ())):
            if mine := self._of_host(group, host):
                return mine
        text = f"{request.method} {alike}"
        same_path = self._of_host(self._by_path.get(f"{request.method} {path}", ()), host)
        shaped = self._of_host(self._by_shape.get(f"{request.method} {path_shape(path)}", ()), host)
        hidden = self._of_host(self._with_secrets, host)
        secret = [one for one in hidden if one.pattern and one.pattern.fullmatch(text)]
        if secret:
            return secret
        # Without a body there is nothing else that could differ; with one, some other is better than none.
        if same_path and request.method not in ("GET", "HEAD"):
            return same_path
        if request.method not in CHANGING and not same_path and path_shape(path) in self._made:
            return ()
        query = split(request.url).query or ""
        same_query = [one for one in shaped if (split(one.one.request.url).query or "") == query]
        return [one for one in same_query if one.path not in self._resources.gone]

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
            for one in self._by_path.get(f"{method} {path}", ())
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
        ranked = sorted(self._known, key=lambda one: _likeness(one, request.method, path), reverse=True)
        document: dict[str, Any] = {
            "error": "nothing recorded answers this request",
            "request": {"method": request.method, "path": path},
        }
        if ranked:
            nearest = ranked[0].one
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


def _grouped(pairs: Iterable[tuple[str, _Known]]) -> dict[str, list[_Known]]:
    made: dict[str, list[_Known]] = {}
    for key, one in pairs:
        made.setdefault(key, []).append(one)
    return made


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
