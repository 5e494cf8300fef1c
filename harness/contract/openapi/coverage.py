"""What of a description a run has touched: operations, statuses, parameters, media types, enums, members."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

from harness.client.message import ResolvedRequest, Response
from harness.contract.openapi.documents import DescriptionFiles, Spotted
from harness.contract.openapi.exchange_check import described, is_json, media_for
from harness.contract.openapi.operation import ApiOperation, Description, Media, Parameter
from harness.contract.openapi.operation_match import OperationFinder, OperationMatch
from harness.contract.openapi.request_pairs import cookies_of, query_pairs
from harness.contract.openapi.wire_value import SchemaTypes, read_query
from harness.runner.results import CallResult, Covered

CoverageKind = Literal["operation", "status", "parameter", "media", "enum", "required"]
KINDS: Final = get_args(CoverageKind)

_BRANCHES: Final = ("allOf", "anyOf", "oneOf")
_DEEPEST: Final = 60

OperationPart = tuple[str, str]
"""What can be seen: where it is, and which one (a status, a name, a value as JSON)."""


@dataclass(slots=True)
class Coverage:
    """Takes exchanges in, and tells what was seen of what is declared."""

    description: Description
    _declared: dict[CoverageKind, set[OperationPart]] = field(init=False)
    _seen: dict[CoverageKind, set[OperationPart]] = field(init=False)
    _walk: "_SchemaWalk" = field(init=False)

    def __post_init__(self) -> None:
        self._declared = {kind: set() for kind in KINDS}
        self._seen = {kind: set() for kind in KINDS}
        self._walk = _SchemaWalk(self.description.documents)
        for operation in self.description.operations:
            self._declare(operation)

    def take(self, result: CallResult, finder: OperationFinder) -> None:
        """Take in what one call sent and was answered, its scripts included."""
        for exchange in (result.exchange, *(side.exchange for side in result.side)):
            for hop in exchange.hops if exchange is not None else ():
                match = finder.find(hop.request.method, hop.request.url)
                if isinstance(match, OperationMatch):
                    self.observe(match, hop.request, hop.response)

    def observe(self, match: OperationMatch, request: ResolvedRequest, response: Response) -> None:
        """Take one exchange in."""
        operation = match.operation
        self._seen["operation"].add((operation.label, ""))
        pairs = query_pairs(urlsplit(request.url).query)
        cookies = cookies_of(request.header("cookie"))
        shapes = self._walk.shapes
        for parameter in operation.parameters:
            match parameter.place:
                case "path":
                    given: Any = match.path_values.get(parameter.name)
                case "header":
                    given = request.header(parameter.name)
                case "cookie":
                    given = cookies.get(parameter.name)
                case _:
                    given = read_query(parameter, pairs, shapes)
            if given is None:
                continue
            self._seen["parameter"].add((operation.label, _name(parameter)))
            if parameter.schema is not None:
                source = parameter.schema.source
                value = shapes.scalar(given, source) if isinstance(given, str) else given
                self._observe(source, value)
        self._body(operation.label, "request", operation.body, request.header("content-type"), request.body)
        answer = described(operation, response.status)
        if answer is None:
            return
        self._seen["status"].add((operation.label, answer.status))
        content_type = response.header("content-type")
        self._body(operation.label, answer.status, answer.content, content_type, response.body)

    def report(self) -> tuple[Covered, ...]:
        """Tell each kind, what is missing in order."""
        found = []
        for kind in KINDS:
            declared, seen = self._declared[kind], self._seen[kind] & self._declared[kind]
            missing = tuple(" ".join(filter(None, part)) for part in sorted(declared - seen))
            found.append(Covered(kind=kind, declared=len(declared), seen=len(seen), missing=missing))
        return tuple(found)

    def _declare(self, operation: ApiOperation) -> None:
        declared, label = self._declared, operation.label
        declared["operation"].add((label, ""))
        bodies = [("request", operation.body)]
        for parameter in operation.parameters:
            declared["parameter"].add((label, _name(parameter)))
            if parameter.schema is not None:
                self._walk.declare(parameter.schema.source, declared["enum"], declared["required"])
        for answer in operation.answers.values():
            declared["status"].add((label, answer.status))
            bodies.append((answer.status, answer.content))
        for whose, content in bodies:
            for media in content:
                declared["media"].add((label, f"{whose} {media.type}"))
                if media.schema is not None:
                    self._walk.declare(media.schema.source, declared["enum"], declared["required"])

    def _body(
        self, label: str, whose: str, content: tuple[Media, ...], header: str | None, body: bytes | None
    ) -> None:
        media = media_for(content, header) if body and content else None
        if media is None or not body:
            return
        self._seen["media"].add((label, f"{whose} {media.type}"))
        if media.schema is None or not is_json((header or media.type).partition(";")[0].strip().lower()):
            return
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            return
        self._observe(media.schema.source, value)

    def _observe(self, source: Spotted, value: Any) -> None:
        for kind, part in self._walk.parts(source, value, 0):
            self._seen[kind].add(part)


class _SchemaWalk:
    """Walks schemas for enums and required members."""

    def __init__(self, documents: DescriptionFiles) -> None:
        self._documents = documents
        self._declared: set[tuple[str, str]] = set()
        self.shapes = SchemaTypes(documents)

    def declare(self, source: Spotted, enums: set[OperationPart], required: set[OperationPart]) -> None:
        """Collect what a schema declares, each schema once."""
        waiting = [source]
        while waiting:
            found = self._followed(waiting.pop())
            key = (found.spot.file, found.spot.pointer)
            if key in self._declared or not isinstance(found.value, dict):
                continue
            self._declared.add(key)
            enums.update((found.spot.pointer, _text(one)) for one in _list(found.value.get("enum")))
            required.update((found.spot.pointer, str(one)) for one in _list(found.value.get("required")))
            waiting += self._inner(found)

    def parts(self, source: Spotted, value: Any, depth: int) -> Iterator[tuple[CoverageKind, OperationPart]]:
        """Yield what a value shows of its schema."""
        found = self._followed(source)
        schema, spot = found.value, found.spot
        if not isinstance(schema, dict) or depth > _DEEPEST:
            return
        if "enum" in schema:
            yield "enum", (spot.pointer, _text(value))
        for word in _BRANCHES:
            for index, one in enumerate(_list(schema.get(word))):
                yield from self.parts(Spotted(one, spot.at(word, index)), value, depth + 1)
        if isinstance(value, list) and "items" in schema:
            for item in value:
                yield from self.parts(Spotted(schema["items"], spot.at("items")), item, depth + 1)
        elif isinstance(value, dict):
            members = schema.get("properties")
            known = members if isinstance(members, dict) else {}
            for name, inner in value.items():
                yield "required", (spot.pointer, name)
                if name in known:
                    member = Spotted(known[name], spot.at("properties", name))
                    yield from self.parts(member, inner, depth + 1)

    def _inner(self, found: Spotted) -> Iterator[Spotted]:
        schema, spot = found.value, found.spot
        if isinstance(schema.get("items"), dict):
            yield Spotted(schema["items"], spot.at("items"))
        members = schema.get("properties")
        for name, one in members.items() if isinstance(members, dict) else ():
            yield Spotted(one, spot.at("properties", name))
        for word in _BRANCHES:
            for index, one in enumerate(_list(schema.get(word))):
                yield Spotted(one, spot.at(word, index))

    def _followed(self, source: Spotted) -> Spotted:
        return self._documents.follow(source.value, source.spot)


def _name(parameter: Parameter) -> str:
    return f"{parameter.place} {parameter.name}"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
