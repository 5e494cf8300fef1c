"""Sessions of media players: the Media Edge API, and what the Web SDK sends of a player.

A session begins with the event `media.sessionStart` and lasts until its end is told, ten minutes without
an event, or half an hour in which the playhead stays where it is. Source: AdobeDocs/data-collection-apis,
endpoints/media and static/media-edge.yaml.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.aep.edge.refusals import media_error, media_refusal

if TYPE_CHECKING:
    from harness.aep.edge.call import EdgeCall
    from harness.aep.platform import Platform

START, END = "sessionStart", "sessionEnd"
_KIND = "media-session"
_SILENT_MS, _STILL_MS, _LONGEST_MS = 10 * 60_000, 30 * 60_000, 24 * 60 * 60_000
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_MISSING = "Missing required field"
_NO_MOMENT = (
    "Field should respect ISO 8601 standard for presenting date and time with offset to UTC"
    " (e.g. 2022-05-19T19:31:02Z, 2022-05-19T21:31:02+02:00, 2022-05-19T21:31:02.234+02:00)"
)

DETAILS: dict[str, tuple[str, ...]] = {
    "adBreakComplete": (),
    "adBreakStart": ("advertisingPodDetails",),
    "adComplete": (),
    "adSkip": (),
    "adStart": ("advertisingDetails",),
    "bitrateChange": ("qoeDataDetails",),
    "bufferStart": (),
    "chapterComplete": (),
    "chapterSkip": (),
    "chapterStart": ("chapterDetails",),
    "error": ("errorDetails",),
    "pauseStart": (),
    "ping": (),
    "play": (),
    "sessionComplete": (),
    END: (),
    "statesUpdate": (),
}
"""Calls about a session that runs, and what each needs beside the session's id and the playhead."""
_STARTED = ("sessionDetails.name", "sessionDetails.playerName", "sessionDetails.contentType",
            "sessionDetails.length", "sessionDetails.channel", "playhead")  # fmt: skip


class MediaSessions:
    """Sessions of an organisation's players, followed until they end."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store

    def begin(
        self, call: EdgeCall, events: list[dict[str, Any]]
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Begin a session for each event that starts one: handles, and errors of those that are not whole."""
        handles, errors = [], []
        for index, event in enumerate(events):
            xdm = event.get("xdm", {})
            if xdm.get("eventType") != f"media.{START}":
                continue
            missing = _missing("$.xdm", xdm, _STARTED)
            if missing:
                errors.append(media_error(index, missing))
                continue
            session_id = self._platform.ids.hex(64)
            self._keep(call, session_id, {}, xdm["mediaCollection"]["playhead"])
            payload = [{"sessionId": session_id}]
            handles.append({"payload": payload, "type": "media-analytics:new-session", "eventIndex": index})
        return handles, errors

    def follow(self, call: EdgeCall, action: str, events: list[dict[str, Any]]) -> None:
        """Take what a player tells of its session; a refusal says what is missing, or that it ended."""
        for index, event in enumerate(events):
            xdm = event.get("xdm", {})
            self.check_type(call, action, xdm)
            needed = ("sessionID", "playhead", *DETAILS[action])
            missing = _missing(f"$.events[{index}].xdm", xdm, needed)
            if missing:
                raise self._invalid(call, missing)
            media = xdm["mediaCollection"]
            held = self._running(call, str(media["sessionID"]))
            if action == END:
                self._store.delete(call.datastream.tenant, _KIND, str(media["sessionID"]))
            else:
                self._keep(call, str(media["sessionID"]), held, media["playhead"])

    def no_such_call(self, call: EdgeCall, action: str) -> Exception:
        """Build the refusal of a call that the Media Edge API does not have."""
        known = ", ".join((START, *DETAILS))
        return self._unknown(call, f"There is no call {action}; there are {known}")

    def check_type(self, call: EdgeCall, action: str, xdm: dict[str, Any]) -> None:
        """Refuse an event whose type is not that of the path it was sent to."""
        told = str(xdm.get("eventType", "")).removeprefix("media.")
        if told != action:
            details = f"The payload eventType {told} was different from the path eventType {action}"
            raise self._invalid(call, details)

    def _keep(self, call: EdgeCall, session_id: str, held: dict[str, Any], playhead: Any) -> None:
        now = self._platform.clock.now_ms()
        moved = held["movedMs"] if held and held["playhead"] == playhead else now
        body = {
            "startedMs": held.get("startedMs", now),
            "seenMs": now,
            "movedMs": moved,
            "playhead": playhead,
        }
        self._store.put(call.datastream.tenant, _KIND, session_id, body)

    def _running(self, call: EdgeCall, session_id: str) -> dict[str, Any]:
        held = self._store.get(call.datastream.tenant, _KIND, session_id)
        now = self._platform.clock.now_ms()
        if held is not None and now - held["startedMs"] > _LONGEST_MS:
            details = "The session is longer than 24 hours; start a new one."
            raise media_refusal(410, "Gone", details, {"details": details, **call.report})
        if held is None or now - held["seenMs"] > _SILENT_MS or now - held["movedMs"] > _STILL_MS:
            raise self._unknown(call, "There is no such session. One ends in silence, or after 24 hours.")
        return held

    @staticmethod
    def _unknown(call: EdgeCall, details: str) -> Exception:
        detail = "The requested resource could not be found."
        return media_refusal(404, "Not Found", detail, {"details": details, **call.report})

    @staticmethod
    def _invalid(call: EdgeCall, details: Any) -> Exception:
        detail = "Invalid request. Please check your input and try again."
        return media_refusal(400, "Bad Request", detail, {"details": details, **call.report})


def _missing(where: str, xdm: dict[str, Any], needed: tuple[str, ...]) -> list[dict[str, str]]:
    """Name the fields of `mediaCollection` that are not there, and a moment that is not one."""
    found = []
    for path in needed:
        node: Any = xdm.get("mediaCollection")
        for name in path.split("."):
            node = node.get(name) if isinstance(node, dict) else None
        if node is None:
            found.append({"name": f"{where}.mediaCollection.{path}", "reason": _MISSING})
    moment = xdm.get("timestamp")
    if moment is not None and not (isinstance(moment, str) and _MOMENT.fullmatch(moment)):
        found.append({"name": f"{where}.timestamp", "reason": _NO_MOMENT})
    return found
