"""What must wait for what when calls run side by side: a pure function of the plan and its companion.

Two calls may overlap when neither reads what the other writes: variables by what scripts and requests use,
the server (a call that is not GET, HEAD or OPTIONS is a barrier for its host), what an auth remembers. What
is not certain waits: such a call runs alone. Cookies cannot be read off the source; `stretch` watches them.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from harness.client.url import encode_text, unparse
from harness.collection.model import Auth
from harness.collection.request_json import auth_to_json, request_to_json
from harness.lazy_dataclass import dataclass
from harness.runner.plan import Call
from harness.runner.rules import CallRule
from harness.runner.script_reach import ScriptReach, script_reach
from harness.variables.substitute import TOKEN

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that change nothing on the server."""

_FORGETFUL: Final = frozenset(
    {"noauth", "basic", "bearer", "apikey", "awsv4", "hawk", "oauth1", "edgegrid", "jwt", "asap"}
)
"""Auths that remember nothing from one request to the next."""
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "[::1]", "::1", "0.0.0.0"})  # noqa: S104 - names to compare
_ADDRESS: Final = re.compile(r"\[.*\]|\d+\.\d+\.\d+\.\d+")
_SIGNS_IN: Final = re.compile(
    r"cookie|log-?in|log-?out|sign-?in|sign-?out|session|\bo?auth\d?\b|authoriz|authentic", re.IGNORECASE
)
_ANYWHERE: Final = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """An earlier call that a call waits for, by position, and why; `reads`: it reads what that one sets."""

    on: int
    why: str
    reads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedCall:
    """Where one call stands among the others.

    A call that is `alone` (why, or empty) runs when all before it are over, and nothing after it begins
    before it is. `waits` are the calls it waits for, the nearest first. `names` are the variables it is known
    to read. `site` is whose cookies it gets (`*` when its host is not known), `None` when these are not to be
    watched; a call that `signs_in` is taken to set some. `repeats` says that sending it twice changes nothing
    on the server.
    """

    alone: str = ""
    waits: tuple[Wait, ...] = ()
    names: frozenset[str] = frozenset()
    site: str | None = None
    signs_in: bool = False
    repeats: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The places of all calls of a plan, by position."""

    places: tuple[OrderedCall, ...] = ()

    def before(self, position: int) -> Iterator[int]:
        """Yield the positions that have to be over before a call of the same stretch begins."""
        return (wait.on for wait in self.places[position].waits)

    def longest_chain(self) -> tuple[int, ...]:
        """Return the longest chain of calls of which each waits for the one before."""
        best: list[tuple[int, int | None]] = []
        floor: int | None = None
        deepest: int | None = None
        for position, place in enumerate(self.places):
            options = [floor, *self.before(position)]
            if place.alone:
                options.append(deepest)
            known = [one for one in options if one is not None]
            longest = max(known, key=lambda one: best[one][0], default=None)
            best.append((1 if longest is None else best[longest][0] + 1, longest))
            if deepest is None or best[position][0] > best[deepest][0]:
                deepest = position
            if place.alone:
                floor = position
        chain: list[int] = []
        at = deepest
        while at is not None:
            chain.append(at)
            at = best[at][1]
        return tuple(reversed(chain))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the companion says of one call's order.

    `parallel` is `True` for a call that others need not wait for, nor it for them, but for the variables it
    reads; `False` for one that runs alone. `after` are the positions it waits for.
    """

    parallel: bool | None = None
    after: frozenset[int] = frozenset()


def order_of(
    calls: Sequence[Call],
    *,
    rules: Mapping[int, CallRule],
    wishes: Mapping[int, Wishes],
    values: Mapping[str, str],
    shares_auth: bool = True,
) -> Order:
    """Find out which calls wait for which.

    `values` are the variables known before the run; what they hold may name others. Where the calls do not
    share what auths remember (`shares_auth`), that is no reason to wait.
    """
    reaches = [_reach(call, rules.get(position), values) for position, call in enumerate(calls)]
    written = frozenset(name for one in reaches for name in one.writes)
    graph = _Graph(shares_auth=shares_auth)
    for position, (call, reach) in enumerate(zip(calls, reaches, strict=True)):
        graph.add(position, call, reach, wishes.get(position, Wishes()), values, written)
    return Order(places=tuple(graph.places))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reach:
    """What a call reads and writes, and why it has to run alone, if it has to."""

    reads: frozenset[str]
    writes: frozenset[str]
    jumps: bool
    doubt: str


