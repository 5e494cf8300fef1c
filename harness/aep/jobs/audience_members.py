"""Members of external audiences: who is in the files of one, and who left it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.aep.events import ProfileChange, ProfileChanged
from harness.aep.identity.identities import Identity, RecordIdentities
from harness.aep.identity.namespaces import Namespaces
from harness.aep.ingestion.batch_files import FileError, rows
from harness.aep.ingestion.file_flows import unpacked
from harness.aep.landing_zone.zones import LandingZones
from harness.aep.profile.memberships import EXITED, REALIZED, Membership, Memberships
from harness.aep.profile.merge_policies import MergePolicies
from harness.aep.profile.profiles import Profiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant

_MEMBERS = "audienceMembers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when to when a file was changed, epoch milliseconds, both included."""

    start_ms: float
    end_ms: float


class AudienceMembers:
    """Reads the files of external audiences, which are in the Data Landing Zone, into profiles."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._store = platform.store
        self._memberships = platform.service(Memberships)

    def take(self, tenant: Tenant, audience: dict[str, Any], span: Span, *, adding: bool) -> int:
        """Make those in an audience's files members; gives how many there are.

        Unless it is `adding`, who is in no file is a member no longer.
        """
        held = self._store.get(tenant, _MEMBERS, audience["id"]) or {"xids": []}
        before = dict.fromkeys(held["xids"])
        found: dict[str, None] = {}
        profiles = self._platform.service(Profiles)
        with self._store.transaction():
            for identity in self._identities(tenant, audience, span):
                link = profiles.link(
                    tenant, RecordIdentities(primary=identity, all=(identity,)), stitch=False
                )
                found[link.xid] = None
            for xid in found:
                self._mark(tenant, audience, xid, REALIZED)
            for xid in () if adding else before.keys() - found.keys():
                self._mark(tenant, audience, xid, EXITED)
            members = [*({**before, **found} if adding else found)]
            self._store.put(tenant, _MEMBERS, audience["id"], {"xids": members})
        return len(members)

    def _identities(self, tenant: Tenant, audience: dict[str, Any], span: Span) -> Iterator[Identity]:
        """Identities in the first field that has a namespace, in files that are in the landing zone.

        It stands for other clouds, too: what an audience names in a bucket is looked for there by its path.
        """
        params = audience["sourceSpec"]["params"]
        fields = (one for one in audience["fields"] if isinstance(one.get("identityNs"), str))
        field = next(fields, None)
        known = self._platform.service(Namespaces)
        if field is None or not known.exists(tenant, field["identityNs"]):
            return
        zones = self._platform.service(LandingZones)
        for file in zones.chosen(tenant, params["path"], folder=params["type"] == "folder", recursive=True):
            if not span.start_ms <= file.modified_ms <= span.end_ms:
                continue
            try:
                for row in rows(unpacked(zones.content(tenant, file.name)), {"format": "csv"}):
                    value = row.value.get(field["name"]) if row.problem is None else None
                    if value not in (None, ""):
                        yield Identity(namespace=field["identityNs"], value=str(value))
            except FileError:
                continue

    def _mark(self, tenant: Tenant, audience: dict[str, Any], xid: str, status: str) -> None:
        """Note under every merge policy that somebody entered or left; what exports it hears of it."""
        now = self._platform.clock.now_ms()
        profiles = self._platform.service(Profiles)
        one = Membership(segment_id=audience["id"], status=status, at_ms=now, namespace=audience["namespace"])
        changed: dict[str, bool] = {}
        changes: dict[str, ProfileChange] = {}
        for policy in self._platform.service(MergePolicies).all(tenant):
            # Policies that join identities alike share what is kept.
            key = profiles.key(tenant, xid, policy)
            if key not in changed:
                held = self._memberships.held(tenant, key)
                known = held.get(one.segment_id)
                changed[key] = known is None or known.status != status
                if changed[key]:
                    self._memberships.keep(tenant, key, {**held, one.segment_id: one})
            segments = frozenset({one.segment_id} if changed[key] else ())
            changes[policy["id"]] = ProfileChange(segments=segments)
        self._platform.events.publish(ProfileChanged(tenant=tenant, xid=xid, changes=changes))
