"""Landing zones of every sandbox: one that users put files in, and one that exports go to.

Files of the first are deleted after seven days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.twin.clock import iso
from harness.twin.wires.blob_store import PATH, BlobStore

if TYPE_CHECKING:
    from harness.aep.platform import Platform
    from harness.twin.tenant import Tenant
    from harness.twin.wires.blob_store import Blob

USER, DESTINATION = "dlz-user-container", "dlz-destination"
CONTAINERS = {"user_drop_zone": USER, "dlz_destination": DESTINATION}
"""Containers by the `type` that the API calls them."""
DAYS = 7
"""For how long a file stays."""
_DAY_MS = 86_400_000


class LandingZones:
    """Files of the landing zones."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._blobs = platform.service(BlobStore)

    def credentials(self, tenant: Tenant, container: str, *, fresh: bool = False) -> dict[str, str]:
        """How a container is reached: its account, token and address, and the date the token ends."""
        account = self._blobs.account(tenant)
        token = self._blobs.token(tenant, container, fresh=fresh)
        expiry = self._platform.clock.now_ms() + DAYS * _DAY_MS
        return {
            "containerName": container,
            "SASToken": token,
            "storageAccountName": account,
            "SASUri": f"{self._platform.url}{PATH}/{account}/{container}?{token}",
            "expiryDate": iso(expiry)[:10],
        }

    def files(self, tenant: Tenant, container: str = USER, prefix: str = "") -> list[Blob]:
        """Files whose names start so, by name; what is too old is deleted."""
        found = self._blobs.files(tenant, container, prefix)
        oldest = self._platform.clock.now_ms() - DAYS * _DAY_MS
        for one in found:
            if one.modified_ms < oldest:
                self._blobs.remove(tenant, container, one.name)
        return [one for one in found if one.modified_ms >= oldest]

    def chosen(self, tenant: Tenant, path: str, *, folder: bool, recursive: bool = False) -> list[Blob]:
        """Files of users that a path names: one, or those of a folder and perhaps of those below it."""
        name = inside(path)
        if not folder:
            return [one for one in self.files(tenant, USER, name) if one.name == name]
        prefix = f"{name.rstrip('/')}/" if name.strip("/") else ""
        found = self.files(tenant, USER, prefix)
        return [one for one in found if recursive or "/" not in one.name[len(prefix) :]]

    def content(self, tenant: Tenant, name: str, container: str = USER) -> bytes:
        """Bytes of a file; empty when there is none."""
        return self._blobs.content(tenant, container, name)

    def put(self, tenant: Tenant, name: str, content: bytes, container: str = DESTINATION) -> None:
        """Put a file into a container."""
        self._blobs.put(tenant, container, name, content)


def inside(path: str) -> str:
    """Path of a file within the container of users, which clients write before it or leave out."""
    return path.lstrip("/").removeprefix(f"{USER}/").removeprefix(USER).lstrip("/")
