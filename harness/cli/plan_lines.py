"""The order of a plan's calls as lines: which wait for which, and why."""

from collections.abc import Iterator

from harness.client.url import unparse
from harness.reporters.units import counted
from harness.runner.order import Order
from harness.runner.plan import Plan


def plan_lines(plan: Plan, order: Order) -> Iterator[str]:
    """Write an order: each call by number with what it waits for, and the longest chain at the end."""
    yield plan.collection.name
    barrier: int | None = None
    for position, (call, place) in enumerate(zip(plan.calls, order.places, strict=True)):
        yield f"{_named(plan, position)} - {call.item.request.method} {unparse(call.item.request.url)}"
        if place.alone:
            yield f"     runs alone: {place.alone}"
            barrier = position
            continue
        if barrier is not None:
            yield f"     waits for {barrier + 1}: that one runs alone"
        for wait in place.waits:
            yield f"     waits for {wait.on + 1}: {wait.why}"
    chain = order.longest_chain()
    yield ""
    yield f"{counted(len(plan.calls), 'call')}, of which {len(chain)} have to follow one another:"
    for position in chain:
        yield f"  {_named(plan, position)}"


def _named(plan: Plan, position: int) -> str:
    return f"{position + 1:3} {' / '.join(plan.calls[position].path)}"
