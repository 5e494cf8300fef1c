"""Containers of files, as Azure Blob Storage has them; `azure_blobs` speaks its protocol over them.

A storage account belongs to an organisation's sandbox. A container is opened by a shared access
signature, of which one is good at a time.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote

from harness.twin.tenant import NOWHERE, Tenant

if TYPE_CHECKING:
    from harness.twin.platform import TwinPlatform

PATH = "/_sinks/blobs"
_ACCOUNT, _FILE, _BLOCK = "blobAccount", "blobFile", "blobBlock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A file of a container; `name` is its path there, `modified_ms` epoch milliseconds."""

    name: str
    size: int
    modified_ms: int
    etag: str
    kind: str


class BlobStore:
    """The containers of every sandbox."""

    def __init__(self, platform: TwinPlatform) -> None:
        self._platform = platform
        self._store = platform.store

    def account(self, tenant: Tenant) -> str:
        """Name of a sandbox's storage account, made when it is first asked for."""
        return str(self._account(tenant)["name"])

    def tenant(self, account: str) -> Tenant | None:
        """Whose account it is."""
        held = self._store.get(NOWHERE, _ACCOUNT, account)
        return None if held is None else Tenant(held["org"], held["sandbox"])

    def token(self, tenant: Tenant, container: str, *, fresh: bool = False) -> str:
        """Shared access signature of a container, as a query; a fresh one ends the one before."""
        held = self._account(tenant)
        tokens = held.setdefault("tokens", {})
        if fresh or container not in tokens:
            signature = quote(base64.b64encode(bytes.fromhex(self._platform.ids.hex(64))).decode(), safe="")
            policy = self._platform.ids.uuid()
            tokens[container] = f"sv=2020-04-08&si=dlz-{policy}&sr=c&sp=racwdlm&sig={signature}"
            self._store.put(NOWHERE, _ACCOUNT, held["name"], held)
        return str(tokens[container])

    def opens(self, account: str, container: str, signature: str) -> bool:
        """Whether the decoded `sig` of a request is that of the container's token."""
        held = self._store.get(NOWHERE, _ACCOUNT, account) or {}
        known = parse_qs(held.get("tokens", {}).get(container, "")).get("sig", [""])[0]
        return bool(known) and hmac.compare_digest(known.encode(), signature.encode())

    def put(self, tenant: Tenant, container: str, name: str, content: bytes, kind: str = "") -> Blob:
        """Keep a file, in place of one of the same name."""
        blob_id = f"{container}/{name}"
        now = self._platform.clock.now_ms()
        body = {
            "container": container,
            "name": name,
            "size": len(content),
            "modified_ms": now,
            "etag": f'"0x{self._platform.ids.hex(15).upper()}"',
            "kind": kind or "application/octet-stream",
        }
        with self._store.transaction():
            self._store.put_blob(tenant, f"blob/{blob_id}", content)
            self._store.put(tenant, _FILE, blob_id, body)
        return _blob(body)

    def find(self, tenant: Tenant, container: str, name: str) -> Blob | None:
        """Look up a file."""
        held = self._store.get(tenant, _FILE, f"{container}/{name}")
        return None if held is None else _blob(held)

    def content(self, tenant: Tenant, container: str, name: str) -> bytes:
        """Bytes of a file; empty when there is none."""
        return self._store.get_blob(tenant, f"blob/{container}/{name}") or b""

    def files(self, tenant: Tenant, container: str, prefix: str = "") -> list[Blob]:
        """Files whose names start so, by name."""
        found = (
            _blob(one)
            for one in self._store.find(tenant, _FILE)
            if one["container"] == container and one["name"].startswith(prefix)
        )
        return sorted(found, key=lambda one: one.name)

    def remove(self, tenant: Tenant, container: str, name: str) -> bool:
        """Delete a file; whether there was one."""
        with self._store.transaction():
            self._store.delete_blob(tenant, f"blob/{container}/{name}")
            return self._store.delete(tenant, _FILE, f"{container}/{name}")

    def put_block(self, tenant: Tenant, container: str, name: str, block: str, content: bytes) -> None:
        """Keep a block of a file that is uploaded in several."""
        self._store.put_blob(tenant, f"block/{container}/{name}/{block}", content)
        self._store.put(tenant, _BLOCK, f"{container}/{name}/{block}", {"size": len(content)})

    def put_blocks(
        self, tenant: Tenant, container: str, name: str, blocks: list[str], kind: str
    ) -> Blob | None:
        """Make a file of its blocks, in this order; None when one of them is missing."""
        parts = [self._store.get_blob(tenant, f"block/{container}/{name}/{one}") for one in blocks]
        if any(part is None for part in parts):
            return None
        made = self.put(tenant, container, name, b"".join(part or b"" for part in parts), kind)
        for one in blocks:
            self._store.delete_blob(tenant, f"block/{container}/{name}/{one}")
            self._store.delete(tenant, _BLOCK, f"{container}/{name}/{one}")
        return made

    def _account(self, tenant: Tenant) -> dict[str, Any]:
        for held in self._store.find(NOWHERE, _ACCOUNT):
            if (held["org"], held["sandbox"]) == tuple(tenant):
                return held
        name = f"dlblobstore{self._platform.ids.hex(12)}"
        body = {"name": name, "org": tenant.org, "sandbox": tenant.sandbox}
        self._store.put(NOWHERE, _ACCOUNT, name, body)
        return body


def _blob(body: dict[str, Any]) -> Blob:
    return Blob(**{name: body[name] for name in ("name", "size", "modified_ms", "etag", "kind")})
