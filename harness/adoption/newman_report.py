"""Reading newman's JSON report, of versions 4 to 6, in memory that does not grow with it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from harness.adoption.compared_parts import Trouble
from harness.adoption.disk_list import DiskList
from harness.adoption.json_stream import BrokenJson, JsonStream
from harness.adoption.newman_run import NewmanItem, NewmanRun, NewmanVisit
from harness.client.message import Failure, Headers, Response
from harness.collection.document import like_named
from harness.collection.load import load_collection
from harness.collection.model import Collection, Item
from harness.collection.schemas import V21_SCHEMA
from harness.errors import HarnessError, InputError, misread
from harness.reporters.newman.failure_kinds import failure_kind

_HINT: Final = "make one with `newman run COLLECTION -r json --reporter-json-export FILE`"
_PHASES: Final = ("prerequest-script", "test-script", "request")

JsonMapping = Mapping[str, Any]


def read_newman_run(path: Path) -> NewmanRun:
    """Read a report of newman into a run. Raises `InputError` when the file is something else.

    What stands before the place where a report breaks off counts; `broken` says that it does.
    """
    reader = _ReportReader(path)
    try:
        with path.open("rb") as file:
            reader.read(JsonStream(file))
    except (OSError, ValueError) as error:
        hint = like_named(path) if isinstance(error, FileNotFoundError) else ""
        what = f"the report cannot be read: {misread(error)}"
        raise InputError(what, where=str(path), hint=hint) from error
    return reader.run()


def item_content(item: Item) -> str:
    """Return what of an item decides what it does, as far as report and file spell it alike."""
    body = item.request.body
    scripts = [(script.event, "\n".join(script.source.splitlines()).strip()) for script in item.scripts]
    told = [item.request.method, body.mode if body else None, body.raw if body else None]
    return repr([*told, [one for one in scripts if one[1]]])


class _ReportReader:
    """Takes a report in, a part at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = str(path)
        self._members: list[str] = []
        self._items: dict[str, NewmanItem] = {}
        self._info: JsonMapping = {}
        self._scopes: dict[str, JsonMapping] = {}
        self._visits: DiskList[NewmanVisit] = DiskList()
        self._last: JsonMapping | None = None
        self._sent = 0
        self._troubles: dict[str, list[Trouble]] = {}
        self._unanswered: dict[str, tuple[str, str]] = {}
        self._run: dict[str, Any] = {}
        self._iterations = 1
        self._executions = False
        self._failures = 0
        self._broken = ""

    def read(self, stream: JsonStream) -> None:
        """Read the document. Raises `InputError` for one that is none of newman's."""
        try:
            event, _ = stream.next()
            if event != "start_map":
                raise self._none_of_newmans("it is JSON, but no object")
            for name in stream.members():
                self._members.append(name)
                self._member(name, stream)
        except BrokenJson as error:
            if not self._executions:
                reason = f"it is no JSON, or cut off: {error}"
                raise self._none_of_newmans(reason, self._guess()) from error
            self._broken = f"it breaks off after {len(self._visits)} calls ({error})"
        self._flush()
        if not self._executions:
            raise self._none_of_newmans("it has no run.executions", self._kind())

    def run(self) -> NewmanRun:
        """Return what was read."""
        environment, globals_ = (self._scopes.get(name, {}) for name in ("environment", "globals"))
        error = self._run.get("error")
        timings = self._run.get("timings")
        started = timings.get("started") if isinstance(timings, Mapping) else None
        return NewmanRun(
            file=self._file,
            collection_id=_text(self._info.get("_postman_id") or self._info.get("id")),
            collection_name=_text(self._info.get("name")),
            items=self._items,
            environment_id=_text(environment.get("id")),
            environment_name=_text(environment.get("name")),
            environment=_values(environment),
            globals=_values(globals_),
            visits=self._visits,
            troubles={ref: tuple(found) for ref, found in self._troubles.items()},
            unanswered=dict(self._unanswered),
            iterations=self._iterations,
            failed=self._failures > 0 or isinstance(error, Mapping),
            started_ms=float(started) if isinstance(started, int | float) else 0.0,
            error=_text(error.get("message")) or "an error" if isinstance(error, Mapping) else None,
            broken=self._broken,
        )

    def _member(self, name: str, stream: JsonStream) -> None:
        event, value = stream.next()
        if name == "run" and event == "start_map":
            for part in stream.members():
                self._part(part, stream)
        elif name == "collection":
            self._take_collection(stream.value(event, value))
        elif name in {"environment", "globals"}:
            scope = stream.value(event, value)
            self._scopes[name] = scope if isinstance(scope, Mapping) else {}
        else:
            stream.skip(event)

    def _part(self, part: str, stream: JsonStream) -> None:
        event, value = stream.next()
        if part == "executions" and event == "start_array":
            self._executions = True
            for begins, first in stream.elements():
                self._execution(stream.value(begins, first) if begins != "start_map" else _execution(stream))
            self._flush()
        elif part == "failures" and event == "start_array":
            for begins, first in stream.elements():
                self._failure(_failure(stream) if begins == "start_map" else stream.value(begins, first))
        elif part in {"error", "timings", "mode"}:
            self._run[part] = stream.value(event, value)
        else:
            stream.skip(event)

    def _take_collection(self, document: Any) -> None:
        if not isinstance(document, Mapping):
            return
        info = document.get("info")
        self._info = info if isinstance(info, Mapping) else document
        for item in _items(document, self._file):
            self._items[item.id] = NewmanItem(path=(*item.path[:-1], item.name), content=item_content(item))

    def _execution(self, told: Any) -> None:
        if not isinstance(told, Mapping):
            return
        if self._last is not None and _ref(self._last) != _ref(told):
            self._flush()
        # newman repeats one and the same entry: the last one is kept, and how many there were.
        self._last, self._sent = told, self._sent + 1

    def _flush(self) -> None:
        told, sent = self._last, self._sent
        self._last, self._sent = None, 0
        if told is None:
            return
        cursor, item = _map(told.get("cursor")), _map(told.get("item"))
        self._iterations = max(self._iterations, _whole(cursor.get("cycles")))
        request, answer = _map(told.get("request")), _map(told.get("response"))
        response = _response(answer) if answer else None
        self._visits.append(
            NewmanVisit(
                number=len(self._visits),
                item=_text(item.get("id")),
                name=_text(item.get("name")),
                position=_whole(cursor.get("position")),
                iteration=_whole(cursor.get("iteration")),
                ref=_ref(told),
                sent=sent if request else 0,
                request=request,
                response=response,
                failure=_request_failure(_map(told.get("requestError"))) if "requestError" in told else None,
                body_told=response is None or bool(response.body) or _told_empty(answer),
                assertions=tuple(_assertions(told.get("assertions"))),
            )
        )

    def _failure(self, told: Any) -> None:
        told = _map(told)
        self._failures += 1
        ref, error, at = _ref(told), _map(told.get("error")), _text(told.get("at"))
        phase = next((one for one in _PHASES if at.startswith(one)), None)
        if phase is None:
            return
        name = _text(error.get("name")) or "Error"
        self._troubles.setdefault(ref, []).append(Trouble(at=phase, name=name))
        if phase == "request":
            self._unanswered[ref] = (name, _text(error.get("message")))

    def _none_of_newmans(self, why: str, guess: str = "") -> InputError:
        told = f"this is no JSON report of newman: {why}"
        return InputError(f"{told}; {guess}" if guess else told, where=self._file, hint=_HINT)

    def _guess(self) -> str:
        try:
            with self._path.open("rb") as file:
                first = file.read(512).lstrip(b"\xef\xbb\xbf \t\r\n")
        except OSError:
            return ""
        if not first:
            return "the file is empty"
        if first[:15].lower().startswith((b"<!doctype html", b"<html")):
            return "it is a page, as newman-reporter-htmlextra writes it"
        if first.startswith(b"<"):
            return "it is XML, as `-r junit` writes it"
        if first.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "it is UTF-16, as a shell's redirection writes it"
        return ""

    def _kind(self) -> str:
        members = set(self._members)
        if {"info", "item"} <= members:
            return "it is a collection"
        if {"name", "values"} <= members:
            return "it is an environment"
        if "results" in members or "testResults" in members:
            return "it is a report of another tool"
        if {"log"} <= members:
            return "it is a HAR file"
        if "run" in members:
            return "it may be a report of Postman CLI, or one that a reporter cut down"
        return ""


