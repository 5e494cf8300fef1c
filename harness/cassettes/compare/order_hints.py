"""What a recording suggests about the order of calls, to be said in a companion by somebody who knows.

A recording shows one run: that a request held a value which an answer had given, or that nobody used what a
POST answered. It proves neither that a call needs another nor that it does not.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harness.cassettes.file.interaction import Cassette, Interaction
from harness.client.message import Headers
from harness.collection.model import CallPath
from harness.runner.order import Order, OrderedCall, Wait
from harness.runner.plan import Call
from harness.secrets.placeholder import PREFIX

_TOKEN: Final = re.compile(r"[A-Za-z0-9_~-]{5,}")
_DIGIT: Final = re.compile(r"\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHint:
    """A line that a companion may say of a call: `after` these calls, or, with none, `parallel: true`."""

    call: CallPath
    after: tuple[CallPath, ...] = ()
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Traffic:
    """What a recording tells of calls, by their positions.

    `given` says whose answer held a value of a request first, `used` whose answers gave others a value,
    `answered` the statuses of each call's own requests, and `sets_cookies` who set some.
    """

    given: Mapping[int, frozenset[int]]
    used: frozenset[int]
    answered: Mapping[int, frozenset[int]]
    sets_cookies: frozenset[int]


def order_hints(calls: Sequence[Call], order: Order, cassette: Cassette) -> Iterator[OrderHint]:
    """Suggest lines for calls whose order does not say yet what the recording shows.

    Calls of equal names are left out: a companion would have to number them.
    """
    names = [call.path for call in calls]
    positions = {path: at for at, path in enumerate(names) if names.count(path) == 1}
    traffic = _traffic(cassette, positions)
    before = _before(order)
    behind: dict[int, list[Wait]] = {}
    for place in order.places:
        for wait in place.waits:
            behind.setdefault(wait.on, []).append(wait)
    for at, call in enumerate(calls):
        if call.path not in positions:
            continue
        missing = sorted(traffic.given.get(at, frozenset()) - before[at])
        if missing:
            yield OrderHint(
                call=call.path,
                after=tuple(names[one] for one in missing),
                why="its request held what that answered first",
            )
        if _changes_nothing(at, call, order.places[at], behind.get(at, ()), traffic):
            yield OrderHint(
                call=call.path,
                why="it was answered with 200, and no later request held what it answered",
            )


def _changes_nothing(
    at: int, call: Call, place: OrderedCall, behind: Sequence[Wait], traffic: _Traffic
) -> bool:
    """Tell whether a call that others wait for looks as if it only asked."""
    return (
        bool(place.waits or behind)
        and not any(wait.reads for wait in behind)
        and not place.alone
        and not place.signs_in
        and place.site is not None
        and call.item.request.method == "POST"
        and traffic.answered.get(at) == frozenset({200})
        and at not in traffic.used
        and at not in traffic.sets_cookies
    )


def _before(order: Order) -> list[frozenset[int]]:
    """Return for each position all that is over before it begins."""
    known: list[frozenset[int]] = []
    floor = -1
    for at, place in enumerate(order.places):
        direct = set(range(at if place.alone else floor + 1))
        for on in order.before(at):
            direct |= {on, *known[on]}
        known.append(frozenset(direct))
        if place.alone:
            floor = at
    return known


def _traffic(cassette: Cassette, positions: Mapping[CallPath, int]) -> _Traffic:
    first: dict[str, int | None] = {}
    given: dict[int, set[int]] = {}
    answered: dict[int, set[int]] = {}
    sets_cookies: set[int] = set()
    for interaction in cassette.interactions:
        at = positions.get(interaction.context.call)
        for token in _tokens(_sent(interaction)):
            giver = first.setdefault(token, None)
            if giver is not None and at is not None and giver < at:
                given.setdefault(at, set()).add(giver)
        response = interaction.response
        if response is None:
            continue
        for token in _tokens(_answered(interaction)):
            first.setdefault(token, at)
        if at is not None:
            if any(name.lower() == "set-cookie" for name, _ in response.headers):
                sets_cookies.add(at)
            if interaction.context.origin == "call":
                answered.setdefault(at, set()).add(response.status)
    return _Traffic(
        given={at: frozenset(givers) for at, givers in given.items()},
        used=frozenset(giver for givers in given.values() for giver in givers),
        answered={at: frozenset(statuses) for at, statuses in answered.items()},
        sets_cookies=frozenset(sets_cookies),
    )


def _tokens(text: str) -> Iterator[str]:
    """Yield the words of a text that stand there by no chance: those with a digit, stand-ins of secrets."""
    return (token for token in _TOKEN.findall(text) if _DIGIT.search(token) or token.startswith(PREFIX))


def _sent(interaction: Interaction) -> str:
    request = interaction.request
    return f"{request.url}\n{_spelled(request.headers)}\n{_text(request.body)}"


def _answered(interaction: Interaction) -> str:
    response = interaction.response
    return f"{_spelled(response.headers)}\n{_text(response.body)}" if response is not None else ""


def _spelled(headers: Headers) -> str:
    return "\n".join(value for _, value in headers)


def _text(body: bytes | None) -> str:
    return (body or b"").decode("utf-8", "replace")
