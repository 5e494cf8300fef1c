"""Files that the platform answers for other hosts' addresses, such as a library that scripts fetch."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.responses import Response

if TYPE_CHECKING:
    from pathlib import Path

    from harness.twin.settings import TwinSettings


class ServedFiles:
    """Files by host and path; of other requests it knows nothing."""

    def __init__(self, settings: TwinSettings) -> None:
        self._files: dict[tuple[str, str], Path] = {}
        for address, path in settings.served_files:
            parts = urlsplit(address)
            self._files[(parts.hostname or "").lower(), parts.path or "/"] = path

    def answer(self, method: str, host: str, path: str) -> Response | None:
        """Answer to a request that is for one of the files; None for any other. OSError if it is gone."""
        if not self._files or method not in ("GET", "HEAD"):
            return None
        found = self._files.get((host.rpartition(":")[0].lower() or host.lower(), path))
        found = found or self._files.get((host.lower(), path))
        if found is None:
            return None
        kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
        return Response(found.read_bytes(), media_type=kind)
