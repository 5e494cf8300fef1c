"""Postman CLI as a program to run, and what its terminal reporter tells: it has no other for format v3."""

import os
import re
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

VERSION: Final = "1.34.0"
LONGEST_S: Final = 120
"""After which time a run is ended: one whose answers never satisfy a Digest has no end."""

Check = tuple[str, str, str]
"""The name of an item, of a test (its first line), and how it ended: passed, failed, skipped."""

_ITEM: Final = re.compile(r"(?:Sub-folder|Root) (.*)")
_PASSED: Final = re.compile(r".*?  Pass  (.*)")
_FAILED: Final = re.compile(r" +\d+\. (.*)")
_SKIPPED: Final = re.compile(r"  -  \[skipped\] (.*)")
_UNSENT: Final = re.compile(r' at (?:request|prerequest-script) *\n +inside "(.*)" *\n')


@dataclass(slots=True, kw_only=True)
class CliRun:
    """What a run told: its checks in order, the items whose request was not sent, and all its words."""

    checks: list[Check] = field(default_factory=list)
    unsent: set[str] = field(default_factory=set)
    exit_code: int = 0
    text: str = ""


def run(program: str, folder: Path, home: Path, words: Sequence[str]) -> CliRun:
    """Run a folder, signed out."""
    # What npm installs starts the program as a child, which has to end with it.
    with subprocess.Popen(
        [program, "collection", "run", str(folder), "--timeout-request", "5000", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "HOME": str(home)},
        cwd=folder.parent,
        start_new_session=True,
    ) as process:
        try:
            text, _ = process.communicate(timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            text = process.communicate()[0] + "\nthe run did not end"
    told = CliRun(exit_code=process.returncode, text=text)
    item = ""
    for line in text.partition("  failure  ")[0].split("\n"):
        if found := _ITEM.fullmatch(line):
            item = found[1]
        elif found := _SKIPPED.fullmatch(line):
            told.checks.append((item, found[1].rstrip(), "skipped"))
        elif found := _PASSED.fullmatch(line):
            told.checks.append((item, found[1].rstrip(), "passed"))
        elif found := _FAILED.fullmatch(line):
            told.checks.append((item, found[1].rstrip(), "failed"))
    told.unsent = {path.rpartition(" / ")[2] for path in _UNSENT.findall(text)}
    return told
