"""NTLM over HTTP ([MS-NLMP], [MS-NTHT]) with the messages that npm's httpntlm writes for Postman.

pyspnego negotiates with other flags and versions, so its bytes differ.
"""

import hmac
import struct
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import md5
from typing import Final

from harness.client.auth.flow import AuthProblem, Flow, Params, Send, Tools
from harness.client.auth.md4 import md4
from harness.client.draft import Draft
from harness.client.message import Response

_UNICODE: Final = 0x00000001
_DOMAIN_SUPPLIED: Final = 0x00001000
_EXTENDED_SECURITY: Final = 0x00080000
_TARGET_INFO: Final = 0x00800000
# Unicode, OEM, request target, NTLM, domain and workstation supplied, always sign, extended security,
# version, 128 and 56 bits.
_NEGOTIATE_FLAGS: Final = 0xA208B207
_AUTHENTICATE_FLAGS: Final = 0xA2888205
# Windows 5.1, build 2600, NTLM revision 15.
_VERSION: Final = struct.pack("<BBHBBBB", 5, 1, 2600, 0, 0, 0, 15)
# Milliseconds from 1601 to 1970.
_EPOCH_MS: Final = 11644473600000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Identity:
    domain: str
    workstation: str
    username: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Challenge:
    flags: int
    nonce: bytes
    target_info: bytes | None


def _identity(params: Params) -> _Identity:
    r"""Read who logs on; the domain may stand in the user name, as `DOMAIN\user` or `user@domain`."""
    username, domain = params.text("username"), params.text("domain")
    if not domain:
        down, principal = username.split("\\"), username.split("@")
        if not (len(down) > 1 and len(principal) > 1):
            if len(down) == 2 and all(down):
                domain, username = down
            elif len(principal) == 2 and all(principal):
                username, domain = principal
    return _Identity(
        domain=domain,
        workstation=params.text("workstation"),
        username=username,
        password=params.text("password"),
    )


def _escape(text: str) -> str:
    """Escape as JavaScript's `escape` does."""
    kept = "@*_+-./"
    units = memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H")
    return "".join(
        chr(unit)
        if unit < 128 and (chr(unit).isalnum() or chr(unit) in kept)
        else f"%{unit:02X}"
        if unit < 256
        else f"%u{unit:04X}"
        for unit in units
    )


def _negotiate(identity: _Identity) -> str:
    domain = _escape(identity.domain.upper()).encode("ascii")
    workstation = _escape(identity.workstation.upper()).encode("ascii")
    flags = _NEGOTIATE_FLAGS if domain else _NEGOTIATE_FLAGS - _DOMAIN_SUPPLIED
    message = b"NTLMSSP\0" + struct.pack(
        "<IIHHIHHI",
        1,
        flags,
        len(domain),
        len(domain),
        40 + len(workstation),
        len(workstation),
        len(workstation),
        40,
    )
    return "NTLM " + b64encode(message + _VERSION + workstation + domain).decode()


def _read_challenge(header: str) -> _Challenge:
    try:
        message = b64decode(header[5:].partition(" ")[0] + "==")
        kind, flags = struct.unpack_from("<I", message, 8)[0], struct.unpack_from("<I", message, 20)[0]
        info = None
        if kind == 2 and flags & _TARGET_INFO:
            length, _, offset = struct.unpack_from("<HHI", message, 40)
            info = message[offset : offset + length]
    except (ValueError, struct.error):
        kind, flags, message, info = 0, 0, b"", None
    if kind != 2:
        raise AuthProblem("ntlm: server did not correctly process authentication request")
    return _Challenge(flags=flags, nonce=message[24:32], target_info=info)


