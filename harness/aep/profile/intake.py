"""What a record that landed does to identities and to the profile it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.aep.catalog.datasets import tag_enabled
from harness.aep.events import ProfileWritten, RecordLanded
from harness.aep.identity.edges import IdentityEdges
from harness.aep.identity.identities import Identity, IdentityField, RecordIdentities, identities_of
from harness.aep.identity.namespaces import Namespaces
from harness.aep.profile.computed_values import ComputedValues, touched_by_events
from harness.aep.profile.memberships import Memberships
from harness.aep.profile.profiles import Profiles
from harness.aep.registry.state import EVENT_CLASS, PROFILE_CLASS, SchemaRegistry

if TYPE_CHECKING:
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant


def record_landed(platform: Platform, event: RecordLanded) -> None:
    """Link the identities of a record and write its profile; a `ProfileWritten` says so."""
    tenant, dataset, record = event.tenant, event.dataset, event.record
    # 1. does it concern profiles, and whose is it
    for_profile = tag_enabled(dataset, "unifiedProfile")
    for_graph = tag_enabled(dataset, "unifiedIdentity")
    schema = platform.service(SchemaRegistry).schema(tenant, event.schema_id)
    class_id = None if schema is None else schema.get("meta:class")
    if not (for_profile or for_graph) or class_id not in (PROFILE_CLASS, EVENT_CLASS):
        return
    found = _identities(platform, event)
    if found.primary is None:
        return
    # 2. identities: only a dataset enabled for the graph links them
    profiles = platform.service(Profiles)
    link = profiles.link(tenant, found, stitch=for_graph)
    if for_graph and len(found.all) > 1:
        others = [one for one in found.all if one.key != found.primary.key]
        platform.service(IdentityEdges).note(
            tenant,
            [found.primary, *others],
            dataset_id=dataset["id"],
            batch_id=event.batch_id,
            at_ms=event.received_ms,
        )
    if link.absorbed:
        keys = [f"pdg/{cluster}" for cluster in link.absorbed]
        platform.service(Memberships).absorb(tenant, f"pdg/{link.cluster}", keys)
    # 3. profile
    is_event = class_id == EVENT_CLASS
    written = record if for_profile else {}
    if for_profile and is_event:
        profiles.add_event(tenant, link.xid, dataset["id"], record, event.received_ms)
        written = touched_by_events(platform.service(ComputedValues).attributes(tenant))
    elif for_profile:
        profiles.put_fragment(
            tenant,
            link.xid,
            dataset["id"],
            record,
            event.xaction_id,
            event.received_ms,
            upsert=tag_enabled(dataset, "unifiedProfile", "isUpsert"),
        )
    platform.events.publish(
        ProfileWritten(
            tenant=tenant,
            xid=link.xid,
            written=written,
            identities_changed=link.identities_changed,
            streamed=event.streamed,
        )
    )


def _identities(platform: Platform, event: RecordLanded) -> RecordIdentities:
    """Identities of a record; those of namespaces that do not exist are passed over."""
    tenant = event.tenant
    namespaces = platform.service(Namespaces)
    fields = [
        IdentityField(path="/" + "/".join(one.path), namespace=code, primary=one.primary)
        for one in platform.service(SchemaRegistry).identities(tenant, event.schema_id)
        if (code := _code(namespaces, tenant, one.namespace)) is not None
    ]
    found = identities_of(event.record, fields)
    known: dict[str, bool] = {}

    def exists(identity: Identity) -> bool:
        code = identity.namespace.lower()
        if code not in known:
            known[code] = namespaces.exists(tenant, code)
        return known[code]

    primary = found.primary if found.primary is not None and exists(found.primary) else None
    return RecordIdentities(primary=primary, all=tuple(one for one in found.all if exists(one)))


def _code(namespaces: Namespaces, tenant: Tenant, named: str | int) -> str | None:
    """Code of a namespace that a descriptor names by code or, with `xdm:id`, by number."""
    text = str(named)
    if namespaces.exists(tenant, text):
        return text
    held = namespaces.by_id(tenant, int(text)) if text.isdecimal() and len(text) <= 12 else None
    return None if held is None else str(held["code"])
