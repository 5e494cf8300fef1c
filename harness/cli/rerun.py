"""Which steps of a run an earlier result says to repeat: what failed."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.api import RunConfig, planned
from harness.api.upstream_steps import upstream_steps
from harness.collection.model import Collection
from harness.errors import InputError
from harness.reporters.log.result_file import read_results
from harness.runner.events import CallFinished, RunStarted
from harness.runner.plan import Call, calls_of
from harness.runner.run import Step

CallPlace = tuple[tuple[str, ...], int]
"""The path of a call, and which one of those with the same path it is."""


def failed_steps(log: Path, config: RunConfig) -> tuple[frozenset[Step], frozenset[Step]]:
    """Return the steps that failed in a result, and those they need, which may be none.

    Calls are found again by their names, so that the collection may have been mended in between. Raises
    `InputError` when the result is of another collection.
    """
    plan = planned(config)
    positions = {place: number for number, place in enumerate(_places_of(plan.collection, plan.calls))}
    failed: set[Step] = set()
    places: dict[int, CallPlace] = {}
    for event in read_results(log):
        match event:
            case RunStarted(collection=collection):
                if collection.name != plan.collection.name:
                    raise InputError(
                        f"this is a result of {collection.name!r}, not of {plan.collection.name!r}",
                        where=str(log),
                    )
                calls = calls_of(collection)
                items = (id(call.item) for call in calls)
                places = dict(zip(items, _places_of(collection, calls), strict=True))
            case CallFinished(result=result) if result.failed:
                place = places.get(id(result.call.item))
                position = None if place is None else positions.get(place)
                if position is not None and result.iteration < plan.iterations:
                    failed.add((result.iteration, position))
            case _:
                pass
    return frozenset(failed), upstream_steps(config, failed) if failed else frozenset()


def _places_of(collection: Collection, calls: Sequence[Call]) -> Iterator[CallPlace]:
    """Yield the place of each call; calls of one path are told apart by their order in the collection."""
    seen: dict[tuple[str, ...], int] = {}
    places: dict[int, CallPlace] = {}
    for item in collection.items():
        number = seen.get(item.path, 0)
        seen[item.path] = number + 1
        places[id(item)] = (item.path, number)
    return (places[id(call.item)] for call in calls)
