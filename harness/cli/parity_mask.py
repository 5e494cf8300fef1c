"""Hiding secrets in what parity tells."""

from collections.abc import Iterable

from harness.cli.parity_side import ParitySide
from harness.client.message import ResolvedRequest
from harness.collection.load import load_collection
from harness.collection.model import Variable
from harness.errors import HarnessError
from harness.secrets.watch import Mask, SecretWatch


def mask_of(collection: str, sides: Iterable[ParitySide]) -> Mask:
    """Learn the secrets in a collection and in what was sent, answered and left in variables."""
    watch = SecretWatch()
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
