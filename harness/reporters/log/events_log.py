"""The event log: one event a line, written as it comes, from which every report can be made later.

The first line holds the collection; calls and scripts are named by their places in it afterwards.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Final

from harness.client.message import Exchange, Hop, Timings
from harness.collection.model import Collection, Script, Variable
from harness.errors import InputError, misread
from harness.reporters.export import export_path
from harness.reporters.log.codec import Codec, Hook
from harness.reporters.reporter import ReporterContext, ReporterOptions
from harness.runner.events import AttemptFinished, CallFinished, CallStarted, Event, RunStarted
from harness.runner.plan import Call, calls_of
from harness.runner.results import RunFailure
from harness.runner.tally import failures_of
from harness.secrets.watch import Mask
from harness.variables.scope import Scope, Scopes

DEFAULT_FILE: Final = "newman-run-events.jsonl"
VERSION: Final = 1
_HIDDEN: Final = "********"


class EventEncoder:
    """Tells the events of a run as JSON, secrets masked; the reference says what each event holds.

    The events of a call carry its `path`, and one that failed its `failures`, so that nobody has to work
    them out of the rest.
    """

    def __init__(self, mask: Mask) -> None:
        self._codec = Codec(mask=mask)

    def tell(self, event: Event) -> dict[str, Any]:
        """Return the JSON object of an event."""
        if isinstance(event, RunStarted):
            _refer(self._codec, event.collection)
        told: dict[str, Any] = self._codec.encode(event, Event)
        match event:
            case RunStarted():
                return {"version": VERSION} | told
            case CallStarted(call=call):
                return told | {"path": self._path(call)}
            case AttemptFinished(result=result) | CallFinished(result=result):
                told["path"] = self._path(result.call)
                failures = [self._failure(one) for one in failures_of(result)]
                return told | {"failures": failures} if failures else told
            case _:
                return told

    def _path(self, call: Call) -> list[str]:
        return [self._codec.mask.label(name) for name in call.path]

    def _failure(self, failure: RunFailure) -> dict[str, str]:
        told = {"kind": failure.kind, "message": self._codec.mask(failure.message)}
        if failure.assertion is not None:
            told["assertion"] = self._codec.mask.label(failure.assertion)
        return told


class EventsLog:
    """Writes every event as a line of JSON, secrets masked; what is written survives a crash."""

    def __init__(self, options: ReporterOptions, context: ReporterContext) -> None:
        self._option = options.get("export")
        self._context = context
        self._encoder = EventEncoder(context.mask)
        self._file: IO[str] | None = None
        self._broken: OSError | None = None
        self.written: Path | None = None

    def handle(self, event: Event) -> None:
        """Write the event."""
        if isinstance(event, RunStarted):
            self._open(event)
        if self._file is not None and self._broken is None:
            line = self._encoder.tell(event)
            try:
                self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
                self._file.write("\n")
                self._file.flush()
            except OSError as error:
                # The run goes on: its clean-up and its other reports are worth more than the log.
                self._broken = error

    def close(self) -> None:
        """End the file. Raises `InputError` when it could not be written to its end."""
        if self._file is None:
            return
        try:
            self._file.close()
        except OSError as error:
            self._broken = self._broken or error
        self._file = None
        if self._broken is not None:
            raise _unwritable(self.written, self._broken) from self._broken

    def _open(self, event: RunStarted) -> None:
        path = export_path(self._option, DEFAULT_FILE, self._context.cwd, event.started_ms)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Lone surrogates, which scripts may print, have no place in UTF-8.
            self._file = path.open("w", encoding="utf-8", errors="replace", newline="\n")
        except OSError as error:
            raise _unwritable(path, error) from error
        self.written = path


def _unwritable(path: Path | None, error: OSError) -> InputError:
    return InputError(
        f"cannot write the event log: {error.strerror or error}",
        where=str(path),
        hint="name another file, or make its folder writable",
    )


def read_events(path: Path) -> Iterator[Event]:
    """Read the events of a log, so that any reporter can handle them again.

    A last line that was cut short by a crash is left out. Raises `InputError` for anything else.
    """
    codec = Codec()
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith("\n"):
                    return
                yield _event(codec, line, path, number)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InputError(f"cannot read the event log: {reason}", where=str(path)) from error


def _event(codec: Codec, line: str, path: Path, number: int) -> Event:
    try:
        data = json.loads(line)
        if number == 1:
            _check_version(data)
            _refer(codec, codec.decode(data["collection"], Collection))
        event: Event = codec.decode(data, Event)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise InputError(
            f"this is no event of a run: {misread(error)}",
            where=f"{path}: line {number}",
            hint="an event log is what `--reporters events` writes",
        ) from error
    return event


def _check_version(data: Any) -> None:
    version = data.get("version") if isinstance(data, dict) else None
    if version != VERSION:
        raise ValueError(f"the log's version is {version!r}, not {VERSION}")


def _refer(codec: Codec, collection: Collection) -> None:
    """Name calls and scripts by their places in the collection from now on, and the collection once."""
    calls = calls_of(collection)
    places = {id(call.item): place for place, call in enumerate(calls)}
    scripts = list({id(script): script for call in calls for _, script in call.scripts}.values())
    script_places = {id(script): place for place, script in enumerate(scripts)}
    plain = Codec(mask=codec.mask, hooks={Timings: Hook(encode=_encode_timings, decode=_decode_timings)})

    def encode_call(call: Call) -> Any:
        return places[id(call.item)] if id(call.item) in places else plain.encode(call)

    def decode_call(data: Any) -> Call:
        call: Call = calls[data] if isinstance(data, int) else plain.decode(data, Call)
        return call

    def encode_script(script: Script) -> Any:
        place = script_places.get(id(script))
        return plain.encode(script) if place is None else place

    def decode_script(data: Any) -> Script:
        script: Script = scripts[data] if isinstance(data, int) else plain.decode(data, Script)
        return script

    def encode_exchange(exchange: Exchange) -> Any:
        hops = exchange.hops
        # The last hop is the exchange itself: bodies are not told twice.
        ends = bool(hops) and hops[-1].request is exchange.request and hops[-1].response is exchange.response
        if not ends:
            return plain.encode(exchange)
        told = plain.encode(replace(exchange, hops=hops[:-1]))
        return told | {"last": hops[-1].leg}

    def decode_exchange(data: Any) -> Exchange:
        exchange: Exchange = plain.decode(data, Exchange)
        if "last" not in data or exchange.response is None:
            return exchange
        last = Hop(request=exchange.request, response=exchange.response, leg=data["last"])
        return replace(exchange, hops=(*exchange.hops, last))

    codec.hooks[Exchange] = Hook(encode=encode_exchange, decode=decode_exchange)
    codec.hooks[Call] = Hook(encode=encode_call, decode=decode_call)
    codec.hooks[Script] = Hook(encode=encode_script, decode=decode_script)
    codec.hooks[Collection] = Hook(encode=plain.encode, decode=lambda _: collection)
    codec.hooks[Scopes] = Hook(
        encode=lambda scopes: {scope.name: _encode_scope(scope, plain) for scope in scopes},
        decode=lambda data: Scopes(**{name: _decode_scope(name, one, plain) for name, one in data.items()}),
    )


def _encode_timings(timings: Timings) -> dict[str, Any]:
    """Tell the phases of a hop to the microsecond, which is as exact as they are."""
    told = Codec().encode(timings)
    return {name: value if value is True else round(value, 3) for name, value in told.items()}


def _decode_timings(data: Any) -> Timings:
    timings: Timings = Codec().decode(data, Timings)
    return timings


def _encode_scope(scope: Scope, codec: Codec) -> dict[str, Any]:
    values = []
    for variable in scope:
        told = codec.encode(variable)
        if variable.secret:
            told["value"] = _HIDDEN
        values.append(told)
    return {"id": scope.id, "label": codec.mask.label(scope.label), "values": values}


def _decode_scope(name: Any, data: dict[str, Any], codec: Codec) -> Scope:
    values = [codec.decode(one, Variable) for one in data["values"]]
    return Scope(name, values, label=data["label"], id=data["id"])
