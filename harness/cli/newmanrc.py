"""Defaults from newman's configuration files: the options of a run in JSON, under newman's names.

Read in newman's order, later files win: `/etc/postman/newmanrc`, `~/.postman/newmanrc`, `./.newmanrc`. What
the command line says wins over all of them.
"""

import argparse
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from harness.cli.terminal import Terminal
from harness.collection.document import describe, read_json
from harness.errors import InputError, choices
from harness.options.commands import RUN_DEFAULTS, RUN_OPTIONS
from harness.options.option import camel

_SYSTEM = Path("/etc/postman/newmanrc")
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
_INLINE: Final = {"environment": (Mapping,), "globals": (Mapping,), "iteration_data": (list,)}
"""The options whose documents may stand in the configuration itself."""
_BY_HAND = frozenset({"watch"})
_OF_THE_LIBRARY = frozenset({"abort_on_failure", "newman_version", "request_agents"})

RcOptions = Mapping[str, str | bool]


def configured(
    options: argparse.Namespace, reporter_options: RcOptions, terminal: Terminal
) -> tuple[argparse.Namespace, RcOptions]:
    """Return the options of a run with what the configuration files say where the command line is silent."""
    merged = dict(vars(options))
    reporters: dict[str, str | bool] = {}
    for file in _files(terminal):
        for name, value in _settings(file).items():
            if name == "reporter":
                reporters |= _reporter_options(value)
            elif name not in RUN_DEFAULTS:
                if name not in _OF_THE_LIBRARY:
                    hint = choices(name, (camel(known) for known in RUN_DEFAULTS))
                    raise InputError(f"there is no option {camel(name)!r}", where=str(file), hint=hint)
            elif getattr(options, name) == RUN_DEFAULTS[name]:
                merged[name] = _checked(name, _as_option(name, value), str(file))
    return argparse.Namespace(**merged), {**reporters, **reporter_options}


def _files(terminal: Terminal) -> Iterator[Path]:
    home = terminal.environ.get("USERPROFILE") or terminal.environ.get("HOME")
    places = [_SYSTEM, *([Path(home, ".postman", "newmanrc")] if home else []), terminal.cwd / ".newmanrc"]
    return (place for place in places if place.is_file())


def _settings(file: Path) -> dict[str, Any]:
    document = read_json(str(file), "the configuration")
    if not isinstance(document, Mapping):
        raise InputError("a configuration is a JSON object of options", where=str(file))
    inner = document.get("run")
    given = inner if isinstance(inner, Mapping) else document
    return {_CAPITAL.sub("_", name).replace("-", "_").lower(): value for name, value in given.items()}


def _checked(name: str, value: Any, file: str) -> Any:
    """Return a setting's value; raise `InputError` for one that the command line would not take."""
    option = RUN_OPTIONS[name]
    if value is None:
        return option.unset
    if option.kind == "flag" and isinstance(option.const, bool):
        if not isinstance(value, bool):
            raise _refusal(name, "true or false", value, file)
        if value and name in _BY_HAND:
            what = f"{camel(name)!r} is for the command line alone: such a run does not end by itself"
            raise InputError(what, where=file, hint=f"leave it out, and give --{name}")
    elif option.kind == "list":
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise _refusal(name, "a list of texts", value, file)
    elif option.choices is not None:
        if value not in option.choices:
            raise _refusal(name, "one of " + ", ".join(option.choices), value, file)
    elif option.read is not None:
        try:
            return option.read(str(int(value) if isinstance(value, float) and value.is_integer() else value))
        except (argparse.ArgumentTypeError, ValueError, OverflowError):
            raise _refusal(name, "a number as the command line takes", value, file) from None
    elif not isinstance(value, (str, *_INLINE.get(name, ()))):
        raise _refusal(name, "a text", value, file)
    return value


def _refusal(name: str, wanted: str, value: Any, file: str) -> InputError:
    return InputError(f"expected {wanted}, found {describe(value)}", where=f"{file}: {camel(name)}")


def _as_option(name: str, value: Any) -> Any:
    """Give a setting the form that the command line's parser gives it."""
    match name, value:
        case (("env_var" | "global_var"), list()):
            return [
                f"{one.get('key')}={one.get('value')}" if isinstance(one, Mapping) else one for one in value
            ]
        case "folder", str():
            return [value]
        case "reporters", list():
            return ",".join(map(str, value))
        case "bail", True:
            return "failure"
        case "bail", list():
            return ",".join(map(str, value))
        case "bail", False:
            return None
        case _:
            return value


def _reporter_options(value: Any) -> dict[str, str | bool]:
    """Flatten `{"json": {"export": "x"}}` to `{"json-export": "x"}`."""
    flat: dict[str, str | bool] = {}
    for reporter, options in value.items() if isinstance(value, Mapping) else ():
        for option, setting in options.items() if isinstance(options, Mapping) else ():
            name = _CAPITAL.sub("-", option).lower()
            flat[f"{reporter}-{name}"] = setting if isinstance(setting, bool) else str(setting)
    return flat
