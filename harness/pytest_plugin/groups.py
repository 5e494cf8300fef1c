"""Which items of a session stay on one of xdist's workers: told by the workers, read by who deals them out.

Only workers collect, and what they send to the controller are ids alone. So each writes the groups of its
items into a file, in a folder that the controller made.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

_FOLDER: Final = pytest.StashKey[Path]()
_INPUT: Final = "postman_groups"


def prepare_worker(config: pytest.Config, workerinput: dict[str, Any]) -> None:
    """Tell a worker where groups are written."""
    if _FOLDER not in config.stash:
        folder = Path(tempfile.mkdtemp(prefix="harness-groups-"))
        config.stash[_FOLDER] = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    workerinput[_INPUT] = str(config.stash[_FOLDER])


def worker_count(config: pytest.Config) -> int:
    """Return how many workers there are; one where xdist is not in use."""
    count: int = getattr(config, "workerinput", {}).get("workercount", 1)
    return count


def tell_groups(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    """Write the groups of items, in a worker; does nothing elsewhere."""
    folder = getattr(config, "workerinput", {}).get(_INPUT)
    if folder is None:
        return
    from harness.pytest_plugin.item import CallItem

    groups = {item.nodeid: item.group for item in items if isinstance(item, CallItem)}
    # Whole at once: the controller reads as soon as it knows of the items.
    part = Path(folder, f"{os.getpid()}.part")
    part.write_text(json.dumps(groups), encoding="utf-8")
    part.rename(part.with_suffix(".json"))


def read_groups(config: pytest.Config) -> Mapping[str, str]:
    """Return the groups by the ids of items, in the controller; all workers have written the same."""
    folder = config.stash.get(_FOLDER, None)
    written = sorted(folder.glob("*.json")) if folder is not None else []
    groups: dict[str, str] = json.loads(written[0].read_text("utf-8")) if written else {}
    return groups
