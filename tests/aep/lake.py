"""What a record needs to land, made by the calls of a client."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.aep.caller import Client


@dataclass(slots=True)
class Lake:
    """Makes what a record needs to land: field group, schema, identity, dataset, inlet."""

    client: Client

    registry = "/data/foundation/schemaregistry"
    profile_class = "https://ns.adobe.com/xdm/context/profile"
    event_class = "https://ns.adobe.com/xdm/context/experienceevent"

    @property
    def tenant(self) -> str:
        return f"_{self.client.settings.tenant_id}"

    def mixin(
        self, fields: dict[str, Any], *, title: str = "Fields", of: str | None = None, **keywords: Any
    ) -> str:
        """`$id` of a field group with these fields below the tenant's namespace."""
        answer = self.client.post(
            f"{self.registry}/tenant/mixins",
            {
                "title": title,
                "type": "object",
                "meta:intendedToExtend": [of or self.profile_class],
                "definitions": {
                    "own": {"properties": {self.tenant: {"type": "object", "properties": fields, **keywords}}}
                },
                "allOf": [{"$ref": "#/definitions/own"}],
            },
        )
        assert answer.status == 201, answer.body
        return str(answer.json()["$id"])

    def schema(self, *groups: str, title: str = "Schema", of: str | None = None, union: bool = False) -> str:
        """`$id` of a schema of these field groups."""
        body: dict[str, Any] = {
            "title": title,
            "type": "object",
            "allOf": [{"$ref": one} for one in (of or self.profile_class, *groups)],
        }
        if union:
            body["meta:immutableTags"] = ["union"]
        answer = self.client.post(f"{self.registry}/tenant/schemas", body)
        assert answer.status == 201, answer.body
        return str(answer.json()["$id"])

    def identity(self, schema: str, path: str, namespace: str = "Email", *, primary: bool = True) -> str:
        """`@id` of an identity descriptor."""
        answer = self.client.post(
            f"{self.registry}/tenant/descriptors",
            {
                "@type": "xdm:descriptorIdentity",
                "xdm:sourceSchema": schema,
                "xdm:sourceVersion": 1,
                "xdm:sourceProperty": path,
                "xdm:property": "xdm:code",
                "xdm:namespace": namespace,
                "xdm:isPrimary": primary,
            },
        )
        assert answer.status == 201, answer.body
        return str(answer.json()["@id"])

    def dataset(self, schema: str, *, profile: bool = False, name: str = "dataset") -> str:
        """Id of a dataset of a schema."""
        on = {"unifiedProfile": ["enabled:true"], "unifiedIdentity": ["enabled:true"]}
        answer = self.client.post(
            "/data/foundation/catalog/dataSets",
            {
                "name": name,
                "schemaRef": {
                    "id": schema,
                    "contentType": "application/vnd.adobe.xed-full+json;version=1",
                },
                "tags": on if profile else {},
            },
        )
        assert answer.status == 201, answer.body
        return str(answer.json()[0].removeprefix("@/dataSets/"))

    def inlet(self, *, authenticated: bool = False) -> str:
        """Id of an inlet."""
        answer = self.client.post(
            "/data/core/edge/inlet", {"name": "inlet", "authenticationRequired": authenticated}
        )
        assert answer.status == 201, answer.body
        return str(answer.json()["inletId"])

    def message(self, schema: str, dataset: str, record: Any) -> dict[str, Any]:
        """One record in its envelope."""
        ref = {"id": schema, "contentType": "application/vnd.adobe.xed-full+json;version=1"}
        return {
            "header": {
                "schemaRef": ref,
                "imsOrgId": self.client.settings.org_id,
                "datasetId": dataset,
                "source": {"name": "test"},
            },
            "body": {"xdmMeta": {"schemaRef": ref}, "xdmEntity": record},
        }
