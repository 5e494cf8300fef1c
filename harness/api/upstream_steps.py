"""The steps of a run that others of it stand on, found before anything is set up."""

from collections.abc import Iterable

from harness.api.call_choice import planned_calls
from harness.api.call_order import named_positions
from harness.api.preparation import collection_of, companion_of, rules_of
from harness.options.config import RunConfig
from harness.runner.run import Step
from harness.runner.upstream import upstream
from harness.variables.environment import load_environment


def upstream_steps(config: RunConfig, chosen: Iterable[Step]) -> frozenset[Step]:
    """Return the earlier steps that the chosen ones need, directly or not, within their own iteration.

    Set-up and teardown of the run are needed by all. What the environment of today holds makes no difference:
    a call that sets a name is needed by those that use it. Raises `HarnessError` when a file cannot be read.
    """
    collection = collection_of(config.collection)
    companion = companion_of(config)
    plan = planned_calls(config, collection, companion)
    rules = rules_of(companion, collection, plan)
    needs = named_positions(companion, plan, lambda entry: entry.needs)
    file = config.inputs.environment if config.inputs.environment is not None else companion.environment
    variables = (*collection.variables, *load_environment(file).variables)
    values = {one.key: one.value for one in variables if isinstance(one.value, str)} | dict(
        config.inputs.env_vars
    )
    by_iteration: dict[int, set[int]] = {}
    for iteration, position in chosen:
        by_iteration.setdefault(iteration, set()).add(position)
    return plan.once | frozenset(
        (iteration, position)
        for iteration, positions in by_iteration.items()
        for position in upstream(plan.calls, positions, rules=rules, needs=needs, values=values)
    )
