"""The problems a user can mend, and the exit codes they lead to.

    HarnessError            what, where, what to do
    ├── UsageError          the command line, or an option of pytest or of `run`, is wrong
    │   └── MissingExtra    what was asked for needs packages that a plain install leaves out
    ├── InputError          a file cannot be read, or does not say what it should
    ├── EngineError         the script engine is missing, or cannot be started
    ├── ReplayMiss          no recorded interaction answers a request
    └── OfflineError        a connection was attempted while offline

A failed assertion is data and never an exception. Anything else that is raised is a bug of ours and
keeps its traceback.
"""

import json
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import IntEnum
from importlib.util import find_spec
from typing import Final

from harness.lazy_dataclass import dataclass


class ExitCode(IntEnum):
    """What the process says to the shell. 0 and 1 are newman's, so that CI lines keep working."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    REPLAY_MISS = 3
    OFFLINE = 4
    DRIFT = 5
    BUG = 70
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the user's files a problem is: `file: Folder / Item, field`.

    `file` is the path as the user wrote it, `path` the names from the collection's root to the item,
    `field` the part of it (`url`, `auth.username`, a JSON pointer, `line 3, column 7`).
    """

    file: str = ""
    path: tuple[str, ...] = ()
    field: str = ""

    def __str__(self) -> str:
        named = ", ".join(part for part in (" / ".join(self.path), self.field) if part)
        return ": ".join(part for part in (self.file, named) if part)


class HarnessError(Exception):
    """A problem the user can mend: what is wrong, where it is, and what to do about it."""

    exit_code: ExitCode = ExitCode.USAGE

    def __init__(self, what: str, *, where: Place | str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        lines = [self.what]
        if str(self.where):
            lines.append(f"  --> {self.where}")
        if self.hint:
            lines.append(f"  {self.hint}")
        return "\n".join(lines)


class UsageError(HarnessError):
    """An option or argument that cannot be understood."""


class MissingExtra(UsageError):
    """What was asked for needs packages that a plain install leaves out."""


class InputError(HarnessError):
    """A file, address or document that cannot be read or is not what it should be."""


class EngineError(HarnessError):
    """Scripts cannot be run at all: the engine is missing or does not start."""


class ReplayMiss(HarnessError):
    """A replayed run sent a request that the cassette does not hold."""

    exit_code = ExitCode.REPLAY_MISS


class OfflineError(HarnessError):
    """Something attempted a connection while the run is offline."""

    exit_code = ExitCode.OFFLINE


_NO_NUMBER: Final = re.compile(
    r"(?:invalid literal for int\(\) with base 10|could not convert string to float): (.*)", re.DOTALL
)


def misread(error: Exception) -> str:
    """Say in plain words why a document could not be understood, from what Python raised while reading it."""
    match error:
        case json.JSONDecodeError():
            return f"it is not valid JSON (line {error.lineno}, column {error.colno})"
        case UnicodeDecodeError():
            return "it is not text in UTF-8"
        case RecursionError():
            return "it is nested too deeply"
        case KeyError() if error.args:
            return f"{error.args[0]!r} is missing"
        case IndexError():
            return "an entry is missing"
        case ArithmeticError():
            return "a number is too large"
        case TypeError() | AttributeError():
            return "a value is of another type than it should be"
        case OSError():
            return error.strerror or str(error)
        case ValueError():
            found = _NO_NUMBER.match(str(error))
            return f"{found.group(1)[:80]} is no number" if found else str(error)
        case _:
            return str(error)


def choices(given: object, valid: Iterable[str]) -> str:
    """Say which values are valid, the nearest one first when there is a near one."""
    names = list(valid)
    near = get_close_matches(str(given), names, n=1)
    listed = "valid: " + ", ".join(names)
    return f"did you mean {near[0]!r}? {listed}" if near else listed


EXTRAS: Final[Mapping[str, tuple[str, ...]]] = {
    "allure": ("allure_commons",),
    "contract": ("jsonschema_rs", "openapi_spec_validator"),
    "aep": ("botocore", "httptools", "pyarrow", "starlette", "urllib3", "uvicorn"),
    "load": ("ddsketch", "locust"),
}
"""The import packages that each extra of the distribution has to bring before its part can be imported."""


def require_extra(extra: str, *, wanted: str) -> None:
    """Raise `MissingExtra` when a package of an extra is not installed.

    `wanted` is what the user asked for, as they wrote it (`harness serve`). Call it before the first import
    from the part that the extra is for, so that no ImportError reaches anybody.
    """
    missing = [package for package in EXTRAS[extra] if find_spec(package) is None]
    if missing:
        raise MissingExtra(
            f"{wanted} needs packages that are not installed: {', '.join(missing)}",
            hint=f"pip install 'postman-harness[{extra}]'",
        )
