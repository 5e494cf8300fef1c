"""The operations of an OpenAPI description, with all references followed."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast, get_args

from harness.collection.document import Spot
from harness.collection.document_kind import document_kind
from harness.contract.openapi.documents import DescriptionFiles, Spotted, open_documents
from harness.contract.openapi.json_schema import SchemaFault, SchemaSet, description_problem
from harness.contract.openapi.schema_translation import Direction, Translation
from harness.contract.openapi.security_scheme import SecurityRequirements, requirements
from harness.errors import InputError, Place

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
VERSIONS: Final = ("3.0", "3.1", "3.2")

_VERSION: Final = re.compile(r"(\d+\.\d+)(?:\.\d+)?(?:-.*)?", re.ASCII)
_TOLD: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaUse:
    """A schema in one direction: its name in the set, and how it was written."""

    direction: Direction
    name: str
    source: Spotted


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of a request, or a header of an answer (`place` is `header`).

    `media` is the type of one whose value is a document, `style` and `explode` say how others are written.
    """

    name: str
    place: str
    required: bool = False
    style: str = "simple"
    explode: bool = False
    media: str = ""
    schema: SchemaUse | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartEncoding:
    """How one member of a form is written: `types` its media types, `headers` those of a part of its own.

    `style` is empty where the member is written as its media type says.
    """

    types: tuple[str, ...] = ()
    headers: tuple[Parameter, ...] = ()
    style: str = ""
    explode: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A body of one media type; `schema` is `None` where anything goes, `encoding` of members of a form."""

    type: str
    schema: SchemaUse | None = None
    encoding: Mapping[str, PartEncoding] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedAnswer:
    """What is described of the answers with one status (`200`, `2XX` or `default`)."""

    status: str
    headers: tuple[Parameter, ...] = ()
    content: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiOperation:
    """One method of one path. `servers` are the addresses under which its path is, as written.

    A request has to meet one of `security`, if there is any.
    """

    method: str
    path: str
    servers: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    body: tuple[Media, ...] = ()
    body_required: bool = False
    answers: Mapping[str, DescribedAnswer] = field(default_factory=dict)
    security: SecurityRequirements = ()

    @property
    def label(self) -> str:
        """How it is named: `GET /orders/{id}`."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A description that was read: its operations, and the schemas of both directions.

    `warnings` tell of what nobody checks.
    """

    file: str
    operations: tuple[ApiOperation, ...]
    schemas: Mapping[Direction, SchemaSet]
    documents: DescriptionFiles
    warnings: tuple[str, ...] = ()


def load_description(source: str | os.PathLike[str]) -> Description:
    """Read a description, file or address. Raises `InputError` with the place of what is wrong in it."""
    name = os.fspath(source)
    documents = open_documents(name)
    root = documents.document(documents.root)
    spot = Spot(documents.root)
    if not isinstance(root, dict):
        if isinstance(root, str):
            # Some other file, of which nothing is shown: whoever wrote a companion chose it.
            spot.refuse("expected an OpenAPI description, found a text")
        spot.expect("an OpenAPI description", root)
    version = _version(root, spot)
    problem = description_problem(root, version)
    if problem is not None:
        place = Place(file=spot.file, field=problem.pointer or "the document")
        raise InputError(f"not a valid OpenAPI {version} description: {problem.message}", where=place)
    reader = _OperationReader(documents, version)
    operations = tuple(reader.operations(root, spot))
    return Description(
        file=name,
        operations=operations,
        schemas={direction: reader.compiled(direction) for direction in get_args(Direction)},
        documents=documents,
        warnings=tuple(reader.warnings()),
    )


def _version(root: Mapping[str, Any], spot: Spot) -> str:
    given = root.get("openapi")
    hint = f"valid: {', '.join(VERSIONS)}"
    if "swagger" in root and given is None:
        hint = "convert it to OpenAPI 3.0 first, for instance with swagger2openapi"
        spot.at("swagger").refuse("this is a description in Swagger 2.0, which is not checked", hint)
    if given is None:
        kind = document_kind(root)
        what = f"it is {kind}" if kind else "it has no `openapi` with the version"
        spot.refuse(f"this is no OpenAPI description: {what}", hint)
    found = _VERSION.fullmatch(str(given))
    if found is None or found[1] not in VERSIONS:
        spot.at("openapi").refuse(f"OpenAPI {given} is not known", hint)
    return found[1]


class _OperationReader:
    """Makes operations of a description."""

    def __init__(self, documents: DescriptionFiles, version: str) -> None:
        self.documents = documents
        self.sets: dict[Direction, Translation] = {
            direction: Translation(documents, version, direction) for direction in get_args(Direction)
        }

    def compiled(self, direction: Direction) -> SchemaSet:
        translation = self.sets[direction]
        try:
            return SchemaSet(translation.schemas)
        except SchemaFault as fault:
            name, *inner = fault.path or ("",)
            spot = translation.spots.get(name, Spot(self.documents.root)).at(*inner)
            place = Place(file=spot.file, field=spot.pointer)
            raise InputError(f"not a valid schema: {fault}", where=place) from fault

    def warnings(self) -> Iterator[str]:
        found: dict[str, Spot] = {}
        for translation in self.sets.values():
            for name, spot in translation.formats.items():
                found.setdefault(name, spot)
        if found:
            listed = ", ".join(f"{name!r} ({spot.pointer})" for name, spot in list(found.items())[:_TOLD])
            more = f" and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
            yield f"{self.documents.root}: formats that are not checked: {listed}{more}"

    def operations(self, root: Mapping[str, Any], spot: Spot) -> Iterator[ApiOperation]:
        servers = _servers(root, ())
        components = _map(root.get("components"))
        schemes = {
            name: self._followed(one, spot.at("components", "securitySchemes", name))[0]
            for name, one in _map(components.get("securitySchemes")).items()
        }
        for path, given in _map(root.get("paths")).items():
            item, here = self._followed(given, spot.at("paths", path))
            methods = {method: item[method] for method in METHODS if method in item}
            methods |= _map(item.get("additionalOperations"))
            shared = _list(item.get("parameters"))
            for method, operation in methods.items():
                at = here.at(method)
                if not isinstance(operation, dict):
                    at.expect("an operation", operation)
                parameters: dict[tuple[str, str], Parameter] = {}
                for place, listed in (
                    (here.at("parameters"), shared),
                    (at.at("parameters"), _list(operation.get("parameters"))),
                ):
                    for index, one in enumerate(listed):
                        parameter = self._parameter(one, place.at(index))
                        parameters[parameter.place, parameter.name] = parameter
                body, body_at = self._followed(operation.get("requestBody", {}), at.at("requestBody"))
                yield ApiOperation(
                    method=method.upper(),
                    path=path,
                    servers=_servers(operation, _servers(item, servers)) or ("/",),
                    parameters=tuple(parameters.values()),
                    body=tuple(self._content(body, body_at, "request")),
                    body_required=body.get("required") is True,
                    answers={
                        str(status): self._answer(str(status), one, at.at("responses", status))
                        for status, one in _map(operation.get("responses")).items()
                        if not str(status).startswith("x-")
                    },
                    security=requirements(operation.get("security", root.get("security")), schemes),
                )

    def _parameter(self, given: Any, spot: Spot) -> Parameter:
        value, at = self._followed(given, spot)
        name, place = value.get("name"), value.get("in")
        if not isinstance(name, str) or place not in ("path", "query", "header", "cookie", "querystring"):
            at.refuse("a parameter needs `name`, and `in` with path, query, header or cookie")
        return self._described(value, at, name=name, place=str(place), direction="request")

    def _described(
        self, value: Mapping[str, Any], at: Spot, *, name: str, place: str, direction: Direction
    ) -> Parameter:
        style = str(value.get("style") or ("form" if place in ("query", "cookie") else "simple"))
        explode = value.get("explode")
        media = next(iter(self._content(value, at, direction)), None)
        if media is not None:
            schema = media.schema
        else:
            schema = self._schema(value.get("schema"), at.at("schema"), direction)
        return Parameter(
            name=name,
            place=place,
            required=value.get("required") is True,
            style=style,
            explode=style == "form" if explode is None else explode is True,
            media=media.type if media else "",
            schema=schema,
        )

    def _answer(self, status: str, given: Any, spot: Spot) -> DescribedAnswer:
        value, at = self._followed(given, spot)
        return DescribedAnswer(
            status=status,
            headers=tuple(self._headers(value, at, "response")),
            content=tuple(self._content(value, at, "response")),
        )

    def _content(self, value: Mapping[str, Any], at: Spot, direction: Direction) -> Iterator[Media]:
        for name, given in _map(value.get("content")).items():
            media, place = self._followed(given, at.at("content", name))
            yield Media(
                type=name.partition(";")[0].strip().lower(),
                schema=self._schema(media.get("schema"), place.at("schema"), direction),
                encoding={
                    member: self._encoding(one, place.at("encoding", member), direction)
                    for member, one in _map(media.get("encoding")).items()
                },
            )

    def _encoding(self, given: Any, spot: Spot, direction: Direction) -> PartEncoding:
        value, at = self._followed(given, spot)
        types = str(value.get("contentType") or "").lower().split(",")
        style = str(value.get("style") or ("form" if "explode" in value else ""))
        explode = value.get("explode")
        return PartEncoding(
            types=tuple(one.partition(";")[0].strip() for one in types if one.strip()),
            headers=tuple(self._headers(value, at, direction)),
            style=style,
            explode=style == "form" if explode is None else explode is True,
        )

    def _headers(self, value: Mapping[str, Any], at: Spot, direction: Direction) -> Iterator[Parameter]:
        for name, one in _map(value.get("headers")).items():
            header, place = self._followed(one, at.at("headers", name))
            if name.lower() != "content-type":
                yield self._described(header, place, name=name, place="header", direction=direction)

    def _schema(self, given: Any, spot: Spot, direction: Direction) -> SchemaUse | None:
        if given is None:
            return None
        name = self.sets[direction].name(given, spot)
        return SchemaUse(direction=direction, name=name, source=Spotted(given, spot))

    def _followed(self, given: Any, spot: Spot) -> tuple[Mapping[str, Any], Spot]:
        found = self.documents.follow(given, spot)
        if not isinstance(found.value, dict):
            found.spot.expect("an object", found.value)
        return found.value, found.spot


def _servers(holder: Mapping[str, Any], default: tuple[str, ...]) -> tuple[str, ...]:
    """Return the addresses of servers as patterns: a variable that has an enum as `{a|b}`, others as `{}`."""
    urls = [
        _with_variables(server["url"], _map(server.get("variables")))
        for server in _list(holder.get("servers"))
        if isinstance(server, dict) and isinstance(server.get("url"), str)
    ]
    return tuple(urls) or default


def _with_variables(url: str, variables: Mapping[str, Any]) -> str:
    def values(found: re.Match[str]) -> str:
        listed = _map(variables.get(found[1])).get("enum")
        return "{" + "|".join(map(str, _list(listed))) + "}"

    return re.sub(r"\{([^{}]*)\}", values, url)


def _map(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
