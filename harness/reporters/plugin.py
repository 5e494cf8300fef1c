"""Reporters of other packages, found by their entry points in the group `harness.reporters`.

Such a reporter is called with its options, and has `handle(event)`, where an event is the JSON object that a
line of the event log holds, secrets masked. It may have `close()`, whose answer is the file it wrote,
`options`, the names it takes, and `schema`, the newest version of events that it knows.
"""

import os
from pathlib import Path
from typing import Any

from harness.errors import HarnessError, UsageError
from harness.reporters.log.events_log import VERSION, EventEncoder
from harness.reporters.reporter import ReporterContext, ReporterKind, ReporterOptions
from harness.runner.events import Event


class PluginReporter:
    """Hands events to another package's reporter, whose mistakes do not disturb the run or other reports."""

    def __init__(
        self, name: str, kind: ReporterKind, options: ReporterOptions, context: ReporterContext
    ) -> None:
        self._name = name
        self._source = kind.source
        self._folder = context.cwd
        self._encoder = EventEncoder(context.mask)
        self._fault: Exception | None = None
        self._written: Path | None = None
        needs = getattr(kind.plugin, "schema", VERSION)
        if needs != VERSION:
            raise UsageError(
                f"the reporter {name!r} of {kind.source} knows version {needs} of events, not {VERSION}",
                where="--reporters",
                hint=f"install a version of {kind.source.partition(' ')[0]} that does",
            )
        try:
            self._made: Any = None if kind.plugin is None else kind.plugin(dict(options))
        except Exception as error:
            raise self._failed(error) from error

    @property
    def written(self) -> Path | None:
        """The file that the reporter says it wrote."""
        return self._written

    def handle(self, event: Event) -> None:
        """Hand an event on, until the reporter fails."""
        if self._fault is not None:
            return
        try:
            self._made.handle(self._encoder.tell(event))
        except Exception as error:  # noqa: BLE001 - whatever foreign code raises; `close` tells it
            self._fault = error

    def close(self) -> None:
        """Let the reporter finish. Raises `HarnessError` when it failed, now or before."""
        close = getattr(self._made, "close", None)
        try:
            if close is not None:
                written = close()
                if isinstance(written, str | os.PathLike):
                    self._written = Path(self._folder, written)
        except Exception as error:  # noqa: BLE001 - as above
            self._fault = self._fault or error
        if self._fault is not None:
            raise self._failed(self._fault) from self._fault

    def _failed(self, error: Exception) -> HarnessError:
        return HarnessError(
            f"the reporter {self._name!r} of {self._source} failed: {type(error).__name__}: {error}",
            where="--reporters",
            hint="tell its authors; the run and other reports are not touched",
        )
