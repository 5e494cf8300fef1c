"""Dealing out items to xdist's workers: a collection goes to one worker as a whole."""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

from harness.pytest_plugin import SUFFIX


class CollectionScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Keeps the calls of a collection together and in order; every other item is on its own."""

    def __init__(self, config: Any, log: Any = None) -> None:
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file.endswith(SUFFIX) else nodeid
