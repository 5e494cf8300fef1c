"""The plugin's options, each on the command line and in the ini file, as the table of options has them."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UsageError
from harness.options.option import Given, Option
from harness.options.pytest_only import PYTEST_OPTIONS


def add_options(parser: pytest.Parser) -> None:
    """Add all options to pytest's parser: `--postman-NAME` and `postman_name`."""
    group = parser.getgroup("postman", "Postman collections")
    for option in PYTEST_OPTIONS.values():
        flag, ini = f"--postman-{option.name}", _key(option.name)
        # pytest fills in what stands behind a per cent sign.
        told = option.help.replace("%", "%%")
        match option.kind:
            case "flag":
                group.addoption(flag, action="store_true", default=None, help=told)
                parser.addini(ini, option.help, type="bool", default=False)
            case "list":
                group.addoption(flag, action="append", default=None, metavar=option.shown_value, help=told)
                parser.addini(ini, option.help, type="linelist", default=[])
            case "text":
                group.addoption(
                    flag, default=None, metavar=option.shown_value, choices=option.choices, help=told
                )
                parser.addini(ini, option.help, type="string", default="")


def option_value(config: pytest.Config, name: str) -> Any:
    """Return an option's value: the command line's, else the ini file's; `None` for an empty text.

    A file that the ini file names is relative to the folder of that file. Raises `pytest.UsageError` for a
    value of the ini file that is none of the valid ones.
    """
    option = PYTEST_OPTIONS[name]
    given = config.getoption(_key(name))
    if given is not None:
        return given
    value = config.getini(_key(name))
    if option.choices and value and value not in option.choices:
        raise pytest.UsageError(f"{_key(name)} is {value!r}; valid: {', '.join(option.choices)}")
    if value == "":
        return None
    if option.file:
        return (
            [_pair_beside_ini(config, one, option) for one in value]
            if option.pairs
            else _beside_ini(config, value)
        )
    return value


def given_options(config: pytest.Config) -> Given:
    """Return the values of all options. Raises `UsageError` for one that cannot be understood."""
    values = {option.key: _read(config, option) for option in PYTEST_OPTIONS.values()}
    return Given(surface="pytest", values=values)


def _read(config: pytest.Config, option: Option) -> Any:
    value = option_value(config, option.name)
    if option.read is None or value is None:
        return value
    try:
        return option.read(value)
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"--postman-{option.name}: {error}") from None


def _beside_ini(config: pytest.Config, file: str) -> str:
    if "://" in file:
        return file
    return str((config.inipath.parent if config.inipath else Path()) / file)


def _pair_beside_ini(config: pytest.Config, text: str, option: Option) -> str:
    name, equals, file = text.rpartition("=") if option.pairs == "last" else text.partition("=")
    return f"{name}={_beside_ini(config, file)}" if name and equals and file else text


def _key(name: str) -> str:
    return f"postman_{name.replace('-', '_')}"
