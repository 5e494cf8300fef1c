"""What a run needs before it is set up: its collection, its companion, its rules, its cassette."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.api.call_choice import entries_by_item, planned_calls
from harness.cassettes.file.parts import PERS, Parts
from harness.cassettes.modes import Action, action
from harness.collection.companion import Companion, companion_beside, stem_of
from harness.collection.document import is_address
from harness.collection.load import load_collection, whole_collection
from harness.collection.model import Collection
from harness.errors import InputError, UsageError, choices
from harness.options.config import RunConfig
from harness.options.network import PLATFORMS, platform_names
from harness.runner.plan import Plan
from harness.runner.rules import CallRule, rule_of


class MissingCassette(UsageError):
    """A run is to be replayed or recorded, and nothing says with which cassette."""


def planned(config: RunConfig, *, cassette_later: bool = False) -> Plan:
    """Plan a run without setting anything up: which calls, how often.

    Raises `HarnessError` for what would keep it from being set up, as far as the files tell; of a cassette
    that is not there only the run says so with `cassette_later`.
    """
    collection = collection_of(config.collection)
    companion = companion_of(config)
    planned = planned_calls(config, collection, companion)
    rules_of(companion, collection, planned)
    if not cassette_later:
        require_cassette(config, planned)
    return planned


def require_cassette(config: RunConfig, planned: Plan) -> None:
    """Raise `MissingCassette` for a run that is to be replayed from a cassette that is not there."""
    cassette, what = cassette_of(config, companion_of(config), planned)
    if what == "replay" and cassette is not None and not cassette.exists():
        raise MissingCassette("the cassette is not there", where=str(cassette.path))


def collection_of(given: str | Path | Collection | Mapping[str, Any]) -> Collection:
    """Load a collection that is not loaded yet."""
    return given if isinstance(given, Collection) else load_collection(given)


def companion_of(config: RunConfig) -> Companion:
    """Load the companion that goes with the collection; an empty one when there is none."""
    if not config.inputs.use_companion:
        return Companion()
    file = config.inputs.companion
    if file is None and isinstance(config.collection, str | Path) and not is_address(config.collection):
        file = companion_beside(whole_collection(os.fspath(config.collection)))
    if file is None:
        return Companion()
    from harness.collection.companion_file import load_companion

    companion = load_companion(file)
    # An environment of the user's own replaces the companion's, and the platform that leads elsewhere.
    if config.inputs.environment is not None:
        return replace(companion, environment=None, platform=None)
    return companion


def rules_of(companion: Companion, collection: Collection, planned: Plan) -> dict[int, CallRule]:
    """Return the companion's rules by the position of the calls they are for."""
    entries = entries_by_item(companion, collection)
    rules: dict[int, CallRule] = {}
    for position, call in enumerate(planned.calls) if entries else ():
        entry = entries.get(id(call.item))
        if entry is not None:
            rules[position] = rule_of(entry)
    return rules


def cassette_of(config: RunConfig, companion: Companion, planned: Plan) -> tuple[Parts | None, Action]:
    """Return the cassette of a run and what is done with it.

    A run of some folders only records these anew: the rest of the cassette stays, unless a mode is named.
    One that is to be replayed, and is there in parts alone, is replayed from these.
    """
    parts, what = _cassette_asked_for(config, companion, planned.collection)
    if parts is None or what != "replay" or parts.per != "collection" or parts.exists():
        return parts, what
    paths = [call.path for call in planned.calls]
    apart = [replace(parts, per=per) for per in PERS if per != "collection"]
    there = [one for one in apart if any(one.file_of(path).is_file() for path in paths)]
    # Where there are parts of both kinds, somebody has to say which ones are meant.
    return (there[0] if len(there) == 1 else parts), what


def _cassette_asked_for(
    config: RunConfig, companion: Companion, collection: Collection
) -> tuple[Parts | None, Action]:
    if config.cassette.record is not None:
        part = config.inputs.partial or collection.target is not None
        mode = config.cassette.mode or ("all" if part else "record")
        return _with_action(config, config.cassette.record, mode)
    if config.cassette.replay is not None:
        return _with_action(config, config.cassette.replay, "replay")
    if config.cassette.mode is None or config.cassette.mode == "live":
        return None, "live"
    path = config.cassette.file if config.cassette.file is not None else companion.cassette
    if path is None:
        path = cassette_beside(collection.file)
    if path is None:
        raise MissingCassette(
            "there is no cassette for this collection",
            where=str(config.collection),
            hint="name one, or write `cassette: FILE` into its companion file",
        )
    return _with_action(config, path, config.cassette.mode)


def has_own_cassette(config: RunConfig) -> bool:
    """Tell whether a collection names its cassette, or has one where it is looked for."""
    if companion_of(config).cassette is not None:
        return True
    beside = cassette_beside(collection_of(config.collection).file)
    return beside is not None and beside.exists()


def cassette_beside(collection: str) -> Path | None:
    """Return the cassette of a collection by its name: `NAME.cassette.yaml`, or `cassettes/NAME.yaml`.

    The former is beside the collection, the latter there or in the working directory. A folder of parts is
    as good as a file. Where there is none yet, it is the first whose folder is there. One that came from an
    address has none.
    """
    if not collection or is_address(collection):
        return None
    given = Path(collection)
    given = given.resolve() if given.name in ("", "..") else given
    name = given.name if given.is_dir() else stem_of(given.name)
    there = [parent / "cassettes" / f"{name}.yaml" for parent in (Path(), given.parent)]
    beside = given.with_name(f"{name}.cassette.yaml")
    places = (beside, *there)
    found = next((one for one in places if one.exists()), None)
    found = found or next((one for one in places if one.with_suffix("").is_dir()), None)
    return found or next((one for one in there if one.parent.is_dir()), beside)


def cassette_in_use(config: RunConfig, planned: Plan) -> tuple[frozenset[Path], Path | None]:
    """Return the files in which the cassette of a run is, and the folder in which its parts are, if any.

    A run without a cassette has none. Files of other parts are in use while anything is played
    from them. Raises `HarnessError` as `planned` does.
    """
    try:
        parts, _ = cassette_of(config.but(cassette_mode="replay"), companion_of(config), planned)
    except MissingCassette:
        return frozenset(), None
    if parts is None:
        return frozenset(), None
    files = {parts.path, *parts.besides, *(parts.file_of(call.path) for call in planned.calls)}
    if parts.folder is None:
        return frozenset(files), None
    if not files.issuperset(parts.files()):
        with suppress(InputError):  # told by what reads it
            files.update(parts.sources({call.path for call in planned.calls}))
    return frozenset(files), parts.folder


def _with_action(config: RunConfig, path: str | Path, mode: str) -> tuple[Parts, Action]:
    besides = tuple(Path(one) for one in config.cassette.besides)
    parts = Parts(path=Path(path), per=config.cassette.per, besides=besides)
    return parts, action(mode, parts)


def platform_of(config: RunConfig, companion: Companion) -> str | None:
    """Return the platform that a run is against: the one asked for, else the companion's."""
    name = config.network.platform if config.network.platform is not None else companion.platform
    if name is not None and name not in PLATFORMS and name not in platform_names():
        raise InputError(
            f"there is no platform {name!r}", where=companion.file, hint=choices(name, platform_names())
        )
    return name
