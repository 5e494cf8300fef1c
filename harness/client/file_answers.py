"""A transport that answers some addresses from files, and hands all else to the transport behind it."""

import time
from collections.abc import Mapping
from pathlib import Path

from harness.client.media_type import media_type
from harness.client.message import Failure, Response
from harness.client.transport import HopRequest, Transport, TransportFailure
from harness.client.url import EncodedUrl, encode_text


class FileAnswers:
    """Answers GET and HEAD of an address with the content of a file, read anew each time.

    `files` are paths by address. An address without a query answers every query.
    """

    def __init__(self, behind: Transport, files: Mapping[str, Path]) -> None:
        self._behind = behind
        self._files = {_place(encode_text(address)): path for address, path in files.items()}

    def send(self, hop: HopRequest) -> Response:
        """Answer from a file, or have the request sent. Raises `TransportFailure` when neither works."""
        path = None
        if hop.request.method in {"GET", "HEAD"}:
            place = _place(encode_text(hop.request.url, disabled=True))
            path = self._files.get(place) or self._files.get((*place[:2], None))
        if path is None:
            return self._behind.send(hop)
        started = time.monotonic()
        try:
            content = path.read_bytes()
        except OSError as error:
            message = f"the file that answers {hop.request.url} cannot be read: {error}"
            raise TransportFailure(Failure(kind="refused", message=message)) from None
        body = content if hop.request.method == "GET" else b""
        return Response(
            status=200,
            reason="OK",
            headers=(
                ("Content-Type", media_type(str(path)) or "application/octet-stream"),
                ("Content-Length", str(len(content))),
            ),
            body=body,
            elapsed_ms=(time.monotonic() - started) * 1000,
            wire_size=len(body),
        )

    def close(self) -> None:
        """Close what is behind."""
        self._behind.close()


def _place(url: EncodedUrl) -> tuple[str, str, str | None]:
    default = ":443" if url.protocol == "https:" else ":80"
    return f"{url.protocol}//{url.host.lower().removesuffix(default)}", url.pathname, url.search or None
