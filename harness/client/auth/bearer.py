"""A bearer token in the `Authorization` header (RFC 6750); without a token nothing is added."""

from harness.client.auth.flow import Flow, Params, Send, Tools
from harness.client.draft import Draft


def flow(draft: Draft, params: Params, _tools: Tools) -> Flow:
    """Send with an `Authorization` header in place of the author's."""
    if not params["token"]:
        yield Send(draft=draft)
        return
    token = params.text("token")
    yield Send(draft=draft.without("authorization").adding("Authorization", f"Bearer {token}"))
