"""What follows when a record has landed in the data lake.

Synchronous and in order: identities, profile, segments, exports. When the call returns, a look-up
sees the record and a sink has what is exported because of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.aep.catalog.datasets import tag_enabled
from harness.aep.flow.activation import Activation, Change
from harness.aep.identity.edges import IdentityEdges
from harness.aep.identity.identities import Identity, IdentityField, RecordIdentities, identities_of
from harness.aep.identity.namespaces import Namespaces
from harness.aep.profile.computed_values import ComputedValues, touched_by_events
from harness.aep.profile.merge_policies import MergePolicies, stitches
from harness.aep.profile.profiles import Profiles
from harness.aep.profile.qualification import Membership, Qualification
from harness.aep.registry.state import EVENT_CLASS, PROFILE_CLASS, SchemaRegistry
from harness.aep.segmentation.segments import Segments

if TYPE_CHECKING:
    from harness.aep.platform import Platform
    from harness.twin.store import Json
    from harness.twin.tenant import Tenant


def record_landed(
    platform: Platform,
    *,
    tenant: Tenant,
    dataset: dict[str, Json],
    schema_id: str,
    record: dict[str, Json],
    xaction_id: str,
    received_ms: int,
    streamed: bool,
    batch_id: str = "",
) -> None:
    """Take a record that was accepted into a dataset.

    `dataset` is the Catalog document with its `id`; `streamed` tells streaming from batch.
    """
    # 1. does it concern profiles, and whose is it
    for_profile = tag_enabled(dataset, "unifiedProfile")
    for_graph = tag_enabled(dataset, "unifiedIdentity")
    schema = platform.service(SchemaRegistry).schema(tenant, schema_id)
    class_id = None if schema is None else schema.get("meta:class")
    if not (for_profile or for_graph) or class_id not in (PROFILE_CLASS, EVENT_CLASS):
        return
    found = _identities(platform, tenant, schema_id, record)
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
            batch_id=batch_id,
            at_ms=received_ms,
        )
    qualification = platform.service(Qualification)
    if link.absorbed:
        keys = [f"pdg/{cluster}" for cluster in link.absorbed]
        qualification.absorb(tenant, f"pdg/{link.cluster}", keys)
    # 3. profile
    is_event = class_id == EVENT_CLASS
    if for_profile and is_event:
        profiles.add_event(tenant, link.xid, dataset["id"], record, received_ms)
    elif for_profile:
        profiles.put_fragment(
            tenant,
            link.xid,
            dataset["id"],
            record,
            xaction_id,
            received_ms,
            upsert=tag_enabled(dataset, "unifiedProfile", "isUpsert"),
        )
    # 4. segments: only what streams in is evaluated at once
    segments = [one for one in platform.service(Segments).all(tenant) if one.continuous]
    changes: dict[str, Change] = {}
    written = record if for_profile else {}
    if is_event and for_profile:
        written = touched_by_events(platform.service(ComputedValues).attributes(tenant))
    for policy in platform.service(MergePolicies).all(tenant):
        changed: list[Membership] = []
        due = [one for one in segments if one.policy_id == policy["id"]] if streamed else []
        if due:
            view = profiles.view(tenant, link.xid, policy)
            if view is not None:
                changed = qualification.evaluate(tenant, view, due)
        changes[policy["id"]] = Change(
            memberships=tuple(changed),
            identities=link.identities_changed and stitches(policy),
            record=written,
        )
    # 5. exports
    platform.service(Activation).changed(tenant, link.xid, changes)


def _identities(
    platform: Platform, tenant: Tenant, schema_id: str, record: dict[str, Json]
) -> RecordIdentities:
    """Identities of a record; those of namespaces that do not exist are passed over."""
    namespaces = platform.service(Namespaces)
    fields = [
        IdentityField(path="/" + "/".join(one.path), namespace=code, primary=one.primary)
        for one in platform.service(SchemaRegistry).identities(tenant, schema_id)
        if (code := _code(namespaces, tenant, one.namespace)) is not None
    ]
    found = identities_of(record, fields)
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
