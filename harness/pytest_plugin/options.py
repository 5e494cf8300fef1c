"""The plugin's options, each on the command line and in the ini file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option: `--postman-NAME` and `postman_NAME`."""

    name: str
    help: str
    kind: str = "text"
    metavar: str = "VALUE"


OPTIONS: Final = (
    Option(name="live", kind="flag", help="send the requests; without it nothing leaves the machine"),
    Option(name="record", kind="flag", help="send the requests and record them into the cassette"),
    Option(name="cassette", metavar="FILE", help="the cassette, in place of the companion's"),
    Option(name="environment", metavar="FILE", help="environment file, in place of the companion's"),
    Option(name="globals", metavar="FILE", help="globals file"),
    Option(name="data", metavar="FILE", help="data rows, JSON or CSV; each row is an iteration"),
    Option(name="env-var", kind="list", metavar="KEY=VALUE", help="set an environment variable; repeatable"),
    Option(name="platform", metavar="local", help="start a platform for live runs: local"),
)


def add_options(parser: pytest.Parser) -> None:
    """Add all options to pytest's parser."""
    group = parser.getgroup("postman", "Postman collections")
    for option in OPTIONS:
        flag, ini = f"--postman-{option.name}", f"postman_{option.name.replace('-', '_')}"
        match option.kind:
            case "flag":
                group.addoption(flag, action="store_true", default=None, help=option.help)
                parser.addini(ini, option.help, type="bool", default=False)
            case "list":
                group.addoption(flag, action="append", default=None, metavar=option.metavar, help=option.help)
                parser.addini(ini, option.help, type="linelist", default=[])
            case _:
                group.addoption(flag, default=None, metavar=option.metavar, help=option.help)
                parser.addini(ini, option.help, type="string", default="")


def option_value(config: pytest.Config, name: str) -> Any:
    """Return an option's value: the command line's, else the ini file's; `None` for an empty text."""
    key = f"postman_{name.replace('-', '_')}"
    given = config.getoption(key)
    if given is not None:
        return given
    value = config.getini(key)
    return None if value == "" else value


def file_option(config: pytest.Config, name: str) -> str | None:
    """Return an option that names a file; one of the ini file is relative to the folder of that file."""
    key = f"postman_{name.replace('-', '_')}"
    given = config.getoption(key)
    if given is not None:
        return str(given)
    value = str(config.getini(key) or "")
    if not value or "://" in value:
        return value or None
    base = config.inipath.parent if config.inipath else Path()
    return str(base / value)
