"""Pages of the journal: the last calls with their bodies, and those that came since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.twin.call_log import CallLog
from harness.twin.console.paging import asked_for, span_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from harness.twin.message import Request
    from harness.twin.platform import TwinPlatform

_CALLS = 50


class JournalPages:
    """What the journal shows; `show` renders a template with the facts, for the request that asks."""

    def __init__(
        self, platform: TwinPlatform, show: Callable[[Request, str, dict[str, Any]], Response]
    ) -> None:
        self._log = platform.service(CallLog)
        self._show = show

    def log(self, request: Request, _: object) -> Response:
        """`GET /_console/log?q=&page=`: the last calls, with their bodies."""
        asked = asked_for(request)
        found = self._log.found(asked)
        span = span_of(request, len(found), size=_CALLS)
        facts = {
            "calls": found[span.start : span.end],
            "span": span,
            "asked": asked,
            "most": _CALLS,
            "total": self._log.total,
        }
        return self._show(request, "log.html", facts)

    def rows(self, request: Request, _: object) -> Response:
        """`GET /_console/log/rows?after=&q=`: calls that came since, as rows of the page."""
        after = request.query.number("after", 0)
        calls = self._log.found(asked_for(request), after=after)[:_CALLS]
        return self._show(request, "log_rows.html", {"calls": calls})
