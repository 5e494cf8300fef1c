"""People that are streamed into Profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from tests.aep.caller import Answer, Client
    from tests.aep.lake import Lake


@dataclass(slots=True)
class People:
    """Streams people into Profile: a profile schema and an event schema, identified by e-mail.

    The fields are `_{tenant}`: `email` (primary), `crm` (CRMID), `level`, `points`.
    """

    lake: Lake
    profile_schema: str
    event_schema: str
    profile_dataset: str
    event_dataset: str
    inlet: str

    @property
    def client(self) -> Client:
        return self.lake.client

    def send(self, schema: str, dataset: str, record: dict[str, Any]) -> None:
        target = f"/collection/{self.inlet}?syncValidation=true"
        answer = self.client.post(target, self.lake.message(schema, dataset, record), bare=True)
        assert answer.status == 200, answer.body

    def profile(
        self, email: str, *, first: str | None = None, dataset: str | None = None, **own: Any
    ) -> None:
        record: dict[str, Any] = {self.lake.tenant: {"email": email, **own}}
        if first is not None:
            record["person"] = {"name": {"firstName": first}}
        self.send(self.profile_schema, dataset or self.profile_dataset, record)

    def event(self, email: str, event_id: str, at: str, **fields: Any) -> None:
        record = {"_id": event_id, "timestamp": at, self.lake.tenant: {"email": email}, **fields}
        self.send(self.event_schema, self.event_dataset, record)

    def lookup(self, email: str, **query: str) -> Answer:
        """Profile by e-mail."""
        asked = {"schema.name": "_xdm.context.profile", "entityId": email, "entityIdNS": "email", **query}
        return self.client.get(f"/data/core/ups/access/entities?{urlencode(asked)}")

    def entity(self, email: str, **query: str) -> dict[str, Any]:
        (found,) = self.lookup(email, **query).json().values()
        return dict(found)

    def events(self, email: str, **query: str) -> Answer:
        asked = {
            "schema.name": "_xdm.context.experienceevent",
            "relatedSchema.name": "_xdm.context.profile",
            "relatedEntityId": email,
            "relatedEntityIdNS": "email",
            **query,
        }
        return self.client.get(f"/data/core/ups/access/entities?{urlencode(asked)}")
