"""The options that say what a run tells, and what it takes for a failure or a secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from harness.options.option import (
    BOTH,
    FLOW,
    WHAT,
    Option,
    setting,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


SECRET_PATTERN: Final = Option(
    name="secret-pattern",
    heading=WHAT,
    on=BOTH,
    kind="list",
    pairs="first",
    metavar="NAME=REGEX",
    help="take what matches, or its first group, for a secret; repeatable",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions:
    """What a run tells, and what it takes for a failure or a secret."""

    strict: bool = setting(
        False,
        Option(
            name="strict",
            heading=FLOW,
            on=BOTH,
            kind="flag",
            help="warnings fail the run: names that are not defined, recordings that are not played",
        ),
    )
    secret_patterns: Mapping[str, str] = setting(dict, SECRET_PATTERN)
