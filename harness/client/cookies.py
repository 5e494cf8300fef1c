"""The cookie jar of a run, as tough-cookie keeps it in its loose mode (RFC 6265).

    jar.store(set_cookie, url)     take a `Set-Cookie` value in; False when it is refused
    jar.matching(url)              the cookies for an address, in sending order
    jar.header(url)                the value of `Cookie` for an address, or ""
    jar.remove(cookie), clear()    forget
    jar.to_json(), from_json()     tough-cookie's serialized form

Addresses are texts or `EncodedUrl`. All methods may be called from several threads.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, Final

from harness.client.cookie_rules import (
    default_path,
    domain_matches,
    is_local,
    max_age_seconds,
    parse_date,
    parse_set_cookie,
    path_matches,
    reaches,
)
from harness.client.message import Cookie
from harness.client.url import EncodedUrl, encode_text
from harness.errors import InputError
from harness.lazy_dataclass import dataclass

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EVER_S: Final = 1e12
"""More seconds than any date counts: a cookie that lives longer never expires."""
_SETTINGS: Final = {
    "rejectPublicSuffixes": False,
    "enableLooseMode": True,
    "allowSpecialUseDomain": True,
    "prefixSecurity": "silent",
}
"""tough-cookie's options, as newman's own jar has them; a jar from a file hands its own on."""
_VERSION: Final = "tough-cookie@4.1.3-postman.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCookie:
    """A cookie with all that the jar knows of it. Times are milliseconds since the epoch.

    `host_only` is `None` where a jar's file does not say, which counts as false.
    """

    key: str
    value: str
    domain: str
    path: str
    expires_ms: float = math.inf
    max_age: float | None = None
    secure: bool = False
    http_only: bool = False
    host_only: bool | None = False
    path_is_default: bool = False
    same_site: str | None = None
    extensions: tuple[str, ...] = ()
    creation_ms: float = 0
    accessed_ms: float = 0
    index: int = 0

    @property
    def expiry_ms(self) -> float:
        """When it is no longer sent; `max_age` wins over `expires_ms`."""
        if self.max_age is not None:
            return -math.inf if self.max_age <= 0 else self.creation_ms + min(self.max_age, _EVER_S) * 1000
        return self.expires_ms

    @property
    def identity(self) -> tuple[str, str, str]:
        """What a later cookie replaces: domain, path and name."""
        return self.domain, self.path, self.key

    @property
    def pair(self) -> str:
        """The cookie as it stands in the header."""
        return f"{self.key}={self.value}" if self.key else self.value

    def plain(self) -> Cookie:
        """Return the cookie as scripts and reports see it."""
        expiry = self.expiry_ms
        return Cookie(
            name=self.key,
            value=self.value,
            domain=self.domain,
            path=self.path,
            expires=expiry / 1000 if math.isfinite(expiry) else None,
            secure=self.secure,
            http_only=self.http_only,
            host_only=bool(self.host_only),
        )


class CookieJar:
    """The cookies of a run, shared by its iterations, requests, redirects and scripts."""

    def __init__(self, now_ms: Callable[[], float] = lambda: time.time() * 1000) -> None:
        self._now_ms = now_ms
        self._cookies: dict[tuple[str, str, str], StoredCookie] = {}
        self._made = 0
        self._lock = Lock()
        self._settings = dict(_SETTINGS)
        self._is_fork = False
        self._taken: list[tuple[str, EncodedUrl] | StoredCookie] = []
        self._asked: set[str] = set()

    def fork(self, *others: "CookieJar") -> "CookieJar":
        """Return a jar with the same cookies, which remembers what it takes in for `join`.

        What `others`, forks too, have taken in is there as well, and not remembered.
        """
        other = CookieJar(self._now_ms)
        other._is_fork = True
        with self._lock:
            other._cookies = dict(self._cookies)
            other._made = self._made
            other._settings = self._settings
        for one in others:
            other.join(one)
        other._taken.clear()
        return other

    def copy(self) -> "CookieJar":
        """Return a jar of its own with the same cookies."""
        other = CookieJar(self._now_ms)
        other.go_back(self)
        return other

    def go_back(self, earlier: "CookieJar") -> None:
        """Hold what a copy holds, and nothing else."""
        with earlier._lock:
            cookies, made, settings = dict(earlier._cookies), earlier._made, dict(earlier._settings)
        with self._lock:
            self._cookies, self._made, self._settings = cookies, made, settings

    def join(self, other: "CookieJar") -> None:
        """Take in what a fork has taken in since, and let go of what it has let go of."""
        for change in other._taken:
            if isinstance(change, StoredCookie):
                self.remove(change)
            else:
                self.store(*change)

    def settle(self, other: "CookieJar") -> None:
        """Join a fork and go on with it: it has from then on what is here."""
        self.join(other)
        other._taken.clear()
        with self._lock:
            other._cookies = dict(self._cookies)
            other._made = self._made

    @property
    def asked(self) -> frozenset[str]:
        """The hosts whose cookies a fork was asked for."""
        return frozenset(self._asked)

    @property
    def changed(self) -> frozenset[str]:
        """The hosts and domains whose cookies a fork has taken in or let go of."""
        return frozenset(
            one.domain if isinstance(one, StoredCookie) else one[1].hostname.lower() for one in self._taken
        )

    def store(self, set_cookie: str, url: EncodedUrl | str) -> bool:
        """Take in the value of a `Set-Cookie` header of an answer from `url`; whether it was taken."""
        url = encode_text(url) if isinstance(url, str) else url
        parsed = parse_set_cookie(set_cookie)
        if parsed is None:
            return False
        if self._is_fork:
            self._taken.append((set_cookie, url))
        key, value, attributes, extensions = parsed
        host = url.hostname.lower()
        domain = (attributes.get("domain") or "").removeprefix(".").lower()
        if domain and not domain_matches(host, domain):
            return False
        path = attributes.get("path") or ""
        age = attributes.get("max-age") or ""
        expires = parse_date(attributes.get("expires") or "")
        same_site = (attributes.get("samesite") or "").lower()
        now = self._now_ms()
        cookie = StoredCookie(
            key=key,
            value=value,
            domain=domain or host,
            path=path if path.startswith("/") else default_path(url.pathname),
            expires_ms=math.inf if expires is None else expires,
            max_age=max_age_seconds(age),
            secure="secure" in attributes,
            http_only="httponly" in attributes,
            host_only=not domain,
            path_is_default=not path.startswith("/"),
            same_site=same_site if same_site in {"strict", "lax", "none"} else None,
            extensions=extensions,
            creation_ms=now,
            accessed_ms=now,
        )
        if key.startswith("__Secure-") and not cookie.secure:
            return False
        if key.startswith("__Host-") and not (cookie.secure and cookie.host_only and cookie.path == "/"):
            return False
        self.put(cookie)
        return True

    def put(self, cookie: StoredCookie) -> None:
        """Keep a cookie; one with the same domain, path and name is replaced and hands down its age."""
        with self._lock:
            old = self._cookies.get(cookie.identity)
            if old is not None:
                cookie = replace(cookie, creation_ms=old.creation_ms, index=old.index)
            else:
                self._made += 1
                cookie = replace(cookie, index=self._made)
            self._cookies[cookie.identity] = cookie

    def matching(self, url: EncodedUrl | str) -> tuple[StoredCookie, ...]:
        """Return the cookies for an address: longer paths first, then older ones."""
        if not self._cookies and not self._is_fork:
            return ()
        url = encode_text(url) if isinstance(url, str) else url
        host = url.hostname.lower()
        if self._is_fork:
            self._asked.add(host)
        secure = url.protocol == "https:" or is_local(host)
        now = self._now_ms()
        with self._lock:
            cookies = list(self._cookies.values())
            for cookie in cookies:
                if cookie.expiry_ms <= now:
                    self._cookies.pop(cookie.identity, None)
        found = [
            cookie
            for cookie in cookies
            if cookie.expiry_ms > now
            and (host == cookie.domain if cookie.host_only else reaches(host, cookie.domain))
            and path_matches(url.pathname or "/", cookie.path)
            and (secure or not cookie.secure)
        ]
        return tuple(sorted(found, key=lambda cookie: (-len(cookie.path), cookie.creation_ms, cookie.index)))

    def header(self, url: EncodedUrl | str) -> str:
        """Return the value of the `Cookie` header for an address; empty when there is none."""
        return "; ".join(cookie.pair for cookie in self.matching(url))

    def remove(self, cookie: StoredCookie) -> None:
        """Forget one cookie."""
        if self._is_fork:
            self._taken.append(cookie)
        with self._lock:
            self._cookies.pop(cookie.identity, None)

    def clear(self) -> None:
        """Forget all cookies."""
        with self._lock:
            self._cookies.clear()

    def all(self) -> tuple[StoredCookie, ...]:
        """Return all cookies, expired ones included, in the order in which they were made."""
        with self._lock:
            return tuple(sorted(self._cookies.values(), key=lambda cookie: cookie.index))

    def to_json(self) -> dict[str, Any]:
        """Return the jar in tough-cookie's serialized form."""
        return {
            "version": _VERSION,
            "storeType": "MemoryCookieStore",
            **self._settings,
            "cookies": [_cookie_to_json(cookie) for cookie in self.all()],
        }

    def load_json(self, document: Any, *, where: str = "") -> None:
        """Take in the cookies of a serialized jar. Raises `InputError` when it is not one."""
        cookies = document.get("cookies") if isinstance(document, Mapping) else None
        if not isinstance(cookies, list):
            raise InputError(
                "the cookie jar has no list of cookies",
                where=where,
                hint='expected tough-cookie\'s serialized form: {"cookies": [...]}',
            )
        self._settings |= {name: document[name] for name in _SETTINGS if name in document}
        for number, entry in enumerate(cookies):
            if not isinstance(entry, Mapping):
                raise InputError("a cookie is not an object", where=f"{where}: /cookies/{number}")
            self.put(_cookie_from_json(entry, self._now_ms(), f"{where}: /cookies/{number}"))


