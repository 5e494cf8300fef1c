"""Running offline, out of a cassette."""

import os
import shlex
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from harness.api.set_up import RunSetUp
from harness.cassettes.file.expiry import oldest, spell
from harness.cassettes.file.interaction import Interaction
from harness.cassettes.file.parts import Parts
from harness.cassettes.replay.offline_guard import OfflineGuard
from harness.cassettes.replay.transport import Replay, open_replay
from harness.client.transport import Transport
from harness.runner.events import RunFinished
from harness.runner.results import RunWarning
from harness.variables.draws import Draws


class ReplayMode:
    """Requests are answered from a cassette, and connections are refused while the run runs."""

    word = "replay"

    def __init__(self, set_up: RunSetUp, parts: Parts) -> None:
        self._set_up = set_up
        self._parts = parts
        config = set_up.config
        self._today = set_up.environment_texts()
        self._replay: Replay = open_replay(
            parts,
            rule=config.cassette.match,
            latency=config.cassette.replay_latency,
            redactor=set_up.watch.redactor,
            environment=self._today,
            command=self._record_again(),
        )
        self._guard = OfflineGuard(patterns=tuple(config.cassette.allowed_hosts))

    def open(self) -> tuple[Transport, Draws]:
        """Answer from the cassette, and draw what it holds.

        What the recording's environment held is filled in where today's says nothing. Of secrets it holds
        what the recorded answers hold, so scripts that compare the two find them equal.
        """
        hidden = self._replay.secrets()
        for name, value in self._replay.environment().items():
            if not self._today.get(name) or name not in self._set_up.chosen or name in hidden:
                self._set_up.scopes.environment.set(name, value)
        self._replay.watch(self._set_up.scopes, self._set_up.collection)
        return self._replay.transport, self._replay.draws

    def guard(self) -> AbstractContextManager[object]:
        """Refuse connections."""
        return self._guard

    def finish(self, finished: RunFinished, *, whole: bool) -> Iterator[RunWarning]:
        """Tell what was replayed, how old it is, and what of it was not played."""
        facts = finished.summary.facts
        facts["replayed"] = str(self._parts.path)
        age = oldest(self._replay.cassette.interactions)
        if age is not None:
            facts["cassette_age"] = spell(age)
        facts["unused"] = len(self._replay.unused())
        facts["connections_attempted"] = len(self._guard.attempts)
        inputs = self._set_up.config.inputs
        part = inputs.partial or self._set_up.collection.target is not None
        if whole and not part and self._set_up.config.dialect.run.warns:
            yield from self.not_played(finished)

    def fails(self) -> bool:
        """Tell whether the recording is older than it may be."""
        expired = self._set_up.use.expired
        return expired is not None and expired.rule.consequence == "fail"

    def unused(self) -> tuple[Interaction, ...]:
        """Return what was not played so far."""
        return self._replay.unused()

    def not_played(self, finished: RunFinished) -> Iterator[RunWarning]:
        """Tell of recorded interactions that were not played, though the run came to its end."""
        unused = self._replay.unused()
        if finished.error is not None or finished.summary.misses or not unused:
            return
        first = unused[0]
        yield RunWarning(
            kind="unplayed-recording",
            message=f"not played from the cassette: {len(unused)}, first {first.request.method} "
            f"{first.request.url}; `harness cassette prune` drops what is not played",
            place=" / ".join(first.context.call),
        )

    def _record_again(self) -> str:
        """Tell the command that records the whole cassette anew, with the files of this run."""
        inputs = self._set_up.config.inputs
        words = ["harness", "run", self._set_up.collection.file]
        for option, file in (("-e", inputs.environment), ("-g", inputs.globals), ("-d", inputs.data)):
            if isinstance(file, (str, Path)):
                words += [option, os.fspath(file)]
        return f"record it again: {shlex.join([*words, '--record', os.fspath(self._parts.path)])}"
