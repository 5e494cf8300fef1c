"""Hiding secrets in what parity tells."""

from collections.abc import Iterable, Sequence

from harness.cli.parity_side import ParitySide
from harness.cli.parser import parse
from harness.cli.run_config import run_config
from harness.cli.terminal import Terminal
from harness.client.message import ResolvedRequest
from harness.collection.load import load_collection
from harness.collection.model import Variable
from harness.errors import HarnessError
from harness.secrets.watch import Mask, SecretWatch
from harness.variables.environment import load_environment


def given_variables(collection: str, flags: Sequence[str], terminal: Terminal) -> tuple[Variable, ...]:
    """Return the variables that a command line gives; of files that cannot be read there are none."""
    inputs = run_config(collection, parse(["run", collection, *flags])[0], terminal).inputs
    given = [Variable(key=name, value=value) for name, value in inputs.env_vars.items()]
    given += (Variable(key=name, value=value) for name, value in inputs.global_vars.items())
    for source in (inputs.environment, inputs.globals):
        try:
            given += load_environment(source).variables
        except HarnessError:
            continue
    return tuple(given)


def mask_of(collection: str, sides: Iterable[ParitySide], given: Iterable[Variable] = ()) -> Mask:
    """Learn the secrets in a collection, in what was given, sent and answered, and left in variables."""
    watch = SecretWatch()
    watch.learn_variables(given)
    try:
        watch.learn_collection(load_collection(collection))
    except HarnessError:
        # The runs say what is wrong with it.
        return watch.mask
    for side in sides:
        variables = side.outcome.variables.items()
        watch.learn_variables(Variable(key=str(name), value=value) for (_, name), value in variables)
        for one in side.exchanges:
            watch.learn_request(
                ResolvedRequest(method=one.method, url=one.url, headers=one.headers, body=one.body)
            )
            if one.response is not None:
                watch.learn_response(one.response)
    return watch.mask
