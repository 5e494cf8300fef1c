"""What of an exchange is not as its operation is described."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from harness.client.message import Headers, ResolvedRequest, Response
from harness.collection.document import decode
from harness.contract.openapi.json_schema import pointer_of
from harness.contract.openapi.operation import (
    ApiOperation,
    DescribedAnswer,
    Description,
    Media,
    Parameter,
    PartEncoding,
    SchemaUse,
)
from harness.contract.openapi.operation_match import OperationMatch
from harness.contract.openapi.request_pairs import cookies_of, query_pairs
from harness.contract.openapi.wire_value import (
    SchemaTypes,
    SpelledPart,
    form_value,
    multipart_parts,
    multipart_value,
    read_parameter,
    read_query,
)

_UNREAD: Final = object()
_NOT_PARAMETERS: Final = frozenset({"accept", "authorization", "content-type"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One thing that is not as described.

    `part` is what it is a violation in: `status`, `content-type`, `header X`, `body`, and of the request
    `request body`, `path id`, `query limit`. `pointer` leads into its value, `rule` is the keyword of the
    schema, or `status`, `content-type`, `required`, `json`. `value` is what was found there.
    """

    part: str
    pointer: str
    rule: str
    message: str
    value: Any = None

    @property
    def place(self) -> str:
        """Part and pointer: `body /items/0/id`."""
        return f"{self.part} {self.pointer}" if self.pointer else self.part


class ExchangeChecker:
    """Holds requests and answers against the operations of one description."""

    def __init__(self, description: Description) -> None:
        self._schemas = description.schemas
        self._shapes = SchemaTypes(description.documents)

    def violations(
        self, match: OperationMatch, request: ResolvedRequest, response: Response
    ) -> Iterator[Violation]:
        """Tell what of a request and its answer is not as described."""
        yield from self._request(match, request)
        yield from _security(match.operation, request, response)
        yield from self._response(match.operation, request.method, response)

    def _request(self, match: OperationMatch, request: ResolvedRequest) -> Iterator[Violation]:
        operation = match.operation
        parts = urlsplit(request.url)
        pairs = query_pairs(parts.query)
        cookies = cookies_of(_joined(request.headers, "cookie"))
        for parameter in operation.parameters:
            name = parameter.name
            match parameter.place:
                case "path":
                    found = [match.path_values[name]] if name in match.path_values else []
                case "header":
                    if name.lower() in _NOT_PARAMETERS:
                        continue
                    found = _values(request.headers, name)
                case "cookie":
                    found = [cookies[name]] if name in cookies else []
                case "querystring":
                    found = [parts.query] if parts.query else []
                case _:
                    value = read_query(parameter, pairs, self._shapes)
                    there = value is not None or any(key == name for key, _ in pairs)
                    yield from self._parameter(parameter, value if there else _UNREAD)
                    continue
            value = read_parameter(parameter, found, self._shapes) if found else _UNREAD
            yield from self._parameter(parameter, value)
        if operation.body:
            yield from self._request_body(operation, request)

    def _parameter(self, parameter: Parameter, value: Any) -> Iterator[Violation]:
        part = f"{parameter.place} {parameter.name}"
        if value is _UNREAD:
            if parameter.required:
                yield Violation(
                    part=part, pointer="", rule="required", message="it is required, and not there"
                )
            return
        yield from self._held(part, parameter.schema, value)

    def _request_body(self, operation: ApiOperation, request: ResolvedRequest) -> Iterator[Violation]:
        if not request.body:
            if operation.body_required:
                yield Violation(
                    part="request body",
                    pointer="",
                    rule="required",
                    message="a body is required, and not there",
                )
            return
        yield from self._body("request ", operation.body, request.headers, request.body)

    def _response(self, operation: ApiOperation, method: str, response: Response) -> Iterator[Violation]:
        answer = described(operation, response.status)
        if answer is None:
            listed = ", ".join(operation.answers) or "none"
            yield Violation(
                part="status",
                pointer="",
                rule="status",
                message=f"the status {response.status} is not described; described: {listed}",
                value=response.status,
            )
            return
        for header in answer.headers:
            found = _values(response.headers, header.name)
            yield from self._parameter(
                header, read_parameter(header, found, self._shapes) if found else _UNREAD
            )
        if not answer.content or method.upper() == "HEAD" or response.status in (204, 304):
            return
        if response.body:
            yield from self._body("", answer.content, response.headers, response.body)
        elif any(is_json(one.type) and one.schema for one in answer.content):
            yield Violation(
                part="body", pointer="", rule="required", message="a body is described, and there is none"
            )

    def _body(
        self, whose: str, content: Sequence[Media], headers: Headers, body: bytes
    ) -> Iterator[Violation]:
        given = _joined(headers, "content-type")
        media = media_for(content, given)
        if media is None:
            listed = ", ".join(one.type for one in content)
            yield Violation(
                part=f"{whose}content-type",
                pointer="",
                rule="content-type",
                message=f"the media type is not described; described: {listed}",
                value=given,
            )
            return
        if media.schema is None:
            return
        kind = media_type(given) or media.type
        source = media.schema.source
        if is_json(kind):
            try:
                value: Any = json.loads(_text(body, given))
            except (ValueError, RecursionError) as error:
                message = f"it is not JSON: {error}"
                yield Violation(
                    part=f"{whose}body", pointer="", rule="json", message=message, value=_start(body)
                )
                return
        elif kind == "application/x-www-form-urlencoded":
            value = form_value(body, source, self._shapes, media.encoding)
        elif kind == "multipart/form-data":
            parts = list(multipart_parts(body, given or ""))
            yield from self._parts(f"{whose}body", parts, media.encoding)
            value = multipart_value(parts, source, self._shapes)
        elif kind.startswith("text/"):
            value = self._shapes.scalar(_text(body, given), source)
        else:
            return
        yield from self._held(f"{whose}body", media.schema, value)

    def _parts(
        self, part: str, parts: Sequence[SpelledPart], encoding: Mapping[str, PartEncoding]
    ) -> Iterator[Violation]:
        """Tell which parts of a form are not written as described."""
        for one in parts:
            wanted = encoding.get(one.name)
            if wanted is None:
                continue
            place = pointer_of([one.name])
            if wanted.types and not any(fits_type(one.type or "text/plain", kind) for kind in wanted.types):
                yield Violation(
                    part=part,
                    pointer=place,
                    rule="encoding",
                    message=f"its media type is not described; described: {', '.join(wanted.types)}",
                    value=one.type or None,
                )
            for header in wanted.headers:
                found = _values(one.headers, header.name)
                value = read_parameter(header, found, self._shapes) if found else _UNREAD
                yield from self._parameter(header, value)

    def _held(self, part: str, schema: SchemaUse | None, value: Any) -> Iterator[Violation]:
        if schema is None:
            return
        for problem in self._schemas[schema.direction].checker(schema.name).problems(value):
            yield Violation(
                part=part,
                pointer=problem.pointer,
                rule=problem.rule,
                message=problem.message,
                value=problem.value,
            )


