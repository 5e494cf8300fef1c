"""Who is calling: the checks that the API gateway makes before a service sees a request."""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING

from harness.aep import problem
from harness.aep.access.sandboxes import Sandboxes
from harness.aep.caller import Caller
from harness.aep.tokens import TokenError
from harness.twin.tenant import Tenant

if TYPE_CHECKING:
    from harness.aep.platform import Platform
    from harness.aep.problem import Problem
    from harness.aep.settings import Organisation
    from harness.twin.message import ServedRequest

_JSON = frozenset({"application/json", "application/json-patch+json"})
_ORG_ID = re.compile(r"[0-9A-Za-z]{8,40}@AdobeOrg")


def bearer(header: str | None) -> str | None:
    """Token of an Authorization header: `Bearer x` in any case, or the bare token; None if empty."""
    if header is None:
        return None
    scheme, _, rest = header.strip().partition(" ")
    token = rest.strip() if scheme.lower() == "bearer" else header.strip()
    return token or None


def admit(
    platform: Platform, request: ServedRequest, *, json_only: bool = False, in_sandbox: bool = True
) -> Caller:
    """Check the platform's headers, in order, and say who calls.

    Codes and messages: Adobe's landing/troubleshooting guide. A missing sandbox header means the
    default sandbox, except when the settings are strict. With `in_sandbox` false the header is not
    looked at: the call is about the organisation.
    """
    headers = request.headers
    # 1. key present, 2. token present
    api_key = headers.get("x-api-key", "").strip()
    if not api_key:
        raise problem.gateway("403000", "Api Key is required")
    token = bearer(headers.get("authorization"))
    if token is None:
        raise problem.gateway("403010", "Oauth token is missing.")
    # 3. key known, 4. token good and the key's
    organisation = _organisation_of(platform, api_key)
    if organisation is None:
        raise problem.gateway("403003", "Api Key is invalid")
    try:
        claims = platform.tokens.verify(token)
    except TokenError:
        raise problem.gateway("401013", "Oauth token is not valid") from None
    if claims.client_id != api_key:
        raise problem.gateway("401013", "Oauth token is not valid")
    # 5. organisation named, 6. well-formed, 7. the token's
    org = headers.get("x-gw-ims-org-id", "").strip()
    if not org:
        raise problem.gateway("400003", "Missing header")
    if _ORG_ID.fullmatch(org) is None:
        raise problem.gateway("403027", "User region is missing")
    if org != organisation.org_id:
        raise problem.gateway("403025", "Profile is not valid")
    # 8. content type
    if json_only and request.announces_body and request.media_type not in _JSON:
        raise problem.bad_request("A valid content-type must be specified")
    # 9. sandbox
    given = headers.get("x-sandbox-name", "").strip() if in_sandbox else ""
    if in_sandbox and not given and platform.settings.strict:
        raise problem.flow(
            2105, 400, "Header is missing", "The header 'x-sandbox-name' is missing in the request."
        )
    sandbox = given or platform.settings.default_sandbox
    if in_sandbox and not platform.service(Sandboxes).exists(Tenant(org, sandbox)):
        raise sandbox_not_found(sandbox)
    return Caller(
        tenant=Tenant(org, sandbox),
        client_id=api_key,
        user_id=organisation.technical_account_id,
        sandbox_given=bool(given),
    )


def sandbox_not_found(name: str) -> Problem:
    """Answer for a sandbox that the organisation does not have (`2100-404`)."""
    return problem.flow(
        2100, 404, "Resource not found", f"The sandbox with the name '{name}' could not be found."
    )


def _organisation_of(platform: Platform, api_key: str) -> Organisation | None:
    found = None
    for organisation in platform.settings.organisations:
        if hmac.compare_digest(organisation.client_id.encode(), api_key.encode()):
            found = organisation
    return found
