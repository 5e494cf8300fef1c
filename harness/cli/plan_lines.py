"""The order of a plan's calls as lines: which wait for which, and why."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from harness.cassettes.compare.order_hints import OrderHint
from harness.client.url import unparse
from harness.collection.model import Url
from harness.reporters.units import counted
from harness.runner.order import Order
from harness.runner.plan import Plan
from harness.secrets.fields import learn_address, learn_by_form
from harness.secrets.redactor import Redactor


class ShownAddress:
    """Writes the addresses of calls as authored, without the secrets that they spell out."""

    def __init__(self) -> None:
        self._redactor = Redactor()

    def __call__(self, url: Url) -> str:
        """Write one."""
        text = unparse(url)
        learn_address(text, self._redactor)
        learn_by_form(text, self._redactor)
        return self._redactor.shown(text)


def plan_lines(plan: Plan, order: Order) -> Iterator[str]:
    """Write an order: each call by number with what it waits for, and the longest chain at the end."""
    yield plan.collection.name
    shown = ShownAddress()
    barrier: int | None = None
    for position, (call, place) in enumerate(zip(plan.calls, order.places, strict=True)):
        yield f"{_named(plan, position)} - {call.item.request.method} {shown(call.item.request.url)}"
        if plan.part(position) is not None:
            yield (
                "     runs once, before all others"
                if plan.part(position) == "before"
                else ("     runs once, after all others")
            )
            continue
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


def hint_lines(hints: Iterable[OrderHint], recording: str) -> Iterator[str]:
    """Write what a recording suggests as lines of a companion; those of one call stand together."""
    by_call: dict[tuple[str, ...], list[OrderHint]] = {}
    for hint in hints:
        by_call.setdefault(hint.call, []).append(hint)
    yield ""
    if not by_call:
        yield f"{recording} suggests nothing"
        return
    yield f"# {recording} suggests these lines for the companion; it is one run, and proves none of them."
    yield "calls:"
    for call, found in by_call.items():
        yield f"  - call: {json.dumps(call, ensure_ascii=False)}"
        for hint in found:
            said = f"after: {json.dumps(hint.after, ensure_ascii=False)}" if hint.after else "parallel: true"
            yield f"    {said}  # {hint.why}"


def plan_document(plan: Plan, order: Order, hints: Iterable[OrderHint] | None) -> dict[str, Any]:
    """Tell an order as JSON, with what a recording suggests, if one was asked; positions count from 0."""
    suggested = [
        {"call": list(one.call), "after": list(map(list, one.after)), "why": one.why} for one in hints or ()
    ]
    shown = ShownAddress()
    return {
        "collection": plan.collection.name,
        "calls": [
            {
                "path": list(call.path),
                "method": call.item.request.method,
                "url": shown(call.item.request.url),
                "once": plan.part(position),
                "alone": place.alone or None,
                "waits": [{"on": wait.on, "why": wait.why} for wait in place.waits],
            }
            for position, (call, place) in enumerate(zip(plan.calls, order.places, strict=True))
        ],
        "longestChain": list(order.longest_chain()),
        "hints": suggested if hints is not None else None,
    }


def _named(plan: Plan, position: int) -> str:
    return f"{position + 1:3} {' / '.join(plan.calls[position].path)}"
