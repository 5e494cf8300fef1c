"""`harness cassette`: the tools that work on recordings as wholes."""

import argparse
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from harness.api import LiveRun
from harness.api.input_warnings import environment_warnings
from harness.api.modes.replay import ReplayMode
from harness.cassettes.compare.answers import DEFAULT_IGNORED, Ignore
from harness.cassettes.edit import diff, finish_journal, merge, prune, redact, save, scan, show
from harness.cassettes.file.format import load
from harness.cassettes.file.har import export_har, import_har
from harness.cassettes.file.interaction import Cassette, Interaction
from harness.cassettes.file.journal import journal_cassette
from harness.cassettes.file.journal_path import SUFFIX
from harness.cassettes.file.publish import write_atomically
from harness.cli.cassette_documents import change_document, interaction_document
from harness.cli.json_output import write_json
from harness.cli.run_config import patterns, run_config
from harness.cli.terminal import Terminal
from harness.cli.warnings_told import policy_of, tell_warnings
from harness.collection.document import is_address
from harness.errors import ExitCode, InputError, UsageError
from harness.reporters.units import counted
from harness.runner.events import RunFinished
from harness.secrets.fields import learn_variables
from harness.secrets.patterns import secret_patterns
from harness.secrets.redactor import Redactor
from harness.variables.environment import load_environment