def _execution(stream: JsonStream) -> dict[str, Any]:
    """Read an execution without the item's definition, which the collection holds."""
    told: dict[str, Any] = {}
    for name in stream.members():
        event, value = stream.next()
        if name == "item" and event == "start_map":
            told[name] = _identity(stream)
        elif name in {"testScript", "prerequestScript"}:
            stream.skip(event)
        else:
            told[name] = stream.value(event, value)
    return told


def _failure(stream: JsonStream) -> dict[str, Any]:
    """Read a failure without the definitions of the item and its folder."""
    told: dict[str, Any] = {}
    for name in stream.members():
        event, value = stream.next()
        if name in {"error", "at", "cursor"}:
            told[name] = stream.value(event, value)
        else:
            stream.skip(event)
    return told


def _identity(stream: JsonStream) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name in stream.members():
        event, value = stream.next()
        if name in {"id", "name"}:
            told[name] = stream.value(event, value)
        else:
            stream.skip(event)
    return told


def _items(document: JsonMapping, file: str) -> Iterator[Item]:
    """Yield the items of the collection that a report repeats; newman leaves out which format it has."""
    info = _map(document.get("info"))
    whole = {**document, "info": {"name": "", "schema": V21_SCHEMA, **info}}
    try:
        collection: Collection = load_collection(whole, file=file)
    except HarnessError:
        return
    yield from collection.items()