def _des(key: bytes, data: bytes) -> bytes:
    """Encrypt one block under a key of 56 bits."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    bits = int.from_bytes(key, "big")
    spread = bytes((bits >> shift & 0x7F) << 1 for shift in range(49, -1, -7))
    # Three times the same key is single DES.
    encryptor = Cipher(TripleDES(spread * 3), modes.ECB()).encryptor()  # noqa: S305 - the protocol's cipher
    return encryptor.update(data) + encryptor.finalize()


def _v1_response(password_hash: bytes, nonce: bytes) -> bytes:
    padded = password_hash.ljust(21, b"\0")
    return b"".join(_des(padded[at : at + 7], nonce[:8]) for at in (0, 7, 14))


def _lm_hash(password: str) -> bytes:
    padded = password.upper().encode("latin-1", "replace")[:14].ljust(14, b"\0")
    return _des(padded[:7], b"KGS!@#$%") + _des(padded[7:], b"KGS!@#$%")


def _hmac_md5(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "md5")


def _v2_responses(
    identity: _Identity, domain: str, challenge: _Challenge, info: bytes, tools: Tools, draw: bytes
) -> tuple[bytes, bytes]:
    user = (identity.username.upper() + domain).encode("utf-16-le", "surrogatepass")
    key = _hmac_md5(md4(identity.password.encode("utf-16-le", "surrogatepass")), user)
    stamp = struct.pack("<Q", (int(tools.clock.now_ms()) + _EPOCH_MS) * 10000)
    blob = b"\1\1\0\0" + bytes(4) + stamp + draw + bytes(4) + info + bytes(4)
    lm = _hmac_md5(key, challenge.nonce + draw) + draw
    return lm, _hmac_md5(key, challenge.nonce + blob) + blob


def _authenticate(identity: _Identity, challenge: _Challenge, tools: Tools) -> str:
    domain, workstation = _escape(identity.domain.upper()), _escape(identity.workstation.upper())
    unicode = bool(challenge.flags & _UNICODE)
    coding = "utf-16-le" if unicode else "latin-1"
    names = [text.encode(coding, "replace") for text in (domain, identity.username, workstation)]
    nt_hash = md4(identity.password.encode("utf-16-le", "surrogatepass"))
    if challenge.flags & _EXTENDED_SECURITY:
        draw = bytes(int(tools.random.random() * 256) for _ in range(8))
        if challenge.target_info is not None:
            lm, nt = _v2_responses(identity, domain, challenge, challenge.target_info, tools, draw)
        else:
            lm = draw + bytes(16)
            nt = _v1_response(nt_hash, md5(challenge.nonce + draw, usedforsecurity=False).digest()[:8])
    else:
        lm = _v1_response(_lm_hash(identity.password), challenge.nonce)
        nt = _v1_response(nt_hash, challenge.nonce)
    payload = (*names, lm, nt, b"")
    offsets = [72]
    for part in payload:
        offsets.append(offsets[-1] + len(part))
    # The fields stand in another order than what they point to.
    fields = b"".join(
        struct.pack("<HHI", len(payload[index]), len(payload[index]), offsets[index])
        for index in (3, 4, 0, 1, 2, 5)
    )
    flags = _AUTHENTICATE_FLAGS if unicode else _AUTHENTICATE_FLAGS - _UNICODE
    message = b"NTLMSSP\0" + struct.pack("<I", 3) + fields + struct.pack("<I", flags) + _VERSION
    return "NTLM " + b64encode(message + b"".join(payload)).decode()


def _challenges(response: Response) -> list[str]:
    return [value for key, value in response.headers if key.lower() == "www-authenticate"]


def _refused(response: Response) -> bool:
    return response.status in {401, 403}


def flow(draft: Draft, params: Params, tools: Tools) -> Flow:
    """Send; when the server asks for NTLM, negotiate and authenticate on the same connection."""
    answered = yield Send(draft=draft.without("authorization"))
    if params["disableRetryRequest"] or not _refused(answered.response):
        return
    offers = _challenges(answered.response)
    if not (any(offer in {"NTLM", "Negotiate"} for offer in offers) or (offers and "NTLM" in offers[-1])):
        return
    identity = _identity(params)
    bare = answered.draft.without("authorization")
    answered = yield Send(draft=bare.adding("Authorization", _negotiate(identity)))
    if not _refused(answered.response):
        return
    offer = next((value for value in _challenges(answered.response) if value.startswith("NTLM ")), None)
    if offer is None:
        raise AuthProblem("ntlm: server did not send NTLM type 2 message")
    message = _authenticate(identity, _read_challenge(offer), tools)
    yield Send(draft=answered.draft.without("authorization").adding("Authorization", message))
