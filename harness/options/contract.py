"""The options that say which description of the service a run is checked against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.lazy_dataclass import dataclass
from harness.options.option import BOTH, FLOW, Option, setting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractOptions:
    """Which description of the service a run is checked against."""

    openapi: str | Path | None = setting(
        None,
        Option(
            name="openapi",
            heading=FLOW,
            on=BOTH,
            metavar="FILE",
            file=True,
            help="check requests and answers against this OpenAPI description, file or URL",
        ),
    )
    openapi_servers: Sequence[str] = setting(
        (),
        Option(
            name="openapi-server",
            heading=FLOW,
            on=BOTH,
            kind="list",
            metavar="URL",
            help="where the described service runs, beside the servers of the description; repeatable",
        ),
    )
