"""UUIDs of names (RFC 9562, section 5.5): the same name has the same one."""

from hashlib import sha1
from typing import Final
from uuid import NAMESPACE_URL

_NAMESPACE: Final = NAMESPACE_URL.bytes


def name_uuid(name: str) -> str:
    """Return the version 5 UUID of a name among addresses, as `uuid.uuid5` makes it in more time."""
    hashed = sha1(_NAMESPACE + name.encode("utf-8", "surrogatepass"), usedforsecurity=False)
    digits = bytearray(hashed.digest()[:16])
    digits[6] = digits[6] & 0x0F | 0x50
    digits[8] = digits[8] & 0x3F | 0x80
    text = digits.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
