"""The door to jsonschema-rs: JSON Schema 2020-12, compiled once, and the schemas of OpenAPI itself."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import jsonschema_rs

BASE: Final = "urn:openapi"
MOST_PROBLEMS: Final = 20
"""How many problems of one document are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaProblem:
    """What is wrong with a value: at which place in it, by which rule of the schema, and why.

    `pointer` is a JSON pointer into the value, empty for all of it; `rule` the keyword of JSON Schema.
    """

    pointer: str
    rule: str
    message: str
    value: Any = None


class SchemaFault(ValueError):
    """A schema that is not valid: `path` leads to what is wrong."""

    def __init__(self, message: str, path: tuple[str, ...]) -> None:
        super().__init__(message)
        self.path = path


class Checker:
    """Holds values against one schema."""

    def __init__(self, validator: Any) -> None:
        self._validator = validator

    def fits(self, value: Any) -> bool:
        """Whether nothing is wrong with a value."""
        return bool(self._validator.is_valid(value))

    def problems(self, value: Any) -> Iterator[SchemaProblem]:
        """Tell what is wrong with a value, `MOST_PROBLEMS` at most."""
        if self.fits(value):
            return
        for error, _ in zip(self._validator.iter_errors(value), range(MOST_PROBLEMS), strict=False):
            yield SchemaProblem(
                pointer=pointer_of(error.instance_path),
                rule=_rule(error.schema_path),
                message=error.message,
                value=error.instance,
            )


class SchemaSet:
    """Schemas by name that refer to each other as `#/$defs/NAME`."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        bundle = {"$id": BASE, "$defs": dict(schemas)}
        try:
            jsonschema_rs.Draft202012Validator(bundle)
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            path = tuple(map(str, getattr(error, "instance_path", ())))
            raise SchemaFault(getattr(error, "message", str(error)), path[1:]) from error
        self._registry = jsonschema_rs.Registry([(BASE, bundle)])
        self._compiled: dict[str, Checker] = {}

    def checker(self, name: str) -> Checker:
        """Return what checks against a schema, compiled when it is first asked for."""
        if name not in self._compiled:
            try:
                validator = jsonschema_rs.Draft202012Validator(
                    {"$ref": f"{BASE}#/$defs/{name}"},
                    registry=self._registry,
                    validate_formats=True,
                    offline=True,
                )
            except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
                raise SchemaFault(getattr(error, "message", str(error)), (name,)) from error
            self._compiled[name] = Checker(validator)
        return self._compiled[name]


def description_problem(document: Any, version: str) -> SchemaProblem | None:
    """Return what is wrong with a description by OpenAPI's own schema; the most specific of several.

    `version` is `3.0`, `3.1` or `3.2`.
    """
    folder = files("openapi_spec_validator") / "resources" / "schemas" / f"v{version}"
    schema = json.loads((folder / "schema.json").read_text(encoding="utf-8"))
    validator = jsonschema_rs.validator_for(schema, offline=True)
    if validator.is_valid(document):
        return None
    errors = validator.evaluate(document).errors()
    deepest = max(errors, key=lambda error: error["instanceLocation"].count("/"))
    rule = (deepest["absoluteKeywordLocation"] or deepest["schemaLocation"]).rpartition("/")[2]
    return SchemaProblem(pointer=deepest["instanceLocation"], rule=rule, message=deepest["error"])


@lru_cache
def is_pattern(text: str) -> bool:
    """Whether a text is a regular expression that values can be held against."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": text})
    except (jsonschema_rs.ValidationError, ValueError):
        return False
    return True


def pointer_of(path: Any) -> str:
    """Write the keys that lead to a value as a JSON pointer (RFC 6901)."""
    return "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in path)


def _rule(path: list[str | int]) -> str:
    words = [key for key in path if isinstance(key, str)]
    return words[-1] if words else "false"
