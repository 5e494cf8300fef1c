"""Writing a folder as a whole: complete, or not at all.

The files are written beside the folder, and the two change places when all of them are there. What the folder
holds that is no part of a collection stays in it.
"""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from harness.collection.v3.directory import RESOURCES, request_stem
from harness.errors import InputError

_OURS: Final = (".example.yaml", ".example.yml")


def write_folder(target: Path, texts: Mapping[str, str], check: Callable[[Path], None]) -> None:
    """Replace a folder by new files; `check` sees them before anybody else does.

    Raises `InputError` when the folder cannot be replaced.
    """
    target = target if target.name not in ("", "..") else target.resolve()
    if target.exists() and not target.is_dir():
        raise InputError("this is a file, and a collection of format v3 is a folder", where=str(target))
    if target.is_symlink():
        target = target.resolve()
    if Path.cwd().is_relative_to(target.resolve()):
        raise InputError(
            "the folder to write is the working directory, or around it",
            where=str(target),
            hint="name another folder",
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{target.name[:40]}.", suffix=".new", dir=target.parent))
    except OSError as error:
        raise InputError(f"the folder cannot be written: {error.strerror}", where=str(target)) from error
    try:
        fresh = staged / "new"
        for path, text in texts.items():
            file = fresh / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        check(fresh)
        if target.is_dir():
            _keep(target, fresh)
            target.rename(staged / "old")
            try:
                fresh.rename(target)
            except OSError:
                (staged / "old").rename(target)
                raise
        else:
            fresh.rename(target)
    except OSError as error:
        raise InputError(f"the folder cannot be written: {error.strerror}", where=str(target)) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _keep(old: Path, fresh: Path) -> None:
    """Copy what is no part of a collection; links stay links."""
    for path in sorted(old.iterdir()):
        new = fresh / path.name
        if path.is_dir() and not path.is_symlink():
            if path.name == ".git" or new.is_dir() or not _is_collection_part(path):
                new.mkdir(exist_ok=True)
                shutil.copymode(path, new)
            _keep_inside(path, new)
        elif not _is_known(path) and not new.exists():
            shutil.copy2(path, new, follow_symlinks=False)


def _keep_inside(old: Path, new: Path) -> None:
    unknown = [one for one in old.iterdir() if not (one.is_file() and _is_known(one))]
    if unknown:
        new.mkdir(exist_ok=True)
        _keep(old, new)
        if not any(new.iterdir()):
            new.rmdir()


def _is_known(path: Path) -> bool:
    return (
        request_stem(path.name) is not None
        or path.name.endswith(_OURS)
        or (path.parent.name == RESOURCES and path.name in ("definition.yaml", "definition.yml"))
    )


def _is_collection_part(path: Path) -> bool:
    return path.name == RESOURCES or any(_is_known(one) for one in path.rglob("*"))
