"""The options that say what a run tells, and what it takes for a failure or a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.errors import UsageError, choices
from harness.lazy_dataclass import dataclass
from harness.options.option import (
    BOTH,
    WARNINGS,
    WHAT,
    Option,
    setting,
)
from harness.warning_kinds import KINDS, WarningPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


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
            heading=WARNINGS,
            on=BOTH,
            kind="flag",
            help="take every warning for a failure, as of undefined names and recordings not played",
        ),
    )
    error_on: Sequence[str] = setting(
        (),
        Option(
            name="error-on",
            heading=WARNINGS,
            on=BOTH,
            kind="list",
            metavar="KIND",
            choices=tuple(KINDS),
            help="take warnings of this kind for failures; repeatable",
        ),
    )
    ignore_warnings: Sequence[str] = setting(
        (),
        Option(
            name="ignore-warning",
            heading=WARNINGS,
            on=BOTH,
            kind="list",
            metavar="KIND",
            choices=tuple(KINDS),
            help="tell of no warning of this kind, and let none fail; repeatable",
        ),
    )
    baseline: str | Path | None = setting(
        None,
        Option(
            name="baseline",
            heading=WARNINGS,
            metavar="FILE",
            file=True,
            help="let late failures and warnings that the file lists not fail the run, and say which of them "
            "no longer occur",
        ),
    )
    update_baseline: bool = setting(
        False,
        Option(
            name="update-baseline",
            heading=WARNINGS,
            kind="flag",
            help="write what the run finds into the file of --baseline, with today's date; entries that are "
            "there keep their dates and reasons",
        ),
    )
    secret_patterns: Mapping[str, str] = setting(dict, SECRET_PATTERN)

    def __post_init__(self) -> None:
        if self.update_baseline and not self.baseline:
            raise UsageError(
                "--update-baseline needs the file to write to",
                where="--update-baseline",
                hint="add --baseline FILE",
            )
        for option, kinds in (("--error-on", self.error_on), ("--ignore-warning", self.ignore_warnings)):
            for kind in kinds:
                if kind not in KINDS:
                    raise UsageError(
                        f"there is no kind of warning {kind!r}", where=option, hint=choices(kind, KINDS)
                    )

    @property
    def policy(self) -> WarningPolicy:
        """Which warnings are told, and which are failures."""
        errors, ignored = frozenset(self.error_on), frozenset(self.ignore_warnings)
        return WarningPolicy(strict=self.strict, errors=errors, ignored=ignored)
