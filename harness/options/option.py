"""What a row of the table of options can say."""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Final, Literal

from harness.lazy_dataclass import dataclass

OptionSurface = Literal["cli", "pytest"]
"""Where options are given: on the command line of `harness`, or to pytest."""

CLI: Final = frozenset[OptionSurface]({"cli"})
PYTEST: Final = frozenset[OptionSurface]({"pytest"})
BOTH: Final = CLI | PYTEST

WHAT: Final = "what is run"
LIMITS: Final = "limits"
FLOW: Final = "how it runs"
NETWORK: Final = "network"
CASSETTE: Final = "record, replay, local platform"
WARNINGS: Final = "warnings"
OUTPUT: Final = "output"

HEADINGS: Final = (WHAT, LIMITS, FLOW, WARNINGS, NETWORK, CASSETTE, OUTPUT)
"""The headings of a run's options, in the order of its help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option.

    `name` is its long spelling without dashes; pytest has it as `--postman-NAME` and `postman_name`. `short`
    is a letter, `aliases` are further long spellings. A `flag` takes no value and stands for `const`; a
    `list` may be given several times. The value of an `optional` one may be left out and is `bare` then.
    `read` makes a value of a text and raises `argparse.ArgumentTypeError`. `file` says that the value (of
    `pairs` the second part) names a file: shells complete it, and pytest takes one of the ini file relative
    to that. `pairs` says at which `=` the two parts of a value meet. Two options with one `dest` set the same
    thing. A `hidden` option is taken, but shown nowhere.
    """

    name: str
    help: str
    heading: str = ""
    on: frozenset[OptionSurface] = CLI
    short: str = ""
    aliases: tuple[str, ...] = ()
    kind: Literal["flag", "text", "list"] = "text"
    metavar: str = ""
    const: Any = True
    optional: bool = False
    bare: str | None = None
    choices: tuple[str, ...] | None = None
    read: Callable[[str], Any] | None = None
    default: Any = None
    required: bool = False
    file: bool = False
    pairs: Literal["", "first", "last"] = ""
    dest: str = ""
    hidden: bool = False

    @property
    def key(self) -> str:
        """The name under which a parser keeps the value: `iteration_data`."""
        return self.dest or self.name.replace("-", "_")

    @property
    def spellings(self) -> tuple[str, ...]:
        """All spellings on the command line, the short one first."""
        short = (f"-{self.short}",) if self.short else ()
        return (*short, f"--{self.name}", *(f"--{alias}" for alias in self.aliases))

    @property
    def shown_value(self) -> str:
        """How help and reference show the value; empty for a flag."""
        if self.kind == "flag":
            return ""
        return self.metavar or "|".join(self.choices or ()) or self.key.upper()

    @property
    def unset(self) -> Any:
        """What a parser keeps when nobody gives the option."""
        if self.kind == "list" and not self.optional:
            return []
        if self.kind == "flag" and isinstance(self.const, bool):
            return False
        return self.default


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One positional argument; `count` is argparse's `nargs`. Unless it has choices, it names a file."""

    name: str
    metavar: str
    help: str = ""
    count: str | None = None
    choices: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The values that were given in one place, by the keys of their options."""

    surface: OptionSurface
    values: Mapping[str, Any]

    def value(self, name: str) -> Any:
        """Return the value of an option; `None` when nobody gave it, or it cannot be given here."""
        return self.values.get(name.replace("-", "_"))

    def spelled(self, name: str) -> str:
        """Spell an option as it is given here."""
        return f"--postman-{name}" if self.surface == "pytest" else f"--{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The rows behind one field of a run's configuration.

    `keyword` is its name as a keyword of `run()`, when that is not the field's. `combine` makes the field's
    value of what was given, `None` for its default; without it the value is that of the one option that was
    given. `meaning` says what the field is where no option's help does. `instead` says what to use in place
    of a field that is going to be removed: whoever sets it is warned.
    """

    options: tuple[Option, ...] = ()
    keyword: str = ""
    meaning: str = ""
    combine: Callable[[Given], Any] | None = None
    instead: str = ""


def setting(
    default: Any,
    *options: Option,
    keyword: str = "",
    meaning: str = "",
    combine: Callable[[Given], Any] | None = None,
    instead: str = "",
) -> Any:
    """Declare a field of a run's configuration with the options that set it.

    A default that can be called (`dict`) is called for each configuration.
    """
    row = Setting(options=options, keyword=keyword, meaning=meaning, combine=combine, instead=instead)
    if callable(default):
        return field(default_factory=default, metadata={SETTING: row})
    return field(default=default, metadata={SETTING: row})


SETTING: Final = "setting"
"""The key of a field's metadata under which its `Setting` is."""


def camel(key: str) -> str:
    """Spell an option as newman's configuration file does."""
    first, *rest = key.split("_")
    return first + "".join(part.capitalize() for part in rest)
