"""The JSON report: newman's document, field for field, and beside it what newman does not know.

The run's executions and failures go to disk as they come, so that the memory used does not grow.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final

from harness.client.message import Exchange
from harness.collection.model import Item
from harness.dialect import NEWMAN
from harness.reporters.export import LargeText, ReportFile
from harness.reporters.fault import Fault, faults_of
from harness.reporters.name_uuid import name_uuid
from harness.reporters.newman.additions import additions_of, attempt_document, warning_document
from harness.reporters.newman.collection_document import (
    CollectionDocument,
    Expansion,
    Shown,
    masked,
    masked_bytes,
)
from harness.reporters.newman.differences import enumerable, legs
from harness.reporters.newman.error_document import assertion_error, request_error, script_error
from harness.reporters.newman.execution import (
    JsonObject,
    request_document,
    response_document,
    spelled_headers,
    spelled_url,
    system_headers,
    unsent_document,
    url_document,
    variables_document,
)
from harness.reporters.newman.expanded import expanded_folder, expanded_item
from harness.reporters.newman.json_text import Spelled, dumped
from harness.reporters.newman.omitted import Omitted
from harness.reporters.newman.totals import RunTotals
from harness.reporters.phases import phases_of
from harness.reporters.reporter import ReporterContext, ReporterOptions
from harness.runner.events import AttemptFinished, CallFinished, Event, RunFinished, RunStarted
from harness.runner.results import CallResult
from harness.runner.untested import as_run
from harness.scripting.engine import Assertion
from harness.secrets.watch import Mask, Unmasked
from harness.variables.scope import Scope

DEFAULT_FILE: Final = "newman-run-report.json"
_HIDDEN: Final = "********"


def letter_report(options: ReporterOptions, context: ReporterContext) -> "JsonReporter":
    """Return the reporter that writes newman's document alone, without what newman does not know.

    Whether secrets are hidden is the run's affair, not the document's.
    """
    running = replace(NEWMAN.run, masks=context.dialect.run.masks)
    return JsonReporter(options, replace(context, dialect=replace(NEWMAN, run=running)))


class JsonReporter:
    """Writes newman's JSON summary of a run.

    Where the dialect has additions, responses carry the `timings` of their phases, executions `attempts`,
    `flaky`, `expectations`, `extractions`, `console`, `warnings` and `setUp`, the run `skipped`, `flaky`,
    `warnings` and `facts`, and an assertion tells `expected` and `actual`. An assertion or script that failed
    for want of an answer is `untested`; it counts among the failed, as in newman.
    """

    def __init__(self, options: ReporterOptions, context: ReporterContext) -> None:
        self._context = context
        self._answers = context.dialect.reports
        self._mask = context.mask
        self._shows: Mask = context.mask if context.dialect.run.masks else Unmasked()
        self._omitted = Omitted.of(options)
        self._started: RunStarted | None = None
        self._finished: RunFinished | None = None
        self._document: CollectionDocument | None = None
        self._totals = RunTotals()
        self._executions = LargeText()
        self._failures = LargeText()
        self._skipped = LargeText()
        self._file = ReportFile(
            options.get("export"), DEFAULT_FILE, context.cwd, self._executions, self._failures, self._skipped
        )
        self._attempts: list[JsonObject] = []
        # newman looks at phases only when it tells them.
        self._has_phases = self._answers.additions or context.verbosity == "verbose"

    @property
    def written(self) -> Path | None:
        """The file, once there is one."""
        return self._file.written

    def handle(self, event: Event) -> None:
        """Take the next event in; executions and failures go to disk."""
        self._totals.take(event)
        match event:
            case RunStarted():
                self._started = event
                expand = None if self._answers.additions else Expansion(expanded_item, expanded_folder)
                self._document = CollectionDocument(event.collection, expand)
            case AttemptFinished(result=result):
                self._attempts.append(attempt_document(result))
            case CallFinished(result=result):
                self._take(result)
                self._attempts = []
            case RunFinished():
                self._finished = event
            case _:
                pass

    def close(self) -> None:
        """Write the document, unless no run ever started."""
        self._file.finish(self._started, self._write)

    def _take(self, result: CallResult) -> None:
        self._totals.call(result)
        failed = result
        if result.exchange is not None and result.exchange.failure is not None:
            failed = as_run(result)
        cursor = self._cursor(result)
        item = self._item(result.call.item)
        if result.skipped is not None:
            entry: JsonObject = {"cursor": cursor, "item": item, "reason": result.skipped}
            self._skipped.add(self._dump(entry | self._outcome(result) | self._extras(result)), ",\n")
        for execution in self._execute(result, cursor, item):
            self._executions.add(self._dump(execution), ",\n")
        for fault in faults_of(failed, self._answers):
            self._failures.add(self._dump(self._failure(fault, result, cursor, item)), ",\n")

    @property
    def _documents(self) -> CollectionDocument:
        assert self._document is not None, "RunStarted is the first event"  # noqa: S101 - an invariant of runs
        return self._document

    def _item(self, item: Item) -> Mapping[str, Any] | Spelled:
        if self._omitted:
            return self._documents.part(item)
        return self._documents.spelled_part(item, self._shows)

    def _url(self, url: str) -> JsonObject | Spelled:
        shown = self._mask.url(url)
        spelled, texts = spelled_url(shown)
        return spelled if self._shows.texts(texts) == texts else url_document(shown)

    def _cursor(self, result: CallResult) -> Spelled:
        started = self._started
        # Numbers and identities of ours hold nothing that could be masked.
        return Spelled(
            f'{{"ref":"{self._identity("ref")}","length":{started.calls if started else 0},'
            f'"cycles":{started.iterations if started else 0},"position":{result.position},'
            f'"iteration":{result.iteration},"httpRequestId":"{self._identity("request")}"}}'
        )

    def _identity(self, of: str) -> str:
        started = self._started.started_ms if self._started else 0
        # It is made here, and holds nothing that could be masked.
        return Shown(name_uuid(f"{started}/{self._totals.calls}/{of}"))

    def _execute(
        self, result: CallResult, cursor: Spelled, item: Mapping[str, Any] | Spelled
    ) -> Iterator[JsonObject]:
        """One execution for each HTTP request of a call, in the order they were sent."""
        sent = [(side.origin, side.exchange) for side in result.side if side.origin != "test"]
        if result.exchange is not None:
            sent.append(("call", result.exchange))
        sent.extend((side.origin, side.exchange) for side in result.side if side.origin == "test")
        if self._has_phases:
            for _, exchange in sent:
                self._totals.phases.take(exchange)
        outcome = self._outcome(result)
        if self._answers.counts_legs:
            self._totals.summary.requests.total += sum(legs(exchange) - 1 for _, exchange in sent)
        if self._answers.shared_entries:
            yield from self._shared(sent, outcome, result, cursor, item)
            return
        for number, (origin, exchange) in enumerate(sent):
            if origin == "call":
                execution = self._exchange(exchange, origin, result, cursor, item, number)
                execution.update(outcome)
                execution.update(self._extras(result))
                yield execution
            elif self._answers.entry_per_request:
                yield self._exchange(exchange, origin, result, cursor, item, number) | {"origin": origin}
        if result.exchange is None and result.request is not None and self._answers.lists_unsent:
            yield {
                "cursor": cursor,
                "item": item,
                "request": unsent_document(result.request),
                "id": result.call.item.id,
            } | outcome

    def _shared(
        self,
        sent: Sequence[tuple[str, Exchange]],
        outcome: JsonObject,
        result: CallResult,
        cursor: Spelled,
        item: Mapping[str, Any] | Spelled,
    ) -> Iterator[JsonObject]:
        """Tell requests as newman does, which pushes one and the same object for each of them."""
        failures = [exchange.failure for _, exchange in sent if exchange.failure is not None]
        for _ in range(sum(legs(exchange) for _, exchange in sent)):
            origin, exchange = sent[-1]
            execution = self._exchange(exchange, origin, result, cursor, item)
            if failures:
                execution["requestError"] = enumerable(failures[-1])
            yield execution | outcome

    def _exchange(
        self,
        exchange: Exchange,
        origin: str,
        result: CallResult,
        cursor: Spelled,
        item: Mapping[str, Any] | Spelled,
        number: int = 0,
    ) -> JsonObject:
        sent, authored = exchange.request, result.request if origin == "call" else None
        execution: JsonObject = {
            "cursor": cursor,
            "item": item,
            "request": request_document(
                sent,
                authored,
                url=self._url(sent.url),
                headers=spelled_headers(sent.headers, self._shows, system_headers(sent.headers, authored)),
            ),
        }
        if exchange.response is not None:
            body = masked_bytes(exchange.response.body, self._mask)
            cookies = exchange.cookies if self._answers.additions else ()
            identity = self._identity(f"response/{number}")
            headers = spelled_headers(exchange.response.headers, self._shows)
            document = response_document(exchange.response, identity, body, cookies, headers=headers)
            if self._answers.additions and exchange.response.timings is not None:
                document["timings"] = phases_of(exchange) | {"reused": exchange.response.timings.reused}
            execution["response"] = document
        execution["id"] = result.call.item.id
        if exchange.failure is not None:
            execution["requestError"] = request_error(exchange.failure)
        return execution

    def _outcome(self, result: CallResult) -> JsonObject:
        """Tell what scripts and assertions came to; as in newman, a key only where there is something."""
        outcome: JsonObject = {}
        assertions = [self._assertion(one, result) for one in result.assertions]
        if assertions:
            outcome["assertions"] = assertions
        for key, runs in (("prerequestScript", result.prerequest), ("testScript", result.test)):
            errors: list[JsonObject] = [
                {"error": script_error(run.error, self._answers)} for run in runs if run.error is not None
            ]
            errors.extend(
                {"error": script_error(run.untested, self._answers), "untested": True}
                for run in runs
                if run.untested is not None
            )
            if self._answers.additions:
                losses = (loss for run in runs for loss in run.losses)
                errors.extend({"error": script_error(loss, self._answers), "lost": True} for loss in losses)
            if errors:
                outcome[key] = errors
        return outcome

    def _assertion(self, assertion: Assertion, result: CallResult) -> JsonObject:
        error = assertion.error or assertion.untested
        document: JsonObject = {"assertion": assertion.name, "skipped": assertion.skipped and error is None}
        if assertion.untested is not None:
            document["untested"] = True
        if error is not None:
            document["error"] = assertion_error(
                error,
                assertion.name,
                assertion.index,
                position=result.position,
                answers=self._answers,
            )
        return document

    def _failure(
        self, fault: Fault, result: CallResult, cursor: Spelled, item: Mapping[str, Any] | Spelled
    ) -> JsonObject:
        source: Mapping[str, Any] | Spelled = item
        if fault.failure is not None:
            error = request_error(fault.failure)
            if fault.origin != "call":
                source = {"id": self._identity(fault.origin)}
        elif fault.kind in ("script", "lost") and fault.error is not None:
            error = script_error(fault.error, self._answers)
        elif fault.error is not None:
            error = assertion_error(
                fault.error,
                fault.test,
                fault.index,
                position=result.position,
                answers=self._answers,
            )
        else:
            error = {"name": fault.name, "message": fault.message}
        document: JsonObject = {
            "error": error,
            "at": fault.at(self._answers),
            "source": source,
            "parent": self._parent(result),
            "cursor": cursor,
        }
        if fault.kind in ("expectation", "lost", "file"):
            document["kind"] = fault.kind
        return document

    def _parent(self, result: CallResult) -> JsonObject:
        """Name the folder of a call; newman repeats it with all that is in it."""
        if result.call.parents:
            folder = result.call.parents[-1]
            return {"id": folder.id, "name": folder.name}
        info = self._documents.whole.get("info")
        return {"info": info}

    def _extras(self, result: CallResult) -> JsonObject:
        return additions_of(result, self._attempts) if self._answers.additions else {}

    def _dump(self, value: Any) -> Iterator[str]:
        if self._omitted:
            value = self._omitted.without(value)
        return dumped(masked(value, self._mask) if self._context.dialect.run.masks else value)

    def _write(self, file: IO[bytes], started: RunStarted) -> None:
        def put(text: str) -> None:
            file.write(text.encode("utf-8", "replace"))

        def tell(name: str, value: Any) -> None:
            put(name)
            for piece in self._dump(value):
                put(piece)

        tell('{\n"collection": ', self._documents.whole)
        tell(',\n"environment": ', self._scope("environment"))
        tell(',\n"globals": ', self._scope("globals"))
        tell(',\n"run": {\n"stats": ', self._totals.stats())
        tell(',\n"timings": ', self._totals.timings(started, self._finished))
        put(',\n"executions": [\n')
        self._executions.copy_to(file)
        tell('\n],\n"transfers": ', {"responseTotal": self._totals.summary.received_bytes})
        put(',\n"failures": [\n')
        self._failures.copy_to(file)
        error = self._finished.error if self._finished else "the run did not end by itself"
        # newman's `run.error` is for what broke the run; stopping at a failure is what was asked for.
        error = None if error == "bail" else error
        tell('\n],\n"error": ', {"name": "Error", "message": error} if error else None)
        if self._answers.additions:
            put(',\n"skipped": [\n')
            self._skipped.copy_to(file)
            summary = self._finished.summary if self._finished else self._totals.summary
            warnings = [warning_document(one) for one in summary.warnings]
            tell('\n],\n"warnings": ', warnings)
            tell(',\n"flaky": ', summary.flaky)
            tell(',\n"mode": ', started.mode)
            tell(',\n"facts": ', summary.facts)
        put("\n}\n}\n")

    def _scope(self, name: str) -> JsonObject:
        scopes = self._finished.scopes if self._finished else None
        scope: Scope = (
            Scope("globals")
            if scopes is None
            else (scopes.environment if name == "environment" else scopes.globals)
        )
        values = []
        for variable in scope:
            hidden = variable.secret and self._context.dialect.run.masks
            value = _HIDDEN if hidden else variable.value
            values.append({"type": variable.type or "any", "value": value, "key": variable.key})
        return variables_document(scope.id or self._identity(name), scope.label, values)
