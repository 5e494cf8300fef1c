"""What a command is: its arguments, and its options under their headings."""

from collections.abc import Iterator
from typing import Final

from harness.lazy_dataclass import dataclass
from harness.options.config import options_on
from harness.options.only_run import ONLY_RUN
from harness.options.option import Argument, Option


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Options under a heading; an empty title is for those of the command itself."""

    title: str = ""
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command, or, with `tools`, a family of them: `harness cassette show`."""

    name: str
    help: str
    description: str = ""
    arguments: tuple[Argument, ...] = ()
    sections: tuple[Section, ...] = ()
    tools: tuple["Command", ...] = ()

    @property
    def options(self) -> Iterator[Option]:
        """All options in the order of the help."""
        for section in self.sections:
            yield from section.options


FORMAT: Final = Option(
    name="format",
    choices=("text", "json"),
    default="text",
    help="how it is told: for people (default), or as JSON for programs",
)
"""The option of commands that print what they found."""


def headed(*headings: str) -> tuple[Section, ...]:
    """Return the options of a run that stand under some headings."""
    options = (*options_on("cli"), *ONLY_RUN)
    return tuple(
        Section(title=heading, options=tuple(one for one in options if one.heading == heading))
        for heading in headings
    )
