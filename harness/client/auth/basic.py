"""User name and password (RFC 7617), in UTF-8."""

from base64 import b64encode

from harness.client.auth.flow import Flow, Params, Send, Tools
from harness.client.draft import Draft
from harness.client.url import utf8


def flow(draft: Draft, params: Params, _tools: Tools) -> Flow:
    """Send with an `Authorization` header in place of the author's."""
    pair = utf8(f"{params.text('username')}:{params.text('password')}")
    signed = draft.without("authorization").adding("Authorization", "Basic " + b64encode(pair).decode())
    yield Send(draft=signed)
