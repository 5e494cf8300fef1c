"""Which kind of document something is, to be named where another one was expected."""

from collections.abc import Callable, Mapping
from typing import Any, Final

_Document = Mapping[str, Any]

_KINDS: Final[tuple[tuple[str, Callable[[_Document], bool]], ...]] = (
    ("a JSON report of a run", lambda it: _has(it, "run", "executions") or _has(it, "run", "stats")),
    ("a Postman collection", lambda it: "item" in it and ("info" in it or isinstance(it["item"], list))),
    ("a Postman collection of format v1", lambda it: "requests" in it and "order" in it),
    ("a Postman collection", lambda it: _has(it, "collection", "item")),
    ("a backup of Postman's data", lambda it: "collections" in it and "version" in it),
    ("Postman globals", lambda it: "values" in it and it.get("_postman_variable_scope") == "globals"),
    ("a Postman environment", lambda it: isinstance(it.get("values"), list | Mapping)),
    ("an OpenAPI description", lambda it: "openapi" in it),
    ("a description in Swagger 2.0", lambda it: "swagger" in it),
    ("a HAR file", lambda it: isinstance(it.get("log"), Mapping)),
    ("a cassette, a recording", lambda it: "interactions" in it or "http_interactions" in it),
    ("an export of Insomnia", lambda it: it.get("_type") == "export" and "resources" in it),
    ("a JSON Schema", lambda it: "json-schema.org" in str(it.get("$schema"))),
    ("a package.json", lambda it: "name" in it and "version" in it and ("scripts" in it or _deps(it))),
    ("a history of runs", lambda it: "started_ms" in it and "version" in it),
)


def document_kind(document: object) -> str:
    """Name the kind of a document (`a HAR file`); empty for one that nobody knows."""
    if isinstance(document, list):
        entries = [one for one in document if isinstance(one, Mapping)]
        if entries and all("matches" in one for one in entries):
            return "a list of client certificates"
        return "a list of data rows" if entries and not any("key" in one for one in entries) else ""
    if not isinstance(document, Mapping):
        return ""
    return next((name for name, fits in _KINDS if fits(document)), "")


def _has(document: _Document, *keys: str) -> bool:
    found: Any = document
    for key in keys:
        if not isinstance(found, Mapping) or key not in found:
            return False
        found = found[key]
    return True


def _deps(document: _Document) -> bool:
    return "dependencies" in document or "devDependencies" in document
