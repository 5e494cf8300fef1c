"""The options that only pytest has, and all that it has."""

from collections.abc import Iterator
from typing import Final

from harness.options.config import options_on
from harness.options.option import PYTEST, Option

ONLY_PYTEST: Final = (
    Option(
        name="live", on=PYTEST, kind="flag", help="send the requests; without it nothing leaves the machine"
    ),
    Option(name="record", on=PYTEST, kind="flag", help="send the requests and record them into the cassette"),
    Option(
        name="upstream",
        on=PYTEST,
        kind="flag",
        help="live, send also the calls that the selected ones need; a replay runs them anyway",
    ),
    Option(
        name="dist",
        on=PYTEST,
        choices=("collection", "branch"),
        help="what of a collection one of xdist's workers gets: all of it (default), or branches that need "
        "none of the others",
    ),
    Option(
        name="html",
        on=PYTEST,
        metavar="FILE",
        file=True,
        help="write the HTML report of all collections that are run",
    ),
)


def _all() -> Iterator[Option]:
    yield from ONLY_PYTEST
    yield from options_on("pytest")


PYTEST_OPTIONS: Final = {option.name: option for option in _all()}
"""All options of the plugin by name."""
