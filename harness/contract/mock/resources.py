"""What clients of a mock made, changed and took away: the resources of the paths that were recorded so."""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from harness.cassettes.file.interaction import Interaction
from harness.client.message import ResolvedRequest, Response
from harness.client.url import split
from harness.collection.document import is_too_deep

CHANGING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})

_IDS: Final = ("id", "_id", "Id", "ID", "@id", "uuid", "key")


@dataclass(slots=True)
class MockResources:
    """The last change of each resource, by its path.

    `changed` is the number of the interaction that changed it last, `gone` are paths that were deleted,
    `state` what each is since: for paths that were not recorded with GET after the change.
    """

    changed: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    state: dict[str, dict[str, Any]] = field(default_factory=dict)

    def change(self, path: str, one: Interaction) -> None:
        """Take note that a recorded change was made again."""
        if one.response is None or one.response.status >= 400:
            return
        method = one.request.method
        target = made_path(path, one) if method == "POST" else path
        if target is None:
            return
        self.changed[target] = one.number
        if method == "DELETE":
            self.gone.add(target)
            self.state.pop(target, None)
        else:
            self.gone.discard(target)

    def clear(self) -> None:
        """Forget all."""
        self.changed.clear()
        self.gone.clear()
        self.state.clear()

    def settle(self, path: str, sent: ResolvedRequest, response: Response) -> None:
        """Take note of what a resource is after a change, from what was sent and answered."""
        if response.status >= 400 or sent.method == "DELETE":
            return
        given, answered = _object(sent.body), _object(response.body)
        if answered is not None and _id_of(answered) is None and given is not None and _id_of(given) is None:
            # What is answered wraps the resource, as its GET does.
            given = None
        old = self.state.get(path, {}) if sent.method == "PATCH" else {}
        made = {**old, **(given or {}), **(answered or {})}
        if made:
            self.state[path] = made


def _object(body: bytes | None) -> dict[str, Any] | None:
    try:
        document = json.loads(body or b"")
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and not is_too_deep(document) else None


def made_path(path: str, one: Interaction) -> str | None:
    """Return the path of what a recorded POST made: by the answer's `Location`, or the id in it."""
    response = one.response
    if response is None:
        return None
    location = response.header("location")
    if location:
        return (split(location).path if "://" in location else location.partition("?")[0]).rstrip("/")
    value = answered_id(response.body)
    return None if value is None else f"{path.rstrip('/')}/{value}"


def answered_id(body: bytes) -> str | None:
    """Return the id that an answer names, at its top or one level below."""
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    found = _id_of(document)
    if found is None and isinstance(document, dict):
        found = next((one for value in document.values() if (one := _id_of(value)) is not None), None)
    return found


def _id_of(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    for name in _IDS:
        given = value.get(name)
        if isinstance(given, str | int) and not isinstance(given, bool) and given != "":
            return str(given)
    return None
