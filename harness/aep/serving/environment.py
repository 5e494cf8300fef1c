"""Variables that lead a collection to the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.aep.access.credentials import Credentials
from harness.aep.flow.sink_variables import sink_variables

if TYPE_CHECKING:
    from harness.aep.platform import Platform


def environment(platform: Platform) -> dict[str, str]:
    """Variables for a collection.

    `IMS` and `DCS` are host and port, as collections write `https://{{IMS}}/…`; the others hold a
    scheme. `ACCESS_TOKEN` is empty: a collection gets one by its own first call.
    """
    settings = platform.settings
    host = settings.ims_host or platform.url.partition("://")[2]
    return {
        "IMS": host,
        "IMS_URL": platform.url,
        "PLATFORM_GATEWAY": platform.url,
        "DCS": host,
        "DCS_URL": platform.url,
        "API_KEY": settings.client_id,
        "CLIENT_SECRET": settings.client_secret,
        "IMS_ORG": settings.org_id,
        "SCOPES": settings.scopes,
        "META_SCOPE": settings.metascopes,
        "TECHNICAL_ACCOUNT_ID": settings.technical_account_id,
        "PRIVATE_KEY": Credentials().private_key_pem(settings.organisation) or "",
        "SANDBOX_NAME": settings.default_sandbox,
        "OTHER_SANDBOX_NAME": next(iter(settings.development_sandboxes), ""),
        "TENANT_ID": settings.tenant_id,
        "CONTAINER_ID": "tenant",
        "ACCESS_TOKEN": "",
        **sink_variables(platform),
    }
