"""Profile ids of identities."""

from __future__ import annotations

import base64
import hashlib


def xid(org: str, namespace: str, identity: str) -> str:
    """Profile id of an identity: opaque, 30 URL-safe characters, stable per org, namespace and id.

    Namespace codes are compared without regard to case, so the case does not change the XID.
    """
    digest = hashlib.sha256(f"{org}\0{namespace.lower()}\0{identity}".encode()).digest()
    return "B" + base64.urlsafe_b64encode(digest).decode().rstrip("=")[:29]
