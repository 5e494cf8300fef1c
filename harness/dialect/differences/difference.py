"""What a row of the table of differences says."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Topic = Literal["scripts", "requests", "inputs", "results"]

TOPICS: Final[Mapping[Topic, str]] = MappingProxyType(
    {
        "scripts": "In scripts",
        "requests": "On the wire",
        "inputs": "In files and options",
        "results": "In results and reports",
    }
)
"""The headings under which the differences are listed."""

Trace = Literal["request", "assertion", "failure", "variable", "exit code", "console", "report", "output"]
"""Where a difference shows when two runs are compared; `output` is what is printed, and further files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialectDifference:
    """One kind of difference between newman and the default way of running.

    `newman` and `harness` say what each does about `what`. `answers` are the answers of a dialect that decide
    it, as `run.masks`: `--compat newman` gives newman's. Where there are none, every dialect has ours.
    `traces` are all the places in which it can show.
    """

    id: str
    topic: Topic
    what: str
    newman: str
    harness: str
    traces: tuple[Trace, ...]
    answers: tuple[str, ...] = ()