def _iso(milliseconds: float) -> str:
    moment = _EPOCH + timedelta(milliseconds=round(milliseconds))
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _milliseconds(text: Any, where: str) -> float:
    if text is None or text == "Infinity":
        return math.inf
    try:
        return (datetime.fromisoformat(str(text)) - _EPOCH) / timedelta(milliseconds=1)
    except (ValueError, TypeError):
        raise InputError(f"{text!r} is not a time in ISO 8601 form with a zone", where=where) from None


def _cookie_to_json(cookie: StoredCookie) -> dict[str, Any]:
    written: dict[str, Any] = {"key": cookie.key, "value": cookie.value}
    if cookie.expires_ms != math.inf:
        written["expires"] = _iso(cookie.expires_ms)
    if cookie.max_age is not None:
        written["maxAge"] = cookie.max_age
    written |= {"domain": cookie.domain, "path": cookie.path}
    if cookie.secure:
        written["secure"] = True
    if cookie.http_only:
        written["httpOnly"] = True
    if cookie.extensions:
        written["extensions"] = list(cookie.extensions)
    if cookie.host_only is not None:
        written["hostOnly"] = cookie.host_only
    if cookie.path_is_default:
        written["pathIsDefault"] = True
    written |= {"creation": _iso(cookie.creation_ms), "lastAccessed": _iso(cookie.accessed_ms)}
    if cookie.same_site:
        written["sameSite"] = cookie.same_site
    return {key: value for key, value in written.items() if value != "" or key not in {"key", "value"}}


