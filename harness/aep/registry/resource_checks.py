"""What a resource has to be before the registry keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep.registry import rules
from harness.aep.registry.field_types import say_types
from harness.aep.registry.resolve import is_too_large, references, resolve
from harness.aep.registry.state import KIND, SchemaRegistry
from harness.aep.registry.unions import Unions

if TYPE_CHECKING:
    from harness.aep.caller import Caller
    from harness.aep.platform import Platform

NOT_FOUND = {
    "classes": 1010,
    "mixins": 1011,
    "schemas": 1012,
    "datatypes": 1013,
    "behaviors": 1014,
    "unions": 1015,
}
"""Numbers of the error that a resource of a type is not found."""
_BEHAVIOR = "https://ns.adobe.com/xdm/data/"


class ResourceChecks:
    """The registry's rules for classes, field groups, data types and schemas."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._registry = platform.service(SchemaRegistry)

    def check(self, caller: Caller, document: dict[str, Any]) -> None:
        """Check a resource by itself and with what it refers to; a Problem says what is wrong."""
        kind = document["meta:resourceType"]
        # 1. form
        title = document.get("title")
        if not isinstance(title, str) or not title.strip():
            raise self._registry.refused("The resource needs a title")
        if document.setdefault("type", "object") != "object" and kind != "datatypes":
            raise self._registry.refused("The type of the resource must be 'object'")
        reason = rules.malformed(document)
        if reason is not None:
            raise self._registry.refused(f"The resource is not valid: {reason}")
        # 2. title
        self._check_title(caller, document, title)
        # 3. references
        for target in references({key: document.get(key) for key in ("allOf", "definitions", "properties")}):
            if self._registry.get(caller.tenant, target) is None:
                raise self._registry.error(
                    NOT_FOUND.get(_kind_in(target), 1017),
                    404,
                    "Resource Not Found",
                    f"The referenced resource {target} is not found",
                )
        if is_too_large(document, lambda one: self._registry.get(caller.tenant, one)):
            raise self._registry.refused("The resource has too many fields, counting those it refers to")
        # 4. namespace
        if kind in {"mixins", "classes", "schemas"}:
            tenant_id = self._platform.settings.tenant_of(caller.tenant.org)
            outside = rules.outside_namespace(document, tenant_id)
            if outside:
                raise self._registry.error(
                    1021,
                    400,
                    "Namespace validation error",
                    "A custom field is defined under an invalid namespace. All custom fields must be defined"
                    f" under a top-level field named _{tenant_id}. Fields: {', '.join(outside)}",
                )
        # 5. composition
        check = {
            "mixins": self._check_mixin,
            "classes": self._check_class,
            "schemas": self._check_schema,
        }.get(kind)
        if check is not None:
            check(caller, document)

    def _check_title(self, caller: Caller, document: dict[str, Any], title: str) -> None:
        for other in self._platform.store.find(caller.tenant, KIND, title=title):
            if other["$id"] != document["$id"]:
                raise self._registry.error(
                    1521,
                    400,
                    "Title not unique",
                    f"Object titles must be unique. An object {other['$id']} already exists with the same"
                    " title.",
                )

    def _check_mixin(self, caller: Caller, document: dict[str, Any]) -> None:
        classes = document.get("meta:intendedToExtend")
        if not isinstance(classes, list) or not classes:
            raise self._registry.refused(
                "meta:intendedToExtend must list the classes that the field group is meant for"
            )
        for class_id in classes:
            if not isinstance(class_id, str) or (self._registry.get(caller.tenant, class_id) is None):
                raise self._registry.error(
                    1010, 404, "Resource Not Found", f"The class {class_id} is not found"
                )

    def _check_class(self, caller: Caller, document: dict[str, Any]) -> None:
        extends = self._registry.extends(caller.tenant, document)
        behaviors = [one for one in extends if one.startswith(_BEHAVIOR) and "measure" not in one]
        if len(behaviors) != 1:
            raise self._registry.refused(
                f"A class must extend exactly one behavior, such as {_BEHAVIOR}record,"
                f" {_BEHAVIOR}time-series or {_BEHAVIOR}adhoc"
            )

    def _check_schema(self, caller: Caller, document: dict[str, Any]) -> None:
        parts = {
            target: self._registry.get(caller.tenant, target)
            for target in (
                self._registry.canonical(part["$ref"].partition("#")[0])
                for part in document.get("allOf", ())
                if isinstance(part.get("$ref"), str) and not part["$ref"].startswith("#")
            )
        }
        classes = [one for one in parts.values() if one and one["meta:resourceType"] == "classes"]
        if len(classes) != 1:
            raise self._registry.refused(f"A schema must have exactly one class in allOf, not {len(classes)}")
        class_id = classes[0]["$id"]
        document["meta:class"] = class_id
        related = {class_id, *self._registry.extends(caller.tenant, classes[0])}
        for part in parts.values():
            meant = (part or {}).get("meta:intendedToExtend")
            if meant and not related & {self._registry.canonical(one) for one in meant}:
                raise self._registry.refused(
                    f"The field group {part and part['$id']} is not meant for the class {class_id}"
                )
        tags = document.get("meta:immutableTags")
        if tags is not None and (not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags)):
            raise self._registry.refused("meta:immutableTags must be an array of strings")
        if self._registry.is_union(document):
            full = self._registry.resolved(caller.tenant, document)
            Unions(self._registry, caller.tenant).check(document, full)

    def check_tags(self, current: dict[str, Any], document: dict[str, Any]) -> None:
        """Check that no immutable tag is lost."""
        lost = set(current.get("meta:immutableTags") or ()) - set(document.get("meta:immutableTags") or ())
        if lost:
            raise self._registry.refused(f"An immutable tag cannot be removed: {', '.join(lost)}")

    def check_evolution(self, caller: Caller, current: dict[str, Any], document: dict[str, Any]) -> None:
        """Check that schemas in use are only added to."""
        tenant, kind = caller.tenant, current["meta:resourceType"]
        affected = [current] if kind == "schemas" else self._registry.dependents(tenant, current["$id"])
        used = [one for one in affected if self._registry.in_use(tenant, one)]
        if not used:
            return
        before = {one["$id"]: self._registry.full(tenant, one["$id"]) or {} for one in used}
        changed = {current["$id"]: document}

        def lookup(target: str) -> dict[str, Any] | None:
            target = self._registry.canonical(target)
            return changed.get(target) or self._registry.get(tenant, target)

        for schema in used:
            if schema.get("meta:class") != changed.get(schema["$id"], schema).get("meta:class"):
                raise self._registry.refused("The class of a schema in use cannot be changed.")
            after = resolve(changed.get(schema["$id"], schema), lookup)
            if self._registry.is_union(schema) and kind != "schemas":
                Unions(self._registry, tenant).check_types(schema, after)
            reason = rules.breaking_change(before[schema["$id"]], after)
            if reason is not None:
                raise self._registry.refused(
                    f"The schema {schema['$id']} is in use, so {reason} is not allowed:"
                    " only additive changes are."
                )

    def derive(self, caller: Caller, document: dict[str, Any], current: dict[str, Any] | None = None) -> None:
        """Add what the registry says of a resource itself; `current` is what it was before."""
        kind = document["meta:resourceType"]
        say_types(document, current)
        document.setdefault("meta:xdmType", "object")
        # Only schemas are instances; all other kinds are there to be taken in by another resource.
        document["meta:extensible"] = document["meta:abstract"] = kind != "schemas"
        extends = self._registry.extends(caller.tenant, document)
        if extends or kind == "schemas":
            document["meta:extends"] = extends


def _kind_in(resource_id: str) -> str:
    return next((kind for kind in NOT_FOUND if f"/{kind}/" in resource_id), "")
