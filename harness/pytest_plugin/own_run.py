"""The run that a hand-written test asks for: what its marks and the options of pytest make of it."""

from pathlib import Path
from typing import Any

import pytest

from harness.api import LiveRun, RunConfig, cassette_in_use, planned
from harness.api.preparation import has_own_cassette
from harness.errors import HarnessError
from harness.pytest_plugin.blocked_calls import FencedTransport
from harness.pytest_plugin.marks import cassette_folder, fence, marked_settings, usual_cassette
from harness.pytest_plugin.notes import notes
from harness.pytest_plugin.run_opening import open_run
from harness.pytest_plugin.run_settings import run_config


class OwnRun:
    """A run of a collection for a test; `options` are the fields of its configuration that the test gives."""

    def __init__(self, request: pytest.FixtureRequest, collection: Path, options: dict[str, Any]) -> None:
        self._request = request
        self._node: pytest.Item = request.node
        self._collection = collection
        self._marked = marked_settings(self._node, self._folder())
        self._hosts = fence(self._node)
        self._given = {**self._marked, **options}

    @property
    def is_own(self) -> bool:
        """Whether the run differs from that of the collection itself, whose result will not do."""
        return bool(self._given) or self._hosts is not None

    def open(self) -> LiveRun:
        """Set the run up. Raises `HarnessError`."""
        settings = self._settings()
        hook = self._request.session.gethookproxy(self._collection)
        try:
            live = open_run(self._request.config, hook, self._collection, settings)
        except HarnessError:
            planned(settings)  # says of a cassette that is not there that it is this which is missing
            raise
        known, (files, _) = notes(self._request.config), cassette_in_use(settings, live.set_up.plan)
        known.cassettes += (str(one.resolve()) for one in files)
        hosts = self._hosts
        if live.mode.word == "live" and hosts is not None:
            session = live.context.session
            session.transport = FencedTransport(session.transport, lambda _: hosts)
        return live

    def _settings(self) -> RunConfig:
        settings = run_config(self._request.config, self._collection, **self._given)
        unnamed = settings.cassette.file is None and any(self._node.iter_markers("vcr"))
        if unnamed and not has_own_cassette(settings):
            name = self._folder() / usual_cassette(self._node)
            return run_config(self._request.config, self._collection, **{**self._given, "cassette": name})
        return settings

    def _folder(self) -> Path:
        """Return where the test's cassettes are: where pytest-recording, or the project, says they are."""
        try:
            return Path(self._request.getfixturevalue("vcr_cassette_dir"))
        except pytest.FixtureLookupError:
            return cassette_folder(self._node)
