"""Azure Blob Storage over the local containers: `/_sinks/blobs/{account}/{container}/{blob}`.

What clients such as `azure-storage-blob` use with a container's shared access signature: put (whole or in
blocks), get (whole or a range), look at, delete and list.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from starlette.responses import Response

from harness.twin.routing import Endpoint
from harness.twin.wires.blob_store import PATH, Blob, BlobStore

if TYPE_CHECKING:
    from harness.twin.message import ServedRequest
    from harness.twin.platform import TwinPlatform
    from harness.twin.tenant import Tenant

_MOST_BYTES = 64 * 1024 * 1024
_MOST_LISTED = 5000
_VERSION = "2020-04-08"


def routes(platform: TwinPlatform) -> list[Endpoint]:
    """Endpoints of a container and of its files."""
    blobs = AzureBlobs(platform)
    container, file = f"{PATH}/{{account}}/{{container}}", f"{PATH}/{{account}}/{{container}}/{{blob...}}"
    return [
        Endpoint(method="GET", path=container, handler=blobs.list, door="open"),
        Endpoint(method="PUT", path=file, handler=blobs.put, door="open", limit=_MOST_BYTES),
        Endpoint(method="GET", path=file, handler=blobs.get, door="open"),
        Endpoint(method="DELETE", path=file, handler=blobs.delete, door="open"),
    ]


class AzureBlobs:
    """Answers in the service's own XML and headers."""

    def __init__(self, platform: TwinPlatform) -> None:
        self._blobs = platform.service(BlobStore)

    def list(self, request: ServedRequest, _: object) -> Response:
        """List Blobs: `?restype=container&comp=list`, with prefix, delimiter, marker and maxresults."""
        place = self._admitted(request)
        if isinstance(place, Response):
            return place
        tenant, container = place
        query = request.query
        if query.get("comp") != "list":
            return _xml(
                "<?xml version='1.0' encoding='utf-8'?><Container/>" if query.get("restype") else "", 200
            )
        prefix, delimiter = query.get("prefix") or "", query.get("delimiter") or ""
        most = query.number("maxresults", _MOST_LISTED, low=1, high=_MOST_LISTED)
        marker = query.get("marker") or ""
        rows: dict[str, str] = {}
        for blob in self._blobs.files(tenant, container, prefix):
            rest, sign, _ = blob.name[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
            if sign:
                folder = f"{prefix}{rest}{delimiter}"
                rows[folder] = f"<BlobPrefix><Name>{escape(folder)}</Name></BlobPrefix>"
            else:
                rows[blob.name] = _listed(blob)
        names = [name for name in sorted(rows) if name >= marker]
        following = names[most] if len(names) > most else ""
        # Azure's client asks for the next page with the prefix and the number that stand in the answer.
        asked = f"<MaxResults>{most}</MaxResults>" if "maxresults" in query else ""
        text = (
            f'<EnumerationResults ContainerName="{escape(container)}"><Prefix>{escape(prefix)}</Prefix>'
            f"<Marker>{escape(marker)}</Marker>{asked}<Delimiter>{escape(delimiter)}</Delimiter>"
            f"<Blobs>{''.join(rows[one] for one in names[:most])}</Blobs>"
            f"<NextMarker>{escape(following)}</NextMarker></EnumerationResults>"
        )
        return _xml(f'<?xml version="1.0" encoding="utf-8"?>{text}', 200)

    def put(self, request: ServedRequest, _: object) -> Response:
        """Put Blob, Put Block (`?comp=block`) or Put Block List (`?comp=blocklist`): 201."""
        place = self._admitted(request)
        if isinstance(place, Response):
            return place
        (tenant, container), name = place, request.params["blob"]
        kind = request.headers.get("x-ms-blob-content-type", "") or request.media_type
        exists = self._blobs.find(tenant, container, name) is not None
        match request.query.get("comp"):
            case "block":
                block = request.query.get("blockid") or ""
                if not block:
                    return _error(400, "InvalidQueryParameterValue", "blockid is missing.")
                self._blobs.put_block(tenant, container, name, block, request.body)
                return _created(None)
            case "blocklist":
                text = request.body.decode("utf-8", "replace")
                blocks = re.findall(r"<(?:Latest|Uncommitted|Committed)>([^<]{1,200})</", text)
                if exists and request.headers.get("if-none-match") == "*":
                    return _exists()
                made = self._blobs.put_blocks(tenant, container, name, blocks, kind)
                if made is None:
                    return _error(400, "InvalidBlockList", "The specified block list is invalid.")
                return _created(made)
            case None | "":
                if request.headers.get("x-ms-blob-type", "BlockBlob") != "BlockBlob":
                    return _error(400, "InvalidHeaderValue", "Only block blobs are kept here.")
                if exists and request.headers.get("if-none-match") == "*":
                    return _exists()
                return _created(self._blobs.put(tenant, container, name, request.body, kind))
        return _error(400, "InvalidQueryParameterValue", "comp must be block or blocklist.")

    def get(self, request: ServedRequest, _: object) -> Response:
        """Get Blob, 206 for a range; HEAD is Get Blob Properties."""
        place = self._admitted(request)
        if isinstance(place, Response):
            return place
        tenant, container = place
        blob = self._blobs.find(tenant, container, request.params["blob"])
        if blob is None:
            return _missing()
        content = self._blobs.content(tenant, container, blob.name)
        headers = _properties(blob)
        wanted = request.headers.get("x-ms-range") or request.headers.get("range", "")
        span = re.fullmatch(r"bytes=(\d{1,18})-(\d{0,18})", wanted.strip())
        if span is None:
            return Response(content, 200, headers=headers, media_type=blob.kind)
        start = int(span[1])
        end = min(int(span[2] or blob.size - 1), blob.size - 1)
        if start > end:
            return _error(416, "InvalidRange", "The range specified is invalid for the resource's size.")
        headers["Content-Range"] = f"bytes {start}-{end}/{blob.size}"
        return Response(content[start : end + 1], 206, headers=headers, media_type=blob.kind)

    def delete(self, request: ServedRequest, _: object) -> Response:
        """Delete Blob: 202."""
        place = self._admitted(request)
        if isinstance(place, Response):
            return place
        tenant, container = place
        if not self._blobs.remove(tenant, container, request.params["blob"]):
            return _missing()
        return Response(None, 202, headers={"x-ms-version": _VERSION})

    def _admitted(self, request: ServedRequest) -> tuple[Tenant, str] | Response:
        """Sandbox and container that the signature opens, or the refusal."""
        account, container = request.params["account"], request.params["container"]
        tenant = self._blobs.tenant(account)
        signature = request.query.get("sig") or ""
        if tenant is None or not self._blobs.opens(account, container, signature):
            return _error(
                403,
                "AuthenticationFailed",
                "Server failed to authenticate the request. Make sure the value of the signature is correct.",
            )
        return tenant, container


def _properties(blob: Blob) -> dict[str, str]:
    return {
        "ETag": blob.etag,
        "Last-Modified": _date(blob.modified_ms),
        "Accept-Ranges": "bytes",
        "x-ms-blob-type": "BlockBlob",
        "x-ms-lease-status": "unlocked",
        "x-ms-lease-state": "available",
        "x-ms-creation-time": _date(blob.modified_ms),
        "x-ms-version": _VERSION,
    }


def _listed(blob: Blob) -> str:
    return (
        f"<Blob><Name>{escape(blob.name)}</Name><Properties>"
        f"<Last-Modified>{_date(blob.modified_ms)}</Last-Modified><Etag>{escape(blob.etag)}</Etag>"
        f"<Content-Length>{blob.size}</Content-Length><Content-Type>{escape(blob.kind)}</Content-Type>"
        "<BlobType>BlockBlob</BlobType><LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>"
        "</Properties></Blob>"
    )


def _date(at_ms: int) -> str:
    return format_datetime(datetime.fromtimestamp(at_ms / 1000, tz=UTC), usegmt=True)


def _created(blob: Blob | None) -> Response:
    headers = {"x-ms-request-server-encrypted": "true", "x-ms-version": _VERSION}
    if blob is not None:
        headers |= {"ETag": blob.etag, "Last-Modified": _date(blob.modified_ms)}
    return Response(None, 201, headers=headers)


def _exists() -> Response:
    return _error(409, "BlobAlreadyExists", "The specified blob already exists.")


def _missing() -> Response:
    return _error(404, "BlobNotFound", "The specified blob does not exist.")


def _xml(text: str, status: int, code: str = "") -> Response:
    headers = {"x-ms-version": _VERSION, "x-ms-request-id": hashlib.md5(text.encode()).hexdigest()}  # noqa: S324
    if code:
        headers["x-ms-error-code"] = code
    return Response(text.encode(), status, headers=headers, media_type="application/xml")


def _error(status: int, code: str, message: str) -> Response:
    text = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return _xml(f'<?xml version="1.0" encoding="utf-8"?>{text}', status, code)