def _reach(call: Call, rule: CallRule | None, values: Mapping[str, str]) -> _Reach:
    scripts: list[tuple[str, ScriptReach]] = [
        (script.event, script_reach(script.source)) for _, script in call.scripts if script.source.strip()
    ]
    texts: list[Any] = [request_to_json(call.item.request)]
    if call.auth is not None:
        texts.append(auth_to_json(call.auth))
    writes: set[str] = set()
    if rule is not None:
        texts.append([one.entry.wanted for one in rule.judge.expectations])
        writes |= {one.entry.variable for one in rule.judge.extractors}
    reads = set(_names(TOKEN.findall(json.dumps(texts, ensure_ascii=False, default=str)), values))
    for _, one in scripts:
        reads |= set(_names(one.reads, values))
        writes |= one.writes
    doubt = next((one.doubt for _, one in scripts if one.doubt), "")
    if not doubt and any(event == "prerequest" and one.amends for event, one in scripts):
        doubt = "its script changes where or how the request is sent"
    if not doubt and call.item.protocol != "http":
        doubt = f"it is a {call.item.protocol} request"
    return _Reach(
        reads=frozenset(reads),
        writes=frozenset(writes),
        jumps=any(one.jumps for _, one in scripts),
        doubt=doubt,
    )


def _names(names: Iterable[str], values: Mapping[str, str]) -> Iterator[str]:
    """Yield names, and those that the values of these name."""
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield name
            waiting += TOKEN.findall(values.get(name, ""))


@dataclass(slots=True)
class _Trace:
    """Who wrote something last, and who has read it since."""

    written: int | None = None
    read: list[int] = field(default_factory=list)


