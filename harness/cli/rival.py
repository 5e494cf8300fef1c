"""The runners that `harness parity` compares with, and how each is asked for a report."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from harness.cli.newman_command import find_newman
from harness.cli.terminal import Terminal
from harness.dialect import NEWMAN, POSTMAN, Dialect
from harness.errors import UsageError

REPORT: Final = "report.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Another runner: what it is called, where it is found, and the words that make it run and report.

    `words` come before the collection. `reports` are options for a report in newman's structure, whose
    values are files in the folder given. `exports` says whether the variables are exported besides; those of
    the report count otherwise. `homeless` keeps it from the user's account.
    """

    dialect: Dialect
    option: str
    find: Callable[[Terminal], str]
    words: tuple[str, ...]
    reports: tuple[str, ...] = ()
    exports: bool = True
    homeless: bool = False

    def arguments(self, folder: Path) -> list[str]:
        """Return the options that make it write what is compared into the folder."""
        written = {"--reporter-json-export": REPORT}
        if self.exports:
            written |= {"--export-environment": "environment.json", "--export-globals": "globals.json"}
        files = [part for option, file in written.items() for part in (option, str(folder / file))]
        return ["-r", "json", *self.reports, *files]

    def environ(self, folder: Path) -> Mapping[str, str]:
        """Return what it is to find in its environment besides."""
        return dict.fromkeys(("HOME", "USERPROFILE"), str(folder)) if self.homeless else {}


def find_postman(terminal: Terminal) -> str:
    """Return the path of Postman CLI. Raises `UsageError` where it is not installed."""
    found = shutil.which("postman", path=terminal.environ.get("PATH"))
    if found is None:
        raise UsageError(
            "Postman CLI is not there",
            where="PATH",
            hint="install it with `npm install -g postman-cli`, or name it with --postman FILE",
        )
    return found


RIVALS: Final[Mapping[str, Rival]] = MappingProxyType(
    {
        NEWMAN.name: Rival(dialect=NEWMAN, option="newman", find=find_newman, words=("run",)),
        POSTMAN.name: Rival(
            dialect=POSTMAN,
            option="postman",
            find=find_postman,
            words=("collection", "run"),
            reports=("--reporter-json-structure", "newman"),
            exports=False,
            homeless=True,
        ),
    }
)
"""The runners by what `--against` calls them."""
