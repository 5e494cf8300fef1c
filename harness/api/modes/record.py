"""Running live, and keeping what is sent and answered in a cassette."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from hashlib import blake2b
from pathlib import Path
from typing import Any

from harness.api.set_up import RunSetUp
from harness.cassettes.file.parts import Parts
from harness.cassettes.modes import Action
from harness.cassettes.record.plan import RecordingPlan
from harness.cassettes.record.recording import Recording, RecordingOutcome, open_recording
from harness.cassettes.record.transport import OnceTransport
from harness.client.transport import Transport
from harness.collection.document import is_address
from harness.runner.events import RunFinished
from harness.runner.results import RunWarning
from harness.variables.draws import Draws


class RecordMode:
    """Requests are sent, unless the cassette is extended and holds their answer; all of them are recorded."""

    word = "record"

    def __init__(self, set_up: RunSetUp, parts: Parts, action: Action, *, once: bool) -> None:
        self._set_up = set_up
        self._parts = parts
        transport = set_up.transport()
        resume = set_up.config.cassette.resume
        self._recording: Recording = open_recording(
            parts,
            OnceTransport(transport, parts) if once else transport,
            redactor=set_up.watch.redactor,
            action=action,
            resume=resume == "continue",
            discard=resume == "discard",
            plan=RecordingPlan(
                collection=set_up.collection.name,
                collection_hash=_hash(set_up.collection.source),
                note="made against the local platform" if set_up.platform == "local" else "",
                seed=set_up.config.inputs.seed,
                environment=tuple(set_up.scopes.environment),
                secret_names=set_up.watch.names,
                other={"collection_file": _beside(set_up.collection.file, parts.path)},
            ),
        )
        set_up.stack.callback(self._recording.finish, complete=False)

    @property
    def outcome(self) -> RecordingOutcome | None:
        """How the recording ended, `None` while it goes on."""
        return self._recording.outcome

    def open(self) -> tuple[Transport, Draws]:
        """Send through the recording, and draw what it keeps."""
        self._recording.watch(self._set_up.scopes)
        return self._recording.transport, self._recording.draws

    def guard(self) -> AbstractContextManager[object]:
        """Guard nothing."""
        return nullcontext()

    def finish(self, finished: RunFinished, *, whole: bool) -> Iterator[RunWarning]:  # noqa: ARG002 - a verb of all
        """Put the recording into the place of the cassette."""
        requests = finished.summary.requests
        # A server that was down is not what anybody wants to replay in place of one that answered.
        useless = 0 < requests.total == requests.failed and bool(self._parts.files())
        outcome = self._recording.finish(complete=finished.error is None and not useless)
        if useless and outcome.journal is not None:
            outcome.journal.unlink(missing_ok=True)
            kept = f"no request was answered: the cassette {outcome.path} stays as it was"
            yield RunWarning(kind="cassette-kept", message=kept)
            return
        facts = finished.summary.facts
        facts["recorded"] = outcome.interactions
        facts["cassette"] = str(outcome.path if outcome.written else outcome.journal)
        if outcome.written and self._set_up.config.dialect.run.warns:
            # Secrets that stand in the cassette as they are, too short or common words.
            for text in outcome.warnings:
                yield RunWarning(kind="weak-secret", message=text, place=str(outcome.path))

    def fails(self) -> bool:
        """Leave it to the calls."""
        return False


def _beside(file: str, cassette: Path) -> str:
    """Name a collection's file as seen from the cassette's folder, for tools that need it again."""
    if not file or is_address(file):
        return file
    try:
        return Path(os.path.relpath(file, cassette.parent)).as_posix()
    except ValueError:  # on another drive of Windows
        return Path(file).absolute().as_posix()


def _hash(document: Mapping[str, Any]) -> str:
    """Name the content of a document, however it is laid out."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
