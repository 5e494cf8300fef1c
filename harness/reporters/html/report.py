"""The HTML report: one file without any address in it, to be opened from disk.

What the lists need is in one packed block, the calls' requests and answers are in many, each unpacked by the
page when a call in it is opened. Both go to disk as the run goes on.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final

from harness.collection.model import Folder
from harness.reporters.export import LargeText, ReportFile
from harness.reporters.fault import Fault, faults_of
from harness.reporters.history import Chronicle, key_of
from harness.reporters.html.call_record import FAILED, CallPosition, attempt_of, failure_of, record_of, row_of
from harness.reporters.html.packing import Packer, packed
from harness.reporters.html.page_frame import render_page
from harness.reporters.html.settings import HtmlSettings, html_settings, htmlextra_settings
from harness.reporters.newman.collection_document import masked
from harness.reporters.provenance import VariableProvenance
from harness.reporters.reporter import ReporterContext, ReporterOptions
from harness.runner.events import (
    AttemptFinished,
    CallFinished,
    Event,
    IterationStarted,
    RunFinished,
    RunStarted,
)
from harness.runner.results import CallResult, RunSummary
from harness.runner.tally import count
from harness.variables.scope import Scope
from harness.version import __version__

DEFAULT_FILE: Final = "newman-run-report.html"
_HIDDEN: Final = "********"
_CHUNK_BYTES: Final = 256 * 1024
_CHUNK_RECORDS: Final = 200
_FIRST_FAILURES: Final = 50
_MISSING: Final = 2000
"""So many things that a run has not seen of a description are named, of each kind."""

_DATA: Final = "@@DATA@@"
_DATA_SHOWN: Final = 200
"""So many characters of a value of a row of data are shown."""


class HtmlReporter:
    """Writes the report as one HTML file."""

    def __init__(self, settings: HtmlSettings, context: ReporterContext) -> None:
        self._settings = settings
        self._context = context
        self._kept = replace(settings.kept, hides=self._hides)
        self._chronicle: Chronicle | None = None
        self._started: RunStarted | None = None
        self._finished: RunFinished | None = None
        self._summary = RunSummary()
        self._provenance = VariableProvenance()
        self._items: dict[str, int] = {}
        self._item_list: list[dict[str, Any]] = []
        self._scripts: dict[str, int] = {}
        self._script_list: list[str] = []
        self._rounds: list[dict[str, Any]] = []
        self._round_of: dict[int, int] = {}
        self._attempts: list[CallResult] = []
        self._rows = LargeText()
        self._failures = LargeText()
        self._chunks = LargeText()
        self._chunk: list[str] = []
        self._chunk_size = 0
        self._file = ReportFile(
            settings.export, DEFAULT_FILE, context.cwd, self._rows, self._failures, self._chunks
        )
        self._first: list[dict[str, str]] = []
        self._left_out = {"calls": 0, "failures": 0}

    @property
    def written(self) -> Path | None:
        """The file, once there is one."""
        return self._file.written

    def handle(self, event: Event) -> None:
        """Take the next event in."""
        count(self._summary, event)
        match event:
            case RunStarted():
                self._started = event
                # A history that cannot be read is told before anything is sent.
                if self._settings.history is not None:
                    self._chronicle = Chronicle(self._settings.history)
            case IterationStarted(iteration=iteration, row=row):
                self._round_of[iteration] = len(self._rounds)
                self._rounds.append({"iteration": iteration, "data": self._data(row)})
            case AttemptFinished(result=result):
                self._attempts.append(result)
            case CallFinished(result=result):
                self._take(result)
                self._attempts = []
            case RunFinished():
                self._finished = event
            case _:
                pass

    def close(self) -> None:
        """Write the page, unless no run ever started."""
        self._file.finish(self._started, self._write)
        finished, chronicle = self._finished, self._chronicle
        self._chronicle = None
        if chronicle is not None and finished and not finished.summary.interrupted:
            chronicle.write(finished.summary)

    def _take(self, result: CallResult) -> None:
        if self._settings.leaves_out(result.call.path):
            self._left_out["calls"] += 1
            self._left_out["failures"] += sum(1 for _ in faults_of(result))
            self._provenance.learn(None, result)
            return
        number = self._rows.parts
        uses = tuple(use for use in self._provenance.uses(result) if not self._hides(use.scope, use.name))
        self._provenance.learn(number, result)
        started_ms = self._started.started_ms if self._started else 0.0
        place = CallPosition(
            item=self._item(result),
            round=self._round(result),
            chunk=self._chunks.parts,
            slot=len(self._chunk),
        )
        row = row_of(result, place, started_ms, self._kept)
        if self._chronicle is not None and result.skipped is None:
            self._note(self._chronicle, number, result, failed=row[2] == FAILED)
        self._rows.add(_dump(row), ",")
        for fault in faults_of(result):
            self._failures.add(_dump(self._failure(fault, number)), ",")
            if len(self._first) < _FIRST_FAILURES:
                told = {
                    "path": " / ".join(result.call.path),
                    "test": fault.test or "",
                    "message": fault.message,
                }
                mask = self._context.mask
                self._first.append(
                    {key: mask(text) if key == "message" else mask.label(text) for key, text in told.items()}
                )
        whole = record_of(result, uses, self._kept)
        if self._attempts:
            whole["attempts"] = [
                attempt_of(one, [self._failure(fault, number) for fault in faults_of(one)], self._kept)
                for one in self._attempts
            ]
        record = _dump(whole)
        self._chunk.append(record)
        self._chunk_size += len(record)
        if self._chunk_size >= _CHUNK_BYTES or len(self._chunk) >= _CHUNK_RECORDS:
            self._end_chunk()

    def _note(self, chronicle: Chronicle, number: int, result: CallResult, *, failed: bool) -> None:
        key = key_of(result, self._started.iterations if self._started is not None else 1)
        key = self._context.mask.label(key)
        retried, elapsed_ms = result.attempt > 1, result.elapsed_ms
        chronicle.note(number, key, failed=failed, retried=retried, elapsed_ms=elapsed_ms)

    def _end_chunk(self) -> None:
        if not self._chunk:
            return
        name = f"chunk-{self._chunks.parts}"
        data = packed(f"[{','.join(self._chunk)}]")
        self._chunks.add(f'<script type="text/plain" id="{name}">{data}</script>\n')
        self._chunk = []
        self._chunk_size = 0

    def _item(self, result: CallResult) -> int:
        item = result.call.item
        if item.id not in self._items:
            self._items[item.id] = len(self._item_list)
            path = [self._context.mask.label(name) for name in result.call.path]
            self._item_list.append({"id": item.id, "path": path})
        return self._items[item.id]

    def _failure(self, fault: Fault, row: int) -> list[Any]:
        script = None if fault.script is None else self._script(fault.script.source)
        return failure_of(fault, row, script, self._kept)

    def _round(self, result: CallResult) -> int:
        """Return the number of the iteration's row; a call of an iteration that was not told has one, too."""
        if result.iteration not in self._round_of:
            self._round_of[result.iteration] = len(self._rounds)
            self._rounds.append({"iteration": result.iteration, "data": []})
        return self._round_of[result.iteration]

    def _data(self, row: Mapping[str, Any]) -> list[list[str]]:
        mask = self._context.mask
        return [
            [mask.label(name), mask(_spelled(value))[:_DATA_SHOWN]]
            for name, value in row.items()
            if not self._hides("data", name)
        ]

    def _script(self, source: str) -> int:
        if source not in self._scripts:
            self._scripts[source] = len(self._script_list)
            self._script_list.append(self._context.mask.label(source))
        return self._scripts[source]

    def _write(self, file: IO[bytes], started: RunStarted) -> None:
        self._end_chunk()
        head, tail = self._render(started).split(_DATA)
        file.write(head.encode("utf-8", "replace"))
        file.write(b'<script type="text/plain" id="index">')
        packer = Packer(file)
        index = {
            "run": self._run(started),
            "items": self._item_list,
            "scripts": self._script_list,
            "rounds": self._rounds,
        }
        packer.write(_dump(index)[:-1].encode("utf-8", "replace"))
        packer.write(b',"rows":[')
        self._rows.copy_to(packer)
        packer.write(b'],"failures":[')
        self._failures.copy_to(packer)
        packer.write(b"]}")
        packer.close()
        file.write(b"</script>\n")
        self._chunks.copy_to(file)
        file.write(tail.encode("utf-8", "replace"))

    def _render(self, started: RunStarted) -> str:
        summary = self._finished.summary if self._finished else self._summary
        error = self._finished.error if self._finished else "the run did not end by itself"
        return render_page(
            self._settings.page,
            collection=self._context.mask.label(started.collection.name),
            mode=started.mode,
            started_ms=started.started_ms,
            summary=summary,
            ended=self._finished is not None,
            error=self._context.mask(error) if error else "",
            mask=self._context.mask,
            failures=self._first,
            history=self._chronicle is not None,
            coverage=bool(summary.coverage),
            data=_DATA,
        )

    def _run(self, started: RunStarted) -> dict[str, Any]:
        summary = self._finished.summary if self._finished else self._summary
        mask = self._context.mask
        return {
            "name": mask.label(started.collection.name),
            "environment": mask.label(self._finished.scopes.environment.label) if self._finished else "",
            "version": __version__,
            "mode": started.mode,
            "started": started.started_ms,
            "elapsed": summary.elapsed_ms,
            "iterations": started.iterations,
            "received": summary.received_bytes,
            "interrupted": summary.interrupted or self._finished is None,
            "onlyFailures": self._settings.page.only_failures,
            "highlight": self._settings.page.highlight,
            "leftOut": self._left_out,
            "totals": [
                [name, tally.total - tally.skipped, tally.failed, tally.skipped]
                for name, tally in (
                    ("Iterations", summary.iterations),
                    ("Calls", summary.items),
                    ("Requests", summary.requests),
                    ("Pre-request scripts", summary.prerequest_scripts),
                    ("Test scripts", summary.test_scripts),
                    ("Assertions", summary.assertions),
                )
            ],
            "about": mask.label(started.collection.description or ""),
            "folders": {
                " / ".join(mask.label(name) for name in folder.path): mask.label(folder.description)
                for folder in _folders_of(started.collection.root)
                if folder.description
            },
            "facts": {} if summary.parts else masked(summary.facts, mask),
            "collections": [
                {"name": mask.label(part.collection), "mode": part.mode, "facts": masked(part.facts, mask)}
                for part in summary.parts
            ],
            "warnings": [[mask(one.message), mask.label(one.place), one.kind] for one in summary.warnings],
            "variables": self._variables(started),
            "coverage": [
                [
                    one.kind,
                    one.declared,
                    one.seen,
                    one.percent,
                    [mask.label(name) for name in one.missing[:_MISSING]],
                ]
                for one in summary.coverage
            ],
            "history": None if self._chronicle is None else self._chronicle.told(summary),
        }

    def _variables(self, started: RunStarted) -> Mapping[str, list[list[Any]]]:
        """Tell the variables as the run left them, by scope; secret ones by name only."""
        if self._finished is not None:
            scopes = self._finished.scopes
            named: dict[str, Scope] = {
                "environment": scopes.environment,
                "collection": scopes.collection,
                "globals": scopes.globals,
            }
        else:
            named = {"collection": Scope("collection", started.collection.variables)}
        return {
            name: [
                [
                    self._context.mask.label(one.key),
                    _HIDDEN if one.secret else self._context.mask(str(one.value)),
                ]
                for one in scope
                if not one.disabled and not self._hides(name, one.key)
            ]
            for name, scope in named.items()
        }

    def _hides(self, scope: str | None, name: str) -> bool:
        return name.lower() in self._settings.skipped_variables.get(scope or "", ())


def _folders_of(folder: Folder) -> Iterator[Folder]:
    for child in folder.children:
        if isinstance(child, Folder):
            yield child
            yield from _folders_of(child)


def html_reporter(options: ReporterOptions, context: ReporterContext) -> HtmlReporter:
    """Make the reporter from our own options."""
    return HtmlReporter(html_settings(options, context), context)


def htmlextra_reporter(options: ReporterOptions, context: ReporterContext) -> HtmlReporter:
    """Make the reporter from the options of newman-reporter-htmlextra."""
    return HtmlReporter(htmlextra_settings(options, context), context)


def _spelled(value: Any) -> str:
    return value if isinstance(value, str) else _dump(value)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
