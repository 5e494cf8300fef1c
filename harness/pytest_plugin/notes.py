"""What the plugin has to say at the end of the session, gathered from all of xdist's workers."""

from dataclasses import dataclass, field
from typing import Any, Final

import pytest

_KEY: Final = "postman_notes"

ASSERTION_MARK: Final = "postman_assertion"
"""The attribute, which workers of xdist send along, of reports that tell of an assertion of a call."""


@dataclass(slots=True)
class SessionNotes:
    """Lines to be said at the end, and what was seen of cassettes.

    `cassettes` are the files that collections of the session use, `apart` folders with files for each part
    of one, `collections` these themselves; all resolved. `partial` is set when some of what was collected was
    not selected. `passed_over` are collections that were not collected. All are such that xdist hands them
    on.
    """

    lines: list[str] = field(default_factory=list)
    cassettes: list[str] = field(default_factory=list)
    collections: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    partial: bool = False

    def take(self, others: dict[str, Any]) -> None:
        """Take in what a worker of xdist handed on."""
        self.lines += others["lines"]
        self.cassettes += others["cassettes"]
        self.collections += others["collections"]
        self.apart += others["apart"]
        self.passed_over += others["passed_over"]
        self.partial |= others["partial"]

    def handed_on(self) -> dict[str, Any]:
        """Return what a worker of xdist hands on."""
        return {
            "lines": self.lines,
            "cassettes": self.cassettes,
            "collections": self.collections,
            "apart": self.apart,
            "passed_over": self.passed_over,
            "partial": self.partial,
        }


_NOTES: Final = pytest.StashKey[SessionNotes]()


def notes(config: pytest.Config) -> SessionNotes:
    """Return the notes of this process."""
    return config.stash.setdefault(_NOTES, SessionNotes())


def add_note(config: pytest.Config, text: str) -> None:
    """Say something at the end."""
    notes(config).lines.append(text)


def hand_on(config: pytest.Config) -> None:
    """Hand the notes of a worker of xdist on; does nothing elsewhere."""
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output[_KEY] = notes(config).handed_on()


def take_notes(config: pytest.Config, output: dict[str, Any]) -> None:
    """Take in what a worker handed on."""
    given = output.get(_KEY)
    if isinstance(given, dict):
        notes(config).take(given)
