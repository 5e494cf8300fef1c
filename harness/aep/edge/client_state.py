"""What the client of the Edge Network keeps for it: cookies of its own, or entries that requests carry.

The Edge Network holds no session. It hands out entries, which a client keeps and brings again: as cookies,
when the client allows them and the request goes to a name of its site, else in the body (`state:store`).
Source: AdobeDocs/experience-platform.en, help/collection/use-cases/client-state.md.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from harness.aep.edge.identity_cookie import pack, unpack
from harness.aep.edge.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.twin.message import ServedRequest

_THIRD_PARTY = "demdex.net"
_THIRD_PARTY_COOKIE = "demdex"
_ECID_AGE_S, _CONSENT_AGE_S, _REGION_AGE_S = 34_128_000, 15_552_000, 1800
_THIRD_PARTY_AGE_S = 15_552_000
_DIGITS = re.compile(r"\d{38}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a client's state; `age_s` is how long it is to be kept."""

    key: str
    value: str
    age_s: int


class ClientState:
    """State of one client, as its request brings it."""

    def __init__(
        self, request: ServedRequest, body: dict[str, Any], org: str, report: dict[str, Any]
    ) -> None:
        self._org = org
        self._prefix = f"kndctr_{org.replace('@', '_')}_"
        self._cookies = _cookies(request.headers)
        meta = body.get("meta")
        state = meta.get("state") if isinstance(meta, dict) else None
        state = state if isinstance(state, dict) else {}
        self._kept = dict(self._cookies)
        for entry in objects(state.get("entries")):
            if isinstance(entry.get("key"), str) and isinstance(entry.get("value"), str):
                self._kept.setdefault(entry["key"], entry["value"])
        self._host = request.headers.get("host", "").partition(":")[0].lower()
        self._site = ""
        if state.get("cookiesEnabled") is True:
            # A page on localhost has no domain, and says so with an empty text.
            if not isinstance(state.get("domain"), str):
                raise refusal("0110-400", report, name="meta.state.domain")
            self._site = state["domain"].lower().strip(".")
        safe = request.base_url.startswith("https:")
        self._safe_page = safe and request.headers.get("referer", "").lower().startswith("https:")

    def ecid(self) -> str | None:
        """ECID that the client keeps: in its identity cookie, or in the one of the visitor's ID service."""
        found = unpack(self._kept.get(f"{self._prefix}identity", ""))
        if found is not None:
            return found
        amcv = unquote(self._kept.get(f"AMCV_{self._org}", "")) or unquote(
            self._kept.get(f"AMCV_{self._org.replace('@', '%40')}", "")
        )
        match = re.search(r"MCMID\|(\d{38})", amcv)
        return None if match is None else match[1]

    def first_party_id(self) -> str | None:
        """First-party id that the site has put into its cookie `FPID`."""
        return self._cookies.get("FPID")

    def opted_out(self) -> bool:
        """Whether the visitor's consent, as the client keeps it, is `general=out`."""
        held = unquote(self._kept.get(f"{self._prefix}consent", ""))
        return "general=out" in held.split(";")

    @property
    def third_party(self) -> bool:
        """Whether the request went to the domain whose cookie all sites share."""
        return self._host.endswith(_THIRD_PARTY)

    def third_party_id(self) -> str | None:
        """Id that all sites share, of whom has one already."""
        held = self._cookies.get(_THIRD_PARTY_COOKIE, "")
        return held if _DIGITS.fullmatch(held) else None

    def entries(self, *, region: str, ecid: str | None, consent: str | None) -> list[Entry]:
        """Entries that an answer hands out."""
        found = [Entry(key=f"{self._prefix}cluster", value=region, age_s=_REGION_AGE_S)]
        if ecid is not None:
            found.append(Entry(key=f"{self._prefix}identity", value=pack(ecid), age_s=_ECID_AGE_S))
        if consent is not None:
            value = f"general={consent}"
            found.append(Entry(key=f"{self._prefix}consent", value=value, age_s=_CONSENT_AGE_S))
        return found

    @property
    def writes_cookies(self) -> bool:
        """Whether entries become cookies of the answer: the request went to a name of the client's site."""
        return bool(self._site) and f".{self._host}".endswith(f".{self._site}")

    def as_cookies(self, entries: list[Entry]) -> list[str]:
        """Write entries as `Set-Cookie`; a page that came by `http` could not read a secure one."""
        end = "; Secure; SameSite=None" if self._safe_page else ""
        return [
            f"{one.key}={one.value}; Path=/; Domain={self._site}; Max-Age={one.age_s}{end}" for one in entries
        ]

    def third_party_cookie(self, value: str) -> str:
        """Write the cookie that all sites share; it is never read by a page."""
        age = _THIRD_PARTY_AGE_S
        return (
            f"{_THIRD_PARTY_COOKIE}={value}; Path=/; Domain=.demdex.net; Max-Age={age}; Secure; SameSite=None"
        )

    def as_handle(self, entries: list[Entry]) -> list[dict[str, Any]]:
        """Write entries as the payload of `state:store`."""
        attrs = {"attrs": {"SameSite": "None"}} if self._safe_page else {}
        return [{"key": one.key, "value": one.value, "maxAge": one.age_s, **attrs} for one in entries]


def seeded_ecid(org: str, seed: str) -> str:
    """ECID that an organisation has for an id of another kind: always the same."""
    digest = hashlib.sha256(f"{org}\0{seed}".encode()).hexdigest()
    return f"{int(digest, 16) % 10**38:038d}"


def objects(value: Any) -> list[dict[str, Any]]:
    """Objects of an array, all else left out."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _cookies(headers: Mapping[str, str]) -> dict[str, str]:
    """Read the cookies of a request; those of other programs may be written in any way and harm none."""
    found: dict[str, str] = {}
    for one in headers.get("cookie", "").split(";"):
        name, equals, value = one.strip().partition("=")
        if equals:
            found.setdefault(name, value.strip('"'))
    return found
