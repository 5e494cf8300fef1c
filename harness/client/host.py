"""Host names as browsers and Node read them (https://url.spec.whatwg.org/#host-parsing)."""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f#/:<>?@\[\\\]^|%]")
_END: Final = re.compile(r"[/?#\\]")
_PLAIN: Final = re.compile(r"[a-z0-9_.{}~!$&'()*+,;=\"`-]*\Z")
_DIGITS: Final = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\Z", re.IGNORECASE)


def _number(text: str) -> int | None:
    """Read a part of an IPv4 address: decimal, octal with a leading 0, hexadecimal with 0x."""
    if not text.isalnum():
        return None
    try:
        if text[:2].lower() == "0x":
            return int(text[2:] or "0", 16)
        if len(text) > 1 and text[0] == "0":
            return int(text, 8)
        return int(text)
    except ValueError:
        return None


def _ipv4(host: str) -> str:
    parts = host.split(".")
    if parts[-1] == "" and len(parts) > 1:
        parts.pop()
    numbers = [_number(part) for part in parts]
    if len(numbers) > 4 or None in numbers:
        return ""
    *first, last = [number for number in numbers if number is not None]
    if any(number > 255 for number in first) or last >= 256 ** (5 - len(numbers)):
        return ""
    value = last + sum(number * 256 ** (3 - index) for index, number in enumerate(first))
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def _ends_in_number(host: str) -> bool:
    parts = host.split(".")
    if parts[-1] == "" and len(parts) > 1:
        parts.pop()
    return bool(_DIGITS.match(parts[-1]))


def _ipv6(host: str) -> str:
    from ipaddress import AddressValueError, IPv6Address

    try:
        address = IPv6Address(host[1:-1])
    except AddressValueError:
        return ""
    if address.ipv4_mapped:
        words = address.packed
        return f"[::ffff:{words[12] << 8 | words[13]:x}:{words[14] << 8 | words[15]:x}]"
    return f"[{address.compressed}]"


def _labels_to_ascii(host: str) -> str:
    import unicodedata

    import idna

    try:
        mapped = idna.uts46_remap(host, std3_rules=False, transitional=False)
    except idna.IDNAError:
        return ""
    labels = []
    for label in re.split("[.\u3002\uff0e\uff61]", mapped):
        if label.isascii():
            labels.append(label)
        elif label.startswith("xn--"):
            return ""
        else:
            labels.append("xn--" + unicodedata.normalize("NFC", label).encode("punycode").decode())
    return ".".join(labels).lower()


def _is_label(label: str) -> bool:
    """Whether a label that claims to be punycode is."""
    if not label.startswith("xn--"):
        return True
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return False
    return not decoded.isascii() and decoded.encode("punycode").decode() == label[4:]


@lru_cache(maxsize=512)
def host_to_ascii(host: str) -> str:
    """Return a lower-case host as it is looked up: IDNA, IPv4 in dotted form; empty when it is not a host."""
    host = host.translate({9: None, 10: None, 13: None})
    if not host:
        return ""
    if _PLAIN.match(host) and "xn--" not in host:
        return _ipv4(host) if _ends_in_number(host) else host
    if host.startswith("["):
        return _ipv6(host) if host.endswith("]") else ""
    # Left-overs such as `{{a/b}}` may hold what ends a host.
    host = _END.split(host, maxsplit=1)[0]
    if "%" in host:
        host = unquote_to_bytes(host).decode("utf-8", "replace")
    host = host.lower() if host.isascii() else _labels_to_ascii(host)
    if not host or _FORBIDDEN.search(host) or not all(map(_is_label, host.split("."))):
        return ""
    return _ipv4(host) if _ends_in_number(host) else host
