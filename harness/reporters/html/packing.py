"""Data inside an HTML page: gzip in base64, so that it is small, and text to the page's parser."""

import base64
import zlib
from typing import IO, Final

_GZIP: Final = 16 + zlib.MAX_WBITS
_LEVEL: Final = 6


def packed(text: str) -> str:
    """Return a text as base64 of its gzip."""
    # Bodies are full of ids: matches of three or four characters among their digits cost more than they save.
    squeezer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP, strategy=zlib.Z_FILTERED)
    data = squeezer.compress(text.encode("utf-8", "replace")) + squeezer.flush()
    return base64.b64encode(data).decode()


class Packer:
    """Packs what is too large to be in memory: `write` takes the pieces, the file gets the base64."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self._squeezer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        self._rest = b""

    def write(self, data: bytes) -> int:
        """Take a piece in."""
        self._put(self._squeezer.compress(data))
        return len(data)

    def close(self) -> None:
        """Write what is left."""
        self._put(self._squeezer.flush())
        self._target.write(base64.b64encode(self._rest))

    def _put(self, data: bytes) -> None:
        data = self._rest + data
        # Base64 takes three bytes at a time; what is over waits for the next piece.
        whole = len(data) - len(data) % 3
        self._target.write(base64.b64encode(data[:whole]))
        self._rest = data[whole:]