def _cookie_from_json(entry: Mapping[str, Any], now_ms: float, where: str) -> StoredCookie:
    age, extensions, same_site = (entry.get(name) for name in ("maxAge", "extensions", "sameSite"))
    if age in ("Infinity", "-Infinity"):
        age = None if age == "Infinity" else 0
    if age is not None and (isinstance(age, bool) or not isinstance(age, int | float)):
        raise InputError(f"`maxAge` is no number of seconds: {str(age)[:40]!r}", where=where)
    if not isinstance(extensions, list | None):
        raise InputError("`extensions` is no list", where=where)
    creation = _milliseconds(entry.get("creation"), where)
    return StoredCookie(
        key=str(entry.get("key") or ""),
        value=str(entry.get("value") or ""),
        domain=str(entry.get("domain") or ""),
        path=str(entry.get("path") or "/"),
        expires_ms=_milliseconds(entry.get("expires", "Infinity"), where),
        max_age=age,
        secure=bool(entry.get("secure")),
        http_only=bool(entry.get("httpOnly")),
        host_only=None if entry.get("hostOnly") is None else bool(entry["hostOnly"]),
        path_is_default=bool(entry.get("pathIsDefault")),
        same_site=same_site if isinstance(same_site, str) else None,
        extensions=tuple(str(part) for part in extensions or ()),
        creation_ms=now_ms if creation == math.inf else creation,
        accessed_ms=now_ms,
    )
