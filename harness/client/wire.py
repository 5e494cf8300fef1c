"""A request as it goes over the wire (RFC 9112): target, header order and spelling as they were resolved."""

import re
from typing import Final

from harness.client.message import Headers, ResolvedRequest, header

_CHUNKED: Final = re.compile(r"(?:^|\W)chunked(?:$|\W)", re.IGNORECASE)


def request_bytes(request: ResolvedRequest, target: str, extra: Headers = ()) -> bytes:
    """Write a request with the given target; a body is chunked when its headers say so."""
    lines = [f"{request.method} {target} HTTP/1.1"]
    lines += [f"{key}: {value}" for key, value in request.headers]
    lines += [f"{key}: {value}" for key, value in extra]
    head = "\r\n".join(lines).encode("utf-8" if request.utf8 else "latin-1") + b"\r\n\r\n"
    body = request.body or b""
    if _CHUNKED.search(header(request.headers, "transfer-encoding") or ""):
        body = (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"
    return head + body
