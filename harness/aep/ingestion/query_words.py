"""Query parameters that ingestion knows: another is left aside, and the log says so."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.twin.message import ServedRequest

_LOG = logging.getLogger("harness.aep")
_KNOWN = frozenset(
    {
        "action",
        "charset",
        "delimiter",
        "escape",
        "format",
        "header",
        "isMultiLineJson",
        "nrow",
        "quote",
        "syncValidation",
        "synchronousValidation",
        "x-adobe-flow-id",
    }
)


def tell_unknown_words(request: ServedRequest) -> None:
    """Log the query parameters that mean nothing to ingestion: a typing mistake is easily made."""
    for name in dict.fromkeys(name for name, _ in request.query.pairs if name not in _KNOWN):
        _LOG.warning(
            "%s %r: the query parameter %r means nothing to ingestion, which knows %s",
            request.method,
            request.path,
            name[:80],
            ", ".join(sorted(_KNOWN)),
        )
