"""Addresses as Postman reads, writes and encodes them.

    unparse(url) -> str          put it together again, path variables and enabled parameters in place
    encode(url) -> EncodedUrl    spell it for the wire
    join(base, reference) -> str the address that a `Location` names
    split(text)                  the five parts of any text, for reports and comparisons

The rules are those of postman-collection's `Url` and of postman-url-encoder's parser and `toNodeUrl`.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult

from harness.client.host import host_to_ascii
from harness.collection.model import Pair, Url
from harness.collection.url_text import parse, path_variable_name
from harness.lazy_dataclass import dataclass

_PARAMETER_VARIABLE: Final = re.compile(r"\{\{[^{}]*[&#=][^{}]*\}\}")
_ABSOLUTE: Final = re.compile(r"^[a-z0-9.+-]+:(?://|\\\\).", re.IGNORECASE)
_PARTS: Final = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
DEFAULT_PORTS: Final = {"http:": "80", "https:": "443"}


def _encoder(characters: str) -> re.Pattern[bytes]:
    return re.compile(b"[\x00-\x1f\x7f-\xff" + re.escape(characters).encode() + b"]")


_FRAGMENT: Final = _encoder(' "<>`')
_PATH: Final = _encoder(' "<>`#?{}')
_USERINFO: Final = _encoder(' "<>`#?{}/:;=@[\\]^|')
_QUERY: Final = _encoder(" \"#'<>")


def utf8(text: str) -> bytes:
    """Encode as UTF-8; half a surrogate pair becomes U+FFFD, as in JavaScript."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _percent(text: str, characters: re.Pattern[bytes]) -> str:
    return characters.sub(lambda match: b"%%%02X" % match[0][0], utf8(text)).decode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedUrl:
    """An address spelled for the wire.

    `protocol` ends with a colon; `host` holds the port when one is written, `hostname` does not and has no
    brackets; `search` and `hash` hold their `?` and `#` and are `None` when absent.
    """

    protocol: str
    auth: str | None
    host: str
    hostname: str
    port: str | None
    pathname: str
    search: str | None
    hash: str | None

    @property
    def target(self) -> str:
        """The request target: path and query."""
        return self.pathname + (self.search or "")

    @property
    def href(self) -> str:
        """The whole address, the fragment included."""
        user = f"{self.auth}@" if self.auth is not None else ""
        return f"{self.protocol}//{user}{self.host}{self.target}{self.hash or ''}"

    @property
    def address(self) -> str:
        """The address of the wire: no user, no fragment."""
        return f"{self.protocol}//{self.host}{self.target}"


def _escape_reserved(text: str, *, is_key: bool) -> str:
    if "&" not in text and "#" not in text and not (is_key and "=" in text):
        return text

    def escape(part: str) -> str:
        part = part.replace("&", "%26").replace("#", "%23")
        return part.replace("=", "%3D") if is_key else part

    result: list[str] = []
    end = 0
    for match in _PARAMETER_VARIABLE.finditer(text):
        result += (escape(text[end : match.start()]), match[0])
        end = match.end()
    result.append(escape(text[end:]))
    return "".join(result)


def unparse_query(parameters: Sequence[Pair]) -> str:
    """Write the enabled parameters; `&`, `#` and, in keys, `=` are escaped outside of `{{name}}`."""
    words = []
    for parameter in parameters:
        if not parameter.disabled:
            key = _escape_reserved(parameter.key, is_key=True)
            if parameter.value is None:
                words.append(key)
            else:
                words.append(f"{key}={_escape_reserved(parameter.value, is_key=False)}")
    return "&".join(words)


def has_query(url: Url) -> bool:
    """Whether a `?` is written: some parameter is enabled, be it an empty one."""
    return any(not parameter.disabled for parameter in url.query)


def unparse_path(url: Url) -> str:
    """Write the path with its variables replaced; always with a leading slash."""
    values = {variable.key: variable.value for variable in url.variables}
    segments = []
    for segment in url.path or ():
        name = path_variable_name(segment)
        value = values.get(name) if name else None
        segments.append(value + segment[len(name) + 1 :] if name and value else segment)
    return "/" + "/".join(segments)


def _credentials(url: Url) -> str | None:
    if url.auth_password is not None:
        return f"{url.auth_user or ''}:{url.auth_password}"
    return url.auth_user


def unparse(url: Url) -> str:
    """Write an address as text, nothing encoded. One that is not parsed yet is parsed first."""
    if not url.parsed:
        url = parse(url.raw)
    result = []
    if url.protocol:
        result.append(url.protocol if url.protocol.endswith("://") else url.protocol + "://")
    user = _credentials(url)
    if user is not None:
        result.append(user + "@")
    result.append(".".join(url.host))
    if url.port is not None:
        result.append(":" + url.port)
    if url.path is not None:
        result.append(unparse_path(url))
    if has_query(url):
        result.append("?" + unparse_query(url.query))
    if url.hash is not None:
        result.append("#" + url.hash)
    return "".join(result)


@lru_cache(maxsize=2048)
def encode(url: Url, *, disabled: bool = False) -> EncodedUrl:
    """Spell an address for the wire. `disabled` leaves all but the host as it is written."""
    auth = None
    if url.auth_user is not None:
        auth = url.auth_user if disabled else _percent(url.auth_user, _USERINFO)
    if url.auth_password is not None:
        password = url.auth_password if disabled else _percent(url.auth_password, _USERINFO)
        auth = f"{auth or ''}:{password}"
    given = ".".join(url.host).lower()
    host = host_to_ascii(given) or given
    pathname = unparse_path(url)
    search = None
    if has_query(url):
        query = unparse_query(url.query)
        search = "?" + (query if disabled else _percent(query, _QUERY))
    fragment = None
    if url.hash is not None:
        fragment = "#" + (url.hash if disabled else _percent(url.hash, _FRAGMENT))
    return EncodedUrl(
        protocol=("http" if url.protocol is None else url.protocol.lower()) + ":",
        auth=auth,
        host=host if url.port is None else f"{host}:{url.port}",
        hostname=host[1:-1] if host.startswith("[") and host.endswith("]") else host,
        port=url.port,
        pathname=pathname if disabled else _percent(pathname, _PATH),
        search=search,
        hash=fragment,
    )


@lru_cache(maxsize=2048)
def encode_text(text: str, *, disabled: bool = False) -> EncodedUrl:
    """Spell an address given as text."""
    return encode(parse(text), disabled=disabled)


def split(text: str) -> SplitResult:
    """Take an address apart as RFC 3986 appendix B does. Unlike urllib's it refuses nothing."""
    found = _PARTS.fullmatch(text)
    scheme, authority, path, query, fragment = found.groups("") if found else ("", "", text, "", "")
    return SplitResult(scheme.lower(), authority, path, query, fragment)


def join(base: EncodedUrl, reference: str) -> str:
    """Return the address that a reference means at a base; not encoded, dots are not resolved."""
    user = f"{base.auth}@" if base.auth is not None else ""
    origin = f"{base.protocol}//{user}{base.host}"
    if not reference:
        return origin + base.target
    if reference.startswith(("//", "\\\\")):
        return base.protocol + reference
    if reference.startswith(("/", "\\")):
        return origin + reference
    if reference.startswith("#"):
        return origin + base.target + reference
    if reference.startswith("?"):
        return origin + base.pathname + reference
    if _ABSOLUTE.match(reference):
        return reference
    return origin + base.pathname[: base.pathname.rfind("/") + 1] + reference
