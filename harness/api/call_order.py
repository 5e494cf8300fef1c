"""The order of a plan's calls when they go side by side, with what the companion says of it."""

from collections.abc import Callable, Mapping, Sequence

from harness.api.call_choice import entries_by_item, planned_calls
from harness.api.preparation import collection_of, companion_of, rules_of
from harness.collection.companion import CallEntry, Companion, numbered
from harness.collection.model import Item
from harness.options.config import RunConfig
from harness.runner.chains import Chain, Companionship, chains
from harness.runner.order import Order, Wishes, order_of
from harness.runner.plan import Plan
from harness.runner.rules import CallRule
from harness.variables.environment import load_environment
from harness.variables.scope import Scope, Scopes


def call_order(
    companion: Companion, plan: Plan, rules: Mapping[int, CallRule], values: Mapping[str, str]
) -> Order:
    """Find out which calls of a plan wait for which; `values` are the variables known before the run."""
    return order_of(plan.calls, rules=rules, wishes=wishes_of(companion, plan), values=_fixed(plan, values))


def wishes_of(companion: Companion, plan: Plan) -> dict[int, Wishes]:
    """Return what the companion says of the order of calls, by position."""
    named = named_positions(companion, plan, lambda entry: (*entry.needs, *entry.after))
    said = entries_by_item(companion, plan.collection)
    return {
        position: Wishes(parallel=entry.parallel, after=named.get(position, frozenset()))
        for position, call in enumerate(plan.calls)
        if (entry := said.get(id(call.item))) is not None
    }


def _fixed(plan: Plan, values: Mapping[str, str]) -> dict[str, str]:
    """Leave out what data rows hold: it differs from iteration to iteration."""
    columns = {name for row in plan.rows for name in row}
    return {name: value for name, value in values.items() if name not in columns}


def planned_order(config: RunConfig) -> tuple[Plan, Order]:
    """Plan a run and the order of its calls; nothing is set up. Raises `HarnessError` for files at fault."""
    plan, companion, rules, values = _planned(config)
    return plan, call_order(companion, plan, rules, values)


def planned_chains(
    config: RunConfig, *, costs: Callable[[Plan], Sequence[float]], most: float
) -> tuple[Chain, ...]:
    """Plan a run and the chains of its calls; `costs` are by position, and `most` what a chain may cost.

    Raises `HarnessError` for files at fault.
    """
    plan, companion, rules, values = _planned(config)
    known = Companionship(
        rules=rules,
        wishes=wishes_of(companion, plan),
        needs=named_positions(companion, plan, lambda entry: entry.needs),
        values=_fixed(plan, values),
    )
    return chains(plan.calls, known, costs=costs(plan), most=most)


def _planned(config: RunConfig) -> tuple[Plan, Companion, dict[int, CallRule], dict[str, str]]:
    collection = collection_of(config.collection)
    companion = companion_of(config)
    plan = planned_calls(config, collection, companion)
    given = config.inputs.environment
    file = given if given is not None else companion.environment
    environment = load_environment(file).with_values(config.inputs.env_vars.items())
    scopes = Scopes(environment=environment.scope(), collection=Scope("collection", collection.variables))
    return plan, companion, rules_of(companion, collection, plan), known_values(scopes)


def named_positions(
    companion: Companion, plan: Plan, paths_of: Callable[[CallEntry], tuple[tuple[str, ...], ...]]
) -> dict[int, frozenset[int]]:
    """Return, by position, the positions of the calls that the companion names for a call."""
    places = {id(call.item): position for position, call in enumerate(plan.calls)}
    paths = [(path, entry) for path, entry in numbered(plan.collection.root) if isinstance(entry, Item)]
    return {
        places[item]: frozenset(
            places[id(other)]
            for named in paths_of(entry)
            for path, other in paths
            if path[: len(named)] == named and id(other) in places and id(other) != item
        )
        for item, entry in entries_by_item(companion, plan.collection).items()
        if item in places
    }


def known_values(scopes: Scopes) -> dict[str, str]:
    """Return the texts that win for each name before a run."""
    values: dict[str, str] = {}
    for scope in reversed(tuple(scopes)):
        values |= {one.key: one.value for one in scope if not one.disabled and isinstance(one.value, str)}
    return values
