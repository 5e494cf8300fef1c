"""Marks that say where and how something is recorded, with the meaning they have for pytest-recording.

`vcr(*paths, record_mode=..., match_on=...)`, `default_cassette(name)`, `block_network(allowed_hosts=[...])`
and `allowed_hosts([...])`: on a test they are for the collections that it runs, on a collection for its run,
`block_network` also on single calls. (A `conftest.py` marks calls in `pytest_collection_modifyitems`, a
collection as a whole in `pytest_collectstart`.) With pytest-recording beside, which records what tests
themselves send, each keeps to files of its own.
"""

import re
from pathlib import Path
from typing import Any, Final

import pytest

from harness.errors import UsageError
from harness.pytest_plugin.run_settings import asked_mode

_SPELLED_OTHERWISE: Final = {"uri": "url", "raw_body": "body"}
_FORBIDDEN: Final = re.compile(r"[<>?%*:|\"'/\\]")


def marked_settings(node: pytest.Item | pytest.Collector, folder: Path | None = None) -> dict[str, Any]:
    """Return what the marks of a test or a collection ask of a run, as fields of its configuration.

    `folder` is where cassettes are, `None` for the usual one. Raises `UsageError` for a mark that makes no
    sense.
    """
    settings: dict[str, Any] = {}
    folder = folder or cassette_folder(node)
    name = default_cassette(node)
    if name is not None:
        settings["cassette"] = folder / own_name(node, name)
    marks = list(node.iter_markers("vcr"))
    besides = tuple(folder / path for mark in marks for path in mark.args)
    if besides:
        settings["cassettes_besides"] = besides
    asked = {key: value for mark in reversed(marks) for key, value in mark.kwargs.items()}
    if "record_mode" in asked and asked_mode(node.config) is None:
        settings["cassette_mode"] = str(getattr(asked["record_mode"], "value", asked["record_mode"]))
    if "match_on" in asked or asked.get("allow_playback_repeats"):
        from harness.cassettes.replay.match import DEFAULT, MatchRule

        on = tuple(_SPELLED_OTHERWISE.get(one, one) for one in asked.get("match_on", DEFAULT))
        settings["match"] = MatchRule(on=on, repeats=bool(asked.get("allow_playback_repeats")))
    allowed = allowed_hosts(node)
    if allowed:
        settings["allowed_hosts"] = allowed
    return settings


def default_cassette(node: pytest.Item | pytest.Collector) -> str | None:
    """Return the name of the cassette that a mark gives."""
    mark = node.get_closest_marker("default_cassette")
    if mark is None:
        return None
    if len(mark.args) != 1 or not isinstance(mark.args[0], str):
        raise UsageError(f"{node.nodeid}: the mark default_cassette needs the cassette's name")
    name = mark.args[0]
    return name if Path(name).suffix in {".yaml", ".yml", ".json"} else f"{name}.yaml"


def own_name(node: pytest.Item | pytest.Collector, name: str) -> str:
    """Return the name of a cassette; where pytest-recording has a file of that name, another."""
    beside = node.config.pluginmanager.has_plugin("recording") and not node.config.getoption(
        "disable_recording", default=False
    )
    if not (beside and isinstance(node, pytest.Function) and any(node.iter_markers("vcr"))):
        return name
    path = Path(name)
    return str(path.with_name(f"{path.stem}.postman{path.suffix}"))


def cassette_folder(node: pytest.Item | pytest.Collector) -> Path:
    """Return where the cassettes of a test or a collection are when nobody says."""
    return node.path.parent / "cassettes" / node.path.stem.removesuffix(".postman_collection")


def usual_cassette(node: pytest.Item) -> str:
    """Return the name of a test's cassette when nobody gives it one."""
    owner = getattr(node, "cls", None)
    name = f"{owner.__name__}.{node.name}" if owner is not None else node.name
    return own_name(node, _FORBIDDEN.sub("-", name) + ".yaml")


def allowed_hosts(node: pytest.Item | pytest.Collector) -> tuple[str, ...]:
    """Return which hosts the marks allow, or else pytest-recording's option: regular expressions."""
    block, allow = node.get_closest_marker("block_network"), node.get_closest_marker("allowed_hosts")
    given: Any = block.kwargs.get("allowed_hosts") if block is not None else None
    if not given and allow is not None:
        given = allow.args[0] if len(allow.args) == 1 else allow.args
    given = given or node.config.getoption("allowed_hosts", default=None) or ()
    hosts = tuple(given.split(",")) if isinstance(given, str) else tuple(given)
    for one in hosts:
        try:
            re.compile(one)
        except (re.error, TypeError) as error:
            raise UsageError(
                f"{node.nodeid}: allowed hosts are regular expressions, and {one!r} is none: {error}"
            ) from None
    return hosts


def fence(item: pytest.Item) -> tuple[str, ...] | None:
    """Return which hosts an item may reach that may not reach the network, `None` when it may reach any."""
    marked = item.get_closest_marker("block_network") is not None
    return allowed_hosts(item) if marked or item.config.getoption("block_network", default=False) else None
