"""What calls leave behind in variables, so that one folder or one call of a cassette replays alone.

A recording notes, when a call begins, what the calls before it changed. A replay that leaves calls out sets
what those would have set; what runs, sets its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from harness.cassettes.file.interaction import ClockStart
from harness.secrets.redactor import Redactor
from harness.variables.scope import MISSING, ScopeName, Scopes

Changes = Mapping[str, Mapping[str, Any]]
"""New values by scope and name."""

KEPT: Final[tuple[ScopeName, ...]] = ("local", "environment", "collection", "globals")
"""The scopes that outlast a call."""

_PLAIN: Final = (str, int, float, bool, type(None), list, dict)


class VariableWatch:
    """Tells what changed in the scopes since it was asked last. Values that are no JSON are left out."""

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes
        self._versions: dict[str, int] = {}
        self._seen: dict[str, dict[str, Any]] = {}
        self.changes()

    def changes(self) -> dict[str, dict[str, Any]]:
        """Return the changes since the last time."""
        changed: dict[str, dict[str, Any]] = {}
        for name in KEPT:
            scope = self._scopes.named(name)
            if self._versions.get(name) == scope.version:
                continue
            self._versions[name] = scope.version
            values = {
                one.key: one.value for one in scope if not one.disabled and isinstance(one.value, _PLAIN)
            }
            seen = self._seen.get(name, {})
            new = {key: value for key, value in values.items() if seen.get(key, MISSING) != value}
            self._seen[name] = values
            if new:
                changed[name] = new
        return changed


def redact_start(start: ClockStart, redactor: Redactor) -> ClockStart:
    """Return the start of a call without the secrets known so far."""
    return replace(
        start,
        call=tuple(redactor.call_name(name) for name in start.call),
        variables=_redacted(start.variables, redactor),
    )


def _redacted(value: Any, redactor: Redactor) -> Any:
    if isinstance(value, str):
        return redactor.text(value)
    if isinstance(value, Mapping):
        return {redactor.call_name(str(name)): _redacted(one, redactor) for name, one in value.items()}
    if isinstance(value, list):
        return [_redacted(one, redactor) for one in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        spelled = redactor.text(str(value))
        return value if spelled == str(value) else spelled
    return value


class LeftBehind:
    """Sets in a replay what the calls that it leaves out left behind. Its owner has the lock."""

    def __init__(self, starts: Sequence[ClockStart]) -> None:
        # Starts differ by a millisecond at least: their order is that of the recording.
        self._starts = sorted(starts, key=lambda one: one.start_ms)
        self._places: dict[tuple[object, ...], list[int]] = {}
        for place, one in enumerate(self._starts):
            self._places.setdefault((one.call, one.iteration, one.attempt), []).append(place)
        self._next = 0
        self._ran: set[int] = set()

    def begin(self, call: tuple[str, ...], iteration: int, attempt: int, visit: int, scopes: Scopes) -> None:
        """Prepare the variables for a call that begins now."""
        places = self._places.get((call, iteration, attempt), [])
        if visit >= len(places):
            return
        place = places[visit]
        for earlier in range(self._next, place + 1):
            if earlier - 1 not in self._ran:
                for scope, values in self._starts[earlier].variables.items():
                    if scope in KEPT:
                        for name, value in values.items():
                            _scope(scopes, scope).set(name, value)
        self._next = max(self._next, place + 1)
        self._ran.add(place)


def _scope(scopes: Scopes, name: str) -> Any:
    return next(scope for scope in scopes if scope.name == name)
