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
    Option(
        name="cassette-per",
        metavar="collection|folder|call",
        choices=("collection", "folder", "call"),
        help="keep a cassette in one file (collection), or apart: shop/FOLDER.yaml beside shop.yaml",
    ),
    Option(
        name="expire",
        metavar="AGE=warn|fail|record",
        help="what becomes of a replay from older recordings: 30d=warn, 12h=fail, 90d=record",
    ),
    Option(name="replay-latency", kind="flag", help="let recorded answers take as long as they took"),
    Option(
        name="match-on",
        metavar="PARTS",
        help="what of a request a replay compares, default method,url,body",
    ),
    Option(name="match-repeats", kind="flag", help="let the last of equal answers be given again and again"),
    Option(name="match-order", kind="flag", help="refuse an answer whose turn has not come"),
    Option(
        name="allowed-hosts",
        kind="list",
        metavar="REGEX",
        help="hosts that code of the project's own may reach while a replay runs; repeatable",
    ),
    Option(
        name="strict",
        kind="flag",
        help="warnings fail: names that are not defined, recordings that are not played",
    ),
    Option(name="seed", metavar="N", help="draw random values from this seed"),
    Option(name="environment", metavar="FILE", help="environment file, in place of the companion's"),
    Option(name="globals", metavar="FILE", help="globals file"),
    Option(name="data", metavar="FILE", help="data rows, JSON or CSV; each row is an iteration"),
    Option(name="iteration-count", metavar="N", help="how many iterations, in place of one a data row"),
    Option(name="env-var", kind="list", metavar="KEY=VALUE", help="set an environment variable; repeatable"),
    Option(name="global-var", kind="list", metavar="KEY=VALUE", help="set a global variable; repeatable"),
    Option(name="html", metavar="FILE", help="write the HTML report of all collections that are run"),
    Option(
        name="secret-pattern",
        kind="list",
        metavar="NAME=REGEX",
        help="take what matches, or its first group, for a secret; repeatable",
    ),
    Option(
        name="upload",
        kind="list",
        metavar="NAME=FILE",
        help="upload FILE where a collection names NAME; repeatable",
    ),
    Option(name="working-dir", metavar="DIR", help="where relative file bodies are (default: here)"),
    Option(name="allow-outside", kind="flag", help="let file bodies come from anywhere"),
    Option(name="platform", metavar="local", help="start a platform for live runs: local"),
    Option(name="delay-request", metavar="MS", help="wait before each request, in milliseconds"),
    Option(name="timeout-request", metavar="MS", help="how long a request may take, in milliseconds"),
    Option(name="timeout-script", metavar="MS", help="how long a script may take, in milliseconds"),
    Option(name="ignore-redirects", kind="flag", help="do not follow redirects"),
    Option(name="insecure", kind="flag", help="do not verify certificates"),
    Option(name="ssl-client-cert-list", metavar="FILE", help="client certificates by URL, JSON"),
    Option(name="ssl-client-cert", metavar="FILE", help="client certificate, PEM"),
    Option(name="ssl-client-key", metavar="FILE", help="its private key"),
    Option(name="ssl-client-passphrase", metavar="TEXT", help="the key's passphrase"),
    Option(name="ssl-extra-ca-certs", metavar="FILE", help="CAs to trust besides the known"),
    Option(name="cookie-jar", metavar="FILE", help="start with these cookies"),
    Option(
        name="resolve",
        kind="list",
        metavar="HOST[:PORT]=ADDRESS[:PORT]",
        help="connect to ADDRESS for HOST; repeatable",
    ),
    Option(
        name="serve-file",
        kind="list",
        metavar="URL=FILE",
        help="answer this address from a file; repeatable",
    ),
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
    return _beside_ini(config, value) if value else None


def pairs_option(config: pytest.Config, name: str, *, files: bool = False) -> dict[str, str]:
    """Return an option whose values are pairs, `NAME=VALUE`; with `files` the values name files, as above.

    Raises `pytest.UsageError` for a value that has only one part.
    """
    given = config.getoption(_key(name))
    pairs: dict[str, str] = {}
    for text in config.getini(_key(name)) if given is None else given:
        # Of an address, which may hold more of them, only the last one is not its own.
        first, equals, second = text.rpartition("=") if name == "serve-file" else text.partition("=")
        if not (first and equals and second):
            form = next(one.metavar for one in OPTIONS if one.name == name)
            raise pytest.UsageError(f"--postman-{name} needs {form}, not {text!r}")
        pairs[first] = _beside_ini(config, second) if files and given is None else second
    return pairs


def _beside_ini(config: pytest.Config, file: str) -> str:
    if "://" in file:
        return file
    return str((config.inipath.parent if config.inipath else Path()) / file)


def _key(name: str) -> str:
    return f"postman_{name.replace('-', '_')}"