class _Graph:
    """The calls so far: who touched what last."""

    def __init__(self, *, shares_auth: bool) -> None:
        self.places: list[OrderedCall] = []
        self._shares_auth = shares_auth
        self._variables: dict[str, _Trace] = defaultdict(_Trace)
        self._hosts: dict[str, _Trace] = defaultdict(_Trace)
        self._sites: dict[str, list[int]] = defaultdict(list)
        self._auths: dict[str, int] = {}
        self._paths: dict[tuple[str, ...], int] = {}
        self._likes: dict[tuple[str, str], tuple[str, list[int]]] = {}

    def add(
        self,
        position: int,
        call: Call,
        reach: _Reach,
        wish: Wishes,
        values: Mapping[str, str],
        written: frozenset[str],
    ) -> None:
        """Place the next call."""
        if call.item.skipped is not None or call.item.unreadable is not None:
            self.places.append(OrderedCall())
            return
        address = _address(call, values, written)
        host = _host(address)
        safe = call.item.request.method in SAFE_METHODS
        free = wish.parallel is True
        alone = _alone(reach, wish, host, safe=safe, call=call)
        if alone:
            self._forget()
            self.places.append(OrderedCall(alone=alone, names=reach.reads))
            return
        waits: dict[int, list[str]] = {}
        givers = {self._variables[name].written for name in reach.reads if name in self._variables}
        self._after_variables(position, reach, waits)
        if not free:
            self._after_server(position, host, call.item.request.method, waits)
            self._after_auth(position, call.auth, waits)
            self._after_likes(position, address, call, waits)
        if call.path in self._paths:
            waits.setdefault(self._paths[call.path], []).append("it has the same name")
        self._paths[call.path] = position
        for other in wish.after:
            if other < position and other >= self._floor():
                waits.setdefault(other, []).append("the companion says `after`")
        self.places.append(
            OrderedCall(
                waits=tuple(
                    Wait(on=on, why="; ".join(dict.fromkeys(whys)), reads=on in givers)
                    for on, whys in sorted(waits.items(), reverse=True)
                ),
                names=reach.reads,
                site=None if free else site_of(host),
                signs_in=not free and bool(_SIGNS_IN.search(address)),
                repeats=safe,
            )
        )

    def _floor(self) -> int:
        """Return the position behind the last call that ran alone: all before it is over."""
        last = (place for place in range(len(self.places) - 1, -1, -1) if self.places[place].alone)
        return next(last, -1) + 1

    def _forget(self) -> None:
        """All that was touched so far is over when the next call begins."""
        for known in (self._variables, self._hosts, self._sites, self._auths, self._paths, self._likes):
            known.clear()

    def _after_variables(self, position: int, reach: _Reach, waits: dict[int, list[str]]) -> None:
        for name in sorted(reach.reads | reach.writes):
            trace = self._variables[name]
            if trace.written is not None:
                verb = "reads" if name in reach.reads else "sets"
                waits.setdefault(trace.written, []).append(f"it {verb} `{name}`, which that one sets")
            if name in reach.writes:
                for reader in trace.read:
                    waits.setdefault(reader, []).append(f"it sets `{name}`, which that one reads")
                self._variables[name] = _Trace(written=position)
            if name in reach.reads and name not in reach.writes:
                trace.read.append(position)

    def _after_server(self, position: int, host: str, method: str, waits: dict[int, list[str]]) -> None:
        if method in SAFE_METHODS:
            # An address that is not known may be any of them.
            asked = list(self._hosts) if host == _ANYWHERE else [host]
            for name in asked:
                changed = self._hosts[name].written
                if changed is not None:
                    waits.setdefault(changed, []).append(f"that one may change {name}")
            self._hosts[host].read.append(position)
            self._sites[site_of(host)].append(position)
            return
        trace = self._hosts[host]
        whys = f"it may change {host} ({method})"
        for other in trace.read or [one for one in (trace.written,) if one is not None]:
            waits.setdefault(other, []).append(whys)
        for other in self._hosts[_ANYWHERE].read:
            waits.setdefault(other, []).append(f"{whys}, and the host of that one is not known")
        site = site_of(host)
        for other in self._sites[site]:
            if other not in waits and other not in trace.read and other != trace.written:
                waits[other] = [f"it may get cookies of {site}"]
        self._hosts[host] = _Trace(written=position)
        self._sites[site] = [position]

    def _after_likes(self, position: int, address: str, call: Call, waits: dict[int, list[str]]) -> None:
        """Keep the order of requests to one address that are not the same, as the server would see it."""
        authored = request_to_json(call.item.request)
        scripts = [script.source for _, script in call.scripts if script.event == "prerequest"]
        auth = None if call.auth is None else auth_to_json(call.auth)
        said = json.dumps([authored, auth, scripts, dict(call.profile)], default=str)
        known, positions = self._likes.get((call.item.request.method, address), ("", []))
        if known == said:
            positions.append(position)
            return
        for other in positions:
            waits.setdefault(other, []).append("it sends another request to the same address")
        self._likes[call.item.request.method, address] = (said, [position])

    def _after_auth(self, position: int, auth: Auth | None, waits: dict[int, list[str]]) -> None:
        if (
            auth is None
            or not self._shares_auth
            or auth.type in _FORGETFUL
            or (auth.type == "oauth2" and auth.params.get("accessToken"))
        ):
            return
        last = self._auths.get(auth.type)
        if last is not None:
            waits.setdefault(last, []).append(f"they share what {auth.type} auth remembers")
        self._auths[auth.type] = position


def _alone(reach: _Reach, wish: Wishes, host: str, *, safe: bool, call: Call) -> str:
    """Say why a call runs alone; empty when it need not."""
    if reach.jumps:
        return "its script may change what runs next"
    if wish.parallel is False:
        return "the companion says `parallel: false`"
    if wish.parallel is True:
        return ""
    if reach.doubt:
        return reach.doubt
    if not safe and host == _ANYWHERE:
        return f"it may change a host that is not known before the run ({call.item.request.method})"
    return ""


def _address(call: Call, values: Mapping[str, str], written: frozenset[str]) -> str:
    """Spell a call's address with the values that no call changes."""
    text = unparse(call.item.request.url)
    for _ in range(8):
        filled = TOKEN.sub(
            lambda found: values.get(found[1], found[0]) if found[1] not in written else found[0], text
        )
        if filled == text:
            break
        text = filled
    return text


def _host(address: str) -> str:
    """Return the host of an address, `*` when it is not known."""
    name = encode_text(address).hostname.lower()
    if not name or "{{" in name or "%7b" in name or "}}" in name:
        return _ANYWHERE
    return "localhost" if name in _LOCAL else name


def site_of(host: str) -> str:
    """Return the part of a host that may share cookies: its last two labels."""
    return host if _ADDRESS.fullmatch(host) else ".".join(host.split(".")[-2:])
