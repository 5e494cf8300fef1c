"""Catalog: datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.aep import problem
from harness.aep.catalog.expiration import check_expiration
from harness.aep.catalog.lake import BATCH_KIND, discard_batch
from harness.aep.catalog.listing import listed
from harness.aep.catalog.observable_schema import ObservableSchemas
from harness.aep.registry.library import XDM
from harness.aep.registry.state import SchemaRegistry
from harness.twin.json_patch import PatchError, apply_patch, parse_patch
from harness.twin.message import ServedRequest, answer
from harness.twin.routing import Endpoint

if TYPE_CHECKING:
    from starlette.responses import Response

    from harness.aep.caller import Caller
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

BASE = "/data/foundation/catalog"
KIND = "dataset"
_OWN = (
    "id",
    "imsOrg",
    "sandboxId",
    "version",
    "created",
    "updated",
    "createdClient",
    "createdUser",
    "updatedUser",
    "viewId",
    "files",
    "namespace",
    "aspect",
    "observableSchema",
    "classification",
)


def routes(platform: Platform) -> list[Endpoint]:
    """Endpoints of datasets, in both versions of the path and under the singular word too."""
    catalog = platform.service(Catalog)
    found: list[Endpoint] = []
    for base in (f"{BASE}/dataSets", f"{BASE}/v2/dataSets", f"{BASE}/dataSet"):
        table = (
            ("GET", base, catalog.list),
            ("POST", base, catalog.create),
            ("GET", f"{base}/{{id}}", catalog.read),
            ("PUT", f"{base}/{{id}}", catalog.replace),
            ("PATCH", f"{base}/{{id}}", catalog.patch),
            ("DELETE", f"{base}/{{id}}", catalog.delete),
        )
        found.extend(
            Endpoint(
                method=method,
                path=path,
                handler=handler,
                any_case=True,
                json_only=method in {"POST", "PUT", "PATCH"},
            )
            for method, path, handler in table
        )
    return found


def tag_enabled(dataset: dict[str, Any], name: str, setting: str = "enabled") -> bool:
    """Whether a tag such as `unifiedProfile` holds `enabled:true`, with or without a space.

    `setting` is another word before the colon, such as `isUpsert`.
    """
    values = (dataset.get("tags") or {}).get(name) or []
    for value in values if isinstance(values, list) else [values]:
        key, _, held = str(value).partition(":")
        if key.strip() == setting and held.strip().lower() == "true":
            return True
    return False


class Catalog:
    """Datasets of every sandbox."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._registry = platform.service(SchemaRegistry)

    def dataset(self, tenant: Tenant, dataset_id: str) -> dict[str, Any] | None:
        """Dataset by id, with its `id` inside; None when there is none."""
        return self._platform.store.get(tenant, KIND, dataset_id)

    def datasets(self, tenant: Tenant) -> list[dict[str, Any]]:
        """All datasets of a sandbox, oldest first."""
        return self._platform.store.find(tenant, KIND)

    def note_batch(self, tenant: Tenant, dataset_id: str, batch_id: str, *, success: bool) -> None:
        """Remember the last batch of a dataset."""
        body = self.dataset(tenant, dataset_id)
        if body is None:
            return
        body["lastBatchId"] = batch_id
        body["lastBatchStatus"] = "success" if success else "failure"
        body["lastSuccessfulBatch" if success else "lastFailedBatch"] = batch_id
        self._platform.store.put(tenant, KIND, dataset_id, body)

    def shown(self, tenant: Tenant, body: dict[str, Any]) -> dict[str, Any]:
        """Dataset as Catalog shows it: without its id, with what it is for."""
        kind = self.behavior(tenant, body)
        found = {name: value for name, value in body.items() if name != "id"}
        return {**found, "classification": {"dataBehavior": kind, "managedBy": "CUSTOMER"}}

    def behavior(self, tenant: Tenant, body: dict[str, Any]) -> str:
        """Behaviour of the class of a dataset's schema: `record`, `time-series` or `adhoc`."""
        ref = body.get("schemaRef")
        schema_id = str(ref.get("id", "")) if isinstance(ref, dict) else ""
        schema = self._registry.schema(tenant, schema_id)
        class_id = schema_id.removesuffix("__union") if schema is None else str(schema["meta:class"])
        named = self._registry.get(tenant, class_id)
        above = [class_id, *([] if named is None else self._registry.extends(tenant, named))]
        return next((one for one in ("time-series", "adhoc") if XDM + "data/" + one in above), "record")

    def make(self, caller: Caller, wanted: dict[str, Any], *, keep: bool = True) -> dict[str, Any]:
        """Make a dataset, and keep it unless only its check is wanted; a Problem says what is wrong."""
        dataset_id = self._platform.ids.hex(24)
        view_id = self._platform.ids.hex(24)
        now = self._platform.clock.now_ms()
        body = {
            "status": "enabled",
            "state": "DRAFT",
            "tags": {},
            "fileDescription": {
                "persisted": True,
                "containerFormat": "parquet",
                "format": "parquet",
            },
            **{name: value for name, value in wanted.items() if name not in _OWN},
            "id": dataset_id,
            "imsOrg": caller.tenant.org,
            "version": "1.0.0",
            "created": now,
            "updated": now,
            "createdClient": caller.client_id,
            "createdUser": caller.user_id,
            "updatedUser": caller.user_id,
            "viewId": view_id,
            "aspect": "production",
            "namespace": "ACP",
            "files": f"@/dataSets/{dataset_id}/views/{view_id}/files",
        }
        body.setdefault("name", dataset_id)
        self._check(caller, body)
        tags = dict(body["tags"] or {})
        tags.setdefault("adobe/pqs/table", [_table_name(body["name"])])
        body["tags"] = tags
        if keep:
            self._platform.store.put(caller.tenant, KIND, dataset_id, body)
        return body

    # calls

    def list(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /dataSets?tags=`: an object keyed by id; `observableSchema` comes when asked for by name."""
        found = listed(
            [(one["id"], self.shown(caller.tenant, one)) for one in self.datasets(caller.tenant)],
            request.query,
        )
        if "observableSchema" in (request.query.get("properties") or "").split(","):
            for dataset_id, body in found.items():
                body["observableSchema"] = self._observed(caller, dataset_id)
        return answer(found)

    def read(self, request: ServedRequest, caller: Caller) -> Response:
        """`GET /dataSets/{id}`: an object with one key; the `E-Tag` header is its version."""
        body = self._get(request, caller)
        body["observableSchema"] = self._observed(caller, body["id"])
        shown = listed([(body["id"], self.shown(caller.tenant, body))], request.query, single=True)
        return answer(shown, headers={"E-Tag": body["version"]})

    def create(self, request: ServedRequest, caller: Caller) -> Response:
        """`POST /dataSets`: 201 with `["@/dataSets/{id}"]`."""
        body = self.make(caller, request.document(), keep=not dry_run(request))
        return answer(
            [f"@/dataSets/{body['id']}"],
            201,
            {"Location": f"{request.base_url}{BASE}/dataSets/{body['id']}"},
        )

    def replace(self, request: ServedRequest, caller: Caller) -> Response:
        """`PUT /dataSets/{id}`."""
        current = self._get(request, caller)
        wanted = request.document()
        kept = {name: current[name] for name in _OWN if name in current}
        return self._save(request, caller, current, {**wanted, **kept})

    def patch(self, request: ServedRequest, caller: Caller) -> Response:
        """`PATCH /dataSets/{id}`: a partial object, or JSON Patch, which is an array.

        Below `/v2` objects are merged in depth; otherwise a field that is given replaces the old. Adobe's
        guide gives JSON Patch a content type of its own; clients forget it, and only a strict platform asks.
        """
        current = self._get(request, caller)
        wanted = request.json()
        lenient = isinstance(wanted, list) and not self._platform.settings.strict
        if lenient or request.media_type == "application/json-patch+json":
            try:
                changed = apply_patch(current, parse_patch(wanted))
            except PatchError as error:
                raise problem.bad_request(f"The patch cannot be applied: {error}") from None
        elif isinstance(wanted, dict):
            deep = "/v2/" in request.path.lower()
            changed = _merged(current, wanted) if deep else {**current, **wanted}
        else:
            raise problem.bad_request(
                "The body must be an object, or an array of patch operations under the content type"
                " application/json-patch+json"
            )
        changed.update({name: current[name] for name in _OWN if name in current})
        answered = self._save(request, caller, current, changed)
        # The guide to retention shows the dataset as the answer, other guides its reference.
        if isinstance(wanted, dict) and "extensions" in wanted and "/v2/" in request.path.lower():
            return answer(
                {current["id"]: self.shown(caller.tenant, changed)}, headers={"E-Tag": changed["version"]}
            )
        return answered

    def delete(self, request: ServedRequest, caller: Caller) -> Response:
        """`DELETE /dataSets/{id}`: its batches and their records go with it."""
        current = self._get(request, caller)
        self._check_version(request, current)
        store = self._platform.store
        if not dry_run(request):
            with store.transaction():
                for batch in store.find(caller.tenant, BATCH_KIND):
                    if any(one["id"] == current["id"] for one in batch["relatedObjects"]):
                        discard_batch(store, caller.tenant, batch["id"])
                store.delete(caller.tenant, KIND, current["id"])
        return answer([f"@/dataSets/{current['id']}"])

    def _observed(self, caller: Caller, dataset_id: str) -> dict[str, Any]:
        dataset = self.dataset(caller.tenant, dataset_id) or {}
        return self._platform.service(ObservableSchemas).schema(caller.tenant, dataset)

    def _save(
        self,
        request: ServedRequest,
        caller: Caller,
        current: dict[str, Any],
        changed: dict[str, Any],
    ) -> Response:
        self._check_version(request, current)
        before = current.get("schemaRef", {}).get("id")
        after = changed.get("schemaRef")
        if isinstance(after, dict) and after.get("id") != before:
            raise problem.bad_request("The schema of a dataset cannot be changed")
        self._check(caller, changed)
        check_expiration(changed, self.behavior(caller.tenant, changed))
        major, minor, patch = current["version"].split(".")
        changed["version"] = f"{major}.{minor}.{int(patch) + 1}"
        changed["updated"] = self._platform.clock.now_ms()
        changed["updatedUser"] = caller.user_id
        if not dry_run(request):
            self._platform.store.put(caller.tenant, KIND, current["id"], changed)
        return answer([f"@/dataSets/{current['id']}"], headers={"E-Tag": changed["version"]})

    def _check(self, caller: Caller, body: dict[str, Any]) -> None:
        if not isinstance(body.get("name"), str) or not body["name"]:
            raise problem.bad_request("name must be a string")
        ref = body.get("schemaRef")
        if not isinstance(ref, dict) or not isinstance(ref.get("id"), str):
            raise problem.bad_request("schemaRef must hold the id of a schema")
        # a union is the schema of datasets that profiles are exported to
        schema = self._registry.schema(caller.tenant, ref["id"]) or self._registry.union(
            caller.tenant, ref["id"]
        )
        if schema is None:
            raise problem.bad_request(f"The schema {ref['id']} does not exist")
        tags = body.get("tags", {})
        if not isinstance(tags, dict) or not all(isinstance(one, list) for one in tags.values()):
            raise problem.bad_request("tags must be an object of arrays")
        if tag_enabled(body, "unifiedProfile") and not self._registry.is_union(schema):
            raise problem.bad_request("To enable profile datasets the schema should be valid")

    @staticmethod
    def _check_version(request: ServedRequest, current: dict[str, Any]) -> None:
        wanted = request.headers.get("if-match", "").strip()
        if wanted and wanted != "*" and wanted.strip('"') != current["version"]:
            raise problem.classic(
                412,
                "PreconditionFailedError",
                f"The object has version {current['version']}, not {wanted}",
            )

    def _get(self, request: ServedRequest, caller: Caller) -> dict[str, Any]:
        wanted = request.params["id"]
        found = self.dataset(caller.tenant, wanted)
        if found is None:
            raise problem.not_found(f"The dataset {wanted} does not exist")
        return found


def dry_run(request: ServedRequest) -> bool:
    """Whether a request asks that it be checked only, and nothing kept."""
    return "validate-only" in request.headers.get("pragma", "").lower()


def _merged(into: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    result = dict(into)
    for name, value in part.items():
        old = result.get(name)
        both = isinstance(old, dict) and isinstance(value, dict)
        result[name] = _merged(old or {}, value) if both else value
    return result


def _table_name(name: str) -> str:
    return "".join(one if one.isalnum() else "_" for one in name.lower()).strip("_")
