"""The parts of a plan that can be run apart, on machines that know nothing of one another.

Calls that have to wait for one another stay together. What many of them begin with, as signing in, would keep
all of them together: where a part is too long, its first calls become set-up, which each part repeats.
"""

from collections.abc import Iterator, Mapping, Sequence

from harness.lazy_dataclass import dataclass
from harness.runner.order import Order, Wishes, order_of
from harness.runner.plan import Call
from harness.runner.rules import CallRule
from harness.runner.upstream import upstream

_LONGEST_SET_UP = 12
"""More calls than these are no set-up, but what the rest is about."""

_JUMP = "its script may change what runs next"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Calls that belong together, by position, and the earlier ones that have to run before them."""

    calls: frozenset[int]
    set_up: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Companionship:
    """What is known of a plan's calls besides themselves; all of it by position.

    `rules` and `wishes` are the companion's, `needs` the positions that it names for a call, `values` the
    variables known before the run.
    """

    rules: Mapping[int, CallRule]
    wishes: Mapping[int, Wishes]
    needs: Mapping[int, frozenset[int]]
    values: Mapping[str, str]


def chains(
    calls: Sequence[Call], known: Companionship, *, costs: Sequence[float], most: float
) -> tuple[Chain, ...]:
    """Return the chains of a plan, in the order of their first calls; each call is in one of them.

    What costs more than `most` is taken apart by making set-up of its first calls, as far as these set
    variables for others or sign in; costs are by position.
    """
    shared: frozenset[int] = frozenset()
    parts = _parts(calls, known, shared)
    whole: set[frozenset[int]] = set()
    while True:
        heavy = (part for part in parts if len(part) > 1 and part not in whole)
        part = next((one for one in heavy if sum(costs[at] for at in one) > most), None)
        if part is None:
            break
        first = _set_up_of(calls, known, part)
        if first:
            shared |= first
            parts = _parts(calls, known, shared)
        else:
            whole.add(part)
    return tuple(_with_set_up(calls, known, shared, parts))


def _parts(calls: Sequence[Call], known: Companionship, shared: frozenset[int]) -> list[frozenset[int]]:
    """Return the calls that have to wait for one another, without those that are set-up, part by part."""
    kept = [at for at in range(len(calls)) if at not in shared]
    order = _order(calls, known, kept)
    heads = list(range(len(kept)))

    def head(at: int) -> int:
        while heads[at] != at:
            heads[at] = heads[heads[at]]
            at = heads[at]
        return at

    runs = [at for at in range(len(kept)) if _runs(calls[kept[at]])]
    if any(place.alone for place in order.places):
        for at in runs:
            heads[head(at)] = head(runs[0])
    for at in runs:
        for on in order.before(at):
            heads[max(head(at), head(on))] = min(head(at), head(on))
    found: dict[int, set[int]] = {}
    for at, position in enumerate(kept):
        found.setdefault(head(at), set()).add(position)
    return sorted(map(frozenset, found.values()), key=min)


def _order(calls: Sequence[Call], known: Companionship, kept: Sequence[int]) -> Order:
    """Return the order of some calls of a plan as if there were no others."""
    at = {position: number for number, position in enumerate(kept)}
    return order_of(
        [calls[position] for position in kept],
        rules={at[one]: rule for one, rule in known.rules.items() if one in at},
        wishes={
            at[one]: Wishes(
                parallel=wish.parallel, after=frozenset(at[other] for other in wish.after if other in at)
            )
            for one, wish in known.wishes.items()
            if one in at
        },
        values=known.values,
        shares_auth=False,
    )


def _runs(call: Call) -> bool:
    return call.item.skipped is None and call.item.unreadable is None


def _set_up_of(calls: Sequence[Call], known: Companionship, part: frozenset[int]) -> frozenset[int]:
    """Return the first calls of a part without which it falls into several; none if there are no such."""
    left = sorted(part)
    taken: set[int] = set()
    while len(left) > 1 and len(taken) < _LONGEST_SET_UP and _gives(calls, known, left):
        taken.add(left.pop(0))
        outside = frozenset(range(len(calls))) - frozenset(left)
        if len(_parts(calls, known, outside)) > 1:
            return frozenset(taken)
    return frozenset()


def _gives(calls: Sequence[Call], known: Companionship, part: Sequence[int]) -> bool:
    """Tell whether the first call of a part may be repeated: it gives others what they need, or signs in."""
    first, *others = part
    place = _order(calls, known, [first]).places[0]
    if place.alone == _JUMP:
        return False
    return place.signs_in or first in _upstream(calls, known, others)


def _upstream(calls: Sequence[Call], known: Companionship, wanted: Sequence[int]) -> frozenset[int]:
    return upstream(calls, wanted, rules=known.rules, needs=known.needs, values=known.values)


def _with_set_up(
    calls: Sequence[Call], known: Companionship, shared: frozenset[int], parts: Sequence[frozenset[int]]
) -> Iterator[Chain]:
    """Yield each part with the set-up it needs; a call that is set-up belongs to the first that needs it."""
    places = _order(calls, known, range(len(calls))).places
    sign_in = {at: places[at].site for at in shared if places[at].signs_in}
    owned: set[int] = set()
    found: list[Chain] = []
    for part in parts:
        sites = {places[at].site for at in part}
        entered = {at for at, site in sign_in.items() if at < max(part) and (site in sites or None in sites)}
        needed = (_upstream(calls, known, [*part, *entered]) | entered) - part
        own = (needed & shared) - owned
        owned |= own
        found.append(Chain(calls=part | own, set_up=needed - own))
    found += (
        Chain(calls=frozenset({at}), set_up=_upstream(calls, known, [at])) for at in sorted(shared - owned)
    )
    yield from sorted(found, key=lambda chain: min(chain.calls))
