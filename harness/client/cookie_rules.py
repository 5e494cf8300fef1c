"""How a cookie is read and where it goes: RFC 6265, as tough-cookie keeps it in its loose mode."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x1f]")
_DATE_DELIMITER: Final = re.compile(r"[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]")
_TIME: Final = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|\Z)")
_DAY: Final = re.compile(r"(\d{1,2})(?:\D|\Z)")
_YEAR: Final = re.compile(r"(\d{2,4})(?:\D|\Z)")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_IPV4: Final = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}\Z")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def parse_date(text: str) -> float | None:
    """Read a cookie's date (RFC 6265 section 5.1.1) as milliseconds since the epoch."""
    clock = day = month = year = None
    for word in filter(None, map(str.strip, _DATE_DELIMITER.split(text))):
        if clock is None and (match := _TIME.match(word)):
            clock = tuple(int(part) for part in match.groups())
        elif day is None and (match := _DAY.match(word)):
            day = int(match[1])
        elif month is None and word[:3].lower() in _MONTHS:
            month = _MONTHS.index(word[:3].lower()) + 1
        elif year is None and (match := _YEAR.match(word)):
            year = int(match[1])
            year += 1900 if 70 <= year <= 99 else 2000 if year <= 69 else 0
    if clock is None or day is None or month is None or year is None:
        return None
    hour, minute, second = clock
    if not 1 <= day <= 31 or year < 1601 or hour > 23 or minute > 59 or second > 59:
        return None
    # The day may run over the end of the month, as in JavaScript.
    first = datetime(year, month, 1, hour, minute, second, tzinfo=UTC)
    return (first + timedelta(days=day - 1) - _EPOCH) / timedelta(milliseconds=1)


def domain_matches(host: str, domain: str) -> bool:
    """Whether a host is a domain or below it (section 5.1.3); an address of numbers is below nothing."""
    return host == domain or (host.endswith("." + domain) and not _IPV4.match(host))


def reaches(host: str, domain: str) -> bool:
    """Whether cookies of a domain are looked up for a host: those of a top-level domain only for itself."""
    return host == domain or ("." in domain and domain_matches(host, domain))


def path_matches(path: str, cookie_path: str) -> bool:
    """Whether a path is a cookie's path or below it (section 5.1.4)."""
    if path == cookie_path:
        return True
    return path.startswith(cookie_path) and (cookie_path.endswith("/") or path[len(cookie_path)] == "/")


def is_local(host: str) -> bool:
    """Whether a host is this machine: cookies for https are sent there without it."""
    return (
        host in {"localhost", "::1"}
        or host.endswith(".localhost")
        or bool(_IPV4.match(host) and host.startswith("127."))
    )


def default_path(path: str) -> str:
    """Return the path of a cookie that names none (section 5.1.4)."""
    return path[: path.rfind("/")] or "/" if path.startswith("/") else "/"


def parse_set_cookie(text: str) -> tuple[str, str, dict[str, str | None], tuple[str, ...]] | None:
    """Take a `Set-Cookie` value apart: name, value, attributes, and those that are not known."""
    pair, _, rest = text.strip().partition(";")
    pair = re.split("[\n\r\0]", pair)[0].removeprefix("=")
    key, equals, value = pair.partition("=")
    if not equals or not key:
        key, value = "", pair
    key, value = key.strip(), value.strip()
    if not text or _CONTROL.search(key) or _CONTROL.search(value):
        return None
    attributes: dict[str, str | None] = {}
    extensions = []
    for word in filter(None, map(str.strip, rest.split(";"))):
        name, has_value, given = word.partition("=")
        name = name.strip().lower()
        if name in {"expires", "max-age", "domain", "path", "secure", "httponly", "samesite"}:
            if given.strip() or name in {"path", "secure", "httponly", "samesite"}:
                attributes[name] = given.strip() if has_value else None
        else:
            extensions.append(word)
    return key, value, attributes, tuple(extensions)


def max_age_seconds(text: str) -> int | None:
    """Read `Max-Age`; more digits than any time needs mean for ever."""
    if not re.fullmatch(r"-?[0-9]+", text):
        return None
    return int(text) if len(text) <= 15 else int(f"{text[:1]}{'9' * 14}")
