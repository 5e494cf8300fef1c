"""The OpenAPI description that a run is checked against, if any."""

import os
from typing import TYPE_CHECKING

from harness.collection.companion import Companion, bind
from harness.collection.model import Collection
from harness.errors import require_extra
from harness.options.config import RunConfig
from harness.runner.plan import Plan

if TYPE_CHECKING:
    from harness.contract.openapi.run_check import OpenApiCheck


def contract_of(
    config: RunConfig, companion: Companion, collection: Collection, plan: Plan
) -> "OpenApiCheck | None":
    """Read the description that is asked for, else the companion's.

    Raises `InputError` at the place of what is wrong in it, `MissingExtra` where it cannot be checked.
    """
    given = config.contract.openapi
    source = companion.openapi if given is None else os.fspath(given)
    if source is None:
        return None
    require_extra("contract", wanted="--openapi" if given is not None else "openapi in the companion")
    from harness.contract.openapi.run_check import open_check

    entries = dict(zip(map(id, collection.items()), bind(companion, collection), strict=True))
    bound = {position: entries.get(id(call.item)) for position, call in enumerate(plan.calls)}
    return open_check(
        source,
        servers=config.contract.openapi_servers,
        ignored=companion.ignored,
        entries={
            position: entry.openapi
            for position, entry in bound.items()
            if entry is not None and entry.openapi
        },
    )
