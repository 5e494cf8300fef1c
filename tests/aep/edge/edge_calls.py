"""Calls to the Edge Network, as tests of it make them."""

from __future__ import annotations

from typing import Any

RECORDS = "/metadata/namespaces/edge/datasets/datastreams/records"


def stream(client: Any, dataset: str | None, *, profile: str | None = None, **changes: Any) -> str:
    """Id of a datastream that leads to the dataset, and to one of profiles."""
    datasets = {} if dataset is None else {"event": {"datasetId": dataset}}
    if profile is not None:
        datasets["profile"] = {"datasetId": profile}
    settings = {
        "com_adobe_experience_platform": {"enabled": True, "sandboxName": "prod", "datasets": datasets}
    }
    made = client.post(RECORDS, {"data": {"title": "Web", "settings": settings, **changes}})
    assert made.status == 201, made.body
    return str(made.json()["_system"]["id"])


def view(**xdm: Any) -> dict[str, Any]:
    page = {"webPageDetails": {"URL": "https://example.com/", "name": "home"}}
    return {"xdm": {"eventType": "web.webpagedetails.pageViews", "web": page, **xdm}}


def send(client: Any, target: str, body: Any, **headers: str | None) -> Any:
    return client.post(f"/ee/{target}", body, bare=True, headers=dict(headers))


def seen(client: Any, ecid: str) -> list[dict[str, Any]]:
    """Events of a visitor, as Profile has them."""
    asked = "schema.name=_xdm.context.experienceevent&relatedSchema.name=_xdm.context.profile"
    found = client.get(
        f"/data/core/ups/access/entities?{asked}&relatedEntityId={ecid}&relatedEntityIdNS=ecid"
    )
    return [one["entity"] for one in found.json()["children"]] if found.status == 200 else []


def handle(answer: Any, kind: str) -> Any:
    return next((one["payload"] for one in answer.json()["handle"] if one["type"] == kind), None)
