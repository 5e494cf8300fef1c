"""No authentication: stops the inheritance of one."""

from harness.client.auth.flow import Flow, Params, Send, Tools
from harness.client.draft import Draft


def flow(draft: Draft, _params: Params, _tools: Tools) -> Flow:
    """Send the request as it is."""
    yield Send(draft=draft)
