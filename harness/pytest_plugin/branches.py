"""The branches of a collection: calls that need none of the others, so that workers may share them out."""

from dataclasses import dataclass

from harness.api.call_order import planned_chains
from harness.api.preparation import cassette_of, companion_of
from harness.options.config import RunConfig
from harness.runner.chains import Chain
from harness.runner.plan import Plan
from harness.runner.run import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Branches:
    """The branches of a plan; with `isolated` rows each row of each branch is one of its own."""

    chains: tuple[Chain, ...]
    iterations: int
    isolated: bool

    def name(self, step: Step) -> str:
        """Name the branch of a step."""
        number = next(at for at, chain in enumerate(self.chains) if step[1] in chain.calls)
        return f"{number}-{step[0]}" if self.isolated else str(number)

    def of(self, step: Step) -> tuple[frozenset[Step], frozenset[Step]]:
        """Return the steps of a step's branch, and those of others that have to be run for them."""
        chain = next(chain for chain in self.chains if step[1] in chain.calls)
        rows = [step[0]] if self.isolated else range(self.iterations)
        return (
            frozenset((row, position) for row in rows for position in chain.calls),
            frozenset((row, position) for row in rows for position in chain.set_up),
        )


def branches_of(config: RunConfig, plan: Plan, workers: int) -> Branches | None:
    """Return the branches of a plan for a number of workers; `None` for a recording, which is kept by one.

    Raises `HarnessError` for files at fault.
    """
    _, action = cassette_of(config, companion_of(config), plan)
    if workers < 2 or action not in {"live", "replay"}:
        return None
    most = len(plan.calls) / workers
    chains = planned_chains(config, costs=lambda plan: [1.0] * len(plan.calls), most=most)
    return Branches(chains=chains, iterations=plan.iterations, isolated=config.limits.isolate_rows)
