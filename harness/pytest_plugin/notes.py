"""What the plugin has to say at the end of the session, gathered from all of xdist's workers."""

from typing import Final

import pytest

_NOTES: Final = pytest.StashKey[list[str]]()
_KEY: Final = "postman_notes"


def add_note(config: pytest.Config, text: str) -> None:
    """Say something at the end; a worker of xdist hands it on."""
    config.stash.setdefault(_NOTES, []).append(text)
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output[_KEY] = config.stash[_NOTES]


def take_notes(config: pytest.Config, output: dict[str, object]) -> None:
    """Take in what a worker handed on."""
    given = output.get(_KEY)
    if isinstance(given, list):
        config.stash.setdefault(_NOTES, []).extend(map(str, given))


def notes(config: pytest.Config) -> list[str]:
    """Return what there is to say."""
    return config.stash.get(_NOTES, [])