def _assertions(told: Any) -> Iterator[tuple[str, str]]:
    for one in told if isinstance(told, list) else ():
        check = _map(one)
        verdict = "failed" if check.get("error") else "skipped" if check.get("skipped") else "passed"
        yield _text(check.get("assertion")), verdict


def _response(told: JsonMapping) -> Response:
    body = _map(told.get("stream")).get("data") if "stream" in told else told.get("body")
    if isinstance(body, str):
        body = body.encode("utf-8", "surrogatepass")
    octets = body if isinstance(body, bytes) else b""
    size, took = told.get("responseSize"), told.get("responseTime")
    return Response(
        status=_whole(told.get("code")),
        reason=_text(told.get("status")),
        headers=_headers(told.get("header")),
        body=octets,
        elapsed_ms=float(took) if isinstance(took, int | float) else 0.0,
        wire_size=size if isinstance(size, int) else len(octets),
    )


def _told_empty(answer: JsonMapping) -> bool:
    """Tell whether a report says of a body that it is empty, and does not just leave it out."""
    return "stream" in answer or answer.get("responseSize") == 0


def _headers(told: Any) -> Headers:
    pairs = (_map(one) for one in told) if isinstance(told, list) else ()
    return tuple((_text(one.get("key")), _text(one.get("value"))) for one in pairs if one.get("key"))


def _request_failure(told: JsonMapping) -> Failure:
    code = _text(told.get("code"))
    place = f"{told.get('address')}:{told.get('port')}" if told.get("address") else told.get("hostname")
    message = " ".join(str(part) for part in (told.get("syscall"), code, place) if part)
    return Failure(
        kind=failure_kind(code), message=_text(told.get("message")) or message or "Error", code=code
    )


def _values(scope: JsonMapping) -> dict[str, Any]:
    values = scope.get("values")
    told = (_map(one) for one in values) if isinstance(values, list) else ()
    return {
        _text(one["key"]): _plain(one.get("value"))
        for one in told
        if one.get("key") is not None and not one.get("disabled") and one.get("enabled", True)
    }


def _plain(value: Any) -> Any:
    """Undo what the stream makes of a list of small numbers."""
    return list(value) if isinstance(value, bytes) else value


def _ref(told: JsonMapping) -> str:
    cursor = _map(told.get("cursor"))
    return _text(cursor.get("ref")) or f"{cursor.get('iteration')}/{cursor.get('position')}"


def _map(value: Any) -> JsonMapping:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
