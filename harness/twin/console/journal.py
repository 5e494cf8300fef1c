"""Pages of the journal: the last calls with their bodies, and those that came since."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from harness.twin import problem
from harness.twin.call_log import CallLog
from harness.twin.console.paging import asked_for, span_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from starlette.responses import Response

    from harness.twin.message import ServedRequest
    from harness.twin.platform import TwinPlatform
    from harness.twin.store import Followed

_CALLS = 50
_RECORDS = 200


class JournalPages:
    """What the journal shows; `show` renders a template with the facts, for the request that asks.

    `streams` are the headings under which a call's page shows the records it left, by their stream; those of
    the streams in `always` are shown where there is no record, too.
    """

    def __init__(
        self,
        platform: TwinPlatform,
        show: Callable[[ServedRequest, str, dict[str, Any]], Response],
        streams: Mapping[str, str] | None = None,
        always: Collection[str] = (),
    ) -> None:
        self._log = platform.service(CallLog)
        self._store = platform.store
        self._streams = streams or {}
        self._always = tuple(title for name, title in self._streams.items() if name in always)
        self._show = show

    def log(self, request: ServedRequest, _: object) -> Response:
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

    def call(self, request: ServedRequest, _: object) -> Response:
        """`GET /_console/log/{number}`: a call, and what became of it: records it left, messages it sent."""
        number = request.params["number"]
        found = self._log.numbered(int(number)) if number.isascii() and number.isdigit() else None
        if found is None:
            raise problem.not_found(f"There is no call {number}, or it is one of the last no more")
        kept = self._store.between(*found.records, self._streams, limit=_RECORDS)
        facts = {
            "call": found,
            "followed": [
                (title, [_shown(one) for one in kept if one.stream == name], found.left.get(name, 0))
                for name, title in self._streams.items()
            ],
            "always": self._always,
            "most": len(kept) == _RECORDS,
        }
        return self._show(request, "call.html", facts)

    def rows(self, request: ServedRequest, _: object) -> Response:
        """`GET /_console/log/rows?after=&q=`: calls that came since, as rows of the page."""
        after = request.query.number("after", 0)
        calls = self._log.found(asked_for(request), after=after)[:_CALLS]
        return self._show(request, "log_rows.html", {"calls": calls})


def _shown(one: Followed) -> dict[str, Any]:
    """Record for the page: a message of a sink is shown as what was sent, which Kinesis keeps in base64."""
    body = one.body
    if isinstance(body, dict) and set(body) - {"hashKey"} == {"partitionKey", "data"}:
        body = _opened(str(body["data"]))
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return {"seq": one.seq, "at_ms": one.at, "key": one.key, "tenant": one.tenant, "text": text}


def _opened(data: str) -> str:
    try:
        return base64.b64decode(data, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return data
