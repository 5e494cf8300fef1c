"""Mapping sets: kept, checked and applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.mapping.expressions import Expression, ExpressionError, parse
from harness.aep.mapping.rows import at_path, fitted, put_at, steps
from harness.aep.mapping.scope import Surroundings
from harness.aep.registry.state import SchemaRegistry

if TYPE_CHECKING:
    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

KIND = "mappingSet"
_MOST = 2000
_ATTRIBUTE, _EXPRESSION = "ATTRIBUTE", "EXPRESSION"
_SOURCES = {
    _ATTRIBUTE: _ATTRIBUTE,
    "text/x.schema-path": _ATTRIBUTE,
    _EXPRESSION: _EXPRESSION,
    "text/x.aep-xl": _EXPRESSION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """One mapping: from an attribute or an expression over a row to a path of the schema."""

    source: str
    destination: str
    expression: Expression | None

    def value(self, row: dict[str, Any], surroundings: Surroundings) -> Any:
        """Value for a row; ExpressionError when it cannot be worked out."""
        if self.expression is None:
            return at_path(row, self.source)
        return self.expression.value(row, surroundings)


class MappingSets:
    """Mapping sets of every sandbox."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._registry = platform.service(SchemaRegistry)
        self._parsed: dict[tuple[Tenant, str], list[Mapping]] = {}
        self._generation = -1
        self._surroundings = Surroundings(
            now_ms=platform.clock.now_ms, new_id=platform.ids.branch("mapping").uuid
        )

    def all(self, tenant: Tenant) -> list[dict[str, Any]]:
        """List the mapping sets of a sandbox, oldest first."""
        return self._platform.store.find(tenant, KIND)

    def get(self, tenant: Tenant, set_id: str) -> dict[str, Any] | None:
        """Find a mapping set by its id."""
        return self._platform.store.get(tenant, KIND, set_id)

    def make(
        self, caller: Caller, wanted: dict[str, Any], held: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Make a mapping set, or make a held one what is wanted; a Problem says what is wrong."""
        body = self.composed(caller.tenant, wanted)
        for one, error in zip(body["mappings"], self.errors(caller.tenant, body), strict=True):
            if error is not None:
                raise problem.bad_request(f"The mapping to {one['destination']!r}: {error}")
        now = self._platform.clock.now_ms()
        known = held or {"id": self._platform.ids.hex(32), "createdDate": now, "createdBy": caller.user_id}
        body = {
            **body,
            "id": known["id"],
            "version": 0 if held is None else held["version"] + 1,
            "createdDate": known["createdDate"],
            "createdBy": known["createdBy"],
            "modifiedDate": now,
            "modifiedBy": caller.user_id,
        }
        self._platform.store.put(caller.tenant, KIND, body["id"], body)
        return body

    def remove(self, tenant: Tenant, set_id: str) -> None:
        """Remove a mapping set."""
        self._platform.store.delete(tenant, KIND, set_id)

    def composed(self, tenant: Tenant, wanted: dict[str, Any]) -> dict[str, Any]:
        """Write a set of either generation in one form; a Problem for what is neither."""
        schema_id = _schema_id(wanted)
        if schema_id is None:
            raise problem.bad_request("outputSchema.schemaRef.id is required (or xdmSchema, as it once was)")
        schema = self._registry.get(tenant, schema_id) or self._registry.union(tenant, schema_id)
        if schema is None:
            raise problem.bad_request(f"The schema {schema_id} does not exist")
        given = wanted.get("mappings")
        if not isinstance(given, list) or not given:
            raise problem.bad_request("mappings must be an array that is not empty")
        if len(given) > _MOST:
            raise problem.bad_request(f"A mapping set has at most {_MOST} mappings")
        kind = "application/vnd.adobe.xed-full+json;version=1"
        return {
            "name": wanted.get("name", ""),
            "status": "PUBLISHED",
            "xdmSchema": schema["$id"],
            "xdmVersion": "1.0",
            "schemaRef": {"id": schema["$id"], "contentType": kind},
            "supportVersion": "1.1",
            "strictMapping": False,
            "allowNullValues": False,
            "mappings": [self._one(one) for one in given],
        }

    def errors(self, tenant: Tenant, body: dict[str, Any]) -> list[str | None]:
        """Say what is wrong with each mapping of a set: its expression, or where it goes."""
        full = self._registry.full(tenant, body["xdmSchema"]) or {}
        return [_wrong(one, full) for one in body["mappings"]]

    def applied(
        self, tenant: Tenant, body: dict[str, Any], row: dict[str, Any]
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Record that comes of a row, and the errors of mappings that could not be worked out."""
        full = self._registry.full(tenant, body["xdmSchema"]) or {}
        record: dict[str, Any] = {}
        errors: list[dict[str, Any]] = []
        for one in self._mappings(tenant, body):
            try:
                value = one.value(row, self._surroundings)
            except ExpressionError as error:
                errors.append({"source": one.source, "destination": one.destination, "message": str(error)})
                continue
            if value is not None:
                put_at(record, one.destination, value)
        found = fitted(record, full)
        return found if isinstance(found, dict) else record, errors

    def _mappings(self, tenant: Tenant, body: dict[str, Any]) -> list[Mapping]:
        generation = self._platform.store.generation(KIND)
        if generation != self._generation:
            self._parsed.clear()
            self._generation = generation
        key = (tenant, str(body.get("id")))
        if "id" not in body:
            return [_mapping(one) for one in body["mappings"]]
        if key not in self._parsed:
            self._parsed[key] = [_mapping(one) for one in body["mappings"]]
        return self._parsed[key]

    def _one(self, given: Any) -> dict[str, Any]:
        if not isinstance(given, dict):
            raise problem.bad_request("Every mapping is an object")
        source = given.get("source", given.get("sourceAttribute"))
        destination = given.get("destination", given.get("destinationXdmPath"))
        if not isinstance(source, str) or not isinstance(destination, str) or not destination:
            raise problem.bad_request("Every mapping has a source and a destination")
        kind = given.get("sourceType", _ATTRIBUTE)
        if not isinstance(kind, str) or kind not in _SOURCES:
            raise problem.bad_request(f"sourceType must be {_ATTRIBUTE} or {_EXPRESSION}, not {kind!r}")
        known = given.get("id")
        return {
            "id": known if isinstance(known, str) and known else self._platform.ids.hex(32),
            "version": 0,
            "sourceType": "text/x.schema-path" if _SOURCES[kind] == _ATTRIBUTE else "text/x.aep-xl",
            "source": source,
            "sourceAttribute": source,
            "destination": destination,
            "destinationXdmPath": destination,
            "name": given.get("name", ""),
            "description": given.get("description", ""),
            "identity": given.get("identity") is True,
            "primaryIdentity": given.get("primaryIdentity") is True,
            "matchScore": 1.0,
            "functionVersion": 1,
        }


def _schema_id(wanted: dict[str, Any]) -> str | None:
    output = wanted.get("outputSchema")
    ref = output.get("schemaRef") if isinstance(output, dict) else wanted.get("schemaRef")
    named = ref.get("id") if isinstance(ref, dict) else wanted.get("xdmSchema")
    return named if isinstance(named, str) else None


def _mapping(one: dict[str, Any]) -> Mapping:
    attribute = _SOURCES[one["sourceType"]] == _ATTRIBUTE
    expression = None if attribute else parse(one["source"])
    return Mapping(source=one["source"], destination=one["destination"], expression=expression)


def _wrong(one: dict[str, Any], schema: dict[str, Any]) -> str | None:
    if _SOURCES[one["sourceType"]] == _EXPRESSION:
        try:
            parse(one["source"])
        except ExpressionError as error:
            return f"the expression is not valid: {error}"
    path = steps(one["destination"])
    if not path or path[0].startswith("["):
        return "the destination is no path"
    node = schema
    for step in path:
        if step.startswith("["):
            node = node.get("items", {})
            continue
        if node.get("type") == "array":
            node = node.get("items", {})
        fields = node.get("properties", {})
        values = node.get("additionalProperties")
        if step in fields:
            node = fields[step]
        elif isinstance(values, dict):
            node = values
        elif values is True or not fields:
            return None
        else:
            return f"the schema has no field {step!r} there"
    return None
