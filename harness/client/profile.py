"""How a request is to be sent: the keys of Postman's `protocolProfileBehavior`.

https://github.com/postmanlabs/postman-runtime/blob/develop/docs/protocol-profile-behavior.md
"""

from collections.abc import Mapping
from typing import Any, Final

from harness.collection.javascript import as_boolean, as_number
from harness.lazy_dataclass import dataclass
from harness.warning_kinds import WarningText

SYSTEM_HEADERS: Final = frozenset(
    {
        "accept", "accept-encoding", "cache-control", "connection", "content-length", "content-type", "host",
        "postman-token", "user-agent",
    }
)  # fmt: skip
NOT_HONOURED: Final = frozenset({"http2", "auto"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The behaviour asked for; `None` is what the run's options say.

    A key that is written as null is not absent: it counts as JavaScript counts null.
    """

    strict_ssl: bool | None = None
    follow_redirects: bool | None = None
    max_redirects: float | None = None
    disable_cookies: bool = False
    disable_body_pruning: bool = False
    disable_url_encoding: bool = False
    disabled_system_headers: frozenset[str] = frozenset()
    follow_original_http_method: bool = False
    follow_authorization_header: bool = False
    remove_referer_header: bool = False
    tls_disabled_protocols: tuple[str, ...] = ()
    tls_ciphers: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Profile":
        """Read the behaviour of an item, the inherited keys already merged in."""
        if not given:
            return _DEFAULT
        return cls(
            strict_ssl=given["strictSSL"] is not False if "strictSSL" in given else None,
            follow_redirects=as_boolean(given["followRedirects"]) if "followRedirects" in given else None,
            max_redirects=as_number(given["maxRedirects"]) if "maxRedirects" in given else None,
            disable_cookies=as_boolean(given.get("disableCookies")),
            disable_body_pruning=as_boolean(given.get("disableBodyPruning")),
            disable_url_encoding=as_boolean(given.get("disableUrlEncoding")),
            disabled_system_headers=_names(given.get("disabledSystemHeaders")),
            follow_original_http_method=as_boolean(given.get("followOriginalHttpMethod")),
            follow_authorization_header=as_boolean(given.get("followAuthorizationHeader")),
            remove_referer_header=as_boolean(given.get("removeRefererHeaderOnRedirect")),
            tls_disabled_protocols=_texts(given.get("tlsDisabledProtocols")),
            tls_ciphers=_texts(given.get("tlsCipherSelection")),
            warnings=tuple(_complaints(given)),
        )


_DEFAULT: Final = Profile()


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(part) for part in value) if isinstance(value, (list, tuple)) else ()


def _names(value: object) -> frozenset[str]:
    off = value.items() if isinstance(value, Mapping) else ()
    return frozenset(str(name) for name, one in off if as_boolean(one))


def _complaints(given: Mapping[str, Any]) -> list[str]:
    complaints: list[str] = []
    version = given.get("protocolVersion")
    if isinstance(version, str) and version in NOT_HONOURED:
        complaints.append(f"protocolVersion {version!r} is not supported, HTTP/1.1 is used")
    if given.get("tlsPreferServerCiphers"):
        complaints.append("tlsPreferServerCiphers has no effect: the server decides")
    return [WarningText(text, kind="ignored-setting") for text in complaints]
