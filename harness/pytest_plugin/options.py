"""The plugin's options, each on the command line and in the ini file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pytest


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option: `--postman-NAME` and `postman_NAME`."""

    name: str
    help: str
    kind: Literal["flag", "list", "text"] = "text"
    metavar: str = "VALUE"
    choices: tuple[str, ...] | None = None


RECORD_MODES: Final = ("none", "once", "new_episodes", "all", "rewrite")

OPTIONS: Final = (
    Option(name="live", kind="flag", help="send the requests; without it nothing leaves the machine"),
    Option(name="record", kind="flag", help="send the requests and record them into the cassette"),
    Option(
        name="record-mode",
        metavar="MODE",
        choices=RECORD_MODES,
        help="what to do with the cassette, in the words of vcrpy: none (replay it), once (record when it "
        "is not there), new_episodes (replay, record what is missing), all (record, keep what is not sent), "
        "rewrite (record anew)",
    ),
    Option(
        name="resume",
        metavar="HOW",
        choices=("continue", "discard"),
        help="what becomes of an interrupted recording: continue it, or discard it",
    ),
    Option(
        name="upstream",
        kind="flag",
        help="live, send also the calls that the selected ones need; a replay runs them anyway",
    ),
    Option(name="cassette", metavar="FILE", help="the cassette, in place of the companion's"),
    Option(name="environment", metavar="FILE", help="environment file, in place of the companion's"),
    Option(name="globals", metavar="FILE", help="globals file"),
    Option(name="data", metavar="FILE", help="data rows, JSON or CSV; each row is an iteration"),
    Option(name="iteration-count", metavar="N", help="how many iterations, in place of one a data row"),
    Option(name="env-var", kind="list", metavar="KEY=VALUE", help="set an environment variable; repeatable"),
    Option(name="global-var", kind="list", metavar="KEY=VALUE", help="set a global variable; repeatable"),
    Option(name="platform", metavar="local", help="start a platform for live runs: local"),
    Option(name="timeout-request", metavar="MS", help="how long a request may take, in milliseconds"),
    Option(name="insecure", kind="flag", help="do not verify certificates"),
)


def add_options(parser: pytest.Parser) -> None:
    """Add all options to pytest's parser."""
    group = parser.getgroup("postman", "Postman collections")
    for option in OPTIONS:
        flag, ini = f"--postman-{option.name}", _key(option.name)
        match option.kind:
            case "flag":
                group.addoption(flag, action="store_true", default=None, help=option.help)
                parser.addini(ini, option.help, type="bool", default=False)
            case "list":
                group.addoption(flag, action="append", default=None, metavar=option.metavar, help=option.help)
                parser.addini(ini, option.help, type="linelist", default=[])
            case "text":
                group.addoption(
                    flag, default=None, metavar=option.metavar, choices=option.choices, help=option.help
                )
                parser.addini(ini, option.help, type="string", default="")


def option_value(config: pytest.Config, name: str) -> Any:
    """Return an option's value: the command line's, else the ini file's; `None` for an empty text.

    Raises `pytest.UsageError` for a value of the ini file that is none of the valid ones.
    """
    given = config.getoption(_key(name))
    if given is not None:
        return given
    value = config.getini(_key(name))
    option = next(one for one in OPTIONS if one.name == name)
    if option.choices and value and value not in option.choices:
        raise pytest.UsageError(f"{_key(name)} is {value!r}; valid: {', '.join(option.choices)}")
    return None if value == "" else value


def file_option(config: pytest.Config, name: str) -> str | None:
    """Return an option that names a file; one of the ini file is relative to the folder of that file."""
    given = config.getoption(_key(name))
    if given is not None:
        return str(given)
    value = str(config.getini(_key(name)) or "")
    if not value or "://" in value:
        return value or None
    base = config.inipath.parent if config.inipath else Path()
    return str(base / value)


def _key(name: str) -> str:
    return f"postman_{name.replace('-', '_')}"
