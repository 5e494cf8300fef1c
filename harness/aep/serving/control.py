"""Paths of the harness itself that only this platform has; AEP has none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.aep import problem
from harness.twin import control
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints for tests: those of every platform, and one that mints a token."""

    def token(request: ServedRequest, _: Caller) -> Response:
        """`POST /_harness/token {client_id?, ttl_s?}`: a token, expired at once with `ttl_s: 0`."""
        wanted = request.document() if request.body.strip() else {}
        settings = platform.settings
        ttl_s = wanted.get("ttl_s", settings.token_ttl_s)
        if not isinstance(ttl_s, int) or isinstance(ttl_s, bool):
            raise problem.bad_request("ttl_s must be a whole number of seconds")
        client_id = wanted.get("client_id", settings.client_id)
        for organisation in settings.organisations:
            if organisation.client_id == client_id:
                minted = platform.tokens.issue(organisation, ttl_s=ttl_s)
                return answer({"access_token": minted, "token_type": "bearer", "expires_in": ttl_s})
        raise problem.bad_request(f"There is no client {client_id!r}")

    return [
        *control.routes(platform),
        Endpoint(method="POST", path="/_harness/token", handler=token, door="harness"),
    ]
