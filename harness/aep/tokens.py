"""Access tokens: signed, with an expiry, verified without a look-up and in constant time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.twin.store import encode

if TYPE_CHECKING:
    from harness.aep.settings import Organisation, Settings
    from harness.twin.clock import SettableClock
    from harness.twin.ids import Ids


class TokenError(Exception):
    """The token is not good. `expired` tells an old one from a false one."""

    def __init__(self, reason: str, *, expired: bool = False) -> None:
        super().__init__(reason)
        self.expired = expired


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a good token says."""

    client_id: str
    org: str
    expires_ms: int


class Tokens:
    """Issues and verifies access tokens, which look like the JWTs that IMS issues.

    The key follows from the clients' secrets and the seed: tokens outlive a restart, and a new
    secret makes the old ones invalid.
    """

    def __init__(self, settings: Settings, clock: SettableClock, ids: Ids) -> None:
        self._settings = settings
        self._clock = clock
        self._ids = ids
        secrets = "\0".join(
            f"{one.org_id}\0{one.client_id}\0{one.client_secret}" for one in settings.organisations
        )
        self._key = hashlib.sha256(f"{settings.seed}\0{secrets}".encode()).digest()
        self._verified: dict[bytes, Claims] = {}

    def issue(self, organisation: Organisation, *, ttl_s: int | None = None, scope: str = "") -> str:
        """Issue a token; `ttl_s` may be zero or negative for one that is expired already."""
        ttl_s = self._settings.token_ttl_s if ttl_s is None else ttl_s
        now = self._clock.now_ms()
        claims = {
            "id": f"{now}_{self._ids.uuid()}_uw2",
            "org": organisation.org_id,
            "type": "access_token",
            "client_id": organisation.client_id,
            "user_id": organisation.technical_account_id,
            "as": "ims-na1",
            "aa_id": organisation.technical_account_id,
            "created_at": str(now),
            "expires_in": str(ttl_s * 1000),
            "scope": scope,
        }
        header = {"alg": "HS256", "x5u": "ims_local-at.cer", "kid": "local", "itt": "at"}
        signed = f"{_pack(encode(header).encode())}.{_pack(encode(claims).encode())}"
        return f"{signed}.{_pack(self._sign(signed))}"

    def verify(self, token: str) -> Claims:
        """Claims of a good token; TokenError otherwise."""
        # A digest as key: looking a token up must not compare it byte by byte with good ones.
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        claims = self._verified.get(digest)
        if claims is None:
            claims = self._check(token)
            if len(self._verified) >= 1000:
                self._verified.clear()
            self._verified[digest] = claims
        if claims.expires_ms <= self._clock.now_ms():
            raise TokenError("expired", expired=True)
        return claims

    def _check(self, token: str) -> Claims:
        signed, _, signature = token.rpartition(".")
        if not signed or not token.isascii():
            raise TokenError("malformed")
        if not hmac.compare_digest(_pack(self._sign(signed)), signature):
            raise TokenError("malformed")
        try:
            body = json.loads(_unpack(signed.partition(".")[2]))
            return Claims(
                client_id=body["client_id"],
                org=body["org"],
                expires_ms=int(body["created_at"]) + int(body["expires_in"]),
            )
        except (ValueError, KeyError, TypeError, binascii.Error):
            raise TokenError("malformed") from None

    def _sign(self, signed: str) -> bytes:
        return hmac.new(self._key, signed.encode(), hashlib.sha256).digest()


def _pack(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unpack(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
