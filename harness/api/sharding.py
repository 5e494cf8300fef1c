"""Dealing out the calls of several collections to several machines, each of which deals out alike.

Whole collections go first; one that takes longer than a machine's share is taken apart into its data rows,
where each row is a run of its own, and into chains of calls. What a chain needs from others is repeated.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from harness.api.call_choice import planned_calls
from harness.api.call_order import planned_chains
from harness.api.preparation import collection_of, companion_of
from harness.lazy_dataclass import dataclass
from harness.options.config import RunConfig
from harness.runner.plan import Plan
from harness.runner.run import Step

_UNKNOWN_MS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """What one machine runs of one collection: its own steps, and those of others that it repeats for them.

    `of` is how many steps there are in all.
    """

    steps: frozenset[Step]
    set_up: frozenset[Step]
    of: int

    @property
    def whole(self) -> bool:
        """Whether this is all of the collection."""
        return len(self.steps) == self.of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Steps that go to one machine together: of which collection, what they need, and their cost."""

    collection: int
    steps: frozenset[Step]
    set_up: frozenset[Step] = frozenset()
    cost: float = 0.0


@dataclass(slots=True, kw_only=True)
class _Machine:
    """What a machine has been dealt so far."""

    cost: float = 0.0
    steps: set[tuple[int, Step]] = field(default_factory=set)
    repeated: set[tuple[int, Step]] = field(default_factory=set)


class Deal:
    """Collections dealt out to a number of machines.

    `times` say how long calls took, in ms, by the keys of a history. Raises `HarnessError` for files at
    fault.
    """

    def __init__(self, configs: Sequence[RunConfig], machines: int, times: Mapping[str, float]) -> None:
        self._configs = configs
        self._times = {key: ms for key, ms in times.items() if 0 <= ms < float("inf")}
        known = self._times.values()
        self._usual_ms = max(sum(known) / len(known), _UNKNOWN_MS) if known else _UNKNOWN_MS
        self._plans = [
            planned_calls(config, collection_of(config.collection), companion_of(config))
            for config in configs
        ]
        self._machines = [_Machine() for _ in range(machines)]
        pieces = [piece for number in range(len(configs)) if (piece := self._piece(number)) is not None]
        most = sum(piece.cost for piece in pieces) / machines
        pieces = [part for piece in pieces for part in self._apart(piece, most)]
        for piece in sorted(
            self._with_once(pieces), key=lambda one: (-one.cost, one.collection, min(one.steps))
        ):
            self._give(piece)

    def portion(self, collection: int, machine: int) -> Portion:
        """Return what a machine runs of a collection; both are counted from 0."""
        dealt, plan = self._machines[machine], self._plans[collection]
        return Portion(
            steps=frozenset(step for number, step in dealt.steps if number == collection),
            set_up=frozenset(step for number, step in dealt.repeated - dealt.steps if number == collection),
            of=plan.steps,
        )

    def _give(self, piece: _Piece) -> None:
        """Give a piece to the machine that would be through with it first."""

        def load(machine: _Machine) -> float:
            there = machine.steps | machine.repeated
            more = {(piece.collection, step) for step in piece.set_up} - there
            return machine.cost + piece.cost + sum(self._cost(*one) for one in more)

        chosen = min(self._machines, key=load)
        chosen.cost = load(chosen)
        chosen.steps |= {(piece.collection, step) for step in piece.steps}
        chosen.repeated |= {(piece.collection, step) for step in piece.set_up}

    def _piece(self, number: int) -> _Piece | None:
        """Return a collection as one piece; one without calls is none."""
        plan = self._plans[number]
        steps = ((row, at) for row in range(plan.iterations) for at in range(len(plan.calls)))
        return self._made(number, steps) if plan.calls else None

    def _made(self, number: int, steps: Iterable[Step], set_up: Iterable[Step] = ()) -> _Piece:
        """Make a piece; set-up and teardown of the run go with each."""
        plan = self._plans[number]
        own = frozenset(step for step in steps if plan.has(*step))
        once = plan.once
        if plan.apart:
            rows = {row for row, _ in own}
            once = frozenset(step for step in once if step[0] in rows)
        else:
            own -= once
        cost = sum(self._cost(number, step) for step in own)
        return _Piece(collection=number, steps=own, set_up=once.union(set_up) - own, cost=cost)

    def _with_once(self, pieces: Iterable[_Piece]) -> Iterator[_Piece]:
        """Let one piece of each collection count its set-up and teardown; the others repeat them."""
        seen: set[int] = set()
        for piece in pieces:
            plan = self._plans[piece.collection]
            once = frozenset() if plan.apart or piece.collection in seen else plan.once
            seen.add(piece.collection)
            steps = piece.steps | once
            if steps:
                yield replace(piece, steps=steps, set_up=piece.set_up - once)

    def _cost(self, number: int, step: Step) -> float:
        """Return how long a step took when it was last seen, in ms; what is not known is as usual."""
        plan, (row, position) = self._plans[number], step
        call = plan.calls[position]
        if call.item.skipped is not None or call.item.unreadable is not None:
            return 0.0
        path = " / ".join(call.path)
        keys = [path, f"{path} [iteration {row + 1}]"]
        # The history of a command that runs several collections has their names in front.
        keys += [f"{plan.collection.name} / {key}" for key in keys]
        return next((self._times[key] for key in keys if key in self._times), self._usual_ms)

    def _apart(self, piece: _Piece, most: float) -> Iterator[_Piece]:
        """Take a collection apart that is more than one machine's share."""
        number = piece.collection
        plan = self._plans[number]
        if piece.cost <= most:
            yield piece
        elif not self._configs[number].limits.isolate_rows:
            yield from self._chains(number, range(plan.iterations), most)
        else:
            for row in range(plan.iterations):
                one = self._made(number, ((row, at) for at in range(len(plan.calls))))
                if one.cost <= most:
                    yield one
                else:
                    yield from self._chains(number, [row], most)

    def _chains(self, number: int, rows: Sequence[int], most: float) -> Iterator[_Piece]:
        def costs(plan: Plan) -> list[float]:
            return [sum(self._cost(number, (row, at)) for row in rows) for at in range(len(plan.calls))]

        for chain in planned_chains(self._configs[number], costs=costs, most=most):
            yield self._made(
                number,
                ((row, at) for row in rows for at in chain.calls),
                ((row, at) for row in rows for at in chain.set_up),
            )
