"""What fails a run though no call of it failed: flaky calls, warnings, and that there was nothing to run."""

from collections.abc import Iterator

from harness.api.set_up import RunSetUp
from harness.reporters.units import counted
from harness.runner.plan import calls_of
from harness.runner.results import RunSummary, RunWarning


def rejections(set_up: RunSetUp, summary: RunSummary) -> Iterator[str]:
    """Yield the reasons for which a run is rejected, each with the option that asks for it or allows it."""
    if set_up.config.limits.fail_on_flaky and summary.flaky:
        yield f"{counted(summary.flaky, 'flaky call')} (--fail-on-flaky)"
    if not _may_be_empty(set_up) and any(one.kind == "no-requests" for one in summary.warnings):
        yield "nothing was run (--allow-empty lets it pass)"
    warned = sum(_fails(set_up, one) for one in summary.warnings)
    if warned:
        output = set_up.config.output
        options = [*(["--strict"] if output.strict else []), *(["--error-on"] if output.error_on else [])]
        yield f"{counted(warned, 'warning')} ({', '.join(options)})"


def _may_be_empty(set_up: RunSetUp) -> bool:
    # A folder of format v3 may be so as long as it says that it is a collection, as in Postman.
    collection = set_up.collection
    return collection.root.file is not None and not calls_of(collection)


def _fails(set_up: RunSetUp, warning: RunWarning) -> bool:
    known = set_up.baseline is not None and set_up.baseline.knows(warning)
    return set_up.config.output.policy.fails(warning) and not known
