"""Fields of a run's configuration that are made of more than the value of one option."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from harness.dialect import DIALECTS, EXACT, Dialect
from harness.errors import UsageError
from harness.options.option import Given, Option

if TYPE_CHECKING:
    from harness.cassettes.replay.match import MatchRule


def assignments(name: str) -> Callable[[Given], dict[str, str] | None]:
    """Return what reads each `KEY=VALUE` of an option that sets variables."""

    def read(given: Given) -> dict[str, str] | None:
        texts = given.value(name)
        if not texts:
            return None
        from harness.variables.environment import parse_assignment

        answers = dialect_of(given).inputs
        return dict(parse_assignment(text, given.spelled(name), answers=answers) for text in texts)

    return read


def dialect_of(given: Given) -> Dialect:
    """Return the dialect in which the run is."""
    name = given.value("compat")
    return EXACT if name is None else DIALECTS[name]


def with_companion(given: Given) -> bool:
    """Tell whether the companion beside the collection counts."""
    return dialect_of(given).inputs.companion and not given.value("no-companion")


def beside_allowed(given: Given) -> bool:
    """Tell whether file bodies may lie beside the collection, where nothing says which files may be read."""
    return given.value("working-dir") is None and not given.value("no-insecure-file-read")


def outside_allowed(given: Given) -> bool:
    """Tell whether file bodies may come from anywhere; in some dialects they may unless that is refused."""
    anywhere = dialect_of(given).inputs.files_from_anywhere and not given.value("no-insecure-file-read")
    return bool(given.value("allow-outside")) or anywhere


def match_rule(given: Given) -> "MatchRule | None":
    """Return how a replay finds its answers, `None` when nothing is said of it."""
    on, repeats, order = (given.value(f"match-{part}") for part in ("on", "repeats", "order"))
    if not (on or repeats or order):
        return None
    from harness.cassettes.replay.match import DEFAULT, MatchRule

    parts = tuple(part.strip() for part in on.split(",")) if on else DEFAULT
    return MatchRule(on=parts, repeats=bool(repeats), strict_order=bool(order))


def expressions(name: str) -> Callable[[Given], tuple[str, ...] | None]:
    """Return what checks that each value of an option is a regular expression."""

    def read(given: Given) -> tuple[str, ...] | None:
        texts = tuple(given.value(name) or ())
        for text in texts:
            try:
                re.compile(text)
            except re.error as error:
                raise UsageError(
                    f"{given.spelled(name)} is no regular expression: {text!r}: {error}"
                ) from None
        return texts or None

    return read


def pair(text: str, option: Option, spelled: str) -> tuple[str, str]:
    """Read a value that has two parts. Raises `UsageError` when one of them is missing."""
    name, equals, value = text.rpartition("=") if option.pairs == "last" else text.partition("=")
    if not name or not equals or not value:
        raise UsageError(f"{spelled} needs {option.metavar}, not {text!r}", where=spelled)
    return name, value
