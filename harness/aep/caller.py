"""On whose behalf a request is made."""

from __future__ import annotations

from dataclasses import dataclass

from harness.twin.tenant import NOWHERE, Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """On whose behalf a request is made. An anonymous caller has empty fields."""

    tenant: Tenant = NOWHERE
    client_id: str = ""
    user_id: str = ""
    sandbox_given: bool = False


ANONYMOUS = Caller()
