"""What the end of a run says in pytest: its warnings, and what became of the recording."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from harness.api.modes.mode import Mode
from harness.pytest_plugin.drive import Drive
from harness.pytest_plugin.failure import harmless
from harness.pytest_plugin.notes import add_note
from harness.reporters.units import counted
from harness.runner.events import RunFinished
from harness.runner.results import RunWarning


def failing_warnings(drive: Drive, node: pytest.Collector, *, early: bool) -> list[str]:
    """Say what the run warned of as a whole, and return what of it fails it."""
    live, warnings = drive.live, list(drive.warnings)
    if drive.finished is not None and drive.whole and not early:
        warnings += _not_played(live.mode, drive.finished)
    # This one fails the run by itself.
    expired = live.set_up.use.expired if live.mode.fails() else None
    failing: list[str] = []
    for one in warnings:
        text = harmless(live.mask)(one.message + (f"\n  --> {one.place}" if one.place else ""))
        if live.set_up.config.output.policy.fails(one) or (
            expired is not None and one.message == expired.message
        ):
            failing.append(text)
        else:
            add_note(node.config, f"{node.nodeid}: {text}")
    return failing


def _not_played(mode: Mode, finished: RunFinished) -> Iterable[RunWarning]:
    from harness.api.modes.replay import ReplayMode

    return mode.not_played(finished) if isinstance(mode, ReplayMode) else ()


def tell_recording(drive: Drive, node: pytest.Collector) -> None:
    """Say what was recorded into which cassette, or that the recording is not complete."""
    mode, parts = drive.live.mode, drive.live.set_up.use.parts
    if mode.word != "record" or parts is None:
        return
    from harness.api.modes.record import RecordMode

    facts: Mapping[str, Any] = drive.finished.summary.facts if drive.finished else {}
    cassette = str(parts.path)
    if facts.get("cassette") != cassette:
        unfinished = f"the recording is not complete, and {cassette} is as it was"
        text = f"{unfinished}; continue with --postman-resume=continue"
        add_note(node.config, f"{node.nodeid}: {text}")
        return
    into = cassette if parts.folder is None else f"{parts.folder}{os.sep}"
    add_note(node.config, f"{node.nodeid}: {counted(facts['recorded'], 'interaction')} recorded into {into}")
    outcome = mode.outcome if isinstance(mode, RecordMode) else None
    if outcome is not None and outcome.beside is not None:
        text = f"{outcome.beside} stays, since it holds calls that were not recorded now"
        add_note(node.config, f"{node.nodeid}: {text}")
