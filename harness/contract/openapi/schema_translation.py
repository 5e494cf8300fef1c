"""Schema Objects of OpenAPI 3.0, 3.1 and 3.2 as JSON Schema 2020-12, one set for each direction.

What is read-only is not required of requests, and what is write-only not of answers. OpenAPI 3.0 has words
of its own: `nullable`, and exclusive bounds as flags. References, also those into other files, become names
in one set, so that schemas may refer to each other in circles.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from harness.collection.document import Spot
from harness.contract.openapi.documents import DescriptionFiles, Spotted
from harness.contract.openapi.json_schema import BASE, is_pattern

Direction = Literal["request", "response"]

_SCHEMAS: Final = (
    "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not", "propertyNames",
    "then", "unevaluatedItems", "unevaluatedProperties",
)  # fmt: skip
_LISTS: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS: Final = ("properties", "patternProperties", "dependentSchemas", "$defs")
_LEFT_OUT: Final = frozenset(
    {
        "$anchor", "$comment", "$dynamicAnchor", "$id", "$schema", "default", "deprecated", "description",
        "discriminator", "example", "examples", "externalDocs", "nullable", "readOnly", "title", "writeOnly",
        "xml",
    }
)  # fmt: skip
_WORDS_OF_30: Final = frozenset(
    {
        "additionalProperties", "allOf", "anyOf", "enum", "exclusiveMaximum", "exclusiveMinimum", "format",
        "items", "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength",
        "minProperties", "minimum", "multipleOf", "not", "oneOf", "pattern", "properties", "required",
        "type", "uniqueItems",
    }
)  # fmt: skip
_RANGES: Final = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
FORMATS: Final = frozenset(
    {
        "date", "date-time", "duration", "email", "hostname", "idn-email", "idn-hostname", "ipv4", "ipv6",
        "iri", "iri-reference", "json-pointer", "regex", "relative-json-pointer", "time", "uri",
        "uri-reference", "uri-template", "uuid", *_RANGES,
    }
)  # fmt: skip
"""The formats that are checked."""

UNCHECKED: Final = frozenset({"binary", "byte", "double", "float", "password"})
"""Formats of OpenAPI that constrain nothing that JSON does not, or nothing that can be seen."""


@dataclass(slots=True)
class Translation:
    """The schemas of one direction by name, as they are found. `spots` says where each is from.

    `formats` are those that nobody checks, with where each was first found.
    """

    documents: DescriptionFiles
    version: str
    direction: Direction
    schemas: dict[str, Any] = field(default_factory=dict)
    spots: dict[str, Spot] = field(default_factory=dict)
    formats: dict[str, Spot] = field(default_factory=dict)
    _names: dict[tuple[str, str], str] = field(default_factory=dict)
    _anchors: list[frozenset[str]] = field(default_factory=list)
    _resources: int = 0

    def name(self, schema: Any, spot: Spot) -> str:
        """Translate a schema with all that it refers to; return the name it has in `schemas`."""
        waiting: list[tuple[str, Spotted]] = []
        name = self._named(Spotted(schema, spot), waiting)
        while waiting:
            inner, found = waiting.pop()
            self.schemas[inner] = self._schema(found.value, found.spot, waiting)
        return name

    def _named(self, found: Spotted, waiting: list[tuple[str, Spotted]]) -> str:
        key = (found.spot.file, found.spot.pointer)
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = f"s{len(self._names)}"
            self.spots[name] = found.spot
            waiting.append((name, found))
        return name

    def _schema(self, given: Any, spot: Spot, waiting: list[tuple[str, Spotted]]) -> Any:
        if isinstance(given, bool):
            return given
        if not isinstance(given, dict):
            spot.expect("a schema", given)
        old = self.version == "3.0"
        # What a dynamic reference means depends on the schemas that led to it: those keep their anchors.
        anchors = frozenset(_dynamic_anchors(given)) if not old and _is_resource(given, spot) else frozenset()
        if anchors:
            self._anchors.append(anchors)
        try:
            made = self._translated(given, spot, waiting, old=old)
        finally:
            if anchors:
                self._anchors.pop()
        if anchors:
            self._resources += 1
            made["$id"] = f"{BASE}:{self.direction}:{self._resources}"
        return made

    def _translated(
        self, given: dict[str, Any], spot: Spot, waiting: list[tuple[str, Spotted]], *, old: bool
    ) -> dict[str, Any]:
        made: dict[str, Any] = {}
        dynamic = given.get("$dynamicRef")
        anchors = self._anchors[-1] if self._anchors else frozenset()
        if isinstance(dynamic, str) and dynamic.removeprefix("#") in anchors:
            made["$dynamicRef"] = dynamic
            dynamic = None
        reference = given.get("$ref", dynamic)
        if reference is not None:
            name = self._named(self.documents.target(reference, spot), waiting)
            made["$ref"] = f"{BASE}#/$defs/{name}"
            if old:
                return made
        if given.get("$dynamicAnchor") in anchors:
            made["$dynamicAnchor"] = given["$dynamicAnchor"]
        for word, value in given.items():
            if word in _LEFT_OUT or word in ("$ref", "$dynamicRef") or (old and word not in _WORDS_OF_30):
                continue
            made[word] = self._word(word, value, spot.at(word), waiting)
        self._amend(given, made, spot, old=old)
        return made

    def _word(self, word: str, value: Any, spot: Spot, waiting: list[tuple[str, Spotted]]) -> Any:
        if word in _SCHEMAS:
            return self._schema(value, spot, waiting)
        if word in _LISTS and isinstance(value, list):
            return [self._schema(one, spot.at(index), waiting) for index, one in enumerate(value)]
        if word in _MAPS and isinstance(value, dict):
            return {key: self._schema(one, spot.at(key), waiting) for key, one in value.items()}
        return value

    def _amend(self, given: dict[str, Any], made: dict[str, Any], spot: Spot, *, old: bool) -> None:
        if old:
            self._exclusive(made, "minimum", "exclusiveMinimum")
            self._exclusive(made, "maximum", "exclusiveMaximum")
            if given.get("nullable") is True and isinstance(given.get("type"), str):
                made["type"] = [given["type"], "null"]
                if isinstance(made.get("enum"), list) and None not in made["enum"]:
                    made["enum"] = [*made["enum"], None]
        if isinstance(made.get("pattern"), str) and not is_pattern(made["pattern"]):
            spot.at("pattern").refuse("not a valid schema: this is no regular expression")
        for pattern in made.get("patternProperties") or ():
            if not is_pattern(pattern):
                spot.at("patternProperties", pattern).refuse(
                    "not a valid schema: this is no regular expression"
                )
        form = given.get("format")
        if isinstance(form, str):
            self._format(form, made, spot)
        if isinstance(made.get("required"), list) and isinstance(given.get("properties"), dict):
            hidden = {key for key, one in given["properties"].items() if self._is_hidden(one, spot)}
            made["required"] = [key for key in made["required"] if key not in hidden]

    @staticmethod
    def _exclusive(made: dict[str, Any], bound: str, exclusive: str) -> None:
        flag = made.pop(exclusive, None)
        if flag is True and bound in made:
            made[exclusive] = made.pop(bound)

    def _format(self, form: str, made: dict[str, Any], spot: Spot) -> None:
        if form in _RANGES:
            least, most = _RANGES[form]
            made["allOf"] = [*made.get("allOf", ()), {"minimum": least, "maximum": most}]
        if form not in FORMATS:
            made.pop("format", None)
            if form not in UNCHECKED:
                self.formats.setdefault(form, spot.at("format"))

    def _is_hidden(self, member: Any, spot: Spot) -> bool:
        """Whether a member does not go in this direction; it may be a reference to one that says so."""
        word = "readOnly" if self.direction == "request" else "writeOnly"
        if not isinstance(member, dict):
            return False
        if member.get(word) is True:
            return True
        if "$ref" not in member:
            return False
        found = self.documents.follow({"$ref": member["$ref"]}, spot)
        return isinstance(found.value, dict) and found.value.get(word) is True


def _is_resource(schema: dict[str, Any], spot: Spot) -> bool:
    """Tell whether a schema is one that others know by an address: by its `$id`, or as a file of its own."""
    return isinstance(schema.get("$id"), str) or not spot.pointer


def _dynamic_anchors(schema: Any, *, inner: bool = False) -> Iterator[str]:
    """Yield the dynamic anchors of a schema, without those of schemas in it that have an `$id`."""
    if isinstance(schema, dict) and not (inner and isinstance(schema.get("$id"), str)):
        anchor = schema.get("$dynamicAnchor")
        if isinstance(anchor, str):
            yield anchor
        for word, value in schema.items():
            if word not in ("enum", "const", "default", "example", "examples"):
                yield from _dynamic_anchors(value, inner=True)
    elif isinstance(schema, list):
        for value in schema:
            yield from _dynamic_anchors(value, inner=True)
