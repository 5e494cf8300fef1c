"""Files of a batch, sent as a client sends them."""

from __future__ import annotations

import json
from typing import Any

from harness.aep.ingestion.landing import LAKE
from harness.twin.tenant import Tenant

IMPORT = "/data/foundation/import/batches"
CATALOG = "/data/foundation/catalog"
OCTETS = {"content-type": "application/octet-stream"}


class Upload:
    """A dataset of events and batches for it."""

    def __init__(self, lake: Any) -> None:
        self.lake = lake
        self.client = lake.client
        fields = {
            "id": {"type": "string"},
            "points": {"type": "integer"},
            "rate": {"type": "number"},
            "on": {"type": "boolean"},
        }
        group = lake.mixin(fields, of=lake.event_class)
        self.schema = lake.schema(group, of=lake.event_class, union=True)
        lake.identity(self.schema, f"/{lake.tenant}/id")
        self.dataset = lake.dataset(self.schema, profile=True)

    def row(self, **fields: Any) -> dict[str, Any]:
        own = {"id": "a", **fields}
        return {"_id": "1", "timestamp": "2024-05-15T12:00:00Z", self.lake.tenant: own}

    def create(self, form: Any = None, **fields: Any) -> str:
        answer = self.client.post(
            IMPORT,
            {"datasetId": self.dataset, "inputFormat": form or {"format": "json"}, **fields},
        )
        assert answer.status == 201, answer.body
        return str(answer.json()["id"])

    def file(self, batch: str, name: str = "a.json") -> str:
        return f"{IMPORT}/{batch}/datasets/{self.dataset}/files/{name}"

    def put(self, batch: str, content: bytes, name: str = "a.json") -> Any:
        return self.client.put(self.file(batch, name), content, headers=OCTETS)

    def act(self, batch: str, action: str = "COMPLETE") -> Any:
        return self.client.post(f"{IMPORT}/{batch}?action={action}")

    def status(self, batch: str) -> dict[str, Any]:
        return dict(self.client.get(f"{CATALOG}/batches/{batch}").json()[batch])

    def whole(self, content: bytes, form: Any = None, **fields: Any) -> dict[str, Any]:
        batch = self.create(form, **fields)
        assert self.put(batch, content).status == 201
        assert self.act(batch).status == 200
        return self.status(batch)

    def landed(self, stream: str = LAKE) -> list[Any]:
        found = self.client.platform.store.records(Tenant(self.client.settings.org_id, "prod"), stream)
        return [one.body for one in found]


def lines(*rows: Any) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()
