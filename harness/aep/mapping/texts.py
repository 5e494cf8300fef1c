"""Functions of Data Prep's expressions about texts: strings, patterns, hashes, addresses.

Source: Adobe's guide to them; what each gives for null is assumed.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote_plus, unquote_plus, urlsplit

from harness.aep.mapping.function import MANY, FunctionError
from harness.aep.xdm.patterns import Pattern, TooSlow, compile_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST = 100_000
_PORTS = {"http": 80, "https": 443, "ftp": 21, "sftp": 22, "ssh": 22}


def as_text(value: Any) -> str:
    """Write a value as a string: null is empty, and a truth value is in small letters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _sought(pattern: Any, work: Callable[[Pattern], Any]) -> Any:
    try:
        return work(compile_pattern(str(pattern)))
    except (re.error, TooSlow, OverflowError, RecursionError) as error:
        raise FunctionError(f"the regular expression {pattern!r}: {error}") from None


def _extract(text: Any, pattern: Any) -> list[str]:
    match = None if text is None else _sought(pattern, lambda one: one.search(str(text)))
    return [] if match is None else [match[0], *(one or "" for one in match.groups())]


def _on_text(work: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else work(as_text(value))


def _digest(name: str) -> Callable[..., Any]:
    def digested(value: Any, charset: Any = "utf-8") -> str | None:
        data = None if value is None else as_text(value).encode(str(charset))
        return None if data is None else hashlib.new(name, data, usedforsecurity=False).hexdigest()

    return digested


def _crc32(value: Any, charset: Any = "utf-8") -> str | None:
    """Checksum in hexadecimal, the lowest byte first, as in the guide's example."""
    if value is None:
        return None
    return zlib.crc32(as_text(value).encode(str(charset))).to_bytes(4, "little").hex()


def _padded(value: Any, size: Any, fill: Any, *, left: bool) -> str:
    text, wanted, pad = as_text(value), min(int(size), _LONGEST), as_text(fill) or " "
    missing = max(0, wanted - len(text))
    made = (pad * (missing // len(pad) + 1))[:missing]
    return made + text if left else text + made


def _replaced(text: Any, old: Any, new: Any) -> str | None:
    if text is None:
        return None
    whole, part, other = as_text(text), as_text(old), as_text(new)
    if not part:
        return whole
    if len(whole) + whole.count(part) * len(other) > _LONGEST:
        raise FunctionError(f"the text would be longer than {_LONGEST} characters")
    return whole.replace(part, other)


def _exploded(text: Any, pattern: Any = ",") -> list[str]:
    """Split at what matches a pattern."""
    parts: list[str] = [] if text is None else _sought(pattern, lambda one: one.split(as_text(text)))
    return parts


def _split(text: Any, separators: Any) -> list[str]:
    """Split at any of the characters."""
    if text is None:
        return []
    signs = as_text(separators)
    return re.split(f"[{re.escape(signs)}]", as_text(text)) if signs else [as_text(text)]


def _join(separator: Any, parts: Any) -> str:
    return as_text(separator).join(as_text(one) for one in (parts if isinstance(parts, list) else [parts]))


def _place(text: Any, part: Any, start: Any = 0, occurrence: Any = 1) -> int:
    whole, wanted, at = as_text(text), as_text(part), int(start) - 1
    for _ in range(max(1, min(int(occurrence), _LONGEST))):
        at = whole.find(wanted, at + 1)
        if at < 0:
            break
    return at


def _substr(text: Any, start: Any, size: Any = None) -> str | None:
    if text is None:
        return None
    whole, at = as_text(text), int(start)
    return whole[at:] if size is None else whole[at : at + max(0, int(size))]


def _url(part: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Read a part of an address; null for what is not an address."""

    def read(text: Any) -> Any:
        if text is None:
            return None
        try:
            url = urlsplit(as_text(text))
            return part(url) if url.scheme else None
        except ValueError:
            return None

    return read


def _url_path(text: Any, full: Any = True) -> Any:
    path = _url(lambda url: url.path + (f"?{url.query}" if url.query else ""))(text)
    return path if full is not False or path is None else path.partition("?")[0].rpartition("/")[2]


def _query(text: Any, anchor: Any = "remove") -> dict[str, str] | None:
    if text is None:
        return None
    url = urlsplit(as_text(text))
    kept = f"{url.query}#{url.fragment}" if anchor == "retain" and url.fragment else url.query
    found = {name: values[0] for name, values in parse_qs(kept, keep_blank_values=True).items()}
    return {**found, "_anchor_": url.fragment} if anchor == "append" and url.fragment else found


def _ends_with_count(text: Any, count: Any) -> str:
    return as_text(text)[-int(count) :] if int(count) > 0 else ""


def _matches(text: Any, pattern: Any) -> bool:
    return _sought(f"^(?:{pattern})$", lambda one: one.search(as_text(text))) is not None


_STRING, _REGEX, _HASH, _URL = "string", "regex", "hashing", "url"
TEXTS: tuple[tuple[str, str, str, Callable[..., Any], int, int], ...] = (
    (_STRING, "concat(a, …)", "String", lambda *a: "".join(as_text(one) for one in a), 1, MANY),
    (_STRING, "explode(text, regex)", "Array", _exploded, 1, 2),
    (_STRING, "split(text, separator)", "Array", _split, 2, 2),
    (_STRING, "join(separator, parts)", "String", _join, 2, 2),
    (_STRING, "instr(text, part, start, occurrence)", "Integer", _place, 2, 4),
    (_STRING, "replacestr(text, old, new)", "String", _replaced, 3, 3),
    (_STRING, "substr(text, start, length)", "String", _substr, 2, 3),
    (_STRING, "lower(text)", "String", _on_text(str.lower), 1, 1),
    (_STRING, "lcase(text)", "String", _on_text(str.lower), 1, 1),
    (_STRING, "upper(text)", "String", _on_text(str.upper), 1, 1),
    (_STRING, "ucase(text)", "String", _on_text(str.upper), 1, 1),
    (_STRING, "trim(text)", "String", _on_text(str.strip), 1, 1),
    (_STRING, "ltrim(text)", "String", _on_text(str.lstrip), 1, 1),
    (_STRING, "rtrim(text)", "String", _on_text(str.rstrip), 1, 1),
    (_STRING, "lpad(text, length, fill)", "String", lambda a, b, c=" ": _padded(a, b, c, left=True), 2, 3),
    (_STRING, "rpad(text, length, fill)", "String", lambda a, b, c=" ": _padded(a, b, c, left=False), 2, 3),
    (_STRING, "left(text, length)", "String", lambda a, b: _substr(a, 0, b), 2, 2),
    (_STRING, "right(text, length)", "String", _ends_with_count, 2, 2),
    (_STRING, "equals(a, b)", "Boolean", lambda a, b: as_text(a) == as_text(b), 2, 2),
    (
        _STRING,
        "equalsIgnoreCase(a, b)",
        "Boolean",
        lambda a, b: as_text(a).lower() == as_text(b).lower(),
        2,
        2,
    ),
    (_REGEX, "extract_regex(text, regex)", "Array", _extract, 2, 2),
    (_REGEX, "matches_regex(text, regex)", "Boolean", _matches, 2, 2),
    (_HASH, "sha1(text, charset)", "String", _digest("sha1"), 1, 2),
    (_HASH, "sha256(text, charset)", "String", _digest("sha256"), 1, 2),
    (_HASH, "sha512(text, charset)", "String", _digest("sha512"), 1, 2),
    (_HASH, "md5(text, charset)", "String", _digest("md5"), 1, 2),
    (_HASH, "crc32(text, charset)", "String", _crc32, 1, 2),
    (_URL, "get_url_protocol(url)", "String", _url(lambda url: url.scheme), 1, 1),
    (_URL, "get_url_host(url)", "String", _url(lambda url: url.hostname), 1, 1),
    (
        _URL,
        "get_url_port(url)",
        "Integer",
        _url(lambda url: url.port if url.port is not None else _PORTS.get(url.scheme, -1)),
        1,
        1,
    ),
    (_URL, "get_url_path(url, full_path)", "String", _url_path, 1, 2),
    (_URL, "get_url_query_str(url, anchor)", "Map", _query, 1, 2),
    (_URL, "get_url_encoded(url)", "String", _on_text(quote_plus), 1, 1),
    (_URL, "get_url_decoded(url)", "String", _on_text(unquote_plus), 1, 1),
)
"""Category, syntax, return type, body, least and most arguments."""