def cassette_command(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    """Use one tool."""
    return _TOOLS[options.tool](options, terminal)


def collection_of(cassette: Cassette, given: str | None) -> str:
    """Return the collection that a cassette belongs to: the one given, else the one it was recorded from."""
    if given is not None:
        return given
    recorded = str(cassette.metadata.other.get("collection_file") or "")
    if not recorded:
        raise UsageError(
            "the cassette does not say which collection it is a recording of",
            where=cassette.file,
            hint="name the collection behind the cassette",
        )
    return recorded if is_address(recorded) else str(Path(cassette.file).parent / recorded)


def ignore_of(options: argparse.Namespace) -> Ignore:
    """Say which differences between answers do not count."""
    usual = () if options.all_headers else DEFAULT_IGNORED
    return Ignore(pointers=(*usual, *options.ignore), generated=not options.exact)


def _show(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    cassette = _read(options.file)
    if options.format == "json":
        return _show_document(cassette, options, terminal)
    told = cassette.metadata
    facts = [
        told.collection,
        counted(len(cassette.interactions), "interaction"),
        f"harness {told.harness}" if told.harness else "",
        told.note,
        "" if told.complete else "not complete",
    ]
    terminal.out.write(f"{cassette.file}: {', '.join(filter(None, facts))}\n\n")
    for line in show(_chosen(cassette, options.call), bodies=not options.no_bodies):
        terminal.out.write(line + "\n")
    return ExitCode.PASSED


def _chosen(cassette: Cassette, call: str | None) -> Cassette:
    """Keep the interactions of calls whose path contains a text."""
    if not call:
        return cassette
    wanted = (one for one in cassette.interactions if call in " / ".join(one.context.call))
    return replace(cassette, interactions=tuple(wanted))


def _show_document(cassette: Cassette, options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    told = cassette.metadata
    interactions = _chosen(cassette, options.call).interactions
    document = {
        "file": cassette.file,
        "collection": told.collection,
        "harness": told.harness,
        "note": told.note,
        "complete": told.complete,
        "interactions": [interaction_document(one, bodies=not options.no_bodies) for one in interactions],
    }
    write_json(terminal.verbatim(), document)
    return ExitCode.PASSED


def _diff(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    changes = diff(_read(options.old), _read(options.new), ignore=ignore_of(options))
    if options.format == "json":
        write_json(terminal.verbatim(), {"changes": [change_document(one) for one in changes]})
        return ExitCode.FAILED if changes else ExitCode.PASSED
    for change in changes:
        sign = "+" if change.old is None else "-" if change.new is None else "~"
        one = change.new or change.old
        if one is not None:
            terminal.out.write(f"{sign} {title(one)}\n")
        for difference in change.differences:
            old, new = difference.recorded, difference.sent
            told = f"{'nothing' if old is None else old} -> {'nothing' if new is None else new}"
            terminal.out.write(f"    {difference.pointer}: {told}\n")
    if not changes:
        terminal.out.write("the cassettes hold the same answers\n")
    return ExitCode.FAILED if changes else ExitCode.PASSED


def title(one: Interaction) -> str:
    """Name an interaction in one line: its call, and what it asked."""
    owner = " / ".join(one.context.call)
    asked = f"{one.request.method} {one.request.url}"
    return f"{owner}: {asked}" if owner else asked


def _merge(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    merged = merge([_read(file) for file in options.files])
    return _save(merged, options.output, Redactor(redacted=True), options, terminal)


def _prune(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    cassette = load(Path(options.file))
    config = run_config(collection_of(cassette, options.collection), options, terminal, replay=options.file)
    with LiveRun(config) as live:
        finished = [event for event in live.events() if isinstance(event, RunFinished)]
        if not isinstance(live.mode, ReplayMode) or not finished:
            raise RuntimeError("a replay that replays nothing")
        summary, unused = finished[0].summary, live.mode.unused()
    if summary.misses or summary.interrupted:
        raise InputError(
            f"nothing is dropped: in the replay {counted(summary.misses, 'request')} had no answer",
            where=options.file,
            hint="give the environment and data of the recording (-e, -d), or see "
            f"what is missing: harness run {config.collection} --replay {options.file}",
        )
    warned = tell_warnings(
        (one for one in summary.warnings if one.kind != "unplayed-recording"), config.output.policy, terminal
    )
    if options.format == "json":
        kept = options.dry_run or not unused
        if not kept:
            _write(prune(cassette, unused), options.file, Redactor(redacted=True))
        named = [interaction_document(one, bodies=False) for one in unused]
        counts = {"interactions": len(cassette.interactions), "unused": named}
        write_json(terminal.verbatim(), counts | {"written": None if kept else options.file})
        return warned
    for one in unused:
        terminal.out.write(f"- {title(one)}\n")
    if options.dry_run or not unused:
        terminal.out.write(f"not used: {len(unused)} of {len(cassette.interactions)}; nothing is written\n")
        return warned
    pruned = prune(cassette, unused)
    return max(warned, _save(pruned, options.file, Redactor(redacted=True), options, terminal))


def _scan(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    redactor, warned = _redactor(options, terminal)
    findings = [(file, one) for file in options.files for one in scan(_read(file), redactor)]
    code = ExitCode.FAILED if findings else warned
    if options.format == "json":
        places = [
            {
                "file": file,
                "call": list(one.call),
                "interaction": one.interaction,
                "pointer": one.pointer,
            }
            for file, one in findings
        ]
        write_json(terminal.verbatim(), {"secrets": places})
        return code
    for file, finding in findings:
        owner = " / ".join(finding.call)
        place = f"interaction {finding.interaction + 1}{finding.pointer}"
        terminal.out.write(f"{file}: {f'{owner}, ' if owner else ''}{place}: a secret\n")
    if not findings:
        terminal.out.write("no secrets found\n")
    return code


def _redact(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    redactor, warned = _redactor(options, terminal)
    if options.file.endswith(SUFFIX):
        if options.output:
            raise UsageError("an interrupted recording ends in its own cassette", where="--output")
        path = finish_journal(Path(options.file), redactor)
        if options.format == "json":
            write_json(terminal.verbatim(), {"written": str(path), "complete": False})
        else:
            terminal.out.write(f"written to {path}, marked as not complete\n")
        return warned
    redacted = redact(load(Path(options.file)), redactor)
    return max(warned, _save(redacted, options.output or options.file, redactor, options, terminal))


def _import_har(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    redactor, warned = _redactor(options, terminal)
    imported = redact(import_har(Path(options.file)), redactor)
    return max(warned, _save(imported, options.output, redactor, options, terminal))


def _export_har(options: argparse.Namespace, terminal: Terminal) -> ExitCode:
    text = json.dumps(export_har(_read(options.file)), indent=2, ensure_ascii=False) + "\n"
    if options.output is None:
        terminal.verbatim().write(text)
        return ExitCode.PASSED
    try:
        write_atomically(Path(options.output), [text])
    except OSError as error:
        raise InputError(f"cannot write the HAR: {error.strerror}", where=options.output) from error
    terminal.out.write(f"written to {options.output}\n")
    return ExitCode.PASSED


def _read(file: str) -> Cassette:
    """Read a cassette, or the journal of a recording that was interrupted."""
    path = Path(file)
    return journal_cassette(path) if file.endswith(SUFFIX) else load(path)


def _write(cassette: Cassette, file: str, redactor: Redactor) -> None:
    try:
        save(cassette, Path(file), redactor)
    except OSError as error:
        raise InputError(f"cannot write the cassette: {error.strerror}", where=file) from error


def _save(
    cassette: Cassette, file: str, redactor: Redactor, options: argparse.Namespace, terminal: Terminal
) -> ExitCode:
    _write(cassette, file, redactor)
    count = len(cassette.interactions)
    if options.format == "json":
        write_json(
            terminal.verbatim(),
            {"written": file, "interactions": count, "complete": cassette.metadata.complete},
        )
    else:
        terminal.out.write(f"{counted(count, 'interaction')} written to {file}\n")
    return ExitCode.PASSED


def _redactor(options: argparse.Namespace, terminal: Terminal) -> tuple[Redactor, ExitCode]:
    """Return what knows the environment's secrets and the user's patterns, and what warnings are worth."""
    redactor = Redactor(secret_patterns(patterns(options)), redacted=True)
    environment = load_environment(options.environment).with_system(terminal.environ)
    learn_variables(environment.variables, redactor)
    return redactor, tell_warnings(environment_warnings(environment), policy_of(options), terminal)


_TOOLS: Final[Mapping[str, Callable[[argparse.Namespace, Terminal], ExitCode]]] = {
    "show": _show,
    "diff": _diff,
    "merge": _merge,
    "prune": _prune,
    "scan": _scan,
    "redact": _redact,
    "import-har": _import_har,
    "export-har": _export_har,
}
