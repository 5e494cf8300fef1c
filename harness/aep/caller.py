"""On whose behalf a request is made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """On whose behalf a request is made. An anonymous caller has empty fields."""

    org: str = ""
    sandbox: str = ""
    client_id: str = ""
    user_id: str = ""
    sandbox_given: bool = False


ANONYMOUS = Caller()