def _security(operation: ApiOperation, request: ResolvedRequest, response: Response) -> Iterator[Violation]:
    """Tell that a request has no credentials, unless it was refused as it is described."""
    wanted = operation.security
    if not wanted or response.status in (401, 403):
        return
    if not any(all(one.is_met(request) for one in alternative) for alternative in wanted):
        told = " or ".join(" with ".join(map(str, alternative)) for alternative in wanted)
        yield Violation(
            part="request",
            pointer="",
            rule="security",
            message=f"it has not the credentials described: {told}",
        )


def fits_type(kind: str, wanted: str) -> bool:
    """Tell whether a media type is another one, or of its kind (`image/*`)."""
    return wanted in (kind, "*/*", "*") or wanted == kind.partition("/")[0] + "/*"


def described(operation: ApiOperation, status: int) -> DescribedAnswer | None:
    """Return what is described of the answers with a status: itself, its class, or the default."""
    answers: Mapping[str, DescribedAnswer] = operation.answers
    for key in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
        if key in answers:
            return answers[key]
    return None


def media_type(header: str | None) -> str:
    """Return the media type that a `Content-Type` names, without its parameters."""
    return (header or "").partition(";")[0].strip().lower()


def media_for(content: Sequence[Media], header: str | None) -> Media | None:
    """Return the media type that fits best: itself, then its kind (`text/*`), then any."""
    kind = media_type(header)
    if not kind:
        # Nothing says what the body is: only where one type is described is there no doubt.
        return content[0] if len(content) == 1 else None
    for wanted in (kind, kind.partition("/")[0] + "/*", "*/*", "*"):
        for one in content:
            if one.type == wanted:
                return one
    return None


def is_json(kind: str) -> bool:
    """Whether a media type is JSON, or says that it is written in it (`+json`)."""
    return kind in ("application/json", "text/json") or kind.endswith("+json")


def _text(body: bytes, content_type: str | None) -> str:
    charset = (content_type or "").lower().partition("charset=")[2].split(";")[0].strip(" \"'")
    try:
        return body.decode(charset or "utf-8").removeprefix("\ufeff")
    except (LookupError, ValueError):
        return decode(body)


def _values(headers: Headers, name: str) -> list[str]:
    wanted = name.lower()
    return [value for key, value in headers if key.lower() == wanted]


def _joined(headers: Headers, name: str) -> str | None:
    return ", ".join(_values(headers, name)) or None


def _start(body: bytes) -> str:
    return decode(body[:60]).strip()
