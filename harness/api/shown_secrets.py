"""The secrets that a run shows as it goes on, learnt before any reporter tells of them."""

from harness.api.set_up import RunSetUp
from harness.runner.results import CallResult


def learn_shown(set_up: RunSetUp, result: CallResult) -> None:
    """Learn the secrets in requests and answers of a call, and in variables that scripts set."""
    learn_exchanges(set_up, result)
    set_up.watch.learn_scopes(set_up.scopes)


def learn_exchanges(set_up: RunSetUp, result: CallResult) -> None:
    """Learn the secrets in requests and answers of a call; calls beside it may go on meanwhile."""
    watch = set_up.watch
    used = {one.name: one.value for one in result.variables}
    if result.request is not None and result.request.auth is not result.call.item.request.auth:
        # A script signed the call in its own way.
        watch.learn_auth(result.request.auth, used)
    for side in result.side:
        watch.learn_auth(side.auth)
    exchanges = (*(side.exchange for side in result.side), result.exchange)
    for hop in (hop for exchange in exchanges if exchange is not None for hop in exchange.hops):
        watch.learn_request(hop.request)
        watch.learn_response(hop.response)
    for exchange in exchanges:
        if exchange is not None and not exchange.hops:
            watch.learn_request(exchange.request)
