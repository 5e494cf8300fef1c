"""Identity Management: access tokens by OAuth client credentials and by the older JWT exchange."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.access.credentials import Credentials, JwtError
from harness.twin.forms import fields
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.aep.settings import Organisation

_VERSION = re.compile(r"v[1-9][0-9]*")


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of the service."""
    ims = Ims(platform)
    return [
        Endpoint(method="POST", path="/ims/token/{version}", handler=ims.token, door="open"),
        Endpoint(method="POST", path="/ims/exchange/jwt", handler=ims.exchange, door="open"),
    ]


class Ims:
    """Issues tokens."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def token(self, request: ServedRequest, _: Caller) -> Response:
        """`POST /ims/token/v3`: grant `client_credentials`; `expires_in` is in seconds."""
        if _VERSION.fullmatch(request.params["version"]) is None:
            raise problem.no_such_path(request.method, request.path)
        given = fields(request)
        grant = given.get("grant_type", "")
        if grant != "client_credentials":
            raise problem.ims(400, "unsupported_grant_type", f"unsupported grant_type parameter: {grant!r}")
        organisation = self._client(given)
        allowed = set(self._platform.settings.scopes.split(","))
        wanted = [scope for scope in re.split(r"[,\s]+", given.get("scope", "")) if scope]
        unknown = [scope for scope in wanted if scope not in allowed]
        if not wanted or unknown:
            detail = f"unknown scope: {', '.join(unknown)}" if unknown else "scope is missing"
            raise problem.ims(400, "invalid_scope", detail)
        token = self._platform.tokens.issue(organisation, scope=",".join(wanted))
        return answer(
            {
                "access_token": token,
                "token_type": "bearer",
                "expires_in": self._platform.settings.token_ttl_s,
            }
        )

    def exchange(self, request: ServedRequest, _: Caller) -> Response:
        """`POST /ims/exchange/jwt`: an RS256 JWT for a token; `expires_in` is in milliseconds."""
        given = fields(request)
        # 1. the client
        organisation = self._client(given)
        if not self._platform.settings.metascopes:
            raise problem.ims(401, "invalid_client", "the client lacks the scope exchange_jwt")
        # 2. the JWT and its signature
        token = given.get("jwt_token", "")
        if not token:
            raise problem.ims(400, "invalid_token", "jwt_token is missing")
        try:
            claims = Credentials().claims(organisation, token)
        except JwtError as error:
            kind = "invalid_signature" if error.signature else "invalid_token"
            raise problem.ims(400, kind, str(error)) from None
        # 3. its claims
        self._check_claims(organisation, claims)
        # 4. its metascopes
        allowed = self._platform.settings.metascopes.split(",")
        wanted = [
            name.rpartition("/s/")[2] for name, value in claims.items() if "/s/" in name and value is True
        ]
        unknown = [scope for scope in wanted if scope not in allowed]
        if not wanted or unknown:
            detail = f"unknown metascope: {', '.join(unknown)}" if unknown else "no metascope"
            raise problem.ims(400, "invalid_scope", detail)
        ttl_s = self._platform.settings.token_ttl_s
        return answer(
            {
                "token_type": "bearer",
                "access_token": self._platform.tokens.issue(organisation, scope=",".join(wanted)),
                "expires_in": ttl_s * 1000,
            }
        )

    def _client(self, given: dict[str, str]) -> Organisation:
        client_id = given.get("client_id", "")
        for organisation in self._platform.settings.organisations:
            if hmac.compare_digest(organisation.client_id.encode(), client_id.encode()):
                secret = given.get("client_secret", "")
                if hmac.compare_digest(organisation.client_secret.encode(), secret.encode()):
                    return organisation
                raise problem.ims(401, "invalid_client", "invalid client_secret parameter")
        raise problem.ims(400, "invalid_client", "invalid client_id parameter")

    def _check_claims(self, organisation: Organisation, claims: dict[str, Any]) -> None:
        for name in ("exp", "jti"):
            value = claims.get(name)
            if (value is not None or name == "exp") and (
                not isinstance(value, int) or isinstance(value, bool)
            ):
                raise problem.ims(400, "invalid_token", f"{name} is not an integer")
        if claims["exp"] * 1000 <= self._platform.clock.now_ms():
            raise problem.ims(400, "invalid_token", "the JWT is expired")
        for name, right in (
            ("iss", organisation.org_id),
            ("sub", organisation.technical_account_id),
        ):
            if claims.get(name) != right:
                raise problem.ims(400, "bad_request", f"{name} is not that of the integration")
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if not any(
            isinstance(one, str)
            and one.startswith(("https://", "http://"))
            and one.endswith(f"/c/{organisation.client_id}")
            for one in audiences
        ):
            raise problem.ims(400, "invalid_client", "client_id and the JWT's aud disagree")
