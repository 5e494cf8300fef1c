"""`harness init`: companions, a section for pytest and a file for CI, for the collections that are found."""

import argparse
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from harness.cli.init_texts import (
    CI_FILES,
    can_be_named,
    ci_text,
    companion_text,
    pytest_addition,
    pytest_text,
)
from harness.cli.json_output import write_json
from harness.cli.terminal import Terminal
from harness.collection.companion import ENDINGS, companion_beside, stem_of
from harness.collection.document import like_named
from harness.collection.load import load_collection
from harness.collection.model import Collection
from harness.collection.v3.directory import definition_of, request_stem
from harness.errors import ExitCode, HarnessError, InputError
from harness.reporters.outside_text import clean
from harness.reporters.units import counted

_SKIPPED: Final = frozenset({"node_modules", "site-packages", "venv"})
_ENVIRONMENTS: Final = (".postman_environment.json", ".environment.yaml")
# Where pytest looks for its section, in its order, and how the section is called there.
_PYTEST_FILES: Final = {
    "pytest.ini": "",
    ".pytest.ini": "",
    "pyproject.toml": "[tool.pytest",
    "tox.ini": "[pytest]",
    "setup.cfg": "[tool:pytest]",
}
_SCHEMAS: Final = (b"schema.getpostman.com/json/collection", b"schema.postman.com/json/collection")
_HEAD: Final = 65536


@dataclass(slots=True, kw_only=True)
class StartedProject:
    """What a project has, what was written for it, and what was left as it is."""

    cwd: Path
    collections: list[tuple[str, Collection]] = field(default_factory=list)
    environments: list[str] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    written: list[dict[str, str]] = field(default_factory=list)
    kept: list[dict[str, str]] = field(default_factory=list)

    def write(self, file: str, text: str, what: str) -> None:
        """Write a file that is not there yet, and leave one that is."""
        path = self.cwd / file
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as made:
                made.write(text)
        except FileExistsError:
            self.keep(file, text, what)
        except OSError as error:
            raise InputError(
                f"cannot write {what}: {error.strerror or error}",
                where=file,
                hint="make its folder writable, or run this in another folder",
            ) from error
        else:
            self.written.append({"file": file, "what": what})

    def keep(self, file: str, text: str, what: str) -> None:
        """Leave a file as it is; what it lacks is for the user to add."""
        try:
            there = set((self.cwd / file).read_text(encoding="utf-8", errors="replace").splitlines())
        except OSError:
            there = set()
        lacking = any(line not in there for line in text.splitlines())
        self.kept.append({"file": file, "what": what, "add": text if lacking else ""})


