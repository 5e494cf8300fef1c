"""The steps of a run that others of it stand on, found before anything is set up."""

from collections.abc import Iterable

from harness.api.preparation import collection_of, companion_of, planned_calls, rules_of
from harness.collection.companion import bind, numbered
from harness.collection.model import Item
from harness.options.config import RunConfig
from harness.runner.run import Step
from harness.runner.upstream import upstream
from harness.variables.environment import load_environment


def upstream_steps(config: RunConfig, chosen: Iterable[Step]) -> frozenset[Step]:
    """Return the earlier steps that the chosen ones need, directly or not, within their own iteration.

    What the environment of today holds makes no difference: a call that sets a name is needed by those that
    use it. Raises `HarnessError` when a file cannot be read.
    """
    collection = collection_of(config.collection)
    plan = planned_calls(config, collection)
    companion = companion_of(config)
    rules = rules_of(companion, collection, plan)
    places = {id(call.item): position for position, call in enumerate(plan.calls)}
    paths = [(path, entry) for path, entry in numbered(collection.root) if isinstance(entry, Item)]
    needs: dict[int, frozenset[int]] = {}
    for item, entry in zip(collection.items(), bind(companion, collection), strict=True):
        if entry is None or id(item) not in places:
            continue
        needs[places[id(item)]] = frozenset(
            places[id(other)]
            for need in entry.needs
            for path, other in paths
            if path[: len(need)] == need and id(other) in places and other is not item
        )
    file = config.inputs.environment if config.inputs.environment is not None else companion.environment
    variables = (*collection.variables, *load_environment(file).variables)
    values = {one.key: one.value for one in variables if isinstance(one.value, str)} | dict(
        config.inputs.env_vars
    )
    by_iteration: dict[int, set[int]] = {}
    for iteration, position in chosen:
        by_iteration.setdefault(iteration, set()).add(position)
    return frozenset(
        (iteration, position)
        for iteration, positions in by_iteration.items()
        for position in upstream(plan.calls, positions, rules=rules, needs=needs, values=values)
    )
