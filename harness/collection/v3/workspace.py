"""A workspace of Postman's app in a repository: collections, environments and globals by their names.

    .postman/resources.yaml                    where else collections are (`localResources.collections`)
    postman/collections/NAME/
    postman/environments/NAME.environment.yaml
    postman/globals/workspace.globals.yaml

It is looked for from the working directory upwards. A name is that of a file or folder, or the one that it
says of itself.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from harness.collection.v3.directory import definition_of, read_file
from harness.collection.yaml_document import YamlNode, core_scalar, parse_yaml
from harness.errors import HarnessError

FOLDERS: Final = ("postman", ".postman")
ENVIRONMENT_ENDINGS: Final = (".environment.yaml", ".environment.yml", ".postman_environment.json")
GLOBALS_ENDINGS: Final = (".globals.yaml", ".globals.yml", ".postman_globals.json")


def find_collection(name: str, start: Path) -> Path | None:
    """Return the folder of a collection that goes by a name, or the part of one (`Shop/Orders`)."""
    parts = Path(name).parts
    if not parts or Path(name).is_absolute() or ".." in parts:
        return None
    for workspace in _workspaces(start):
        known = list(_collections(workspace))
        for folder in known:
            if folder.name == parts[0] and folder.joinpath(*parts[1:]).exists():
                return folder.joinpath(*parts[1:])
        for folder in known:
            definition = definition_of(str(folder))
            if definition is not None and _named(folder / definition) == name:
                return folder
    return None


def find_environment(name: str, start: Path) -> Path | None:
    """Return the environment file that goes by a name."""
    return _find(name, start, "environments", ENVIRONMENT_ENDINGS)


def find_globals(name: str, start: Path) -> Path | None:
    """Return the globals file that goes by a name."""
    return _find(name, start, "globals", GLOBALS_ENDINGS)


def collection_names(start: Path) -> list[str]:
    """List the collections of the workspace, for errors."""
    return [folder.name for workspace in _workspaces(start) for folder in _collections(workspace)]


def environment_names(start: Path, folder: str = "environments") -> list[str]:
    """List the environment files of the workspace without their endings, for errors."""
    endings = ENVIRONMENT_ENDINGS if folder == "environments" else GLOBALS_ENDINGS
    return [
        _without(file.name, endings)
        for workspace in _workspaces(start)
        for file in _files(workspace / "postman" / folder, endings)
    ]


def _find(name: str, start: Path, folder: str, endings: tuple[str, ...]) -> Path | None:
    for workspace in _workspaces(start):
        known = list(_files(workspace / "postman" / folder, endings))
        for file in known:
            if name in (file.name, _without(file.name, endings)):
                return file
        for file in known:
            if _named(file) == name:
                return file
    return None


def _workspaces(start: Path) -> Iterator[Path]:
    """Walk up to the first directory that is a workspace."""
    for folder in (start, *start.resolve().parents):
        if any((folder / name).is_dir() for name in FOLDERS):
            yield folder
            return


def _collections(workspace: Path) -> Iterator[Path]:
    folder = workspace / "postman" / "collections"
    if folder.is_dir():
        yield from sorted(one for one in folder.iterdir() if one.is_dir())
    for given in _listed(workspace):
        path = workspace / ".postman" / given
        if path.is_dir() and path.resolve().is_relative_to(workspace.resolve()):
            yield path.resolve()


def _listed(workspace: Path) -> Iterator[str]:
    """Read which collections the workspace lists besides; a list that cannot be read lists none."""
    root = _read(workspace / ".postman" / "resources.yaml")
    for key in ("localResources", "collections"):
        if root is None or not isinstance(root.value, dict):
            return
        root = root.value.get(key)
    if root is not None and isinstance(root.value, tuple):
        yield from (one.text for one in root.value if one.text)


def _files(folder: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    if folder.is_dir():
        yield from sorted(one for one in folder.iterdir() if one.name.endswith(endings))


def _without(name: str, endings: tuple[str, ...]) -> str:
    return next(name.removesuffix(ending) for ending in endings if name.endswith(ending))


def _named(file: Path) -> str | None:
    """Return the name that a file gives to what it holds; JSON is YAML, too."""
    root = _read(file)
    if root is None or not isinstance(root.value, dict):
        return None
    name = root.value.get("name")
    return None if name is None else name.text or None


def _read(file: Path) -> YamlNode | None:
    try:
        return parse_yaml(read_file(str(file)).decode("utf-8-sig"), str(file), schema=core_scalar)
    except (OSError, ValueError, HarnessError):
        return None