def init_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Look for collections, write what is missing, and say what was written."""
    start = StartedProject(cwd=terminal.cwd)
    for given in options.paths or ["."]:
        path = terminal.cwd / given
        if not path.exists():
            raise InputError("there is nothing to look through", where=given, hint=like_named(Path(given)))
        _look(path, start, named=bool(options.paths))
    if not start.collections:
        raise InputError(
            "there is no collection",
            where=" ".join(options.paths) or str(terminal.cwd),
            hint="; ".join(
                (
                    "export one from Postman (Collection v2.1) into this folder, or name where it is",
                    *(f"{file}: {why}" for file, why in start.unreadable),
                )
            ),
        )
    _write_companions(start)
    _write_pytest(start)
    if options.ci != "none":
        system = _system(terminal.cwd) if options.ci == "auto" else options.ci
        _write_ci(system, start)
    if options.format == "json":
        write_json(
            terminal.verbatim(),
            {
                "collections": [file for file, _ in start.collections],
                "unreadable": [{"file": file, "why": why} for file, why in start.unreadable],
                "written": start.written,
                "kept": start.kept,
            },
        )
    else:
        _tell(start, terminal)
    return ExitCode.PASSED


def _look(path: Path, start: StartedProject, *, named: bool) -> None:
    """Find collections and environments below a path."""
    if path.is_dir() and not _is_collection_folder(path):
        for inner in sorted(path.iterdir()):
            hidden = inner.name.startswith(".") or inner.name in _SKIPPED
            if not hidden and not inner.is_symlink():
                _look(inner, start, named=False)
        return
    if path.name.endswith(_ENVIRONMENTS):
        start.environments.append(_near(path, start.cwd))
    elif path.is_dir() or named or _looks_like_one(path):
        file = _near(path, start.cwd)
        try:
            start.collections.append((file, load_collection(str(path))))
        except HarnessError as error:
            start.unreadable.append((file, error.what))


def _is_collection_folder(path: Path) -> bool:
    return definition_of(str(path)) is not None or any(request_stem(one.name) for one in path.iterdir())


def _looks_like_one(path: Path) -> bool:
    """Tell whether a file seems to be a collection, by its name or by what Postman writes into it."""
    if path.name.endswith(".postman_collection.json"):
        return True
    if path.suffix != ".json" or not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    if not any(one in head for one in _SCHEMAS):
        return False
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return True  # reading it as a collection says what is wrong
    # A report of a run repeats the collection.
    return not (isinstance(document, dict) and "run" in document)


def _near(path: Path, cwd: Path) -> str:
    return Path(os.path.relpath(path, cwd)).as_posix()


def _write_companions(start: StartedProject) -> None:
    for file, collection in start.collections:
        path = start.cwd / file
        beside = companion_beside(path)
        what = f"the companion of {file}"
        if beside is not None:
            start.kept.append({"file": _near(beside, start.cwd), "what": what, "add": ""})
            continue
        whole = path if path.name not in ("", "..") else path.resolve()
        stem = whole.name if path.is_dir() else stem_of(whole.name)
        target = whole.with_name(stem + ENDINGS[0])
        start.write(
            _near(target, start.cwd), companion_text(collection, _environment(target.parent, start)), what
        )


def _environment(folder: Path, start: StartedProject) -> str | None:
    """Return the environment of a companion in a folder: the only one there, else the only one at all."""
    beside = [one for one in start.environments if (start.cwd / one).parent == folder]
    found = beside or start.environments
    return Path(os.path.relpath(start.cwd / found[0], folder)).as_posix() if len(found) == 1 else None


def _write_pytest(start: StartedProject) -> None:
    parents = {(Path(file).parent.parts or (".",))[0] for file, _ in start.collections}
    tests = {"tests"} if (start.cwd / "tests").is_dir() else set()
    folders = sorted(parents | tests) if "." not in parents else ["."]
    for name, section in _PYTEST_FILES.items():
        path = start.cwd / name
        if path.is_file() and section in path.read_text(encoding="utf-8", errors="replace"):
            start.keep(name, pytest_addition(name, folders), "pytest's section")
            return
    start.write("pytest.ini", pytest_text(folders), "pytest's section")


def _system(cwd: Path) -> str:
    """Return the CI system of which there are traces, else GitHub."""
    for system in ("gitlab", "azure", "jenkins"):
        if (cwd / CI_FILES[system]).exists():
            return system
    try:
        remote = (cwd / ".git" / "config").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "github"
    return "gitlab" if "gitlab" in remote else "azure" if "dev.azure.com" in remote else "github"


def _write_ci(system: str, start: StartedProject) -> None:
    files = [file for file, _ in start.collections if can_be_named(file)]
    start.unreadable += (
        (file, "its name cannot stand in a file for CI; rename it")
        for file, _ in start.collections
        if not can_be_named(file)
    )
    if files:
        start.write(CI_FILES[system], ci_text(system, files), f"the file for CI ({system})")


def _tell(start: StartedProject, terminal: Terminal) -> None:
    def tell(line: str) -> None:
        terminal.out.write(f"{clean(line)}\n")

    found = counted(len(start.collections), "collection")
    tell(f"found {found}: {', '.join(file for file, _ in start.collections)}")
    for file, why in start.unreadable:
        tell(f"left out {file}: {why}")
    for one in start.written:
        tell(f"written  {one['file']}: {one['what']}")
    for one in start.kept:
        tell(f"kept     {one['file']}: {one['what']} is there, and was not changed")
        if one["add"]:
            tell("         if it lacks them, add the lines:")
            for line in one["add"].splitlines():
                terminal.verbatim().write(f"           {clean(line)}".rstrip() + "\n")
    tell("next:")
    tell("  pytest --postman-record   sends every call once, and records the answers")
    tell("  pytest                    answers the calls from the recordings")
    tell("  harness run COLLECTION    sends them, and shows what comes")
