"""How a journal, which is JSON, may spell a value: for a quick search through its bytes."""

import base64
import json
from collections.abc import Iterator
from urllib.parse import quote


def spellings(value: str) -> Iterator[bytes]:
    """Yield the ways in which a journal may spell a value: as JSON, percent-encoded, in hex and in base64."""
    for text in {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}:
        yield text.encode("utf-8", "surrogatepass")
    twice = json.dumps(json.dumps(value)[1:-1])[1:-1]
    yield twice.encode()
    data = value.encode("utf-8", "surrogatepass")
    for spelling in {quote(data, safe=""), quote(data, safe="/"), quote(data, safe="!*'()"), data.hex()}:
        yield spelling.encode()
    yield data.hex().upper().encode()
    yield "".join(f"%{byte:02x}" for byte in data).encode()
    yield "".join(f"%{byte:02X}" for byte in data).encode()
    yield quote(data, safe="").replace("%20", "+").encode()
    for phase in range(3):
        # Digits that are the secret's alone: those that share bits with what stands before or behind are cut.
        coded = base64.b64encode(b"\0" * phase + data)
        inner = coded[(0, 2, 3)[phase] : len(coded) - (0, 3, 2)[(phase + len(data)) % 3]]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))
