"""`harness infer`: expectations for companions, proposed from recordings."""

import argparse
import difflib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.api.preparation import cassette_beside
from harness.cassettes.file.interaction import Cassette
from harness.cassettes.file.parts import Parts
from harness.cassettes.file.publish import write_atomically
from harness.cli.cassette_command import collection_of
from harness.cli.terminal import Terminal
from harness.collection.companion import ENDINGS, companion_beside, stem_of
from harness.collection.companion_edit import (
    Addition,
    as_companion,
    expect_document,
    with_expectations,
    without_inferred,
)
from harness.collection.companion_file import load_companion, parse_companion
from harness.collection.document import decode, is_address, read_bytes
from harness.collection.load import load_collection, whole_collection
from harness.collection.model import Collection
from harness.contract.infer.proposal import Proposal, propose
from harness.errors import ExitCode, InputError, UsageError
from harness.reporters.units import counted

_MODES: Final = ("write", "update", "check")
_OTHERS_FOLDERS: Final = frozenset({"node_modules", "site-packages"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """Recordings of one collection, with its companion's file; the collection is `None` when it is gone."""

    cassettes: tuple[Cassette, ...]
    collection: Collection | None
    companion: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A companion's text before and after."""

    companion: Path | None
    before: str
    after: str
    proposal: Proposal


def infer_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Print what recordings propose, or write it into the companions."""
    chosen = [f"--{one}" for one in _MODES if getattr(options, one)]
    if len(chosen) > 1:
        raise UsageError(f"{' and '.join(chosen)} do not go together", where="infer", hint="choose one")
    writes = options.write or options.update
    changes = [
        _change(target, anew=options.update or options.check)
        for target in _targets(options, need_companion=bool(chosen))
    ]
    for one in changes:
        _tell_left_out(one.proposal, terminal)
        if writes and one.after != one.before and one.companion is not None:
            _write(one.companion, one.after)
    if options.format == "json":
        document = {"collections": [_document(one, schema=options.schema) for one in changes]}
        terminal.verbatim().write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    elif options.schema:
        schemas = {
            " / ".join(call.path): call.schema
            for one in changes
            for call in one.proposal.calls
            if call.schema is not None
        }
        terminal.verbatim().write(json.dumps(schemas, ensure_ascii=False, indent=2) + "\n")
    else:
        for one in changes:
            _tell(one, options, terminal)
    changed = any(one.after != one.before for one in changes)
    return ExitCode.FAILED if options.check and changed else ExitCode.PASSED


def _targets(options: argparse.Namespace, *, need_companion: bool) -> Iterator[_Target]:
    if not options.files:
        yield from _named_by_companions(options)
        return
    groups: dict[str | None, list[Cassette]] = {}
    for file in options.files:
        cassette = Parts(path=Path(file)).load()
        groups.setdefault(_collection(cassette, options, need=need_companion), []).append(cassette)
    for source, cassettes in groups.items():
        collection = None if source is None else load_collection(source)
        companion = None if source is None else _companion(source)
        yield _Target(cassettes=tuple(cassettes), collection=collection, companion=companion)


def _collection(cassette: Cassette, options: argparse.Namespace, *, need: bool) -> str | None:
    """Return where the collection of a recording is; `None` when it is gone and nothing needs it."""
    given = options.collection
    if given is None and not need:
        recorded = str(cassette.metadata.other.get("collection_file") or "")
        if not recorded or is_address(recorded) or not Path(collection_of(cassette, None)).exists():
            return None
    source = whole_collection(collection_of(cassette, given))
    if is_address(source):
        raise UsageError(
            "a collection at an address has no companion beside it",
            where=source,
            hint="save the collection, and name the file: --collection FILE",
        )
    return os.path.normpath(source)


def _companion(source: str) -> Path:
    found = companion_beside(source)
    if found is not None:
        return found
    path = Path(source)
    path = path.resolve() if path.name in ("", "..") else path
    return path.with_name((path.name if path.is_dir() else stem_of(path.name)) + ENDINGS[0])


def _named_by_companions(options: argparse.Namespace) -> Iterator[_Target]:
    """Find the companions whose cassette is there: named by them, or beside their collection."""
    if options.collection is not None:
        found = companion_beside(options.collection)
        files = [] if found is None else [found]
    else:
        files = sorted(_companions(Path()))
    count = 0
    for file in files:
        named = load_companion(file).cassette
        if named is not None and not Path(named).exists():
            continue
        source = options.collection or _beside(file, need=named is not None)
        path = cassette_beside(source) if named is None else Path(named)
        if path is None or not path.exists():
            continue
        count += 1
        cassette = Parts(path=path).load()
        yield _Target(cassettes=(cassette,), collection=load_collection(source), companion=file)
    if not count:
        raise UsageError(
            "no companion here names a recording that is there, or has one beside it",
            where="CASSETTE",
            hint="name recordings: harness infer cassettes/shop.yaml",
        )


def _companions(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = [one for one in folders if one not in _OTHERS_FOLDERS and not one.startswith(".")]
        yield from (Path(here) / one for one in names if one.endswith(ENDINGS))


def _beside(companion: Path, *, need: bool) -> str:
    """Return the collection that a companion is beside; empty where there is none and nobody needs it."""
    stem = next(companion.name.removesuffix(one) for one in ENDINGS if companion.name.endswith(one))
    for name in (f"{stem}.postman_collection.json", f"{stem}.json", stem):
        if (found := companion.with_name(name)).exists() and companion_beside(found) == companion:
            return str(found)
    if not need:
        return ""
    raise InputError(
        "there is no collection beside this companion",
        where=str(companion),
        hint="name it with the recordings: harness infer CASSETTE --collection FILE",
    )


def _change(target: _Target, *, anew: bool) -> _Change:
    """Return a companion's text with what is proposed; `anew` takes out first what was inferred before."""
    companion = target.companion
    name = "" if companion is None else str(companion)
    before = (
        decode(read_bytes(name, "the companion file")) if companion is not None and companion.exists() else ""
    )
    text = without_inferred(before, name) if anew else before
    inferred = parse_companion(before, name) if anew else None
    proposal = propose(target.cassettes, target.collection, parse_companion(text, name), inferred)
    additions = [Addition(path=one.path, expect=one.expect) for one in proposal.calls]
    return _Change(
        companion=companion,
        before=before,
        after=with_expectations(text, name, additions),
        proposal=proposal,
    )


def _tell(one: _Change, options: argparse.Namespace, terminal: Terminal) -> None:
    if options.update or options.check:
        for line in _difference(one):
            terminal.verbatim().write(line + "\n")
    name = "" if one.companion is None else str(one.companion)
    if one.before == one.after:
        terminal.out.write(f"nothing to change{f' in {name}' if name else ''}\n")
    elif options.write or options.update:
        calls = [call for call in one.proposal.calls if call.expect]
        count = counted(sum(len(call.expect) for call in calls), "expectation")
        terminal.out.write(f"written to {name}: {count} of {counted(len(calls), 'call')}\n")
    elif options.check:
        terminal.out.write(f"{name} would change; `harness infer --update` writes it\n")
    else:
        additions = [Addition(path=call.path, expect=call.expect) for call in one.proposal.calls]
        terminal.verbatim().write(as_companion(additions))


def _difference(one: _Change) -> Iterator[str]:
    name = str(one.companion or "")
    lines = difflib.unified_diff(
        one.before.splitlines(), one.after.splitlines(), fromfile=name, tofile=name, lineterm="", n=2
    )
    yield from lines


def _tell_left_out(proposal: Proposal, terminal: Terminal) -> None:
    for paths, why in (
        (proposal.gone, "is recorded, but not in the collection"),
        (proposal.unanswered, "never got an answer in the recordings"),
    ):
        for path in paths:
            terminal.err.write(f"note: {' / '.join(path)} {why}\n")


def _document(one: _Change, *, schema: bool) -> dict[str, Any]:
    return {
        "companion": None if one.companion is None else str(one.companion),
        "changes": one.before != one.after,
        "diff": list(_difference(one)),
        "calls": [
            {
                "call": list(call.path),
                "answers": call.answers,
                "expect": expect_document(call.expect),
                **({"schema": call.schema} if schema else {}),
            }
            for call in one.proposal.calls
        ],
        "left_out": [
            *({"call": list(path), "reason": "not in the collection"} for path in one.proposal.gone),
            *({"call": list(path), "reason": "no answer"} for path in one.proposal.unanswered),
        ],
    }


def _write(path: Path, text: str) -> None:
    if path.is_symlink() and not path.resolve().is_relative_to(Path.cwd().resolve()):
        raise InputError(
            f"the companion is a link that leads out of the working directory, to {path.resolve()}",
            where=str(path),
            hint="put the file itself there, or work where it is",
        )
    try:
        write_atomically(path, [text])
    except OSError as error:
        raise InputError(f"cannot write the companion: {error.strerror}", where=str(path)) from error
